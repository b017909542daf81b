"""Calls of package managers, options and operands of any command, pins, and what is deleted."""

from __future__ import annotations

import pytest

from lintstack.dockerfile.managers.calls import Call, call
from lintstack.dockerfile.managers.pins import pin
from lintstack.dockerfile.managers.table import MANAGERS
from lintstack.dockerfile.programs.removals import expand_braces, removes
from lintstack.dockerfile.shell.options import arguments
from lintstack.dockerfile.shell.reading import script_commands
from lintstack.dockerfile.shell.script import Command
from tests import clock


def command(text: str) -> Command:
    found = script_commands(text)
    assert found
    return found[-1]


def called(text: str) -> Call:
    found = call(command(text))
    assert found, text
    return found


CALLS = {
    "apt-get -qq -y install -t sid curl=1 'jq' -o A=b": ("apt-get", "apt", "install", ["curl=1", "jq"]),
    "apt-get $OPTIONS install a $B": ("apt-get", "apt", "install", ["a", "$B"]),
    "apt-get dist-clean": ("apt-get", "apt", "distclean", []),
    "apt install ./x.deb": ("apt", "apt", "install", ["./x.deb"]),
    "aptitude safe-upgrade": ("aptitude", "apt", "upgrade", []),
    "apt-get full-upgrade -y": ("apt-get", "apt", "dist-upgrade", []),
    "apt-get install -tsid -- a": ("apt-get", "apt", "install", ["a"]),
    "apt-get -oDpkg::Use-Pty=0 purge a b": ("apt-get", "apt", "remove", ["a", "b"]),
    "apk add -U --no-cache -t .b gcc 'g~=1'": ("apk", "apk", "install", ["gcc", "g~=1"]),
    "apk --update-cache --repository x add a": ("apk", "apk", "install", ["a"]),
    "yum -y --enablerepo epel groupinstall 'A B'": ("yum", "yum", "group-install", ["A B"]),
    "yum update": ("yum", "yum", "upgrade", []),
    "dnf module install -y nodejs:18": ("dnf", "dnf", "module-install", ["nodejs:18"]),
    "dnf5 in a": ("dnf", "dnf", "install", ["a"]),
    "microdnf clean all": ("microdnf", "dnf", "clean", ["all"]),
    "tdnf makecache": ("tdnf", "dnf", "update", []),
    "zypper -n --root /x in -r repo a": ("zypper", "zypper", "install", ["a"]),
    "zypper ref": ("zypper", "zypper", "update", []),
    "zypper dup": ("zypper", "zypper", "dist-upgrade", []),
    "pacman -Syu --noconfirm a": ("pacman", "pacman", "install", ["a"]),
    "pacman -Syu": ("pacman", "pacman", "upgrade", []),
    "pacman -Sy": ("pacman", "pacman", "update", []),
    "pacman -Scc": ("pacman", "pacman", "clean", []),
    "pacman -Rns a": ("pacman", "pacman", "remove", ["a"]),
    "pacman --sync --refresh": ("pacman", "pacman", "update", []),
    "python3 -m pip install --index-url u a": ("pip", "pip", "install", ["a"]),
    "/venv/bin/python -Im pip install a": ("pip", "pip", "install", ["a"]),
    "pip3.11 --no-cache-dir install -r x -U a": ("pip", "pip", "install", ["a"]),
    "uv pip install --system -p 3.12 a": ("uv", "uv", "install", ["a"]),
    "uv tool install a": ("uv", "uv", "install", ["a"]),
    "uv sync --frozen": ("uv", "uv", "sync", []),
    "pipx install a": ("pipx", "pipx", "install", ["a"]),
    "poetry add -G dev a": ("poetry", "poetry", "install", ["a"]),
    "npm i -g --loglevel verbose a": ("npm", "npm", "install", ["a"]),
    "npm --prefix x ci": ("npm", "npm", "ci", []),
    "npm config set strict-ssl false": ("npm", "npm", "config", ["set", "strict-ssl", "false"]),
    "pnpm add a": ("pnpm", "pnpm", "install", ["a"]),
    "yarn": ("yarn", "yarn", "install", []),
    "yarn global add a": ("yarn", "yarn", "install", ["a"]),
    "yarn cache clean": ("yarn", "yarn", "clean", []),
    "bun add a": ("bun", "bun", "install", ["a"]),
    "gem install -N a:1 -- --with-x=y": ("gem", "gem", "install", ["a:1"]),
    "bundle install --jobs 4": ("bundler", "bundler", "install", []),
    "go install -ldflags '-s -w' a.b/c@v1": ("go", "go", "install", ["a.b/c@v1"]),
    "go run a.b/c@v1 x y": ("go", "go", "run", ["a.b/c@v1"]),
    "go mod download": ("go", "go", "download", []),
    "cargo +nightly install --root /x a": ("cargo", "cargo", "install", ["a"]),
    "composer global require -n a/b": ("composer", "composer", "install", ["a/b"]),
    "mamba install -y -c conda-forge a=1": ("mamba", "conda", "install", ["a=1"]),
    "conda env create -f x.yml": ("conda", "conda", "install", []),
    "sudo -E env A=b apt-get update": ("apt-get", "apt", "update", []),
}


