"""Whatever form comes back with a problem says so first: in the title, and in a summary with a link to each field."""

import pytest
from django.test import Client

from .visiting import read

FORMS = {
    "/accounts/login/": {"email": "nobody"},
    "/accounts/signup/": {"email": "nobody", "name": ""},
    "/account/": {"name": ""},
    "/register/name/": {"name": "Acme Ltd"},
    "/register/country/": {"country": ""},
    "/register/address/?country=UA": {"street": ""},
    "/register/person/": {"stated": ""},
    "/register/terms/": {"terms": "terms-1", "language": "en"},
    "/identity/document/": {"kind": "passport"},
}
PUBLIC = ("/accounts/login/", "/accounts/signup/")


@pytest.mark.parametrize(("address", "entered"), FORMS.items())
def test_a_form_that_comes_back_says_what_is_wrong_and_leads_there(
    client: Client, owner: Client, address: str, entered: dict[str, str]
) -> None:
    page = read((client if address in PUBLIC else owner).post(address, entered))
    assert page.problems == []
    title = page.text.strip().partition("\n")[0]
    assert title.startswith("Error: ")
    assert "There is a problem" in page.text
    assert [tag for tag, attributes in page.tags if "autofocus" in attributes][:1] == ["div"]  # the summary comes first
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a" and str(attributes["href"]).startswith("#id_")]
    assert links
    assert [link for link in links if str(link).removeprefix("#") not in page.ids] == []


@pytest.mark.parametrize("address", FORMS)
def test_a_form_without_a_problem_has_no_summary(client: Client, owner: Client, address: str) -> None:
    page = read((client if address in PUBLIC else owner).get(address))
    assert ("Error:" in page.text, "There is a problem" in page.text) == (False, False)


def test_a_problem_names_its_field_unless_the_field_is_a_whole_sentence(owner: Client) -> None:
    assert "Legal name: This field is required." in read(owner.post("/register/name/", {"name": ""})).text
    page = read(owner.post("/register/person/", {"stated": ""}))
    assert "own name, and not for an organisation or for somebody else.: " not in page.text
    assert page.text.count("Tick the box if this is so.") == 2


def test_a_refusal_that_is_told_in_a_message_stands_in_the_title_too(owner: Client, registered: str) -> None:
    page = read(owner.post(f"{registered}begin/", {}, follow=True))
    assert "The clock has not started." in page.text
    assert page.text.strip().startswith("Error: ")
