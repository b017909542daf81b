"""The fields of a Compose file, each with its shape: the seed of the full annotated schema."""

from __future__ import annotations

from lintstack.compose import canonical as long
from lintstack.compose.mounts import device, mount
from lintstack.compose.ports import port
from lintstack.compose.problems import Problems
from lintstack.compose.shapes import (
    Shape,
    any_scalar,
    anything,
    boolean,
    each,
    filled,
    integer,
    keyed,
    names,
    nullable,
    number,
    number_or_text,
    one_or_each,
    record,
    text,
    values,
    words,
)
from lintstack.yaml import Mapping, Node

_TEXTS = each(text)
_ENVIRONMENT = keyed()
_LABELS = keyed(null="")

_FILE_MOUNT = long.text_or(
    "source",
    record({"source": text, "target": text, "uid": text, "gid": text, "mode": number_or_text}, "a secret or config"),
)
_ENV_FILE = long.text_or("path", record({"path": text, "format": text, "required": boolean}, "an `env_file` entry"))
_ULIMITS = values(long.ulimit)

BUILD: dict[str, Shape] = {
    "additional_contexts": keyed(),
    "args": _ENVIRONMENT,
    "cache_from": _TEXTS,
    "cache_to": _TEXTS,
    "context": text,
    "dockerfile": text,
    "dockerfile_inline": text,
    "entitlements": _TEXTS,
    "extra_hosts": long.hosts,
    "isolation": text,
    "labels": _LABELS,
    "network": text,
    "no_cache": boolean,
    "no_cache_filter": one_or_each(text),
    "platforms": _TEXTS,
    "privileged": boolean,
    "provenance": any_scalar,
    "pull": boolean,
    "sbom": any_scalar,
    "secrets": each(_FILE_MOUNT),
    "shm_size": number_or_text,
    "ssh": keyed(),
    "tags": _TEXTS,
    "target": text,
    "ulimits": _ULIMITS,
}

DEPENDENCY: dict[str, Shape] = {
    "condition": words("service_started", "service_healthy", "service_completed_successfully"),
    "required": boolean,
    "restart": boolean,
}

HEALTHCHECK: dict[str, Shape] = {
    "disable": boolean,
    "interval": text,
    "retries": integer,
    "start_interval": text,
    "start_period": text,
    "test": long.check_command,
    "timeout": text,
}

_UPDATE: dict[str, Shape] = {
    "delay": text,
    "failure_action": text,
    "max_failure_ratio": number,
    "monitor": text,
    "order": words("start-first", "stop-first"),
    "parallelism": integer,
}
DEPLOY: dict[str, Shape] = {
    "endpoint_mode": text,
    "labels": _LABELS,
    "mode": text,
    "placement": record(
        {"constraints": _TEXTS, "max_replicas_per_node": integer, "preferences": each(anything)}, "`placement`"
    ),
    "replicas": integer,
    "resources": record(
        {
            "limits": record({"cpus": number, "memory": text, "pids": integer}, "`limits`"),
            "reservations": record(
                {"cpus": number, "devices": each(anything), "generic_resources": each(anything), "memory": text},
                "`reservations`",
            ),
        },
        "`resources`",
    ),
    "restart_policy": record(
        {"condition": text, "delay": text, "max_attempts": integer, "window": text}, "`restart_policy`"
    ),
    "rollback_config": record(_UPDATE, "`rollback_config`"),
    "update_config": record(_UPDATE, "`update_config`"),
}

_NETWORK_USE: dict[str, Shape] = {
    "aliases": _TEXTS,
    "driver_opts": values(any_scalar),
    "gw_priority": number,
    "interface_name": text,
    "ipv4_address": text,
    "ipv6_address": text,
    "link_local_ips": _TEXTS,
    "mac_address": text,
    "priority": number,
    "use_service_name_alias": boolean,
}

