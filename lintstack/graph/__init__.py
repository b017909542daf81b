"""A stack as a picture: what each service runs, where it can be reached, what it keeps, what it waits for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from lintstack.facts import Fact
from lintstack.findings import SEVERITIES, Finding, Severity
from lintstack.join.secrets import concealed
from lintstack.model import Dependency, Mount, Port, Service, Stack
from lintstack.named import NamedTuple
from lintstack.report import Style
from lintstack.report.text import message, safe

UNKNOWN = "?"
CONDITIONS = {
    "service_started": "started",
    "service_healthy": "healthy",
    "service_completed_successfully": "completed",
}
SIGNS: Mapping[str, str] = MappingProxyType({"error": "✖", "warning": "▲", "info": "●"})
COLOURS: Mapping[str, str] = MappingProxyType({"error": "#cf222e", "warning": "#bf8700", "info": "#0969da"})
# Format → the module that draws it, which has a function `draw`.
FORMATS: Mapping[str, str] = MappingProxyType(
    {name: f"lintstack.graph.{name}" for name in ("tree", "mermaid", "dot", "svg")}
)


class Mark(NamedTuple):
    """A finding on the picture.

    Args:
        severity: error, warning or info.
        rule: name of its rule.
        at: `compose.yaml:12`; of findings that are told once, the first place.
        times: how many there are of this rule.
    """

    severity: Severity
    rule: str
    at: str
    times: int = 1


class Wait(NamedTuple):
    """What a service waits for.

    Args:
        service: name of the other service.
        condition: started, healthy or completed; "" when that is not known.
    """

    service: str
    condition: str


class Keep(NamedTuple):
    """A mount.

    Args:
        source: volume or host path; "" for anonymous volumes and tmpfs.
        target: path in the container.
        read_only: whether the container cannot write to it.
        volume: whether it is a named volume.
    """

    source: str
    target: str
    read_only: bool
    volume: bool


class Box(NamedTuple):
    """A service.

    Args:
        name: its name.
        runs: its image, or the Dockerfile and the stage that it builds.
        traits: user, health check, restart policy and what else is special, each in a few words.
        ports: what can be reached from the host, such as `127.0.0.1:8080 → 80`.
        networks: names of the networks that it joins.
        keeps: its mounts.
        waits: what it starts after.
        step: place in the start order, from 0; a service starts after those of lower steps that it waits for.
        marks: findings about it, the worst first.
    """

    name: str
    runs: str
    traits: tuple[str, ...]
    ports: tuple[str, ...]
    networks: tuple[str, ...]
    keeps: tuple[Keep, ...]
    waits: tuple[Wait, ...]
    step: int
    marks: tuple[Mark, ...]

    @property
    def worst(self) -> str:
        """Severity of its worst finding, "" without one."""
        return self.marks[0].severity if self.marks else ""

    @property
    def label(self) -> tuple[str, ...]:
        """What a drawing program writes into it, line by line."""
        marks = (f"{SIGNS[mark.severity]} {mark.rule}" for mark in self.marks)
        return self.name, self.runs, " · ".join(self.traits), *marks


class Picture(NamedTuple):
    """A stack.

    Args:
        title: project and environment.
        files: the files that it is made of, as they are merged.
        boxes: its services in start order.
        networks: networks that services join, where there is more than one.
        marks: findings about no single service.
    """

    title: str
    files: tuple[str, ...]
    boxes: tuple[Box, ...]
    networks: tuple[str, ...]
    marks: tuple[Mark, ...]


def draw(format: str, pictures: Sequence[Picture], style: Style) -> str:
    """Pictures as text of a format.

    Args:
        format: a key of `FORMATS`; all but `tree` draw one picture.
        pictures: what to draw.
        style: colours of a terminal, for `tree`.
    """
    drawer: Callable[[Sequence[Picture], Style], str] = import_module(FORMATS[format]).draw
    return drawer(pictures, style)


def picture(stack: Stack, findings: Iterable[Finding]) -> Picture:
    """The picture of a stack.

    Args:
        stack: the stack.
        findings: of the whole run; those of other stacks are left out.
    """
    services = [service for service in stack.services if not service.synthetic]
    about = _about(stack, services, findings)
    steps = _steps(services)
    boxes = [_box(service, steps[service.name], about[service.name]) for service in services]
    networks = tuple(sorted({name for box in boxes for name in box.networks}))
    return Picture(
        _title(stack),
        tuple(_below(file.source.path, stack) for file in stack.files),
        tuple(sorted(boxes, key=lambda box: (box.step, box.name))),
        networks if len(networks) > 1 else (),
        _marks(stack, about[""]),
    )


def _below(path: str, stack: Stack) -> str:
    """A path as people of the project write it."""
    return safe(path.removeprefix(f"{stack.project}/"))


def _title(stack: Stack) -> str:
    project = stack.project if stack.project not in ("", ".") else stack.name
    kind = "" if stack.kind in (stack.environment, "unknown") else f" ({stack.kind})"
    return safe(f"{project} · {stack.environment}{kind}" if project else f"{stack.environment}{kind}")


def _about(stack: Stack, services: Iterable[Service], findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings of the stack by service, "" for those of none; what a Dockerfile is told goes to who builds it."""
    names = {service.name for service in services}
    built: dict[str, list[str]] = defaultdict(list)
    for service in services:
        if service.build and service.build.dockerfile.value:
            built[service.build.dockerfile.value].append(service.name)
    own = {file.source.path for file in stack.files} | set(built)
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        path = finding.at.span.path
        if path not in own or (finding.environments and stack.environment not in finding.environments):
            continue
        whose = [finding.service] if finding.service in names else built.get(path, [""])
        for name in whose:
            found[name].append(finding)
    return found


