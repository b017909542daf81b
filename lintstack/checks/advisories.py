"""Checks of images against what is known to break, to go away or to change its terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.images import Reference, split
from lintstack.images.advisories import advised, concerns, names, own
from lintstack.join.image import tag_place
from lintstack.model import Image, Instruction, Run, Service, Stage
from lintstack.named import NamedTuple

if TYPE_CHECKING:
    from lintstack.images.advisories import Advisory


_MOST_BELOW = 20  # stages below another that are looked at
_LONGEST = 65_536  # characters of a script that are looked at
_FOLDERS = 256  # characters of the folders before a program


class _Found(NamedTuple):
    """What a condition rests on: words of the file for the message, and their place; none for what is missing."""

    word: str = ""
    at: Place | None = None


_HOLDS = _Found()
# Signs that end a word of a shell script.
_ENDS = frozenset(" \t\n;&|()<>\"'`")
# Words of a shell behind which a command begins.
_BEFORE = frozenset("do then else exec until while if elif".split())


def image_breaking_change(service: Service, options: Mapping[str, Any]) -> Iterator[Problem]:
    """What a service says that its image does not take any more, by our advisories and the user's own."""
    yield from _of_service(service, "image-breaking-change")
    reference = _reference(service) if options["own"] else None
    for advisory in own(options["own"]) if reference else ():
        if reference and not set(names(reference)).isdisjoint(advisory.images) and concerns(advisory, reference):
            yield from _problems(service, advisory)


def outdated_engine_client(service: Service) -> Iterator[Problem]:
    """Clients of Docker that today's engine refuses."""
    yield from _of_service(service, "outdated-engine-client")


def image_announcement(service: Service) -> Iterator[Problem]:
    """Changes that may concern a service, as far as its files tell."""
    yield from _of_service(service, "image-announcement")


def removed_image(image: Image) -> Iterator[Problem]:
    """Images that cannot be pulled any more."""
    yield from _of_image(image, "removed-image")


def abandoned_image(image: Image) -> Iterator[Problem]:
    """Images that nobody makes anew."""
    yield from _of_image(image, "abandoned-image")


def image_licence_change(image: Image) -> Iterator[Problem]:
    """Images whose licence is no longer what it was."""
    yield from _of_image(image, "image-licence-change")


def base_breaking_change(stage: Stage) -> Iterator[Problem]:
    """What a stage runs that its base image has no more."""
    base = stage.foundation.base
    for advisory in advised(split(base.value), "base-breaking-change") if base.value else ():
        found = _run_in_vain(stage, advisory.when)
        if found is not None:
            related = tuple(place._replace(label="its image") for place in base.places[:1])
            yield _problem(advisory, found, related, None)


def _of_image(image: Image, rule: str) -> Iterator[Problem]:
    if image.reference.value and not image.built.value:
        for advisory in advised(split(image.reference.value), rule):
            yield _problem(advisory, _HOLDS, image.reference.places[1:], tag_place(image.reference))


def _of_service(service: Service, rule: str) -> Iterator[Problem]:
    reference = _reference(service)
    for advisory in advised(reference, rule) if reference else ():
        yield from _problems(service, advisory)


def _reference(service: Service) -> Reference | None:
    """The image at the end of a service's FROM chain; None when nobody knows it, or nobody says how it is run."""
    return split(service.base_image.value) if service.base_image.value and not service.synthetic else None


def _problems(service: Service, advisory: Advisory) -> Iterator[Problem]:
    found = _conditions(service, advisory.when)
    if found is not None:
        image = service.base_image
        related = tuple(place._replace(label="its image") for place in image.places[:1]) if found.at else ()
        yield _problem(advisory, found, related, tag_place(image))


def _problem(advisory: Advisory, found: _Found, related: tuple[Place, ...], image: Place | None) -> Problem:
    """The problem at what makes it one, else at the image."""
    message = advisory.fact.replace("{found}", found.word)
    if advisory.source:
        message += f"; {advisory.remedy} ({advisory.source})"
    return Problem(message, found.at or image, related, detail=advisory.id, variant=advisory.id)


def _conditions(service: Service, when: Mapping[str, Any]) -> _Found | None:
    """What makes all conditions of an advisory hold; None when one does not, or when nobody knows."""
    found = _HOLDS
    for name, wanted in when.items():
        holds = _CONDITIONS[name](service, wanted)
        if holds is None:
            return None
        found = found if found.at else holds
    return found


def _absent(found: _Found | None, unknown: bool = False) -> _Found | None:
    return _HOLDS if found is None and not unknown else None


