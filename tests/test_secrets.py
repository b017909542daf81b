"""What looks like a credential in a line of any file, and what is never printed because of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintstack.join.secret_names import is_placeholder, is_secret, is_secret_name, url_password
from lintstack.join.secrets import concealed, hidden_words, scrubbed, secret_texts, values
from lintstack.source import Source
from tests import clock
from tests.stack import lint


@pytest.mark.parametrize(
    "name",
    [
        *("DB_PASSWORD", "dbPassword", "API_KEY", "apiKey", "TOKEN", "MYSQL_PWD", "PGPASSWORD", "client-secret"),
        *("AUTH", "API_KEYS", "INIT_FRONTEND_API_TOKENS", "AZURE_OPENAI_KEY", "ADMIN_KEY"),
        *("PAPERLESS_DBPASS", "DB_ENC_KEY", "VAULT_ENC_KEY", "PG_META_CRYPTO_KEY", "FERNET_KEY", "UNSEAL_KEY"),
        *("SERVICE_ROLE_KEY", "SUPABASE_SERVICE_KEY", "AzureStorageAccountKey", "AZURE_STORAGE_KEY", "TOTP_VAULT_KEY"),
    ],
)
def test_names_of_credentials(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD_FILE",
        "TOKEN_TTL",
        "MAX_TOKENS",
        "OUTPUT_TOKENS",
        "AUTHORIZED_KEYS",
        "REDIS_KEYS",
        "TOKENIZER",
        "KEY",
        "PUBLIC_KEY",
        "COMPASS",
        "BYPASS_CACHE",
        "AUTH_ENABLED",
        "ACCESS_KEY_ID",
        "AUTHENTICATION_APIKEY_USERS",
        "CACHE_KEY",
        "ENC_KEY_ID",
        "ENC_KEY_NAME",
        "FOREIGN_KEY",
        "GCP_KMS_CRYPTO_KEY",
        "IDEMPOTENCY_KEY",
        "PARTITION_KEY",
        "PRIMARY_KEY",
        "SERVER_KEY",
        "SERVICE_ROLE_KEY_PATH",
        "SORT_KEY",
        "STORAGE_KEY",
        "ONEPASS",
        "",
        "_",
    ],
)
def test_names_that_only_sound_like_it(name: str) -> None:
    assert not is_secret_name(name)


RANDOM = "lYkiYYT6owG" + "+71oLerGzA7GXCgOT++6ovaezWAjpCjf"  # no scanner of repositories is to take it for one


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVER_KEY", RANDOM),
        ("SERVICE_KEY", "0a9b8c7d" * 4),
        ("STORAGE_KEY", f"{RANDOM}=="),
        ("VAULT_KEY", "eyJ" + f"{RANDOM[:10]}.{RANDOM[:10]}.{RANDOM[:10]}"),
        ("MAXMIND_LICENSE_KEY", RANDOM[:24]),
        ("ConnectionStrings__Db", "Server=db;User Id=sa;Password=Pass@word;Encrypt=False"),
        ("DSN", "host=db user=app password=Pass@word dbname=shop"),
        ("JDBC_URL", "jdbc:mysql://db/shop?user=app&password=granite"),
        ("JDBC_URL", "jdbc:sqlserver://db;user=sa;password=granite moss"),
        ("ODBC", "Driver={ODBC Driver 18};Server=db;Uid=sa;Pwd = 'granite'"),
        ("BUS", "Endpoint=sb://bus/;SharedAccessKeyName=Root;SharedAccessKey=granite="),
    ],
)
def test_values_that_are_credentials(name: str, value: str) -> None:
    assert is_secret(name, value)
    assert is_secret(name, None, value)
    assert is_secret(name, value, "none")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVER_KEY", "./certs/server.key"),
        ("SERVER_KEY", "server.key"),
        ("SERVER_KEY", "main-server-2"),
        ("SERVER_KEY", "certs/Production2/Server1"),
        ("SERVICE_KEY", "BillingService2ProductionWestEurope"),
        ("SERVICE_KEY", "9554F04D7259F04124DE6B476D5A82AC7E37093B"),
        ("STORAGE_KEY", "3f2b8c1e-0a9b-4c7d-8e6f-1a2b3c4d5e6f"),
        ("SERVER_PUBLIC_KEY", RANDOM),
        ("ENCRYPTION_KEY", "../keys/encryption.pem"),
        ("ConnectionStrings__Db", "Server=db;Integrated Security=true;Encrypt=False"),
        ("ConnectionStrings__Db", "Server=db;User Id=sa;Password=;Encrypt=False"),
        ("ConnectionStrings__Db", "Server=db;User Id=sa;Password={password};Encrypt=False"),
        ("DSN", "host=db user=app password= dbname=shop"),
        ("HINT", "password=granite"),
        ("URL", "https://example.com/login?password=required"),
    ],
)
def test_values_that_are_none(name: str, value: str) -> None:
    assert not is_secret(name, value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *(("changeme", True), ("Change_Me_now", True), ("<token>", True), ("your-key", True), ("k3-Birch", False)),
        *(("Server=db;Uid=sa;Pwd=changeme;", True), ("Server=db;Uid=sa;Pwd=k3-Birch;", False)),
    ],
)
def test_placeholders(value: str, expected: bool) -> None:
    assert is_placeholder(value) is expected


LINES: list[tuple[str, list[str]]] = [
    ("DB_PASSWORD: hunter2", ["hunter2"]),
    ("  DB_PASSWORD:   'hun ter2'  # why", ["'hun ter2'"]),
    ("DB_PASSWORD: hunter2 # why", ["hunter2"]),
    ("- DB_PASSWORD=hunter2", ["hunter2"]),
    ('- "DB_PASSWORD=hunter2"', ["hunter2"]),
    ('["DB_PASSWORD=hun ter2", "A=b"]', ["hun ter2"]),
    ('{"DB_PASSWORD": "hunter2", "A": "b"}', ['"hunter2"']),
    ("{DB_PASSWORD: hunter2, A: b}", ["hunter2"]),
    ("{A: b, DB_PASSWORD: hunter2}", ["hunter2"]),
    ("DB_PASSWORD: 'open", ["'open"]),
    ('"DB_PASSWORD=open', ["open"]),
    ("ENV DB_PASSWORD hunter2", ["hunter2"]),
    ("ARG NPM_TOKEN=hunter2", ["hunter2"]),
    ("RUN echo PASSWORD hunter2", []),
    ("redis-server --requirepass hunter2 --port 1", ["hunter2"]),
    ('command: ["redis-server", "--requirepass", "hunter2"]', ['"hunter2"']),
    ("mysql --password=hunter2 db", ["hunter2"]),
    ("URL: postgres://app:hunter2@db/x", ["hunter2"]),
    ("URL: postgres://app@db/x", []),
    ("URL: postgres://app:hun/ter2@db/x", ["hun/ter2"]),
    ("URL: postgres://app:hun?te#r2@db/x", ["hun?te#r2"]),
    ("URL: postgres://app:hun@ter2@db/x", ["hun@ter2"]),
    ("URL: redis://:hun/ter2@cache:6379/0", ["hun/ter2"]),
    ("URL: amqp://a:hunter2@b,amqp://c:hunter3@d", ["hunter2", "hunter3"]),
    ("URL: http://host/path@x", []),
    ("URL: http://host:8080/path@x", []),
    ("URL: http://host:8080/a?mail=b@c.example", []),
    ("URL: http://host:/path@x", []),
    ("URL: http://host:${PORT:-80}/path@x", []),
    ("URL: http://host:PORT/path@x", []),
    ("URL: http://host:{port}/path@x", []),
    ("URL: http://[::1]:80/path@x", []),
    ("URL: docker-image://alpine:3.20@sha256:0123", []),
    ("secrets: [db_password]", []),
    ("secret: x", []),
    ("PASSWORD_FILE: /run/secrets/x", []),
    ("PASSWORD: /run/secrets/x", []),
    ("PASSWORD: true", []),
    ("PASSWORD:", []),
    ("DB_PASSWORD: ${P}", []),
    ("DB_PASSWORD: $P", []),
    ("DB_PASSWORD: '${P}'", []),
    ("{DB_PASSWORD: $P, A: b}", []),
    ("JWT_SECRET: ${JWT_SECRET:?}", []),
    ("JWT_SECRET: ${JWT_SECRET:?set it, or not}  # why", []),
    ("JWT_SECRET: '${JWT_SECRET?set it}'", []),
    ("- JWT_SECRET=${JWT_SECRET:?must be set}", []),
    ('["JWT_SECRET=${JWT_SECRET:?must be set}", "A=b"]', []),
    ("{JWT_SECRET: ${JWT_SECRET:?a}, A: b}", []),
    ("JWT_SECRET: ${JWT_SECRET:-}", []),
    ("JWT_SECRET: ${S:-hunter2}", ["${S:-hunter2}"]),
    ("JWT_SECRET: ${S:-hun ter2} # why", ["${S:-hun ter2}"]),
    ("JWT_SECRET: ${USER}hunter2", ["${USER}hunter2"]),
    ("JWT_SECRET: ${S", ["${S"]),
    ("URL: postgres://app:${P}@db", []),
    ("URL: postgres://app:${P:?}@db", []),
    ("nothing of the kind", []),
    (rf"SERVER_KEY: {RANDOM}", [RANDOM]),
    (f"SERVER_KEY: ${{KEY:-{RANDOM}}}", [f"${{KEY:-{RANDOM}}}"]),
    ("SERVER_KEY: main-server-2", []),
    ("A: host=db user=app password=hunter2 dbname=x", ["hunter2", "hunter2"]),
    ("A: '${A:-Server=db;Uid=sa;Pwd=hunter2}'", ["hunter2", "hunter2"]),
    (r'''command: "redis-server --requirepass \"$PW\""''', []),
    (r"""command: ["sh", "-c", "redis-server --requirepass \"$PW\""]""", []),
    (r'''command: "redis-server --requirepass \"\""''', []),
    (r'''command: "redis-server --requirepass \"hun ter2\" --save 1"''', [r"""\"hun ter2\""""]),
    (r'''test: "redis-cli -a \"$PW\" ping"''', []),
    (r'''test: "redis-cli -a \"hun ter2\" ping"''', [r"""\"hun ter2\""""]),
    (r'''A: "{\"password\": \"hunter2\"}"''', [r"""\"hunter2\""""]),
    ("- ADMIN=${ADMIN_PASSWORD:-hunter2}", ["hunter2"]),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_credentials_in_a_line(line: str, expected: list[str]) -> None:
    assert [line[start:end] for start, end in secret_texts(line)] == expected


