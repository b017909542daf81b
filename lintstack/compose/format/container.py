"""The fields of a container: those of a service that jobs and `pre_start` hooks have too."""

from __future__ import annotations

from lintstack.compose.format import keys
from lintstack.compose.format.build import ENVIRONMENT, GRANTS, LABELS, TEXTS, ULIMITS
from lintstack.compose.format.collections import each, names, one_or_each, record, values
from lintstack.compose.format.deploy import GPUS
from lintstack.compose.format.field import Field
from lintstack.compose.format.mounts import DEVICES, MOUNTS
from lintstack.compose.format.scalars import (
    AMOUNT,
    BOOLEAN,
    DURATION,
    INTEGER_OR_TEXT,
    MICROSECONDS,
    NAME,
    NATURAL,
    NUMBER,
    NUMBER_OR_TEXT,
    OCTAL,
    PERCENT,
    PLAIN_NATURAL,
    PLAIN_NUMBER,
    SCORE,
    SIZE,
    TEXT,
    TRUE_FALSE,
    matching,
    one_of,
    scalar,
)
from lintstack.compose.format.short import COMMAND, HOSTS, listed, nothing, text_or

UNIQUE = each(TEXT, unique=True)
_WEIGHT = record(
    {"path": Field(TEXT, "The device."), "weight": Field(PLAIN_NATURAL, "Its share.")},
    "a device's weight",
    extensions=False,
)
_RATE = record(
    {"path": Field(TEXT, "The device."), "rate": Field(SIZE, "The most per second.")},
    "a device's limit",
    extensions=False,
)
_BLKIO = record(
    {
        "device_read_bps": Field(each(_RATE), "The most bytes a second that are read from devices."),
        "device_read_iops": Field(each(_RATE), "The most read operations a second on devices."),
        "device_write_bps": Field(each(_RATE), "The most bytes a second that are written to devices."),
        "device_write_iops": Field(each(_RATE), "The most write operations a second on devices."),
        "weight": Field(PLAIN_NATURAL, "Its share of block I/O, 10 to 1000."),
        "weight_device": Field(each(_WEIGHT), "Its share on single devices."),
    },
    "`blkio_config`",
    extensions=False,
)
_CREDENTIALS = record(
    {
        "config": Field(TEXT, "The config that holds it."),
        "file": Field(TEXT, "The file in Docker's own folder that holds it."),
        "registry": Field(TEXT, "The value of the Windows registry that holds it."),
    },
    "`credential_spec`",
)
_FORMAT = scalar("`raw`", lambda node: node.text in ("", "raw"))
_ENV_FILE = record(
    {
        "format": Field(_FORMAT, "`raw`: values are taken as they stand.", since="2.30.0"),
        "path": Field(TEXT, "The file.", path="project"),
        "required": Field(BOOLEAN, "Whether it must be there.", since="2.24.0"),
    },
    "an `env_file` entry",
    ("path",),
    extensions=False,
)
_OPTIONS = values(NUMBER_OR_TEXT)
_ENDPOINT = record(
    {
        "aliases": Field(UNIQUE, "Further names of the container in that network.", key=keys.before_equals),
        "driver_opts": Field(_OPTIONS, "Options of the network's driver.", since="2.27.1"),
        "gw_priority": Field(PLAIN_NUMBER, "The network with the highest is the default gateway.", since="2.33.0"),
        "interface_name": Field(TEXT, "The name of the interface in the container.", since="2.36.0"),
        "ipv4_address": Field(TEXT, "A fixed IPv4 address."),
        "ipv6_address": Field(TEXT, "A fixed IPv6 address."),
        "link_local_ips": Field(UNIQUE, "Link-local addresses.", key=keys.before_equals),
        "mac_address": Field(TEXT, "The MAC address in that network.", since="2.23.2"),
        "priority": Field(PLAIN_NUMBER, "Networks are joined from the highest to the lowest."),
        "use_service_name_alias": Field(BOOLEAN, "Whether the name of the service is a name in that network."),
    },
    "a network's use",
)
_MODEL_USE = record(
    {
        "endpoint_var": Field(TEXT, "The variable that gets the model's address."),
        "model_var": Field(TEXT, "The variable that gets the model's name."),
    },
    "a model's use",
)
_PULL = (
    r"^(always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+)$",
    "one of `always`, `never`, `build`, `missing`, `daily`, `weekly` or a time such as `every_12h`",
)

