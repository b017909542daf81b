"""One service of a merged tree → a Service subject with everything bound to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lintstack.compose import implied
from lintstack.compose.casts import as_bool, as_bytes, as_duration, as_float, as_int
from lintstack.compose.parts import Parts
from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.cut import cuts
from lintstack.join.process import Process
from lintstack.join.raw import documents
from lintstack.join.read import entries, entry, mappings, places, scalar, shared, text, unset, words
from lintstack.model import Dependency, Logging, Reference, Service
from lintstack.recognise import words_of
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping, Scalar

# Drivers that keep logs on this host without rotating unless told to.
# https://docs.docker.com/engine/logging/configure/
UNBOUNDED_DRIVERS = frozenset({"json-file"})
JOB_WORDS = frozenset(
    """
    migrate migration migrations migrator init initializer setup seed seeder bootstrap job
    """.split()
)
MOST_KEYS = 50  # from either end
MOST_ALIKE = 100  # names that are looked at for a suggestion
STOPPING = {"stop_grace_period": ("stop_grace", as_duration), "stop_signal": ("stop_signal", text)}
RESOURCES = {"networks": "network", "volumes": "volume", "secrets": "secret", "configs": "config"}
OWNERSHIP = frozenset({"uid", "gid", "mode"})
SECTIONS = (*RESOURCES.items(), ("services", "service"))


def keys(found: Entry) -> tuple[Span, ...]:
    """Every key that names the service, the first file's first, not those that it extends; of many both ends."""
    chain: list[Scalar] = []
    step: Entry | None = found
    while step is not None:
        if step.key.text == found.key.text:
            chain.append(step.key)
        step = step.over
    chain.reverse()
    named = chain if len(chain) <= 2 * MOST_KEYS else chain[:MOST_KEYS] + chain[-MOST_KEYS:]
    return tuple(dict.fromkeys(key.span for key in named))


def facts(node: Mapping, process: Process, for_swarm: bool = False) -> dict[str, Any]:
    """The facts of a service that stand in its own mapping."""
    limits = ("deploy", "resources", "limits")
    return {
        "restart": _restart(node, for_swarm),
        "memory_limit": _first(_limit(node, as_bytes, *limits, "memory"), _limit(node, as_bytes, "mem_limit")),
        "cpu_limit": _first(_limit(node, as_float, *limits, "cpus"), _limit(node, as_float, "cpus"), _quota(node)),
        "pids_limit": _first(_limit(node, as_int, *limits, "pids"), _limit(node, as_int, "pids_limit")),
        "privileged": _flag(node, "privileged"),
        "read_only": _flag(node, "read_only"),
        "init": _flag(node, "init"),
        "cap_add": words(node, "cap_add", case=_capability),
        "cap_drop": words(node, "cap_drop", case=_capability),
        "security_opt": words(node, "security_opt"),
        "no_new_privileges": _no_new_privileges(words(node, "security_opt")),
        "network_mode": scalar(node, "network_mode", cast=text),
        "networks": _networks(node),
        "profiles": words(node, "profiles"),
        "container_name": scalar(node, "container_name", cast=text),
        "replicas": _default(
            _first(scalar(node, "deploy", "replicas", cast=as_int), scalar(node, "scale", cast=as_int)), 1
        ),
        "entrypoint": process.entrypoint,
        "command": process.command,
        "entrypoint_form": process.entrypoint_form,
        "command_form": process.command_form,
        "process": process.all,
        **cuts(node),
    }


def borrows(node: Mapping) -> bool:
    """Whether files come into the container that are no mounts of its own: configs, the volumes of others."""
    return "volumes_from" in node.entries or "configs" in node.entries


def stopping(node: Mapping) -> dict[str, Any]:
    """How a service is stopped; only what it says."""
    return {name: scalar(node, key, cast=cast) for key, (name, cast) in STOPPING.items() if key in node.entries}


def _first(*facts: Fact[Any]) -> Fact[Any]:
    """The first fact that says something, else the first that a file mentions."""
    said = next((fact for fact in facts if fact.value is not None or fact.unknown), None)
    return said or next((fact for fact in facts if fact.places), facts[0])


def _default(fact: Fact[Any], value: object) -> Fact[Any]:
    return fact if fact.value is not None or fact.unknown else Fact(value, default=True)


def _flag(node: Mapping, name: str) -> Fact[bool]:
    return _default(scalar(node, name, cast=as_bool), False)


def _limit(node: Mapping, cast: Any, *path: str) -> Fact[Any]:
    """A limit; zero and negative numbers mean none."""
    fact = scalar(node, *path, cast=cast)
    return Fact(None, fact.places) if isinstance(fact.value, int | float) and fact.value <= 0 else fact


