"""The text of a script, build file or document → the Compose commands in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice

from lintstack.environments.exports import Given, before
from lintstack.environments.variables import UNKNOWN, Variables, line_end, logical_line
from lintstack.named import NamedTuple
from lintstack.naming import named_files

_MOST_USES = 200
_MOST_FOLDERS = 6
_MOST_IN_LINE = 10
# Keys of CI files that name a part of a job, not the job.
_PARTS = frozenset(
    """after_script before_script container defaults env environment jobs matrix needs on only permissions rules run
    script scripts services stages steps strategy variables with cmds tasks desc vars deps commands""".split()
)

# Options that take a value, and what is kept of it; docker's own come before `compose`.
_FILE, _PROJECT_DIR, _ENV_FILE, _PROFILE, _OTHER = "file", "project_dir", "env_file", "profile", ""
_OPTIONS = {
    "compose": {
        "-f": _FILE,
        "--file": _FILE,
        "--project-directory": _PROJECT_DIR,
        "--env-file": _ENV_FILE,
        "--profile": _PROFILE,
        **dict.fromkeys(("-p", "--project-name", "--ansi", "--parallel", "--progress", "--context", "-H"), _OTHER),
    },
    "stack": {"-c": _FILE, "--compose-file": _FILE, "--orchestrator": _OTHER, "--resolve-image": _OTHER},
    "bake": {"-f": _FILE, "--file": _FILE, **dict.fromkeys(("--set", "--builder", "--progress", "--allow"), _OTHER)},
}


class Use(NamedTuple):
    """One command that runs Compose, or another tool that reads compose files.

    Args:
        files: compose files as written; none: those that Docker Compose takes by itself. A path that starts with
            UNKNOWN and "/" lies in a folder that only the run knows.
        line: 1-based.
        tool: compose, stack, bake, devcontainer, tilt or variable (`COMPOSE_FILE`).
        verb: `up`, `build` …; "" when it is not known.
        folders: folders that were changed to before it, the last one first.
        project_dir, env_files, profiles: as written.
        target: name of the make target, recipe or package script that it belongs to.
        given: variables that it is given, see `exports`.
        is_example: whether it stands in a comment, or is printed.
    """

    files: tuple[str, ...]
    line: int
    tool: str = "compose"
    verb: str = ""
    folders: tuple[str, ...] = ()
    project_dir: str = ""
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    target: str = ""
    given: Given = ()
    is_example: bool = False


@cache
def _command() -> re.Pattern[str]:
    options = r"(?:\s{1,8}-{1,2}\w[\w-]{0,40}(?:[= ][^\s-]\S{0,80})?){0,3}"
    return re.compile(
        rf"""(?<![A-Za-z0-9_])(?:
            (?P<compose>(?:docker|podman|nerdctl|\0){options}[ ]+compose | (?:docker|podman|\0)-compose)
            (?:\.exe)?(?![\w./:=-])
          | (?P<stack>docker{options}[ ]+stack[ ]+(?:deploy|up))\b
          | (?P<bake>docker[ ]+(?:buildx[ ]+)?bake)\b )""",
        re.VERBOSE,
    )


@cache
def _token() -> re.Pattern[str]:
    return re.compile(r"""[ \t]*((?:"[^"]*"|'[^']*'|[^\s"'`;|&<>()])+)""")


@cache
def _quoted_list() -> re.Pattern[str]:
    return re.compile(r"""["'][ \t]*,\s*f?["']""")


@cache
def _printing() -> re.Pattern[str]:
    """A comment, or a command that prints what stands behind it."""
    said = r"echo|printf|print|puts|log|info|warn|warning|error|err|die|fail|abort|usage|help|message|msg|say|throw"
    return re.compile(rf"(?i)[ \t@-]{{0,40}}+(?:\#|//|::|rem\b|\*|(?:[\w.]{{0,40}}[._])?(?:{said})\b)")


@cache
def _placeholder() -> re.Pattern[str]:
    return re.compile(r"<[\w.-]{1,40}>")


@cache
def _folder() -> re.Pattern[str]:
    return re.compile(
        r"""(?:^|[;&|(`'"@\n]|\bthen|\bdo|\brun:)[ \t]*(?:cd|pushd|Set-Location)[ \t]+(?:--[ \t]+)?["']?([^\s"';&|)`]+)
          | ^[ \t-]*working-directory:[ \t]*["']?([^\s"']+)""",
        re.VERBOSE | re.MULTILINE,
    )


@cache
def _moving() -> re.Pattern[str]:
    return re.compile(r"\b(?:cd|pushd|Set-Location)[ \t]|working-directory:")


@cache
def _target() -> re.Pattern[str]:
    return re.compile(
        r"""^(?:([\w.-]{1,60})[^:=\n#]{0,80}:(?!=)|[ ]{2,4}([\w:.-]{1,60}):[ \t]*$|[ \t]*"([\w:.-]{1,60})":[ \t]*")""",
        re.M,
    )


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(
        r"""(?<![\w$])["']?COMPOSE_FILE["']?[ \t]*(?:[:?]?=|:)[ \t]*
            (?:["'](?P<quoted>[^"'\n]+)["'] | (?P<bare>[^\s"'`;]+))""",
        re.VERBOSE,
    )


def commands(text: str, targets: bool = False, around: Callable[[int], Given] | None = None) -> Iterator[Use]:
    """The Compose commands of a text, in order.

    Args:
        text: a script, build file, CI file or document.
        targets: whether it is a file of named targets or jobs, so that the name above a command says what it is for.
        around: what the text gives to a command, see `exports.around`; None where commands are examples only.
    """
    if not any(pattern().search(text) for pattern in (_command, _listed, _engine, _variable)):
        return
    variables = Variables(text)
    folders = list(_folder().finditer(text)) if _moving().search(text) else []
    everywhere = tuple(found[2] for found in folders if found[2])[:_MOST_FOLDERS]
    changes = [found for found in folders if found[1]]
    named = [found for found in _target().finditer(text) if _named(found) not in _PARTS] if targets else []
    seen = set()
    told = variables.is_set("COMPOSE_FILE") and not variables.is_used("COMPOSE_FILE")
    for start in islice(_starts(text, variables), _MOST_USES):
        entered = [found[1] for found in changes[: bisect_right(changes, start, key=_at)][-_MOST_FOLDERS:]]
        above = named[bisect_right(named, start, key=_at) - 1] if named and named[0].start() <= start else None
        target = _named(above) if above else ""
        for use in _in_line(text, start, variables):
            here = tuple(reversed([*entered, *use.folders][-_MOST_FOLDERS:]))
            given = tuple({**dict(around(_line_stop(text, start))), **dict(use.given)}.items()) if around else ()
            whole = use._replace(folders=tuple(dict.fromkeys(here + everywhere)), target=target, given=given)
            if whole._replace(line=0) not in seen and (use.files or not told):
                seen.add(whole._replace(line=0))
                yield whole


def _named(found: re.Match[str]) -> str:
    return next(filter(None, found.groups()), "")


def _at(found: re.Match[str]) -> int:
    return found.start()


def _starts(text: str, variables: Variables) -> Iterator[int]:
    """Where lines begin that hold a command, spelled out or in a variable; definitions only when nothing uses them."""
    found = {_line_start(text, match.start()) for match in _command().finditer(text)}
    found |= {_line_start(text, match.start()) for match in _listed().finditer(text)}
    found |= {_line_start(text, match.start()) for match in _variable().finditer(text)}
    found |= {_line_start(text, match.start()) for match in _engine().finditer(text)}
    if commands := frozenset(variables.names(_command())):
        found |= {_line_start(text, at) for at in variables.references(commands)}
    end = -1
    for start in sorted(found):
        if start > end and not variables.is_definition(start):
            end = line_end(text, start)
            yield start


@cache
def _engine() -> re.Pattern[str]:
    """A command whose program a variable names: `$(DOCKER) compose`."""
    return re.compile(r"(?:\$\(\w{1,40}\)|\$\{\w{1,40}\}|\$\w{1,40})(?:-|[ ]{1,4})compose(?![\w./:=-])")


@cache
def _listed() -> re.Pattern[str]:
    return re.compile(r"""(?:docker|podman)["'],\s*["']compose["']|docker-compose["'],\s*["']""")


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_stop(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)


def _in_line(text: str, start: int, variables: Variables) -> Iterator[Use]:
    line = text.count("\n", 0, start) + 1
    raw = logical_line(text, start)
    assigned = _variable().search(raw)
    if assigned and not variables.is_used("COMPOSE_FILE"):
        values = variables.expanded(assigned["quoted"] or assigned["bare"])
        yield from (Use(named_files(value), line, "variable") for value in values if UNKNOWN not in value)
        return
    plain = _placeholder().sub(UNKNOWN, _quoted_list().sub(" ", raw).replace('\\"', '"'))
    for expanded in variables.expanded(plain):
        for found in islice(_command().finditer(expanded), _MOST_IN_LINE):
            tool = found.lastgroup or "compose"
            if use := _parsed(tool, expanded[found.end() :]):
                lead = expanded[: found.start()]
                shown = _printing().match(lead) is not None
                yield use._replace(line=line, folders=_changed(lead), given=before(lead, raw), is_example=shown)


def variable_lines(text: str) -> Iterator[Use]:
    """What a file of variables offers for `COMPOSE_FILE`, commented out or not."""
    for found in _variable().finditer(text):
        value = found["quoted"] or found["bare"]
        if "$" not in value:
            yield Use(named_files(value), text.count("\n", 0, found.start()) + 1, "variable")


def _changed(before: str) -> tuple[str, ...]:
    return tuple(found[1] for found in _folder().finditer(before) if found[1])


def _parsed(tool: str, rest: str) -> Use | None:
    """A command line behind its first words; None when a file in it is not known."""
    kept: dict[str, list[str]] = {_FILE: [], _PROJECT_DIR: [], _ENV_FILE: [], _PROFILE: [], _OTHER: []}
    options, at, verb = _OPTIONS[tool], 0, ""
    while token := _token().match(rest, at):
        at, word = token.end(), _bare(token[1])
        option, equals, value = word.partition("=")
        if word.startswith("-f") and len(word) > 2 and not equals and word[2] != "-":
            option, equals, value = "-f", "=", word[2:]
        if not option.startswith("-"):
            verb = "" if UNKNOWN in word else word
            break
        if option in options:
            if not equals:
                following = _token().match(rest, at)
                if not following:
                    break
                at, value = following.end(), _bare(following[1])
            kept[options[option]].append(value)
    files = tuple(kept[_FILE])
    if verb.startswith("#"):  # "your other files here"
        return None
    if any(UNKNOWN in name.removeprefix(f"{UNKNOWN}/") or not name for name in files):
        return None
    known = {key: [value for value in values if UNKNOWN not in value] for key, values in kept.items()}
    profiles = tuple(known[_PROFILE])
    return Use(files, 0, tool, verb, (), "".join(known[_PROJECT_DIR][-1:]), tuple(known[_ENV_FILE]), profiles)


def _bare(token: str) -> str:
    """A word without quotes, and without the comma or full stop of the sentence that it stands in."""
    word = token.replace('"', "").replace("'", "").rstrip(",")
    return word[:-1] if word.endswith(".") and word[-2:-1].isalnum() else word
