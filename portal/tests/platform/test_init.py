"""`guildmark-portal init`: it makes a portal, and never harms one."""

import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE

import pytest
from portal.tests.exams.conftest import BankFolder

from guildmark_portal import __version__, datadir

pytestmark = pytest.mark.commands

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
    assert {name: modes[name] for name in ("secrets.json", "portal.toml", "db.sqlite3")} == dict.fromkeys(
        ("secrets.json", "portal.toml", "db.sqlite3"), "0o600"
    )
    assert {name: modes[name] for name in ("blobs", "banks", "run", "static")} == dict.fromkeys(
        ("blobs", "banks", "run", "static"), "0o700"
    )
    assert S_IMODE(initialised.stat().st_mode) == 0o700


def test_it_makes_every_secret_and_the_owner(initialised):
    secrets = json.loads((initialised / "secrets.json").read_text())
    assert len(bytes.fromhex(secrets["master_secret"])) == 32
    assert [len(bytes.fromhex(key["private_key"])) for key in secrets["signing_keys"]] == [32]
    assert secrets["oidc_private_keys"][0].startswith("-----BEGIN PRIVATE KEY-----")
    owners = "select email, role from accounts_user join accounts_rolegrant on accounts_user.id = user_id"
    assert rows(initialised, owners) == [("owner@example.org", "owner")]
    assert rows(initialised, 'select verified, "primary" from account_emailaddress') == [(1, 1)]
    assert rows(initialised, "select id, type from allauth_idp_oidc_client") == [("guildmark-client", "public")]
    assert rows(initialised, "select action, subject from audit_entry where action like 'role.%'") == [
        ("role.granted", "user:1")
    ]


def test_a_second_time_it_changes_nothing(initialised, portal_env):
    before = {name: (initialised / name).read_bytes() for name in ("secrets.json", "portal.toml")}
    again = run(
        portal_env, "init", "--data", str(initialised), "--owner", "OWNER@example.org", "--url", "https://else.where", "--json"
    )
    told = json.loads(again.stdout)
    assert (again.returncode, told["made"], told["owner_made"], told["url"]) == (0, [], False, "http://127.0.0.1:8000")
    assert {name: (initialised / name).read_bytes() for name in before} == before
    assert rows(initialised, "select count(*) from accounts_user") == [(1,)]
    assert rows(initialised, "select count(*) from audit_entry where action like 'role.%'") == [(1,)]
    assert rows(initialised, "select slug, kind, is_open from exams_program") == [("practice-rehearsal", "rehearsal", 0)]
    assert rows(initialised, "select count(*) from exams_examversion") == [(1,)]


def test_it_restores_a_folder_that_was_lost_and_keeps_the_secrets(initialised, portal_env):
    secrets = (initialised / "secrets.json").read_bytes()
    archives = sorted(path.name for path in (initialised / "blobs" / "public").iterdir())
    shutil.rmtree(initialised / "blobs")
    told = json.loads(run(portal_env, "init", "--data", str(initialised), "--json").stdout)
    assert told["made"] == ["blobs"]
    assert sorted(path.name for path in (initialised / "blobs" / "public").iterdir()) == archives
    assert (initialised / "secrets.json").read_bytes() == secrets


def test_it_says_what_to_do_next(tmp_path, portal_env):
    answer = run(portal_env, "init", "--data", str(tmp_path / "fresh"))
    assert answer.returncode == 0
    assert f"It has no owner yet: guildmark-portal init --owner EMAIL --data {tmp_path / 'fresh'}" in answer.stdout
    assert answer.stdout.splitlines()[-2:] == [
        f"Publish an exam: guildmark-portal publish BANK --kind demo --data {tmp_path / 'fresh'}",
        f"Then serve it: guildmark-portal serve --data {tmp_path / 'fresh'}",
    ]


def test_with_an_exam_published_only_serving_is_left(initialised, portal_env, tmp_path):
    bank = tmp_path / "bank"
    BankFolder(bank)
    published = run(portal_env, "publish", str(bank), "--kind", "demo", "--data", str(initialised))
    assert (published.returncode, published.stderr) == (0, "")
    told = json.loads(run(portal_env, "init", "--data", str(initialised), "--json").stdout)
    assert told["next_steps"] == [f"Run: guildmark-portal serve --data {initialised}"]


def test_a_database_that_others_could_read_is_made_private_and_an_owner_is_not_asked_for_again(initialised, portal_env):
    (initialised / "db.sqlite3").chmod(0o644)
    again = run(portal_env, "init", "--data", str(initialised))
    assert (again.returncode, S_IMODE((initialised / "db.sqlite3").stat().st_mode)) == (0, 0o600)
    assert "owner" not in again.stdout


UNUSABLE = [
    ("--url", "exam.example.org", "--url must start with http:// or https://"),
    ("--url", "foo", "--url must start with http:// or https://"),
    ("--url", "ftp://exam.example.org", "--url must start with http:// or https://"),
    ("--url", "https://exam.example.org:99999", "--url must have a host, and a port between 1 and 65535 or none"),
    ("--url", "https://exam.example.org:0", "--url must have a host, and a port between 1 and 65535 or none"),
    ("--url", "https://", "--url must name a host after https://"),
    ("--url", "https://me:secret@exam.example.org", "--url must name a host after https://"),
    ("--url", "https://exam example.org", "--url must name a host after https://"),
    ("--url", "http://exam.example.org/sub/", "--url must end after the host or port"),
    ("--url", "http://exam.example.org/?a=b", "--url must end after the host or port"),
    ("--support", "nobody", "--support must be a mail address, or a page at https"),
    ("--owner", "nope", "--owner must be an e-mail address"),
    ("--owner", "nope@", "--owner must be an e-mail address"),
    ("--owner", "", "--owner must be an e-mail address"),
    ("--owner", f"{'x' * 60}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 60}.org", "--owner must be an e-mail address"),
]


