"""Signing out, where the portal hears of it and where it does not."""

import errno

import pytest

from guildmark.client import credentials as on_disk
from guildmark.client.credentials import Credentials, Tokens
from guildmark.client.signing_out import SignedOut, sign_out

NOWHERE = "http://127.0.0.1:1"


def test_both_tokens_are_ended_at_the_portal_and_forgotten_here(portal, signed_in):
    done = sign_out(portal.url, signed_in)
    assert done == SignedOut(portal.url, was_signed_in=True, is_ended=True)
    assert (signed_in.tokens(portal.url), portal.access, portal.refresh) == (None, set(), set())


def test_others_of_the_account_stay_signed_in(portal, signed_in):
    portal.access.add("ada-elsewhere")
    portal.refresh.add("refresh-elsewhere")
    sign_out(portal.url, signed_in)
    assert (portal.access, portal.refresh) == ({"ada-elsewhere"}, {"refresh-elsewhere"})


def test_an_older_portal_is_no_reason_to_stay_signed_in(portal, signed_in):
    portal.ends_sign_ins = False
    done = sign_out(portal.url, signed_in)
    assert (done.is_ended, signed_in.tokens(portal.url)) == (False, None)


def test_offline_it_is_forgotten_here_and_says_where_to_end_it():
    credentials = Credentials()
    credentials.remember(NOWHERE, Tokens(access_token="ada-1", refresh_token="ada-refresh"))
    done = sign_out(NOWHERE, credentials)
    assert (done.is_ended, credentials.tokens(NOWHERE)) == (False, None)
    assert done.said.endswith(
        f"could not be told to end it. If somebody may have a copy, end it there: {NOWHERE}/account/sessions/"
    )


@pytest.fixture
def full_disk(monkeypatch):
    def refuse(path, *_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(on_disk, "write_atomically", refuse)


def test_on_a_full_disk_the_portal_ends_it_all_the_same(portal, signed_in, full_disk):
    done = sign_out(portal.url, signed_in)
    assert (done.is_ended, done.is_over, portal.access, portal.refresh) == (True, False, set(), set())
    assert done.said.endswith(f"could not be taken out of {signed_in.path}.")


def test_where_nothing_could_be_done_it_says_that_one_is_signed_in_still(portal, signed_in, full_disk):
    portal.ends_sign_ins = False
    done = sign_out(portal.url, signed_in)
    assert (done.is_ended, done.left_in) == (False, signed_in.path)
    assert done.said.startswith("You are signed in still")


def test_behind_a_proxy_that_cannot_be_used_it_says_that_the_portal_was_not_told(portal, signed_in, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks4://proxy.invalid:1")
    done = sign_out(portal.url, signed_in)
    assert (done.is_ended, done.left_in, signed_in.tokens(portal.url)) == (False, None, None)
    assert "could not be told to end it" in done.said


def test_who_was_not_signed_in_asks_nobody(portal):
    assert sign_out(portal.url, Credentials()) == SignedOut(portal.url, was_signed_in=False, is_ended=False)
    assert portal.log == []
