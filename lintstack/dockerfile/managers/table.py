"""Package managers: their verbs, their options that take a value, and how each spells what rules ask for.

One row for each; `calls.call` reads a command by it.
"""

from __future__ import annotations

from lintstack.dockerfile.shell.options import Spec
from lintstack.named import NamedTuple


class Manager(NamedTuple):
    """One package manager.

    Attributes:
        name: its name ("apt-get"); `pip3` is "pip", `bundle` is "bundler".
        family: what it is one of ("apt", "dnf", "conda"); its name where it stands alone.
        verbs: what its verbs do, by their words ("install", "pip install").
        spec: how its options are read.
        pin: which syntax its versions have; see `pins`.
        yes: options that answer its questions.
        no_cache: options with which it keeps no cache.
        slim: options with which it leaves recommended packages out.
        files: options that take packages or versions from a file.
        frozen: options with which nothing but what a lock file says is installed.
        caches: directories that it leaves in the image, without a slash at the end; "~" is any home.
        project: whether it installs what the files of a project say when it is given no package.
    """

    name: str
    family: str
    verbs: dict[str, str]
    spec: Spec
    pin: str
    yes: frozenset[str] = frozenset()
    no_cache: frozenset[str] = frozenset()
    slim: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    caches: tuple[str, ...] = ()
    project: bool = False


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _verbs(text: str) -> dict[str, str]:
    """`install: install, reinstall; remove: remove` by verb; `-` is no verb at all."""
    found = {}
    for row in text.split(";"):
        action, _, verbs = row.strip().partition(": ")
        for verb in verbs.split(", "):
            found["" if verb == "-" else verb] = action
    return found


def _manager(
    name: str,
    family: str,
    pin: str,
    verbs: str,
    valued: str,
    *,
    single: bool = False,
    project: bool = False,
    **told: str,
) -> Manager:
    caches = tuple(told.pop("caches", "").split())
    sets = {field: _set(text) for field, text in told.items()}
    spec = Spec(_set(valued), single)
    return Manager(name, family, _verbs(verbs), spec, pin, caches=caches, project=project, **sets)


_APT = (
    "install: install; reinstall: reinstall; update: update; upgrade: upgrade, safe-upgrade; build-dep: build-dep;"
    " dist-upgrade: dist-upgrade, full-upgrade, dselect-upgrade; remove: remove, purge; autoremove: autoremove,"
    " autopurge; clean: clean; distclean: distclean, dist-clean; autoclean: autoclean; download: download;"
    " source: source"
)
# https://salsa.debian.org/apt-team/apt/-/blob/main/apt-private/private-cmndline.cc
_APT_VALUED = (
    "-o --option -t --target-release --default-release -c --config-file -a --host-architecture -P --build-profiles"
    " --solver --planner --with-source --error-on -S --snapshot"
)
_DNF = (
    "install: install, in, install-n, install-na, install-nevra; group-install: groupinstall, group install,"
    " groups install, grp install, groupsinstall; module-install: module install; module-enable: module enable;"
    " local-install: localinstall; reinstall: reinstall, rei; upgrade: update, upgrade, up, upgrade-minimal, up-min,"
    " update-minimal; dist-upgrade: distro-sync, dsync; update: makecache, mc, check-update, check-upgrade;"
    " remove: remove, rm, erase; autoremove: autoremove; clean: clean; download: download; build-dep: builddep,"
    " build-dep; swap: swap; config: config-manager"
)
_DNF_VALUED = (
    "-c --config --enablerepo --enable-repo --disablerepo --disable-repo --repo --repoid --releasever --installroot -x"
    " --exclude --excludepkgs -R --randomwait -d --debuglevel -e --errorlevel --setopt --forcearch --arch --comment"
    " --disableplugin --enableplugin --advisory --bz --cve --sec-severity --downloaddir --destdir --rpmverbosity"
    " --repofrompath --color"
)
_DNF_YES = "-y --assumeyes --yes"
# https://github.com/pypa/pip/blob/main/src/pip/_internal/cli/cmdoptions.py
_PIP_VALUED = (
    "-r --requirement --requirements -c --constraint --constraints -i --index-url --pypi-url --extra-index-url -f"
    " --find-links -t --target --prefix --root --trusted-host --proxy --timeout --retries --cache-dir --python"
    " --python-version --implementation --abi --platform --no-binary --only-binary -e --editable --src --build -b"
    " --upgrade-strategy --install-option --global-option --config-settings --config-setting -C --root-user-action"
    " --progress-bar --log --cert --client-cert --exists-action --use-feature --use-deprecated --report"
    " --hash -d --dest --destination-dir --destination-directory -w --wheel-dir --build-option --default-timeout"
    " --log-file --local-log --source --source-dir --source-directory"
    " --keyring-provider --group"
)
_UV_VALUED = (
    " -p --index --default-index --python-platform --python-preference --index-strategy --resolution --prerelease"
    " --exclude-newer --link-mode --config-file --directory --project --allow-insecure-host --color --override"
    " --overrides --build-constraint --build-constraints --no-build-package --no-binary-package --refresh-package"
    " --reinstall-package -P --upgrade-package --fork-strategy --torch-backend --package --extra --no-extra"
    " --only-group --no-group --no-install-package --with --with-editable --with-requirements --from --tag --rev"
    " --branch --optional"
)
# https://docs.npmjs.com/cli/using-npm/config, https://pnpm.io/cli/install
_NPM_VALUED = (
    "--prefix -C --registry --loglevel --cache --tag -w --workspace --omit --include --userconfig --globalconfig --only"
    " --script-shell --user-agent --install-strategy --before --cpu --os --libc --proxy --https-proxy"
    " --noproxy --cafile"
    " --otp --fetch-retries --fetch-timeout --maxsockets --location --dir --filter -F --store-dir --network-concurrency"
    " --reporter --virtual-store-dir --modules-dir --lockfile-dir --global-dir --node-linker"
    " --_auth --access --audit-level --auth-type --ca --cert --key --depth --fetch-retry-factor"
    " --fetch-retry-mintimeout --fetch-retry-maxtimeout --git --local-address --lockfile-version --logs-dir --logs-max"
    " --min-release-age --node-gyp --node-options --pack-destination --package --replace-registry-host --save-prefix"
    " --scope --umask"
)
_NPM = "remove: uninstall, un, unlink, remove, rm, r; config: config, c; "
_CONDA = (
    "install: install, create, env create, env update; upgrade: update, upgrade; remove: remove, uninstall, env remove;"
    " clean: clean; config: config; run: run"
)
_CONDA_VALUED = (
    "-c --channel -n --name -p --prefix -f --file --solver --repodata-fn --subdir --platform -r --root-prefix"
)


