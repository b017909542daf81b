"""Texts → the hosts that they name: URLs, connection strings, and lists of `host:port`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lintstack.named import NamedTuple

LONGEST = 65_536  # characters of a text that are searched
MOST = 100  # addresses of one text
HOLE = "\0"  # stands for what depends on a variable without value


class Written(NamedTuple):
    """One host in a text.

    Args:
        start, end: where the host stands, without brackets.
        host: the host.
        port: digits; "" when none is written.
        scheme: scheme of the URL in lower case, without a driver (`+asyncpg`); "" outside of URLs.
        user: who logs in, "" when that is not said or not known.
        database: first part of the path, "" for none.
    """

    start: int
    end: int
    host: str
    port: str = ""
    scheme: str = ""
    user: str = ""
    database: str = ""


@cache
def _url() -> re.Pattern[str]:
    return re.compile(
        r"""(?<![A-Za-z0-9+.-])(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30})://
            (?P<authority>[^\s/?\#"'<>\\;`|(){}]{1,1000})(?P<behind>[^\s"'<>;`,]{0,120})""",
        re.VERBOSE,
    )


@cache
def _end() -> re.Pattern[str]:
    """One end of a connection: host or bracketed IPv6 address, and a port."""
    return re.compile(
        r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<host>[A-Za-z0-9_][\w.-]{0,253}))(?::(?P<port>\d{1,5}))?"
    )


@cache
def _user() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_][\w.-]{0,62}")


@cache
def _path() -> re.Pattern[str]:
    return re.compile(r"/([\w.-]{1,100})(?![\w./-])|[^?]{0,100}\?(?:[^?#]{0,100}&)?(?:db|database)=([\w.-]{1,100})")


def _database(behind: str) -> str:
    """Name of the database in what stands behind the hosts of a URL: its path, or `?db=`; a `HOLE` when unknown."""
    if HOLE in behind:
        return HOLE
    found = _path().match(behind)
    return (found[1] or found[2]) if found else ""


def addresses(text: str) -> Iterator[Written]:
    """Hosts of the URLs and connection strings in a text.

    Args:
        text: any text; what is not known of it is a `HOLE`.
    """
    text = text[:LONGEST]
    found = _urls(text) if "://" in text else _pairs(text) if "=" in text else iter(())
    for number, item in enumerate(found):
        if number == MOST:
            return
        yield item
    if "@tcp" in text:
        yield from _go(text)
    if "thin:@" in text:
        yield from _oracle(text)


def _urls(text: str) -> Iterator[Written]:
    at = 0
    while found := _url().search(text, at):
        at = found.end("behind" if "?" in found["behind"] else "authority")  # a URL in a query is for somebody else
        scheme = found["scheme"].lower().partition("+")[0]
        authority = found["authority"]
        if authority.endswith(":") and found["behind"].startswith("//"):  # a list of URLs: `http://a:1,http://b:2`
            authority = authority.rpartition(",")[0]
            at = found.start("authority") + len(authority) + 1
        elif text.startswith("(", found.end("authority")) or (
            "@" in found["behind"] and "@" not in authority and not _is_web(scheme)
        ):
            continue  # `tcp(db:3306)` of Go, or a password with a slash in it
        start = found.start("authority")
        login, sign, ends = authority.rpartition("@")
        user = login.partition(":")[0]
        said = {
            "scheme": scheme,
            "user": user if _user().fullmatch(user) else "",
            "database": "" if _is_web(scheme) else _database(found["behind"]),
        }
        yield from _ends(ends, start + len(login) + len(sign), **said)


def _is_web(scheme: str) -> bool:
    return scheme in ("http", "https", "ws", "wss")


def _ends(text: str, at: int, **said: str) -> Iterator[Written]:
    """Each of `a:9092,b:9092`; nothing when one of them is no host."""
    found = []
    for part in text.split(","):
        end = _end().fullmatch(part)
        if end is None and part:
            return
        if end is not None:
            group = "six" if end["six"] else "host"
            found.append(Written(at + end.start(group), at + end.end(group), end[group], end["port"] or "", **said))
        at += len(part) + 1
    yield from found


def hosts(text: str) -> Iterator[Written]:
    """The hosts of a text that is nothing but a list of them: `db`, `db:5432`, `a:9092,b:9092`, `a b`."""
    blank = len(text) - len(text.lstrip("\"' "))
    bare = text.strip("\"' ")
    if bare and len(bare) <= 2000:
        yield from _ends(bare.replace(", ", " ,").replace(" ", ","), blank)


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(
        r"""(?:^|(?<=[;\s"']))(?P<key>host|server|data[ ]source|datasource|port|user|username|user[ ]id|uid|dbname
            |database|initial[ ]catalog)[ ]?=[ ]?(?:tcp:)?(?P<value>[^;\s"']{1,300})""",
        re.VERBOSE | re.IGNORECASE,
    )


_KEYS = {
    **dict.fromkeys(("host", "server", "data source", "datasource"), "host"),
    **dict.fromkeys(("user", "username", "user id", "uid"), "user"),
    **dict.fromkeys(("dbname", "database", "initial catalog"), "database"),
    "port": "port",
}


def _pairs(text: str) -> Iterator[Written]:
    """`host=db port=5432 user=app`, `Server=db,1433;Database=shop;User Id=app`: two of the keys at least."""
    found: dict[str, re.Match[str]] = {}
    for pair in _pair().finditer(text):
        found.setdefault(_KEYS[pair["key"].lower()], pair)
    if "host" not in found or len(found) < 2:
        return
    said = {key: pair["value"] for key, pair in found.items()}
    host, _, port = said["host"].partition(",")
    ends = list(_ends(host, found["host"].start("value")))
    for item in ends[:1]:
        number = item.port or port or said.get("port", "")
        user, database = said.get("user", ""), said.get("database", "")
        yield item._replace(
            port=number if number.isdigit() else "",
            user=user if _user().fullmatch(user) else "",
            database=HOLE if HOLE in database else database,
        )


@cache
def _go_dsn() -> re.Pattern[str]:
    """`app:secret@tcp(db:3306)/shop` of Go's MySQL driver."""
    return re.compile(r"(?<![^\s/\"'@])([^\s/\"'@]{0,264})@tcp6?\(([^()\s]{1,260})\)(?:/([\w.-]{1,100}))?")


def _go(text: str) -> Iterator[Written]:
    for found in _go_dsn().finditer(text):
        user = found[1].partition(":")[0]
        login = user if _user().fullmatch(user) else ""
        yield from _ends(found[2], found.start(2), scheme="mysql", user=login, database=found[3] or "")


@cache
def _thin() -> re.Pattern[str]:
    return re.compile(r"thin:@(?://)?([\w.-]{1,253}:\d{1,5})(?:[:/]([\w.-]{1,100}))?")


def _oracle(text: str) -> Iterator[Written]:
    """`jdbc:oracle:thin:@db:1521:XE`."""
    for found in _thin().finditer(text):
        yield from _ends(found[1], found.start(1), scheme="oracle", database=found[2] or "")


@cache
def _replaced() -> re.Pattern[str]:
    return re.compile(r"\$\{[^{}$]{0,1000}\}|\$\w{1,200}|\$\$")


def with_holes(written: str) -> str:
    """A text of a file with `HOLE`s, as long as what they stand for, in the place of everything interpolated."""
    text = written[:LONGEST]
    for _ in range(3):  # `${A:-${B:-$C}}` is taken apart from the inside
        text = _replaced().sub(lambda found: HOLE * len(found[0]), text)
    return text