def _quota(node: Mapping) -> Fact[float]:
    """CPUs by `cpu_quota` over `cpu_period`, in microseconds (period 100 000 by default)."""
    quota = _limit(node, as_int, "cpu_quota")
    period = scalar(node, "cpu_period", cast=as_int).value or 100_000
    return Fact(quota.value / period, quota.places) if quota.value else Fact(None, quota.places, quota.unknown)


def _capability(name: str) -> str:
    return name.upper().removeprefix("CAP_")


def _restart(node: Mapping, for_swarm: bool) -> Fact[str]:
    """Docker Compose takes `deploy.restart_policy` over `restart`; a Swarm starts again whatever it does not except.

    https://docs.docker.com/reference/compose-file/deploy/#restart_policy: the condition is `any` by default.
    """
    condition = scalar(node, "deploy", "restart_policy", "condition", cast=text)
    if condition.value or condition.unknown:
        words = {"any": "always", "none": "no"}
        return Fact(words.get(condition.value or "", condition.value), condition.places, condition.unknown)
    policy = entry(node, "deploy", "restart_policy")
    if policy is not None:
        return Fact("always", places(policy))
    said = scalar(node, "restart", cast=text)
    if not for_swarm:
        return _default(said, "no")
    if (said.value or "").startswith("on-failure"):
        return Fact(None, said.places, "Swarm's documentation says that it does not read `restart`")
    return Fact("always", default=True)


def _no_new_privileges(options: Fact[tuple[str, ...]]) -> Fact[bool]:
    if options.unknown:
        return Fact(None, options.places, options.unknown)
    for option, place in zip(options.value or (), options.places, strict=False):
        name, _, value = option.replace("=", ":").partition(":")
        if name == "no-new-privileges":
            return Fact(value.strip().lower() != "false", (place,))
    return Fact(False, default=True)


def _networks(node: Mapping) -> Fact[tuple[str, ...]]:
    found = words(node, "networks")
    if found.value or found.unknown:
        return found
    return ABSENT if entry(node, "network_mode") else Fact(("default",), default=True)


def logging(name: str, span: Span, node: Mapping) -> Logging:
    """How the output of a service is kept."""
    driver = scalar(node, "logging", "driver", cast=text)
    size = scalar(node, "logging", "options", "max-size", cast=text)
    file = scalar(node, "logging", "options", "max-file", cast=text)
    return Logging(
        name,
        span,
        f"services.{name}.logging",
        driver=_default(driver, "json-file"),
        max_size=size,
        max_file=file,
        bounded=_bounded(entry(node, "logging"), driver, size),
        options=words(node, "logging", "options"),
    )


def _bounded(found: Entry | None, driver: Fact[str], size: Fact[str]) -> Fact[bool]:
    unknown = driver.unknown or size.unknown
    if found is None:
        return Fact(False, default=True)
    where = (Place(found.key.span), *driver.places)
    if unknown:
        return Fact(None, where, unknown)
    limited = size.value is not None and size.value.strip() not in {"", "-1", "0"}
    return Fact((driver.value or "json-file") not in UNBOUNDED_DRIVERS or limited, where)


def dependencies(service: Service, node: Mapping) -> Iterator[Dependency]:
    """Entries of `depends_on`; the service that each names is bound later."""
    for found in entries(node, "depends_on"):
        condition = scalar(found.value, "condition", cast=text)
        required = shared(scalar(found.value, "required", cast=as_bool), condition)
        yield Dependency(
            found.key.text,
            found.key.span,
            f"services.{service.name}.depends_on[{found.key.text}]",
            service,
            condition=_default(condition, "service_started"),
            required=_default(required, True),
        )


def references(
    service: Service, node: Mapping, declared: dict[str, frozenset[str]], complete: bool
) -> Iterator[Reference]:
    """Names that a service uses: networks, named volumes, secrets, configs, models and other services.

    Args:
        service: whose they are.
        node: its merged node.
        declared: names that the stack declares, by type.
        complete: whether all of the stack was read.
    """
    for type_, item, facts in _used(node):
        reason = unset(item)
        if not complete and item.text not in declared[type_]:
            reason = "a part of the project was not read"
        where = (Place(item.span),)
        exists: Fact[bool] = Fact(item.text in declared[type_], where)
        alike = near(item.text, declared[type_]) if not reason and not exists.value else ""
        yield Reference(
            item.text,
            where[0].span,
            f"services.{service.name}.{type_}[{item.text}]",
            service,
            type=Fact(type_, where),
            defined=Fact(None, where, reason) if reason else exists,
            declared_by=_declared_by(item, type_) if exists.value is False and not reason else ABSENT,
            suggestion=Fact(alike) if alike else ABSENT,
            **facts,
        )


