"""The fields of `build`, and those that a service shares with it."""

from __future__ import annotations

from lintstack.compose.format import keys
from lintstack.compose.format.collections import each, keyed, one_or_each, record, values
from lintstack.compose.format.field import Field
from lintstack.compose.format.scalars import BOOLEAN, OCTAL, SIZE, TEXT, TEXT_OR_BOOLEAN
from lintstack.compose.format.short import HOSTS, ULIMIT, text_or, unquoted

TEXTS = each(TEXT)
ENVIRONMENT = keyed(alone=True)
LABELS = keyed(null="", alone=True)
ULIMITS = values(ULIMIT, merge="replace")
# What a service or build takes of a declared secret or config.
GRANTS = each(
    text_or(
        "source",
        record(
            {
                "gid": Field(TEXT, "The group that owns the file, as a number in quotes."),
                "mode": Field(OCTAL, "Permissions of the file."),
                "source": Field(TEXT, "The name under which it is declared."),
                "target": Field(TEXT, "The file's path or name in the container."),
                "uid": Field(TEXT, "The user that owns the file, as a number in quotes."),
            },
            "a secret or config",
        ),
    )
)

BUILD: dict[str, Field] = {
    "additional_contexts": Field(
        keyed(paired=True, path="project or remote", alone=True),
        "Further folders, images or services that the Dockerfile can copy from.",
        merge="pairs",
        since="2.17.0",
    ),
    "args": Field(ENVIRONMENT, "Values for the Dockerfile's ARG.", merge="pairs"),
    "cache_from": Field(TEXTS, "Where the builder may take layers from."),
    "cache_to": Field(TEXTS, "Where the builder puts layers for other builds."),
    "context": Field(TEXT, "The folder or repository that is built.", path="project or remote"),
    "dockerfile": Field(TEXT, "The Dockerfile, relative to the build context.", path="context"),
    "dockerfile_inline": Field(TEXT, "A Dockerfile's text, in place of a file.", since="2.17.0"),
    "entitlements": Field(TEXTS, "Extra privileges of the build.", since="2.27.1"),
    "extra_hosts": Field(HOSTS, "Host names and addresses that the build can use.", merge="new"),
    "isolation": Field(TEXT, "The isolation technology of the build's containers."),
    "labels": Field(LABELS, "Labels of the image.", merge="pairs"),
    "network": Field(TEXT, "The network of RUN instructions."),
    "no_cache": Field(BOOLEAN, "Whether no layer is taken from the cache."),
    "no_cache_filter": Field(one_or_each(TEXT, unique=True), "Stages that are always built anew."),
    "platforms": Field(TEXTS, "The platforms that the image is built for.", since="2.10.0"),
    "privileged": Field(BOOLEAN, "Whether the build runs with all rights of the host."),
    "provenance": Field(TEXT_OR_BOOLEAN, "Whether, and how, the image says how it was built.", since="2.39.0"),
    "pull": Field(BOOLEAN, "Whether base images are always pulled."),
    "sbom": Field(TEXT_OR_BOOLEAN, "Whether, and how, the image lists what is in it.", since="2.39.0"),
    "secrets": Field(GRANTS, "Secrets that RUN can mount."),
    "shm_size": Field(SIZE, "The size of /dev/shm in the build."),
    "ssh": Field(keyed(unique=True, path="project"), "SSH agents or keys that RUN can use."),
    "tags": Field(TEXTS, "Further names of the image.", key=keys.before_equals),
    "target": Field(TEXT, "The stage that is built; the last one when left out."),
    "ulimits": Field(values(unquoted(ULIMIT), merge="replace"), "Limits of the build's processes.", since="2.23.1"),
}
