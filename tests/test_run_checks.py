"""What pages cannot show of the rules about RUN: the very word, related places, wordings, and how long they take."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.findings import Finding
from tests import clock
from tests.stack import lint


def found(folder: Path, rule: str, dockerfile: str) -> list[Finding]:
    return list(lint(folder, {"Dockerfile": dockerfile}, select=(rule,)).findings)


# Rule → Dockerfile behind `FROM debian:12`, the word that the finding stands on, and lines of related places.
WORDS = {
    "pipefail": ("RUN a &&\\\n b | c\\\n | d\n", "|", [4]),
    "unchecked-download-pipe": ("RUN curl https://x.org/a | sh\n", "|", []),
    "unnoticed-failure": ("RUN <<-'EOF' bash\n\ta\n\tb\n\tEOF\n", "<<-'EOF'", [3]),
    "cd-in-run": ("RUN a && \\\n  cd /b && cd ..\n", "cd", [3]),
    "consecutive-run": ("run a\nRun b\n", "Run", [2]),
    "consecutive-copy": ("COPY a /x/\nCOPY b /x/\n", "COPY", [2]),
    "prefer-run-heredoc": ("RUN a && b && c\n", "RUN", []),
    "pointless-command": ("RUN sudo /usr/bin/top\n", "/usr/bin/top", []),
    "wget-progress": ("RUN a; 'wget' x\n", "'wget'", []),
    "curl-follow-redirects": ('RUN sh -c "curl https://x.org/a"\n', "curl", []),
    "change-bin-sh": ("RUN ln -s a /bin/sh\n", "ln", []),
    "useradd-no-log-init": ("RUN useradd --uid 1000000 a\n", "1000000", []),
    "wget-and-curl": ("RUN wget x\nRUN a; curl y\n", "curl", [2]),
    "download-retry": ("RUN wget x\n", "wget", []),
    "telemetry-opt-out": ("RUN npx next@15 build\n", "next@15", []),
}


@pytest.mark.parametrize("rule", WORDS)
def test_it_stands_on_the_word(rule: str, tmp_path: Path) -> None:
    text, word, related = WORDS[rule]
    (finding,) = found(tmp_path, rule, f"FROM debian:12\n{text}")
    assert finding.at.span.text == word
    assert [place.span.line for place in finding.related] == related


@pytest.mark.parametrize(
    ("rule", "dockerfile", "words"),
    [
        ("pipefail", "FROM debian:12\nRUN a | b\n", '`SHELL ["/bin/bash", "-o", "pipefail", "-c"]`'),
        ("pipefail", "FROM node:22-alpine AS a\nFROM a\nRUN a | b\n", "write `set -o pipefail`"),
        ("pipefail", 'FROM debian:12\nSHELL ["bash", "-c"]\nRUN a | b\n', "write `set -o pipefail`"),
        ("unnoticed-failure", "FROM debian:12\nRUN for x in 1 2; do a; done\n", "`|| exit 1`"),
        ("unnoticed-failure", "FROM debian:12\nRUN cd /x && a; b\n", "when `a` fails"),
        ("wget-progress", "FROM alpine:3.20\nRUN wget x\n", "add `-q`"),
        ("wget-progress", "FROM debian:12\nRUN wget x\n", "add `--progress=dot:giga`"),
        ("cd-in-run", "FROM debian:12\nRUN cd /opt/app && make\n", "`WORKDIR /opt/app`"),
        ("telemetry-opt-out", "FROM node:22\nRUN ng build\n", "`ENV NG_CLI_ANALYTICS=false`"),
    ],
)
def test_the_way_out_fits_the_image(rule: str, dockerfile: str, words: str, tmp_path: Path) -> None:
    (finding,) = found(tmp_path, rule, dockerfile)
    assert words in finding.message


def test_each_pipe_belongs_to_one_of_the_two_rules(tmp_path: Path) -> None:
    findings = found(tmp_path, "DL4006", "FROM debian:12\nRUN curl https://x.org/a \\\n | sort \\\n | uniq > b\n")
    assert {item.rule: item.at.span.line for item in findings} == {"unchecked-download-pipe": 3, "pipefail": 4}


HOSTILE = {
    "many stages": "FROM debian:12 AS s0\nRUN a | b\n"
    + "".join(f"FROM s{i} AS s{i + 1}\nRUN curl https://x/a | sh; dotnet build; wget b\n" for i in range(600)),
    "many downloads": "FROM debian:12\n" + "RUN curl https://x.org/a\n" * 4000,
    "many pipes": "FROM debian:12\nRUN " + " | ".join(["a"] * 490) + "\n",
    "many kills": "FROM debian:12\nRUN " + "kill 1; " * 6000 + "a\n",
    "many services": "FROM debian:12\nRUN " + "service a start; " * 3000 + "a\n",
    "many copies": "FROM debian:12\n" + "COPY a /b/\n" * 4000,
    "a long name": "FROM debian:12\nRUN A=1; cd " + "$A" * 20000 + "\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_time_is_bounded(text: str, tmp_path: Path) -> None:
    begun = clock.start()
    lint(tmp_path, {"Dockerfile": text}, select=tuple(WORDS))
    assert clock.stop(begun) < 10
