"""Checks of credentials that stand where nobody looks for them: commands, contents of configs, any text of a file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate

from lintstack.facts import Fact, Place
from lintstack.findings import Problem
from lintstack.model import Resource, Service, Stack
from lintstack.source import Source, Span

LONGEST = 65_536  # characters of a command that are looked at
MOST_TOLD = 20  # credentials of one text
FIELDS = ("entrypoint", "command", "healthcheck.test")
# Beginnings of what a shell or Docker Compose puts there later.
LATER = ("$", "<", "{{", "-", "%", "/")


@cache
def _default() -> re.Pattern[str]:
    """A variable with a default that says something."""
    return re.compile(r"\$\{\w{1,200}:?-[^}$]")


def secret_in_command(service: Service) -> Iterator[Problem]:
    """Passwords among the words of a command; the message never says them."""
    for field, said in zip(FIELDS, (service.entrypoint, service.command, service.healthcheck.test), strict=True):
        for span, value in _spelled(said):
            fallback = _default().match(value) is not None
            if fallback and service.stack.kind == "dev":
                continue
            what = "falls back to a credential" if fallback else "holds a credential"
            message = (
                f"`{field}` of {service} {what} in clear text, which `ps` and `docker inspect` show too; take it from"
                " outside with `${NAME:?}`, or from a file under `/run/secrets`"
            )
            yield Problem(message, Place(span), fact=field)


def _spelled(said: Fact[tuple[str, ...]]) -> Iterator[tuple[Span, str]]:
    """Place and text of each credential in a command, as the file writes them."""
    words, places = said.value or (), said.places
    if not places or not any("-" in word or "=" in word or "://" in word for word in words):
        return
    if len(places) > 1 and len(places) == len(words):
        yield from _in_words([place.span for place in places])
    else:
        text = places[0].span.text[:LONGEST]
        for start, end in _literal(text):
            yield places[0].span.source.span(places[0].span.start + start, places[0].span.start + end), text[start:end]


def _in_words(spans: list[Span]) -> Iterator[tuple[Span, str]]:
    texts = [span.text.strip("\"'") for span in spans]
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    line = " ".join(texts)[:LONGEST]
    for start, end in _literal(line):
        yield spans[bisect_right(starts, start) - 1], line[start:end]


def _literal(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of a text that spell out a credential, or a default for one."""
    from lintstack.join.credentials import credentials
    from lintstack.join.secrets import secret_texts

    marked = {(start, end) for _, start, end in credentials(text)}
    at = told = 0
    for line in text.splitlines(keepends=True):
        behind = 0
        for start, end in sorted(secret_texts(line), key=lambda found: (found[0], -found[1])):
            if start < behind:
                continue
            behind = end
            value = line[start:end].strip("\"', \\")
            given = _default().match(value) or (value and not value.startswith(LATER) and not _is_elsewhere(value))
            if given and (at + start, at + end) not in marked and told < MOST_TOLD:
                told += 1
                yield at + start, at + end
        at += len(line)


def _is_elsewhere(value: str) -> bool:
    """Whether a value is a variable, or says where the credential lies: `name:/run/secrets/name`."""
    return "${" in value or ":/" in value.replace("://", "") or "/run/secrets/" in value


def secret_in_config(resource: Resource) -> Iterator[Problem]:
    """Credentials in the text that a config holds."""
    span = resource.content.span
    if span is None:
        return
    for start, end in _literal(span.text[:LONGEST]):
        message = (
            f"config `{resource.name}` holds a credential in clear text; make it a secret, or take the value from"
            " outside with `${NAME:?}`"
        )
        yield Problem(message, Place(span.source.span(span.start + start, span.start + end)), fact="content")


def token_literal(stack: Stack) -> Iterator[Problem]:
    """Credentials that show by their own form, anywhere in a compose file."""
    inline = [item.span.hosted for item in stack.dockerfiles if item.span.source.file is not item.span.source]
    for file in stack.files:
        for what, span in _marked(file.source):
            told = (*_within(_written(stack), file.source), *_within(inline, file.source))
            if not any(other.start <= span.start < other.end for other in told):
                message = (
                    f"this is {what}, which everybody who can read the file has; revoke it, and take the next one from"
                    " outside"
                )
                yield Problem(message, Place(span), detail=what)


def _written(stack: Stack) -> Iterator[Span]:
    """Places of the credentials that `hardcoded-secret` tells of."""
    for service in stack.services:
        for item in (*service.environment, *service.build_args, *service.layers):
            if item.is_secret.value and item.is_literal.value and item.value.span:
                yield item.value.span


def _within(spans: Iterable[Span], source: Source) -> Iterator[Span]:
    return (span for span in spans if span.source is source)


def _marked(source: Source) -> Iterator[tuple[str, Span]]:
    from lintstack.join.credentials import credentials

    for told, (what, start, end) in enumerate(credentials(source.text)):
        if told == MOST_TOLD:
            return
        yield what, source.span(start, end)