SERVICE: dict[str, Shape] = {
    "annotations": keyed(null=""),
    "attach": boolean,
    "blkio_config": anything,
    "build": long.text_or("context", record(BUILD, "`build`")),
    "cap_add": _TEXTS,
    "cap_drop": _TEXTS,
    "cgroup": text,
    "cgroup_parent": text,
    "command": long.command,
    "configs": each(_FILE_MOUNT),
    "container_name": text,
    "cpu_count": integer,
    "cpu_percent": number,
    "cpu_period": number_or_text,
    "cpu_quota": number_or_text,
    "cpu_rt_period": number_or_text,
    "cpu_rt_runtime": number_or_text,
    "cpu_shares": integer,
    "cpus": number,
    "cpuset": text,
    "credential_spec": anything,
    "depends_on": names(
        long.dependency, filled(record(DEPENDENCY, "a dependency", ("condition",)), "a mapping with a `condition`")
    ),
    "deploy": record(DEPLOY, "`deploy`"),
    "develop": anything,
    "device_cgroup_rules": _TEXTS,
    "devices": each(device),
    "dns": one_or_each(text),
    "dns_opt": _TEXTS,
    "dns_search": one_or_each(text),
    "domainname": text,
    "entrypoint": long.command,
    "env_file": long.listed(_ENV_FILE),
    "environment": _ENVIRONMENT,
    "expose": each(number_or_text),
    "extends": long.text_or("service", record({"file": text, "service": text}, "`extends`", ("service",))),
    "external_links": _TEXTS,
    "extra_hosts": long.hosts,
    "gpus": long.gpus,
    "group_add": each(number_or_text),
    "healthcheck": record(HEALTHCHECK, "`healthcheck`"),
    "hostname": text,
    "image": text,
    "init": boolean,
    "ipc": text,
    "isolation": text,
    "label_file": one_or_each(text),
    "labels": _LABELS,
    "links": _TEXTS,
    "logging": record({"driver": text, "options": values(nullable(any_scalar))}, "`logging`"),
    "mac_address": text,
    "mem_limit": number_or_text,
    "mem_reservation": number_or_text,
    "mem_swappiness": number_or_text,
    "memswap_limit": number_or_text,
    "models": names(long.nothing, nullable(record({"endpoint_var": text, "model_var": text}, "a model's use"))),
    "network_mode": text,
    "networks": names(long.nothing, nullable(record(_NETWORK_USE, "a network's use"))),
    "oom_kill_disable": boolean,
    "oom_score_adj": integer,
    "pid": nullable(text),
    "pids_limit": number,
    "platform": text,
    "ports": each(port),
    "post_start": each(anything),
    "pre_start": each(anything),
    "pre_stop": each(anything),
    "privileged": boolean,
    "profiles": _TEXTS,
    "provider": anything,
    "pull_policy": text,
    "pull_refresh_after": text,
    "read_only": boolean,
    "restart": text,
    "runtime": text,
    "scale": integer,
    "secrets": each(_FILE_MOUNT),
    "security_opt": _TEXTS,
    "shm_size": number_or_text,
    "stdin_open": boolean,
    "stop_grace_period": text,
    "stop_signal": text,
    "storage_opt": anything,
    "sysctls": keyed(),
    "tmpfs": one_or_each(text),
    "tty": boolean,
    "ulimits": _ULIMITS,
    "umask": anything,
    "use_api_socket": boolean,
    "user": text,
    "userns_mode": text,
    "uts": text,
    "volumes": each(mount),
    "volumes_from": _TEXTS,
    "working_dir": text,
}

_DECLARED: dict[str, Shape] = {"external": long.external, "labels": _LABELS, "name": text}
_DRIVEN: dict[str, Shape] = {**_DECLARED, "driver": text, "driver_opts": values(any_scalar)}
NETWORK: dict[str, Shape] = {
    **_DRIVEN,
    "attachable": boolean,
    "enable_ipv4": boolean,
    "enable_ipv6": boolean,
    "internal": boolean,
    "ipam": record({"config": each(values(anything)), "driver": text, "options": values(any_scalar)}, "`ipam`"),
}
_FILES: dict[str, Shape] = {"environment": text, "file": text, "template_driver": text}
_INCLUDE = record({"env_file": one_or_each(text), "path": one_or_each(text), "project_directory": text}, "`include`")


def _declarations(fields: dict[str, Shape], kind: str) -> Shape:
    return values(nullable(long.resource(fields, kind)))


DOCUMENT: dict[str, Shape] = {
    "configs": _declarations({**_DECLARED, **_FILES, "content": text}, "a config"),
    "jobs": values(nullable(anything)),
    "include": each(long.text_or("path", _INCLUDE)),
    "models": values(nullable(anything)),
    "name": text,
    "networks": _declarations(NETWORK, "a network"),
    "secrets": _declarations({**_DRIVEN, **_FILES}, "a secret"),
    "services": values(nullable(record(SERVICE, "a service", nulls=True))),
    "version": text,
    "volumes": _declarations(_DRIVEN, "a volume"),
}

_document = record(DOCUMENT, "a Compose file", nulls=True)


def canonical(root: Node, problems: Problems) -> Mapping | None:
    """The canonical form of a whole document; wrong values are reported and left out.

    Returns:
        None when the top level is not a mapping.
    """
    if not isinstance(root, Mapping):
        problems.say("compose-schema", "the top level of a Compose file must be a mapping", root)
        return None
    checked = _document(root, "the top level", problems)
    return checked if isinstance(checked, Mapping) else None
