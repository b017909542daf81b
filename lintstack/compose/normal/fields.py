"""Every field that `docker compose config` prints, with its converter."""

from __future__ import annotations

from lintstack.compose.normal import lists
from lintstack.compose.normal.forms import either, filled, listing, named, nullable, record
from lintstack.compose.normal.values import (
    Convert,
    command,
    context,
    duration,
    flag,
    full_text,
    long_duration,
    mode,
    nullable_text,
    number,
    own_path,
    path,
    shown_flag,
    shown_size,
    shown_whole,
    size,
    text,
    whole,
)

_TEXTS = listing(full_text)
_LABELS = named(full_text)
_ENVIRONMENT = named(nullable_text)
_ULIMITS = named(either(record({"soft": whole, "hard": whole}), lists.limit))

BUILD: dict[str, Convert] = {
    "additional_contexts": named(either(context, full_text)),
    "args": _ENVIRONMENT,
    "cache_from": _TEXTS,
    "cache_to": _TEXTS,
    "context": context,
    "dockerfile": text,
    "dockerfile_inline": text,
    "entitlements": _TEXTS,
    "extra_hosts": lists.hosts,
    "isolation": text,
    "labels": _LABELS,
    "network": text,
    "no_cache": flag,
    "no_cache_filter": _TEXTS,
    "platforms": _TEXTS,
    "privileged": flag,
    "provenance": text,
    "pull": flag,
    "sbom": text,
    "secrets": listing(lists.labelled_file("", mode)),
    "shm_size": size,
    "ssh": lists.ssh,
    "tags": _TEXTS,
    "target": text,
    "ulimits": _ULIMITS,
}

_UPDATE = record(
    {
        "delay": long_duration,
        "failure_action": text,
        "max_failure_ratio": number,
        "monitor": long_duration,
        "order": text,
        "parallelism": shown_whole,
    }
)
_DISCRETE = filled(record({"kind": full_text, "value": shown_whole}), kind="", value="0")
_RESOURCE: dict[str, Convert] = {
    "cpus": number,
    "devices": listing(lists.device_request),
    "generic_resources": listing(record({"discrete_resource_spec": _DISCRETE})),
    "memory": size,
    "pids": whole,
}
DEPLOY: dict[str, Convert] = {
    "endpoint_mode": text,
    "labels": _LABELS,
    "mode": text,
    "placement": record(
        {
            "constraints": _TEXTS,
            "max_replicas_per_node": whole,
            "preferences": listing(record({"spread": text})),
        },
        drop=True,
    ),
    "replicas": shown_whole,
    "resources": record({"limits": record(_RESOURCE), "reservations": record(_RESOURCE)}, drop=True),
    "restart_policy": record({"condition": text, "delay": duration, "max_attempts": shown_whole, "window": duration}),
    "rollback_config": _UPDATE,
    "update_config": _UPDATE,
}

_HOOK = record(
    {
        "command": command,
        "environment": _ENVIRONMENT,
        "image": text,
        "per_replica": flag,
        "privileged": flag,
        "user": text,
        "working_dir": text,
    },
    nulls=("command",),
    drop=True,
)
_WATCH = record(
    {
        "action": full_text,
        "exec": _HOOK,
        "ignore": _TEXTS,
        "include": _TEXTS,
        "initial_sync": flag,
        "path": path,
        "target": text,
    },
    empties=("exec",),
)


_RATES = listing(filled(record({"path": full_text, "rate": shown_size}, titled=True), path="", rate="0"))
_WEIGHT = filled(record({"path": full_text, "weight": shown_whole}, titled=True), path="", weight="0")
_BLKIO = record(
    {
        "device_read_bps": _RATES,
        "device_read_iops": _RATES,
        "device_write_bps": _RATES,
        "device_write_iops": _RATES,
        "weight": whole,
        "weight_device": listing(_WEIGHT),
    }
)
_NETWORK_USE = record(
    {
        "aliases": _TEXTS,
        "driver_opts": _LABELS,
        "gw_priority": whole,
        "interface_name": text,
        "ipv4_address": text,
        "ipv6_address": text,
        "link_local_ips": _TEXTS,
        "mac_address": text,
        "priority": whole,
    }
)
_DEPENDENCY = record({"condition": text, "required": shown_flag, "restart": flag})
_FILE = listing(lists.labelled_file("", mode))

