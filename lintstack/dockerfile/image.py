"""What the image built from a chain of stages is: user, command, health check, environment…, each with its places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lintstack.dockerfile.config import HealthcheckSpec, ImageConfig
from lintstack.dockerfile.expand import UNSET, Expanded, Value, expand
from lintstack.dockerfile.nodes import Instruction, Word
from lintstack.dockerfile.stages import NO_ARGS, PLATFORM_ARGS, Resolve, built_upon, chain_of, global_values, unresolved
from lintstack.dockerfile.syntax import pairs
from lintstack.dockerfile.tree import Stage
from lintstack.dockerfile.words import BLANK
from lintstack.facts import ABSENT, Fact, Place
from lintstack.named import NamedTuple
from lintstack.source import Span

# All expansions of one image together; a value alone is bounded by expand.py.
MAX_EXPANSION = 8 * 1024 * 1024
# Longest chain of FROM lines that a fact carries along.
MAX_PLACES = 16
_DURATIONS = ("interval", "timeout", "start_period", "start_interval")


_SINGLE = (
    "user", "workdir", "entrypoint", "command", "entrypoint_form", "command_form", "healthcheck", "exposed", "shell",
    "stopsignal", "volumes",
)  # fmt: skip


class _Setting(NamedTuple):
    """What an instruction decided."""

    value: Any
    unknown: str
    place: Place
    depth: int


class _Build:
    """The state of a build while the instructions of a chain are read, oldest stage first."""

    def __init__(self, base: Expanded) -> None:
        self.watched: frozenset[str] = frozenset()
        self.seen: dict[int, tuple[str | None, ...]] = {}
        self.from_scratch = base.value == "scratch"
        self.variables: dict[str, Value] = {}
        self.settings: dict[str, _Setting] = {}
        self.env: dict[str, _Setting] = {}
        self.labels: dict[str, _Setting] = {}
        self.depth = 0
        self.stage_has_command = False
        self.spent = 0
        self.escape = "\\"

    def enter(self, stage: Stage, depth: int, args: Mapping[str, str], triggers: tuple[Instruction, ...]) -> None:
        """Read one stage, which begins with the triggers of the one that it builds upon."""
        self.escape = stage.dockerfile.escape
        self.stage_has_command = False
        self.args = args
        self.globals = global_values(stage.dockerfile, args)
        self.depth = depth + 1
        self._read(triggers)
        self.depth = depth
        self._read(stage.instructions)

    def _read(self, instructions: tuple[Instruction, ...]) -> None:
        for instruction in instructions:
            if instruction.keyword in self.watched:
                self.seen[id(instruction)] = tuple(self.expand(word.text).value for word in instruction.args)
            read = _READ.get(instruction.keyword)
            if read and (instruction.text.text or instruction.form == "exec"):
                read(self, instruction)

    def lookup(self, name: str) -> Value:
        """Value of a variable at this point of the build."""
        if name in self.variables:
            return self.variables[name]
        if self.from_scratch:
            return UNSET
        return Value(None, f"`{name}` is not set in the Dockerfile; the base image may set it")

    def expand(self, text: str) -> Expanded:
        if self.spent > MAX_EXPANSION:
            return Expanded(None, f"values of this image take more than {MAX_EXPANSION // 1024 // 1024} MB", ())
        found = expand(text, self.lookup, self.escape)
        if found.value is not text:
            self.spent += len(text) + len(found.value or "")
        return found

    def decide(self, name: str, value: Any, unknown: str, span: Span, label: str) -> None:
        self.settings[name] = _Setting(value, unknown, Place(span, label), self.depth)

    def expand_all(self, words: tuple[Word, ...]) -> tuple[list[str], str]:
        """Values of words, and why one of them is unknown."""
        found = [self.expand(word.text) for word in words]
        reason = next((item.unknown for item in found if item.unknown), "")
        return [item.value for item in found if item.value is not None], reason


def _one(name: str, label: str) -> Callable[[_Build, Instruction], None]:
    """Reader of an instruction whose one argument is the fact."""

    def read(build: _Build, instruction: Instruction) -> None:
        found = build.expand(instruction.text.text)
        build.decide(
            name, found.value, found.unknown, instruction.args[0].span if instruction.args else instruction.span, label
        )

    return read


def _workdir(build: _Build, instruction: Instruction) -> None:
    found = build.expand(instruction.text.text)
    value, unknown = found.value, found.unknown
    if value is not None and not _is_absolute(value):
        before = build.settings.get("workdir")
        parent = before.value if before else "/" if build.from_scratch else None
        unknown = "" if parent else before.unknown if before else "it is relative to the base image's working directory"
        value = f"{parent}/{value}" if parent else None
    path = _normal(value) if value else None
    build.decide("workdir", path, unknown, instruction.span, "working directory is set here")


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or path[1:2] == ":"


def _normal(path: str) -> str:
    from posixpath import normpath

    return "/" + normpath(path).lstrip("/") if path.startswith("/") else path


def _process(name: str) -> Callable[[_Build, Instruction], None]:
    """Reader of CMD and ENTRYPOINT."""

    def read(build: _Build, instruction: Instruction) -> None:
        exec_form = instruction.form == "exec"
        words = tuple(word.value for word in instruction.args) if exec_form else (instruction.text.text,)
        label = f"{instruction.keyword} is set here"
        build.decide(name, words, "", instruction.span, label)
        build.decide(f"{name}_form", instruction.form, "", instruction.span, label)
        if name == "command":
            build.stage_has_command = True
        elif not build.stage_has_command:
            # BuildKit drops the CMD that a stage did not set itself.
            for field in ("command", "command_form"):
                build.decide(field, None, "", instruction.span, "ENTRYPOINT drops the inherited CMD")

    return read


def _shell(build: _Build, instruction: Instruction) -> None:
    if instruction.form == "exec" and instruction.args:
        words = tuple(word.value for word in instruction.args)
        build.decide("shell", words, "", instruction.span, "SHELL is set here")


MOST_LISTED = 500  # ports or volumes of one image


def _list(name: str, label: str, convert: Callable[[str], str]) -> Callable[[_Build, Instruction], None]:
    """Reader of an instruction that adds to a list."""

    def read(build: _Build, instruction: Instruction) -> None:
        words = instruction.args
        texts, unknown = ([word.value for word in words], "") if instruction.form == "exec" else build.expand_all(words)
        before = build.settings.get(name)
        values = [*(before.value or () if before else ()), *(convert(text) for text in texts)]
        reason = unknown or (before.unknown if before else "")
        if len(values) > MOST_LISTED:  # each instruction repeats those before it
            values, reason = [], f"more than {MOST_LISTED} are listed"
        build.decide(name, tuple(dict.fromkeys(values)), reason, instruction.span, label)

    return read


def _port(text: str) -> str:
    """A port as "80/tcp": of `host:container` the container's, the protocol in lower case."""
    port, _, protocol = text.rpartition(":")[2].partition("/")
    return f"{port}/{protocol.lower() or 'tcp'}"