@pytest.mark.parametrize("part", ["a://b:", "://:/", "@a", "aa://x:a/", "aa://u:p@", "a"])
def test_passwords_in_urls_are_found_in_linear_time(part: str) -> None:
    text = "aa://u:" + part * 100_000
    started = clock.start()
    assert sum(1 for _ in url_password().finditer(text)) <= 100_000
    assert clock.stop(started) < 5


def test_credentials_of_files_are_replaced_wherever_they_turn_up() -> None:
    sources = [Source(".env", "DB_PASSWORD=hunter2-canary\nPIN_TOKEN=1234\nMODE=fast\n"), Source("x", "no hint\n")]
    known = values(sources, ["other-canary"])
    assert known == {"hunter2-canary", "other-canary"}
    assert scrubbed("x hunter2-canary y other-canary fast", known) == "x *** y *** fast"
    assert scrubbed("--token=abc and API_KEY=def!", ()) == "--token=*** and API_KEY=***"


SHORT_OPTIONS: list[tuple[str, str]] = [
    ("RUN mysql -uroot -phunter2 -e x", "RUN mysql -uroot -p*** -e x"),
    ("mysqladmin ping -h db -p'hun ter2'", "mysqladmin ping -h db -p***"),
    ("mariadb-dump --opt -phunter2 db", "mariadb-dump --opt -p*** db"),
    ('test: ["CMD", "redis-cli", "-a", "hunter2", "ping"]', 'test: ["CMD", "redis-cli", "-a", "***", "ping"]'),
    ("valkey-cli -h a -a hunter2 ping", "valkey-cli -h a -a *** ping"),
    ("curl -fsS -u admin:hunter2 http://x", "curl -fsS -u admin:*** http://x"),
    ("curl -sSu admin:hunter2 http://x", "curl -sSu admin:*** http://x"),
    ("curl --user 'admin:hunter2' http://x", "curl --user 'admin:***' http://x"),
    ("curl --user=admin:hunter2 http://x", "curl --user=admin:*** http://x"),
    ("docker login -u me -p hunter2 ghcr.io", "docker login -u me -p *** ghcr.io"),
    ("sshpass -phunter2 ssh a", "sshpass -p*** ssh a"),
    ("mongosh -u a -p hunter2 --eval 1", "mongosh -u a -p *** --eval 1"),
    ("sqlcmd -S a -U sa -P hunter2 -Q 1", "sqlcmd -S a -U sa -P *** -Q 1"),
    ("PGPASSWORD=hunter2 psql -c 1", "PGPASSWORD=*** psql -c 1"),
    ("/usr/bin/mysql -phunter2", "/usr/bin/mysql -p***"),
    ("redis-cli -a hunter2 ping; redis-cli -a hunter3 ping", "redis-cli -a *** ping; redis-cli -a *** ping"),
]
OTHER_FORMS: list[tuple[str, str]] = [
    ("RUN echo 'root:hunter2' | chpasswd", "RUN echo 'root:***' | chpasswd"),
    ('echo "app:hunter2"|sudo chpasswd', 'echo "app:***"|sudo chpasswd'),
    ("echo hunter2 | passwd root --stdin", "echo *** | passwd root --stdin"),
    ("printf hunter2 | docker login -u me --password-stdin", "printf *** | docker login -u me --password-stdin"),
    ("useradd -m -p hunter2 app", "useradd -m -p *** app"),
    ("usermod -p 'hun ter2' app", "usermod -p *** app"),
    ("curl -H 'Authorization: Bearer hunter2' http://x", "curl -H 'Authorization: Bearer ***' http://x"),
    ("machine x.org login me password hunter2", "machine x.org login me password ***"),
    ("aws configure set aws_secret_access_key hunter2", "aws configure set aws_secret_access_key ***"),
]
NO_SECRETS = [
    "mysql -p db",
    "mysql --port 3306 -h db",
    "mkdir -p /var/lib/mysql && ls -a x",
    "mysql -h db && mkdir -phunter2",
    "redis-cli -h db ping",
    "redis-cli -a $PASS ping",
    "mysql -p${PASS} x",
    "curl -u $USER:$PASS http://x",
    "curl -fsSL http://example.com:80/x -o x",
    "apk add curl && adduser -u 1000:1000 app",
    "docker run -p 80:80 nginx",
    "docker login -u me --password-stdin",
    "unzip -p x.zip y",
    "echo done | tee /x/passwd",
    "echo $PASS | chpasswd",
    "useradd -m app",
    "aws configure set region eu-west-1",
    "curl -H 'Authorization: Bearer $PASS' http://x",
]


