"""Packages and modules whose own code runs only when somebody asks for what it defines.

The C parser needs the names of ruamel.yaml's errors and its events, not the package, nor the constructors, emitters and
representers that the errors stand beside: 14 ms of 90.
"""

from __future__ import annotations

import sys
from _thread import RLock  # `threading` takes 1 ms
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

_LOCK = RLock()


class _Postponed(ModuleType):
    """What has not run yet; a package's modules can be imported, and any other name makes it run."""

    running = False

    def __getattr__(self, name: str) -> Any:
        if name != "__path__":  # which whoever imports looks for; packages have it
            self.run()
        return ModuleType.__getattribute__(self, name)

    def run(self) -> None:
        """Run its code, once; another thread waits until all names are there."""
        with _LOCK:
            if not self.running and self.__spec__ and self.__spec__.loader:
                self.running = True
                self.__spec__.loader.exec_module(self)


def postpone(name: str, error: str = "") -> None:
    """Put a package or module in place without running it, unless it was imported already or is not there.

    Args:
        name: its full name, below another package.
        error: an exception of it that others import to raise it; it runs when that is raised.
    """
    parent = name.rpartition(".")[0]
    try:
        spec = PathFinder.find_spec(name, import_module(parent).__path__)
    except ImportError:
        return
    if name in sys.modules or spec is None:
        return
    module = _Postponed(name)
    module.__spec__, module.__loader__, module.__package__ = spec, spec.loader, spec.parent
    module.__file__ = spec.origin
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    if error:
        module.__dict__[error] = _made(module, error)
    sys.modules[name] = module
    setattr(sys.modules[parent], name.rpartition(".")[2], module)


def _made(module: _Postponed, name: str) -> Callable[..., Any]:
    """What makes an exception of a module that has not run."""

    def make(*args: Any, **named: Any) -> Any:
        module.run()
        return module.__dict__[name](*args, **named)

    return make