def _env(build: _Build, instruction: Instruction) -> None:
    found = [(pair, build.expand(pair.value.text)) for pair in pairs(instruction, build.escape) if pair.value]
    for pair, value in found:
        build.variables[pair.name] = Value(value.value, value.unknown)
        place = Place(pair.span, f"{pair.name} is set here")
        build.env[pair.name] = _Setting(value.value, value.unknown, place, build.depth)


def _label(build: _Build, instruction: Instruction) -> None:
    for pair in pairs(instruction, build.escape):
        if pair.value:
            found = build.expand(pair.value.text)
            place = Place(pair.span, "label is set here")
            build.labels[pair.name] = _Setting(found.value, found.unknown, place, build.depth)


def _arg(build: _Build, instruction: Instruction) -> None:
    for pair in pairs(instruction, build.escape):
        name = pair.name
        if name in build.args:
            build.variables[name] = Value(build.args[name])
        elif pair.value:
            found = build.expand(pair.value.text)
            build.variables[name] = Value(found.value, found.unknown)
        elif name in build.globals:
            build.variables[name] = build.globals[name]
        elif name in PLATFORM_ARGS:
            build.variables[name] = Value(None, f"`{name}` depends on the platform that is built for")
        else:
            build.variables.setdefault(name, Value(None, f"build argument `{name}` has no value"))


def _healthcheck(build: _Build, instruction: Instruction) -> None:
    spec = healthcheck(instruction)
    if spec:
        label = "HEALTHCHECK is switched off here" if spec.disabled else "HEALTHCHECK is set here"
        build.decide("healthcheck", spec, "", instruction.span, label)


