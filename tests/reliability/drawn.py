"""Projects drawn from what Compose files may say, and the same project written in many styles.

A project is plain data (`Tree`); every value in it is one that Compose accepts, so that a finding about a rendering is
a finding about the project. `written` spells it: block or flow, quotes, line ends, comments, order of keys, anchors.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from hypothesis import strategies as st

Tree: TypeAlias = dict[str, Any]
NAMES = ("api", "cache", "db", "db-1", "web_2")
_text = st.sampled_from(["a", "x y", "it's", 'say "a"', "k: v", "# none", "- a", "yes", "0x10", "nginx:latest", "é👍"])
_image = st.sampled_from(
    ["nginx", "nginx:latest", "nginx:1.27", "postgres:17", "redis:7@sha256:" + "0" * 64, "x/y:${T:-1}"]
)
_number = st.integers(0, 70_000)
_size = st.sampled_from(["64m", "1g", "512M"])
_span = st.sampled_from(["10s", "1m30s", "500ms"])
_port = st.sampled_from(["80", "8080:80", "127.0.0.1:8080:80", "5432:5432/tcp", "53:53/udp", "8000-8002:9000-9002"])
_mount = st.sampled_from(
    ["data:/data", "./src:/app", "./conf.yml:/etc/x.yml:ro", "/var/run/docker.sock:/var/run/docker.sock"]
)
_command = st.sampled_from(["run", "sh -c 'a b'", "redis-server --requirepass x"]) | st.lists(
    st.sampled_from(["a", "--b", "c d"]), max_size=3
)
_pairs = st.dictionaries(st.sampled_from(["A", "DB_PASSWORD", "TOKEN_FILE", "url"]), _text, max_size=3)
_listed = st.lists(
    st.sampled_from(["A=b", "C=", "DB_PASSWORD=hunter2"]), max_size=3, unique_by=lambda item: item.split("=")[0]
)
_FIELDS: Tree = {
    "image": _image,
    "user": st.sampled_from(["root", "0", "app", "1000:1000"]),
    "privileged": st.booleans(),
    "read_only": st.booleans(),
    "restart": st.sampled_from(["no", "always", "unless-stopped", "on-failure:3"]),
    "container_name": st.sampled_from(["one", "two"]),
    "ports": st.lists(_port, max_size=3, unique=True)
    | st.lists(
        st.fixed_dictionaries({"target": st.integers(1, 9_000)}, optional={"published": st.just("8080")}), max_size=1
    ),
    "volumes": st.lists(_mount, max_size=3, unique=True)
    | st.lists(st.fixed_dictionaries({"type": st.just("tmpfs"), "target": st.just("/tmp")}), max_size=1),
    "environment": _pairs | _listed,
    "labels": _pairs,
    "command": _command,
    "cap_add": st.lists(st.sampled_from(["SYS_ADMIN", "NET_ADMIN", "CHOWN"]), max_size=2, unique=True),
    "security_opt": st.just(["no-new-privileges:true"]),
    "network_mode": st.sampled_from(["host", "none"]),
    "pid": st.just("host"),
    "mem_limit": _size,
    "healthcheck": st.fixed_dictionaries(
        {"test": st.just("curl -f http://localhost") | st.just(["CMD", "true"])},
        optional={"interval": _span, "retries": st.integers(1, 9)},
    )
    | st.just({"disable": True}),
    "logging": st.fixed_dictionaries(
        {"driver": st.just("json-file")}, optional={"options": st.just({"max-size": "10m"})}
    ),
    "deploy": st.fixed_dictionaries(
        {}, optional={"replicas": st.integers(0, 3), "resources": st.just({"limits": {"memory": "64m", "cpus": "0.5"}})}
    ),
    "x-note": _text,
}
_service = st.fixed_dictionaries(
    {"image": _image}, optional={key: value for key, value in _FIELDS.items() if key != "image"}
)


@st.composite
def projects(draw: st.DrawFn) -> Tree:
    """A project that Compose accepts: services with fields of every shape, dependencies without circles."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    services = {name: dict(draw(_service)) for name in names}
    for index, name in enumerate(names[1:], 1):
        if draw(st.booleans()):
            services[name]["depends_on"] = [names[index - 1]]
    volumes: Tree = {"volumes": {"data": {}}} if draw(st.booleans()) else {}
    return {"services": services, **volumes}


