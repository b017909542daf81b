"""Dockerfiles drawn from seeds: every trick of the parsers mixed with every other one.

A seed gives the same text in every release of Python: all that is asked of `random` is `Random.random`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

BLANKS = (*" " * 10, "  ", "\t", "\v", "\f", "\r", *"\xa0\x85\u2028\u3000\u1680\x1c\x1f\u200b\ufeff")
WORDS = (
    "a", "b", "x=1", "k=v w=", "'q r'", '"d e"', '"', "'", "\\", "\\\\", "`", "``", "\\ ", '\\"', "\\'", '`"', "$V",
    "${V}", "${V:-d e}", "${", "$", "${V:+'x'}", "=", "=x", "x=", "--", "--x", "#", "# c", "<<", "<<<", "é", "\x1a",
    "\ufffd", "EOF", "[", "]", ";", "&&", "|", "<<A<<B", "$((1<<EOF))", '"<<EOF"', "'<<EOF'", "\\<<EOF", "a<<EOF",
    "2<<EOF", "x\\", "-", "-- ", "--=", "--a=", "AS", "as", "NONE", "CMD", "ß", "\u0131", "K",
)  # fmt: skip
OPENINGS = (
    "<<EOF", "<<-EOF", "<<'EOF'", '<<"EOF"', "<<E\\OF", "<<\\EOF", "3<<X", "<<X", "<<-'E F'", '<<"E F"', "<<-X",
    "<<E'O'F", "<<$V", "<<${V}", "<<EOF>f", "<<''", "<<-", "<< EOF", "12<<X", "<<#", "<<E#F", "<<\"A'B\"", "<<`X",
    "<<'a\"", "<<EOF\\", "<<-\ufeff", "<<\ufeffX",
)  # fmt: skip
CLOSINGS = (
    "EOF", "X", "E F", "\tEOF", "\tX", "EOF ", "EO", "E\\OF", "$V", "${V}", "EOF>f", "#", "E#F", "A'B", " EOF", "EOF\r",
    "\t\tE F", "`X",
)  # fmt: skip
BODIES = ("x", "USER z", "# c", "RUN a \\", "RUN a `", "", "  ", "\\", "`", "FROM b", "<<EOF", "\tx", "\f", "\r")
KEYWORDS = (
    "FROM", "RUN", "COPY", "ADD", "ENV", "LABEL", "ARG", "USER", "WORKDIR", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK",
    "ONBUILD", "VOLUME", "EXPOSE", "STOPSIGNAL", "MAINTAINER", "FROB", "run", "Copy", "oNbuild", "env", "healthcheck",
)  # fmt: skip
FLAGS = (
    "--from=a", "--chown='a b'", '--x="y z"', "--link", "--mount=type=cache,target=/x", "--a\\ b", "--'q'=1", '--"',
    "--interval=5s", "--", "--=", "--x=\\", "---", "--x=$V", "--é=1", "--x='", '--"<<EOF"', "--x=<<EOF",
)  # fmt: skip
ARRAYS = (
    '["a","b"]', "[]", "[ ]", '["a\\n", "\\u0041"]', "['a']", '["a",]', '["a" "b"]', "[1]", "[null]", '["a", ["b"]]',
    '["\\ud800"]', '["\\ud83d\\ude00"]', '["é"]', '["<<EOF"]', '["a"', "[a]", '["\\x"]', "[true]", "[{}]", '["a\tb"]',
    "[,]", '["a\\"b"]', '[\f"a"]', '["a",1e999]', "[-0]", "[01]", '["\x7f"]', "[NaN]", '["a"]\x85', '["a"]\xa0',
    '["\\\\"]', "[\v]", '["a", "b', '[[["a"]]]', '["a"]<<EOF', '["`"]', "[1e400]", '["\ufffd"]', '["\\/"]', '["a"] ',
    '["\u2028"]',
)  # fmt: skip
HEADS = (
    "# escape=`", "#escape=`", "# Escape = `", "# escape=\\", "# syntax=a/b", "#\tsyntax = x", "# escape=x", "# c", "#",
    "", "  # escape=`", "\xa0# escape=`", "# escape=``", "# escape\v=`", "# escape=`\v", "# escape=\x85`", "# escape=",
    "# escape=`\x85", "# ESCAPE=` ", "# escape=` x", "# escape \t= \t`", "# syntax=", "# e=`", "#\x1cescape=`",
)  # fmt: skip
BETWEEN = ("", "", " ", "\t", "# c", "  # c \\", "#", "\f", "\xa0", "\x85# z", "\x1c", "# <<EOF")


class Drawn:
    """One Dockerfile that a seed draws."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed).random
        self.style = self.one(("\n", "\n", "\n", "\r\n", "mixed"))
        self.escape = "\\"

    def upto(self, count: int) -> int:
        """A number below another one."""
        return int(self._draw() * count)

    def one(self, items: Sequence[str]) -> str:
        return items[self.upto(len(items))]

    def chance(self, share: float) -> bool:
        return self._draw() < share

    def end(self) -> str:
        """A line end."""
        return self.one(("\n", "\r\n", "\n", "\r\r\n")) if self.style == "mixed" else self.style

    def continued(self, escape: str = "") -> str:
        """A continuation, with comments and blank lines."""
        sign = escape or (self.escape if self.chance(0.6) else self.one("\\`"))
        out = sign + self.one(("", "", "", " ", "\t", " \t", "\v", "\xa0", "\r")) + self.end()
        for _ in range(max(0, self.upto(5) - 2)):
            out += self.one(BETWEEN) + self.end()
        return out

    def word(self) -> str:
        tables = ((0.6, WORDS), (0.7, FLAGS), (0.8, OPENINGS), (0.85, ARRAYS))
        which = self._draw()
        table = next((items for share, items in tables if which < share), None)
        if table:
            return self.one(table)
        return self.continued() if which < 0.97 else self.escape * (1 + self.upto(3))

    def words(self) -> str:
        count = (0, 1, 1, 2, 2, 3, 5)[self.upto(7)]
        return "".join(self.word() + self.one(("", " ", *BLANKS)) for _ in range(count))

    def keyword(self) -> str:
        """A keyword with the flags behind it."""
        word = self.one(KEYWORDS)
        if self.chance(0.03):
            word = word[:2] + self.continued(self.escape) + word[2:]
        gap = self.one((" ", " ", " ", self.one(BLANKS), self.continued()))
        flags = (0, 0, 0, 0, 1, 2)[self.upto(6)]
        behind = "".join(self.one(FLAGS) + self.one((" ", self.one(BLANKS), self.continued())) for _ in range(flags))
        return word + gap + behind

    def array(self) -> str:
        text = self.one(ARRAYS)
        if self.chance(0.2):
            cut = self.upto(len(text))
            text = text[:cut] + self.continued(self.escape) + text[cut:]
        return self.one(("", "CMD ", "")) + text + self.one(("", "", " " + self.one(WORDS), self.one(BLANKS), "\t"))

    def bodies(self, count: int) -> str:
        """Lines that close here-documents, most of them."""
        out = ""
        for _ in range(count):
            out += "".join(self.one(BODIES) + self.end() for _ in range(self.upto(3)))
            out += self.one(CLOSINGS[:2] if self.chance(0.6) else CLOSINGS) + self.end()
        return out

    def instruction(self) -> str:
        out = self.one(("", "", "", "", "  ", "\t", "\f", "\xa0", "\ufeff"))
        out += "".join(self.keyword() for _ in range(1 + self.upto(3) * self.chance(0.3)))
        out += "ONBUILD " if self.chance(0.1) else ""
        which, opened = self._draw(), 0
        if which < 0.2:
            out += self.array()
        else:
            out += self.words()
        if 0.2 <= which < 0.5:
            opened = 1 + max(0, self.upto(4) - 1)
            gaps = (" ", self.one(BLANKS), " x ", self.continued())
            out += "".join(self.one(OPENINGS) + self.one(gaps) for _ in range(opened)) + self.one(("", "/x", "x y"))
        out += self.one(("", "", "", "", " ", self.escape * 2, self.escape, "\\")) + self.end()
        return out + self.bodies(opened)

    def head(self) -> str:
        if not self.chance(0.35):
            return ""
        out = "".join(self.one(HEADS) + self.end() for _ in range(1 + self.upto(3)))
        self.escape = "`" if self.chance(0.7) else "\\"
        return out

    def text(self) -> str:
        """The file."""
        out = self.one(("", "", "", "", "\ufeff", " ")) + self.head()
        out += "FROM a" + self.end() if self.chance(0.8) else ""
        for _ in range(1 + self.upto(3)):
            which = self._draw()
            line = self.one(("# c", "\t# x", "", "  ", "\f", "#", "\x85", "\xa0")) if which < 0.9 else self.words()
            out += self.instruction() if which < 0.8 else line + self.end()
        if self.chance(0.3):
            out = out.rstrip("\r\n")
        if self.chance(0.1):
            out = out.rstrip("\r\n") + self.one(("\\", "`", "\\ ", "\\\n", "\\\n\n", "\\\n# c", "\r", "\\\r\n"))
        return out


def drawn(seed: int) -> str:
    """The Dockerfile of a seed."""
    return Drawn(seed).text()
