"""What may be said about an image, in the catalogue and under `images` of a configuration."""

from __future__ import annotations

from typing import Any

KIND_WORDS = "database cache broker search storage edge dev-tool job runtime base web app observability"
KINDS = tuple(KIND_WORDS.split())
MANAGERS = ("apk", "apt", "dnf", "microdnf", "yum", "none")
BASES = ("alpine", "debian", "ubuntu", "buildpack-deps", "redhat", "redhat-minimal", "busybox", "empty")
MOST_WORDS = 200

# Keys that add to the programs of an image, with what they say of each program.
PROGRAM_KEYS: dict[str, bool | None] = {"has": True, "lacks": False, "unsure": None}


def _text(pattern: str, example: str, description: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "pattern": pattern, "examples": [example], "description": description}


def _list(pattern: str, example: str, description: str, nothing: bool = True) -> dict[str, Any]:
    items = {"type": "string", "pattern": pattern, "examples": [example]}
    sorts: Any = ["array", "null"] if nothing else "array"
    return {"type": sorts, "items": items, "maxItems": MOST_WORDS, "description": description}


def _flag(description: str) -> dict[str, Any]:
    return {"type": ["boolean", "null"], "description": description}


def _number(description: str) -> dict[str, Any]:
    return {"type": ["integer", "null"], "minimum": 0, "description": description}


_PATH, _WORD, _NAME = r"^/\S+$", r"^\S+$", r"^[A-Za-z_][\w.]*$"
_SETTINGS = r"^[A-Za-z_][\w.]*(?:=\S+)?(?: [A-Za-z_][\w.]*(?:=\S+)?)*$"
_SETTING = r"^(?:-{1,2}[A-Za-z][\w.-]*|[A-Za-z_][\w.]*(?:=\S+)?)$"

# JSON Schema of each key. null stands for unknown, where a variant or a base would say otherwise.
KEYS: dict[str, dict[str, Any]] = {
    "kind": {"enum": [*KINDS], "description": "What it is for."},
    "base": {"enum": [*BASES, None], "description": "What it is built upon: says which programs it has and lacks."},
    "package_manager": {"enum": [*MANAGERS, None], "description": "Its package manager."},
    "user": _text(_WORD, "node", "User that it starts as, by name or number."),
    "uid": _number("Number of that user."),
    "drops_privileges": _flag("Whether its entrypoint starts as root and then becomes a service user."),
    "drops_for": _list(_WORD, "appd", "First words of a command for which it does, beside options; missing: any."),
    "healthcheck": _flag("Whether the image itself brings a health check."),
    "checkable": _flag("Whether a health check can call something that it has; missing: it can."),
    "has": _list(_WORD, "curl", "Programs that it has.", nothing=False),
    "lacks": _list(_WORD, "curl", "Programs that it does not have; `*` for all others.", nothing=False),
    "unsure": _list(_WORD, "curl", "Programs of which nobody knows.", nothing=False),
    "ports": _list(r"^[0-9]+(?:-[0-9]+)?/(?:tcp|udp|sctp)$", "5432/tcp", "Ports that it listens on."),
    "data_dirs": _list(_PATH, "/var/lib/data", "Directories whose content must survive the container."),
    "volumes": _list(_PATH, "/var/lib/data", "Directories that its Dockerfile declares as VOLUME."),
    "former_dirs": _list(_PATH, "/data", "Directories that only earlier versions kept data in."),
    "data_variable": _text(_NAME, "PGDATA", "Variable that moves the data to another directory."),
    "writes": _list(_PATH, "/run/app", "Directories that it must be able to write to, beside its data."),
    "auth": _flag("Whether clients must give a credential when nothing is said about it."),
    "auth_on": _list(_SETTING, "APP_PASSWORD", "Variables (`NAME`, `NAME=value`) and options by which they must."),
    "auth_off": _list(
        _SETTING, "APP_AUTH=off", "Variables (`NAME=value`, `NAME=*`) and options by which they need none."
    ),
    "default_login": _list(_NAME, "APP_PASSWORD", "Variables without any of which a well-known password gets in."),
    "required_settings": _list(
        _SETTINGS,
        "APP_PASSWORD APP_AUTH=off",
        "Variables (`NAME`, `NAME=value`) without any of which it does not start on a new volume.",
    ),
    "secrets": {
        "type": ["object", "null"],
        "additionalProperties": {"type": "string"},
        "maxProperties": MOST_WORDS,
        "description": "Variables that hold credentials, each with the one that takes a file instead (empty: none).",
    },
    "unprivileged": _text(r"^\S*$", "acme/app-unprivileged", "Image of the same program that does not start as root."),
    "stop_signal": _text(r"^SIG[A-Z0-9+]+$", "SIGQUIT", "Signal that it takes for an orderly end."),
    "stop_grace": _number("Seconds that it may need to end."),
    "source": _text(r"^https://\S+$", "https://example.com/image", "Where that is documented."),
}
_CONDITION = r"(?:!?[a-z0-9.]+|[a-z]*(?:>=|<)[0-9]+(?:\.[0-9]+)*)"
CONDITIONS = {"pattern": rf"^{_CONDITION}(?: +{_CONDITION})*$", "examples": ["alpine"]}
IMAGE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **KEYS,
        "variants": {
            "type": "object",
            "propertyNames": CONDITIONS,
            "additionalProperties": {"type": "object", "additionalProperties": False, "properties": KEYS},
            "maxProperties": MOST_WORDS,
            "description": "What differs under tags: by a word (`alpine`, `!slim`), a version (`>=18`) or several.",
        },
    },
}
