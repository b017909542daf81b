"""Which names and values are those of credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise

from lintstack.dockerfile import keyfiles
from lintstack.join.credentials import credentials
from lintstack.recognise import words_of

# Words of a name that make it a credential's, alone or as neighbours.
SECRET_WORDS = frozenset(
    """
    password passwd passphrase pass pwd pword psw secret secrets token apikey credential credentials privatekey
    secretkey
    """.split()
)
# Of these a name that ends with one is a credential's although other words speak about hosts, users or services; so it
# is with `DBPASS`, which is one word, as `COMPASS` is.
SECRET_ENDS = frozenset(
    """
    password passwd passphrase pwd psw secret token adminpass authpass bindpass dbpass dbpwd ftppass keypass ldappass
    mailpass mysqlpass redispass rootpass smtppass sqlpass sshpass storepass
    """.split()
)
# A lone `TOKENS` is what a language model counts.
KEYS = frozenset({"key", "keys", "tokens"})
KEY_WORDS = frozenset(
    """
    api private secret access encryption signing master auth jwt session app cookie admin openai anthropic
    aes cipher crypt crypto decryption enc encrypt fernet hmac otp totp unseal
    """.split()
)
# Ends of names that are those of keys although their words by themselves speak about something else.
KEY_ENDS = (
    "azure storage key",
    "service role key",
    "storage account key",
    "supabase service key",
    "totp vault key",
)
# Words before a last `key` that leave open whether it opens a door, names an entry or is known to everybody: the value
# decides.
MAYBE_KEYS = frozenset("account backup daemon licence license server service storage vault".split())
# Words that make it something about a credential instead: where it lies, how long it lives, who it belongs to.
HARMLESS_WORDS = frozenset(
    """
    file path dir directory version public url uri host hostname port name user username id length size expiry
    expires expiration expire ttl lifetime enabled disabled enable disable algorithm alg header type policy min max
    timeout count limit required require method mode realm domain issuer audience provider salt rounds cost field
    prefix suffix format location mount backend driver class scheme callback endpoint service source check reset
    allow empty random hash hashed hasher hashers age days hours minutes seconds server role group dummy through
    strategy history interval reuse rotation strength validation users usernames emails
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
    apt cache foreign gpg idempotency index lookup object partition pgp primary publishable repo repository routing rpm
    search shard site sort translation unique verification yum
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
STAND_INS = ("your", "<", "changeme", "change_me", "change-me", "example")  # beginnings of what is to be replaced
# Pairs of which a connection string has one beside its password, and the beginning of another kind.
_PARTS = "server,host,hostname,data source,datasource,addr,address,endpoint,accountname,user,user id,userid,uid,"
_PARTS += "username,driver,database,dbname,initial catalog"
CONNECTION_PARTS = (*(f"{name}=" for name in _PARTS.split(",")), "jdbc:")
LATER = ("$", "%", "<", "{", "*", "[")  # how what something else puts there begins
CHANGES = 0.45  # of the signs of a random text are of another kind than the one before, 0.62 of them as a rule
KEY_FILES = (".cer", ".crt", ".jks", ".key", ".p12", ".pem", ".pfx", ".pub")
NOT_SECRET_VALUES = frozenset({"", *"true false yes no on off none null 0 1 basic bearer digest".split()})
LONGEST_WORD = max(map(len, NOT_SECRET_VALUES))


@lru_cache(4096)  # services of a stack, and the environments of a project, have the same names
def is_secret_name(name: str) -> bool:
    """Whether a variable's name is that of a credential: by its words, never by parts of words."""
    words = words_of(name)
    if not words or not SWITCH_WORDS.isdisjoint(words):
        return False
    if words[-1] in SECRET_ENDS or words[-1].endswith(("password", "passwd")):
        return True
    if words[-1] == "key" and " ".join(words[-3:]) in KEY_ENDS:
        return True
    if set(words) & HARMLESS_WORDS:
        return False
    if set(words) & SECRET_WORDS or _is_key(words):
        return True
    # NEO4J_AUTH is `user/password`, COMPOSER_AUTH_JSON a list of tokens, AUTH_DB none of it.
    return words[-1].endswith("secret") or words[-1] == "auth" or words[-2:] == ("auth", "json")


def _is_key(words: tuple[str, ...]) -> bool:
    """Whether a word says what a key is for; `KMS_CRYPTO_KEY` names one that its service keeps."""
    before = {one for one, word in pairwise(words) if word in KEYS and one in KEY_WORDS}
    return bool(before) and not ("kms" in words and before <= {"crypto", "encryption"})


