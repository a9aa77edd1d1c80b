"""Pictures, documents, people: what tests of identity share."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PIL import Image, ImageDraw

from guildmark.rules.identity import DocumentKind

TOMORROW = date(2030, 1, 16)


def picture(width: int = 1200, height: int = 800, kind: str = "JPEG", **options: object) -> bytes:
    """A picture with something in it, without anything private."""
    image = Image.new("RGB", (width, height), "#dddddd")
    ImageDraw.Draw(image).rectangle((width // 4, height // 4, width // 2, height // 2), fill="#225588")
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


@pytest.fixture(scope="session")
def photo_bytes() -> bytes:
    return picture(900, 600)


@pytest.fixture
def role():
    from guildmark_portal.accounts import roles
    from guildmark_portal.accounts.models import Role

    def give(user, name: str = "reviewer"):
        roles.grant(email=user.email, role=Role(name), actor="tests")
        user.refresh_from_db()
        user.__dict__.pop("roles", None)
        return user

    return give


@pytest.fixture
def reviewer(db, role):
    from guildmark_portal.accounts.models import User

    return role(User.objects.create_user("reviewer@example.org", "Rita Reviewer"))


@pytest.fixture
def second_reviewer(db, role):
    from guildmark_portal.accounts.models import User

    return role(User.objects.create_user("second@example.org", "Saul Second"))


@pytest.fixture
def named(stopped_clock):
    """State a person's legal name, as their registration does."""
    from guildmark_portal.profiles.models import LegalName

    def state(user, name: str = "Ada Candidate", latin_name: str = ""):
        return LegalName.objects.create(user=user, name=name, latin_name=latin_name, recorded_at=stopped_clock.at)

    return state


@pytest.fixture
def check(candidate, stopped_clock, named):
    from guildmark_portal.identity import services

    named(candidate)
    return services.open_check(user=candidate, now=stopped_clock.at)


@pytest.fixture
def give(stopped_clock, photo_bytes) -> Callable[..., object]:
    """Add a document to a check: a national identity card with everything on it, unless told otherwise."""
    from guildmark_portal.identity import services

    def add(check, kind=DocumentKind.NATIONAL_ID, **changes):
        parts = {
            "issuing_country": "kr",
            "expires_on": stopped_clock.at.date() + timedelta(days=1),
            "particulars": services.Particulars(name="Ada Candidate", address_country="KR"),
            "files": [photo_bytes],
        }
        return services.add_document(check=check, kind=kind, now=stopped_clock.at, **{**parts, **changes})

    return add


@pytest.fixture
def submitted(check, give, photo_bytes, stopped_clock):
    """A check with everything, handed to the reviewers."""
    from guildmark_portal.identity import services

    give(check)
    services.add_photo(check=check, file=photo_bytes, now=stopped_clock.at)
    services.submit(check=check, now=stopped_clock.at)
    return check


def see_all(check, viewer, at):
    """Look at every record that the newest round of a check asks about, as a page with all its pictures does."""
    from guildmark_portal.identity import seen, services
    from guildmark_portal.identity.sealed import Sealed

    for sealed in Sealed.objects.filter(pk__in=seen.asked_about(check.rounds.latest("number"))):
        services.look(check=check, sealed=sealed, what=sealed.purpose, viewer=viewer, now=at)


def approve_on_page(browser, check):
    """Open a check that was taken, with all its pictures, and approve it."""
    page = browser.get(f"/review/{check.pk}/").content.decode()
    for address in re.findall(r'<img src="([^"]+/image/[^"]+)"', page):
        assert browser.get(address).status_code == 200
    number = re.search(r'name="round" value="(\d+)"', page)[1]
    return browser.post(f"/review/{check.pk}/act/", {"act": "approve", "round": number})