@pytest.mark.parametrize(("option", "value", "why"), UNUSABLE)
def test_an_address_that_nobody_could_reach_is_refused_before_anything_is_written(option, value, why, tmp_path, portal_env):
    answer = run(portal_env, "init", "--data", str(tmp_path / "fresh"), option, value)
    assert (answer.returncode, answer.stdout, (tmp_path / "fresh").exists()) == (2, "", False)
    message, next_step = answer.stderr.splitlines()
    assert message.startswith(why)
    assert f"such as {option} " in next_step


@pytest.mark.parametrize("url", ["https://exam.example.org", "http://10.0.0.7:8080/", "http://[::1]:8000", "http://localhost"])
def test_an_address_that_works_is_no_problem(url):
    assert datadir.url_problem(url, name="--url") is None


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/portal"])
@pytest.mark.parametrize("command", ["init", "serve"])
def test_a_place_that_holds_no_folder_is_refused_without_a_traceback(command, place, tmp_path, portal_env):
    (tmp_path / "file").write_text("kept")
    answer = run(portal_env, command, "--data", str(tmp_path / place))
    message, next_step = answer.stderr.splitlines()
    assert (answer.returncode, answer.stdout) == (2, "")
    assert str(tmp_path / place) in message
    assert "--data" in next_step
    assert (tmp_path / "file").read_text() == "kept"


def test_programs_get_errors_as_json(tmp_path, portal_env):
    found = []
    for wrong in (["--owner", "nope"], ["--colour", "red"]):
        answer = run(portal_env, "init", "--data", str(tmp_path / "fresh"), "--json", *wrong)
        error = json.loads(answer.stdout)["error"]
        found.append((answer.returncode, error["code"], error["message"].partition(";")[0], sorted(error)))
    keys = ["code", "message", "next_step"]
    assert found == [
        (2, "usage_error", "--owner must be an e-mail address", keys),
        (2, "usage_error", "No such option: --colour", keys),
    ]


def test_it_tells_its_version(portal_env):
    answer = run(portal_env, "--version")
    assert (answer.returncode, answer.stdout) == (0, f"{__version__}\n")


def test_without_a_command_it_shows_them(portal_env):
    answer = run(portal_env)
    assert answer.returncode == 0
    assert [name for name in ("init", "serve", "publish", "manage") if name not in answer.stdout] == []


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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--kind", "demo", "--owner", "o@example.org", "--override", "Why."], "Only a live exam needs an override"),
        (["--kind", "live", "--override", "Why."], "An override has a reason and an owner"),
        (["--kind", "live", "--owner", "o@example.org"], "An override has a reason and an owner"),
    ],
)
def test_an_override_that_means_nothing_is_refused(portal_env, tmp_path: Path, options: list[str], said: str) -> None:
    done = run(portal_env, "publish", str(tmp_path), *options)
    assert (done.returncode, said in done.stderr) == (2, True)


def test_what_candidates_would_miss_is_said_until_it_is_named(tmp_path, portal_env):
    path = tmp_path / "bare"
    told = run(portal_env, "init", "--data", str(path)).stdout
    assert (
        f"No organisation is named yet: pages and certificates need yours. Set organisation in {path / 'portal.toml'}" in told
    )
    assert f"Nobody is named yet whom candidates can write to. Set support_contact in {path / 'portal.toml'}" in told
    named = ["--name", "Example Institute", "--support", "help@example.org"]
    whole = run(portal_env, "init", "--data", str(tmp_path / "named"), *named)
    assert ("No organisation is named" in whole.stdout, "Nobody is named" in whole.stdout) == (False, False)
    config = datadir.read_config(tmp_path / "named")
    assert (config.organisation, config.support_contact) == ("Example Institute", "help@example.org")


def test_at_a_terminal_it_asks_for_the_organisation(tmp_path, portal_env):
    ours, theirs = pty.openpty()
    os.write(ours, b"Example Institute\n")
    command = [*PORTAL, "init", "--data", str(tmp_path / "asked")]
    answer = subprocess.run(command, env=portal_env, stdin=theirs, capture_output=True, text=True, check=False)
    os.close(ours)
    os.close(theirs)
    assert "The organisation that runs this portal and issues the certificates" in answer.stdout
    assert datadir.read_config(tmp_path / "asked").organisation == "Example Institute"


def test_a_live_exam_waits_for_somebody_whom_candidates_can_write_to(initialised, portal_env, tmp_path):
    (tmp_path / "bank").mkdir()
    bank = BankFolder(tmp_path / "bank", visibility="private")
    bank.calibrate()
    publish = ("publish", str(bank.folder), "--kind", "live", "--data", str(initialised))
    refused = run(portal_env, *publish)
    assert refused.returncode != 0
    assert "A live exam needs somebody whom its candidates can write to, and nobody is named." in refused.stderr
    assert f"into {initialised / 'portal.toml'}; then publish." in " ".join(refused.stderr.split())
    config = initialised / "portal.toml"
    config.write_text(config.read_text().replace('support_contact = ""', 'support_contact = "help@example.org"'))
    assert "Published: " in run(portal_env, *publish).stdout
