"""Files that hold credentials, by their names, and by what stands in them."""

from __future__ import annotations

import re
from functools import cache

from lintstack.naming import EXAMPLES

# Names of files → what they are.
NAMES = {
    **dict.fromkeys(("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"), "a private key"),
    ".netrc": "a file of passwords",
    "_netrc": "a file of passwords",
    ".pgpass": "a file of passwords",
    ".git-credentials": "a file of passwords",
    ".dockercfg": "a file of registry credentials",
    ".npmrc": "npm's configuration, which holds registry tokens",
    ".pypirc": "a file of upload passwords",
    "credentials.json": "a file of credentials",
    "client_secret.json": "a file of credentials",
    "client_secrets.json": "a file of credentials",
    "service-account.json": "the key of a service account",
    "service_account.json": "the key of a service account",
    "serviceaccount.json": "the key of a service account",
    "service-account-key.json": "the key of a service account",
    "kubeconfig": "a file of cluster credentials",
    ".vault-token": "a token",
    ".s3cfg": "a file of credentials",
}
# Ends of paths, for names that say little by themselves.
PATHS = {
    ".aws/credentials": "a file of credentials",
    ".docker/config.json": "a file of registry credentials",
    ".kube/config": "a file of cluster credentials",
    ".gem/credentials": "a file of credentials",
    ".cargo/credentials": "a file of registry credentials",
    ".cargo/credentials.toml": "a file of registry credentials",
    ".config/gcloud/application_default_credentials.json": "a file of credentials",
}
# Words of a name that make a `.env` a template.
TEMPLATES = frozenset((*EXAMPLES, "empty", "test", "ci", "schema"))
# Words of a name that make a key one that everybody may have: it signs a package archive, or is there to try things.
PUBLIC = frozenset(
    """
    pub public gpg pgp apt archive release repo repository keyring signing selfsigned snakeoil dummy fake localhost
    """.split()
)
# Words that make a `.pem` hold a key: most others are certificates.
KEYS = frozenset("key keys privkey private priv rsa".split())
# Variables that name a file of credentials.
VARIABLES = frozenset(
    """
    GOOGLE_APPLICATION_CREDENTIALS AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE HF_TOKEN_PATH KUBECONFIG NETRC PGPASSFILE
    """.split()
)
_KEY_ENDS = (".key", ".pem", ".p12", ".pfx", ".ppk", ".kdbx")
# Folders that public keys of package archives go to.
_KEYRINGS = (
    "/etc/apt/",
    "/usr/share/keyrings",
    "/etc/apk/keys",
    "/etc/pki/rpm-gpg",
    "/usr/local/share/ca-certificates",
)


def secret_kind(path: str, destination: str = "") -> str:
    """What a file most likely is, judged by its name: "a private key"; "" for anything harmless.

    Args:
        path: a path, its last component at least.
        destination: where it is copied to, "" when unknown.
    """
    lower = path.lower().rstrip("/")
    name = lower.rpartition("/")[2]
    if name in NAMES:
        return NAMES[name]
    if found := next((kind for end, kind in PATHS.items() if lower == end or lower.endswith(f"/{end}")), ""):
        return found
    if name.endswith(_KEY_ENDS):
        words = _words(name)
        harmless = words & (PUBLIC | TEMPLATES) or (name.endswith(".pem") and not words & KEYS)
        return "" if harmless or destination.startswith(_KEYRINGS) else "a private key"
    return "a file of environment variables" if is_env(name) else ""


def is_env(name: str) -> bool:
    """Whether a name is that of a `.env` which is no template: `.env`, `.env.production`, `prod.env`."""
    if name in (".env", ".envrc"):
        return True
    return name.startswith(".env.") and not _words(name) & TEMPLATES


def _words(name: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", name))


def is_private_key(text: str) -> bool:
    """Whether a text is a private key, or holds one."""
    return _private_key().search(text) is not None


@cache
def _private_key() -> re.Pattern[str]:
    return re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY")


@cache
def _token() -> re.Pattern[str]:
    """A credential that is written out in the file of a package manager; a variable in its place is none."""
    return re.compile(r"""(?im)^[^#;\n]{0,400}?(?:_authtoken|_auth|password)[ \t]*[=:][ \t]*(?!["']?\$)["']?[^\s"']""")


def holds_secret(name: str, text: str) -> bool:
    """Whether a file that could be read holds what its name promises; `.env` and others always do.

    Args:
        name: its base name.
        text: what it says.
    """
    lower = name.lower()
    if lower.endswith((".key", ".pem")) or lower.startswith("id_"):
        return is_private_key(text)
    if lower in (".npmrc", ".pypirc"):
        return _token().search(text) is not None
    return True
