"""The fields of `deploy`, and device requests."""

from __future__ import annotations

from lintstack.compose.format.build import LABELS, TEXTS
from lintstack.compose.format.collections import each, keyed, record
from lintstack.compose.format.field import Field
from lintstack.compose.format.scalars import (
    AMOUNT,
    DEVICES,
    DURATION,
    INTEGER,
    LIMIT,
    NATURAL,
    NUMBER,
    SIZE_TEXT,
    TEXT,
    one_of,
)
from lintstack.compose.format.short import gpus

_UPDATE: dict[str, Field] = {
    "delay": Field(DURATION, "The time between two groups of containers."),
    "failure_action": Field(TEXT, "What happens when one fails: `continue`, `rollback` or `pause`."),
    "max_failure_ratio": Field(NUMBER, "The share of containers that may fail."),
    "monitor": Field(DURATION, "How long each container is watched for a failure."),
    "order": Field(one_of("start-first", "stop-first"), "Whether the new container starts before the old one stops."),
    "parallelism": Field(NATURAL, "How many containers are replaced at once."),
}
DEVICE: dict[str, Field] = {
    "capabilities": Field(each(TEXT, unique=True), "What the device must be able to do (`gpu`, `compute` …)."),
    "count": Field(DEVICES, "How many devices, or `all`."),
    "device_ids": Field(each(TEXT, unique=True), "Which devices; excludes `count`."),
    "driver": Field(TEXT, "The driver that provides them."),
    "options": Field(keyed(null="", unique=True), "Options of the driver."),
}
_REQUEST = record(DEVICE, "a device request", ("capabilities",))
# Its keys are open in the official schema: a misplaced `additionalProperties` there.
GPUS = gpus(record(DEVICE, "a device request", open=True))
_GENERIC = record(
    {
        "discrete_resource_spec": Field(
            record(
                {"kind": Field(TEXT, "What it is."), "value": Field(AMOUNT, "How many.")},
                "`discrete_resource_spec`",
            ),
            "A kind of thing that nodes have a number of.",
        )
    },
    "a generic resource",
)
_RESERVATIONS = record(
    {
        "cpus": Field(NUMBER, "CPUs that must be free."),
        "devices": Field(each(_REQUEST), "Devices that the container needs."),
        "generic_resources": Field(each(_GENERIC), "Other resources that it needs."),
        "memory": Field(SIZE_TEXT, "Memory that must be free."),
    },
    "`reservations`",
)
_LIMITS = record(
    {
        "cpus": Field(NUMBER, "CPUs that it may use."),
        "memory": Field(SIZE_TEXT, "Memory that it may use."),
        "pids": Field(LIMIT, "Processes that it may have."),
    },
    "`limits`",
)

DEPLOY: dict[str, Field] = {
    "endpoint_mode": Field(TEXT, "How clients find the containers: `vip` or `dnsrr`."),
    "labels": Field(LABELS, "Labels of the service, not of its containers.", merge="pairs"),
    "mode": Field(TEXT, "`replicated`, `global`, or the same as a job."),
    "placement": Field(
        record(
            {
                "constraints": Field(TEXTS, "What a node must have."),
                "max_replicas_per_node": Field(NATURAL, "The most containers on one node."),
                "preferences": Field(
                    each(record({"spread": Field(TEXT, "The label that containers are spread over.")}, "a preference")),
                    "How containers are spread over nodes.",
                ),
            },
            "`placement`",
        ),
        "On which nodes containers run.",
    ),
    "replicas": Field(INTEGER, "How many containers run."),
    "resources": Field(
        record(
            {
                "limits": Field(_LIMITS, "What a container cannot go beyond."),
                "reservations": Field(_RESERVATIONS, "What a container is sure to get."),
            },
            "`resources`",
        ),
        "Memory, CPUs and devices.",
    ),
    "restart_policy": Field(
        record(
            {
                "condition": Field(TEXT, "When it is started again: `none`, `on-failure` or `any`."),
                "delay": Field(DURATION, "The time before a new attempt."),
                "max_attempts": Field(NATURAL, "How often it is tried."),
                "window": Field(DURATION, "How long it must run for an attempt to count as a success."),
            },
            "`restart_policy`",
        ),
        "Whether and how containers are started again.",
    ),
    "rollback_config": Field(record(_UPDATE, "`rollback_config`"), "How a failed update is taken back."),
    "update_config": Field(record(_UPDATE, "`update_config`"), "How a new version is rolled out."),
}
