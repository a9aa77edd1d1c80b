"""Settings: complete, or refused with the next step."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from portal.tests.on_postgresql import about_sqlite

from guildmark_portal import datadir

SHOW = """
import json
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in %r}, default=str))
"""


def load(env: dict[str, str], *names: str) -> subprocess.CompletedProcess[str]:
    env = {**env, "DJANGO_SETTINGS_MODULE": "guildmark_portal.settings"}
    return subprocess.run([sys.executable, "-c", SHOW % (names,)], env=env, capture_output=True, text=True, check=False)


def shown(env: dict[str, str], *names: str) -> dict[str, object]:
    answer = load(env, *names)
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout))


def write_config(data: Path, text: str) -> None:
    (data / "portal.toml").write_text(text)


def test_without_a_directory_they_are_throwaway_and_nothing_serves_them(portal_env):
    found = shown(portal_env, "GUILDMARK_THROWAWAY", "DATA_DIR")
    assert found["GUILDMARK_THROWAWAY"] is True
    assert not Path(str(found["DATA_DIR"])).exists()
    served = subprocess.run(
        [sys.executable, "-c", "import guildmark_portal.asgi"],
        env={**portal_env, "DJANGO_SETTINGS_MODULE": "guildmark_portal.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "GUILDMARK_DATA is not set: there is no portal to serve. Run: guildmark-portal init" in served.stderr


@pytest.mark.parametrize(
    ("lost", "next_step"),
    [("portal.toml", "Run: guildmark-portal init --data"), ("secrets.json", "Restore it from your backup")],
)
def test_a_file_that_is_missing_is_named_with_the_next_step(lost, next_step, initialised, portal_env):
    (initialised / lost).unlink()
    answer = load({**portal_env, "GUILDMARK_DATA": str(initialised)}, "DATA_DIR")
    assert answer.returncode == 1
    assert f"{initialised / lost} is missing" in answer.stderr
    assert next_step in answer.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("url = ", "Invalid value"),
        ('url = "ftp://x"', "url must start with http:// or https://"),
        ('colour = "red"', "unknown setting 'colour'"),
        ('[mail]\ntransport = "pigeon"\nsecurity = "hope"', "mail.transport must be console or smtp; mail.security must be"),
        ('[mail]\nbounces = "bounces+me@example.org"', "mail.bounces must be a mail address without a plus"),
        ("grading_slots = 0", "grading_slots must be a whole number of at least 1"),
        ('[database]\nengine = "mongo"\nport = 0', "database.engine must be sqlite or postgresql; database.port must be"),
        ('[database]\nengine = "postgresql"\nhost = "db.example.org"', "database.tls must be required or verified"),
        ('[database]\nengine = "postgresql"\nhost = "a,b"', "database.host must be a host, or the folder of a socket"),
        ('[database]\npassword = "hush"', "database has engine, host, port, name, user and tls, and nothing else"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(text, why, initialised, portal_env):
    write_config(initialised, text)
    answer = load({**portal_env, "GUILDMARK_DATA": str(initialised)}, "DATA_DIR")
    assert answer.returncode == 1
    assert why in answer.stderr
    assert f"Correct {initialised / 'portal.toml'}" in answer.stderr


@pytest.mark.parametrize("broken", ["", "{", "{}", '{"master_secret": "ab"}', "[]"])
def test_broken_secrets_are_refused_and_not_shown(broken, initialised, portal_env):
    (initialised / "secrets.json").write_text(broken)
    answer = load({**portal_env, "GUILDMARK_DATA": str(initialised)}, "DATA_DIR")
    assert answer.returncode == 1
    assert "its keys cannot be made again" in answer.stderr


def test_https_makes_every_cookie_secure_and_names_the_only_host(initialised, portal_env):
    write_config(initialised, 'url = "https://exam.example.org/"\norganisation = "Gilde"')
    found = shown(
        {**portal_env, "GUILDMARK_DATA": str(initialised)},
        *("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "PORTAL_URL", "ORGANISATION"),
        "SECURE_HSTS_SECONDS",
    )
    assert found == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "ALLOWED_HOSTS": ["exam.example.org"],
        "CSRF_TRUSTED_ORIGINS": ["https://exam.example.org"],
        "PORTAL_URL": "https://exam.example.org",
        "ORGANISATION": "Gilde",
        "SECURE_HSTS_SECONDS": 31536000,
    }


def test_smtp_takes_its_password_from_the_secrets(initialised, portal_env):
    write_config(
        initialised, '[mail]\ntransport = "smtp"\nhost = "mail.example.org"\nport = 465\nusername = "u"\nsecurity = "tls"'
    )
    secrets = json.loads((initialised / "secrets.json").read_text())
    (initialised / "secrets.json").write_text(json.dumps({**secrets, "smtp_password": "hush"}))
    names = (
        "EMAIL_BACKEND",
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_HOST_USER",
        "EMAIL_HOST_PASSWORD",
        "EMAIL_USE_SSL",
        "EMAIL_USE_TLS",
    )
    found = shown({**portal_env, "GUILDMARK_DATA": str(initialised)}, *names)
    assert list(found.values()) == [
        "django.core.mail.backends.smtp.EmailBackend",
        "mail.example.org",
        465,
        "u",
        "hush",
        True,
        False,
    ]


def test_what_init_writes_is_what_the_portal_reads(tmp_path):
    kept = datadir.Config(url="https://a.b", organisation='Gilde "Süd"', grading_slots=3, mail=datadir.MailConfig(port=25))
    write_config(tmp_path, datadir.config_text(kept))
    assert datadir.read_config(tmp_path) == kept


@about_sqlite
def test_the_database_keeps_its_promises(db):
    from django.db import connection

    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def written(value: object) -> str:
    """A default as the guide writes it."""
    return '""' if value == "" else str(value)


def test_every_setting_of_the_portal_is_documented_with_what_holds_without_it():
    guide = (Path(__file__).parents[3] / "docs" / "programs.md").read_text()
    table = guide.partition("## The portal")[2].partition("\n## ")[0]
    documented = {}
    for line in (line for line in table.splitlines() if line.startswith("| `")):
        names, _what, defaults = (re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split(" | "))
        documented |= dict(zip(names, defaults * len(names) if len(defaults) == 1 else defaults, strict=bool(defaults)))
    config = datadir.Config()
    mail = {f"mail.{name}": value for name, value in vars(config.mail).items()}
    database = {f"database.{name}": value for name, value in vars(config.database).items()}
    tables = {"mail", "database", "sign_in", "identity_provider", "badge_provider", "payments"}
    payments = {f"payments.{name}": getattr(config.payments, name) for name in ("url", "pages")}
    plain = {name: value for name, value in vars(config).items() if name not in tables}
    assert documented == {name: written(value) for name, value in (plain | mail | database | payments).items()}
    named = ("`sign_in`", "`identity_provider`", "`badge_provider`", "`payments`")
    assert [name for name in named if name not in table] == []


def test_what_init_writes_names_every_setting_that_people_edit():
    text = datadir.config_text(datadir.Config())
    found = datadir.Config()
    names = {*vars(found), *vars(found.mail), *vars(found.database)} - {
        "mail",
        "database",
        "sign_in",
        "identity_provider",
        "badge_provider",
        "payments",
    }
    assert [name for name in sorted(names) if f"\n{name} = " not in text] == []


def test_every_table_that_init_writes_switched_off_is_one_that_the_portal_reads(tmp_path):
    text = re.sub(r"^#(?! )", "", datadir.config_text(datadir.Config()), flags=re.MULTILINE)
    write_config(tmp_path, text)
    read = datadir.read_config(tmp_path)
    assert (read.payments.mode, read.identity_provider.kind, read.badge_provider.kind) == ("stripe", "stripe", "webhook")
    assert [one.id for one in read.sign_in.all] == ["university", "institute"]
    tables = (
        ("payments", read.payments),
        ("identity_provider", read.identity_provider),
        ("badge_provider", read.badge_provider),
    )
    missing = [
        f"{table}.{name}"
        for table, found in tables
        for name in set(vars(found)) - {"groups"}
        if f"\n{name} = " not in text.partition(f"\n[{table}]")[2]
    ]
    assert missing == []