@pytest.mark.parametrize("text", CALLS)
def test_calls(text: str) -> None:
    found = called(text)
    operands = [word.value for word in found.operands]
    assert (found.manager, found.family, found.action, operands) == CALLS[text]
    assert all(word.span.text.strip("'") == word.value for word in found.operands)


@pytest.mark.parametrize(
    "text",
    ["apt-get", "apt-get --version", "curl install x", "python3 x.py", "python3 -c pip", "yarn --version", "pip"],
)
def test_what_calls_no_package_manager(text: str) -> None:
    assert call(command(text)) is None


def test_verbs_can_be_pointed_at() -> None:
    assert called("apt-get -y install a").verb.span.text == "install"
    assert called("uv pip install a").verb.span.text == "install"
    assert called("pacman --noconfirm -Sy a").verb.span.text == "-Sy"
    assert called("yarn --frozen-lockfile").verb.span.text == "yarn"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("apt-get install $PACKAGES", False),
        ("apt-get $X install a", True),
        ("apt-get install ${APT_OPTS} a", True),
        ('apt-get install a "$OPTS"', False),
        ("apt-get install -y a", False),
    ],
)
def test_options_in_variables(text: str, unknown: bool) -> None:
    assert called(text).options_unknown is unknown


YES = {
    "apt-get install a": False,
    "apt-get -y install a": True,
    "apt-get install --yes a": True,
    "apt-get install --assume-yes a": True,
    "apt-get install -qy a": True,
    "apt-get install -q a": False,
    "apt-get install -qq a": True,
    "apt-get install -q -q a": True,
    "apt-get install --quiet -q a": True,
    "apt-get install -q=2 a": True,
    "apt-get install -q=1 a": False,
    "apt-get install -o APT::Get::Assume-Yes=true a": True,
    "apt-get install -oAPT::Get::Assume-Yes=1 a": True,
    "apt-get install --option=APT::Get::Assume-Yes=false a": False,
    "DEBIAN_FRONTEND=noninteractive apt-get install a": False,
    "apt-get install a -t y": False,
    "apt-get install -ty a": False,
    "yum install a --assumeyes": True,
    "yum install a": False,
    "yum -qy install a": True,
    "dnf --setopt=assumeyes=1 install a": True,
    "zypper -n in a": True,
    "zypper in -y a": True,
    "zypper in a": False,
    "pacman -S --noconfirm a": True,
    "pacman -S a": False,
    "conda install -y a": True,
    "conda install a": False,
}


@pytest.mark.parametrize("text", YES)
def test_answers(text: str) -> None:
    assert called(text).assumes_yes is YES[text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apt-get install --no-install-recommends a", True),
        ("apt-get -o APT::Install-Recommends=false install a", True),
        ("apt-get -o 'APT::Install-Recommends=\"0\"' install a", True),
        ("apt-get -o APT::Install-Suggests=false install a", False),
        ("aptitude install -R a", True),
        ("apt-get install a", False),
        ("zypper in --no-recommends a", True),
        ("dnf install --setopt=install_weak_deps=False a", True),
    ],
)
def test_recommended_packages(text: str, expected: bool) -> None:
    assert called(text).without_recommends is expected


