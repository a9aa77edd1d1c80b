"""A whole exam in the terminal, from the start to a certificate that a stranger checks."""

import httpx

from guildmark.signing import is_signed_by


def test_p3_models_handed_in_from_a_terminal_become_a_certificate(person, quick_pack, anonymous) -> None:
    ada = person("ada")
    ada.begin()
    assert sorted(path.name for path in ada.folder.glob("Category*")) == [f"Category{n}" for n in range(1, 6)]

    for number in range(1, 6):
        ada.solve(number, quick_pack)
        assert ada.candidate.guildmark_json("submit", str(number))["submission"]["report"]["score"] == 5
    ada.candidate.guildmark_json("finish", "--yes")

    result = ada.candidate.guildmark_json("result")["result"]
    assert (result["passed"], result["points"]) == (True, 100)
    document = anonymous.get(httpx.URL(result["certificate_url"].rstrip("/") + ".json").raw_path.decode()).json()
    keys = {key["key_id"]: key["public_key"] for key in anonymous.get("/api/v1/keys").json()}
    assert is_signed_by(document, keys[document["key_id"]])
    assert not is_signed_by({**document, "holder": "Somebody Else"}, keys[document["key_id"]])
    assert "DEMONSTRATION" in anonymous.get(f"/certificates/{result['certificate']}/").text


def test_s7_a_category_without_a_submission_is_zero_and_the_exam_is_not_passed(person, quick_pack) -> None:
    bob = person("bob")
    bob.begin()
    bob.solve(5, quick_pack)
    bob.candidate.guildmark_json("submit", "5")
    bob.candidate.guildmark_json("finish", "--yes")

    result = bob.candidate.guildmark_json("result")["result"]
    assert [category["score"] for category in result["categories"]] == [0, 0, 0, 0, 5]
    assert (result["passed"], result["points"], result["certificate"]) == (False, 30, None)
