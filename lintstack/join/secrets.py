"""What looks like a credential in a line of any file, parsed or not: nothing that prints lines or values shows it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from lintstack.join.credentials import credentials
from lintstack.join.password_options import passwords
from lintstack.join.secret_names import (
    bare,
    connection_passwords,
    defaults,
    holds_secret,
    is_credential_name,
    is_harmless,
    is_secret_name,
    may_be_key_name,
    url_password,
)
from lintstack.join.variables import BUILD_SCOPES
from lintstack.source import Source, Span

if TYPE_CHECKING:
    from lintstack.facts import Fact
    from lintstack.model import Dockerfile, Service, Variable

MASK = "***"
# Keys of Compose that speak about credentials and do not hold one.
_KEYS = frozenset({"secret", "secrets", "auth", "credential", "credentials", "credential_spec", "credential-spec"})
_HINTS = ("pass", "pwd", "pword", "secret", "token", "key", "credential", "auth", "://")
_LONGEST = 65_536  # characters of a line that are looked at
_LONGEST_DEFAULT = 600  # characters of a variable's default in front of a name
_SHORTEST = 5  # characters of a value that is replaced wherever it turns up


@cache
def _named() -> re.Pattern[str]:
    """A name and what is between it and its value."""
    return re.compile(
        r"""(?P<before>["']?)(?<![\w-])(?P<flag>-{0,2})(?P<name>[A-Za-z_][\w.-]{0,200})
            (?P<between>\\?["']?[ \t]*(?::[=?+-]?|=)[ \t]*|["'][ \t]*,[ \t]*|[ \t]+)(?=[^\s])""",
        re.VERBOSE,
    )


def secret_texts(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of one line that are, or may be, credentials: behind a credential's name, and passwords in URLs.

    Args:
        text: a line, or a part of one.
    """
    yield from ((start, end) for start, end in passwords(text) if not _harmless(text[start:end]))
    yield from ((start, end) for _, start, end in credentials(text))
    if not _hints_at_secret(text):
        return
    for found in url_password().finditer(text) if "://" in text and "@" in text else ():
        if not _harmless(found[1]):
            yield found.span(1)
    yield from connection_passwords(text)
    ahead: dict[str, tuple[int, int]] = {}
    for found in _named().finditer(text):
        certain = _takes_secret(found["flag"] + found["name"])
        if (certain or may_be_key_name(found["name"])) and _assigns(text, found):
            start, end = found.end(), _end(text, found, ahead)
            if not _harmless(text[start:end]) and (certain or _is_key(found["name"], text[start:end])):
                yield start, end


def _is_key(name: str, written: str) -> bool:
    """Whether a text behind a name that leaves it open is a credential, or a variable that falls back to one."""
    said = written.strip("\"' \t,;\\")
    fallback = defaults().fullmatch(said)
    return holds_secret(name, fallback[1] if fallback else said)


def _hints_at_secret(text: str) -> bool:
    """Whether a text may hold a credential at all: nearly every line is told to be harmless by this alone."""
    lower = text.lower()
    return any(hint in lower for hint in _HINTS)


def _takes_secret(name: str) -> bool:
    """Whether a credential follows a name, or a flag (with its hyphens)."""
    return (is_secret_name(name) and name.lower() not in _KEYS) or is_secret_flag(name)


def is_secret_flag(word: str) -> bool:
    """Whether the word behind a command's word is a credential: `--password`, `--requirepass`."""
    return word.startswith("-") and "=" not in word and (is_secret_name(word) or word.lower().endswith("pass"))


def _assigns(text: str, found: re.Match[str]) -> bool:
    """Whether the name gets a value: by a sign, as a flag's, or as ENV's and ARG's only one."""
    if text.endswith("${", 0, found.start()) and (found["between"].startswith(":?") or text[found.end()] == "}"):
        return False  # `${NAME:?what to say when it is missing}`, `${NAME:-}`
    if any(sign in found["between"] for sign in ":="):
        return True
    first = _first_word().match(text)
    alone = first is not None and first.end() == found.start("name") and first[1].upper() in ("ENV", "ARG")
    return bool(found["flag"]) or alone


@cache
def _first_word() -> re.Pattern[str]:
    return re.compile(r"\s*+(\w{1,3}+)\s++")


def _end(text: str, found: re.Match[str], ahead: dict[str, tuple[int, int]]) -> int:
    """Offset behind the value: its quote, what ends it in a flow collection, a blank, or the end of the line.

    Args:
        text: a line.
        found: the name, and what is between it and the value.
        ahead: where each way to end a value was looked for and found last: many names may share one end.
    """
    start, line = found.end(), len(text)
    closing = _default_end(text, found.start(), start)
    if closing >= 0:
        return closing
    quote = text[start] if text[start] in "\"'" else '\\"' if text.startswith('\\"', start) else ""
    if quote:
        end = text.find(quote, start + len(quote))
        return line if end < 0 else end + len(quote)
    if found["before"] and "," not in found["between"] and found["before"] not in found["between"]:
        end = text.find(found["before"], start)
        return line if end < 0 else end
    if text[start] in "[{" or found["between"].strip() == ":":
        opened = text.rfind("{", 0, found.start()) > text.rfind("}", 0, found.start())
        ends = r"[,}]|[ \t]#" if opened and text[start] not in "[{" else r"[ \t]#"
    else:
        ends = r"[\s\"']" if found["before"] or "," in found["between"] else r"\s"
    closing = text.find("}", start) if text.startswith("${", start) else -1
    at = max(start, closing + 1)
    since, until = ahead.get(ends, (0, -1))
    if not since <= at <= until:
        behind = re.compile(ends).search(text, at)
        since, until = ahead[ends] = at, behind.start() if behind else line
    return until


def _default_end(text: str, name: int, start: int) -> int:
    """Offset of the brace that ends the default of a variable in which a name and its value stand, -1 for none."""
    opened = text.rfind("${", max(0, name - _LONGEST_DEFAULT), name)
    if opened < 0 or text.find("}", opened, name) >= 0:
        return -1
    closing = text.find("}", start)
    return closing if text.find("{", start, max(closing, start)) < 0 else -1


def _harmless(value: str) -> bool:
    """Whether it is a variable alone, a path, or a word such as `true`."""
    if is_harmless(value.strip("\"' \t,;\\")):
        return True
    found = bare().match(value)
    return found is not None and not value[found.end() :].strip(" \t\r\n,;])}")


def values(sources: Iterable[Source], known: Iterable[str]) -> frozenset[str]:
    """Texts of credentials: those that are known, and what looks like one in the files.

    Args:
        sources: files that were read.
        known: credentials that the model knows.
    """
    found = set(known)
    for source in sources:
        for line in source.text.splitlines():
            part = line[:_LONGEST]
            found.update(part[start:end].strip("\"'\\") for start, end in secret_texts(part))
    return frozenset(text for text in found if len(text) >= _SHORTEST)


def hidden_words(words: Sequence[str]) -> list[str]:
    """The words of a command, with what options say is a credential replaced.

    Args:
        words: the program, its options and arguments.
    """
    said = [MASK if index and is_secret_flag(words[index - 1]) else word for index, word in enumerate(words)]
    starts = list(accumulate((len(word) + 1 for word in said), initial=0))
    for start, end in sorted(passwords(" ".join(said)), reverse=True):
        index = bisect_right(starts, start) - 1
        first, last = start - starts[index], end - starts[index]
        if not _harmless(said[index][first:last]):
            said[index] = said[index][:first] + MASK + said[index][last:]
    return said


def secret_words(said: Fact[tuple[str, ...]]) -> Iterator[Span]:
    """Places of the words of a command that are credentials by the option in front of them, on whatever line.

    Args:
        said: the command; its places are those of its words.
    """
    words = said.value or ()
    if len(words) == len(said.places):
        for word, hidden, place in zip(words, hidden_words(words), said.places, strict=True):
            if word != hidden and not _harmless(word):
                yield place.span


@cache
def _in_url() -> re.Pattern[str]:
    """A password in a URL, which a message may have cut behind it."""
    return re.compile(r"(?<=://)[^\s/:@?#`]{0,200}+:(?!\d{1,5}`)([^\s/@?#`]{1,200}+)(?=[@`])")


def concealed(text: str) -> str:
    """A message without passwords in URLs, values of names that say credential, and texts that are one by their form.

    Args:
        text: a message, which may repeat what a file says at a place where nobody expects a credential.
    """
    found = [(start, end) for _, start, end in credentials(text)]
    if "://" in text:
        found += [item.span(1) for item in _in_url().finditer(text)]
    if "=" in text:
        found += [_quoted(text, *place) for place in secret_texts(text) if text[place[0] - 1] == "="]
    behind = len(text)
    for start, end in sorted(found, reverse=True):
        if start < min(end, behind):
            text = text[:start] + MASK + text[min(end, behind) :]
            behind = start
    return text


def _quoted(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of a range of a message before the sign that ends a quotation; none of what stands for a value."""
    end = min(end, text.find("`", start) % (len(text) + 1))
    return start, start if text.startswith("…", start) or _harmless(text[start:end]) else end


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """A text with credentials replaced, those that are known and those that it names itself."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    behind = len(text)
    for start, end in sorted(secret_texts(text), reverse=True):
        text = text[:start] + MASK + text[min(end, behind) :] if start < behind else text
        behind = min(start, behind)
    return text


def secret_places(found: Iterable[Service], dockerfiles: Iterable[Dockerfile]) -> Iterator[Span]:
    """Places that no report may print."""
    for dockerfile in dockerfiles:
        for item in (item for instruction in dockerfile.instructions for item in instruction.assignments):
            if item.value.span and (item.is_secret.value or item.names_secret.value):
                yield from _masked(item.name, item.value.span)
        source = dockerfile.parsed.source
        yield from (source.span(start, end) for _, start, end in credentials(source.text))
    for service in found:
        yield from secret_spans((*service.environment, *service.build_args, *service.layers))
        for said in (service.entrypoint, service.command, service.healthcheck.test):
            if any(word[:1] == "-" for word in said.value or ()):
                yield from secret_words(said)


def secret_spans(variables: Iterable[Variable]) -> Iterator[Span]:
    """Places of secret values, for masking: the value, or the password inside a URL."""
    for variable in variables:
        if variable.is_secret.value:
            for span in _value_spans(variable):
                yield from _masked(variable.name, span)


def _value_spans(variable: Variable) -> Iterator[Span]:
    """Places of the value and of those that it replaced; of `NAME=value` in a Dockerfile what is behind the name."""
    if variable.scope.value not in ("env", *BUILD_SCOPES.values()):
        yield from (place.span for place in variable.value.places)
    elif variable.value.span:
        whole = variable.value.span
        behind = re.match(r"[^=\s]+(?:=|\s+)", whole.text)
        yield Span(whole.source, whole.start + (behind.end() if behind else 0), whole.end)


def _masked(name: str, span: Span) -> Iterator[Span]:
    text = span.text
    if not bare().fullmatch(text) and (is_credential_name(name) or (may_be_key_name(name) and _is_key(name, text))):
        yield span
    for match in url_password().finditer(text):
        if not bare().fullmatch(match[1]):
            yield span.source.span(span.start + match.start(1), span.start + match.end(1))
    for start, end in connection_passwords(text):
        yield span.source.span(span.start + start, span.start + end)
