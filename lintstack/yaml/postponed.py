"""Packages whose own code runs only when somebody asks for what it defines.

The C parser needs modules of ruamel.yaml, not what the package itself puts together of all of them: 4 ms of 90.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from threading import RLock
from types import ModuleType
from typing import Any

_LOCK = RLock()


class _Postponed(ModuleType):
    """A package that has not run yet; its modules can be imported, and any other name makes it run."""

    running = False

    def __getattr__(self, name: str) -> Any:
        with _LOCK:  # another thread waits until all names are there
            if not self.running and self.__spec__ and self.__spec__.loader:
                self.running = True
                self.__spec__.loader.exec_module(self)
        return ModuleType.__getattribute__(self, name)


def postpone(name: str) -> None:
    """Put a package in place without running it, unless it was imported already or is not there.

    Args:
        name: its full name, below another package.
    """
    parent = name.rpartition(".")[0]
    try:
        spec = PathFinder.find_spec(name, import_module(parent).__path__)
    except ImportError:
        return
    if name in sys.modules or spec is None or spec.submodule_search_locations is None:
        return
    package = _Postponed(name)
    package.__spec__, package.__loader__, package.__package__ = spec, spec.loader, name
    package.__path__ = spec.submodule_search_locations
    package.__file__ = spec.origin
    sys.modules[name] = package
    setattr(sys.modules[parent], name.rpartition(".")[2], package)