_ROWS = (
    _manager(
        "apk",
        "apk",
        "apk",
        "install: add; remove: del; update: update; upgrade: upgrade, fix; clean: cache clean, cache purge;"
        " download: fetch, cache download",
        "-t --virtual -p --root -X --repository --arch --keys-dir --repositories-file --cache-dir --cache-max-age"
        " --wait --timeout --progress-fd",
        no_cache="--no-cache --no-network",
        caches="/var/cache/apk",
    ),
    *(
        _manager(
            name,
            "apt",
            "apt",
            _APT,
            _APT_VALUED,
            yes="-y --yes --assume-yes",
            slim="--no-install-recommends" + " --without-recommends -R" * (name == "aptitude"),
            caches="/var/lib/apt/lists /var/cache/apt",
        )
        for name in ("apt", "apt-get", "aptitude")
    ),
    _manager("brew", "brew", "none", "install: install; update: update; upgrade: upgrade; remove: uninstall, rm", ""),
    _manager(
        "bun",
        "bun",
        "npm",
        "install: install, i, add, a; remove: remove, rm; upgrade: update; clean: pm cache rm; run: x, run",
        _NPM_VALUED + " --cwd --backend -c --config",
        frozen="--frozen-lockfile",
        no_cache="--no-cache",
        caches="~/.bun/install/cache",
        project=True,
    ),
    _manager(
        "bundler",
        "bundler",
        "gem",
        "install: install, i, -, add; upgrade: update; config: config, config set; clean: clean; run: exec",
        "--path --jobs -j --retry --without --with --gemfile --binstubs --shebang --source -v --version --group -g",
        frozen="--frozen --deployment",
        project=True,
    ),
    _manager(
        "cargo",
        "cargo",
        "cargo",
        "install: install, binstall; remove: uninstall; download: fetch; upgrade: update; run: run; clean: clean",
        "--version --vers --git --branch --tag --rev --path --root --features -F --index --registry --bin --example"
        " --profile --target --target-dir -j --jobs --config -Z --color --message-format --manifest-path --precise -p"
        " --package",
        frozen="--locked --frozen",
        caches="~/.cargo/registry",
    ),
    _manager(
        "composer",
        "composer",
        "composer",
        "install: install, i, require, r, req, global require, global install; upgrade: update, u, upgrade;"
        " remove: remove, rm; clean: clear-cache, clearcache, cc; run: exec; config: config",
        "-d --working-dir --prefer-install --ignore-platform-req --apcu-autoloader-prefix",
        no_cache="--no-cache",
        yes="-n --no-interaction",
        caches="~/.composer/cache ~/.cache/composer",
        project=True,
    ),
    *(
        _manager(
            name, "conda", "conda", _CONDA, _CONDA_VALUED, yes="-y --yes", files="-f --file", caches="/opt/conda/pkgs"
        )
        for name in ("conda", "mamba", "micromamba")
    ),
    *(
        _manager(name, "dnf", "rpm", _DNF, _DNF_VALUED, yes=_DNF_YES, caches="/var/cache/dnf /var/cache/libdnf5")
        for name in ("dnf", "microdnf")
    ),
    _manager(
        "gem",
        "gem",
        "gem",
        "install: install, i; upgrade: update; remove: uninstall; clean: cleanup; config: sources",
        "-v --version -i --install-dir -n --bindir --build-root -P --trust-policy -s --source -p --http-proxy"
        " --platform"
        " --config-file -B --bulk-threshold --target-rbconfig",
        files="-g --file",
    ),
    _manager(
        "go",
        "go",
        "go",
        "install: install, get; run: run; download: mod download; clean: clean; config: env",
        "-ldflags -tags -o -gcflags -asmflags -mod -modfile -C -p -exec -toolexec -overlay -buildmode -compiler"
        " -installsuffix -pkgdir -covermode -coverpkg -pgo",
        single=True,
        caches="~/.cache/go-build /go/pkg/mod",
        project=True,
    ),
    _manager(
        "npm",
        "npm",
        "npm",
        _NPM + "install: install, i, in, ins, inst, isntall, add; ci: ci, clean-install, ic, install-clean;"
        " upgrade: update, up, upgrade; clean: cache clean, cache clear; run: exec, x",
        _NPM_VALUED,
        caches="~/.npm",
        project=True,
    ),
    _manager(
        "pacman",
        "pacman",
        "pacman",
        "",
        "-b --dbpath -r --root --cachedir --config --arch --gpgdir --hookdir --logfile --sysroot --overwrite --ignore"
        " --ignoregroup --assume-installed --color --ask",
        yes="--noconfirm",
        caches="/var/cache/pacman/pkg",
    ),
    _manager(
        "pip",
        "pip",
        "pip",
        "install: install; remove: uninstall; download: download, wheel; clean: cache purge; config: config",
        _PIP_VALUED,
        no_cache="--no-cache-dir --no-cache",
        yes="-y --yes",
        files="-r --requirement -c --constraint -e --editable --group",
        frozen="--require-hashes",
        caches="~/.cache/pip",
    ),
    _manager(
        "pipx",
        "pipx",
        "pip",
        "install: install; run: run; upgrade: upgrade, upgrade-all; remove: uninstall",
        "--index-url -i --pip-args --python --suffix --preinstall --spec",
    ),
    _manager(
        "pnpm",
        "pnpm",
        "npm",
        _NPM + "install: install, i, add; upgrade: update, up, upgrade; clean: store prune; run: dlx, exec;"
        " download: fetch",
        _NPM_VALUED,
        frozen="--frozen-lockfile",
        caches="~/.local/share/pnpm/store",
        project=True,
    ),
    _manager(
        "poetry",
        "poetry",
        "pip",
        "install: install, sync, add, self add; upgrade: update; remove: remove; clean: cache clear; run: run;"
        " config: config",
        "-E --extras -G --group --with --without --only -C --directory -P --project --python --source --optional",
        no_cache="--no-cache",
        yes="-n --no-interaction",
        caches="~/.cache/pypoetry",
        project=True,
    ),
    _manager("tdnf", "dnf", "rpm", _DNF, _DNF_VALUED, yes=_DNF_YES, caches="/var/cache/tdnf"),
    _manager(
        "uv",
        "uv",
        "pip",
        "install: pip install, tool install, add; sync: sync, pip sync; remove: pip uninstall, remove, tool uninstall;"
        " clean: cache clean, cache prune; run: tool run",
        _PIP_VALUED + _UV_VALUED,
        no_cache="--no-cache --no-cache-dir -n",
        files="-r --requirement --requirements -c --constraint --constraints -e --editable --group",
        frozen="--frozen --locked --require-hashes",
        caches="~/.cache/uv",
    ),
    _manager(
        "yarn",
        "yarn",
        "npm",
        "install: -, install, add, global add; remove: remove, global remove; upgrade: upgrade, up;"
        " clean: cache clean; config: config; run: dlx, exec",
        "--cwd --modules-folder --cache-folder --network-timeout --registry --mutex --network-concurrency"
        " --use-yarnrc --global-folder --prefix --mode",
        frozen="--frozen-lockfile --immutable --immutable-cache --pure-lockfile",
        caches="~/.cache/yarn /usr/local/share/.cache/yarn ~/.yarn/cache",
        project=True,
    ),
    _manager("yum", "yum", "rpm", _DNF, _DNF_VALUED, yes=_DNF_YES, caches="/var/cache/yum"),
    _manager(
        "zypper",
        "zypper",
        "zypper",
        "install: install, in; remove: remove, rm; source-install: source-install, si; patch: patch;"
        " update: refresh, ref; upgrade: update, up; dist-upgrade: dist-upgrade, dup; clean: clean, cc",
        "-r --repo --from -t --type -R --root --installroot --cache-dir --pkg-cache-dir --raw-cache-dir"
        " --solv-cache-dir --reposd-dir -c --config --userdata -p --plus-repo --plus-content --releasever --priority"
        " --download",
        yes="-n --non-interactive -y --no-confirm",
        slim="--no-recommends",
        caches="/var/cache/zypp",
    ),
)
MANAGERS: dict[str, Manager] = {row.name: row for row in _ROWS}
# Other names of the programs.
ALIASES = {"bundle": "bundler", "dnf5": "dnf", "dnf-3": "dnf", "yum-3": "yum", "pip2": "pip", "pip3": "pip"}
# Managers of the system, whose packages bring programs that any command may start.
SYSTEM = frozenset({"apk", "apt", "apt-get", "aptitude", "brew", "dnf", "microdnf", "pacman", "tdnf", "yum", "zypper"})
