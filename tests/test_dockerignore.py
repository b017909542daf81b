"""Patterns of `.dockerignore`: what they leave out, held against a plain reading of moby/patternmatcher's rules."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintstack.dockerignore import MOST_PATTERNS, Dockerignore
from lintstack.source import Source


def ignoring(text: str) -> Dockerignore:
    return Dockerignore(Source(".dockerignore", text))


def left_out(text: str, path: str) -> str | None:
    line = ignoring(text).leaves_out(path)
    return line.text if line else None


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("dist", "dist", "dist"),
        ("dist", "dist/js/app.js", "dist"),
        ("dist", "src/dist", None),
        ("dist", "distribution", None),
        ("/dist/", "dist/a", "dist"),
        ("./a/../dist", "dist", "dist"),
        ("*.log", "a.log", "*.log"),
        ("*.log", "logs/a.log", None),
        ("*/*.log", "logs/a.log", "*/*.log"),
        ("**/*.log", "a.log", "**/*.log"),
        ("**/*.log", "a/b/c.log", "**/*.log"),
        ("**.log", "a/b/c.log", "**.log"),
        ("a/**/z", "a/z", "a/**/z"),
        ("a/**/z", "a/b/c/z/y", "a/**/z"),
        ("a/**", "a", None),
        ("a/**", "a/b", "a/**"),
        ("**", "a/b", "**"),
        ("?ile", "file", "?ile"),
        ("?ile", "/ile", None),
        ("[a-c].txt", "b.txt", "[a-c].txt"),
        ("[^a-c].txt", "b.txt", None),
        ("a\\*", "a*", "a\\*"),
        ("a\\*", "ab", None),
        ("# dist\n\n  dist  \n", "dist", "dist"),
        (" # dist", "# dist", "# dist"),
        ("*.md\n!README.md", "README.md", None),
        ("*.md\n!README.md", "OTHER.md", "*.md"),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", "README-secret.md"),
        ("!README.md\n*.md", "README.md", "*.md"),
        ("*\n!src", "src/a", None),
        ("*\n!src", "lib/a", "*"),
        ("*\n! src", "src", None),
        ("dist\r\n", "dist", "dist"),
        # Something below a folder may be kept: the folder is not left out as a whole.
        ("dist\n!dist/app.js", "dist", None),
        ("dist\n!dist/app.js", "dist/app.js", None),
        ("dist\n!dist/app.js", "dist/b.js", "dist"),
        ("dist\n!*/app.js", "dist", None),
        ("dist\n!**/app.js", "dist", None),
        ("dist\n!src/app.js", "dist", "dist"),
        (".", "a", None),
        ("*", ".", "*"),
        ("**/*", ".", "**/*"),
        ("*\n!a", ".", None),
        ("*.log", ".", None),
        ("", ".", None),
    ],
)
def test_what_a_pattern_leaves_out(text: str, path: str, expected: str | None) -> None:
    assert left_out(text, path) == expected


@pytest.mark.parametrize("text", ["[a", "!", "a**b", "x\n[z-", "\n".join(f"f{n}" for n in range(MOST_PATTERNS + 1))])
def test_a_file_that_cannot_be_told_leaves_out_nothing(text: str) -> None:
    found = ignoring(f"a\n{text}\nb")
    assert not found.is_understood
    assert found.leaves_out("a") is None


def test_the_place_is_the_pattern() -> None:
    line = ignoring("# first\n\n  /dist/  \n").leaves_out("dist")
    assert line is not None
    assert (line.span.text, line.span.line, line.span.column) == ("/dist/", 3, 3)


def moby(pattern: str) -> re.Pattern[str]:
    """A pattern as github.com/moby/patternmatcher compiles it: `**/` is any folders, `*` and `?` stop at a slash."""
    out, at = "", 0
    while at < len(pattern):
        if pattern.startswith("**", at):
            at += 3 if pattern[at + 2 : at + 3] == "/" else 2
            out += ".*" if at >= len(pattern) else "(?:.*/)?"
            continue
        out += {"*": "[^/]*", "?": "[^/]"}.get(pattern[at], re.escape(pattern[at]))
        at += 1
    return re.compile(out, re.DOTALL)


def plainly(patterns: list[str], path: str) -> bool:
    """Whether a path is left out: the last pattern that fits it or a folder above it decides."""
    parts = path.split("/")
    paths = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    out = False
    for pattern in patterns:
        keep = pattern.startswith("!")
        if any(moby(pattern[keep:]).fullmatch(each) for each in paths):
            out = not keep
    return out


SEGMENT = st.sampled_from(["a", "b", "*", "?", "a*", "*b", "**", "ab", "*a*"])
PATTERN = st.builds(
    lambda keep, parts: keep + "/".join(parts),
    st.sampled_from(["", "", "!"]),
    st.lists(SEGMENT, min_size=1, max_size=3),
)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "bab"]), min_size=1, max_size=4).map("/".join)


@given(st.lists(PATTERN, min_size=1, max_size=4), PATHS)
def test_patterns_mean_what_moby_says(patterns: list[str], path: str) -> None:
    """What is said to be left out is; what is left out is said so, unless an exception may be below it."""
    found = left_out("\n".join(patterns), path)
    if found:
        assert plainly(patterns, path)
        assert all(plainly(patterns, f"{path}/{more}") for more in ("a", "b/ab", "ab/b/a"))
    elif not any(pattern.startswith("!") for pattern in patterns):
        assert not plainly(patterns, path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("**/a" * 400, "a/" * 2000 + "b"),
        ("*a" * 2000, "a" * 4000),
        ("*" * 4000, "a" * 4000),
        ("\n".join(f"**/*{n}*/x" for n in range(2000)), "/".join("a" * 1000)),
    ],
)
def test_hostile_patterns_take_no_time(text: str, path: str) -> None:
    found, start = ignoring(text), time.perf_counter()
    for number in range(200):
        found.leaves_out(f"{path}{number}")
    assert time.perf_counter() - start < 10
