"""Programs that packages bring under other names than their own."""

from __future__ import annotations

# Packages of Debian, Ubuntu, Alpine and Red Hat, with the programs that they or what they depend on bring:
# https://packages.debian.org, https://pkgs.alpinelinux.org/contents. Where these differ, what any of them brings.
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
default-jdk java javac jar
default-jdk-headless java javac jar
default-jre java
default-jre-headless java
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
java-1.8.0-openjdk java
java-11-openjdk java
java-17-openjdk java
java-21-openjdk java
libcap setcap getcap
libcap-getcap getcap
libcap-setcap setcap
libcap-utils setcap getcap capsh
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
nodejs node npm npx nodejs corepack
nodejs-current node npm npx corepack
npm npm npx node
openjdk-11-jre java
openjdk-11-jre-headless java
openjdk-17-jdk java javac jar
openjdk-17-jre java
openjdk-17-jre-headless java
openjdk-21-jdk java javac jar
openjdk-21-jre java
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
py3-pip pip pip3 python3 python
python-is-python3 python python3
python3 python3 python pydoc3
python3-dev python3 python
python3-minimal python3
python3-pip pip pip3 python3
python3-venv python3
redis redis-cli redis-server
redis-server redis-server redis-cli
redis-tools redis-cli redis-benchmark
ripgrep rg
shadow useradd usermod groupadd passwd chpasswd su
shadow-utils useradd usermod groupadd
sqlite sqlite3
subversion svn
supervisor supervisord supervisorctl python3
tzdata zdump zic
util-linux mount umount lsblk flock runuser setpriv
uuid-runtime uuidgen
valkey valkey-cli valkey-server
vim vim vi
vim-tiny vi
xz-utils xz unxz
yarn yarn yarnpkg node
zip zip
"""
PROVIDES: dict[str, tuple[str, ...]] = {
    line.split()[0]: tuple(line.split()[1:]) for line in _PROVIDES.strip().splitlines()
}
