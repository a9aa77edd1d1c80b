import errno

import httpx
import pytest
from loopback_portal import Portal

from guildmark.client import credentials as on_disk
from guildmark.client.answers import raw_json
from guildmark.client.credentials import Credentials, Tokens
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.errors import AttemptClosed, OurFault, PortalFault, Refused, ServerUnreachable, SignInRequired, UsageError
from guildmark.protocol import Finish, Me


def test_it_says_its_protocol_with_every_request(running, portal):
    running.state()
    assert portal.seen_versions == {"1"}


def test_it_asks_to_sign_in_when_nobody_is(portal):
    with Session(portal.url) as session, pytest.raises(SignInRequired) as caught:
        session.me()
    assert caught.value.next_step == f"Run: guildmark login --server {portal.url}"
    assert portal.log == []


def test_it_names_the_portal_only_where_a_bare_login_would_ask_another(portal, monkeypatch):
    monkeypatch.setenv("GUILDMARK_SERVER", portal.url)
    with Session(portal.url) as session, pytest.raises(SignInRequired) as caught:
        session.me()
    assert caught.value.next_step == "Run: guildmark login"


def test_it_refreshes_an_expired_token_once_and_keeps_the_new_one(session, portal, signed_in):
    portal.access.clear()
    assert session.me() == Me(email="ada@example.org", name="Ada")
    assert signed_in.tokens(portal.url) == Tokens(access_token="ada-2", refresh_token="ada-refresh-2")


def test_it_uses_the_token_that_another_process_refreshed(session, portal, signed_in):
    portal.access = {"ada-3"}
    portal.refresh.clear()
    original = session._api._refresh

    def another_process_was_faster(tokens):
        signed_in.remember(portal.url, Tokens(access_token="ada-3", refresh_token="ada-refresh-3"))
        return original(tokens)

    session._api._refresh = another_process_was_faster
    assert session.me().name == "Ada"


def test_it_asks_to_sign_in_again_when_the_refresh_token_is_spent(session, portal):
    portal.access.clear()
    portal.refresh.clear()
    with pytest.raises(SignInRequired):
        session.me()


@pytest.fixture
def disk(monkeypatch):
    """The disk under the sign-ins: it takes `room` writes."""
    write, left = on_disk.write_atomically, []

    def write_if_there_is_room(*args, **kwargs):
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        left.pop()
        return write(*args, **kwargs)

    monkeypatch.setattr(on_disk, "write_atomically", write_if_there_is_room)
    return lambda room: left.extend([None] * room)


def test_a_token_for_one_use_is_not_spent_where_its_heir_cannot_be_kept(session, portal, disk):
    portal.access.clear()
    with pytest.raises(UsageError) as caught:
        session.me()
    assert (caught.value.code, portal.refresh) == ("no_room", {"ada-refresh"})
    assert "Make room on the disk" in caught.value.next_step
    disk(room=2)
    assert session.me().name == "Ada"


def test_fresh_tokens_that_cannot_be_written_are_used_and_written_later(session, portal, signed_in, disk):
    portal.access.clear()
    disk(room=1)  # there was some when it was looked for
    assert session.me().name == "Ada"
    assert Credentials().tokens(portal.url).access_token == "ada-1"
    assert session.me().name == "Ada"
    disk(room=1)
    assert session.me().name == "Ada"
    assert Credentials().tokens(portal.url) == Tokens(access_token="ada-2", refresh_token="ada-refresh-2")


def test_who_signs_in_elsewhere_meanwhile_takes_the_place_of_unwritten_tokens(session, portal, signed_in, disk):
    portal.access.clear()
    disk(room=1)
    session.me()
    disk(room=1)
    Credentials().remember(portal.url, Tokens(access_token="another"))
    assert signed_in.tokens(portal.url) == Tokens(access_token="another")


def test_a_stranger_is_refused_another_persons_attempt(running, portal, signed_in):
    signed_in.remember(portal.url, Tokens(access_token="mallory"))
    with pytest.raises(Refused) as caught:
        running.state()
    assert (caught.value.code, caught.value.exit_code) == ("not_found", 3)


