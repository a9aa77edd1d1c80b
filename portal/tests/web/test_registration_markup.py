"""The pages of registration, profile and terms, read as a browser and an inspector would."""

import pytest
from django.test import Client

from guildmark_portal.profiles import services
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.entered import Address, FullName

from .html_reading import Page

PAGES = (
    "/register/", "/register/name/", "/register/country/", "/register/address/?country=KR", "/register/address/?country=UA",
    "/register/person/", "/register/terms/", "/profile/", "/terms/", "/terms/terms-1/",
)  # fmt: skip


@pytest.fixture
def entered(candidate: object) -> None:
    """Somebody with everything, earlier facts included."""
    for country, name in (("CU", "Ada Byron"), ("KR", "Ada Lovelace")):
        services.record_name(user=candidate, full_name=FullName(name))
        services.record_residence(user=candidate, address=Address(in_force(), country, locality="Seoul", street="1"))


def faults(content: bytes) -> list[str]:
    page = Page(content.decode())
    headings = [tag for tag, _attributes in page.tags].count("h1")
    return [*page.problems, *page.labels_missing, *([] if headings == 1 else [f"{headings} titles"])]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_well_formed_labelled_and_named_once(owner: Client, entered: None, address: str) -> None:
    answer = owner.get(address)
    assert (answer.status_code, faults(answer.content)) == (200, [])


@pytest.mark.parametrize("address", ["/register/name/", "/register/country/", "/register/person/", "/register/terms/"])
def test_a_form_with_problems_is_as_well_formed(owner: Client, address: str) -> None:
    answer = owner.post(address, {"name": "Acme Ltd"})
    assert (answer.status_code, faults(answer.content)) == (200, [])
    assert b'aria-invalid="true"' in answer.content


def test_the_pages_about_places_are_well_formed(owner: Client, candidate: object, registered: str) -> None:
    assert faults(owner.get(f"{registered}place/").content) == []
    owner.post(f"{registered}place/", {"country": "CU"})
    assert faults(owner.get(f"{registered}place/").content) == []
    services.record_residence(user=candidate, address=Address(in_force(), "CU"))
    assert faults(owner.get("/register/place/").content) == []
