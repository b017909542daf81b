"""The fields of a service, of its parts, and of a job."""

from __future__ import annotations

from lintstack.compose.format import keys
from lintstack.compose.format.build import BUILD
from lintstack.compose.format.collections import each, keyed, names, one_or_each, record, values
from lintstack.compose.format.container import CONTAINER
from lintstack.compose.format.deploy import DEPLOY
from lintstack.compose.format.field import Field
from lintstack.compose.format.ports import PORTS, apart, port_key
from lintstack.compose.format.scalars import (
    BOOLEAN,
    COUNT,
    DURATION,
    EXPOSED,
    INTEGER,
    TEXT,
    TRUE_FALSE,
    matching,
    one_of,
)
from lintstack.compose.format.short import CHECK_COMMAND, COMMAND, OPTION, dependency, either, insistent, text_or

_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
DEPENDENCY: dict[str, Field] = {
    "condition": Field(one_of(*_CONDITIONS), "What the other service must have reached."),
    "required": Field(BOOLEAN, "Whether the other service must be there.", since="2.20.0"),
    "restart": Field(BOOLEAN, "Whether it starts anew when Compose restarts the other.", since="2.17.0"),
}
HEALTHCHECK: dict[str, Field] = {
    "disable": Field(BOOLEAN, "Whether the image's own check is switched off."),
    "interval": Field(DURATION, "The time between two checks."),
    "retries": Field(COUNT, "Failures in a row that make it unhealthy."),
    "start_interval": Field(DURATION, "The time between two checks while it starts.", since="2.20.2"),
    "start_period": Field(DURATION, "The time in which failures do not count."),
    "test": Field(CHECK_COMMAND, "The command that checks.", merge="replace"),
    "timeout": Field(DURATION, "How long one check may take."),
}
HOOK: dict[str, Field] = {
    "command": Field(COMMAND, "What runs.", merge="replace", null=True),
    "environment": Field(keyed(unique=True), "Environment variables.", merge="pairs"),
    "privileged": Field(BOOLEAN, "Whether it runs with all rights of the host."),
    "user": Field(TEXT, "The user that it runs as."),
    "working_dir": Field(TEXT, "The directory that it starts in."),
}
_HOOK = record(HOOK, "a hook", ("command",))
_PRE_START = record({**CONTAINER, "per_replica": Field(BOOLEAN, "Whether it runs for each container.")}, "a hook")
_WATCH = record(
    {
        "action": Field(
            one_of(
                "rebuild",
                "sync",
                "restart",
                "sync+restart",
                "sync+exec",
                since={"sync+restart": "2.23.0", "restart": "2.32.0", "sync+exec": "2.32.0"},
            ),
            "What a change of a file leads to.",
        ),
        "exec": Field(_HOOK, "What runs in the container after the change.", since="2.32.0"),
        "ignore": Field(one_or_each(TEXT, unique=True), "Files whose changes do not count."),
        "include": Field(one_or_each(TEXT, unique=True), "Files whose changes count."),
        "initial_sync": Field(TRUE_FALSE, "Whether files are brought up to date before watching."),
        "path": Field(TEXT, "What is watched.", path="project"),
        "target": Field(TEXT, "Where in the container the files go."),
    },
    "a `watch` entry",
    ("path", "action"),
)
EXTENDS = record(
    {
        "file": Field(TEXT, "The file of the other service; this one when left out.", path="project or remote"),
        "service": Field(TEXT, "The service whose fields this one starts from."),
    },
    "`extends`",
    lone=True,
)
_PROVIDER = record(
    {
        "options": Field(values(OPTION), "What the provider is told."),
        "type": Field(TEXT, "The program that provides it."),
    },
    "`provider`",
    ("type",),
)
_PROFILES = Field(each(TEXT), "Profiles that it is part of; without one it always runs.", key=keys.before_equals)
_NAME = ("[a-zA-Z0-9][a-zA-Z0-9_.-]+", "a name of at least two letters, digits, `.`, `_` or `-`")

WORKLOAD: dict[str, Field] = {
    "build": Field(text_or("context", record(BUILD, "`build`")), "How its image is built."),
    "depends_on": Field(
        names(
            dependency,
            values(record(DEPENDENCY, "a dependency", ("condition",)), named="a service"),
        ),
        "Services that start first.",
        merge="names",
    ),
    "expose": Field(each(EXPOSED), "Ports that other containers can reach, as documentation.", key=keys.text),
    "healthcheck": Field(record(HEALTHCHECK, "`healthcheck`"), "How it is found out whether the service works."),
    "ports": Field(PORTS, "Ports that the host publishes.", key=port_key, apart=apart),
    "stdin_open": Field(BOOLEAN, "Whether its standard input stays open."),
    "tty": Field(BOOLEAN, "Whether it gets a terminal."),
}
SERVICE: dict[str, Field] = {
    **CONTAINER,
    **WORKLOAD,
    "attach": Field(BOOLEAN, "Whether `up` shows its output.", since="2.20.0"),
    "container_name": Field(matching(*_NAME), "A fixed name of the container."),
    "deploy": Field(record(DEPLOY, "`deploy`"), "How many containers run where, with which resources.", null=True),
    "develop": Field(
        record({"watch": Field(each(_WATCH), "What happens when files change.")}, "`develop`"),
        "What `docker compose watch` does.",
        since="2.22.0",
        null=True,
    ),
    "extends": Field(text_or("service", insistent(EXTENDS, "service")), "A service whose fields this one starts from."),
    "external_links": Field(each(TEXT, unique=True), "Containers of other projects that it can reach."),
    "links": Field(each(TEXT), "Services that it can reach under another name.", key=keys.before_equals),
    "post_start": Field(each(_HOOK), "What runs in the container after it has started.", since="2.30.0"),
    "pre_start": Field(each(_PRE_START), "Containers that run before it starts.", since="5.3.0"),
    "pre_stop": Field(each(_HOOK), "What runs in the container before it stops.", since="2.30.0"),
    "profiles": _PROFILES,
    "provider": Field(_PROVIDER, "A program that provides the service in place of a container.", since="2.36.0"),
    "restart": Field(TEXT, "When it is started again: `no`, `always`, `on-failure` or `unless-stopped`."),
    "scale": Field(INTEGER, "How many containers run."),
}
_SCHEDULE = record(
    {
        "concurrency": Field(one_of("forbid", "queue"), "What happens while an earlier run goes on."),
        "cron": Field(TEXT, "When it runs, in five fields."),
        "missed_fires": Field(one_of("one", "skip"), "Whether a run that was missed is made up for."),
        "timezone": Field(TEXT, "The time zone of `cron`."),
    },
    "a schedule",
    ("cron",),
)
_TRIGGERS = record(
    {
        "manual": Field(BOOLEAN, "Whether people can start it."),
        "schedule": Field(each(text_or("cron", _SCHEDULE)), "When it starts by itself."),
    },
    "`triggers`",
)
JOB: dict[str, Field] = {
    **CONTAINER,
    **WORKLOAD,
    "extends": SERVICE["extends"],
    "profiles": _PROFILES,
    "triggers": Field(either(_TRIGGERS, "manual", "schedule"), "What starts it."),
}
