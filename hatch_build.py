"""Build hook: compiles rule pages and image facts into the files that a wheel carries inside the package."""

from __future__ import annotations

import json
import sys
from marshal import dumps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # the configuration class is of no interest here
    """Adds the compiled files to wheels; an editable install reads the sources themselves."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel is packed.

        Args:
            version: "standard" or "editable".
            build_data: what the builder will do; files are added under "force_include".

        Raises:
            RuntimeError: there are no pages, so that the wheel would hold a linter without rules.
        """
        if version == "editable":
            return
        self.folder = TemporaryDirectory()  # lives as long as the hook: until the wheel is packed
        for name, content in compiled(Path(self.root)).items():
            path = Path(self.folder.name, name)
            path.write_bytes(content)
            build_data["force_include"][str(path)] = f"lintstack/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called by hatchling when the wheel is packed."""
        if version != "editable":
            self.folder.cleanup()


def compiled(root: Path) -> dict[str, bytes]:
    """Names and contents of the files compiled from a checkout or an unpacked sdist.

    What every run needs becomes a module of two constants, what some need one of its own: Python reads the data in
    them much faster than JSON, or than code that puts them together. Version 4 of their format is what every Python
    since 3.4 reads.
    """
    sys.path.insert(0, str(root))
    try:
        from lintstack.images import read as read_images
        from lintstack.images.known import pack
        from lintstack.rules import TEXTS, compile_pages
    finally:
        sys.path.remove(str(root))
    rules, texts = compile_pages(str(root / "rules"))
    if not rules:
        raise RuntimeError(f"{root / 'rules'} has no rule pages")
    known = read_images()
    module = f'''"""Rules and image facts, made by the build."""

from marshal import loads

RULES = loads({dumps(rules, 4)!r})
IMAGES = loads({dumps((known["bases"], pack(known["images"])), 4)!r})
'''
    advisories = json.loads((root / "lintstack" / "images" / "advisories.json").read_bytes())
    advised = f'''"""Advisories about images, made by the build."""

from marshal import loads

ADVISORIES = loads({dumps(advisories, 4)!r})
'''
    modules = {"compiled.py": module, "compiled_advisories.py": advised, TEXTS: json.dumps(texts)}
    return {name: text.encode() for name, text in modules.items()}