class Style(NamedTuple):
    """How a project is spelt.

    Args:
        seed: of the dice that choose where they may.
        newline: end of lines.
        bom: whether a byte order mark comes first.
        indent: blanks of one level.
        flow: how often a collection is written in brackets, 0 to 1.
        quoted: how often a text that needs no quotes has them.
        comments: how often a comment or an empty line stands before an entry.
        shuffled: whether the keys of mappings stand in another order.
        aliased: whether a value that occurs twice is written once, with an anchor.
    """

    seed: int = 0
    newline: str = "\n"
    bom: bool = False
    indent: int = 2
    flow: float = 0.0
    quoted: float = 0.0
    comments: float = 0.0
    shuffled: bool = False
    aliased: bool = False


PLAIN = Style()
# Words that some YAML takes for something else than a text.
_TYPED = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
_chance = st.sampled_from([0.0, 0.3, 1.0])
styles = st.builds(
    Style,
    st.integers(0, 999),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.integers(1, 4),
    _chance,
    _chance,
    _chance,
    st.booleans(),
)


def written(tree: Tree, style: Style = PLAIN) -> bytes:
    """A project as the bytes of a Compose file."""
    writer = _Writer(style)
    text = style.newline.join(writer.block(tree, 0)) + style.newline
    return (b"\xef\xbb\xbf" if style.bom else b"") + text.encode()


class _Writer:
    def __init__(self, style: Style) -> None:
        self.style = style
        self.dice = random.Random(style.seed)
        self.anchors: dict[str, str] = {}

    def block(self, node: Any, depth: int) -> Iterator[str]:
        """Lines of a collection that is not empty."""
        pad = " " * (depth * self.style.indent)
        for key, value in self._pairs(node):
            if self.dice.random() < self.style.comments:
                yield self.dice.choice(["", f"{pad}# a comment: 'with [signs", "#", f"{pad}   # {{"])
            head = f"{pad}-" if key is None else f"{pad}{self._key(key)}:"
            tail = "  # why" if self.dice.random() < self.style.comments else ""
            anchor = self._anchor(value)
            if anchor.startswith(" *"):
                yield f"{head}{anchor}{tail}"
            elif isinstance(value, dict | list) and value and self.dice.random() >= self.style.flow:
                yield f"{head}{anchor}{tail}"
                yield from self.block(value, depth + 1)
            else:
                yield f"{head}{anchor} {self._flow(value)}{tail}"

    def _pairs(self, node: Any) -> list[tuple[str | None, Any]]:
        if isinstance(node, list):
            return [(None, item) for item in node]
        pairs = list(node.items())
        if self.style.shuffled:
            self.dice.shuffle(pairs)
        return pairs

    def _anchor(self, value: Any) -> str:
        """` &aN` where a collection is written first, ` *aN` where it comes again."""
        if not self.style.aliased or not isinstance(value, dict | list) or not value:
            return ""
        spelt = json.dumps(value, sort_keys=False)
        if spelt in self.anchors:
            return f" *{self.anchors[spelt]}"
        self.anchors[spelt] = f"a{len(self.anchors)}"
        return f" &{self.anchors[spelt]}"

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return (
                "{" + ", ".join(f"{self._key(key or '')}: {self._flow(item)}" for key, item in self._pairs(value)) + "}"
            )
        if isinstance(value, list):
            return "[" + ", ".join(self._flow(item) for item in value) + "]"
        if isinstance(value, str):
            return self._text(value)
        return json.dumps(value)

    def _key(self, key: str) -> str:
        return self.dice.choice([f"'{key}'", f'"{key}"']) if self.dice.random() < self.style.quoted else key

    def _text(self, text: str) -> str:
        """A text in double or single quotes; without any where it is a plain word to everybody."""
        if text.isalpha() and text not in _TYPED and self.dice.random() >= self.style.quoted:
            return text
        return json.dumps(text, ensure_ascii=False) if self.dice.random() < 0.5 else "'" + text.replace("'", "''") + "'"
