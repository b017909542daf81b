"""The package that the C parser lies in runs when it is asked for, and is whole then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = {
    "not before it is needed": """
from lintstack.source import Source
from lintstack.yaml import parse
found = parse(Source("a.yaml", "a: [1]"))
assert found.problems == ()
import sys
assert "ruamel.yaml.main" not in sys.modules or "_ruamel_yaml" not in sys.modules
import ruamel.yaml
assert ruamel.yaml.YAML(typ="safe").load("a: 1") == {"a": 1}
assert ruamel.yaml.__version__
""",
    "by name": """
from lintstack.source import Source
from lintstack.yaml import parse
assert parse(Source("a.yaml", "a: [1")).problems
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
try:
    YAML(typ="safe", pure=True).load("a: [1")
except YAMLError:
    pass
else:
    raise SystemExit("no error")
""",
    "imported before": """
import ruamel.yaml
from lintstack.source import Source
from lintstack.yaml import parse
assert parse(Source("a.yaml", "a: [1]")).problems == ()
assert type(ruamel.yaml).__name__ == "module"
""",
    "a name that it has not": """
from lintstack.source import Source
from lintstack.yaml import parse
parse(Source("a.yaml", "a: [1]"))
import ruamel.yaml
assert not hasattr(ruamel.yaml, "nothing_of_this_name")
assert hasattr(ruamel.yaml, "YAML")
""",
    "an error of what has not run": """
from lintstack.source import Source
from lintstack.yaml import parse
parse(Source("a.yaml", "a: [1]"))
import sys
from _ruamel_yaml import CParser
from ruamel.yaml.error import YAMLError
for text, name in {"a: \\x01": "reader", "a: '": "scanner", "a: [": "parser"}.items():
    assert not sys.modules[f"ruamel.yaml.{name}"].running
    parser = CParser(text)
    try:
        while parser.check_event():
            parser.get_event()
    except YAMLError as error:
        module = sys.modules[f"ruamel.yaml.{name}"]
        assert type(error).__module__ == module.__name__, type(error)
        assert type(error) is getattr(module, f"{name.capitalize()}Error")
    else:
        raise SystemExit("no error")
""",
    "what the package is for": """
from lintstack.source import Source
from lintstack.yaml import parse
parse(Source("a.yaml", "a: [1]"))
import io
from ruamel.yaml import YAML
for kind in ("rt", "safe", "unsafe"):
    stream = io.StringIO()
    YAML(typ=kind).dump(YAML(typ=kind).load("a: [1, 2.5, 2020-01-01]  # why"), stream)
    assert "2020-01-01" in stream.getvalue()
""",
    "by many threads": """
from concurrent.futures import ThreadPoolExecutor
from lintstack.source import Source
from lintstack.yaml import parse
parse(Source("a.yaml", "a: [1]"))
import ruamel.yaml
with ThreadPoolExecutor(8) as pool:
    found = list(pool.map(lambda _: ruamel.yaml.YAML, range(64)))
assert len(set(found)) == 1
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_postponed_package(name: str, root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", PROGRAMS[name]]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
