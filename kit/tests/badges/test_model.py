import copy

import pytest
from kit.tests.badges import sample

from guildmark.badges import model


def _facts(**fields):
    return model.BadgeFacts.model_validate({**sample.FACTS.model_dump(), **fields})


def _subject(**fields):
    return model.open_badge(_facts(**fields))["credentialSubject"]


def _evidence(**fields):
    return {each["name"]: each["narrative"] for each in model.open_badge(_facts(**fields))["evidence"]}


def test_c4_a_badge_is_an_open_badges_credential():
    badge = sample.unsigned()

    assert badge["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert badge["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert badge["id"] == "https://guildmark.example/certificates/GM-7KXQ-2MVP-RT43/credential.json"
    assert badge["issuer"] == {
        "id": "did:web:guildmark.example",
        "type": ["Profile"],
        "name": "Guildmark",
        "url": "https://guildmark.example",
    }


def test_c6_a_badge_is_valid_from_its_issue_to_the_end_of_its_last_day():
    badge = sample.unsigned()

    assert (badge["validFrom"], badge["validUntil"]) == ("2026-11-22T09:30:00Z", "2029-11-22T23:59:59Z")


def test_it_names_its_holder_as_chosen():
    assert _subject(holder="  王小明\u3000 (Wáng\tXiǎomíng) ")["identifier"] == [
        {"type": "IdentityObject", "hashed": False, "identityHash": "王小明 (Wáng Xiǎomíng)", "identityType": "name"}
    ]


def test_it_says_what_was_reached_in_every_category_and_in_all():
    subject = _subject()
    names = {each["id"]: each for each in subject["achievement"]["resultDescription"]}

    reached = [
        (names[result["resultDescription"]]["name"], result["value"], names[result["resultDescription"]]["valueMax"])
        for result in subject["result"]
    ]
    assert reached == [("Total", "94.5", "100"), ("A model of one neuron", "5", "5"), ("Pictures in colour", "4", "5")]
    assert subject["achievement"]["resultDescription"][0]["requiredValue"] == "90"


@pytest.mark.parametrize(("points", "value"), [(100, "100"), (90.0, "90"), (87.25, "87.25"), (200 / 3, "66.6667"), (0, "0")])
def test_points_are_written_without_needless_digits(points, value):
    assert _subject(points=points)["result"][0]["value"] == value


def test_it_names_the_skills_that_the_exam_asks_for():
    achievement = _subject()["achievement"]

    assert [(each["targetCode"], each["targetName"]) for each in achievement["alignment"]] == [
        ("A1", "Loads data"),
        ("C6", "Avoids overfitting & augments"),
    ]
    assert achievement["tag"] == ["TensorFlow 2", "Practitioner", "Loads data", "Avoids overfitting & augments"]


def test_it_says_how_it_was_achieved():
    assert _evidence() == {
        "Exam": "Deep Learning Practitioner, Practitioner, version 3.1.0: tasks done with TensorFlow 2.",
        "Pass rule": "A pass needs 90 of 100 points.",
        "Identity check": "The identity of the holder was checked by reviewers of the issuer.",
    }


def test_where_every_score_has_to_be_full_the_pass_mark_says_nothing():
    facts = {"pass_rule": "all_full", "pass_mark": 90, "points": 100}

    assert _evidence(**facts)["Pass rule"] == "A pass needs the full score of 5 in every category."
    required = [each["requiredValue"] for each in _subject(**facts)["achievement"]["resultDescription"]]
    assert required == ["100", "5", "5"]


def test_an_identity_that_nobody_checked_is_said_so():
    assert _evidence(identity_check="none")["Identity check"] == "The identity of the holder was not checked."


def test_a_demonstration_says_so_wherever_it_is_shown():
    badge = model.open_badge(_facts(demonstration=True))

    assert badge["name"] == "Deep Learning Practitioner (demonstration)"
    assert badge["credentialSubject"]["achievement"]["name"] == "Deep Learning Practitioner (demonstration)"
    assert badge["evidence"][0]["narrative"] == "A demonstration, which certifies nothing."


def test_its_place_in_the_three_lists_is_one_and_revocation_comes_first():
    entries = sample.unsigned()["credentialStatus"]

    assert [(entry["statusPurpose"], entry["statusListCredential"], entry["statusListIndex"]) for entry in entries] == [
        ("revocation", "https://guildmark.example/status/1/revocation", "70001"),
        ("suspension", "https://guildmark.example/status/1/suspension", "70001"),
    ]


def test_a_portal_below_a_path_names_itself_after_it():
    badge = model.open_badge(_facts(portal="http://localhost:8000/guild"))

    assert badge["issuer"]["id"] == "did:web:localhost%3A8000:guild"
    assert model.checked(badge).identifier == "GM-7KXQ-2MVP-RT43"


@pytest.mark.parametrize(
    "fields",
    [
        {"holder": ""},
        {"holder": " \t"},
        {"holder": "a\0b"},
        {"holder": "a\x7fb"},
        {"holder": "\ud800"},
        {"holder": "a" * 4001},
        {"portal": "https://guildmark.example/"},
        {"portal": "guildmark.example"},
        {"portal": 'https://guildmark.example/"><'},
        {"identifier": "../../x"},
        {"program": "a/b"},
        {"exam_version": "1 0"},
        {"status_index": 131_072},
        {"status_index": -1},
        {"status_list": 0},
        {"valid_from": "2026-11-22T09:30:00"},
        {"image": "javascript:alert(1)"},
        {"categories": ()},
        {"unknown": 1},
        {"identity_check": "sworn"},
    ],
)
def test_facts_that_no_badge_can_say_are_refused(fields):
    with pytest.raises(ValueError, match=r"."):
        _facts(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"categories": (sample.FACTS.categories[0], sample.FACTS.categories[0])},
        {"skills": (sample.FACTS.skills[0], sample.FACTS.skills[0])},
        {"valid_until": sample.ISSUED},
        {"portal": "https://guildmark.example?a=b"},
    ],
)
def test_facts_that_contradict_each_other_make_no_badge(fields):
    with pytest.raises(ValueError, match=r"."):
        model.open_badge(_facts(**fields))


