"""Processor time of what is tested: other processes do not count, nor does the tracer that measures coverage."""

from __future__ import annotations

import sys
from time import process_time
from typing import Any, NamedTuple


class Start(NamedTuple):
    """When a measurement began, and the tracer that it put aside."""

    seconds: float
    tracer: Any


def start() -> Start:
    """Begin to measure; calls from here on are not traced."""
    tracer = sys.gettrace()
    sys.settrace(None)
    return Start(process_time(), tracer)


def stop(begun: Start) -> float:
    """Processor seconds since the start; tracing goes on."""
    seconds = process_time() - begun.seconds
    sys.settrace(begun.tracer)
    return seconds