def healthcheck(instruction: Instruction) -> HealthcheckSpec | None:
    """What a HEALTHCHECK says; None where BuildKit refuses it."""
    words = instruction.args
    kind = words[0].text.upper() if words else ""
    if kind not in ("CMD", "NONE"):
        return None
    flags = {flag.name.replace("-", "_"): flag for flag in instruction.flags}
    spans = {name: flag.span for name, flag in flags.items()}
    spans["test"] = Span(words[0].span.source, words[0].span.start, words[-1].span.end)
    interval, timeout, start_period, start_interval = (flags[n].value if n in flags else None for n in _DURATIONS)
    retries = flags["retries"].value if "retries" in flags else None
    number = int(retries) if retries and retries.isascii() and retries.isdigit() and len(retries) < 10 else None
    test = _test(instruction, kind)
    return HealthcheckSpec(
        disabled=kind == "NONE",
        form=instruction.form,
        test=test,
        interval=interval,
        timeout=timeout,
        start_period=start_period,
        start_interval=start_interval,
        retries=number,
        spans=spans,
        instruction=instruction,
    )


def _test(instruction: Instruction, kind: str) -> tuple[str, ...]:
    if kind == "NONE":
        return ("NONE",)
    if instruction.form == "exec":
        return ("CMD", *(word.value for word in instruction.args[1:]))
    return ("CMD-SHELL", instruction.text.text[3:].strip(BLANK))


_READ: dict[str, Callable[[_Build, Instruction], None]] = {
    "ARG": _arg,
    "CMD": _process("command"),
    "ENTRYPOINT": _process("entrypoint"),
    "ENV": _env,
    "EXPOSE": _list("exposed", "ports are declared here", _port),
    "HEALTHCHECK": _healthcheck,
    "LABEL": _label,
    "SHELL": _shell,
    "STOPSIGNAL": _one("stopsignal", "stop signal is set here"),
    "USER": _one("user", "USER is set here"),
    "VOLUME": _list("volumes", "volumes are declared here", str.strip),
    "WORKDIR": _workdir,
}


def effective(stage: Stage, args: Mapping[str, str] = NO_ARGS, resolve: Resolve = unresolved) -> ImageConfig:
    """What the image built from a stage is.

    Args:
        stage: the stage that is built.
        args: build arguments that are passed (`build.args` of a compose file).
        resolve: finds the stage of another file that builds a base image.
    """
    chain, base = chain_of(stage, args, resolve)
    return evaluate(chain, base, args)


def evaluate(chain: tuple[Stage, ...], base: Expanded, args: Mapping[str, str]) -> ImageConfig:
    """What the image built from a chain is.

    Args:
        chain: the built stage, then what it builds upon.
        base: reference of the image at its end.
        args: build arguments for the file of the built stage.
    """
    build = _Build(base)
    for depth, (stage, triggers) in zip(reversed(range(len(chain))), built_upon(chain), strict=True):
        build.enter(stage, depth, args if stage.dockerfile is chain[0].dockerfile else NO_ARGS, triggers)
    heads = _heads(chain)
    facts = {name: _fact(build.settings.get(name), heads) for name in _SINGLE}
    inherited = frozenset(name for name in _SINGLE if name not in build.settings)
    return ImageConfig(
        **facts,
        env={name: _fact(setting, heads) for name, setting in build.env.items()},
        labels={name: _fact(setting, heads) for name, setting in build.labels.items()},
        base=_base(chain, base, heads),
        chain=chain,
        inherited=inherited,
    )


def words_of(
    chain: tuple[Stage, ...], base: Expanded, args: Mapping[str, str], keywords: frozenset[str]
) -> Mapping[int, tuple[str | None, ...]]:
    """Values of the words of some instructions of a stage by the instruction's `id`, None for one that is unknown.

    Args:
        chain: the stage, then what it builds upon.
        base: reference of the image at its end.
        args: build arguments for the file.
        keywords: which instructions.
    """
    build = _Build(base)
    for depth, (stage, triggers) in zip(reversed(range(len(chain))), built_upon(chain), strict=True):
        build.watched = frozenset() if depth else keywords
        build.enter(stage, depth, args, triggers)
    return build.seen


def _heads(chain: tuple[Stage, ...]) -> tuple[Place, ...]:
    """FROM lines of the chain, the built stage's first; at most as many as a report can show."""
    return tuple(
        Place(stage.origin.span, f"stage `{stage.name or stage.index}` starts here")
        for stage in chain[:MAX_PLACES]
        if stage.origin
    )


def _fact(setting: _Setting | None, heads: tuple[Place, ...]) -> Fact[Any]:
    if setting is None:
        return Fact(None, heads) if heads else ABSENT
    value = None if setting.unknown else setting.value
    return Fact(value, (setting.place, *heads[: setting.depth + 1]), setting.unknown)


def _base(chain: tuple[Stage, ...], base: Expanded, heads: tuple[Place, ...]) -> Fact[str]:
    word = chain[-1].base
    places = (Place(word.span, "base image"), *heads[:-1]) if word and len(chain) <= MAX_PLACES else heads
    return Fact(base.value, places, base.unknown)