def test_what_was_issued_is_read_again():
    badge = model.checked(sample.unsigned())

    assert (badge.holder, badge.identifier) == ("Zoë Åkerström-Müller 김민서 王小明", "GM-7KXQ-2MVP-RT43")
    assert [entry.index for entry in badge.places] == [70_001] * 3
    assert badge.document() == sample.unsigned()


def _entries(**fields):
    def changed(badge):
        badge["credentialStatus"] = [{**entry, **fields} for entry in badge["credentialStatus"]]
        return badge

    return changed


def _at(*way, value):
    def changed(badge):
        *path, last = way
        part = badge
        for step in path:
            part = part[step]
        part[last] = value
        return badge

    return changed


FOREIGN = {
    "another issuer": _at("issuer", "id", value="did:web:evil.example"),
    "another address": _at("issuer", "url", value="https://evil.example"),
    "another certificate's address": _at("id", value="https://evil.example/certificates/GM-7KXQ-2MVP-RT43/credential.json"),
    "lists of another issuer": _entries(
        id="https://evil.example/status/1/revocation#1",
        statusListCredential="https://evil.example/status/1/revocation",
        statusListIndex="1",
    ),
    "a place that does not exist": _entries(statusListIndex="131072"),
    "a place written otherwise": _entries(statusListIndex="070001"),
    "a place as a number": _entries(statusListIndex=70001),
    "one purpose three times": _entries(statusPurpose="revocation"),
    "a size of its own": _entries(statusSize=2),
    "a hashed name": _at("credentialSubject", "identifier", 0, "hashed", value=True),
    "a name that is a number for false": _at("credentialSubject", "identifier", 0, "hashed", value=0),
    "two names": lambda badge: _at("credentialSubject", "identifier", value=badge["credentialSubject"]["identifier"] * 2)(
        badge
    ),
    "a control character": _at("name", value="Deep\u0007"),
    "a space in front": _at("name", value=" Deep"),
    "half a character": _at("name", value="\ud83d"),
    "another language": _at("credentialSubject", "achievement", "inLanguage", value="xx"),
    "a number for a value": _at("credentialSubject", "result", 0, "value", value=94.5),
}


@pytest.mark.parametrize("change", FOREIGN.values(), ids=FOREIGN)
def test_x13_what_we_would_not_issue_is_refused(change):
    with pytest.raises(ValueError, match=r"."):
        model.checked(change(copy.deepcopy(sample.unsigned())))