@pytest.mark.parametrize(
    ("text", "no_cache", "from_file", "frozen"),
    [
        ("apk add --no-cache a", True, False, False),
        ("apk add a", False, False, False),
        ("pip install --no-cache-dir -r x", True, True, False),
        ("pip install -rx", False, True, False),
        ("pip install -c x a", False, True, False),
        ("pip install .", False, True, False),
        ("pip install '.[dev]'", False, True, False),
        ("pip install -e .", False, True, False),
        ("pip install a", False, False, False),
        ("pip install --require-hashes -r x", False, True, True),
        ("npm ci", False, True, True),
        ("npm install", False, True, False),
        ("npm install -g a", False, False, False),
        ("yarn install --frozen-lockfile", False, True, True),
        ("yarn --immutable", False, True, True),
        ("uv sync --locked --no-cache", True, True, True),
        ("composer install", False, True, True),
        ("composer require a/b", False, False, False),
        ("bundle install --deployment", False, True, True),
        ("cargo install --locked a", False, False, True),
        ("conda install --file x", False, True, False),
    ],
)
def test_caches_files_and_locks(text: str, no_cache: bool, from_file: bool, frozen: bool) -> None:
    found = called(text)
    assert (found.no_cache, found.from_file, found.frozen) == (no_cache, from_file, frozen)


PINS: dict[str, dict[str, bool | None]] = {
    "apt-get install": {
        "a": False,
        "a=1": True,
        "'a=7.*'": True,
        "a/sid": None,
        "./a.deb": None,
        "a.deb": None,
        "$PKGS": None,
        "'a=${V}'": True,
        "a-$(uname -r)": None,
        "php$V-cli": False,
        "${A}${B}": None,
        "g++": False,
        "a-": None,
    },
    "apk add": {"a": False, "a=1": True, "'a~=1'": True, "'a>1'": True, "'a<1'": True, "x.apk": None, "$A": None},
    "yum install -y": {
        "a": False,
        "a-1.2.3": True,
        "a-b-1.2.3-1.el8.x86_64": True,
        "java-1.8.0-openjdk": False,
        "java-1.8.0-openjdk-1.8.0.412.b08-1.el7": True,
        "python3-devel": False,
        "a-3.9*": True,
        "a-${V}": True,
        "a${V}": None,
        "a-${V}-1.el8": True,
        "x.rpm": None,
        "https://x/y.rpm": None,
        "@dev": None,
        "@nodejs:18": True,
        "/usr/bin/a": None,
        "'a >= 1'": True,
    },
    "dnf module install": {"nodejs": False, "nodejs:18/common": True},
    "dnf groupinstall": {"a": None},
    "zypper in": {"a": False, "a=1": True, "'a>=1'": True, "x.rpm": None, "pattern:x": None},
    "pip install": {
        "a": False,
        "a==1": True,
        "'a>=1'": True,
        "'a~=1'": True,
        "'a<2'": True,
        "'a[b]'": False,
        "'a[b]==1'": True,
        "git+https://x.y/a/b": False,
        "git+https://x.y/a/b@v1": True,
        "git+ssh://git@x.y/a/b": False,
        "'a @ git+https://x.y/a/b@v1'": True,
        "https://x.y/a.tar.gz": None,
        "x.whl": None,
        "dir/": None,
        ".": None,
        "'.[dev]'": None,
        "./x": None,
        '"a==$V"': True,
        "a$V": None,
        "$A": None,
        "\"a; python_version<'3'\"": False,
    },
    "uv tool install": {"a": False, "a@1": True, "a@latest": False},
    "npm install -g": {
        "a": False,
        "a@1": True,
        "a@latest": False,
        "@s/a": False,
        "@s/a@1": True,
        "a@$V": True,
        "git+ssh://x/y.git": False,
        "git+ssh://x/y.git#v1": True,
        "git://x/y.git": False,
        "u/r": False,
        "u/r#v1": True,
        "https://x/y.tgz": None,
        "./x": None,
        "../x": None,
        "/x": None,
        "~/x": None,
        "$A": None,
        "$DIR/x": None,
    },
    "gem install": {"a": False, "a:1": True, "x.gem": None},
    "gem install -v 1": {"a": True},
    "go install": {
        "a.b/c": False,
        "a.b/c@v1": True,
        "a.b/c@latest": False,
        "a.b/c@none": False,
        "a.b/c@$V": True,
        "./cmd": None,
        ".": None,
        "/x": None,
        "std": None,
        "$M/cmd": None,
    },
    "go run": {"a.b/c": False, "main.go": None},
    "cargo install": {"a": False, "a@1": True},
    "cargo install --version 1": {"a": True},
    "cargo install --git x --rev y": {"a": True},
    "cargo install --git x": {"a": False},
    "composer require": {"a/b": False, "a/b:1": True, "'a/b=1'": True},
    "conda install": {"a": False, "a=1": True, "f::a": False, "f::a=1": True},
    "apt-get remove": {"a": None},
}


