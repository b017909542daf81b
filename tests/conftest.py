"""What all tests share: where the checkout is, and the settings of hypothesis."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadlines: other work shares the processor. The same examples on every machine, so that a failure is everyone's.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def root() -> Path:
    """Top folder of the checkout."""
    return Path(__file__).resolve().parent.parent
