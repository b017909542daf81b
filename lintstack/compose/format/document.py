"""The top level of a Compose file, and what is declared there."""

from __future__ import annotations

from lintstack.compose.format.build import LABELS, TEXTS
from lintstack.compose.format.collections import each, keyed, one_or_each, record, values
from lintstack.compose.format.field import Field, Type
from lintstack.compose.format.scalars import BOOLEAN, INTEGER_OR_TEXT, NUMBER_OR_TEXT, PLAIN_INTEGER, TEXT
from lintstack.compose.format.services import JOB, SERVICE
from lintstack.compose.format.short import resource, text_or

_OPTIONS = values(NUMBER_OR_TEXT)
_TEXT_BY_NAME = values(TEXT)
# Labels of these are neither made unique nor merged across their two forms.
_ONCE_LABELS = keyed(null="", unique=True, alone=True)
_PLAIN_LABELS = keyed(null="", unique=True)
_NAMED: dict[str, Field] = {
    "name": Field(TEXT, "Its name in Docker; the project's name is put in front of the key when left out."),
}
_DRIVEN: dict[str, Field] = {
    "driver": Field(TEXT, "The driver that provides it."),
    "driver_opts": Field(_OPTIONS, "Options of the driver."),
}
_POOL = record(
    {
        "aux_addresses": Field(_TEXT_BY_NAME, "Addresses that hosts of the network use, by name."),
        "gateway": Field(TEXT, "The gateway."),
        "ip_range": Field(TEXT, "The addresses that containers get."),
        "subnet": Field(TEXT, "The subnet."),
    },
    "an address pool",
)
NETWORK: dict[str, Field] = {
    **_NAMED,
    **_DRIVEN,
    "attachable": Field(BOOLEAN, "Whether single containers can join it in a swarm."),
    "enable_ipv4": Field(BOOLEAN, "Whether containers get IPv4 addresses.", since="2.33.1"),
    "enable_ipv6": Field(BOOLEAN, "Whether containers get IPv6 addresses."),
    "internal": Field(BOOLEAN, "Whether it has no way out."),
    "ipam": Field(
        record(
            {
                "config": Field(each(_POOL), "Its address pools.", merge="subnet"),
                "driver": Field(TEXT, "The driver that gives out addresses."),
                "options": Field(_TEXT_BY_NAME, "Options of that driver."),
            },
            "`ipam`",
        ),
        "How addresses are given out.",
    ),
    "labels": Field(LABELS, "Its labels.", merge="pairs"),
}
VOLUME: dict[str, Field] = {
    **_NAMED,
    **_DRIVEN,
    "driver_opts": Field(_OPTIONS, "Options of the driver.", path="device when bound"),
    "labels": Field(_ONCE_LABELS, "Its labels.", merge="pairs"),
}
_FILE: dict[str, Field] = {
    **_NAMED,
    "file": Field(TEXT, "The file that holds it.", path="project"),
    "labels": Field(_PLAIN_LABELS, "Its labels.", merge="alike"),
    "template_driver": Field(TEXT, "The driver that fills in templates."),
}
SECRET: dict[str, Field] = {
    **_FILE,
    **_DRIVEN,
    "driver_opts": Field(values(INTEGER_OR_TEXT), "Options of the driver."),
    "environment": Field(TEXT, "The variable that holds it.", since="2.6.0"),
}
CONFIG: dict[str, Field] = {
    **_FILE,
    "content": Field(TEXT, "Its text.", since="2.23.1"),
    "environment": Field(TEXT, "The variable that holds it.", since="2.23.1"),
}
MODEL: dict[str, Field] = {
    **_NAMED,
    "context_size": Field(PLAIN_INTEGER, "The most tokens of its context."),
    "model": Field(TEXT, "The model, as an OCI artifact."),
    "runtime_flags": Field(TEXTS, "Flags of the program that runs it."),
}
# `include` is read before the document is checked, unknown keys pass; ours are told what Compose ignores.
INCLUDE = record(
    {
        "env_file": Field(one_or_each(TEXT), "Files of variables for the included files.", path="project"),
        "path": Field(one_or_each(TEXT), "The file, and others that are merged over it.", path="project or remote"),
        "project_directory": Field(TEXT, "What relative paths in it start from.", path="project"),
    },
    "`include`",
    lone=True,
)


def _declared(type_: Type, what: str, null: bool = False) -> Type:
    return values(type_, named=what, null=null)


DOCUMENT: dict[str, Field] = {
    "configs": Field(_declared(resource(CONFIG, "a config", "open"), "a config"), "Configs, by name."),
    "include": Field(
        each(text_or("path", INCLUDE)), "Other projects that are part of this one.", since="2.20.0", null=True
    ),
    "jobs": Field(_declared(record(JOB, "a job", ("triggers",)), "a job"), "Jobs, by name."),
    "models": Field(_declared(record(MODEL, "a model", ("model",)), "a model"), "AI models, by name.", since="2.38.0"),
    "name": Field(TEXT, "The name of the project."),
    "networks": Field(_declared(resource(NETWORK, "a network"), "a network", null=True), "Networks, by name."),
    "secrets": Field(_declared(resource(SECRET, "a secret", "open"), "a secret"), "Secrets, by name."),
    "services": Field(_declared(record(SERVICE, "a service"), "a service"), "Services, by name."),
    "version": Field(TEXT, "Nothing any more.", deprecated="remove it"),
    "volumes": Field(_declared(resource(VOLUME, "a volume"), "a volume", null=True), "Volumes, by name."),
}
ROOT = record(DOCUMENT, "a Compose file")
