"""Programs that a chain of stages installs."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.image import effective
from lintstack.dockerfile.managers.installed import Programs, installed
from lintstack.dockerfile.managers.pins import package_name
from lintstack.dockerfile.stages import target
from lintstack.dockerfile.syntax import parse
from lintstack.source import Source


def programs(text: str) -> Programs:
    stage = target(parse(Source("Dockerfile", f"FROM a\n{text}")), None)
    assert stage
    return installed(effective(stage).chain)


BROUGHT = {
    "RUN apt-get update && apt-get install -y --no-install-recommends curl=7.* -o A=b wget:amd64": {"curl", "wget"},
    "RUN apk add --no-cache 'curl~=8' busybox-extras": {"curl", "telnet"},
    "RUN sudo dnf -y install nmap-ncat": {"nc"},
    "RUN zypper --non-interactive in -y curl": {"curl"},
    "RUN apt-get install -y default-mysql-client postgresql-client redis-tools": {
        "mysqladmin",
        "pg_isready",
        "redis-cli",
    },
    "RUN npm i -g @x/tool@1.2 pm2": {"tool", "pm2"},
    "RUN python3 -m pip install 'gunicorn[a]==1' && pip3.11 install -r x uvicorn>=2": {"gunicorn", "uvicorn"},
    "RUN uv pip install ruff && pipx install black": {"ruff", "black"},
    "RUN curl -fsSLo /usr/local/bin/gosu https://x && wget -O /bin/jq y": {"gosu", "jq"},
    "RUN ln -s /opt/x /usr/bin/y && mv a /usr/local/bin/ && install -m 755 b /usr/sbin/c": {"y", "a", "c"},
    "RUN chmod +x /usr/local/bin/tini": {"tini"},
    "COPY --from=uv /uv /uvx /bin/": {"uv", "uvx"},
    "COPY --from=c /usr/bin/composer /usr/bin/composer": {"composer"},
    "ADD https://x/y/wait /usr/local/bin/": {"wait"},
    "COPY entry.sh /usr/local/bin/entry": {"entry"},
    "RUN pacman -Sy --noconfirm curl": {"curl"},
    "RUN <<EOF\napt-get install -y curl\nEOF": {"curl"},
    "RUN corepack enable": {"yarn"},
    "RUN update-alternatives --install /usr/bin/vi vi /x 1": {"vi"},
}


@pytest.mark.parametrize("text", BROUGHT)
def test_what_is_brought(text: str) -> None:
    found = programs(text)
    assert found.names >= BROUGHT[text]
    assert found.complete, found.reason
    assert set(found.places) == found.names


def test_triggers_install_where_they_are_replayed() -> None:
    below = "ONBUILD RUN apk add curl\nONBUILD COPY --from=c /jq /usr/bin/jq\nRUN apk add git\n"
    stages = parse(Source("Dockerfile", f"FROM a AS below\n{below}FROM below AS next\nFROM next\n")).stages
    found = [installed(effective(stage).chain).names for stage in stages]
    assert found == [{"git"}, {"git", "curl", "jq"}, {"git", "curl", "jq"}]


NOT_COMPLETE = [
    "RUN apt-get install -y $PACKAGES",
    "RUN ./install.sh",
    "RUN curl x | sh",
    "RUN make && make install",
    "RUN sh /tmp/x.sh",
    "RUN dpkg -i x.deb",
    "COPY --from=b / /",
    "COPY rootfs /",
    "COPY --from=b /usr/local /usr/local",
    "RUN a && ||",
    "COPY --from=b /usr/bin /usr/bin",
    "COPY bin/ /usr/local/bin/",
    "RUN tar xzf x -C /usr/local",
    "ADD x.tar.gz /",
    "RUN unzip x -d /usr/local/bin",
    "RUN busybox --install",
    'SHELL ["pwsh"]\nRUN a',
    "RUN $X y",
    "RUN apt install ./x.deb",
]


@pytest.mark.parametrize("text", NOT_COMPLETE)
def test_what_is_not_understood(text: str) -> None:
    found = programs(text)
    assert not found.complete
    assert found.reason


@pytest.mark.parametrize(
    "text", ["COPY app.jar /", "COPY . .", "RUN ./configure && make", "RUN ./mvnw package", "COPY . /app"]
)
def test_what_brings_nothing(text: str) -> None:
    assert programs(text) == Programs(frozenset(), True, {}, "")


def test_what_is_removed_is_gone() -> None:
    assert programs("RUN apk add --virtual .b gcc curl && apk add nc && apk del .b").names == {"nc"}
    assert programs("RUN apt-get install -y netcat-openbsd x && apt-get purge -y netcat-openbsd").names == {"x"}


def test_npm_without_global_installs_no_program() -> None:
    assert programs("RUN npm install x").names == frozenset()


def test_chain_and_places() -> None:
    found = programs("RUN apt-get install -y \\\n  curl\nFROM x")
    assert found.names == frozenset()
    parsed = parse(Source("Dockerfile", "FROM a AS b\nRUN apt-get install -y \\\n  curl\nFROM b\nRUN apt install nc"))
    both = installed(effective(parsed.stages[1]).chain)
    assert {name: span.line for name, span in both.places.items()} == {"curl": 3, "nc": 5}
    assert both.places["curl"].text == "curl"


@pytest.mark.parametrize(
    ("manager", "word", "name"),
    [
        ("apt-get", "curl=7.1", "curl"),
        ("apt-get", "libc6:amd64", "libc6"),
        ("apt-get", "curl/sid", "curl"),
        ("apk", "curl>8", "curl"),
        ("apk", "curl@edge", "curl"),
        ("pip", "a[b]==1", "a"),
        ("npm", "@a/b@1", "b"),
        ("go", "example.com/x/cmd@latest", "cmd"),
    ],
)
def test_package_names(manager: str, word: str, name: str) -> None:
    assert package_name(manager, word) == name
