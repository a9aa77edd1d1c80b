import os
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from guildmark.client import credentials as on_disk
from guildmark.client.address import default_server
from guildmark.client.credentials import Credentials, Tokens, config_dir
from guildmark.errors import Refused, SignInRequired, UsageError


def test_the_file_is_for_its_owner_alone(tmp_path):
    credentials = Credentials(tmp_path / "settings")
    credentials.remember("https://a.example", Tokens(access_token="secret"))
    if os.name == "posix":
        assert stat.S_IMODE(credentials.path.stat().st_mode) == 0o600
    assert sorted(path.name for path in credentials.path.parent.iterdir()) in (
        ["credentials.json"],
        ["credentials.json", "credentials.lock"],
    )


def test_tokens_are_kept_by_portal(tmp_path):
    credentials = Credentials(tmp_path)
    credentials.remember("https://a.example", Tokens(access_token="a"), make_default=True)
    credentials.remember("https://b.example", Tokens(access_token="b"))
    assert Credentials(tmp_path).tokens("https://a.example") == Tokens(access_token="a")
    assert Credentials(tmp_path).default_server == "https://a.example"
    credentials.forget("https://a.example")
    assert credentials.tokens("https://a.example") is None
    assert credentials.tokens("https://b.example") == Tokens(access_token="b")


def test_of_sign_ins_at_the_same_moment_none_is_lost(tmp_path):
    """Threads here, each with a lock of its own on the file, as processes have."""
    servers = [f"https://{number}.example" for number in range(30)]
    Credentials(tmp_path).remember("https://old.example", Tokens(access_token="old"))

    def sign_in(server):
        Credentials(tmp_path).remember(server, Tokens(access_token=server))
        Credentials(tmp_path).forget("https://old.example")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(sign_in, servers))
    kept = Credentials(tmp_path)
    assert [kept.tokens(server).access_token for server in servers] == servers
    assert kept.tokens("https://old.example") is None


def test_a_sign_in_waits_for_a_trade_of_tokens_and_stands_after_it(tmp_path):
    trading, traded = Credentials(tmp_path), threading.Event()
    thread = threading.Thread(
        target=lambda: (Credentials(tmp_path).remember("https://b.example", Tokens(access_token="new")), traded.set())
    )
    with trading.alone():
        thread.start()
        assert not traded.wait(0.3)
        trading.remember("https://a.example", Tokens(access_token="fresh"))
    thread.join(10)
    assert [trading.tokens(f"https://{name}.example").access_token for name in "ab"] == ["fresh", "new"]


def test_a_tool_that_is_stopped_in_mid_trade_holds_nobody_up_for_ever(tmp_path, monkeypatch):
    """Whoever goes on without the lock asks for it no second time while it trades."""
    asked, acquire = [], FileLock.acquire
    monkeypatch.setattr(on_disk, "_PATIENCE_S", 0.2)
    monkeypatch.setattr(FileLock, "acquire", lambda *args, **kwargs: (asked.append(kwargs), acquire(*args, **kwargs))[1])

    def trade(credentials):
        with credentials.alone():
            credentials.require_room()
            credentials.remember("https://a.example", Tokens(access_token="fresh"))

    with ThreadPoolExecutor(1) as another, Credentials(tmp_path).alone():
        another.submit(trade, Credentials(tmp_path)).result(timeout=10)
    assert (Credentials(tmp_path).tokens("https://a.example").access_token, len(asked)) == ("fresh", 2)


def test_a_home_that_knows_no_locks_keeps_nobody_from_signing_in(tmp_path, monkeypatch):
    def no_locks(*_args, **_kwargs):
        raise NotImplementedError

    monkeypatch.setattr(FileLock, "acquire", no_locks)
    Credentials(tmp_path).remember("https://a.example", Tokens(access_token="a"))
    assert Credentials(tmp_path).tokens("https://a.example").access_token == "a"


def test_a_damaged_file_says_what_to_do(tmp_path):
    credentials = Credentials(tmp_path)
    credentials.path.write_text("{")
    with pytest.raises(Refused) as caught:
        credentials.tokens("https://a.example")
    assert caught.value.next_step == "Delete that file and run: guildmark login"


def test_the_folder_follows_the_platform(monkeypatch):
    monkeypatch.setenv("GUILDMARK_CONFIG_DIR", "/chosen")
    assert config_dir() == Path("/chosen")
    monkeypatch.delenv("GUILDMARK_CONFIG_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/xdg")
    assert config_dir() == Path("/xdg/guildmark")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert config_dir() == Path.home() / "Library" / "Application Support" / "guildmark"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", "/roaming")
    assert config_dir() == Path("/roaming/guildmark")


def test_the_portal_is_named_then_from_the_environment_then_the_last(tmp_path, monkeypatch):
    credentials = Credentials(tmp_path)
    with pytest.raises(UsageError) as caught:
        default_server(None, credentials)
    assert caught.value.next_step == "Run: guildmark login --server URL"
    credentials.remember("https://last.example", Tokens(access_token="x"), make_default=True)
    assert default_server(None, credentials) == "https://last.example"
    monkeypatch.setenv("GUILDMARK_SERVER", "https://env.example/")
    assert default_server(None, credentials) == "https://env.example"
    assert default_server("http://127.0.0.1:8000", credentials) == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    "address", ["exam.example.org", "ftp://exam.example.org", "http://", "http://[", "http://a:port", "   "]
)
def test_it_refuses_what_is_no_address(tmp_path, address):
    with pytest.raises(UsageError) as caught:
        default_server(address, Credentials(tmp_path))
    assert caught.value.exit_code == 2


def test_signing_in_waits_for_the_person_and_slows_down_when_asked(session, portal):
    portal.pending_polls = ["authorization_pending", "slow_down", "authorization_pending"]
    shown, waited = [], []
    me = session.login(shown.append, sleep=waited.append)
    assert me.email == "ada@example.org"
    assert [(code.link, code.user_code) for code in shown] == [(f"{portal.url}/o/confirm?code=ABCD-EFGH", "ABCD-EFGH")]
    assert waited == [5, 5, 10, 10]
    assert session.credentials.default_server == portal.url


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("access_denied", "The sign-in was refused in the browser."),
        ("expired_token", "The code was not confirmed in time."),
        ("invalid_grant", "The code was not confirmed in time."),
    ],
)
def test_a_sign_in_that_nobody_confirms_is_refused(session, portal, answer, message):
    portal.pending_polls = [answer]
    with pytest.raises(SignInRequired) as caught:
        session.login(lambda _code: None, sleep=lambda _s: None)
    assert caught.value.message == message
