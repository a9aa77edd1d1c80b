"""The secrets of a badge provider are made and kept by commands."""

import json
import stat
from pathlib import Path

import pytest
from portal.tests.conftest import StoppedClock
from typer.testing import CliRunner

from guildmark_portal import datadir
from guildmark_portal.audit.models import Entry
from guildmark_portal.badge_provider_config import secrets_of
from guildmark_portal.cli.badge_provider import app


@pytest.fixture
def portal(tmp_path: Path, stopped_clock: StoppedClock, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    monkeypatch.setenv("GUILDMARK_DATA", str(tmp_path))  # the commands change it; it is put back afterwards
    folder = tmp_path / "portal"
    datadir.create(folder, config=datadir.Config(), now=stopped_clock.at)
    return folder


def told(portal: Path, command: str) -> dict[str, object]:
    answer = CliRunner().invoke(app, [command, "--data", str(portal), "--json"])
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.output[answer.output.index("{") :]))


def kept(portal: Path) -> dict[str, object]:
    return dict(datadir.read_secrets(portal).badge_provider)


def test_a_new_secret_signs_beside_the_old_one_until_that_is_forgotten(portal: Path) -> None:
    before = datadir.read_secrets(portal)
    first, second = told(portal, "new-secret")["secret"], told(portal, "new-secret")["secret"]
    assert kept(portal) == {"webhook_secrets": [second, first]}
    assert [len(one) for one in secrets_of(kept(portal)).webhook_secrets] == [32, 32]
    told(portal, "forget-old")
    assert kept(portal) == {"webhook_secrets": [second]}
    assert datadir.read_secrets(portal).signing_keys == before.signing_keys
    assert stat.S_IMODE((portal / "secrets.json").stat().st_mode) == 0o600
    actions = Entry.objects.filter(subject="badge_provider").order_by("pk").values_list("action", flat=True)
    assert list(actions) == [f"badge_provider.{word}" for word in ("secret_made", "secret_made", "secrets_forgotten")]


def test_a_key_is_read_from_the_standard_input_and_never_shown(portal: Path) -> None:
    answer = CliRunner().invoke(app, ["set-key", "--data", str(portal)], input="key-of-the-api\n")
    assert (answer.exit_code, "key-of-the-api" in answer.output) == (0, False)
    assert kept(portal) == {"key": "key-of-the-api"}


def test_what_cannot_be_a_key_is_refused(portal: Path) -> None:
    answer = CliRunner().invoke(app, ["set-key", "--data", str(portal)], input="schlüssel\n")
    assert (answer.exit_code == 0, kept(portal)) == (False, {})
