"""Environment variables and build arguments → Variable subjects: which are secrets, and what is written out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from lintstack.facts import ABSENT, Fact, Place
from lintstack.join.credentials import credentials
from lintstack.join.examples import FROM_SHELL
from lintstack.join.read import entries, places, text, unset
from lintstack.model import Dockerfile, Service, Variable
from lintstack.source import Span
from lintstack.yaml import Entry, Mapping, Scalar

if TYPE_CHECKING:
    from lintstack.dockerfile.nodes import Pair
    from lintstack.dockerfile.stages import Stage

# Words of a name that make it a credential's, alone or as neighbours.
SECRET_WORDS = frozenset(
    """
    password passwd passphrase pass pwd pword psw secret secrets token apikey credential credentials privatekey
    secretkey
    """.split()
)
# Of these a name that ends with one is a credential's although other words speak about hosts, users or services.
SECRET_ENDS = frozenset("password passwd passphrase pwd psw secret token".split())
KEY_WORDS = frozenset(
    """
    api private secret access encryption signing master auth jwt session app cookie
    """.split()
)
# Words that make it something about a credential instead: where it lies, how long it lives, who it belongs to.
HARMLESS_WORDS = frozenset(
    """
    file path dir directory version public url uri host hostname port name user username id length size expiry
    expires expiration expire ttl lifetime enabled disabled enable disable algorithm alg header type policy min max
    timeout count limit required require method mode realm domain issuer audience provider salt rounds cost field
    prefix suffix format location mount backend driver class scheme callback endpoint service source check reset
    allow empty random hash hashed hasher hashers age days hours minutes seconds server role group dummy through
    strategy
    """.split()
)
# Of these, the ones that make even `…_PASSWORD` a switch, a number or something that everybody may know.
SWITCH_WORDS = frozenset(
    """
    allow bypass check count disable disabled dummy empty enable enabled limit max method min mode no public random
    require required reset skip type use without
    """.split()
)
# Words before a lone `key` that make it one that everybody may know, or no credential at all.
OPEN_KEYS = frozenset(
    """
    apt cache foreign gpg index lookup object partition pgp primary repo repository routing rpm search shard sort
    translation unique yum
    """.split()
)
# Halves of a login that no word gives away.
KNOWN_CREDENTIALS = frozenset(
    """
    aws_access_key_id azure_client_id cf_username ci_deploy_user docker_username facebook_app_id heroku_api_user
    okta_oauth2_clientid os_username travis_secure_env_vars
    """.split()
)
# Paths, whatever they are called.
CREDENTIAL_PATHS = frozenset("google_application_credentials".split())
PLACEHOLDERS = frozenset(
    """
    changeme change_me change-me changeit password passwd pass secret example test todo xxx xxxx xxxxxx fixme
    replace replaceme replace_me your_password yourpassword default none null admin root user postgres mysql
    changethis change_this supersecret topsecret letmein qwerty 123456 12345678 123456789 1234 guest
    """.split()
)
# Instructions by which a build sets variables → scope of those that the container does not get.
BUILD_SCOPES = {"ARG": "arg", "ENV": "layer"}
NOT_SECRET_VALUES = frozenset({"", *"true false yes no on off none null 0 1 basic bearer digest".split()})


@lru_cache(4096)  # services of a stack, and the environments of a project, have the same names
def is_secret_name(name: str) -> bool:
    """Whether a variable's name is that of a credential: by its words, never by parts of words."""
    words = _split_name(name)
    if not words or not SWITCH_WORDS.isdisjoint(words):
        return False
    if words[-1] in SECRET_ENDS or words[-1].endswith(("password", "passwd")):
        return True
    if set(words) & HARMLESS_WORDS:
        return False
    if set(words) & SECRET_WORDS or any(word == "key" and before in KEY_WORDS for before, word in pairwise(words)):
        return True
    # NEO4J_AUTH is `user/password`, COMPOSER_AUTH_JSON a list of tokens, AUTH_DB none of it.
    return words[-1].endswith("secret") or words[-1] == "auth" or words[-2:] == ["auth", "json"]


