import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))  # for the loopback portal, which several folders of tests use

from loopback_portal import Portal

from guildmark.client.credentials import Credentials, Tokens
from guildmark.client.session import Session
from guildmark.client.transport import Patience

# How long an example takes is the machine's business: it may be busy with something else.
settings.register_profile("kit", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kit")


@pytest.fixture
def portal():
    with Portal() as running:
        yield running


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    """No test sees the developer's sign-ins or portal, or installs TensorFlow."""
    monkeypatch.setenv("GUILDMARK_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("GUILDMARK_SERVER", raising=False)
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("GUILDMARK_ENVIRONMENT", "0")


@pytest.fixture
def signed_in(portal):
    credentials = Credentials()
    tokens = Tokens(access_token="ada-1", refresh_token="ada-refresh")
    credentials.remember(portal.url, tokens, make_default=True)
    return credentials


@pytest.fixture
def waits():
    """The waits between tries, in seconds, that the client asked for."""
    return []


@pytest.fixture
def patience(waits):
    """The client's patience, without waiting."""
    return Patience(sleep=waits.append)


@pytest.fixture
def session(portal, signed_in, patience):
    with Session(portal.url, credentials=signed_in, patience=patience) as opened:
        yield opened


@pytest.fixture
def exam_folder(tmp_path):
    return tmp_path / "exam"


@pytest.fixture
def running(session, exam_folder):
    """A session whose exam has begun."""
    session.register("test", exam_folder)
    session.prepare()
    session.begin()
    return session
