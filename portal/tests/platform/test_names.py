"""A name goes onto a certificate: what it may be made of."""

import pytest

from guildmark_portal.accounts.forms import NameForm
from guildmark_portal.web.identity_forms import DocumentForm


@pytest.mark.parametrize("name", ["Zoë Łukasiewicz", "李 明", "Nguyễn Văn A", "محمد", "می\u200cرود", "O'Brien <b>"])
def test_names_of_every_script_are_taken(name):
    form = NameForm({"name": name})
    assert form.is_valid()
    assert form.cleaned_data["name"] == name


def test_a_name_is_composed_and_its_spaces_are_single():
    form = NameForm({"name": "  Zoe\u0308 \t  Hopper "})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Zo\u00eb Hopper"


@pytest.mark.parametrize(
    "name",
    [
        "\u202eevE",
        "Eve\u200b",
        "Eve\u2066Bob",
        "\u200e",
        "Eve\x07",
        "\u3164",
        "\u200c",
        "\u2800",
        "\u034f",
        "a" + 95 * "\u0301",
    ],
)
def test_what_cannot_be_seen_or_turns_the_text_is_refused(name):
    form = NameForm({"name": name})
    assert not form.is_valid()
    assert "Type it again by hand" in form.errors["name"][0]


@pytest.mark.parametrize("name", ["\u0301", "…", "- -"])
def test_a_name_has_something_to_read(name):
    assert NameForm({"name": name}).errors["name"] == ["Enter a name with letters in it."]


@pytest.mark.parametrize("field", ["name", "latin_name", "address_region"])
@pytest.mark.parametrize("text", ["Ada\u202ecalevoL", "\u3164"])
def test_what_is_printed_on_a_document_can_be_seen(field, text):
    assert "Type it again by hand" in DocumentForm({field: text}).errors[field][0]
