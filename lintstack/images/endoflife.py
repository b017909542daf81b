"""When versions of languages, distributions and databases stop getting security fixes."""

from __future__ import annotations

from functools import cache

from lintstack.images.known import read_tag
from lintstack.images.reference import Reference
from lintstack.named import NamedTuple

SOURCE = "https://endoflife.date/"
# The official image was given up in July 2022, for the versions of Java that are still maintained elsewhere as well.
_OTHER_SOURCES = {"openjdk": "https://hub.docker.com/_/openjdk"}
# Product (its page at endoflife.date) → version=last day, oldest first. Debian's are those of its long-term support.
_ENDS = {
    "alpine-linux": """2.7=2015-11-01 3.0=2016-05-01 3.1=2016-11-01 3.2=2017-05-01 3.3=2017-11-01 3.4=2018-05-01
        3.5=2018-11-01 3.6=2019-05-01 3.7=2019-11-01 3.8=2020-05-01 3.9=2020-11-01 3.10=2021-05-01 3.11=2021-11-01
        3.12=2022-05-01 3.13=2022-11-01 3.14=2023-05-01 3.15=2023-11-01 3.16=2024-05-23 3.17=2024-11-22 3.18=2025-05-09
        3.19=2025-11-01 3.20=2026-04-01 3.21=2026-11-01 3.22=2027-05-01 3.23=2027-11-01""",
    "amazon-linux": "1=2023-12-31 2=2026-06-30",
    "centos": "5=2017-03-31 6=2020-11-30 7=2024-06-30 8=2021-12-31",
    "debian": """6=2016-02-29 7=2018-05-31 8=2020-06-30 9=2022-07-01 10=2024-06-30 11=2026-08-31 12=2028-06-10""",
    "dotnet": "2.1=2021-08-21 3.1=2022-12-13 5.0=2022-05-10 6.0=2024-11-12 7.0=2024-05-14 8.0=2026-11-10",
    "fedora": "36=2023-05-16 37=2023-12-05 38=2024-05-21 39=2024-11-26 40=2025-05-13",
    "go": """1.10=2019-02-25 1.11=2019-09-03 1.12=2020-02-25 1.13=2020-08-11 1.14=2021-02-16 1.15=2021-08-16
        1.16=2022-03-15 1.17=2022-08-02 1.18=2023-02-01 1.19=2023-08-08 1.20=2024-02-06 1.21=2024-08-13 1.22=2025-02-11
        1.23=2025-08-12 1.24=2026-02-28""",
    "mongodb": """3.0=2018-02-28 3.2=2018-09-30 3.4=2020-01-31 3.6=2021-04-30 4.0=2022-04-30 4.2=2023-04-30
        4.4=2024-02-29 5.0=2024-10-31 6.0=2025-07-31 7.0=2027-08-31""",
    "mysql": "5.5=2018-12-31 5.6=2021-02-28 5.7=2023-10-31 8.0=2026-04-30",
    "nodejs": """4=2018-04-30 5=2016-06-30 6=2019-04-30 7=2017-06-30 8=2019-12-31 9=2018-06-30 10=2021-04-30
        11=2019-06-30 12=2022-04-30 13=2020-06-01 14=2023-04-30 15=2021-06-01 16=2023-09-11 17=2022-06-01 18=2025-04-30
        19=2023-06-01 20=2026-04-30 21=2024-06-01 22=2027-04-30 23=2025-06-01 24=2028-04-30""",
    "openjdk": """7=2022-07-31 8=2022-07-31 9=2018-03-20 10=2018-09-25 11=2022-07-31 12=2019-09-17 13=2020-03-17
        14=2020-09-16 15=2021-03-16 16=2021-09-14 17=2022-07-31 18=2022-09-20 19=2023-03-21 20=2023-09-19""",
    "php": """5.3=2014-08-14 5.4=2015-09-03 5.5=2016-07-21 5.6=2018-12-31 7.0=2019-01-10 7.1=2019-12-01 7.2=2020-11-30
        7.3=2021-12-06 7.4=2022-11-28 8.0=2023-11-26 8.1=2025-12-31 8.2=2026-12-31 8.3=2027-12-31 8.4=2028-12-31""",
    "postgresql": """9.3=2018-11-08 9.4=2020-02-13 9.5=2021-02-11 9.6=2021-11-11 10=2022-11-10 11=2023-11-09
        12=2024-11-21 13=2025-11-13 14=2026-11-12 15=2027-11-11 16=2028-11-09""",
    "python": """2.6=2013-10-29 2.7=2020-01-01 3.3=2017-09-29 3.4=2019-03-18 3.5=2020-09-30 3.6=2021-12-23
        3.7=2023-06-27 3.8=2024-10-07 3.9=2025-10-31 3.10=2026-10-31 3.11=2027-10-31 3.12=2028-10-31 3.13=2029-10-31""",
    "ruby": """2.0=2016-02-24 2.1=2017-03-31 2.2=2018-03-31 2.3=2019-03-31 2.4=2020-03-31 2.5=2021-03-31 2.6=2022-04-12
        2.7=2023-03-31 3.0=2024-04-23 3.1=2025-03-26 3.2=2026-03-31 3.3=2027-03-31 3.4=2028-03-31""",
    "ubuntu": """12.04=2017-04-28 14.04=2019-04-02 16.04=2021-04-02 16.10=2017-07-20 17.04=2018-01-13 17.10=2018-07-19
        18.04=2023-05-31 18.10=2019-07-18 19.04=2020-01-23 19.10=2020-07-06 20.04=2025-05-31 20.10=2021-07-22
        21.04=2022-01-20 21.10=2022-07-14 22.04=2027-04-01 22.10=2023-07-20 23.04=2024-01-20 23.10=2024-07-12
        24.04=2029-05-31 24.10=2025-07-10 25.04=2026-01-17 25.10=2026-07-01""",
}
# Image → (what it holds, its product).
_PRODUCTS = {
    "alpine": ("Alpine Linux", "alpine-linux"),
    "amazonlinux": ("Amazon Linux", "amazon-linux"),
    "centos": ("CentOS", "centos"),
    "debian": ("Debian", "debian"),
    "fedora": ("Fedora", "fedora"),
    "golang": ("Go", "go"),
    "mongo": ("MongoDB", "mongodb"),
    "mysql": ("MySQL", "mysql"),
    "node": ("Node.js", "nodejs"),
    "openjdk": ("the openjdk image for Java", "openjdk"),
    "php": ("PHP", "php"),
    "postgres": ("PostgreSQL", "postgresql"),
    "python": ("Python", "python"),
    "ruby": ("Ruby", "ruby"),
    "ubuntu": ("Ubuntu", "ubuntu"),
    **{
        f"mcr.microsoft.com/dotnet/{part}": (".NET", "dotnet")
        for part in ("sdk", "aspnet", "runtime", "runtime-deps", "core/sdk", "core/aspnet", "core/runtime")
    },
}
# Official images whose tags name the distribution below: `python:3.12-bullseye`, `node:22-alpine3.18`.
_LAYERED = frozenset("golang node openjdk php postgres python ruby rust nginx redis httpd buildpack-deps".split())
_CODENAMES = {
    "debian": "squeeze=6 wheezy=7 jessie=8 stretch=9 buster=10 bullseye=11 bookworm=12",
    "ubuntu": """precise=12.04 trusty=14.04 xenial=16.04 bionic=18.04 cosmic=18.10 disco=19.04 eoan=19.10 focal=20.04
        groovy=20.10 hirsute=21.04 impish=21.10 jammy=22.04 kinetic=22.10 lunar=23.04 mantic=23.10 noble=24.04
        oracular=24.10 plucky=25.04""",
}


