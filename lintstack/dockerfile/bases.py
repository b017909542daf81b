"""What the name of a base image tells about the shell in it."""

from __future__ import annotations

_WINDOWS = ("nanoserver", "servercore", "windows")


def is_windows(reference: str) -> bool:
    """Whether an image is one for Windows, whose RUNs cmd or PowerShell reads.

    Args:
        reference: an image, as FROM names it.
    """
    return any(word in reference.lower() for word in _WINDOWS)


def has_busybox(reference: str) -> bool:
    """Whether sh, wget and the like are those of BusyBox.

    Args:
        reference: an image, as FROM names it.
    """
    name = reference.lower()
    return "alpine" in name or name.rpartition("/")[2].startswith("busybox")
