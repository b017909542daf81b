"""Circles of services that need each other, which Docker Compose refuses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lintstack.compose import implied
from lintstack.compose.problems import Problems, shown
from lintstack.facts import Place
from lintstack.yaml import Mapping, Scalar

_MOST_NAMED = 8


def report_cycles(root: Mapping | None, inactive: frozenset[str], problems: Problems) -> None:
    """One `compose-cycle` finding per circle of active services, at the entry that closes it."""
    services = root.get("services") if root is not None else None
    if not isinstance(services, Mapping):
        return
    graph = {name: _dependencies(value) for name, value in services.items() if name not in inactive}
    for circle in _circles(graph):
        places = [graph[name][following] for name, following in pairwise(circle)]
        names = " -> ".join(shown(name) for name in (*circle[:_MOST_NAMED], circle[0]))
        related = tuple(Place(place.span, "depends here") for place in places[:_MOST_NAMED])
        closing = graph[circle[-1]][circle[0]]
        message = f"services depend on each other in a circle: {names}"
        problems.say("compose-cycle", message, closing, related=related)


def _dependencies(service: object) -> dict[str, Scalar]:
    """Names that a service depends on, with the place that says so; written ones count before implied ones."""
    if not isinstance(service, Mapping):
        return {}
    listed = service.get("depends_on")
    found = {name: entry.key for name, entry in listed.entries.items()} if isinstance(listed, Mapping) else {}
    for other in implied.dependencies(service):
        found.setdefault(other.name, other.at)
    return found


def _circles(graph: dict[str, dict[str, Scalar]]) -> Iterator[list[str]]:
    """Paths that come back to their first name; a walk without recursion that sees each edge once."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        places: dict[str, int] = {}
        todo = [] if start in done else [(start, iter(graph[start]))]
        if todo:
            places[start] = len(path)
            path.append(start)
        while todo:
            name, following = todo[-1]
            child = next((other for other in following if other in graph and other not in done), None)
            if child is None:
                todo.pop()
                done.add(path.pop())
                del places[name]
            elif child in places:
                yield path[places[child] :]
            else:
                places[child] = len(path)
                path.append(child)
                todo.append((child, iter(graph[child])))
