"""Casts against compose-go's: booleans, numbers, bytes, durations; unset variables are unknown."""

from __future__ import annotations

from typing import Any

import pytest

from lintstack.compose.casts import as_bool, as_bytes, as_duration, as_float, as_int, go_text
from lintstack.source import Source
from lintstack.yaml import Node, Scalar, parse


def scalar(text: str) -> Node:
    document = parse(Source("c.yaml", f"- {text}\n")).documents[0]
    assert document is not None
    node: Node = document.items[0]  # type: ignore[union-attr, index]
    return node


@pytest.mark.parametrize(
    ("cast", "text", "value"),
    [
        (as_bool, "true", True), (as_bool, "'yes'", True), (as_bool, "On", True), (as_bool, "no", False),
        (as_bool, "'1'", None), (as_bool, "1", None), (as_bool, "maybe", None), (as_bool, "''", None),
        (as_bool, "!!str true", True), (as_bool, "[true]", None),
        (as_int, "5", 5), (as_int, "'5'", 5), (as_int, "0644", 420), (as_int, "'0644'", 644), (as_int, "0x10", 16),
        (as_int, "'-1'", -1), (as_int, "5.0", None), (as_int, "x", None), (as_int, "true", None),
        (as_int, "'" + "9" * 5000 + "'", None), (as_int, "'٣'", None),
        (as_float, "0.5", 0.5), (as_float, "'0.5'", 0.5), (as_float, "1", 1.0), (as_float, "'1_0'", None),
        (as_float, "x", None), (as_float, "~", None),
        (as_bytes, "512m", 512 * 1024**2), (as_bytes, "1.5g", 1610612736), (as_bytes, "1 GiB", 1024**3),
        (as_bytes, "100", 100), (as_bytes, "'100'", 100), (as_bytes, "10kb", 10240), (as_bytes, "5x", None),
        (as_bytes, "64M", 64 * 1024**2), (as_bytes, "2t", 2 * 1024**4), (as_bytes, "1.5", None), (as_bytes, "''", None),
        (as_duration, "30s", 30.0), (as_duration, "1m30s", 90.0), (as_duration, "1.5h", 5400.0),
        (as_duration, "0", 0.0),
        (as_duration, "2d", 172800.0), (as_duration, "1w", 604800.0), (as_duration, "500ms", 0.5),
        (as_duration, "5", None), (as_duration, "x", None), (as_duration, "-1s", -1.0), (as_duration, "''", None),
        (as_duration, ".5s", 0.5), (as_duration, "1s x", None),
        (go_text, "1.0", "1"), (go_text, "1e6", "1e+06"), (go_text, "0644", "420"), (go_text, "true", "true"),
        (go_text, "~", None), (go_text, "x", "x"), (go_text, "0.00001", "1e-05"),
        (go_text, "1234567.5", "1.2345675e+06"),
        (go_text, ".inf", "+Inf"), (go_text, ".nan", "NaN"), (go_text, "-0.0", "-0"),
    ],
)  # fmt: skip
def test_casts(cast: Any, text: str, value: object) -> None:
    assert cast(scalar(text)) == value
    assert type(cast(scalar(text))) is type(value)


@pytest.mark.parametrize("cast", [as_bool, as_int, as_float, as_bytes, as_duration])
def test_unset_is_unknown(cast: Any) -> None:
    source = Source("c.yaml", "${X}1")
    assert cast(Scalar(source, 0, 5, "1", "", "", "${X}1", ("X",))) is None
    assert cast(None) is None
