"""The page of rules is up to date, and no test carries an id that there is not."""

from tests.rules_table import PAGE, carriers, groups, page


def test_the_page_of_rules_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: make rules"


def test_every_id_in_the_name_of_a_test_is_a_rule() -> None:
    known = {identifier for group in groups() for identifier in group["rules"]}
    assert {identifier: sorted(files) for identifier, files in carriers().items() if identifier not in known} == {}


def test_a_test_may_carry_several_ids_and_says_the_rest_as_a_sentence() -> None:
    files = carriers()["P6"]
    sentence = "a name that cannot be taken is refused beside its field"
    assert sentence in files["portal/tests/profiles/test_pages.py"]
    assert sentence in carriers()["G3"]["portal/tests/profiles/test_pages.py"]
