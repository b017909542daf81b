"""Checks of the variables that instructions of Dockerfiles read."""

from __future__ import annotations

from collections.abc import Iterator

from lintstack.dockerfile.stages import by_defaults
from lintstack.facts import Place
from lintstack.findings import Problem
from lintstack.images.reference import is_valid
from lintstack.model import VariableUse


def undefined_variable(use: VariableUse) -> Iterator[Problem]:
    """Variables that nothing sets, and those that only a slip of the pen explains."""
    if use.keyword.value in ("FROM", "RUN") or use.is_out_of_scope.value or use.is_set_beside.value:
        return
    near = use.suggestion.value
    if use.is_own_value.value:
        what = f"{use.keyword.value} sets `{use.name}` to itself, and nothing in this file sets it before"
        remedy = f"`ARG {use.name}` alone" if use.keyword.value == "ARG" else "its value, or take the line out"
        yield Problem(f"{what}; write {remedy}", Place(use.span), detail=use.name)
    elif use.is_defined.value is False or (use.is_defined.unknown and near):
        hint = f"did you mean `${near}`?" if near else "declare it with ARG or ENV before this line"
        if any(heredoc.body.start <= use.span.start < heredoc.body.end for heredoc in use.instruction.node.heredocs):
            hint += ", or quote the word behind `<<` to copy the text as it is"
        yield Problem(f"nothing sets `{use.name}`, so that it is empty here; {hint}", Place(use.span), detail=use.name)


def arg_out_of_scope(use: VariableUse) -> Iterator[Problem]:
    """Arguments that are declared before the first FROM, or by the builder, and that the stage does not take over."""
    if use.is_out_of_scope.value:
        declared = use.is_out_of_scope.places
        why = "is declared before the first FROM, which counts for FROM lines only" if declared else "is not declared"
        stage = f"stage `{use.stage.name}`" if use.stage and use.stage.parsed.name else "this stage"
        yield Problem(
            f"`{use.name}` {why}: it is empty in {stage}; add `ARG {use.name}` behind its FROM",
            Place(use.span),
            declared,
            detail=use.name,
            variant="shell" if use.keyword.value == "RUN" else "builder",
        )


def env_self_reference(use: VariableUse) -> Iterator[Problem]:
    """Variables of the very ENV that reads them."""
    if use.is_set_beside.value:
        yield Problem(
            f"`{use.name}` is set by the same ENV, which takes effect as a whole: here it still has its former value;"
            " split the ENV in two",
            Place(use.span),
            detail=use.name,
        )


def undefined_arg_in_from(use: VariableUse) -> Iterator[Problem]:
    """Variables of FROM lines that no ARG before the first FROM declares."""
    if use.keyword.value == "FROM" and use.is_defined.value is False:
        near = use.suggestion.value
        way_out = f"did you mean `${near}`?" if near else f"add `ARG {use.name}=…` before the first FROM"
        yield Problem(
            f"no ARG before the first FROM declares `{use.name}`; {way_out}",
            Place(use.span),
            detail=use.name,
            variant="no-image" if _leaves_no_image(use) else "",
        )


def _leaves_no_image(use: VariableUse) -> bool:
    """Whether FROM names no image without the variable."""
    base = use.stage.parsed.base if use.stage else None
    if base is None or not base.span.start <= use.span.start < base.span.end:
        return False
    text = by_defaults(use.instruction.dockerfile.parsed, base).value
    return text is not None and not is_valid(text)