SERVICE: dict[str, Convert] = {
    "annotations": _LABELS,
    "attach": shown_flag,
    "blkio_config": _BLKIO,
    "build": record(BUILD),
    "cap_add": _TEXTS,
    "cap_drop": _TEXTS,
    "cgroup": text,
    "cgroup_parent": text,
    "command": command,
    "configs": _FILE,
    "container_name": text,
    "cpu_count": whole,
    "cpu_percent": number,
    "cpu_period": whole,
    "cpu_quota": whole,
    "cpu_rt_period": whole,
    "cpu_rt_runtime": whole,
    "cpu_shares": whole,
    "cpus": number,
    "cpuset": text,
    "credential_spec": record({"config": text, "file": text, "registry": text}),
    "depends_on": named(_DEPENDENCY),
    "deploy": record(DEPLOY, empties=("placement", "resources")),
    "develop": record({"watch": listing(_WATCH)}),
    "device_cgroup_rules": _TEXTS,
    "devices": listing(lists.device),
    "dns": listing(text),
    "dns_opt": _TEXTS,
    "dns_search": _TEXTS,
    "domainname": text,
    "entrypoint": command,
    "environment": _ENVIRONMENT,
    "expose": _TEXTS,
    "external_links": _TEXTS,
    "extra_hosts": lists.hosts,
    "gpus": listing(lists.device_request),
    "group_add": _TEXTS,
    "healthcheck": record(
        {
            "disable": flag,
            "interval": duration,
            "retries": shown_whole,
            "start_interval": duration,
            "start_period": duration,
            "test": _TEXTS,
            "timeout": duration,
        }
    ),
    "hostname": text,
    "image": text,
    "init": shown_flag,
    "ipc": text,
    "isolation": text,
    "labels": _LABELS,
    "links": _TEXTS,
    "logging": record({"driver": text, "options": _LABELS}),
    "mac_address": text,
    "mem_limit": size,
    "mem_reservation": size,
    "mem_swappiness": size,
    "memswap_limit": size,
    "models": named(nullable(record({"endpoint_var": text, "model_var": text}))),
    "network_mode": text,
    "networks": named(nullable(_NETWORK_USE)),
    "oom_kill_disable": flag,
    "oom_score_adj": whole,
    "pid": text,
    "pids_limit": whole,
    "platform": text,
    "ports": lists.ports,
    "post_start": listing(_HOOK),
    "pre_start": listing(_HOOK),
    "pre_stop": listing(_HOOK),
    "privileged": flag,
    "profiles": _TEXTS,
    "provider": record({"options": lists.options, "type": text}),
    "pull_policy": text,
    "read_only": flag,
    "restart": text,
    "runtime": text,
    "scale": shown_whole,
    "secrets": listing(lists.labelled_file("/run/secrets", mode)),
    "security_opt": _TEXTS,
    "shm_size": size,
    "stdin_open": flag,
    "stop_grace_period": duration,
    "stop_signal": text,
    "storage_opt": _LABELS,
    "sysctls": _LABELS,
    "tmpfs": _TEXTS,
    "tty": flag,
    "ulimits": _ULIMITS,
    "use_api_socket": flag,
    "user": text,
    "userns_mode": text,
    "uts": text,
    "volumes": lists.mounts,
    "volumes_from": _TEXTS,
    "working_dir": text,
}
service: Convert = record(SERVICE, nulls=("command", "entrypoint"))

_DECLARED: dict[str, Convert] = {"external": flag, "labels": _LABELS, "name": text}
_DRIVEN: dict[str, Convert] = {**_DECLARED, "driver": text, "driver_opts": _LABELS}
_POOL = record({"aux_addresses": _LABELS, "gateway": text, "ip_range": text, "subnet": text})
_FILES: dict[str, Convert] = {**_DRIVEN, "environment": text, "file": own_path, "template_driver": text}
RESOURCES: dict[str, Convert] = {
    "networks": record(
        {
            **_DRIVEN,
            "attachable": flag,
            "enable_ipv4": shown_flag,
            "enable_ipv6": shown_flag,
            "internal": flag,
            "ipam": record({"config": listing(_POOL), "driver": text}, drop=True),
        },
        empties=("ipam",),
    ),
    "volumes": record(_DRIVEN),
    "secrets": record(_FILES),
    "configs": record({**_FILES, "content": text}),
    "models": record({"context_size": whole, "model": text, "name": text, "runtime_flags": _TEXTS}),
}
