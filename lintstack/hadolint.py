"""`.hadolint.yaml` where there is no configuration of ours: what of it has a meaning here becomes a Config."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lintstack.config import Config, ConfigError, RuleOverride, source_at
from lintstack.reader import suggest

if TYPE_CHECKING:
    from lintstack.carriers import Yaml
    from lintstack.findings import Severity

# Ids that hadolint gave up itself, so that nobody misses them (docs/not-taken.md).
RETIRED = frozenset({"dl3005", "dl3017", "dl3031", "dl3039"})
_SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warning", "info": "info", "style": "info"}
_THRESHOLDS = {**_SEVERITIES, "ignore": "info", "none": "none"}
_SORTS = {list: "a list", dict: "a mapping", bool: "true or false", str: "text"}
# Every setting with its type; those that say how hadolint prints have no meaning here.
_SETTINGS: dict[str, type] = {
    "ignored": list,
    "override": dict,
    "trustedRegistries": list,
    "failure-threshold": str,
    "label-schema": dict,
    "strict-labels": bool,
    "no-fail": bool,
    "disable-ignore-pragma": bool,
    "format": str,
    "no-color": bool,
    "verbose": bool,
}


def read(path: str, top: str) -> Config:
    """The configuration that a `.hadolint.yaml` amounts to.

    Args:
        path: its absolute path.
        top: folder that a link must not lead out of.

    Raises:
        ConfigError: it cannot be read, or a setting has a value that it cannot have.
    """
    from lintstack.carriers import BadCarrier, Yaml

    source = source_at(path, top)
    try:
        carrier = Yaml(source)
    except BadCarrier as error:
        raise ConfigError(error.message, error.span.path, error.span.line, error.span.column) from None
    notes = [f"the configuration is hadolint's `{source.path}`; a `.lintstack.yaml` would replace it"]
    notes += (f"`{source.path}`: {text}" for text in _strange(carrier))
    value = carrier.value
    return Config(
        path=source.path,
        folder=os.path.dirname(os.path.realpath(path)),
        owner="hadolint",
        fail_on=_threshold(carrier),
        ignore=tuple(value.get("ignored") or ()),
        rules=dict(_overrides(carrier)),
        trusted_registries=tuple(value.get("trustedRegistries") or ()),
        label_schema=dict(value.get("label-schema") or {}),
        strict_labels=bool(value.get("strict-labels")),
        compat_off=frozenset({"hadolint"} if value.get("disable-ignore-pragma") else ()),
        notes=tuple(notes),
    )


def _strange(carrier: Yaml) -> Iterator[str]:
    """Sentences about settings that hadolint does not have.

    Raises:
        ConfigError: a setting of another type than its own.
    """
    for name, value in carrier.value.items():
        wanted = _SETTINGS.get(name)
        if wanted is None:
            yield f"unknown setting `{name}`{suggest(name, _SETTINGS)}"
        elif value is not None and not isinstance(value, wanted):
            raise _refused(carrier, name, f"`{name}` must be {_SORTS[wanted]}")
        elif isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise _refused(carrier, name, f"each item of `{name}` must be text")
    for word, ids in (carrier.value.get("override") or {}).items():
        if word not in _SEVERITIES:
            yield f"unknown severity `{word}` in `override`{suggest(word, _SEVERITIES)}"
        elif ids is not None and not (isinstance(ids, list) and all(isinstance(item, str) for item in ids)):
            raise _refused(carrier, "override", f"`{word}` must be a list of ids")


def _overrides(carrier: Yaml) -> Iterator[tuple[str, RuleOverride]]:
    """Severities by id; the last word of the table wins, as in hadolint."""
    given = carrier.value.get("override") or {}
    for word, severity in _SEVERITIES.items():
        yield from ((id, RuleOverride(severity=severity)) for id in given.get(word) or ())


def _threshold(carrier: Yaml) -> str:
    if carrier.value.get("no-fail"):
        return "none"
    word: Any = carrier.value.get("failure-threshold") or "error"
    if word not in _THRESHOLDS:
        hint = suggest(word, _THRESHOLDS) or f"; it is one of {', '.join(_THRESHOLDS)}"
        raise _refused(carrier, "failure-threshold", f"`failure-threshold` cannot be `{word}`{hint}")
    return _THRESHOLDS[word]


def _refused(carrier: Yaml, name: str, message: str) -> ConfigError:
    span = carrier.key((name,))
    return ConfigError(message, span.path, span.line, span.column)
