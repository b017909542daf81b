"""The page about images, and rules that ask the catalogue, on files that are made to hurt."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.analysis import analyse
from lintstack.config import Config, load
from lintstack.image_keys import KEYS
from lintstack.scope import Options
from tests import clock

RULES = (
    "datastore-without-auth",
    "default-login",
    "secret-file-variant",
    "data-without-volume",
    "stray-data-volume",
    "image-setting-missing",
    "open-dashboard-port",
    "quotes-in-value",
    "stop-grace",
    "stop-signal-unknown",
    "writable-paths",
    "unprivileged-twin",
    "port-not-exposed",
    "port-missing-udp",
)
PAGE = Path(__file__).parents[1] / "docs" / "images.md"


def test_the_page_tells_of_every_key() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for key, schema in KEYS.items():
        assert f"| `{key}` | {schema['description']}" in text
    assert text.count("\n| `") == len(KEYS) + 1


def test_its_example_is_a_configuration(tmp_path: Path) -> None:
    example = PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / ".lintstack.yaml").write_text(example, encoding="utf-8")
    assert set(load(str(tmp_path)).images) == {
        "registry.example.com/base/*",
        "registry.example.com/base/node",
        "registry.example.com/cache",
    }


MANY = 3000
VARIABLES = "".join(f"      V{index}: {index}\n" for index in range(MANY))
PORTS = "".join(f"      - '{10_000 + index}:{10_000 + index}'\n" for index in range(MANY))
NAMES = "".join(f"      - '{53}:{53}/tcp'\n" for _ in range(MANY))
MOUNTS = "".join(f"      - /srv/{index}:/var/lib/{index}:ro\n" for index in range(MANY))
EXPOSED = "".join(f"      - '{index + 1}'\n" for index in range(MANY))


@pytest.mark.parametrize(
    "text",
    [
        f"services:\n  db:\n    image: postgres:17\n    environment:\n{VARIABLES}    ports:\n{PORTS}",
        f"services:\n  db:\n    image: postgres:17\n    expose:\n{EXPOSED}    ports:\n{PORTS}",
        f"services:\n  db:\n    image: nginx\n    read_only: true\n    volumes:\n{MOUNTS}",
        f"services:\n  db:\n    image: postgres:17\n    volumes:\n{MOUNTS}",
        f"services:\n  dns:\n    image: pihole/pihole\n    ports:\n{PORTS}{NAMES}",
        f"services:\n  db:\n    image: redis\n    command: {'redis-server --x ' * 50_000}\n",
        f"services:\n  db:\n    image: redis\n    stop_signal: {'S' * 100_000}\n    stop_grace_period: {'9' * 1000}h\n",
    ],
)
def test_hostile_files_take_bounded_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "compose.prod.yaml").write_text(text, encoding="utf-8")
    started = clock.start()
    found = analyse(Options(paths=(str(tmp_path),), config=Config(), select=RULES)).findings
    assert clock.stop(started) < 10
    assert not [finding for finding in found if finding.rule == "internal-error"]
