import pytest
from kit.tests.badges import forgeries, issuing
from kit.tests.badges.issuing import NOW

from guildmark.badges.bearing import may_be_ours
from guildmark.badges.verification import Standing, verify

pytestmark = pytest.mark.certificates

GENUINE = ("credential", "token", "png", "svg", "pdf", "older")


@pytest.fixture(scope="module")
def issuer():
    return issuing.Issuer()


@pytest.mark.parametrize("kind", GENUINE)
def test_x13_what_forgeries_are_made_from_is_genuine(issuer, kind):
    verdict = verify(getattr(issuer, kind), issuer.file, NOW)
    assert verdict.standing == (Standing.STATUS_UNKNOWN if kind == "older" else Standing.VALID)
    assert (verdict.holder, verdict.identifier) == ("Ada Lovelace", "GM-7K2M-9QXD-4HTB")


@pytest.mark.parametrize("forgery", forgeries.FORGERIES, ids=lambda forgery: f"{forgery.of}: {forgery.name}")
def test_x13_a_forgery_is_found_out_and_nothing_that_it_says_is_told(issuer, forgery):
    forged = forgery.make(issuer, getattr(issuer, forgery.of))
    verdict = verify(forged, forgery.issuer(issuer).file, NOW)
    assert (verdict.standing, verdict.reason) == forgery.is_found
    assert (verdict.holder, verdict.identifier, verdict.title, verdict.lists) == (None, None, None, ())
    assert may_be_ours(forged) or verdict.standing in (Standing.UNREADABLE, Standing.NOT_OURS)


def test_the_forgeries_are_as_many_as_they_claim():
    assert len({(forgery.of, forgery.name) for forgery in forgeries.FORGERIES}) == len(forgeries.FORGERIES) > 100
