"""What rules speak about, by the folder of their pages: how the subjects of a stack are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from lintstack.model import Copy, Instruction, PackageCall, Run, Stack
from lintstack.record import Subject

# How the subjects of each folder of rules are found in a stack.
SUBJECTS: dict[str, Callable[[Stack], Iterable[Subject]]] = {
    "stack": lambda stack: (stack,),
    "compose-file": lambda stack: stack.files,
    "feature": lambda stack: stack.features,
    "service": lambda stack: stack.startable,
    "port": lambda stack: (port for service in stack.startable for port in service.ports),
    "mount": lambda stack: (mount for service in stack.startable for mount in service.mounts),
    "address": lambda stack: (item for service in stack.startable for item in service.addresses),
    "network": lambda stack: stack.networks,
    "variable": lambda stack: (
        item for service in stack.startable for item in (*service.environment, *service.build_args, *service.layers)
    ),
    "dependency": lambda stack: (item for service in stack.startable for item in service.depends_on),
    "reference": lambda stack: (item for service in stack.startable for item in service.references),
    "resource": lambda stack: stack.resources,
    "image": lambda stack: stack.images,
    "build": lambda stack: (service.build for service in stack.startable if service.build),
    "healthcheck": lambda stack: (service.healthcheck for service in stack.startable),
    "suppression": lambda stack: stack.suppressions,
    "script": lambda stack: stack.scripts,
    "project": lambda stack: (stack.home,) if stack.home else (),
    "override": lambda stack: stack.overrides,
    "extension": lambda stack: stack.extensions,
    "include": lambda stack: stack.includes,
    "dotenv": lambda stack: stack.dotenvs,
    "interpolation": lambda stack: stack.interpolations,
    "rewrite": lambda stack: (item for service in stack.startable for item in service.rewrites),
    "dockerfile": lambda stack: stack.dockerfiles,
    "stage": lambda stack: (stage for dockerfile in stack.dockerfiles for stage in dockerfile.stages),
    "instruction": lambda stack: _instructions(stack),
    "run": lambda stack: (item for item in _instructions(stack) if isinstance(item, Run)),
    "copy": lambda stack: (item for item in _instructions(stack) if isinstance(item, Copy)),
    "assignment": lambda stack: (
        found for item in _instructions(stack) if item.name in ("ENV", "ARG") for found in item.assignments
    ),
    "label": lambda stack: (
        found for item in _instructions(stack) if item.name == "LABEL" for found in item.assignments
    ),
    "variable-use": lambda stack: (use for dockerfile in stack.dockerfiles for use in dockerfile.variable_uses),
    "command": lambda stack: (
        command for item in _instructions(stack) if isinstance(item, Run) for command in item.commands
    ),
    "package-call": lambda stack: _package_calls(stack),
    "package": lambda stack: (package for call in _package_calls(stack) for package in call.installs),
}


def _instructions(stack: Stack) -> Iterable[Instruction]:
    return (item for dockerfile in stack.dockerfiles for item in dockerfile.instructions)


def _package_calls(stack: Stack) -> Iterable[PackageCall]:
    runs = (item for item in _instructions(stack) if isinstance(item, Run))
    return (command for run in runs for command in run.commands if isinstance(command, PackageCall))


class Subjects:
    """The subjects of one folder of rules in a stack, found by their names."""

    def __init__(self, found: Iterable[Subject]) -> None:
        self.all = tuple(found)

    @cached_property
    def _by_name(self) -> dict[str, list[Subject]]:
        found: dict[str, list[Subject]] = {}
        for subject in self.all:
            found.setdefault(subject.name, []).append(subject)
        return found

    def of(self, names: tuple[str, ...]) -> Sequence[Subject]:
        """Those with one of some names; all of them where there are no names."""
        if len(names) == 1:
            return self._by_name.get(names[0], ())
        return [subject for name in names for subject in self._by_name.get(name, ())] if names else self.all
