"""`guildmark-portal init`: it makes a portal, and never harms one."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE

import pytest

PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]


def run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PORTAL, *arguments], env=env, capture_output=True, text=True, check=False)


def rows(data: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(data / "db.sqlite3") as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def test_it_makes_private_folders_and_files(initialised):
    modes = {path.name: oct(S_IMODE(path.stat().st_mode)) for path in initialised.iterdir()}
    assert {name: modes[name] for name in ("secrets.json", "portal.toml")} == {"secrets.json": "0o600", "portal.toml": "0o600"}
    assert {name: modes[name] for name in ("blobs", "banks", "run", "static")} == dict.fromkeys(
        ("blobs", "banks", "run", "static"), "0o700"
    )
    assert S_IMODE(initialised.stat().st_mode) == 0o700


def test_it_makes_every_secret_and_the_owner(initialised):
    secrets = json.loads((initialised / "secrets.json").read_text())
    assert len(bytes.fromhex(secrets["master_secret"])) == 32
    assert [len(bytes.fromhex(key["private_key"])) for key in secrets["signing_keys"]] == [32]
    assert secrets["oidc_private_keys"][0].startswith("-----BEGIN PRIVATE KEY-----")
    assert rows(initialised, "select email, is_superuser, is_staff from accounts_user") == [("owner@example.org", 1, 1)]
    assert rows(initialised, 'select verified, "primary" from account_emailaddress') == [(1, 1)]
    assert rows(initialised, "select id, type from allauth_idp_oidc_client") == [("guildmark-client", "public")]
    assert rows(initialised, "select action, subject from audit_entry") == [("account.owner", "user:1")]


def test_a_second_time_it_changes_nothing(initialised, portal_env):
    before = {name: (initialised / name).read_bytes() for name in ("secrets.json", "portal.toml")}
    again = run(
        portal_env, "init", "--data", str(initialised), "--owner", "OWNER@example.org", "--url", "https://else.where", "--json"
    )
    told = json.loads(again.stdout)
    assert (again.returncode, told["made"], told["owner_made"], told["url"]) == (0, [], False, "http://127.0.0.1:8000")
    assert {name: (initialised / name).read_bytes() for name in before} == before
    assert rows(initialised, "select count(*) from accounts_user") == [(1,)]
    assert rows(initialised, "select count(*) from audit_entry") == [(1,)]


def test_it_restores_a_folder_that_was_lost_and_keeps_the_secrets(initialised, portal_env):
    secrets = (initialised / "secrets.json").read_bytes()
    (initialised / "blobs").rmdir()
    told = json.loads(run(portal_env, "init", "--data", str(initialised), "--json").stdout)
    assert told["made"] == ["blobs"]
    assert (initialised / "secrets.json").read_bytes() == secrets


def test_it_says_what_to_do_next(tmp_path, portal_env):
    answer = run(portal_env, "init", "--data", str(tmp_path / "fresh"))
    assert answer.returncode == 0
    assert answer.stdout.splitlines()[-1] == f"Run: guildmark-portal serve --data {tmp_path / 'fresh'}"


def test_it_refuses_an_address_that_is_none(tmp_path, portal_env):
    answer = run(portal_env, "init", "--data", str(tmp_path / "fresh"), "--url", "exam.example.org")
    assert (answer.returncode, (tmp_path / "fresh").exists()) == (2, False)
    assert "url must start with http:// or https://" in answer.stderr


@pytest.mark.parametrize("command", [["serve"], ["publish", "BANK", "--kind", "demo"], ["manage", "check"]])
def test_other_commands_refuse_an_empty_folder_and_name_init(command, tmp_path, portal_env):
    answer = run(portal_env, command[0], "--data", str(tmp_path), *command[1:])
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        f"{tmp_path / 'portal.toml'} is missing: this folder is not a portal yet.",
        f"Run: guildmark-portal init --data {tmp_path}",
    ]


def test_manage_runs_djangos_commands_on_the_portal(initialised, portal_env):
    answer = run({**portal_env, "GUILDMARK_DATA": str(initialised)}, "manage", "check", "--database", "default")
    assert (answer.returncode, answer.stdout) == (0, "System check identified no issues (0 silenced).\n")