def _declared_by(item: Scalar, type_: str) -> Fact[str]:
    """The file that uses a name and declares it, when that does not help: services alone are taken from it."""
    section = next((field for field, kind in SECTIONS if kind == type_), "")
    for document in documents(item.source):
        found = entry(document, section, item.text)
        if found is not None:
            return Fact(item.source.path, (Place(item.span), Place(found.key.span, "declared for its own file only")))
    return ABSENT


def near(name: str, known: Iterable[str]) -> str:
    """The known name most like another; a mistake seldom touches both ends, and there may be thousands of names."""
    from difflib import get_close_matches

    alike = sorted(item for item in known if item[:1] == name[:1] or item[-1:] == name[-1:])[:MOST_ALIKE]
    return next(iter(get_close_matches(name[:100], alike, 1, 0.7)), "")


def _used(node: Mapping) -> Iterator[tuple[str, Scalar, dict[str, Fact[Any]]]]:
    """Types and places of the names that a service uses, and what else is known of them."""
    for found in entries(node, "networks"):
        if found.key.text != "default":
            yield "network", found.key, {}
    for item in mappings(node, "volumes"):
        source = item.entries.get("source")
        if source and scalar(item, "type", cast=text).value == "volume" and isinstance(source.value, Scalar):
            yield "volume", source.value, {}
    for type_, path in (("secret", ("secrets",)), ("config", ("configs",)), ("secret", ("build", "secrets"))):
        for item in mappings(node, *path):
            source = item.entries.get("source")
            if source and isinstance(source.value, Scalar):
                yield type_, source.value, _mounted(item, len(path) > 1)
    yield from (("model", found.key, {}) for found in entries(node, "models"))
    yield from (("service", name, {}) for name in _services(node))


def _mounted(item: Mapping, for_build: bool) -> dict[str, Fact[Any]]:
    """How a secret or config gets to those who use it."""
    found: dict[str, Fact[Any]] = {"for_build": Fact(True, (Place(item.span),))} if for_build else {}
    said = [said for key, said in item.entries.items() if key in OWNERSHIP]
    if said:
        where = tuple(Place(one.key.span) for one in said)
        found["ownership"] = Fact(tuple(one.key.text for one in said), where)
    return found


def _services(node: Mapping) -> Iterator[Scalar]:
    """Names of other services, each at the words that name it."""
    yield from (found.key for found in entries(node, "depends_on"))
    for need in implied.dependencies(node):
        before = len(need.at.text) - len(need.at.text.removeprefix("service:"))
        yield Parts(need.at).cut(before, before + len(need.name))
    for context in entries(node, "build", "additional_contexts"):
        value = context.value
        if isinstance(value, Scalar) and value.text.startswith("service:") and not value.unset:
            yield Parts(value).cut(len("service:"), len(value.text))


# Words of a command that does one thing and ends.
JOB_COMMANDS = frozenset(
    """
    alembic collectstatic createsuperuser db:migrate db:prepare db:seed db:setup migrate migrate:deploy migrate:latest
    pg_dump pg_restore
    """.split()
)
MOST_WORDS = 6  # of a command that are looked at


def is_job(
    names: Iterable[str], restart: Fact[str], known_job: bool, completes: bool, command: Fact[tuple[str, ...]] = ABSENT
) -> Fact[bool]:
    """Whether a service is expected to end: others wait for its end, or a name or its command is that of a job and it
    is not restarted.

    Args:
        names: that of the service and those of its profiles.
        restart: its restart policy.
        known_job: whether its image is one that runs to an end.
        completes: whether another service waits for its completion.
        command: what it runs.
    """
    worded = any(not JOB_WORDS.isdisjoint(words_of(name)) for name in names)
    named = worded or not JOB_COMMANDS.isdisjoint((command.value or ())[:MOST_WORDS])
    if named and restart.unknown and not completes:
        return Fact(None, restart.places, restart.unknown)
    finite = restart.default or (restart.value or "").startswith(("no", "on-failure"))
    return Fact(completes or known_job or (finite and named), default=True)


def publishes(mode: Fact[str]) -> bool:
    """Whether ports of a service are published: in other networks than its own Docker discards or refuses them."""
    return not (mode.value or "").startswith(("host", "none", "service:", "container:"))


def names_of(node: Mapping | None, field: str) -> frozenset[str]:
    """Names declared in a top-level section."""
    return frozenset(found.key.text for found in entries(node, field))


def completing(root: Mapping) -> frozenset[str]:
    """Services whose completion another service waits for."""
    return frozenset(
        found.key.text
        for service in entries(root, "services")
        for found in entries(service.value, "depends_on")
        if scalar(found.value, "condition", cast=text).value == "service_completed_successfully"
    )
