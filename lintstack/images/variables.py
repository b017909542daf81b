"""Environment variables that well-known images set, as the ENV lines of their Dockerfiles say."""

from __future__ import annotations

from lintstack.images.reference import Reference
from lintstack.named import NamedTuple

# Every variable that any version of an image sets beside PATH, its tags for Windows included. Sources: the Dockerfiles
# and templates, of today and of the oldest tags, of https://github.com/docker-library (golang, python, ruby,
# buildpack-deps), https://github.com/nodejs/docker-node and https://github.com/rust-lang/docker-rust, and what the
# images themselves say: https://github.com/docker-library/repo-info.
_ALL = {
    "scratch": "",
    "alpine": "",
    "busybox": "",
    "debian": "",
    "ubuntu": "",
    "buildpack-deps": "",
    "golang": """GOLANG_VERSION GOTOOLCHAIN GOPATH GOLANG_DOWNLOAD_URL GOLANG_DOWNLOAD_SHA1 GOLANG_DOWNLOAD_SHA256
        GOLANG_SRC_URL GOLANG_SRC_SHA1 GOLANG_SRC_SHA256 GOLANG_BOOTSTRAP_VERSION GOLANG_BOOTSTRAP_URL
        GOLANG_BOOTSTRAP_SHA1 GIT_VERSION GIT_TAG GIT_DOWNLOAD_URL GIT_DOWNLOAD_SHA256""",
    "node": "NODE_VERSION YARN_VERSION NPM_VERSION NPM_CONFIG_LOGLEVEL",
    "python": """LANG GPG_KEY PYTHON_VERSION PYTHON_RELEASE PYTHON_SHA256 PYTHON_PIP_VERSION PYTHON_SETUPTOOLS_VERSION
        PYTHON_GET_PIP_URL PYTHON_GET_PIP_SHA256 PYTHONIOENCODING""",
    "ruby": """LANG RUBY_VERSION RUBY_MAJOR RUBY_DOWNLOAD_URL RUBY_DOWNLOAD_SHA256 RUBYGEMS_VERSION BUNDLER_VERSION
        GEM_HOME BUNDLE_PATH BUNDLE_BIN BUNDLE_SILENCE_ROOT_WARNING BUNDLE_APP_CONFIG""",
    "rust": "RUSTUP_HOME CARGO_HOME RUST_VERSION",
}
# Variables that images set among others, from their Dockerfiles at https://github.com/adoptium/containers,
# https://github.com/caddyserver/caddy-docker, https://github.com/nginx/docker-nginx and, for the rest,
# https://github.com/docker-library.
_SOME = {
    "caddy": "CADDY_VERSION XDG_CONFIG_HOME XDG_DATA_HOME",
    "eclipse-temurin": "JAVA_HOME JAVA_VERSION LANG LANGUAGE LC_ALL",
    "mongo": "GOSU_VERSION JSYAML_VERSION GPG_KEYS MONGO_PACKAGE MONGO_REPO MONGO_MAJOR MONGO_VERSION",
    "mysql": "GOSU_VERSION MYSQL_MAJOR MYSQL_VERSION MYSQL_SHELL_VERSION",
    "nginx": "NGINX_VERSION NJS_VERSION NJS_RELEASE PKG_RELEASE DYNPKG_RELEASE",
    "openjdk": "JAVA_HOME JAVA_VERSION LANG",
    "php": """PHP_VERSION PHP_URL PHP_ASC_URL PHP_SHA256 PHPIZE_DEPS PHP_INI_DIR PHP_CFLAGS PHP_CPPFLAGS PHP_LDFLAGS
        GPG_KEYS APACHE_CONFDIR APACHE_ENVVARS""",
    "postgres": "PG_MAJOR PG_VERSION PG_SHA256 PGDATA LANG GOSU_VERSION DOCKER_PG_LLVM_DEPS",
    "rabbitmq": """ERLANG_INSTALL_PATH_PREFIX OPENSSL_INSTALL_PATH_PREFIX RABBITMQ_DATA_DIR RABBITMQ_VERSION
        RABBITMQ_PGP_KEY_ID RABBITMQ_HOME HOME LANG LANGUAGE LC_ALL""",
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
    # Tags such as `node:8-onbuild` carry instructions of their own, ENV among them.
    return Environment(frozenset(known.split()), name in _ALL and "onbuild" not in reference.tag, words)