def _mount(service: Service, wanted: list[str]) -> _Found | None:
    for mount in service.mounts:
        target = mount.target
        if target.value and target.value.rstrip("/") in [path.rstrip("/") for path in wanted]:
            return _Found(target.value, target.places[0] if target.places else Place(mount.span))
    return None


def _no_mount(service: Service, wanted: list[str]) -> _Found | None:
    """Nothing is mounted at or below a path, nor put there by the service's own Dockerfile or by `configs`."""
    targets = [mount.target.value for mount in service.mounts]
    near = any(f"{target}/".startswith(f"{path}/") for target in targets if target for path in wanted)
    given = any(item.type.value in ("config", "secret") for item in service.references)
    return _absent(None, near or given or None in targets or _is_built(service))


def _is_built(service: Service) -> bool:
    return service.build is not None or (service.image is not None and service.image.built.value is not False)


def _set(service: Service, wanted: list[str]) -> _Found | None:
    for variable in service.environment:
        said = variable.value.value or variable.value.unknown
        if said and _is_named(variable.name, wanted) and variable.scope.value != "env":
            return _Found(variable.name, Place(variable.span))
    return None


def _is_named(name: str, wanted: list[str]) -> bool:
    return any(name == one or (one.endswith("*") and name.startswith(one[:-1])) for one in wanted)


def _unset(service: Service, wanted: list[str]) -> _Found | None:
    """No variable is set, whatever its value, and no env file that may set it is missing."""
    set_ = any(_is_named(variable.name, wanted) for variable in service.environment)
    return _absent(None, set_ or service.missing_env_files.value is not None)


def _value(service: Service, wanted: Mapping[str, list[str]]) -> _Found | None:
    for variable in service.environment:
        if (variable.value.value or "").strip().lower() in wanted.get(variable.name, ()):
            return _Found(variable.name, Place(variable.span))
    return None


def _no_value(service: Service, wanted: Mapping[str, list[str]]) -> _Found | None:
    unknown = any(variable.name in wanted and variable.value.unknown for variable in service.environment)
    return _absent(_value(service, wanted), unknown)


def _contains(service: Service, wanted: Mapping[str, str]) -> _Found | None:
    for variable in service.environment:
        if variable.name in wanted and wanted[variable.name] in (variable.value.value or ""):
            return _Found(variable.name, Place(variable.span))
    return None


def _words(service: Service) -> Iterator[tuple[str, Place]]:
    """Words of what the service starts, each with its place where that can be told."""
    for fact in (service.entrypoint, service.command):
        words = fact.value or ()
        exact = len(words) == len(fact.places)
        for index, word in enumerate(words if fact.places else ()):
            yield word, fact.places[index if exact else 0]


def _option(service: Service, wanted: list[str]) -> _Found | None:
    """An option with or without its value; MySQL's may have underscores in the place of dashes."""
    spelled = {one.lower(): one for one in wanted}
    for word, place in _words(service):
        for part in word.split() if " " in word else (word,):
            name = part.partition("=")[0]
            if name.lower() in spelled or (name[:2] == "--" and name.lower().replace("_", "-") in spelled):
                return _Found(name, place)
    return None


def _no_option(service: Service, wanted: list[str]) -> _Found | None:
    return _absent(_option(service, wanted), bool(service.command.unknown))


def _word(service: Service, wanted: list[str]) -> _Found | None:
    for word, place in _words(service):
        for one in wanted:
            if one == word or one in "".join(" " if sign in ",='\"" else sign for sign in word).split():
                return _Found(one, place)
    return None


def _no_word(service: Service, wanted: list[str]) -> _Found | None:
    return _absent(_word(service, wanted), bool(service.command.unknown or service.entrypoint.unknown))


def _calls(service: Service, wanted: list[str]) -> _Found | None:
    """A program, with what it is told: the first words of a command, or words of a script."""
    for fact in (service.entrypoint, service.command):
        words = fact.value or ()
        scripts = [" ".join(words), *(word for word in words if " " in word)]
        for one in wanted if fact.places else ():
            if any(_starts(script, one) if script is scripts[0] else _calls_in(script, one) for script in scripts):
                return _Found(one, fact.places[0])
    return None


def _starts(script: str, phrase: str) -> bool:
    name, _, rest = script.partition(" ")
    return f"{name.rpartition('/')[2]} {rest} ".startswith(f"{phrase} ")


