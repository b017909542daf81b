"""Texts that are credentials by their own form, and names of ARG and ENV that are those of one."""

from __future__ import annotations

import pytest

from lintstack.join.credentials import credentials
from lintstack.join.secret_names import is_credential_name
from lintstack.join.secrets import secret_texts
from tests import clock

MIXED = "9fQ2kZp7Lx4Vt8Rw3Ny6Bm1Hs5Jd0Ga2CeUqTb7Wc9Xd1Ye3Zf5Ag7Bh9Ci1Dj3Ek5Fl7Gm9Hn1Io3Jp5Kq7Lr9Ms"
LETTERS = "kZpLxVtRwNyBmHsJdGaCeUqTbWcXdYeZfAgBh"
# Put together here, so that no scanner of repositories takes them for real ones.
FORMS = {
    "an AWS access key": "AK" + "IAZ3QK7WPL5MXD2VRT",
    "a GitHub token": "gh" + f"p_{MIXED[:36]}",
    "a GitLab token": "gl" + f"pat-{MIXED[:20]}",
    "a Slack token": "xo" + "xb-2048-4096-abcdef",
    "a Slack webhook": "hooks.slack" + f".com/services/T{MIXED[:8]}/B{MIXED[:8]}/{MIXED[:24]}",
    "a Google API key": "AI" + f"za{MIXED[:35]}",
    "a Stripe key": "sk" + f"_live_{MIXED[:24]}",
    "an npm token": "np" + f"m_{MIXED[:36]}",
    "a PyPI token": "py" + f"pi-AgEI{MIXED[:60]}",
    "a SendGrid key": "SG" + f".{MIXED[:22]}.{MIXED[:43]}",
    "a Hugging Face token": "hf" + f"_{LETTERS[:34]}",
    "an OpenAI key": "sk" + f"-proj-{MIXED[:30]}T3BlbkFJ{MIXED[:30]}",
    "an Anthropic key": "sk" + f"-ant-api03-{MIXED[:90]}",
    "a DigitalOcean token": "do" + f"p_v1_{'0a9b8c7d' * 8}",
    "a Docker Hub token": "dc" + f"kr_pat_{MIXED[:27]}",
    "a RubyGems key": "ruby" + f"gems_{'0a9b8c7d' * 6}",
    "a Shopify token": "shp" + f"at_{'0a9b8c7d' * 4}",
    "a Grafana token": "gl" + f"sa_{MIXED[:32]}_0a9b8c7d",
    "a Vault token": "hv" + f"s.{MIXED}{MIXED}",
    "an Azure storage key": f"{MIXED[:86]}==",
    "an AWS secret key": MIXED[:40],
    "a JSON web token": f"eyJ{MIXED[:20]}.eyJ{MIXED[:20]}.{MIXED[:20]}",
    "a password in a URL": "correct-horse",
    "a private key": f"-----BEGIN RSA PRIVATE KEY-----\n{MIXED[:64]}\n",
}
AROUND = {
    "an Azure storage key": "Account" + "Key={};Endpoint=x",
    "an AWS secret key": "aws_secret" + '_access_key = "{}"',
    "a password in a URL": "https://ci:{}@example.com/shop.git",
    "a private key": "{}-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("what", FORMS)
def test_each_form_is_found_where_it_stands(what: str) -> None:
    value = FORMS[what]
    text = "RUN ./upload.sh " + AROUND.get(what, "{}").format(value) + " --now"
    assert [(told, text[start:end]) for told, start, end in credentials(text)] == [(what, value)]


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("a GitHub token", "gh" + f"s_123456_eyJ{MIXED[:30]}.{MIXED[:60]}.{MIXED[:40]}"),
        ("a GitHub token", "github" + f"_pat_{MIXED[:22]}_{MIXED[:59]}"),
        ("a GitLab token", "gl" + f"rtr-{MIXED[:20]}"),
        ("a GitLab token", "gl" + f"ffct-{MIXED[:20]}"),
        ("a Slack token", "xa" + f"pp-1-A0B1C2D3E4F-1234509876-{'0a9b8c7d' * 8}"),
        ("a Slack token", "xo" + f"xp-12345098761-12345098762-12345098763-{'0a9b8c7d' * 4}"),
        ("a Slack token", "xo" + f"xa-2-{MIXED[:30]}"),
        ("a PyPI token", "py" + f"pi-AgEN{MIXED[:60]}"),
        ("a Docker Hub token", "dc" + f"kr_oat_{MIXED[:32]}"),
        ("a Vault token", "hv" + f"b.{MIXED}{MIXED}"),
        ("a JSON web token", f"eyJ{MIXED[:20]}.eyAg{MIXED[:20]}.{MIXED[:20]}"),
        ("a JSON web token", f"eyJ{MIXED[:20]}.{MIXED[:20]}.{MIXED[:20]}"),
    ],
)
def test_other_forms_of_the_same_owners(what: str, value: str) -> None:
    text = f"ENV X={value}"
    assert [(told, text[start:end]) for told, start, end in credentials(text)] == [(what, value)]


