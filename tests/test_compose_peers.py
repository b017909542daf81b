"""What other checkers of compose files find is found here, under their ids: one small fault for each."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from lintstack.analysis import check
from lintstack.config import Config
from lintstack.peers import keyed
from lintstack.rules import builtin, meant, names
from lintstack.selection import diagnostic_of
from tests.covered import Id, ids, pages

TOOLS = ("dclint", "compose-lint", "composelint", "docksec", "kjaniec-compose-lint")
RULES = {rule.name: rule for rule in builtin()}
IMAGE = "image: registry.example.com/app:1.4"

# Keys of a service, or a whole file where it says `services`, by what the ids below it are about in `tests/peers/`.
FAULTS = {
    "runtime-socket-mounted": f"{IMAGE}\nvolumes: [/var/run/docker.sock:/var/run/docker.sock]",
    "privileged": f"{IMAGE}\nprivileged: true",
    "exec-privileged": f"{IMAGE}\npost_start: [{{command: /prepare, privileged: true}}]",
    "exec-as-root": f"{IMAGE}\nuser: '10001'\npost_start: [{{command: /prepare, user: root}}]",
    "no-new-privileges": f"{IMAGE}\nsecurity_opt: ['label:type:app_t']",
    "security-opt-missing": IMAGE,
    "image-tag": "image: nginx",
    "image-digest-missing": "image: nginx:1.27.3",
    "port-on-all-interfaces": "image: postgres:16.4\nports: ['5432:5432']",
    "cap-drop-all": IMAGE,
    "root-filesystem-writable": IMAGE,
    "host-network": f"{IMAGE}\nnetwork_mode: host",
    "security-profile-off": f"{IMAGE}\nsecurity_opt: ['seccomp:unconfined']",
    "seccomp-unconfined": f"{IMAGE}\nsecurity_opt: ['seccomp=unconfined']",
    "apparmor-profile": f"{IMAGE}\nsecurity_opt: ['apparmor:unconfined']",
    "selinux-labels": f"{IMAGE}\nsecurity_opt: ['label:disable']",
    "selinux-label-disabled": f"{IMAGE}\nsecurity_opt: ['label:disable']",
    "host-namespace": f"{IMAGE}\npid: host",
    "host-pid": f"{IMAGE}\npid: host",
    "host-ipc": f"{IMAGE}\nipc: host",
    "host-uts": f"{IMAGE}\nuts: host",
    "host-userns": f"{IMAGE}\nuserns_mode: host",
    "cap-add-strong": f"{IMAGE}\ncap_add: [NET_ADMIN]",
    "cap-add-all": f"{IMAGE}\ncap_add: [ALL]",
    "cap-add-host-code-execution": f"{IMAGE}\ncap_add: [SYS_MODULE]",
    "cap-add-host-reach": f"{IMAGE}\ncap_add: [PERFMON]",
    "cap-add-host-availability": f"{IMAGE}\ncap_add: [SYS_NICE]",
    "cap-add-host-disclosure": f"{IMAGE}\ncap_add: [SYSLOG]",
    "cap-add-bounded": f"{IMAGE}\ncap_add: [SYS_PTRACE]",
    "capabilities": f"{IMAGE}\ncap_add: [NET_ADMIN]",
    "pids-limit-off": f"{IMAGE}\npids_limit: -1",
    "pids-limit-missing": IMAGE,
    "sensitive-host-mount": f"{IMAGE}\nvolumes: [/etc:/host/etc:ro]",
    "host-mount-writable": f"{IMAGE}\nvolumes: [/etc:/host/etc]",
    "logging-disabled": f"{IMAGE}\nlogging: {{driver: none}}",
    "healthcheck-disabled": f"{IMAGE}\nhealthcheck: {{disable: true}}",
    "healthcheck-missing": "image: nginx:1.27.3",
    "healthcheck-missing-in-service": "image: nginx:1.27.3",
    "dangerous-device": f"{IMAGE}\ndevices: [/dev/sda:/dev/sda]",
    "host-device": f"{IMAGE}\ndevices: [/dev/mem:/dev/mem]",
    "mount-propagation": f"{IMAGE}\nvolumes: ['./data:/data:rshared']",
    "user-root": f"{IMAGE}\nuser: root",
    "secret-in-environment": f"{IMAGE}\nenvironment: {{DB_PASSWORD: Thistle-42-Copper}}",
    "secret-in-connection-string": f"{IMAGE}\nenvironment: {{DB: 'postgres://app:Thistle-42-Copper@db/app'}}",
    "tmpfs-options": f"{IMAGE}\ntmpfs: ['/tmp:exec']",
    "resource-limits": IMAGE,
    "memory-limit-missing": IMAGE,
    "cpu-limit-missing": IMAGE,
    "restart-missing": IMAGE,
    "restart-retry-limit": f"{IMAGE}\nrestart: on-failure",
    "cgroup-parent": f"{IMAGE}\ncgroup_parent: other",
    "privileged-host-port": f"{IMAGE}\nports: ['127.0.0.1:700:700']",
    "ssh-in-container": f"{IMAGE}\nports: ['127.0.0.1:2222:22']",
    "needless-port": f"{IMAGE}\nports: ['3000:3000']",
    "networks-missing": "services:\n  web: {image: 'nginx:1.27.3'}\n  api: {image: 'node:22.11.0'}\n"
    "  db: {image: 'postgres:16.4'}\n  cache: {image: 'redis:7.4.1'}\n",
    "volume-shared": "services:\n  a: {image: 'app:1', volumes: ['data:/data']}\n"
    "  b: {image: 'two:1', volumes: ['data:/data']}\nvolumes: {data: {}}\n",
    "build-and-image": "services:\n  app: {build: ., image: 'postgres:16.4'}\n",
    "duplicate-container-name": "services:\n  a: {image: 'app:1', container_name: x1}\n"
    "  b: {image: 'app:1', container_name: x1}\n",
    "duplicate-host-port": "services:\n  a: {image: 'app:1', ports: ['80:80']}\n"
    "  b: {image: 'app:1', ports: ['80:81']}\n",
    "obsolete-version": f"version: '3.8'\nservices: {{app: {{{IMAGE}}}}}\n",
    "project-name-missing": f"services: {{app: {{{IMAGE}}}}}\n",
    "ports-unquoted": f"{IMAGE}\nports:\n- 8080:80",
    "container-name-invalid": f"{IMAGE}\ncontainer_name: my app",
    "schema": f"{IMAGE}\nporst: [80]",
    "yaml-syntax": f"services:\n  app:\n    {IMAGE}\n   ports: [\n",
    "env-file-committed": f"{IMAGE}\nenv_file: app.env",
    "volumes-quoted": f"{IMAGE}\nvolumes:\n- './data:/data'",
    "depends-on-order": "services:\n  a: {image: 'app:1'}\n  b: {image: 'app:1'}\n"
    "  c:\n    image: 'app:1'\n    depends_on:\n      - b\n      - a\n",
    "service-keys-order": f"ports: ['127.0.0.1:3000:3000']\n{IMAGE}",
    "ports-order": f"{IMAGE}\nports:\n- '127.0.0.1:3001:3001'\n- '127.0.0.1:3000:3000'",
    "services-order": "services:\n  b:\n    image: 'app:1'\n  a:\n    image: 'app:1'\n",
    "top-level-order": "volumes: {data: {}}\nservices:\n  a: {image: 'app:1', volumes: ['data:/data']}\n",
}
FAULTS["default-network-only"] = FAULTS["default-bridge"] = FAULTS["networks-missing"]


def asked() -> list[Id]:
    """Ids that a page stands for: all of the checkers of compose files, and those of others that speak about them."""
    have = pages()
    section = [id for id in ids() if id.tool in TOOLS or (id.tool == "cis-docker" and id.id.startswith("5."))]
    mixed = [id for id in ids() if id.tool in ("kics", "semgrep") and id.about in FAULTS]
    return [id for id in (*section, *mixed) if id.key in have]


def found(folder: Path, about: str) -> set[tuple[str, str]]:
    """Tools and ids that findings carry about the fault, in a project of nobody's and in a production one."""
    fault = FAULTS[about]
    text = fault if "services:" in fault else "services:\n  app:\n" + textwrap.indent(fault, "    ") + "\n"
    carried: set[tuple[str, str]] = set()
    for name in ("compose.yaml", "compose.prod.yaml"):
        project = folder / name.removesuffix(".yaml")
        (project / ".git").mkdir(parents=True)
        (project / "app.env").write_text("DB_PASSWORD=Thistle-42-Copper\n", encoding="utf-8")
        (project / name).write_text(text, encoding="utf-8")
        for finding in check([project], Config(preset="strict")):
            carried |= {(tool, keyed(tool, id)) for tool, ids in finding.see.items() for id in ids}
    return carried


@pytest.mark.parametrize("id", asked(), ids=lambda id: f"{id.tool} {id.id}")
def test_fault_is_found_under_the_id(tmp_path: Path, id: Id) -> None:
    assert id.key in found(tmp_path, id.about)


@pytest.mark.parametrize("id", asked(), ids=lambda id: f"{id.tool} {id.id}")
def test_id_leads_to_its_pages(id: Id) -> None:
    """By itself and behind its tool, whatever rules of ours are called."""
    for written in (id.id, f"{id.tool} {id.id}"):
        links = {f"[{name}](../rules/{rule.subject}/{name}.md)" for name in _meant(written) for rule in [RULES[name]]}
        slug = diagnostic_of(written)
        links |= {f"[{slug}](diagnostics.md#{slug})"} if slug else set()
        assert links & {link.partition(" (")[0] for link in pages()[id.key]}


def _meant(written: str) -> set[str]:
    return {meaning.rule.name for meaning in meant(written, names(builtin()))}
