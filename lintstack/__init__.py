"""lintstack: lints Docker Compose files and Dockerfiles as the one stack they are."""

from __future__ import annotations

# Not imported from `typing`: with `python -m`, this file still runs with the linted folder first on the path.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from lintstack.analysis import check as check

__version__ = "0.1.0"
HOME = "https://github.com/lintstack/lintstack"
__all__ = ["HOME", "__version__", "check"]


def __getattr__(name: str) -> object:
    """`lintstack.check`, imported when it is first asked for: `lintstack --version` needs none of it."""
    if name == "check":
        from lintstack.analysis import check

        return check
    raise AttributeError(f"module 'lintstack' has no attribute {name!r}")