class Ended(NamedTuple):
    """What of an image is past its end.

    Attributes:
        what: product and version: "Python 3.8", "Debian 10 (buster)".
        end: its last day, as 2024-10-07.
        source: URL of the page that says so.
    """

    what: str
    end: str
    source: str


def ended(reference: Reference, today: str) -> Ended | None:
    """What in an image stopped getting security fixes before a day; None when nothing did as far as is known.

    Args:
        reference: the image.
        today: a day, as 2024-10-07.
    """
    for name, version, codename in _contents(reference):
        title, product = _PRODUCTS[name]
        ends = _table(product)
        known = _known(version, tuple(ends))
        if known and ends[known] < today:
            named = f"{title} {known} ({codename})" if codename else f"{title} {known}"
            return Ended(named, ends[known], _OTHER_SOURCES.get(product, SOURCE + product))
    return None


def _known(version: str, known: tuple[str, ...]) -> str:
    """The version that a tag means, "" when it is not known: of a whole major number the last, if a later one began."""
    major = version.partition(".")[0]
    for exact in (version, major):
        if exact in known:
            return exact
    last = [found for found in known if found.partition(".")[0] == major]
    return last[-1] if version == major and last and last[-1] != known[-1] else ""


def _contents(reference: Reference) -> list[tuple[str, str, str]]:
    """Images that a reference speaks of with their versions, and the code names that stand for these."""
    name, tag = reference.name, read_tag(reference.tag)
    found: list[tuple[str, str, str]] = []
    if name in _PRODUCTS and "" in tag.versions:
        found.append((name, ".".join(map(str, tag.versions[""][:2])), ""))
    if name in _CODENAMES or name in _LAYERED:
        for distribution in (name,) if name in _CODENAMES else ("debian", "ubuntu"):
            releases = _pairs(_CODENAMES[distribution])
            found += [(distribution, releases[word], word) for word in sorted(tag.words & releases.keys())]
    if name in _LAYERED and "alpine" in tag.versions:
        found.append(("alpine", ".".join(map(str, tag.versions["alpine"][:2])), ""))
    return [(image, _spelled(image, version), codename) for image, version, codename in found]


def _spelled(image: str, version: str) -> str:
    """A version as the table has it: Ubuntu's months have two digits."""
    major, dot, minor = version.partition(".")
    return f"{major}.{minor.zfill(2)}" if image == "ubuntu" and dot else version


@cache
def _table(product: str) -> dict[str, str]:
    return _pairs(_ENDS[product])


def _pairs(text: str) -> dict[str, str]:
    return dict(word.split("=") for word in text.split())