def _calls_in(script: str, phrase: str) -> bool:
    """Whether a phrase stands where a command begins, with or without the folder of its program."""
    at = script.find(phrase) if len(script) <= _LONGEST else -1
    while at >= 0:
        end = at + len(phrase)
        start = at
        while start > max(0, at - _FOLDERS) and script[start - 1] not in _ENDS:
            start -= 1
        before = script[max(0, start - 64) : start].rstrip(" \t")[-6:]
        begins = not before or before[-1] in ";&|(!\n`" or not _BEFORE.isdisjoint(before.split()[-1:])
        if begins and (start == at or script[at - 1] == "/") and (end == len(script) or script[end] in _ENDS):
            return True
        at = script.find(phrase, end)
    return False


def _program_path(service: Service, wanted: list[str]) -> _Found | None:
    """A path in the health check or in what the service starts."""
    for fact in (service.healthcheck.test, service.command, service.entrypoint):
        for word in fact.value or ():
            for path in wanted:
                if path in word and fact.places:
                    return _Found(path, fact.places[-1])
    return None


def _test(service: Service, wanted: list[str]) -> _Found | None:
    test = service.healthcheck.test
    text = " ".join(test.value or ())
    return next((_Found(one.lstrip(":/"), test.places[-1]) for one in wanted if one in text and test.places), None)


def _socket(service: Service, wanted: bool) -> _Found | None:
    at = next((mount for mount in service.mounts if mount.is_runtime_socket.value is wanted), None)
    return _HOLDS if at else None


def _no_command(service: Service, wanted: bool) -> _Found | None:
    said = service.command, service.entrypoint
    return _HOLDS if all(fact.absent for fact in said) is wanted and not _is_built(service) else None


def _serves(service: Service, wanted: list[str]) -> _Found | None:
    """What the image is made for is started: by itself, by its options, or by its name."""
    first = (service.command.value or ("-",))[0]
    starts = not service.command.unknown and (first.startswith("-") or first in wanted)
    return _HOLDS if starts and (service.entrypoint.absent or _is_built(service)) else None


def _called(service: Service, wanted: list[str]) -> _Found | None:
    """A variable of another service that names this one."""
    asked = [one.replace("{service}", service.name) for one in wanted]
    for other in service.stack.services if len(service.stack.services) <= _MOST_ASKED else ():
        for variable in other.environment if other is not service else ():
            if any(_holds_name(variable.value.value or "", one) for one in asked):
                return _Found(variable.name, Place(variable.span))
    return None


def _holds_name(text: str, name: str) -> bool:
    """Whether a text has a name, or the beginning of a URL, as whole words."""
    at = text.find(name)
    while at >= 0:
        around = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not any(sign.isalnum() or sign in "-._" for sign in around if sign):
            return True
        at = text.find(name, at + 1)
    return False


_MOST_ASKED = 50  # services of a stack whose variables are looked through
_CONDITIONS: dict[str, Callable[[Service, Any], _Found | None]] = {
    "mount": _mount,
    "no_mount": _no_mount,
    "set": _set,
    "unset": _unset,
    "value": _value,
    "no_value": _no_value,
    "contains": _contains,
    "option": _option,
    "no_option": _no_option,
    "word": _word,
    "no_word": _no_word,
    "runs": _calls,
    "program_path": _program_path,
    "test": _test,
    "serves": _serves,
    "socket": _socket,
    "no_command": _no_command,
    "called": _called,
}


def _run_in_vain(stage: Stage, when: Mapping[str, Any]) -> _Found | None:
    """The first command of a stage that its base cannot run, unless something before has seen to it."""
    below, steps = stage.parent, 0
    while below is not None:
        if steps == _MOST_BELOW or any(_is_settled(item, when) for item in below.instructions):
            return None
        below, steps = below.parent, steps + 1
    for instruction in stage.instructions:
        found = _run(instruction, when["run"])
        if _sees_to_it(instruction, when["unless"]):
            return None
        if found is not None:
            return found
    return None


def _is_settled(instruction: Instruction, when: Mapping[str, Any]) -> bool:
    """Whether an instruction sees to it, or is where the fault is told already."""
    return _sees_to_it(instruction, when["unless"]) or _run(instruction, when["run"]) is not None


def _sees_to_it(instruction: Instruction, words: list[str]) -> bool:
    text = instruction.node.span.text
    return any(word in text for word in words)


def _run(instruction: Instruction, wanted: list[str]) -> _Found | None:
    for command in instruction.commands if isinstance(instruction, Run) else ():
        for one in wanted:
            name, _, argument = one.partition(" ")
            if command.name == name and (not argument or argument in command.node.args):
                return _Found(one, Place(command.program))
    return None
