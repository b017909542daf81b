"""Which names and values are those of credentials."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise

from lintstack.dockerfile import keyfiles
from lintstack.recognise import words_of

# Words of a name that make it a credential's, alone or as neighbours.
SECRET_WORDS = frozenset(
    """
    password passwd passphrase pass pwd pword psw secret secrets token apikey credential credentials privatekey
    secretkey
    """.split()
)
# Of these a name that ends with one is a credential's although other words speak about hosts, users or services.
SECRET_ENDS = frozenset("password passwd passphrase pwd psw secret token".split())
# A lone `TOKENS` is what a language model counts.
KEYS = frozenset({"key", "keys", "tokens"})
KEY_WORDS = frozenset(
    """
    api private secret access encryption signing master auth jwt session app cookie admin openai anthropic
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
    strategy history interval reuse rotation strength validation
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
PLACEHOLDERS = frozenset(
    """
    changeme change_me change-me changeit password passwd pass secret example test todo xxx xxxx xxxxxx fixme
    replace replaceme replace_me your_password yourpassword default none null admin root user postgres mysql
    changethis change_this supersecret topsecret letmein qwerty minioadmin minio123 elastic
    keycloak rabbitmq mongo redis neo4j 123456 12345678 123456789 1234 guest
    """.split()
)
NOT_SECRET_VALUES = frozenset({"", *"true false yes no on off none null 0 1 basic bearer digest".split()})


@lru_cache(4096)  # services of a stack, and the environments of a project, have the same names
def is_secret_name(name: str) -> bool:
    """Whether a variable's name is that of a credential: by its words, never by parts of words."""
    words = words_of(name)
    if not words or not SWITCH_WORDS.isdisjoint(words):
        return False
    if words[-1] in SECRET_ENDS or words[-1].endswith(("password", "passwd")):
        return True
    if set(words) & HARMLESS_WORDS:
        return False
    if set(words) & SECRET_WORDS or any(word in KEYS and before in KEY_WORDS for before, word in pairwise(words)):
        return True
    # NEO4J_AUTH is `user/password`, COMPOSER_AUTH_JSON a list of tokens, AUTH_DB none of it.
    return words[-1].endswith("secret") or words[-1] == "auth" or words[-2:] == ("auth", "json")


@lru_cache(4096)
def is_credential_name(name: str) -> bool:
    """Whether the name of an ARG or ENV is that of a credential; there, `DEPLOY_KEY` and `GITHUB_PAT` are too."""
    if name.upper() in keyfiles.VARIABLES:
        return False
    if is_secret_name(name) or name.lower() in KNOWN_CREDENTIALS or name.upper().endswith("_AWS_ACCESS_KEY_ID"):
        return True
    words = words_of(name)
    if not words or not (SWITCH_WORDS | HARMLESS_WORDS).isdisjoint(words):
        return False
    return (words[-1] == "key" and OPEN_KEYS.isdisjoint(words)) or (words[-1] == "pat" and len(words) > 1)


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
    return is_secret_name(name) or ("@" in said and url_password().search(said) is not None)


def is_placeholder(value: str) -> bool:
    """Whether a secret is an obvious stand-in."""
    lowered = value.strip().lower()
    return lowered in PLACEHOLDERS or lowered.startswith(("your", "<", "changeme", "change_me", "change-me", "example"))


@cache
def url_password() -> re.Pattern[str]:
    """`scheme://user:password@host`, the password as group 1.

    A password may hold signs that a URL would have to escape: an `@` before the last one; and `/`, `?` or `#` as long
    as what stands before them is no port (`http://host:80/path@x`) nor a stand-in for one. A digest is no host.
    """
    return re.compile(
        r"""[a-zA-Z][a-zA-Z0-9+.-]{1,30}://[^\s/:@?#\[]{0,200}:
            ([^\s/@?#]{1,200}(?:@[^\s/@?#,;"']{1,100}){0,3}(?=@)
            |(?!\d{0,5}[/?#]|[$<{%*\[]|\w{0,20}(?:port|PORT)[/?#])[^\s@"'`<>,;|()\\]{2,200}(?=@[\w$\[{]))
            @(?!sha(?:256|512):)""",
        re.VERBOSE,
    )


@cache
def bare() -> re.Pattern[str]:
    """A variable without a default that says something: `$V`, `${V}`, `${V:?message}`, `${V:-}`."""
    return re.compile(r"""["']?\$(?:\w+|\{\w+(?::?\?[^{}$]*|:?-)?\})["']?""")
