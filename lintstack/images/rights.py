"""Images that by their own documentation need rights of the host: findings that nobody could act upon are noise."""

from __future__ import annotations

from functools import cache, lru_cache

from lintstack.images.reference import split

# Names of images, in full or their last part, whoever packs them.
_AGENTS = """
    alloy beyla cadvisor datadog/agent datadoghq/agent dd-agent docker-bench-security ebpf-agent falco falcoctl glances
    infrastructure instana/agent metricbeat netdata/netdata netdata node-exporter node_exporter oneagent
    opentelemetry-collector-contrib osquery parca-agent process-exporter pyroscope signalfx-agent sysdig/agent telegraf
    tetragon tracee wazuh-agent zabbix-agent zabbix-agent2
"""
_TUNNELS = """
    gluetun headplane ipsec-vpn-server keepalived netbird nordlynx nordvpn openconnect openvpn openvpn-as
    openvpn-client protonvpn qbittorrentvpn softethervpn strongswan tailscale transmission-openvpn v2raya warp wg-easy
    wireguard wireguard-ui zerotier zerotier-one
"""
_BUILDERS = """
    binfmt buildkit cadvisor dind docker docker-osx docker-in-docker falco frigate home-assistant k3s kicbase
    kindest/node qemu-user-static rke2 sysdig/agent
"""
_MULTICAST = """
    adguardhome asterisk avahi coturn dhcpd dnsmasq emby emby_server esphome freeswitch frr home-assistant homebridge
    jellyfin kamailio kea livekit-server matter-server mdns-repeater minidlna music-assistant-server
    music-assistant/server ntopng pihole/pihole pihole pms-docker plex python-matter-server roonserver scrypted suricata
    unifi-network-application zeek
"""
_DISKS = """
    hddtemp scrutiny scrutiny-collector smartctl-exporter smartctl_exporter smartmontools snapraid
"""
# Whole systems: a supervisor that has to be root starts programs for users of their own, and `user:` breaks it.
_SYSTEMS = """
    docker-mailserver gitlab-ce gitlab-ee pihole poste.io
"""
_NEEDED = {
    "root": _SYSTEMS + _TUNNELS,
    "privileged": _BUILDERS,
    "pid": _AGENTS,
    "host": _AGENTS + "beszel-agent",  # the files of the host, to tell of them
    "network": _AGENTS + _MULTICAST + _TUNNELS,
    "NET_ADMIN": _TUNNELS
    + "adguardhome pihole/pihole pihole fail2ban crowdsec dnsmasq frr suricata zeek istio/proxyv2",
    "NET_RAW": _TUNNELS,
    "devices": _DISKS + "cadvisor",
    "SYS_RAWIO": _DISKS,
    "SYS_ADMIN": _DISKS
    + "alloy beyla datadog/agent datadoghq/agent falco netdata puppeteer pyroscope rclone tetragon tracee",
    "SYS_PTRACE": _AGENTS,
    "SYS_NICE": "mysql mariadb percona mysql/mysql-server percona-server pihole/pihole pihole frigate",
    "SYS_TIME": "chrony ntp ntpd pihole/pihole pihole",
    "IPC_LOCK": "vault hashicorp/vault openbao elasticsearch opensearch splunk",
    "SYSLOG": _AGENTS,
    "BPF": _AGENTS,
    "PERFMON": _AGENTS,
    "DAC_READ_SEARCH": _AGENTS + "borgmatic restic",
    "kvm": "docker-osx dockurr/windows dockurr/macos windows macos qemu qemu-docker docker-android",
}


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    """Rights by the name of an image."""
    found: dict[str, tuple[str, ...]] = {}
    for right, words in _NEEDED.items():
        for name in dict.fromkeys(words.split()):
            found[name] = (*found.get(name, ()), right)
    return found


@lru_cache(1024)  # several rules ask, of every service
def rights_needed(reference: str) -> tuple[str, ...]:
    """Rights of the host that an image is known to need, as the fact `needs` of services has them.

    Args:
        reference: the image, with or without tag; a variable cuts the rest off.
    """
    name = split(reference.partition("$")[0].rstrip(":@") or "?").repository
    rights = _by_name()
    return tuple(dict.fromkeys((*rights.get(name, ()), *rights.get(name.rpartition("/")[2], ()))))
