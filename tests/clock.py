"""Processor time of what is tested: other processes do not count, nor the tracer, nor what other tests left behind."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from time import process_time
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")


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


def within(seconds: float, work: Callable[[], Result], times: int = 3) -> Result:
    """What work comes to, which is done again while it takes too long: a busy machine is slow now and then.

    Args:
        seconds: of the processor, which one time must not exceed.
        work: what is measured; it may be done several times.
        times: how often at most.
    """
    costs: list[float] = []
    while len(costs) < times:
        begun = start()
        result = work()
        costs.append(stop(begun))
        if costs[-1] < seconds:
            return result
    raise AssertionError(f"each time more than {seconds} seconds: {costs}")