@pytest.mark.parametrize("what", [what for what in FORMS if what != "a private key"])
def test_each_form_is_masked_in_any_line(what: str) -> None:
    line = "echo " + AROUND.get(what, "{}").format(FORMS[what])
    assert FORMS[what] in [line[start:end] for start, end in secret_texts(line)]


@pytest.mark.parametrize(
    "text",
    [
        "AK" + "IAIOSFODNN7EXAMPLE",
        "AK" + "IAZ3QK7WPL5MXD2VRTX",
        "xAK" + "IAZ3QK7WPL5MXD2VRT",
        "gh" + "p_short",
        "gl" + "pat-your-personal-access-token",
        "xo" + "xb-your-token-goes-here",
        "xo" + "xp-example-abcdefgh",
        f"eyJ{MIXED[:20]}.{MIXED[:20]}",
        f"eyJ{MIXED[:20]}.eyJ.x",
        f"{MIXED[:20]}.eyJ{MIXED[:20]}.{MIXED[:20]}",
        "https://ci:$TOKEN@example.com",
        "https://ci:password@example.com",
        "https://example.com:8080/a@b",
        "http://[::1]:8080/",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----$KEY-----END PRIVATE KEY-----",
        f"-----BEGIN CERTIFICATE-----{MIXED}-----END CERTIFICATE-----",
        "sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    assert list(credentials(text)) == []


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ",
        "eyJ-eyJ.",
        "https://a:",
        "https://",
        "-----BEGIN PRIVATE KEY-----",
        "sk-",
        "sk-a",
        "AccountKey=",
        "xoxb-",
        "ghs_a_eyJ-",
        "xapp-1-",
        "hvs.",
    ],
)
def test_time_is_linear(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    begun = clock.start()
    assert len(list(credentials(text))) < 2
    assert clock.stop(begun) < 1


@pytest.mark.parametrize(
    "name",
    [
        "git_key",
        "KEY",
        "DEPLOY_KEY",
        "GITHUB_PAT",
        "AWS_ACCESS_KEY_ID",
        "apiKey",
        "NPM_TOKEN",
        "DB_PSW",
        "DOCKER_USERNAME",
        "DB_ENC_KEY",
        "SUPABASE_SERVICE_ROLE_KEY",
    ],
)
def test_names_of_credentials(name: str) -> None:
    assert is_credential_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "TOKENIZERS_PARALLELISM",
        "DB_USERNAME",
        "SECRET_KEY_FILE",
        "GPG_KEY",
        "PUBLIC_KEY",
        "KEY_VERSION",
        "PRIVATE_REPO",
        "PAT",
        "PATH",
        "MONKEY",
        "IDEMPOTENCY_KEY",
        "STRIPE_PUBLISHABLE_KEY",
        "RECAPTCHA_SITE_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ],
)
def test_names_that_only_sound_like_it(name: str) -> None:
    assert not is_credential_name(name)
