"""Places in which files are read: nobody can occupy all of them."""

import threading
import time

import pytest
from portal.tests.identity.conftest import picture

from guildmark_portal.identity.intake import pages as intake
from guildmark_portal.identity.intake.limits import AT_ONCE, OF_ONE_AT_ONCE
from guildmark_portal.identity.intake.pages import FileUnusable
from guildmark_portal.identity.intake.places import NoPlace, Places, Spending, Spent


@pytest.fixture
def places():
    return Places(in_all=2, of_one=1, waiting=1, longest_wait_s=0.05)


def test_one_person_cannot_occupy_all_places():
    assert OF_ONE_AT_ONCE < AT_ONCE


def test_who_has_a_place_waits_for_the_second_while_others_get_one(places):
    with places.taken_by("ada"):
        with pytest.raises(NoPlace), places.taken_by("ada"):
            pass
        with places.taken_by("eve"):
            pass
    with places.taken_by("ada"):
        pass


def test_when_every_place_is_taken_others_wait_too(places):
    with places.taken_by("ada"), places.taken_by("eve"), pytest.raises(NoPlace), places.taken_by("bob"):
        pass


def test_a_place_that_becomes_free_goes_to_who_waits():
    places, got = Places(in_all=1, of_one=1, waiting=1, longest_wait_s=10), threading.Event()

    def wait():
        with places.taken_by("eve"):
            got.set()

    with places.taken_by("ada"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not got.wait(0.05)
    assert got.wait(5)
    waiting.join()


def test_what_one_person_sends_beyond_is_refused_at_once_and_keeps_no_thread():
    places, began = Places(in_all=2, of_one=1, waiting=1, longest_wait_s=10), threading.Event()

    def wait():
        began.set()
        with places.taken_by("ada"):
            pass

    with places.taken_by("ada"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        began.wait(5)
        time.sleep(0.05)
        before = time.monotonic()
        with pytest.raises(NoPlace), places.taken_by("ada"):
            pass
        assert time.monotonic() - before < 1
    waiting.join()


def test_places_come_back_after_a_fault(places):
    for _time in range(3):
        with pytest.raises(ZeroDivisionError), places.taken_by("ada"):
            raise ZeroDivisionError
    with places.taken_by("ada"):
        pass
    assert not places._taken
    assert not places._asking


def test_g4_who_finds_no_place_is_asked_to_come_back(monkeypatch, places):
    monkeypatch.setattr(intake, "PLACES", places)
    with places.taken_by("ada"), places.taken_by("eve"), pytest.raises(FileUnusable) as refusal:
        intake.pages_of(picture(), sender="bob")
    assert refusal.value.code == "busy"
    with places.taken_by("ada"):
        assert intake.pages_of(picture(), sender="bob")
        with pytest.raises(FileUnusable):
            intake.pages_of(picture(), sender="ada")


def test_g4_what_comes_by_a_link_takes_the_places_of_its_candidate(monkeypatch, places, check, photo_bytes, stopped_clock):
    from guildmark_portal.identity import services

    monkeypatch.setattr(intake, "PLACES", places)
    token = services.make_link(check=check, now=stopped_clock.at)
    with places.taken_by(check.user_id), pytest.raises(FileUnusable):
        services.add_photo_by_link(token=token, file=photo_bytes, now=stopped_clock.at)
    assert services.add_photo_by_link(token=token, file=photo_bytes, now=stopped_clock.at)


def test_who_has_held_places_for_long_gets_none_until_that_is_an_hour_ago_and_others_do():
    now = [0.0]
    spending = Spending(most_s=240, within_s=3600, seconds=lambda: now[0])
    places = Places(in_all=2, of_one=1, waiting=1, longest_wait_s=0.05, spending=spending)
    for held in (200, 39, 1):
        with places.taken_by("ada"):
            now[0] += held
    with pytest.raises(Spent), places.taken_by("ada"):
        pass
    with places.taken_by("eve"):
        pass
    now[0] = 3799.0
    with pytest.raises(Spent), places.taken_by("ada"):
        pass
    now[0] = 3800.0
    with places.taken_by("ada"):
        pass


def test_who_has_used_up_their_time_is_told_when_to_come_back(monkeypatch):
    monkeypatch.setattr(intake, "PLACES", Places(in_all=1, of_one=1, waiting=1, longest_wait_s=1, spending=Spending(most_s=0)))
    with pytest.raises(FileUnusable, match="Wait an hour") as refused:
        intake.pages_of(picture(60, 40), sender="ada")
    assert refused.value.code == "spent"
