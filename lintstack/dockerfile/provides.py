"""Programs that packages bring under other names than their own."""

from __future__ import annotations

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
