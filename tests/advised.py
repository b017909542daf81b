"""The advisories about images as a page: `docs/advisories.md`; `python -m tests.advised --write` makes it anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lintstack.images.advisories import Advisory, advisories
from lintstack.rules import builtin

PAGE = Path(__file__).resolve().parent.parent / "docs" / "advisories.md"
HEAD = """\
# Advisories about images

What is known to break, to go away or to change its licence when an image is upgraded or pulled, with the source of each
fact. A rule reports an advisory where image, tag and everything under *if* are as the table says; what no file tells is
taken for being right. Any id can be given to `--select`, `--ignore`, the configuration and suppression comments. The
facts are in `lintstack/images/advisories.json`; this page is made by `python -m tests.advised --write`.

A condition on a tag is a version (`>=18`, `<8`; `pg>=18` is the one behind `pg`), a word of it (`rootless`), or a word
that it must not have (`!latest`); one without a version, such as `latest` or `alpine`, counts as the newest. A name
with `/*` stands for all images of an owner.
"""
# How each condition is told.
WORDS = {
    "mount": "mounted: {}",
    "no_mount": "nothing mounted at {}",
    "set": "set: {}",
    "unset": "not set: {}",
    "value": "{}",
    "no_value": "not {}",
    "contains": "{}",
    "option": "option: {}",
    "no_option": "without {}",
    "word": "argument: {}",
    "no_word": "without {}",
    "runs": "runs {}",
    "program_path": "names {}",
    "test": "health check of {}",
    "serves": "starts what the image is for",
    "socket": "holds the runtime's socket",
    "no_command": "no command",
    "called": "called as {}",
    "run": "runs {}",
    "unless": "and nothing before has {}",
}


def told(wanted: Any) -> str:
    """What a condition asks for, in code quotes."""
    if isinstance(wanted, Mapping):
        pairs = ((name, value if isinstance(value, list) else [value]) for name, value in wanted.items())
        return ", ".join(f"`{name}` is `{one}`" for name, values in pairs for one in values)
    return ", ".join(f"`{one}`" for one in wanted) if isinstance(wanted, list) else ""


def row(advisory: Advisory) -> str:
    """A line of the table."""
    images = " ".join(f"`{image}`" for image in advisory.images)
    tags = " or ".join(f"`{terms}`" for terms in advisory.tags) or "any"
    conditions = "; ".join(WORDS[name].format(told(wanted)) for name, wanted in advisory.when.items())
    fact = advisory.fact.replace("`{found}`", "it").replace("{found}", "it")
    source = f"[source]({advisory.source})"
    return (
        f"| {advisory.id} | {images} | {tags} | {conditions} | {fact}; {advisory.remedy} | {advisory.date} | {source} |"
    )


def sections() -> Iterator[str]:
    """The page in parts: its head, and a table for each rule."""
    yield HEAD
    pages = {rule.name: rule for rule in builtin()}
    for name in dict.fromkeys(advisory.rule for advisory in advisories()):
        rule = pages[name]
        yield f"\n## {rule.title}\n\nRule [{name}](../rules/{rule.subject}/{name}.md).\n\n"
        yield "| id | images | tags | if | fact | since | source |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        yield from (f"{row(advisory)}\n" for advisory in advisories() if advisory.rule == name)


def page() -> str:
    """`docs/advisories.md`."""
    return "".join(sections())


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    sys.exit(0 if PAGE.exists() and PAGE.read_text("utf-8") == page() else 1)