@pytest.mark.parametrize(("head", "operand"), [(head, operand) for head, rows in PINS.items() for operand in rows])
def test_pins(head: str, operand: str) -> None:
    found = called(f"{head} {operand}")
    assert pin(found, found.operands[-1]) is PINS[head][operand]


@pytest.mark.parametrize(
    ("text", "operands", "options"),
    [
        ("curl -fsSLo x -k u", ["u"], ["-f=", "-s=", "-S=", "-L=", "-o=x", "-k="]),
        ("curl -ox -H -k u", ["u"], ["-o=x", "-H=-k"]),
        ("curl --output=x --data @y u -- -z", ["u", "-z"], ["--output=x", "--data=@y"]),
        ("wget -q -O - u", ["u"], ["-q=", "-O=-"]),
        ("wget -nv --progress=dot:giga u", ["u"], ["-nv=", "--progress=dot:giga"]),
        ("wget -qncO x u", ["u"], ["-q=", "-nc=", "-O=x"]),
        ("useradd -lmu 100000 x", ["x"], ["-l=", "-m=", "-u=100000"]),
        ("tar xzf a -C b c", ["c"], ["-x=", "-z=", "-f=a", "-C=b"]),
        ("tar -xzf a", [], ["-x=", "-z=", "-f=a"]),
        ("tar --extract --file=a b", ["b"], ["--extract=", "--file=a"]),
        ("chmod -R 777 a", ["777", "a"], ["-R="]),
        ("find / -name x -delete", ["/"], ["-name=x", "-delete="]),
        ("x -", ["-"], []),
        ("curl -o", [], ["-o="]),
    ],
)
def test_arguments(text: str, operands: list[str], options: list[str]) -> None:
    found = arguments(command(text))
    assert [word.value for word in found.operands] == operands
    assert [f"{option.name}={option.value or ''}" for option in found.options] == options


def test_options_can_be_pointed_at() -> None:
    found = arguments(command("curl -fk --retry 3 -o x --retry=5 u"))
    option = found.option("--insecure", "-k")
    assert option
    assert option.word.span.text == "-fk"
    retry = found.option("--retry")
    assert retry
    assert retry.value_word
    assert (retry.word.span.text, retry.value_word.span.text) == ("--retry", "3")
    assert (found.value("--retry"), found.values("--retry"), found.count("--retry")) == ("5", ["3", "5"], 2)
    assert not found.has("-L", "--location")


LISTS = "/var/lib/apt/lists"
REMOVALS = {
    "rm -rf /var/lib/apt/lists/*": True,
    "rm -fr /var/lib/apt/lists": True,
    "rm -r -f /var/lib/apt/lists/": True,
    "rm --recursive --force /tmp/* /var/lib/apt/lists/*": True,
    "rm -rfv '/var/lib/apt/lists'": True,
    "rm -rf /var/lib/apt": True,
    "rm -rf /var/lib/{apt,dpkg,cache,log}/": True,
    "rm -rf /var/lib/apt/lists/* || true": True,
    "find /var/lib/apt/lists -type f -delete": True,
    "find /var/lib/apt/lists -mindepth 1 -exec rm -rf {} +": True,
    "rm -f /var/lib/apt/lists/*": False,
    "rm -rf /var/lib/apt/lists/partial": False,
    "rm -rf /var/cache/apt": False,
    "rm -rf /": False,
    "rm -rf /var/lib/{dpkg,log}": False,
    "find /var/lib/apt/lists -type f": False,
    "ls -rf /var/lib/apt/lists": False,
}


@pytest.mark.parametrize("text", REMOVALS)
def test_removals(text: str) -> None:
    found = script_commands(text)
    assert found
    assert removes(found[0], LISTS) is REMOVALS[text]


def test_braces() -> None:
    assert expand_braces("a{b,c{d,}}e") == ["abe", "acde", "ace"]
    assert expand_braces("${a,b}{c}{") == ["${a,b}{c}{"]
    begin = clock.start()
    assert len(expand_braces("{a,b}" * 30)) <= 128
    assert expand_braces("{" * 5000) == ["{" * 5000]
    assert clock.stop(begin) < 1


def test_the_table_is_whole() -> None:
    for name, row in MANAGERS.items():
        assert row.name == name
        assert row.verbs or name == "pacman"
        assert all(option.startswith("-") for option in row.spec.valued | row.yes | row.no_cache | row.files)
        assert not any(option in row.spec.valued for option in row.yes)
