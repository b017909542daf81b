"""What a stage sets for package managers outside of their calls: variables, and settings in configuration files.

    ENV PIP_NO_CACHE_DIR=1                                          "PIP_NO_CACHE_DIR": "1"
    RUN echo 'APT::Get::Assume-Yes "true";' > /etc/apt/apt.conf.d/9 "apt-yes": "$"
    COPY pip.conf /etc/pip.conf                                     "pip-no-cache": "$"

What a file says is not looked at: that it may say it is enough to be silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lintstack.dockerfile.nodes import Instruction
from lintstack.dockerfile.syntax import pairs
from lintstack.dockerfile.tree import Stage
from lintstack.named import NamedTuple

VARIABLES = frozenset({"PIP_CACHE_DIR", "PIP_NO_CACHE_DIR", "YARN_CACHE_FOLDER"})


class Setting(NamedTuple):
    """What configuration files may say.

    Attributes:
        name: what it decides.
        files: one of these is in the text of an instruction that writes it.
        words: so is one of these, in lower case, in a RUN; COPY and ADD need not show it.
    """

    name: str
    files: tuple[str, ...]
    words: tuple[str, ...]


class Told(NamedTuple):
    """A setting.

    Attributes:
        value: the last value that it is given; with a dollar sign where it is not known.
        start: offset of the first instruction that gives it one.
    """

    value: str
    start: int


_SETTINGS = (
    Setting("apt-yes", ("apt.conf",), ("assume-yes",)),
    Setting("apt-recommends", ("apt.conf",), ("install-recommends",)),
    Setting("yum-yes", ("yum.conf", "dnf.conf"), ("assumeyes",)),
    Setting("dnf-yes", ("yum.conf", "dnf.conf"), ("assumeyes",)),
    Setting("conda-yes", ("condarc", "conda config"), ("always_yes",)),
    Setting("pip-no-cache", ("pip.conf", "pip config", "pip3 config"), ("no-cache-dir", "no_cache_dir")),
)


def settings(stage: Stage, below: Mapping[str, Told]) -> Mapping[str, Told]:
    """What a stage and those that it builds upon set.

    Args:
        stage: the stage.
        below: what the stage that it builds upon has.
    """
    found = dict(below)
    for item in stage.instructions:
        for name, value in _read(item.trigger or item):
            found[name] = Told(value, found[name].start if name in found else item.span.start)
    return found


def _read(instruction: Instruction) -> Iterator[tuple[str, str]]:
    keyword = instruction.keyword
    if keyword in ("ENV", "ARG"):
        if any(name in instruction.text.text for name in VARIABLES):
            found = ((pair.name, pair.value.value if pair.value else "$") for pair in pairs(instruction))
            yield from (pair for pair in found if pair[0] in VARIABLES)
    elif keyword in ("RUN", "COPY", "ADD"):
        text = instruction.span.text
        lowered = text.lower() if "conf" in text or "condarc" in text else ""
        for setting in _SETTINGS if lowered else ():
            told = keyword != "RUN" or any(word in lowered for word in setting.words)
            if told and any(file in lowered for file in setting.files):
                yield setting.name, "$"