@lru_cache(4096)
def is_credential_name(name: str) -> bool:
    """Whether the name of an ARG or ENV is that of a credential; there, `DEPLOY_KEY` and `GITHUB_PAT` are too."""
    if name.lower() in CREDENTIAL_PATHS:
        return False
    if is_secret_name(name) or name.lower() in KNOWN_CREDENTIALS or name.upper().endswith("_AWS_ACCESS_KEY_ID"):
        return True
    words = _split_name(name)
    if not words or not (SWITCH_WORDS | HARMLESS_WORDS).isdisjoint(words):
        return False
    return (words[-1] == "key" and OPEN_KEYS.isdisjoint(words)) or (words[-1] == "pat" and len(words) > 1)


def _split_name(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:200])
    return [word for word in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if word]


@cache
def url_password() -> re.Pattern[str]:
    """`scheme://user:password@host`, the password as group 1."""
    return re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,30}://[^\s/:@?#]{0,200}:([^\s/@?#]{1,200})@")


def is_placeholder(value: str) -> bool:
    """Whether a secret is an obvious stand-in."""
    lowered = value.strip().lower()
    return lowered in PLACEHOLDERS or lowered.startswith(("your", "<", "changeme", "change_me", "change-me", "example"))


@cache
def bare() -> re.Pattern[str]:
    """A variable without a default that says something: `$V`, `${V}`, `${V:?message}`, `${V:-}`."""
    return re.compile(r"""["']?\$(?:\w+|\{\w+(?::?\?[^{}$]*|:?-)?\})["']?""")


@cache
def _default() -> re.Pattern[str]:
    return re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]{0,200}:?-([^{}$]{1,500})\}")


@cache
def _url_default() -> re.Pattern[str]:
    """The default of a variable that is the password of a URL."""
    return re.compile(r"://[^\s/@]{0,200}:\$\{[A-Za-z_][A-Za-z0-9_]{0,200}:?-([^{}$]{1,500})\}@")


def _fallback(name: str, raw: str) -> str:
    """Literal default of the credential in a value: of all of it, or of the password in a URL."""
    found = (_default() if is_secret_name(name) and "://" not in raw else _url_default()).search(raw)
    return found[1] if found else ""


def environment(
    service: Service, node: Mapping, env_file: dict[str, Fact[str]], image_env: dict[str, Fact[str]]
) -> Iterator[Variable]:
    """Effective environment: `environment` over env files over the image's ENV.

    Args:
        service: whose it is.
        node: its merged node.
        env_file: variables of its env files by name.
        image_env: ENV of the built stage by name.
    """
    own = {entry.key.text: entry for entry in entries(node, "environment")}
    for entry in own.values():
        made = _variable(service, entry, "environment")
        yield _shadowing(made, env_file[made.name]) if made.name in env_file else made
    for name, fact in env_file.items():
        if name not in own:
            yield of_fact(service, name, fact, "env-file")
    for name, fact in image_env.items():
        if name not in own and name not in env_file:
            yield of_fact(service, name, fact, "env")


def _shadowing(variable: Variable, beneath: Fact[str]) -> Variable:
    """A variable told of the env file whose other value it replaces."""
    if beneath.span is None or beneath.unknown or variable.value.unknown or beneath.value == variable.value.value:
        return variable
    where = (*variable.value.places[:1], Place(beneath.span, "not used"))
    return variable.with_(shadows=Fact(beneath.span.path, where))


def build_args(service: Service, node: Mapping) -> Iterator[Variable]:
    """Arguments given to the build."""
    for entry in entries(node, "build", "args"):
        yield _variable(service, entry, "build-arg")


def layers(service: Service, chain: Sequence[Stage], environment: Iterable[Variable]) -> Iterator[Variable]:
    """What the built stages spell out although the container does not get it: defaults of ARG, overridden ENV.

    Args:
        service: what is built.
        chain: the built stage and what it builds upon; other stages leave nothing in the image.
        environment: its effective environment.
    """
    if not chain:
        return
    from lintstack.dockerfile.expand import Value, expand

    seen = {variable.value.span for variable in environment}
    for scope, pair, escape in _settings(chain):
        if pair.value and pair.span not in seen:
            seen.add(pair.span)
            found = expand(pair.value.text, lambda name: Value(None, f"it depends on `{name}`"), escape)
            yield of_fact(service, pair.name, Fact(found.value, (Place(pair.span),), found.unknown), scope)


