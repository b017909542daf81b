"""What COPY and ADD take files from: paths, archives, URLs, git repositories."""

from __future__ import annotations

from typing import Literal

Kind = Literal["local", "archive", "url", "git", "heredoc", "unknown"]

# What ADD unpacks, by the ends of names (compressions that the builder reads: gzip, bzip2, xz, zstd).
TAR_ENDS = (
    ".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tgz", ".tb2", ".tbz", ".tbz2", ".txz", ".tzst", ".tpz",
)  # fmt: skip
# What a reader takes for an archive: of `data.sql.gz` nobody knows before it is opened.
ARCHIVE_ENDS = (*TAR_ENDS, ".z", ".gz", ".bz2", ".xz", ".zst", ".lz", ".lzma", ".tz", ".tlz")


def kind_of(path: str) -> Kind:
    """What a source is, by how it is written; unknown where a variable may decide.

    Args:
        path: the source, quotes removed.
    """
    lower = path.lower()
    if is_git(path):
        return "git"
    if lower.startswith(("http://", "https://")):
        return "url"
    if is_archive(path):
        return "archive"
    return "unknown" if "$" in path else "local"


def is_git(path: str) -> bool:
    """Whether a source is a git repository, as BuildKit tells them: by scheme, or by `.git` at the path's end."""
    if path.startswith(("git@", "git://", "ssh://")):
        return True
    bare = path.partition("#")[0].partition("?")[0]
    return path.lower().startswith(("http://", "https://")) and bare.endswith(".git")


def is_archive(path: str) -> bool:
    """Whether a name is that of an archive, or of something compressed."""
    return path.lower().endswith(ARCHIVE_ENDS)


def is_tar(path: str) -> bool:
    """Whether a name is that of an archive that ADD unpacks."""
    return path.lower().endswith(TAR_ENDS)


def base_name(path: str) -> str:
    """Last component of a path; "" for a folder written with a slash at its end, `.` and `..`."""
    name = path[path.rfind("/") + 1 :]
    return "" if name in (".", "..") else name


def in_context(path: str) -> str | None:
    """Path of a source relative to the build context's root, as the builder reads it; None when it leaves it.

    Args:
        path: a local source without variables; "/" and "." are the root.
    """
    from posixpath import normpath

    clean = normpath(path.lstrip("/") or ".")
    return None if clean == ".." or clean.startswith("../") else clean


def is_pattern(path: str) -> bool:
    """Whether it stands for several names."""
    return any(char in path for char in "*?[")
