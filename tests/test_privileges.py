"""Rights that a service takes over its host, and ports that it opens: what the pages' examples cannot show."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.images.rights import rights_needed
from tests import clock
from tests.stack import found, lint

MANY = 4000
RULES = """
    bound-port build-entitlement drop-capabilities fixed-host-port host-capability host-device host-namespace
    host-network host-port-conflict host-port-elsewhere known-capability namespaced-sysctl no-privileged
    ports-without-effect privileged-host-port redundant-capability redundant-expose ssh-port strong-capability
    unconfined-service user-in-image valid-security-option writable-paths
""".split()


def _service(*lines: str) -> str:
    return "\n".join(("services:", "  app:", "    image: debian:12.7", *(f"    {line}" for line in lines), ""))


def _listed(key: str, item: str) -> list[str]:
    return [f"{key}:", *(f'  - "{item.format(number, number)}"' for number in range(MANY))]


LISTS = {
    "capabilities that are none": _listed("cap_add", "SYS_ADM{}"),
    "capabilities on both lists": [*_listed("cap_add", "C{}"), *_listed("cap_drop", "C{}")],
    "devices": [*_listed("devices", "/dev/sda{}:/dev/x{}"), *_listed("device_cgroup_rules", "b 8:{} rwm")],
    "profiles": _listed("security_opt", "seccomp=profile{}.json"),
    "kernel parameters": _listed("sysctls", "vm.x{}=1"),
    "ports of sshd": ['command: ["sshd", "-p", "70"]', *_listed("ports", "{}:22/tcp")],
    "discarded ports": ["network_mode: host", *_listed("ports", "{}:22/tcp")],
    "exposed ports": [*_listed("expose", "{}"), *_listed("ports", "{}")],
    "writable paths": ["read_only: true", *_listed("tmpfs", "/run/{}")],
    "mounts": ["cap_add: [DAC_READ_SEARCH]", *_listed("volumes", "v{}:/v/{}")],
}


@pytest.mark.parametrize("lines", LISTS.values(), ids=LISTS.keys())
def test_long_lists_cost_what_they_are_long(lines: list[str], tmp_path: Path) -> None:
    text = _service(*lines)
    begun = clock.start()
    result = lint(tmp_path, {"compose.yaml": text}, select=tuple(RULES))
    assert clock.stop(begun) < 10
    assert not [rule for rule, _, _ in found(result) if rule == "internal-error"]


def test_projects_of_a_repository_share_the_host(tmp_path: Path) -> None:
    files = {
        "blog/compose.yaml": 'services: {web: {image: a, ports: ["8080:80", "127.0.0.1:9000:80"]}}\n',
        "chat/compose.yaml": 'services: {web: {image: a, ports: ["127.0.0.1:8080:80", "[::1]:9000:80"]}}\n',
        "shop/compose.yaml": 'services: {web: {image: a, ports: ["9000:80/udp", "0.0.0.0:9000:80"]}}\n',
    }
    result = lint(tmp_path, files, select=("host-port-elsewhere",))
    told = {(item.at.span.path.rpartition("/")[0].rpartition("/")[2], item.message) for item in result.findings}
    assert {folder for folder, _ in told} == {"chat", "shop"}
    assert any("in `blog`" in message for folder, message in told if folder == "chat")
    assert len(told) == 2


def test_one_environment_of_a_project_is_no_other_project(tmp_path: Path) -> None:
    base = 'services: {web: {image: a, ports: ["8080:80"]}}\n'
    files = {"compose.yaml": base, "compose.prod.yaml": "services: {web: {restart: always}}\n"}
    assert not lint(tmp_path, files, select=("host-port-elsewhere",)).findings


@pytest.mark.parametrize(
    ("reference", "right"),
    [
        ("docker:27.3.1-dind", "privileged"),
        ("docker:${VERSION}", "privileged"),
        ("gcr.io/cadvisor/cadvisor:v0.49.1", "privileged"),
        ("lscr.io/linuxserver/wireguard@sha256:0", "NET_ADMIN"),
        ("quay.io/prometheus/node-exporter", "pid"),
        ("mysql:8.4", "SYS_NICE"),
        ("ghcr.io/docker-mailserver/docker-mailserver:15.0", "root"),
        ("pihole/pihole", "root"),
    ],
)
def test_images_that_need_a_right(reference: str, right: str) -> None:
    assert right in rights_needed(reference)


@pytest.mark.parametrize("reference", ["", "${IMAGE}", ":", "@", "nginx", "registry.example.com/docker-proxy:1"])
def test_images_that_need_none(reference: str) -> None:
    assert not rights_needed(reference)


def test_messages_hold_no_control_characters(tmp_path: Path) -> None:
    text = _service(
        r'cap_add: ["N\e[31mO", "SYS_ADM\u202e"]',
        r'security_opt: ["a\ab=c", "b\e", "seccomp=\efoo.json"]',
        r'devices: ["/dev/disk/\e[31m:/x"]',
        r'device_cgroup_rules: ["b *:\e rwm"]',
        r'sysctls: {"vm.\ex": 1}',
        r'pid: "container:\e[31m"',
    )
    result = lint(tmp_path, {"compose.yaml": text}, select=tuple(RULES))
    assert len(result.findings) >= 8
    assert all(item.message.isprintable() for item in result.findings)


def test_a_profile_outside_the_repository_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text("{", "utf-8")
    text = _service('security_opt: ["seccomp=../outside.json", "seccomp=../missing.json", "seccomp=/etc/passwd"]')
    (tmp_path / "repository").mkdir()
    assert not lint(tmp_path / "repository", {"compose.yaml": text}, select=("valid-security-option",)).findings