@pytest.mark.parametrize(("line", "masked"), SHORT_OPTIONS + OTHER_FORMS)
def test_passwords_behind_short_options(line: str, masked: str) -> None:
    assert scrubbed(line, ()) == masked


@pytest.mark.parametrize("line", NO_SECRETS)
def test_short_options_that_take_something_else(line: str) -> None:
    assert scrubbed(line, ()) == line


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["redis-cli", "-a", "hunter2", "ping"], ["redis-cli", "-a", "***", "ping"]),
        (["mysql", "-uroot", "-phunter2"], ["mysql", "-uroot", "-p***"]),
        (["curl", "-u", "a:hunter2", "x"], ["curl", "-u", "a:***", "x"]),
        (["redis-server", "--requirepass", "hunter2"], ["redis-server", "--requirepass", "***"]),
        (["nginx", "-g", "daemon off;"], ["nginx", "-g", "daemon off;"]),
        ([], []),
    ],
)
def test_words_of_a_command(words: list[str], expected: list[str]) -> None:
    assert hidden_words(words) == expected


MESSAGES = [
    ("`https://u:hunter2@x.org/a` is no image", "`https://u:***@x.org/a` is no image"),
    ("image `https://u:hunter2` decides", "image `https://u:***` decides"),
    ("image `http://registry:5000` is pulled", "image `http://registry:5000` is pulled"),
    ("`API_TOKEN=hunter2` is no path; write `API_TOKEN=hunter2/`", "`API_TOKEN=***` is no path; write `API_TOKEN=***`"),
    ("write `ENV PASSWORD=…`, or `PASSWORD=`", "write `ENV PASSWORD=…`, or `PASSWORD=`"),
    ("`PASSWORD=$P` is `token`", "`PASSWORD=$P` is `token`"),
    ("token gh" + "p_" + "a1B2" * 9 + " is there", "token *** is there"),
]


