"""Phase 6: `extends`, along chains of any length without recursion."""

from __future__ import annotations

from collections.abc import Callable

from lintstack.compose.merge import Merger
from lintstack.compose.paths import relocate_service
from lintstack.compose.problems import Problems, shown
from lintstack.compose.reset import Path, apply, below
from lintstack.facts import Place
from lintstack.named import NamedTuple
from lintstack.yaml import Entry, Mapping, Node, Scalar, Sequence

LONGEST_CHAIN = 4096
MOST_COPIED = 100_000


class Model(NamedTuple):
    """One document or file whose services may extend each other.

    Args:
        path: of the file, what a cycle's message names.
        folder: what relative paths in it mean.
        root: its canonical tree; of a file that services are taken from any tree of it.
        cleared: paths of its `!reset` and `!override`.
        taken: gives a service of a file that services are taken from: only those are checked. None: `root` has them.
    """

    path: str
    folder: str
    root: Mapping
    cleared: tuple[Path, ...] = ()
    taken: Callable[[str], Entry | None] | None = None

    def service(self, name: str) -> Entry | None:
        """A service that is a mapping."""
        services = self.root.get("services")
        own = services.entries.get(name) if isinstance(services, Mapping) else None
        entry = own if self.taken is None else self.taken(name)
        return entry if entry is not None and isinstance(entry.value, Mapping) else None


# (value of `extends.file`, model that says so) -> the model of that file, None when it cannot be had.
Opener = Callable[[Scalar, Model], Model | None]


class Extender:
    """Resolves `extends`; results are remembered per file and service."""

    def __init__(self, open_file: Opener, merger: Merger, problems: Problems) -> None:
        self.open_file = open_file
        self.merger = merger
        self.problems = problems
        self.incomplete: set[str] = set()
        self._done: dict[tuple[int, str], Entry | None] = {}
        self._models: list[Model] = []
        self._open_end = False
        self._open: set[tuple[int, str]] = set()
        self._copied = 0

    def resolve(self, model: Model) -> Mapping:
        """The model's tree with every `extends` of its services merged away."""
        services = model.root.get("services")
        if not isinstance(services, Mapping):
            return model.root
        resolved: dict[str, Entry | None] = {}
        for name, entry in services.entries.items():
            if _extends(entry) is None:
                continue
            self._open_end = False
            resolved[name] = self._service(model, name) or entry
            if self._open_end:
                self.incomplete.add(name)
        if not resolved:
            return model.root
        entry = model.root.entries["services"]
        changed = Entry(entry.key, services.with_changed(resolved), entry.over)
        return model.root.with_changed({"services": changed})

    def _service(self, model: Model, name: str) -> Entry | None:
        """A service with its whole chain merged: down the chain first, then merging back up."""
        chain: list[tuple[Model, str, Entry]] = []
        seen: dict[tuple[int, str], int] = {}
        base: Entry | None = None
        origin: Model | None = None
        while True:
            key = (id(model.root), name)
            if key in self._done:
                base, origin = self._done[key], model
                self._open_end = key in self._open
                break
            entry = model.service(name)
            if entry is None:
                self._missing(chain, name)
                break
            if key in seen or len(chain) >= LONGEST_CHAIN:
                self._endless(chain, seen.get(key), name)
                break
            seen[key] = len(chain)
            chain.append((model, name, entry))
            following = self._next(model, entry)
            if following is None:
                break
            model, name = following
        return self._merge_up(chain, base, origin)

    def _merge_up(self, chain: list[tuple[Model, str, Entry]], base: Entry | None, above: Model | None) -> Entry | None:
        """The chain merged over a base, which is of the model `above`."""
        for model, name, entry in reversed(chain):
            own = Entry(entry.key, _without_extends(entry.value), entry.over)
            result = own if base is None or self._too_much(base, entry) else self._merged(base, own, name, model, above)
            self._models.append(model)
            self._done[(id(model.root), name)] = base = result
            if self._open_end:
                self._open.add((id(model.root), name))
            above = model
        return base

    def _too_much(self, base: Entry, entry: Entry) -> bool:
        """Whether copying the base goes beyond what is read: a long chain that grows costs its square."""
        before = self._copied
        self._copied += _weight(base.value)
        if self._copied <= MOST_COPIED:
            return False
        self._open_end = True
        if before <= MOST_COPIED:
            self.problems.say("compose-limit", f"`extends` copies more than {MOST_COPIED} values", _named(entry))
        return True

    def _merged(self, base: Entry, own: Entry, name: str, model: Model, origin: Model | None) -> Entry:
        value = base.value
        if isinstance(value, Mapping):
            if origin is not None:
                value = relocate_service(value, origin.folder, model.folder)
            value = apply(value, below(model.cleared, ("services", name)))
        return self.merger.entry(Entry(base.key, value, base.over), own, ("services", "*"))

    def _next(self, model: Model, entry: Entry) -> tuple[Model, str] | None:
        """Where a service's `extends` leads."""
        extends = _extends(entry)
        service = extends.get("service") if extends is not None else None
        if extends is None or not isinstance(service, Scalar):
            return None
        if service.unset:
            self._open_end = True
            return None
        file = extends.get("file")
        if not isinstance(file, Scalar):
            return model, service.text
        target = None if file.unset else self.open_file(file, model)
        self._open_end = target is None
        return None if target is None else (target, service.text)

    def _missing(self, chain: list[tuple[Model, str, Entry]], name: str) -> None:
        self._open_end = True
        if not chain:
            return
        place = _named(chain[-1][2])
        self.problems.say("compose-schema", f"no service `{shown(name)}` to extend in that file", place)

    def _endless(self, chain: list[tuple[Model, str, Entry]], start: int | None, name: str) -> None:
        self._open_end = True
        place = _named(chain[-1][2])
        if start is None:
            self.problems.say("compose-limit", f"`extends` chains are read up to {LONGEST_CHAIN} services", place)
            return
        loop = chain[start:]
        names = " -> ".join(shown(step[1]) for step in (*loop[:8], loop[0]))
        related = tuple(Place(_named(step[2]).span, "extends here") for step in loop[:8])
        self.problems.say("compose-cycle", f"`extends` goes round in a circle: {names}", place, related=related)


def _weight(service: Node) -> int:
    """How many values a service has, down to the items of its fields."""
    fields = [entry.value for entry in service.entries.values()] if isinstance(service, Mapping) else []
    return 1 + sum(1 + _width(field) for field in fields)


def _width(field: Node) -> int:
    if isinstance(field, Mapping):
        return len(field.entries)
    return len(field.items) if isinstance(field, Sequence) else 0


def _extends(entry: Entry) -> Mapping | None:
    extends = entry.value.get("extends") if isinstance(entry.value, Mapping) else None
    return extends if isinstance(extends, Mapping) else None


def _named(entry: Entry) -> Scalar | Mapping:
    """The place that names the extended service."""
    extends = _extends(entry)
    service = extends.get("service") if extends is not None else None
    return service if isinstance(service, Scalar) else extends if extends is not None else entry.key


def _without_extends(node: object) -> Mapping:
    assert isinstance(node, Mapping)
    return node.with_entries({name: entry for name, entry in node.entries.items() if name != "extends"})
