"""Environment variables that well-known images set, as the ENV lines of their Dockerfiles say."""

from __future__ import annotations

from lintstack.images.reference import Reference
from lintstack.named import NamedTuple

# Every variable that any version of an image sets beside PATH.
# Sources: the Dockerfiles of https://github.com/docker-library and of the distributions at https://hub.docker.com.
_ALL = {
    "scratch": "",
    "alpine": "",
    "busybox": "",
    "debian": "",
    "ubuntu": "",
    "buildpack-deps": "",
    "golang": "GOLANG_VERSION GOTOOLCHAIN GOPATH",
    "node": "NODE_VERSION YARN_VERSION NPM_CONFIG_LOGLEVEL",
    "python": """LANG GPG_KEY PYTHON_VERSION PYTHON_SHA256 PYTHON_PIP_VERSION PYTHON_SETUPTOOLS_VERSION
        PYTHON_GET_PIP_URL PYTHON_GET_PIP_SHA256 PYTHONIOENCODING""",
    "rust": "RUSTUP_HOME CARGO_HOME RUST_VERSION",
}
# Variables that images set among others.
_SOME = {
    "eclipse-temurin": "JAVA_HOME JAVA_VERSION LANG LANGUAGE LC_ALL",
    "nginx": "NGINX_VERSION NJS_VERSION NJS_RELEASE PKG_RELEASE DYNPKG_RELEASE",
    "openjdk": "JAVA_HOME JAVA_VERSION LANG",
    "php": "PHP_VERSION PHP_URL PHP_ASC_URL PHP_SHA256 PHPIZE_DEPS PHP_INI_DIR PHP_CFLAGS GPG_KEYS APACHE_CONFDIR",
    "postgres": "PG_MAJOR PG_VERSION PG_SHA256 PGDATA LANG GOSU_VERSION DOCKER_PG_LLVM_DEPS",
    "ruby": "LANG RUBY_VERSION RUBY_MAJOR RUBY_DOWNLOAD_URL RUBY_DOWNLOAD_SHA256 GEM_HOME BUNDLE_APP_CONFIG",
}


class Environment(NamedTuple):
    """Variables that an image sets.

    Attributes:
        names: those that are known.
        complete: whether there are no others.
        words: words of the image's name, upper case: variables that begin with one are likely to be its own.
    """

    names: frozenset[str] = frozenset()
    complete: bool = False
    words: frozenset[str] = frozenset()

    def may_set(self, name: str) -> bool:
        """Whether the image sets a variable, or is likely to: images called `node` set NODE_VERSION."""
        return name in self.names or (not self.complete and name.partition("_")[0] in self.words and "_" in name)


def environment(reference: Reference) -> Environment:
    """What is known of the variables of an image, whatever its tag."""
    name = reference.name
    words = frozenset(reference.repository.rpartition("/")[2].upper().replace("-", "_").replace(".", "_").split("_"))
    known = _ALL.get(name, _SOME.get(name, ""))
    return Environment(frozenset(known.split()), name in _ALL, words)
