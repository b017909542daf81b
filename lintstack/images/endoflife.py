"""When versions of languages, distributions and databases stop getting security fixes."""

from __future__ import annotations

from functools import cache

from lintstack.images.known import read_tag
from lintstack.images.reference import Reference
from lintstack.named import NamedTuple

SOURCE = "https://endoflife.date/"
_OTHER_SOURCES = {
    # A minor version ends with the second one after it; these are the days on which that came out.
    "go": "https://go.dev/doc/devel/release",
    # The official image was given up in July 2022, for the versions of Java that are still maintained elsewhere as
    # well; the others ended with the builds that it took from https://jdk.java.net.
    "openjdk": "https://hub.docker.com/_/openjdk",
    # Last days of the standard support, from https://salsa.debian.org/debian/distro-info-data (ubuntu.csv).
    "ubuntu": "https://ubuntu.com/about/release-cycle",
}
# Product (its page at endoflife.date) → version=last day, oldest first. Debian's are those of its long-term support,
# MySQL's of Oracle's extended support, RabbitMQ's of its community's; what has no last day yet is left out, unless it
# is not the newest of its major number, and so are versions without an image.
_ENDS = {
    "alpine-linux": """2.6=2015-05-01 2.7=2015-11-01 3.0=2016-05-01 3.1=2016-11-01 3.2=2017-05-01 3.3=2017-11-01
        3.4=2018-05-01 3.5=2018-11-01 3.6=2019-05-01 3.7=2019-11-01 3.8=2020-05-01 3.9=2020-11-01 3.10=2021-05-01
        3.11=2021-11-01 3.12=2022-05-01 3.13=2022-11-01 3.14=2023-05-01 3.15=2023-11-01 3.16=2024-05-23 3.17=2024-11-22
        3.18=2025-05-09 3.19=2025-11-01 3.20=2026-04-01 3.21=2026-11-01 3.22=2027-05-01 3.23=2027-11-01
        3.24=2028-06-01""",
    "almalinux": "8=2029-03-01 9=2032-05-31 10=2035-05-31",
    "amazon-linux": """1=2023-12-31 2=2026-06-30 2016.09=2023-12-31 2017.03=2023-12-31 2017.09=2023-12-31
        2018.03=2023-12-31 2023=2029-06-30""",
    "centos": "5=2017-03-31 6=2020-11-30 7=2024-06-30 8=2021-12-31",
    "debian": """6=2016-02-29 7=2018-05-31 8=2020-06-30 9=2022-07-01 10=2024-06-30 11=2026-08-31 12=2028-06-30
        13=2030-06-30""",
    "dotnet": """1.0=2019-06-27 1.1=2019-06-27 2.0=2018-10-01 2.1=2021-08-21 2.2=2019-12-23 3.0=2020-03-03
        3.1=2022-12-13 5.0=2022-05-10 6.0=2024-11-12 7.0=2024-05-14 8.0=2026-11-10 9.0=2026-11-10 10.0=2028-11-14""",
    "elasticsearch": "6=2022-02-10",
    "fedora": """20=2015-06-23 21=2015-12-01 22=2016-07-19 23=2016-12-20 24=2017-08-08 25=2017-12-12 26=2018-05-29
        27=2018-11-30 28=2019-05-28 29=2019-11-26 30=2020-05-26 31=2020-11-24 32=2021-05-25 33=2021-11-30 34=2022-06-07
        35=2022-12-13 36=2023-05-16 37=2023-12-05 38=2024-05-21 39=2024-11-26 40=2025-05-13 41=2025-12-15 42=2026-05-27
        43=2026-12-09 44=2027-06-02""",
    "go": """1.3=2015-08-19 1.4=2016-02-17 1.5=2016-08-15 1.6=2017-02-16 1.7=2017-08-24 1.8=2018-02-16 1.9=2018-08-24
        1.10=2019-02-25 1.11=2019-09-03 1.12=2020-02-25 1.13=2020-08-11 1.14=2021-02-16 1.15=2021-08-16 1.16=2022-03-15
        1.17=2022-08-02 1.18=2023-02-01 1.19=2023-09-06 1.20=2024-02-06 1.21=2024-08-13 1.22=2025-02-11 1.23=2025-08-12
        1.24=2026-02-11 1.25=2026-08-19""",
    "mariadb": """5.5=2020-04-11 10.0=2019-03-31 10.1=2020-10-17 10.2=2022-05-23 10.3=2023-05-25 10.4=2024-06-18
        10.5=2025-06-24 10.6=2026-07-06 10.7=2023-02-09 10.8=2023-05-20 10.9=2023-08-22 10.10=2023-11-17
        10.11=2028-02-16 11.0=2024-06-06 11.1=2024-08-21 11.2=2024-11-21 11.3=2024-05-29 11.4=2029-05-29
        11.5=2024-11-21 11.6=2025-02-13 11.7=2025-05-12 11.8=2028-06-04 12.0=2025-11-18 12.1=2026-02-13 12.2=2026-05-13
        12.3=2029-06-30""",
    "mongodb": """2.6=2016-10-31 3.0=2018-02-28 3.2=2018-09-30 3.4=2020-01-31 3.6=2021-04-30 4.0=2022-04-30
        4.2=2023-04-30 4.4=2024-02-29 5.0=2024-10-31 6.0=2025-07-31 7.0=2027-08-31 8.0=2029-10-31 8.2=2026-07-31""",
    "mysql": """5.5=2018-12-31 5.6=2021-02-28 5.7=2023-10-31 8.0=2026-04-30 8.1=2023-10-25 8.2=2023-12-14
        8.3=2024-04-10 8.4=2032-04-30 9.0=2024-10-15 9.1=2025-01-21 9.2=2025-04-15 9.3=2025-07-22 9.4=2025-10-21
        9.5=2026-01-20 9.6=2026-04-21 9.7=2034-04-21""",
    "nodejs": """0.10=2016-10-31 0.12=2016-12-31 4=2018-04-30 5=2016-06-30 6=2019-04-30 7=2017-06-30 8=2019-12-31
        9=2018-06-30 10=2021-04-30 11=2019-06-30 12=2022-04-30 13=2020-06-01 14=2023-04-30 15=2021-06-01 16=2023-09-11
        17=2022-06-01 18=2025-04-30 19=2023-06-01 20=2026-04-30 21=2024-06-01 22=2027-04-30 23=2025-06-01 24=2028-04-30
        25=2026-06-01 26=2029-04-30""",
    "openjdk": """7=2022-07-31 8=2022-07-31 9=2018-03-20 10=2018-09-25 11=2022-07-31 12=2019-09-17 13=2020-03-17
        14=2020-09-16 15=2021-03-16 16=2021-09-14 17=2022-07-31 18=2022-09-20 19=2023-03-21 20=2023-09-19
        21=2024-03-19""",
    "php": """5.3=2014-08-14 5.4=2015-09-14 5.5=2016-07-21 5.6=2018-12-31 7.0=2019-01-10 7.1=2019-12-01 7.2=2020-11-30
        7.3=2021-12-06 7.4=2022-11-28 8.0=2023-11-26 8.1=2025-12-31 8.2=2026-12-31 8.3=2027-12-31 8.4=2028-12-31
        8.5=2029-12-31""",
    "postgresql": """8.4=2014-07-24 9.0=2015-10-08 9.1=2016-10-27 9.2=2017-11-09 9.3=2018-11-08 9.4=2020-02-13
        9.5=2021-02-11 9.6=2021-11-11 10=2022-11-10 11=2023-11-09 12=2024-11-21 13=2025-11-13 14=2026-11-12
        15=2027-11-11 16=2028-11-09 17=2029-11-08 18=2030-11-14""",
    "python": """2.6=2013-10-29 2.7=2020-01-01 3.2=2016-02-20 3.3=2017-09-29 3.4=2019-03-18 3.5=2020-09-30
        3.6=2021-12-23 3.7=2023-06-27 3.8=2024-10-07 3.9=2025-10-31 3.10=2026-10-31 3.11=2027-10-31 3.12=2028-10-31
        3.13=2029-10-31 3.14=2030-10-31""",
    "rabbitmq": """3.6=2018-05-31 3.7=2020-09-30 3.8=2022-07-31 3.9=2023-01-31 3.10=2023-07-31 3.11=2023-12-31
        3.12=2024-06-30""",
    "redis": "5.0=2022-04-27 6.0=2022-05-31 6.2= 7.0=2024-07-29 7.2= 7.4= 8.0=2026-02-11",
    "rocky-linux": "8=2029-05-31 9=2032-05-31",
    "ruby": """1.9=2015-02-23 2.0=2016-02-24 2.1=2017-03-31 2.2=2018-03-31 2.3=2019-03-31 2.4=2020-03-31 2.5=2021-03-31
        2.6=2022-03-31 2.7=2023-03-31 3.0=2024-04-23 3.1=2025-03-31 3.2=2026-03-31 3.3=2027-03-31 3.4=2028-03-31
        4.0=2029-03-31""",
    "tomcat": "6=2016-12-31 7=2021-03-31 8.0=2018-06-30 8.5=2024-03-31 10.0=2022-10-31",
    "ubuntu": """10.04=2015-04-29 12.04=2017-04-28 12.10=2014-05-16 13.04=2014-01-27 13.10=2014-07-17 14.04=2019-04-25
        14.10=2015-07-23 15.04=2016-02-04 15.10=2016-07-28 16.04=2021-04-30 16.10=2017-07-20 17.04=2018-01-13
        17.10=2018-07-19 18.04=2023-05-31 18.10=2019-07-18 19.04=2020-01-23 19.10=2020-07-17 20.04=2025-05-31
        20.10=2021-07-22 21.04=2022-01-20 21.10=2022-07-14 22.04=2027-06-01 22.10=2023-07-20 23.04=2024-01-25
        23.10=2024-07-11 24.04=2029-05-31 24.10=2025-07-10 25.04=2026-01-15 25.10=2026-07-09 26.04=2031-05-29""",
}
# Image → (what it holds, its product).
_DOTNET = (
    *(f"mcr.microsoft.com/dotnet/{part}" for part in ("sdk", "aspnet", "runtime", "runtime-deps")),
    *(f"mcr.microsoft.com/dotnet/core/{part}" for part in ("sdk", "aspnet", "runtime", "runtime-deps")),
    *("microsoft/dotnet", "microsoft/aspnetcore", "microsoft/aspnetcore-build"),
)
_PRODUCTS = {
    "almalinux": ("AlmaLinux", "almalinux"),
    "alpine": ("Alpine Linux", "alpine-linux"),
    "amazonlinux": ("Amazon Linux", "amazon-linux"),
    "centos": ("CentOS", "centos"),
    "debian": ("Debian", "debian"),
    "docker.elastic.co/elasticsearch/elasticsearch": ("Elasticsearch", "elasticsearch"),
    "docker.elastic.co/kibana/kibana": ("Kibana", "elasticsearch"),
    "elasticsearch": ("Elasticsearch", "elasticsearch"),
    "fedora": ("Fedora", "fedora"),
    "golang": ("Go", "go"),
    "kibana": ("Kibana", "elasticsearch"),
    "mariadb": ("MariaDB", "mariadb"),
    "mongo": ("MongoDB", "mongodb"),
    "mysql": ("MySQL", "mysql"),
    "node": ("Node.js", "nodejs"),
    "openjdk": ("the openjdk image for Java", "openjdk"),
    "php": ("PHP", "php"),
    "postgres": ("PostgreSQL", "postgresql"),
    "python": ("Python", "python"),
    "rabbitmq": ("RabbitMQ", "rabbitmq"),
    "redis": ("Redis", "redis"),
    "rockylinux": ("Rocky Linux", "rocky-linux"),
    "rockylinux/rockylinux": ("Rocky Linux", "rocky-linux"),
    "ruby": ("Ruby", "ruby"),
    "tomcat": ("Tomcat", "tomcat"),
    "ubuntu": ("Ubuntu", "ubuntu"),
    **dict.fromkeys(_DOTNET, (".NET", "dotnet")),
}
# Images whose tags name the distribution below: `python:3.12-bullseye`, `node:22-alpine3.18`; from their lists at
# https://github.com/docker-library/official-images/tree/master/library and dotnet/dotnet-docker.
_LAYERED = frozenset(
    """
    buildpack-deps eclipse-temurin erlang golang gradle haproxy haskell httpd mariadb maven memcached mongo mysql nginx
    node openjdk perl php postgres python redis ruby rust swift tomcat
    """.split()
).union(_DOTNET)
# Names in tags that stand for versions. Node's are those of https://github.com/nodejs/Release/blob/main/schedule.json.
_CODENAMES = {
    "debian": "squeeze=6 wheezy=7 jessie=8 stretch=9 buster=10 bullseye=11 bookworm=12 trixie=13",
    "node": """argon=4 boron=6 carbon=8 dubnium=10 erbium=12 fermium=14 gallium=16 hydrogen=18 iron=20 jod=22
        krypton=24""",
    "ubuntu": """lucid=10.04 precise=12.04 quantal=12.10 raring=13.04 saucy=13.10 trusty=14.04 utopic=14.10 vivid=15.04
        wily=15.10 xenial=16.04 yakkety=16.10 zesty=17.04 artful=17.10 bionic=18.04 cosmic=18.10 disco=19.04 eoan=19.10
        focal=20.04 groovy=20.10 hirsute=21.04 impish=21.10 jammy=22.04 kinetic=22.10 lunar=23.04 mantic=23.10
        noble=24.04 oracular=24.10 plucky=25.04 questing=25.10 resolute=26.04""",
}
_MONTHS = frozenset({"amazonlinux", "ubuntu"})  # their minor versions are months, of two digits


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
        if known and "" < ends[known] < today:
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
    version = tag.versions.get("") or tag.versions.get(name)  # `7`, or `centos7`
    if name in _PRODUCTS and version:
        found.append((name, ".".join(map(str, version[:2])), ""))
    for image in dict.fromkeys((name, *(("debian", "ubuntu") if name in _LAYERED else ()))):
        releases = _pairs(_CODENAMES.get(image, ""))
        found += [(image, releases[word], word) for word in sorted(tag.words & releases.keys())]
    if name in _LAYERED and "alpine" in tag.versions:
        found.append(("alpine", ".".join(map(str, tag.versions["alpine"][:2])), ""))
    return [(image, _spelled(image, version), codename) for image, version, codename in found]


def _spelled(image: str, version: str) -> str:
    """A version as the table has it."""
    major, dot, minor = version.partition(".")
    return f"{major}.{minor.zfill(2)}" if image in _MONTHS and dot else version


@cache
def _table(product: str) -> dict[str, str]:
    return _pairs(_ENDS[product])


def _pairs(text: str) -> dict[str, str]:
    return dict(word.split("=") for word in text.split())