@lru_cache(4096)
def may_be_key_name(name: str) -> bool:
    """Whether a name is that of a key of which only the value tells whether it is a credential: `SERVER_KEY`."""
    words = words_of(name)
    if len(words) < 2 or words[-1] != "key" or words[-2] not in MAYBE_KEYS:
        return False
    return (SWITCH_WORDS | (HARMLESS_WORDS - MAYBE_KEYS) | OPEN_KEYS).isdisjoint(words)


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
    if (value is not None or fallback) and is_harmless(said):
        return False
    if is_secret_name(name):
        return True
    return bool((value and holds_secret(name, value)) or (fallback and holds_secret(name, fallback)))


def is_harmless(value: str) -> bool:
    """Whether it is a switch, or where a file lies: no credential, whatever its name says."""
    if value.startswith(("/", "./", "../")) or value.endswith(KEY_FILES):
        return True
    return len(value) <= LONGEST_WORD and value.lower() in NOT_SECRET_VALUES


def holds_secret(name: str, value: str) -> bool:
    """Whether a value of a name that does not tell is a credential, or holds one: a password with a host."""
    if "@" in value and url_password().search(value) is not None:
        return True
    return bool(connection_password(value)) or (may_be_key_name(name) and is_random(value))


def is_random(value: str) -> bool:
    """Whether a value is made by chance: 32 hexadecimal digits or more, mixed letters and digits, or a marked token.

    Forty upper-case digits are the fingerprint of a key that everybody may have; a UUID is a name.
    """
    if _uuid().fullmatch(value):
        return False
    if _hexadecimal().fullmatch(value):
        return not value.isdigit() and not value.isalpha() and not (len(value) == 40 and value.isupper())
    if _mixed().fullmatch(value):
        kinds = ["0" if char.isdigit() else char.islower() for char in value if char.isalnum()]
        changes = sum(one != other for one, other in pairwise(kinds))
        return kinds.count("0") > 1 and changes >= CHANGES * len(kinds)
    return any(start == 0 and end == len(value) for _, start, end in credentials(value))


@cache
def _hexadecimal() -> re.Pattern[str]:
    return re.compile(r"[0-9a-f]{32,512}|[0-9A-F]{32,512}")


@cache
def _uuid() -> re.Pattern[str]:
    return re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@cache
def _mixed() -> re.Pattern[str]:
    """Characters of base64 and base64url."""
    return re.compile(r"[A-Za-z0-9+/_-]{20,4096}={0,2}")


def is_placeholder(value: str) -> bool:
    """Whether a secret, or the password in a connection string, is an obvious stand-in."""
    lowered = (connection_password(value) or value).strip("\"' \t\r\n").lower()
    return lowered in PLACEHOLDERS or ("://" not in lowered and lowered.startswith(STAND_INS))


def connection_password(value: str) -> str:
    """The password that a connection string spells out, "" for none."""
    if "=" not in value:
        return ""
    return next((value[start:end] for start, end in connection_passwords(value)), "")


def connection_passwords(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of a text that are passwords in `Server=…;Password=…;`, `jdbc:…?user=…&password=…`, `host=… password=…`.

    Args:
        text: a value, or a line that holds one.
    """
    lower = text.lower()
    if "=" not in text or not any(word in lower for word in ("password", "pwd", "accesskey", "accountkey")):
        return
    if any(part in re.sub(r"[ \t]{0,9}=", "=", lower) for part in CONNECTION_PARTS):
        for found in _connection().finditer(text):
            if not found[1].startswith(LATER) and not is_harmless(found[1].strip("\"'")):
                yield found.span(1)


@cache
def _connection() -> re.Pattern[str]:
    """A password among the pairs of a connection string, to the sign or the name behind it."""
    return re.compile(
        r"""(?:^|[;?&\s"'])(?:password|pwd|accountkey|sharedaccesskey)[ \t]{0,9}+=
            (?:[ \t]{1,9}+(?![a-z_]{1,20}=[^=;&\s"'])|(?![ \t]))
            ("[^"]{1,200}"|'[^']{1,200}'|[^;&"'}]{1,200}?(?=[;&"'}]|[ \t]{1,9}[a-z_]{1,20}=|[ \t\r\n]*$))""",
        re.VERBOSE | re.IGNORECASE,
    )


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
def defaults() -> re.Pattern[str]:
    """A variable with a literal default, which is group 1: `${V:-text}`, `${V-text}`."""
    return re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]{0,200}:?-([^{}$]{1,500})\}")


@cache
def bare() -> re.Pattern[str]:
    """A variable without a default that says something: `$V`, `${V}`, `${V:?message}`, `${V:-}`."""
    return re.compile(r"""(?:\\?["'])?\$(?:\w+|\{\w+(?::?\?[^{}$]*|:?-)?\})(?:\\?["'])?""")
