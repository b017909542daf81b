"""Checks of the roles and databases that services share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.join.directory import same_application
from lintstack.model import Address, Stack

SUPERUSERS = frozenset({"postgres", "root", "sa", "sys", "system"})


def database_superuser(address: Address) -> Iterator[Problem]:
    """An application that logs in as the role that may do everything."""
    user, target, service = address.user.value, address.target, address.service
    if not user or address.is_loopback.value or target is service or not address.is_server_side.value:
        return
    if service.is_database.value or service.is_dev_tool.value:
        return
    made = target is not None and any(
        item.value.value == user
        for item in target.environment
        if item.name in ("POSTGRES_USER", "POSTGRESQL_USERNAME", "MONGO_INITDB_ROOT_USERNAME")
    )
    if user in SUPERUSERS or made:
        yield Problem(
            f"{service} logs in to `{address.host.value}` as `{user}`, who may do everything there; "
            "give it a role of its own that has only the rights it needs",
            address.user.places[0],
            fact="user",
        )


def database_role_shared(stack: Stack) -> Iterator[Problem]:
    """Two applications that log in to one database server as the same role."""
    logins = (item for item in _dialled(stack) if item.user.value)
    for one, other in _shared(logins, lambda item: (item.family.value, item.host.value, item.user.value)):
        yield Problem(
            f"{other.service} and {one.service} log in to `{other.host.value}` as the same role `{other.user.value}`; "
            "give each its own",
            other.user.places[0],
            (Place(one.user.places[0].span, f"`{one.service.name}` does here"),),
            fact="user",
            detail=other.anchor,
        )


def shared_redis_index(stack: Stack) -> Iterator[Problem]:
    """Two applications that keep their keys in one database of one Redis."""
    urls = (
        item
        for item in _dialled(stack)
        if item.family.value == "redis" and item.scheme.value and not item.database.unknown
    )
    for one, other in _shared(urls, lambda item: (item.reaches.value or item.host.value, item.database.value or "0")):
        yield Problem(
            f"{other.service} and {one.service} both use database {other.database.value or '0'} of "
            f"`{other.host.value}`; give each an index of its own, as in `/1`",
            other.host.places[0],
            (Place(one.host.places[0].span, f"`{one.service.name}` uses it here"),),
            fact="database",
            detail=other.anchor,
        )


def _dialled(stack: Stack) -> Iterator[Address]:
    for service in stack.services:
        if not service.is_dev_tool.value and not service.is_database.value:
            yield from (
                item
                for item in service.addresses
                if item.is_server_side.value and not item.is_loopback.value and item.target is not service
            )


def _shared(
    found: Iterable[Address], key: Callable[[Address], tuple[object, ...]]
) -> Iterator[tuple[Address, Address]]:
    """The first address with each key, and each later one of another application; one of each service."""
    groups: dict[tuple[object, ...], list[Address]] = {}
    for item in found:
        groups.setdefault(key(item), []).append(item)
    for first, *others in groups.values():
        seen = {first.service.name}
        for other in others:
            if other.service.name not in seen and not _alike(first, other):
                seen.add(other.service.name)
                yield first, other


def _alike(one: Address, other: Address) -> bool:
    """Whether two services run one application: the same image, the same build, or one line for both."""
    return one.host.places[0].span == other.host.places[0].span or same_application(one.service, other.service)