def _settings(chain: Iterable[Stage]) -> Iterator[tuple[str, Pair, str]]:
    """Scope, name and value of every ARG and ENV; an ARG without default has that of the one before the first FROM."""
    from lintstack.dockerfile.syntax import pairs

    for dockerfile, stages in groupby(chain, lambda stage: stage.dockerfile):
        escape = dockerfile.escape
        defaults = {pair.name: pair for item in dockerfile.global_args for pair in pairs(item, escape)}
        for item in (item for stage in stages for item in stage.instructions if item.keyword in BUILD_SCOPES):
            for pair in pairs(item, escape):
                yield BUILD_SCOPES[item.keyword], pair if pair.value else defaults.get(pair.name, pair), escape


def _variable(service: Service, entry: Entry, scope: str) -> Variable:
    node = entry.value
    if not isinstance(node, Scalar):
        return _make(service, entry.key.text, entry.key.span, scope, Fact(), None, "")
    value = None if node.unset else text(node)
    fact = Fact(value, places(entry), unset(node))
    fallback = _fallback(entry.key.text, node.raw) if node.variables else ""
    made = _make(service, entry.key.text, node.span, scope, fact, not node.variables, fallback)
    if value is not None or node.unset:
        return made
    return made.with_(passed_through=Fact(made.name not in FROM_SHELL, (Place(entry.key.span),)))


def of_fact(service: Service, name: str, fact: Fact[str], scope: str) -> Variable:
    """A variable from a Dockerfile's ENV or ARG, or from an env file."""
    literal = bool(fact.value) and not (fact.span and "$" in fact.span.text)
    return _make(service, name, fact.span or service.span, scope, fact, literal, "")


def _make(
    service: Service, name: str, span: Span, scope: str, value: Fact[str], literal: bool | None, fallback: str
) -> Variable:
    where = value.places or (Place(span),)
    secret = is_secret(name, value.value, fallback)
    flags = Fact(False, where), Fact(True, where)
    return Variable(
        name=name,
        span=span,
        anchor=f"services.{service.name}.{scope}[{name}]",
        service=service,
        value=value,
        scope=Fact(scope, where),
        is_secret=flags[secret],
        is_literal=flags[bool(literal and value.value)],
        is_placeholder=flags[bool(secret and value.value and is_placeholder(value.value))],
        fallback=Fact(fallback, where) if fallback else ABSENT,
    )


def is_secret(name: str, value: str | None, fallback: str = "") -> bool:
    """Whether a variable is a credential, by its name and by its value.

    Args:
        name: its name.
        value: its value, None when it is not known.
        fallback: literal default of the variable that it reads.
    """
    said = value if value is not None else fallback
    if (value is not None or fallback) and (said.lower() in NOT_SECRET_VALUES or said.startswith("/")):
        return False
    return is_secret_name(name) or url_password().search(said) is not None


def secret_spans(variables: Iterable[Variable]) -> Iterator[Span]:
    """Places of secret values, for masking: the value, or the password inside a URL."""
    for variable in variables:
        if variable.is_secret.value:
            for span in _value_spans(variable):
                yield from _masked(variable.name, span)


def _value_spans(variable: Variable) -> Iterator[Span]:
    """Places of the value and of those that it replaced; of `NAME=value` in a Dockerfile what is behind the name."""
    if variable.scope.value not in ("env", *BUILD_SCOPES.values()):
        yield from (place.span for place in variable.value.places)
    elif variable.value.span:
        whole = variable.value.span
        behind = re.match(r"[^=\s]+(?:=|\s+)", whole.text)
        yield Span(whole.source, whole.start + (behind.end() if behind else 0), whole.end)


def _masked(name: str, span: Span) -> Iterator[Span]:
    if is_credential_name(name) and not bare().fullmatch(span.text):
        yield span
    for match in url_password().finditer(span.text):
        if not bare().fullmatch(match[1]):
            yield span.source.span(span.start + match.start(1), span.start + match.end(1))


def secret_places(found: Iterable[Service], dockerfiles: Iterable[Dockerfile]) -> Iterator[Span]:
    """Places that no report may print."""
    for dockerfile in dockerfiles:
        for item in (item for instruction in dockerfile.instructions for item in instruction.assignments):
            if item.value.span and (item.is_secret.value or item.names_secret.value):
                yield from _masked(item.name, item.value.span)
        source = dockerfile.parsed.source
        yield from (source.span(start, end) for _, start, end in credentials(source.text))
    for service in found:
        yield from secret_spans((*service.environment, *service.build_args, *service.layers))
        for said in (service.entrypoint, service.command, service.healthcheck.test):
            if any(word[:1] == "-" for word in said.value or ()):
                from lintstack.join.secrets import secret_words

                yield from secret_words(said)
