"""Processor time of what is tested: other processes do not count, nor the tracer, nor what other tests left behind."""

from __future__ import annotations

import gc
import sys
from time import process_time
from typing import Any, NamedTuple


class Start(NamedTuple):
    """When a measurement began, and the tracer that it put aside."""

    seconds: float
    tracer: Any


def start() -> Start:
    """Begin to measure; calls from here on are not traced, and objects that are there are not tidied up again."""
    gc.freeze()
    tracer = sys.gettrace()
    sys.settrace(None)
    return Start(process_time(), tracer)


def stop(begun: Start) -> float:
    """Processor seconds since the start; tracing goes on."""
    seconds = process_time() - begun.seconds
    sys.settrace(begun.tracer)
    gc.unfreeze()
    return seconds
