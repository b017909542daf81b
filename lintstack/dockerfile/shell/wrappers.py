"""Programs that run another program (sudo, env, exec, time, nice …), and where the other one begins."""

from __future__ import annotations

from collections.abc import Sequence

from lintstack.named import NamedTuple


class Wrapper(NamedTuple):
    """A program that runs its arguments.

    Attributes:
        valued: options whose value is the next word.
        leading: words before the program that are no options (the user of `gosu user program`).
        assignments: whether `NAME=value` may come first.
        stops: options with which it runs nothing, or not a program that is spelled out.
    """

    valued: frozenset[str] = frozenset()
    leading: int = 0
    assignments: bool = False
    stops: frozenset[str] = frozenset()


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLAIN = Wrapper()
WRAPPERS: dict[str, Wrapper] = {
    "busybox": Wrapper(stops=_options("--install --list --help")),
    "chroot": Wrapper(leading=1),
    "chronic": _PLAIN,
    "command": Wrapper(stops=_options("-v -V")),
    "doas": Wrapper(_options("-u -C -a")),
    "dumb-init": Wrapper(_options("-r --rewrite")),
    "eatmydata": _PLAIN,
    "env": Wrapper(_options("-u --unset -C --chdir"), assignments=True, stops=_options("-S --split-string")),
    "exec": Wrapper(_options("-a")),
    "fakeroot": _PLAIN,
    "flock": Wrapper(_options("-w --timeout -E"), leading=1, stops=_options("-c")),
    "gosu": Wrapper(leading=1),
    "ionice": Wrapper(_options("-c -n -p")),
    "nice": Wrapper(_options("-n --adjustment")),
    "nohup": _PLAIN,
    "runuser": Wrapper(_options("-u -g -G"), stops=_options("-c -l -")),
    "setpriv": Wrapper(_options("--reuid --regid --groups --bounding-set --inh-caps --ambient-caps")),
    "setsid": _PLAIN,
    "stdbuf": Wrapper(_options("-i -o -e")),
    "su-exec": Wrapper(leading=1),
    "sudo": Wrapper(
        _options("-u --user -g --group -h --host -p --prompt -C -r --role -t --type -U -T -R -D"), assignments=True
    ),
    "time": Wrapper(_options("-f --format -o --output")),
    "timeout": Wrapper(_options("-k --kill-after -s --signal"), leading=1),
    "tini": Wrapper(_options("-p -e")),
    "unbuffer": _PLAIN,
    "xargs": Wrapper(_options("-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-procs --replace")),
    "xvfb-run": Wrapper(_options("-e -f -n -p -s -w")),
}
MAX_WRAPPERS = 16


def unwrap(words: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Index of the word that names the program, and the names of what it runs under.

    Args:
        words: a command's words, quotes removed.
    """
    index = 0
    names: list[str] = []
    while len(names) < MAX_WRAPPERS:
        name = words[index].rpartition("/")[2]
        wrapper = WRAPPERS.get(name)
        inner = _inner(wrapper, words, index + 1) if wrapper else None
        if inner is None:
            break
        names.append(name)
        index = inner
    return index, tuple(names)


def _inner(wrapper: Wrapper, words: Sequence[str], index: int) -> int | None:
    """Where the program that a wrapper runs begins; None when it runs none."""
    leading = wrapper.leading
    while index < len(words):
        word = words[index]
        if word in wrapper.stops:
            return None
        if word == "--" and not leading:
            return index + 1 if index + 1 < len(words) else None
        if word.startswith("-") and len(word) > 1:
            index += 2 if _takes_next(word, wrapper.valued) else 1
        elif wrapper.assignments and "=" in word and word.partition("=")[0].isidentifier():
            index += 1
        elif leading:
            leading -= 1
            index += 1
        else:
            return index
    return None


def _takes_next(word: str, valued: frozenset[str]) -> bool:
    """Whether the value of an option, or of the last one in a cluster (`-nu app`), is the next word."""
    if word in valued or word.startswith("--"):
        return word in valued
    first = next((at for at, letter in enumerate(word[1:], 1) if f"-{letter}" in valued), 0)
    return first > 0 and first == len(word) - 1
