"""Values on their way into containers: variables, what interpolation makes of them, what YAML makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact
from lintstack.record import Subject

if TYPE_CHECKING:
    from lintstack.model.service import Service


class Variable(Subject):
    """An environment variable of a service, a build argument, an ENV or an ARG.

    Attributes:
        value: effective value; never printed when `is_secret`.
        scope: environment, env-file, build-arg, env, arg, layer (an ENV that something overrides),
            or label (one that holds a credential).
        is_secret: whether name or value is that of a credential.
        is_literal: whether a file of the stack spells the value out (no variable takes part).
        is_placeholder: whether a literal secret is an obvious stand-in (changeme, password, example, …).
        fallback: literal default used when the variable it reads is unset (`${V:-fallback}`).
        origin: variable of an env file, of the project or of the service, that gives the value of a credential, at its
            value there.
        shadows: the env file whose other value for it `environment` replaces.
        passed_through: whether it stands without a value and the project has none for it, so that it is not passed on.
        quoted: where quotes that look like those of YAML or a shell are a part of its value: default (`${V:-"x"}`) or
            item (of a list, `- V="x"`).
    """

    service: Service | None = None
    value: Fact[str] = ABSENT
    scope: Fact[str] = ABSENT
    is_secret: Fact[bool] = ABSENT
    is_literal: Fact[bool] = ABSENT
    is_placeholder: Fact[bool] = ABSENT
    fallback: Fact[str] = ABSENT
    origin: Fact[str] = ABSENT
    shadows: Fact[str] = ABSENT
    passed_through: Fact[bool] = ABSENT
    quoted: Fact[str] = ABSENT


class Rewrite(Subject):
    """A value of a service that YAML or Docker Compose reads as something else than its text.

    Attributes:
        type: what it is taken for: integer, float, boolean, timestamp, or switch (`yes`, `off` in a boolean field).
        field: key of the service that it stands under: environment, labels, build.args, privileged, …
        written: text in the file; not told for credentials.
        text: text that the container or the daemon gets; not told for credentials.
    """

    service: Service
    type: Fact[str] = ABSENT
    field: Fact[str] = ABSENT
    written: Fact[str] = ABSENT
    text: Fact[str] = ABSENT


class Interpolation(Subject):
    """A variable that compose files read with `$NAME` or `${NAME…}` and that the project does not set everywhere.

    Attributes:
        unset: keys under which it turns into nothing, at its places; unknown when an example of the env file or the
            shell gives it a value.
        effects: what the empty text does there, where it does more than being empty, at those places.
        required: keys under which `:?` refuses to go on without it, at its places.
        meant_for_container: why its dollar was meant for the container (hash, password, shell), at its places.
        env_file: env file of a service that defines it, which does not count for compose files.
        example: example of the env file that lacks it.
        keys: keys of mappings that hold it, at their places: there it is never replaced.
    """

    unset: Fact[tuple[str, ...]] = ABSENT
    effects: Fact[tuple[str, ...]] = ABSENT
    required: Fact[tuple[str, ...]] = ABSENT
    meant_for_container: Fact[str] = ABSENT
    env_file: Fact[str] = ABSENT
    example: Fact[str] = ABSENT
    keys: Fact[tuple[str, ...]] = ABSENT
