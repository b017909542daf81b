"""Comments that look as if somebody had meant them as parser directives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lintstack.dockerfile.lines import DIRECTIVES, directive
from lintstack.dockerfile.syntax import Dockerfile
from lintstack.source import Span


def suspects(dockerfile: Dockerfile) -> Iterator[tuple[Span, str]]:
    """Places and messages: misspelt directives, directives where none counts, names in capital letters.

    Args:
        dockerfile: the file; a directive given twice, or an escape that is none, is told when it is read.
    """
    first = min((item.span.start for item in dockerfile.instructions), default=len(dockerfile.source.text))
    above = _above_instructions(dockerfile)
    head, after = True, 0
    for comment in dockerfile.comments:
        text = comment.span.text
        name, value = directive(text)
        between = dockerfile.source.text[after : comment.span.start].strip(" \t\r\ufeff")
        if text.startswith("#!") and comment.span.start == 0:
            after = comment.span.end  # BuildKit looks for directives behind a shebang
            continue
        head = head and between.count("\n") <= (after > 0) and not between.strip("\n") and name in DIRECTIVES
        after = comment.span.end
        if head:
            written = text.partition("=")[0].lstrip("# \t").rstrip()
            if written != name:
                yield comment.span, f"`{written}` works, and directives are written in lower case; write `# {name}=`"
        elif name in DIRECTIVES:
            counts = name == "check" and value.startswith("skip=") and comment.span.start in above
            if _fits(name, value) and not counts:
                where = "at the very top, above comments, blank lines and instructions"
                yield comment.span, f"`# {name}=` is a mere comment here: it counts {where}"
        elif comment.span.start < first and (meant := _meant(text, name, value)):
            yield comment.span, f"this is a mere comment; the directive is written `# {meant}=…`"


def _above_instructions(dockerfile: Dockerfile) -> set[int]:
    """Where the comments begin that stand directly above an instruction, other comments between them or not."""
    starts = {item.span.line for item in dockerfile.instructions}
    found: set[int] = set()
    for comment in reversed(dockerfile.comments):
        line = comment.span.line
        if line + 1 in starts:
            starts.add(line)
            found.add(comment.span.start)
    return found


def _meant(text: str, name: str, value: str) -> str:
    """The directive that a comment at the top spells wrongly, "" for none."""
    if not name:
        match = _without_equals().fullmatch(text)
        return match[1].lower() if match and _fits(match[1].lower(), match[2]) else ""
    fitting = [item for item in sorted(DIRECTIVES) if _fits(item, value)] if len(name) < 12 else []
    if not fitting:
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, fitting, 1, 0.7)), "")


def _fits(name: str, value: str) -> bool:
    """Whether a value is one that the directive takes: prose is not taken for a directive."""
    if name == "syntax":
        return "/" in value and not any(char.isspace() for char in value)
    return value in ("\\", "`") if name == "escape" else value.startswith(("skip=", "error="))


@cache
def _without_equals() -> re.Pattern[str]:
    return re.compile(r"#\s*+(syntax|escape|check)(?:\s*+:\s*+|\s++)(\S++)\s*+", re.IGNORECASE)
