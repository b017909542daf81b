"""Options and operands of a command, by what is known of its options that take a value.

found = arguments(command)              # by the table below
found.operands                          words that are no options and no values of options
found.has("-q", "--quiet")              also in `-fqx`
found.value("-O", "--output-document")  of `-O x`, `-Ox`, `-O=x`, `--output-document x`, `--output-document=x`
found.option("--insecure", "-k").word   the word to point at
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintstack.dockerfile.nodes import Word
from lintstack.dockerfile.shell.script import Command
from lintstack.named import NamedTuple


class Spec(NamedTuple):
    """How the options of a program are read.

    Attributes:
        valued: options that take a value, with their dashes; the value is the next word, glued on, or behind `=`.
        single: whether `-word` is one option, as for go and find; `--word` then is the same.
        pairs: letters that make one option with the letter behind them (`-nv` of wget).
        bundled: whether the first word may be options without a dash, as for tar (`tar xzf file`).
    """

    valued: frozenset[str] = frozenset()
    single: bool = False
    bundled: bool = False
    pairs: str = ""


class Option(NamedTuple):
    """One option.

    Attributes:
        name: with its dashes ("-y", "--yes"); each letter of `-qy` is one of its own.
        value: None without a value; it may hold variables.
        word: the word that it stands in.
        value_word: the word that its value stands in, None without.
    """

    name: str
    value: str | None
    word: Word
    value_word: Word | None = None


class Arguments(NamedTuple):
    """Options and operands, each in order.

    Attributes:
        operands: words that are no options and no values of options.
        options: options.
        rest: the operands behind `--`.
    """

    operands: tuple[Word, ...]
    options: tuple[Option, ...]
    rest: tuple[Word, ...] = ()

    def option(self, *names: str) -> Option | None:
        """The first option of one of these names."""
        return next((option for option in self.options if option.name in names), None)

    def has(self, *names: str) -> bool:
        """Whether one of these options is given."""
        return any(option.name in names for option in self.options)

    def count(self, *names: str) -> int:
        """How often these options are given: twice in `-qq`."""
        return sum(option.name in names for option in self.options)

    def values(self, *names: str) -> list[str]:
        """Values of these options, in order."""
        return [option.value for option in self.options if option.name in names and option.value is not None]

    def value(self, *names: str) -> str | None:
        """Value of the last of these options, which is the one that counts; None without."""
        found = self.values(*names)
        return found[-1] if found else None


def arguments(command: Command, spec: Spec | None = None) -> Arguments:
    """Options and operands of a command.

    Args:
        command: the command.
        spec: how its options are read; that of `SPECS` by default.
    """
    return read_arguments(command.words[1:], spec or spec_of(command.name))


def brings_options(word: Word) -> bool:
    """Whether a variable in the place of a word says by its name that it brings options: `$APT_OPTS`, `"$@"`."""
    if word.value[:1] != "$":
        return False
    name = word.value.lstrip("${").upper()
    return name[:1] in ("@", "*") or "[@]" in name or any(part in name for part in ("OPT", "ARGS", "FLAG", "PARAM"))


def spec_of(name: str) -> Spec:
    """What is known of a program's options.

    Args:
        name: base name of the program.
    """
    row = SPECS.get(name)
    return row if isinstance(row, Spec) else Spec(frozenset((row or "").split()))


def read_arguments(words: Sequence[Word], spec: Spec) -> Arguments:
    """Options and operands of words.

    Args:
        words: what stands behind the program's name.
        spec: how its options are read.
    """
    operands: list[Word] = []
    options: list[Option] = []
    index = 0
    if spec.bundled and words and words[0].value[:1] not in ("-", "", "/"):
        index = _bundle(words, spec, options)
    while index < len(words):
        word = words[index]
        index += 1
        value = word.value
        if value == "--":
            rest = tuple(words[index:])
            return Arguments((*operands, *rest), tuple(options), rest)
        if value[:1] != "-" or value == "-":
            operands.append(word)
            continue
        options += _options(word, spec)
        last = options[-1]
        if last.value is None and last.name in spec.valued and index < len(words):
            options[-1] = Option(last.name, words[index].value, word, words[index])
            index += 1
    return Arguments(tuple(operands), tuple(options))


def _options(word: Word, spec: Spec) -> Iterator[Option]:
    """Options in one word, each without a value that is the next word."""
    name, equals, value = word.value.partition("=")
    behind = word if equals else None
    if name.startswith("--") or (spec.single and name not in spec.valued and len(name) > 2) or len(name) == 2:
        bare = name[1:] if spec.single and name.startswith("--") else name
        yield Option(bare, value if equals else None, word, behind)
        return
    if spec.single:
        yield Option(name, value if equals else None, word, behind)
        return
    letters = word.value[1:]
    for at, letter in enumerate(letters):
        if at and letters[at - 1] in spec.pairs:
            continue
        if letter in spec.pairs:
            yield Option(f"-{letters[at : at + 2]}", None, word)
            continue
        option, after = f"-{letter}", letters[at + 1 :]
        if after and (option in spec.valued or after[0] == "="):
            yield Option(option, after.removeprefix("="), word, word)
            return
        yield Option(option, None, word)


def _bundle(words: Sequence[Word], spec: Spec, options: list[Option]) -> int:
    """Read `xzf file`: the values follow in the order of the letters."""
    index = 1
    for letter in words[0].value:
        name = f"-{letter}"
        if name in spec.valued and index < len(words):
            options.append(Option(name, words[index].value, words[0], words[index]))
            index += 1
        else:
            options.append(Option(name, None, words[0]))
    return index


# Options that take a value. What is not here takes none, so a program that is not here is read by its form alone.
SPECS: dict[str, Spec | str] = {
    "adduser": "-u --uid -g --gid -G --ingroup -h --home -s --shell -k --gecos -c --comment --firstuid --lastuid",
    "addgroup": "-g --gid --firstgid --lastgid",
    "chmod": "--reference",
    "chown": "--reference --from",
    "cp": "-t --target-directory -S --suffix",
    "curl": "-A -b -c -C -d -D -e -E -F -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z --abstract-unix-socket"
    " --alt-svc --aws-sigv4 --cacert --capath --cert --cert-type --ciphers --config --connect-timeout --connect-to"
    " --continue-at --cookie --cookie-jar --create-file-mode --crlfile --data --data-ascii --data-binary --data-raw"
    " --data-urlencode --dns-servers --doh-url --dump-header --engine --expect100-timeout --form --form-string --header"
    " --hostpubsha256 --interface --ip-tos --json --keepalive-time --key --key-type --limit-rate --local-port"
    " --login-options"
    " --max-filesize --max-redirs --max-time --netrc-file --noproxy --oauth2-bearer --output --output-dir"
    " --parallel-max"
    " --pass --pinnedpubkey --postquote --preproxy --proto --proto-default --proto-redir --proxy --proxy-cacert"
    " --proxy-header --proxy-user --quote --random-file --range --rate --referer --request --request-target --resolve"
    " --retry --retry-delay --retry-max-time --socks4 --socks4a --socks5 --socks5-hostname --speed-limit --speed-time"
    " --stderr --time-cond --tls-max --tls13-ciphers --trace --trace-ascii --unix-socket --upload-file --url"
    " --url-query"
    " --user --user-agent --variable --write-out",
    "find": Spec(
        frozenset(
            "-name -iname -path -ipath -wholename -regex -iregex -type -xtype -user -group -uid -gid -perm -size -mtime"
            " -mmin -atime -ctime -newer -maxdepth -mindepth -fstype -samefile -links -inum -printf -fprint".split()
        ),
        single=True,
    ),
    "git": "-C -c --git-dir --work-tree --namespace --exec-path -b --branch -o --origin --depth --reference -u"
    " --upload-pack --template --config -j --jobs --filter --shallow-since --shallow-exclude --server-option"
    " --separate-git-dir --recurse-submodules-jobs",
    "groupadd": "-g --gid -K --key -p --password -R --root -P --prefix -U --users",
    "install": "-m --mode -o --owner -g --group -t --target-directory -S --suffix --strip-program",
    "ln": "-t --target-directory -S --suffix",
    "mkdir": "-m --mode",
    "mv": "-t --target-directory -S --suffix",
    "rpm": "-p --root --dbpath --define -D --eval -E --prefix --relocate --excludepath --queryformat --qf"
    " --macros --rcfile",
    "tar": Spec(
        frozenset(
            "-f --file -C --directory -b --blocking-factor -T --files-from -X --exclude-from --exclude -I"
            " --use-compress-program -g --listed-incremental -K --starting-file -N --newer -L --tape-length -V --label"
            " --owner --group --mode --transform --xform --strip-components --to-command --format".split()
        ),
        bundled=True,
    ),
    "unzip": "-d -x -P",
    "useradd": "-b --base-dir -c --comment -d --home-dir --home -e --expiredate -f --inactive -g --gid -G --groups -k"
    " --skel -K --key -p --password -R --root -P --prefix -s --shell -u --uid -Z --selinux-user",
    "usermod": "-c --comment -d --home -e --expiredate -f --inactive -g --gid -G --groups -l --login -p --password -s"
    " --shell -u --uid -R --root -P --prefix -v --add-subuids -w --add-subgids",
    "wget": Spec(
        frozenset(
            (
                "-o --output-file -a --append-output -i --input-file -B --base --config --rejected-log --bind-"
                " address -t --tries -O --output-document --backups --start-pos --progress -T --timeout --dns-"
                " timeout --connect-timeout --read-timeout -w --wait --waitretry -Q --quota --limit-rate"
                " --prefer-family --user --password --use-askpass --cut-dirs -P --directory-prefix --default-page"
                " -U --user-agent --header --http-user --http-password --load-cookies --save-cookies --max-"
                " redirect --proxy-user --proxy-password --referer --post-data --post-file --method --body-data"
                " --body-file --secure-protocol --certificate --certificate-type --private-key --private-key-type"
                " --ca-certificate --ca-directory --crl-file --pinnedpubkey --ciphers --ftp-user --ftp-password"
                " --compression -e --execute -A --accept -R --reject -D --domains -I -X -l --level --accept-regex"
                " --reject-regex"
            ).split()
        ),
        pairs="n",
    ),
}
