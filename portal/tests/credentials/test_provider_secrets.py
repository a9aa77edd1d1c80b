"""The secrets of a badge provider are made and kept by commands."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from guildmark_portal import datadir
from guildmark_portal.badge_provider_config import secrets_of

pytestmark = pytest.mark.certificates
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portal") / "data"
    subprocess.run([*PORTAL, "init", "--data", str(folder)], check=True, capture_output=True)
    return folder


def run(portal: Path, *arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [*PORTAL, "badge-provider", *arguments, "--data", str(portal)]
    return subprocess.run(
        command, env=dict(os.environ), input=typed, capture_output=True, text=True, check=False, start_new_session=True
    )


def told(portal: Path, command: str) -> dict[str, object]:
    answer = run(portal, command, "--json")
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout))


def kept(portal: Path) -> dict[str, object]:
    return dict(datadir.read_secrets(portal).badge_provider)


def test_a_new_secret_signs_beside_the_old_one_until_that_is_forgotten(portal: Path) -> None:
    before = datadir.read_secrets(portal)
    first, second = told(portal, "new-secret")["secret"], told(portal, "new-secret")["secret"]
    assert kept(portal)["webhook_secrets"] == [second, first]
    assert [len(one) for one in secrets_of(kept(portal)).webhook_secrets] == [32, 32]
    told(portal, "forget-old")
    assert kept(portal)["webhook_secrets"] == [second]
    assert datadir.read_secrets(portal).signing_keys == before.signing_keys
    assert stat.S_IMODE((portal / "secrets.json").stat().st_mode) == 0o600


def test_a_key_is_read_from_the_standard_input_and_never_shown(portal: Path) -> None:
    answer = run(portal, "set-key", typed="key-of-the-api\n")
    assert (answer.returncode, "key-of-the-api" in answer.stdout + answer.stderr) == (0, False)
    assert kept(portal)["key"] == "key-of-the-api"


@pytest.mark.parametrize("typed", ["schlüssel\n", "", "\n"])
def test_what_cannot_be_a_key_is_refused(portal: Path, typed: str) -> None:
    before = kept(portal)
    answer = run(portal, "set-key", typed=typed)
    assert (answer.returncode, answer.stdout, kept(portal)) == (2, "", before)
