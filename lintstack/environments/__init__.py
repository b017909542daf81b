"""Which compose files run together, under which name, for what: configured, or inferred from evidence."""

from __future__ import annotations

from lintstack.environments.folder import Environment
from lintstack.environments.survey import Project, infer
from lintstack.recognise import kind_of

__all__ = ["Environment", "Project", "infer", "kind_of"]
