"""Twice as much of anything in a Dockerfile costs about twice as much, with every rule on; large ones are bounded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.reliability.gauge import Cost, Gauge
from tests.reliability.lint import Files, House

Make = Callable[[int], Files]
DEBIAN, ALPINE, NODE, PYTHON = (
    f"FROM {name}\n" for name in ("debian:12-slim", "alpine:3.20", "node:20", "python:3.12")
)


def _numbered(text: str, count: int) -> list[str]:
    """Repetitions of a text; `%` is the number of each, `@` that of the next one."""
    return [text.replace("%", str(n)).replace("@", str(n + 1)) for n in range(count)]


def _lines(line: str, head: str = DEBIAN) -> Make:
    return lambda count: {"Dockerfile": head + "".join(f"{text}\n" for text in _numbered(line, count))}


def _joined(start: str, item: str, sign: str, head: str = DEBIAN, end: str = "") -> Make:
    return lambda count: {"Dockerfile": f"{head}{start}{sign.join(_numbered(item, count))}{end}\n"}


def _linked(item: str, head: str = DEBIAN) -> Make:
    return _joined("RUN ", item, " && ", head)


def _services(body: str, dockerfile: Callable[[int], str]) -> Make:
    def made(count: int) -> Files:
        services = "".join(f"  s%: {{{body}}}\n".replace("%", str(n)) for n in range(count))
        return {"compose.yaml": f"services:\n{services}", "Dockerfile": dockerfile(count)}

    return made


def _heredoc(line: str, opening: str = "RUN <<EOF") -> Make:
    return lambda count: {"Dockerfile": f"{DEBIAN}{opening}\n" + "".join(_numbered(f"{line}\n", count)) + "EOF\n"}


def _two(first: str, second: str, head: str = DEBIAN) -> Make:
    return lambda count: {"Dockerfile": head + "\n".join((*_numbered(first, count), *_numbered(second, count))) + "\n"}


def _stages(count: int) -> str:
    return "".join(_numbered("FROM alpine:3.20 AS t%\nRUN apk add x\n", count))


# What there is many of, with a number that takes about a tenth of a second.
FAMILIES: dict[str, tuple[Make, int]] = {
    "stages": (_lines("FROM alpine:3.20 AS s%\nRUN x\nUSER app", ""), 600),
    "stages-upon-each-other": (_lines("FROM s% AS s@\nRUN x %\nENV A%=b\nUSER u%", "FROM alpine AS s0\n"), 500),
    "stages-that-copy": (_lines("FROM alpine AS s@\nCOPY --from=s% /a /b", ""), 700),
    "stages-that-mount": (_lines("FROM alpine AS s@\nRUN --mount=from=s%,target=/x cp /x/a /b", ""), 700),
    "stages-that-one-copies": (_two("FROM alpine AS s%", "COPY --from=s% /a% /b", ""), 700),
    "triggers-of-a-chain": (_lines("FROM s% AS s@", "FROM a AS b\n" + "ONBUILD RUN x\n" * 50 + "FROM b AS s0\n"), 700),
    "arguments-of-froms": (_two("ARG A%=b", "FROM x:$A% AS s%", ""), 500),
    "runs": (_lines("RUN apt-get update && apt-get install -y p% && foo"), 400),
    "updates-and-installs": (_lines("RUN apt-get update\nRUN apt-get install -y p%"), 400),
    "virtual-packages": (_linked("apk add --virtual .b% p% && apk del .b%", ALPINE), 400),
    "requirements": (_lines("COPY r%.txt .\nRUN pip install -r r%.txt", PYTHON), 400),
    "npm": (_lines("COPY package%.json .\nRUN npm install p%", NODE), 400),
    "managers": (_linked("conda install p% && composer install && cargo install p% && gem install x"), 150),
    "words": (_joined("RUN echo ", "w%", " "), 15_000),
    "packages": (_joined("RUN apt-get install -y ", "p%", " "), 8_000),
    "packages-of-pip": (_joined("RUN pip install ", "p%", " ", PYTHON), 8_000),
    "packages-of-npm": (_joined("RUN npm install -g ", "p%", " ", NODE), 8_000),
    "options": (_joined("RUN apt-get install ", "-o A%=b", " "), 4_000),
    "options-of-git": (_joined("RUN git ", "-c http.x%.sslverify=1", " "), 4_000),
    "files-removed": (_joined("RUN rm ", "/a%", " "), 8_000),
    "files-chmodded": (_joined("RUN chmod 777 ", "/a%", " "), 8_000),
    "links": (_linked("foo % a -b"), 2_000),
    "changes-of-folder": (_linked("cd /a% && make && cd .."), 1_000),
    "downloads": (_linked("curl -o a% https://x.org/% && tar xf a% && rm a%"), 500),
    "pipes": (_joined("RUN ", "foo % a -b", " | "), 2_000),
    "alternatives": (_joined("RUN ", "foo % a -b", " || "), 2_000),
    "background": (_joined("RUN ", "foo %", " & "), 2_000),
    "semicolons": (_joined("RUN ", "foo %", "; "), 2_000),
    "subshells": (_joined("RUN echo ", "$(foo %)", " "), 1_500),
    "loops": (_joined("RUN ", "for i in a b; do bar %; done", "; "), 700),
    "exports": (_linked("export A%=b && echo $A%"), 1_000),
    "users-added": (_linked("groupadd g% && useradd -u 1% -g g% u%"), 500),
    "redirections": (_linked("echo a% >> /etc/x%"), 1_000),
    "variables-of-a-line": (_joined("RUN echo ", "$A%", " "), 6_000),
    "labels": (_joined("LABEL ", "org.a%=b", " "), 3_000),
    "environment": (_joined("ENV ", "A%=b", " "), 4_000),
    "environment-of-itself": (_lines("ENV A@=$A%x PATH=$PATH:/a%"), 800),
    "arguments": (_lines("ARG A%=b\nRUN echo $A%"), 500),
    "copies": (_lines("COPY a% b% c% /x/\nCOPY d% /x/"), 500),
    "copies-then-chmod": (_two("COPY a% /a%", "RUN chmod +x /a% && chown b /a%"), 400),
    "copies-then-install": (_two("COPY a% /app/", "RUN npm install", NODE), 400),
    "sources": (_joined("COPY ", "a%", " ", end=" /b/"), 5_000),
    "addresses": (_joined("ADD ", "https://x.org/a%.tgz", " ", end=" /b/"), 2_000),
    "flags": (_joined("COPY ", "--exclude=a%", " ", end=" a /b"), 2_000),
    "mounts": (_joined("RUN ", "--mount=type=cache,target=/c%", " ", end=" apt-get install x"), 1_000),
    "heredocs": (_lines("RUN <<EOF\napt-get install x%\nEOF"), 600),
    "heredocs-of-one": (
        lambda n: {
            "Dockerfile": f"{DEBIAN}COPY{''.join(_numbered(' <<E%', n))} /x/\n{''.join(_numbered('E%' + chr(10), n))}"
        },
        1_500,
    ),
    "lines-of-a-heredoc": (_heredoc("cd /x% && curl -o a% https://x.org | sh && rm a%"), 400),
    "lines-of-a-script": (_heredoc("foo(%)", "RUN <<EOF python3"), 4_000),
    "volumes": (_lines("VOLUME /a%\nRUN touch /a%/x"), 500),
    "folders": (_lines("WORKDIR a%\nRUN x"), 600),
    "ports": (_joined("EXPOSE ", "%", " "), 4_000),
    "instructions-of-ports": (_lines("EXPOSE %"), 4_000),
    "triggers": (_lines("ONBUILD RUN apt-get install x%"), 500),
    "comments": (_lines("# RUN apt-get install foo% # TODO x"), 4_000),
    "pragmas": (_lines("# hadolint ignore=DL3008\nRUN apt-get install -y x"), 400),
    "pragmas-of-all": (
        _lines("# checkov:skip=CKV_DOCKER_%: x\n# trivy:ignore:AVD-DS-%\n# nosemgrep: a%\n# lintstack: ignore[a%] x"),
        300,
    ),
    "ids-of-a-pragma": (_joined("# hadolint ignore=", "DL%", ",", end="\nRUN x"), 2_000),
    "comments-inside": (_joined("RUN ", "foo \\\n# c % \n", " && "), 1_500),
    "blank-lines-inside": (lambda n: {"Dockerfile": DEBIAN + "RUN a \\\n" + "\n" * n + " b\n"}, 15_000),
    "unknown-instructions": (_lines("FROB x%"), 1_500),
    "services": (_services("build: .", lambda _: DEBIAN + "RUN apt-get install x\nCOPY . .\n" * 20), 150),
    "services-of-stages": (_services("build: {context: ., target: t%}", _stages), 150),
    "services-with-arguments": (
        _services("build: {context: ., args: {A: b%}}", lambda _: DEBIAN + "ARG A\nRUN apt-get install $A\n" * 10),
        120,
    ),
    "inline": (
        _services('build: {dockerfile_inline: "FROM debian:12\\nRUN sudo x%\\nUSER root\\n"}', lambda _: DEBIAN),
        200,
    ),
}  # fmt: skip
NOISE = 0.15  # seconds by which two runs of one thing may differ


def _lint(gauge: Gauge, house: House, files: Files) -> Cost:
    folder = house.tree(files)
    words = ("--preset", "strict", "--ignore", "shellcheck", "-o", "concise")
    cost = gauge.run(folder, "check", *words, ".")
    assert cost.code in (0, 1), cost.errors
    assert cost.refused == ()
    assert "internal-error" not in cost.out
    return cost


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_input_costs_about_twice(family: str, house: House, gauge: Gauge) -> None:
    make, count = FAMILIES[family]
    once = _lint(gauge, house, make(count))
    twice = _lint(gauge, house, make(2 * count))
    assert twice.seconds <= 3 * once.seconds + NOISE
    assert twice.megabytes <= 2.2 * once.megabytes


# F13: as many of each as would cost minutes if any rule looked at all of them for each.
LARGE: dict[str, tuple[Make, int]] = {
    "links": (_linked("apt-get install -y p%"), 3_000),
    "words": (_joined("RUN pip install ", "a==1", " ", PYTHON), 100_000),
    "runs": (_lines("RUN npm install p% && foo", NODE), 4_000),
    "copies": (_lines("COPY a% /b/"), 8_000),
    "environment": (_joined("ENV ", "A%=b", " "), 30_000),
}


@pytest.mark.parametrize("family", LARGE)
def test_a_large_dockerfile(family: str, house: House, gauge: Gauge) -> None:
    make, count = LARGE[family]
    cost = _lint(gauge, house, make(count))
    assert cost.seconds < 6
    assert cost.megabytes < 400
