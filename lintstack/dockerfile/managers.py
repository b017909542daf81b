"""Package managers, and the programs that packages bring under other names than their own."""

from __future__ import annotations

from lintstack.named import NamedTuple


class Manager(NamedTuple):
    """How a package manager is told to install.

    Attributes:
        install: words that install, each a sequence of arguments ("global add").
        remove: words that remove.
        valued: options whose value is the next word.
        required: options without one of which nothing is installed for all users (`npm install -g`).
    """

    install: tuple[tuple[str, ...], ...]
    remove: tuple[tuple[str, ...], ...] = ()
    valued: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_APT = Manager(
    (("install",), ("reinstall",)),
    (("remove",), ("purge",)),
    _set("-o --option -t --target-release --default-release -c --config-file -a --host-architecture"),
)
_YUM = Manager(
    (("install",), ("localinstall",), ("reinstall",)),
    (("remove",), ("erase",)),
    _set(
        "-c --config --enablerepo --disablerepo --repo --releasever --installroot -x --exclude -R -d -e --setopt"
        " --forcearch"
    ),
)
_PIP = Manager(
    (("install",),),
    (("uninstall",),),
    _set(
        "-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target --prefix --root"
        " --trusted-host --proxy --timeout --retries --cache-dir --python --platform --no-binary --only-binary"
        " -e --editable"
    ),
)
_NPM = Manager(
    (("install",), ("i",), ("add",)),
    (("uninstall",), ("rm",)),
    _set("--prefix --registry --cache"),
    _set("-g --global"),
)

MANAGERS: dict[str, Manager] = {
    "apk": Manager(
        (("add",),),
        (("del",),),
        _set("-t --virtual -p --root -X --repository --arch --keys-dir --repositories-file --cache-dir --wait"),
    ),
    "apt": _APT,
    "apt-get": _APT,
    "aptitude": _APT,
    "brew": Manager((("install",),)),
    "cargo": Manager((("install",),), (), _set("--version --git --branch --tag --rev --path --root --features")),
    "conda": Manager((("install",),), (), _set("-c --channel -n --name -p --prefix")),
    "dnf": _YUM,
    "gem": Manager((("install",),), (("uninstall",),), _set("-v --version -i --install-dir -n --bindir -s --source")),
    "go": Manager((("install",),), (), _set("-ldflags -tags -o -gcflags -asmflags -mod")),
    "mamba": Manager((("install",),), (), _set("-c --channel -n --name -p --prefix")),
    "microdnf": _YUM,
    "npm": _NPM,
    "pip": _PIP,
    "pipx": Manager((("install",),), (), _set("--index-url --pip-args --python --suffix")),
    "pnpm": _NPM,
    "tdnf": _YUM,
    "uv": Manager((("pip", "install"), ("tool", "install")), (), _PIP.valued),
    "yarn": Manager((("global", "add"),)),
    "yum": _YUM,
    "zypper": Manager(
        (("install",), ("in",)),
        (("remove",), ("rm",)),
        _set("-r --repo --from -t --type -R --root --cache-dir -c --config"),
    ),
}
# Managers of the system, whose packages bring programs that any command may start.
SYSTEM = frozenset({"apk", "apt", "apt-get", "aptitude", "brew", "dnf", "microdnf", "tdnf", "yum", "zypper"})

_PROVIDES = """
apache2 apachectl apache2ctl htpasswd ab
apache2-utils htpasswd ab rotatelogs
aws-cli aws
awscli aws
bind-tools dig nslookup host
bind-utils dig nslookup host
bind9-dnsutils dig nslookup nsupdate
bind9-host host
binutils ld as nm strip objdump readelf ar
bsdmainutils hexdump column
build-base gcc g++ make cc
build-essential gcc g++ make cc dpkg-buildpackage
busybox-extras telnet httpd ftpd tftp
cronie crond crontab
cron cron crontab
coreutils env nohup timeout stdbuf sha256sum
curl-minimal curl
default-mysql-client mysql mysqladmin mysqldump
dnsutils dig nslookup host
docker-cli docker
docker.io docker dockerd
findutils find xargs
g++ g++ c++
gcc gcc cc
gettext envsubst msgfmt gettext
gettext-base envsubst gettext
gnupg gpg gpg-agent gpgv dirmngr
gnupg2 gpg gpg2
httpie http https
imagemagick convert identify magick mogrify
inetutils-ping ping
inetutils-telnet telnet
iproute2 ip ss tc
iproute ip ss tc
iputils ping arping tracepath
iputils-ping ping
java-17-openjdk java
libcap setcap getcap
libcap2-bin setcap getcap capsh
lsb-release lsb_release
mariadb-client mysql mysqladmin mysqldump mariadb mariadb-admin mariadb-dump
mongodb-clients mongo
mongodb-mongosh mongosh
mysql-client mysql mysqladmin mysqldump
net-tools netstat ifconfig route arp
netcat nc netcat
netcat-openbsd nc netcat
netcat-traditional nc netcat
nmap-ncat nc ncat
ncat ncat nc
nodejs node npm nodejs
nodejs-current node npm
openjdk-11-jre-headless java
openjdk-17-jre-headless java
openjdk-21-jre-headless java
openssh ssh sshd scp ssh-keygen sftp
openssh-client ssh scp ssh-keygen sftp ssh-agent
openssh-clients ssh scp sftp
openssh-server sshd
p7zip-full 7z 7za
php-cli php
passwd useradd usermod groupadd passwd chpasswd
perl perl
pkg-config pkg-config
pkgconf pkg-config pkgconf
postgresql psql pg_isready pg_dump postgres initdb
postgresql-client psql pg_isready pg_dump pg_restore createdb
procps ps top free pgrep pkill watch kill vmstat
procps-ng ps top free pgrep pkill watch
psmisc killall pstree fuser
py3-pip pip pip3
python3 python3 pydoc3
python3-pip pip pip3
redis redis-cli redis-server
redis-server redis-server redis-cli
redis-tools redis-cli redis-benchmark
ripgrep rg
shadow useradd usermod groupadd passwd chpasswd su
shadow-utils useradd usermod groupadd
sqlite sqlite3
subversion svn
supervisor supervisord supervisorctl
tzdata zdump zic
util-linux mount umount lsblk flock runuser setpriv
uuid-runtime uuidgen
valkey valkey-cli valkey-server
vim vim vi
vim-tiny vi
xz-utils xz unxz
zip zip
"""
PROVIDES: dict[str, tuple[str, ...]] = {
    line.split()[0]: tuple(line.split()[1:]) for line in _PROVIDES.strip().splitlines()
}