def _marks(stack: Stack, findings: Iterable[Finding]) -> tuple[Mark, ...]:
    """One mark for each rule and severity, the worst first."""
    ordered = sorted(findings, key=lambda finding: (SEVERITIES.index(finding.severity), finding.rule))
    times = Counter((finding.severity, finding.rule) for finding in ordered)
    first: dict[tuple[Severity, str], Finding] = {}
    for finding in ordered:
        first.setdefault((finding.severity, finding.rule), finding)
    return tuple(
        Mark(severity, rule, f"{_below(finding.at.span.path, stack)}:{finding.at.span.line}", times[severity, rule])
        for (severity, rule), finding in first.items()
    )


def _box(service: Service, step: int, findings: Iterable[Finding]) -> Box:
    return Box(
        safe(service.name),
        _runs(service),
        tuple(_traits(service)),
        tuple(filter(None, map(_port, service.ports))),
        tuple(map(safe, service.networks.value or ())),
        tuple(map(_keep, service.mounts)),
        tuple(map(_wait, service.depends_on)),
        step,
        _marks(service.stack, findings),
    )


def _runs(service: Service) -> str:
    build = service.build
    if build and build.dockerfile.value:
        name = build.stage_name.value or ""
        stage = "" if not name or name.isdigit() else f" → {name}"
        return f"{_below(build.dockerfile.value, service.stack)}{safe(stage)}"
    if build:
        return safe(f"builds {build.context.value or UNKNOWN}")
    reference = service.image.reference if service.image else None
    return message(concealed(reference.value or UNKNOWN)) if reference else UNKNOWN


def _traits(service: Service) -> Iterator[str]:
    yield _user(service)
    yield _health(service)
    if service.restart.value and service.restart.value != "no":
        yield safe(f"restart {service.restart.value}")
    if (service.replicas.value or 1) > 1:
        yield f"{service.replicas.value} replicas"
    if service.privileged.value:
        yield "privileged"
    if service.network_mode.value:
        yield safe(f"network {service.network_mode.value}")
    if service.profiles.value:
        yield safe(f"profile {', '.join(service.profiles.value)}")


def _user(service: Service) -> str:
    root = service.user.is_root
    if root.unknown:
        return f"user {UNKNOWN}"
    if root.value:
        return "root"
    value = service.user.value.value
    return "not root" if value in (None, "root", "0") else safe(f"user {value}")


def _health(service: Service) -> str:
    check = service.healthcheck
    if check.disabled.value:
        return "health check off"
    if check.defined.unknown:
        return f"health check {UNKNOWN}"
    return "health check" if check.defined.value else "no health check"


def _port(port: Port) -> str:
    """A published port; "" for one that only other containers reach."""
    target = _said(port.target)
    if port.target_last.value and port.target_last.value != port.target.value:
        target = f"{target}-{port.target_last.value}"
    protocol = "" if port.protocol.value in (None, "tcp") else f"/{port.protocol.value}"
    host = port.published.value or (UNKNOWN if port.published.unknown else "random")
    address = port.host_ip.value
    outside = f"[{address}]:" if address and ":" in address else f"{address}:" if address else ""
    return safe(f"{outside}{host} → {target}{protocol}")


def _said(fact: Fact[int]) -> str:
    return UNKNOWN if fact.value is None else str(fact.value)


def _keep(mount: Mount) -> Keep:
    source = concealed(_below(mount.source.value or (UNKNOWN if mount.source.unknown else ""), mount.service.stack))
    kind = mount.type.value or ""
    return Keep(
        source or kind,
        safe(mount.target.value or UNKNOWN),
        bool(mount.read_only.value),
        kind == "volume" and bool(mount.source.value),
    )


def _wait(dependency: Dependency) -> Wait:
    condition = dependency.condition.value or ""
    return Wait(safe(dependency.name), CONDITIONS.get(condition, ""))


def _steps(services: Sequence[Service]) -> dict[str, int]:
    """Place of each service in the start order: one behind the last that it waits for; circles are cut open."""
    needs = {service.name: [item.name for item in service.depends_on] for service in services}
    steps: dict[str, int] = {}
    for name in needs:
        _walk(name, needs, steps)
    return steps


def _walk(start: str, needs: Mapping[str, Sequence[str]], steps: dict[str, int]) -> None:
    """Number a service and all that it waits for; without recursion, a chain may be long."""
    path = [] if start in steps else [start]
    entered = set(path)
    while path:
        name = path[-1]
        inner = next((item for item in needs[name] if item in needs and item not in steps and item not in entered), "")
        if inner:
            path.append(inner)
            entered.add(inner)
            continue
        steps[name] = 1 + max((steps[item] for item in needs[name] if item in steps), default=-1)
        path.pop()