@pytest.mark.parametrize(
    "address", ["{elsewhere}/api/v1/uploads/u1", "/api/v1/../../o/token", "/o/token", "http://[/api/v1/me"]
)
def test_x9_the_token_goes_to_no_other_address_whoever_names_it(running, portal, address):
    """An upload's address is kept in the exam folder, and a folder may come from anybody."""
    with Portal() as elsewhere:
        asked = len(portal.log)
        address = address.format(elsewhere=elsewhere.url)
        with pytest.raises(OurFault) as caught:
            running._api.request("HEAD", address)
        with pytest.raises(OurFault):
            running._api.download(address, print, restart=bool)
        with pytest.raises(OurFault), running._api.listen(f"/../../..{address}", silence_s=1):
            pass
    assert (caught.value.code, elsewhere.log, portal.log[asked:]) == ("foreign_address", [], [])


def test_it_tries_again_with_growing_waits_when_the_connection_is_lost(session, portal, waits):
    portal.faults.drop = 3
    assert session.me().name == "Ada"
    assert waits == [0.5, 1, 2]


def test_it_tries_again_when_a_proxy_answers_in_the_portals_place(session, portal, waits):
    portal.faults.gateway = 2
    assert session.me().name == "Ada"
    assert waits == [0.5, 1]


def test_it_gives_up_with_the_next_step(session, portal):
    portal.faults.drop = 100
    with pytest.raises(ServerUnreachable) as caught:
        session.me()
    assert caught.value.message == f"{portal.url} did not answer."
    assert caught.value.next_step.startswith("Check your connection")


def test_it_never_repeats_what_may_not_be_sent_twice(running, portal):
    portal.faults.drop = 1
    with pytest.raises(ServerUnreachable):
        running.finish(confirm=True)
    assert [line for line in portal.log if line.split()[1].endswith("/finish")] == [
        f"POST /api/v1/attempts/{portal.exam.attempt}/finish {len(Finish(confirm=True).model_dump_json())}"
    ]


def test_it_maps_a_problem_to_its_error_in_the_servers_words(running, portal):
    running.finish(confirm=True)
    with pytest.raises(AttemptClosed) as caught:
        running.finish(confirm=True)
    assert caught.value.message == "The exam is over: its time is up, or it was finished."


def test_an_unknown_problem_keeps_the_servers_code(running):
    with pytest.raises(Refused) as caught:
        running.finish(confirm=False)
    assert (caught.value.code, caught.value.message, caught.value.next_step) == (
        "not_ready",
        "Something is missing.",
        "Confirm.",
    )


def test_a_crash_of_the_portal_is_our_fault(session, portal):
    portal.faults.broken = 100
    with pytest.raises(PortalFault) as caught:
        session.me()
    assert (caught.value.code, caught.value.exit_code) == ("our_fault", 1)


def test_a_portal_that_stumbles_once_is_asked_again(session, portal, waits):
    portal.faults.broken = 2
    assert (session.me().name, waits) == ("Ada", [0.5, 1])


def test_a_page_that_is_no_portal_is_not_taken_for_one(session, portal):
    portal.protocol = None
    with pytest.raises(ServerUnreachable) as caught:
        session.me()
    assert caught.value.message == f"What answered at {portal.url} is not a Guildmark portal."


def test_a_portal_of_another_protocol_asks_for_an_upgrade(session, portal):
    portal.protocol = "2"
    with pytest.raises(Refused) as caught:
        session.me()
    assert caught.value.next_step == "Run: pip install --upgrade guildmark"


def test_a_closed_port_is_unreachable(portal):
    credentials = Credentials()
    credentials.remember("http://127.0.0.1:9", Tokens(access_token="x"))
    with Session("http://127.0.0.1:9", credentials=credentials, patience=Patience(waits_s=())) as session:
        with pytest.raises(ServerUnreachable):
            session.me()
        with pytest.raises(ServerUnreachable):
            session.login(lambda _code: None)


@pytest.mark.parametrize("content", [b'{"receipt":{"size":1,"size":2}}', b"[]", b"<html>"])
def test_x9_an_answer_that_says_a_thing_twice_is_no_answer(content):
    with pytest.raises(OurFault) as caught:
        raw_json(httpx.Response(200, content=content))
    assert caught.value.code == "bad_reply"