@pytest.mark.parametrize(("message", "shown"), MESSAGES)
def test_messages_conceal_credentials(message: str, shown: str) -> None:
    assert concealed(message) == shown


@pytest.mark.parametrize(
    "unit",
    [
        "password ",
        "PASSWORD=${",
        "${A_TOKEN:-x ",
        "pwd=",
        "host=;pwd=",
        "{a_token: ",
        "'a_token','",
        '"a_token": "',
        "echo a:",
    ],
)
def test_many_names_on_a_line_cost_little(unit: str) -> None:
    started = clock.start()
    list(secret_texts((unit * 20_000)[:65_536]))
    assert clock.stop(started) < 0.5


@pytest.mark.parametrize(
    "text", ["redis-cli ", "curl -u ", 'mysql "', "mongo -p'", "docker login ", 'mysql -p"', "a:b "]
)
def test_long_lines_cost_little(text: str) -> None:
    started = clock.start()
    list(secret_texts(("curl -x " + text * 20_000)[:65_536]))
    assert clock.stop(started) < 2


def test_a_credential_on_a_line_of_its_own_is_masked_in_frames(tmp_path: Path) -> None:
    compose = """
        services:
          a:
            image: redis
            healthcheck:
              test:
                - CMD
                - redis-cli
                - -a
                - canary-hunter2
                - ping
              interval: 1s
            command:
              - redis-server
              - --requirepass
              - canary-hunter3
              - --save
    """
    stack = lint(tmp_path, {"compose.yaml": compose}).stacks[0]
    assert {"canary-hunter2", "canary-hunter3"} <= {span.text for span in stack.secrets}
