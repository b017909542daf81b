"""Checks of what a service starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintstack.findings import Problem
from lintstack.model import Service

LARGEST = 1_000_000  # characters of a package.json that are read


def dev_command_in_prod(service: Service) -> Iterator[Problem]:
    """What a production service starts, seen through the scripts of its package.json."""
    process = service.process
    if not process.value or not process.places:
        return
    from lintstack.dockerfile.programs.dev_servers import dev_server

    told = any(item.name in ("RAILS_ENV", "RACK_ENV") for item in service.environment)
    unknown = service.build is None or service.build.stage is None
    said = dev_server(process.value, lambda: _scripts(service), told or unknown)
    if said:
        message = f"{service} starts {said} in production, which is for developers; start what the build made"
        yield Problem(message, process.places[0], process.places[1:], fact="process")


def _scripts(service: Service) -> dict[str, str]:
    """The scripts of the package.json in the build context; none when that cannot be read."""
    dockerfile = service.dockerfile
    text = dockerfile.context.text("package.json") if dockerfile and dockerfile.context else None
    if not text or len(text) > LARGEST:
        return {}
    import json

    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found = data.get("scripts") if isinstance(data, dict) else None
    items = found.items() if isinstance(found, dict) else ()
    return {name: said for name, said in items if isinstance(said, str)}