CONTAINER: dict[str, Field] = {
    "annotations": Field(LABELS, "Annotations of the container.", merge="pairs"),
    "blkio_config": Field(_BLKIO, "Limits of block I/O."),
    "cap_add": Field(TEXTS, "Capabilities that it gets.", key=keys.before_equals),
    "cap_drop": Field(TEXTS, "Capabilities that it loses.", key=keys.before_equals),
    "cgroup": Field(one_of("host", "private"), "Whose control groups it sees.", since="2.15.0"),
    "cgroup_parent": Field(TEXT, "The control group above its own."),
    "command": Field(COMMAND, "What runs, in place of the image's CMD.", merge="replace", null=True),
    "configs": Field(GRANTS, "Configs that are mounted.", key=keys.config),
    "cpu_count": Field(NATURAL, "CPUs that it may use, on Windows."),
    "cpu_percent": Field(PERCENT, "The share of CPU time that it may use, on Windows."),
    "cpu_period": Field(MICROSECONDS, "The period of the CPU quota, in microseconds."),
    "cpu_quota": Field(MICROSECONDS, "Microseconds of CPU time in each period."),
    "cpu_rt_period": Field(MICROSECONDS, "The period of the realtime scheduler, in microseconds."),
    "cpu_rt_runtime": Field(MICROSECONDS, "Microseconds of realtime in each period."),
    "cpu_shares": Field(AMOUNT, "Its weight against other containers, 1024 by default."),
    "cpus": Field(NUMBER, "CPUs that it may use."),
    "cpuset": Field(TEXT, "The CPUs that it may run on."),
    "credential_spec": Field(_CREDENTIALS, "Credentials of a managed service account, on Windows."),
    "device_cgroup_rules": Field(UNIQUE, "Rules of the device control group."),
    "devices": Field(DEVICES, "Devices of the host that it can use.", key=keys.target),
    "dns": Field(one_or_each(TEXT), "DNS servers.", key=keys.before_equals),
    "dns_opt": Field(TEXTS, "Options of the DNS resolver.", key=keys.before_equals),
    "dns_search": Field(one_or_each(TEXT), "Domains that names are looked up in.", key=keys.before_equals),
    "domainname": Field(TEXT, "Its domain name."),
    "entrypoint": Field(COMMAND, "What runs in place of the image's ENTRYPOINT.", merge="replace", null=True),
    "env_file": Field(listed(text_or("path", _ENV_FILE)), "Files with environment variables.", key=keys.path),
    "environment": Field(ENVIRONMENT, "Environment variables.", merge="pairs"),
    "extra_hosts": Field(HOSTS, "Host names and addresses that it can use.", merge="new"),
    "gpus": Field(GPUS, "GPUs that it can use.", merge="items", since="2.30.0"),
    "group_add": Field(each(INTEGER_OR_TEXT, unique=True), "Further groups of its user."),
    "hostname": Field(TEXT, "Its host name."),
    "image": Field(NAME, "The image that it runs, or the name of the one that is built."),
    "init": Field(BOOLEAN, "Whether a small init is process 1, which reaps and forwards signals."),
    "ipc": Field(TEXT, "Whose shared memory and semaphores it uses."),
    "isolation": Field(TEXT, "Its isolation technology."),
    "label_file": Field(
        one_or_each(TEXT), "Files with labels.", key=keys.before_equals, path="project", since="2.32.0"
    ),
    "labels": Field(LABELS, "Labels of the container.", merge="pairs"),
    "logging": Field(
        record(
            {
                "driver": Field(TEXT, "The logging driver; the daemon's own when left out."),
                "options": Field(values(NUMBER_OR_TEXT, null=True), "Options of the driver."),
            },
            "`logging`",
        ),
        "How its output is kept.",
        merge="driver",
    ),
    "mac_address": Field(TEXT, "Its MAC address."),
    "mem_limit": Field(SIZE, "Memory that it may use."),
    "mem_reservation": Field(SIZE, "Memory that it is sure to get."),
    "mem_swappiness": Field(SIZE, "How readily its memory is swapped, 0 to 100."),
    "memswap_limit": Field(SIZE, "Memory and swap that it may use together."),
    "models": Field(
        names(nothing, values(_MODEL_USE, null=True)),
        "AI models that it uses.",
        merge="names",
        since="2.38.0",
    ),
    "network_mode": Field(TEXT, "Whose network it uses, in place of `networks`."),
    "networks": Field(
        names(nothing, values(_ENDPOINT, named="a network", null=True)), "Networks that it joins.", merge="names"
    ),
    "oom_kill_disable": Field(BOOLEAN, "Whether the kernel spares it when memory runs out."),
    "oom_score_adj": Field(SCORE, "How soon the kernel ends it when memory runs out."),
    "pid": Field(TEXT, "Whose processes it sees."),
    "pids_limit": Field(AMOUNT, "Processes that it may have."),
    "platform": Field(TEXT, "The platform that it runs on, such as `linux/amd64`."),
    "privileged": Field(BOOLEAN, "Whether it runs with all rights of the host."),
    "pull_policy": Field(matching(*_PULL), "When its image is pulled or built."),
    "pull_refresh_after": Field(TEXT, "How old an image may be before it is pulled again."),
    "read_only": Field(BOOLEAN, "Whether its root filesystem cannot be written to."),
    "runtime": Field(TEXT, "The OCI runtime that runs it."),
    "secrets": Field(GRANTS, "Secrets that are mounted.", key=keys.secret),
    "security_opt": Field(UNIQUE, "Security options."),
    "shm_size": Field(SIZE, "The size of /dev/shm."),
    "stop_grace_period": Field(DURATION, "The time between the stop signal and the kill."),
    "stop_signal": Field(TEXT, "The signal that asks it to stop."),
    "storage_opt": Field(values(INTEGER_OR_TEXT, null=True), "Options of the storage driver."),
    "sysctls": Field(LABELS, "Kernel parameters of its namespace.", merge="pairs"),
    "tmpfs": Field(one_or_each(TEXT), "Paths that are mounted in memory.", key=keys.before_equals),
    "ulimits": Field(ULIMITS, "Limits of its processes."),
    "umask": Field(OCTAL, "Permissions that new files do not get.", null=True),
    "use_api_socket": Field(TRUE_FALSE, "Whether it can use Docker's own socket.", since="2.37.1"),
    "user": Field(TEXT, "The user that it runs as."),
    "userns_mode": Field(TEXT, "Its user namespace."),
    "uts": Field(TEXT, "Whose host name it has.", since="2.15.1"),
    "volumes": Field(MOUNTS, "What is mounted.", key=keys.target),
    "volumes_from": Field(UNIQUE, "Services whose mounts it gets."),
    "working_dir": Field(TEXT, "The directory that it starts in."),
}
