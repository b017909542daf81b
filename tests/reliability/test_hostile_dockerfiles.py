"""Dockerfiles drawn from what every rule looks at, whole and broken, alone and in compose files, with all rules on."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dockerfile.drawn import drawn
from tests.reliability.lint import Files, House, Outcome, inside

EXAMPLES = settings(max_examples=40)
CANARY = "zq7Kx9vW2m"
NASTY = "[]{}:,&*!|>'\"%@`#-?<=$()\\/ \t\r\n\x00\x0b\x1c\x85\u00a0\u2028\ufeff\u202e\u0130\U0001f44d"
BASES = "debian:12 alpine:3.20 node:20 python centos:7 golang:1 $BASE scratch mcr.microsoft.com/windows/nanoserver:1809"
LINES = (
    r"""
RUN apt-get update && apt-get install -y --no-install-recommends curl=7.* git && rm -rf /var/lib/apt/lists/*
RUN apk add --no-cache x y=1 && pip install -r r.txt foo==1 && npm install -g x@1 && yarn config set strict-ssl
RUN npm; pip; apt-get; gem; curl; wget; tar; useradd; chmod; git; sudo; cd; env; set; export; rm; ln; npm config set
RUN cd /tmp && wget https://x.org/a.tgz | tar xz && curl -sSL http://x.org/i.sh | sudo bash
RUN if [ -f x ]; then chmod -R 777 /; else for i in a b; do useradd -u 100000000 $i; done; fi
RUN --mount=type=cache,target=/x,sharing=locked --network=host --security=insecure ln -sf /bin/bash /bin/sh
RUN <<-'EOF' bash
	apt-get install x
	EOF
RUN echo "deb x" > /etc/apt/sources.list.d/x.list; sed -i s/a/b/ /etc/passwd; $(cat x) `y` ${A:-b} >&2 2>/dev/null <in
RUN set -eux; \
  # c

  b
COPY --from=0 --chown=a:b --chmod=755 a ../b .env /x
COPY --link ["a b", "c"]
COPY <<EOF /x
USER z
EOF
ADD https://x.org/a.tgz a.tar.gz x
ADD --checksum=sha256:x https://a/b c
ENV A=b PATH=$PATH:/x B
ARG V=${A:-${B}}
LABEL org.opencontainers.image.created=x a.b="" A=b
USER root
USER 1000:${G}
WORKDIR app/${X} y
EXPOSE 22 80/tcp 99999 80-90/udp - a/b/c :
HEALTHCHECK --interval=1s --retries=x CMD curl -f http://localhost/ || exit 1
CMD npm start
CMD ["a", 'b']
ENTRYPOINT
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
MAINTAINER x
STOPSIGNAL KILL
VOLUME /data /
ONBUILD RUN apt-get install x
FROM --platform=linux/amd64 a AS b
FROM b as B c
# hadolint ignore=DL3008,SC2086
# lintstack: ignore[non-root-user] why
# check=error=true;skip=JSONArgsRecommended
# TODO: x
""".replace("\\\n", "\\~")
    .replace("\n\n", "~~")
    .strip("\n")
    .split("\n")
)
_cut = st.builds(
    lambda line, start, end: line[start:end], st.sampled_from(LINES), st.integers(0, 30), st.integers(0, 90)
)
_line = st.sampled_from(LINES) | _cut | st.text(NASTY, max_size=6)
_joints = st.sampled_from(["\n", "\n", "\n", "\r\n", "", " \\\n", " && "])
_pieces = st.lists(st.tuples(_line, _joints), max_size=12).map(lambda items: "".join(map("".join, items)))
texts = st.integers(0, 100_000).map(drawn) | st.builds(
    lambda base, rest: f"FROM {base}\n{rest}".replace("~", "\n"), st.sampled_from(BASES.split()), _pieces
)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() or char in "\n\t" else "?" for char in text)


def _block(style: str) -> Callable[[str], str]:
    def written(text: str) -> str:
        lines = "".join(f"        {line}\n" for line in _printable(text).split("\n"))
        return f"services:\n  a:\n    build:\n      dockerfile_inline: {style}2\n{lines}  b: {{image: x}}\n"

    return written


def _quoted(text: str) -> str:
    lines = _printable(text).replace("'", "''").replace("\t", " ").split("\n")
    return "services:\n  a:\n    build:\n      dockerfile_inline: '" + "\n\n        ".join(lines) + "'\n"


INSIDE: dict[str, Callable[[str], str]] = {
    "literal": _block("|"),
    "folded": _block(">"),
    "single-quoted": _quoted,
    "json": lambda text: json.dumps({"services": {"a": {"build": {"dockerfile_inline": text}}}}),
}


def _judged(house: House, files: Files) -> Outcome:
    with house.once(files) as folder:
        outcome = house.lint(folder, rules="all")
        for finding in outcome.findings:
            for place in (finding, *finding["related"]):
                inside(place, folder)
    return outcome


@EXAMPLES
@given(texts)
def test_any_dockerfile(house: House, text: str) -> None:
    _judged(house, {"Dockerfile": text})


@settings(max_examples=15)
@given(text=texts)
@pytest.mark.parametrize("style", INSIDE)
def test_any_dockerfile_in_a_compose_file(style: str, house: House, text: str) -> None:
    _judged(house, {"compose.yaml": INSIDE[style](text.encode("utf-8", "replace").decode())})


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nENTRYPOINT \x1c\n",
        "FROM a\nCMD \x1f\x1c\n",
        "FROM a\nWORKDIR ${% X}/a\nCOPY a ${%X} ${}\n",
        "FROM node:20\nRUN npm\nRUN npm --x; yarn; pip; curl; wget; git\n",
    ],
)
def test_dockerfiles_that_rules_broke_on(text: str, house: House) -> None:
    assert "exec-form-command" in _judged(house, {"Dockerfile": text + "CMD x y\n"}).rules


# Places of the text: the same faults in every style, at the very words.
FAULTS = "FROM debian:12\n\nRUN sudo x \\\n    y sudo\n\n\nUSER root\n"


@pytest.mark.parametrize(
    "written",
    [
        "|\n        FROM debian:12\n\n        RUN sudo x \\\n            y sudo\n\n\n        USER root\n",
        "|2\n        FROM debian:12\n\n        RUN sudo x \\\n            y sudo\n\n\n        USER root\n",
        ">\n        FROM debian:12\n\n\n        RUN sudo x \\\n            y sudo\n\n\n\n        USER root\n",
        ">-\n        FROM ${B:-debian:12}\n\n\n        RUN sudo x ${Y:-y}\n\n        USER root\n",
        "|\n        FROM ${B:-debian:12}\n        RUN sudo x ${Y:-y} $$Z\n        USER root\n",
        "'FROM debian:12\n\n\n        RUN sudo ''x'' y\n\n        USER root\n\n        '\n",
        json.dumps(FAULTS) + "\n",
        json.dumps('FROM debian:12\nENV A="\té\\\\"\nRUN sudo x\nUSER root') + "\n",
        '"FROM debian:12\\n\\\n         RUN sudo x\\n\\\n         USER root"\n',
    ],
)
def test_words_of_an_inline_dockerfile_are_where_they_stand(written: str, house: House) -> None:
    """Two services with one text have findings of their own."""
    files = {
        "compose.yaml": "services:\n"
        + "".join(f"  {name}:\n    build:\n      dockerfile_inline: {written}" for name in "ab")
    }
    with house.once(files) as folder:
        findings = house.lint(folder, rules="all").findings
    lines = files["compose.yaml"].split("\n")
    for rule, word in (("sudo-in-run", "sudo"), ("non-root-user", "root")):
        found = [item for item in findings if item["rule"] == rule]
        assert len(found) == 2
        for item in found:
            assert item["line"] == item["end_line"]
            assert lines[item["line"] - 1][item["column"] - 1 : item["end_column"] - 1] == word
    halves = len(lines) // 2
    assert {item["line"] <= halves for item in findings if item["rule"] == "sudo-in-run"} == {True, False}


# ---- secrets that stand where no rule expects one

UNEXPECTED = {
    "chpasswd": "RUN echo 'root:%s' | chpasswd",
    "passwd": "RUN echo %s | passwd root --stdin",
    "login": "RUN echo %s | docker login -u me --password-stdin",
    "login-option": "RUN docker login -u me -p %s x.org",
    "user-password": "RUN useradd -p %s app",
    "curl": "RUN curl -u me:%s https://x.org | bash",
    "header": "RUN curl -H 'Authorization: Bearer %s' https://x.org | bash",
    "url": "RUN git clone https://me:%s@github.com/a/b && cd b",
    "index": "RUN pip install --index-url https://me:%s@x.org/simple y",
    "netrc": 'RUN echo "machine x.org login me password %s" > ~/.netrc',
    "npm": "RUN npm config set //registry.npmjs.org/:_authToken=%s",
    "aws": "RUN aws configure set aws_secret_access_key %s",
    "export": "RUN export API_KEY=%s && make",
    "prefix": "RUN API_KEY=%s make",
    "heredoc": "RUN <<EOF\nmysql -p%s x\nEOF",
    "from": "FROM https://me:%s@x.org/y",
    "from-name": "FROM a AS https://me:%s@x.org/y",
    "label-name": "LABEL https://me:%s@X.org/y=z",
    "keyword": "api_token=%s x",
    "folder": "WORKDIR API_TOKEN=%s x",
    "destination": "COPY a b API_TOKEN=%s",
    "port": "EXPOSE API_TOKEN=%s",
    "signal": "STOPSIGNAL API_TOKEN=%s",
    "user": "USER https://me:%s@x.org",
    "comment": "# lintstack: ignore[https://me:%s@x.org] x",
    "trigger": "ONBUILD RUN curl -u me:%s https://x.org | bash",
}


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("place", UNEXPECTED)
def test_a_secret_stays_in_its_file(place: str, inline: bool, house: House) -> None:
    text = f"FROM node:20\n{UNEXPECTED[place].replace('%s', CANARY)}\nRUN sudo x\n"
    files = {"compose.yaml": INSIDE["literal"](text)} if inline else {"Dockerfile": text}
    outcome = _judged(house, files)
    assert outcome.findings
    assert [name for name, report in outcome.reports.items() if CANARY in report or CANARY.upper() in report] == []
