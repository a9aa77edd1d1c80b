"""A roster read and imported: every problem at once with its line, and nothing twice (rules P9 and X8)."""

import pytest
from portal.tests.cohorts.conftest import Invited, token

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import accepting, importing, roster
from guildmark_portal.cohorts.importing import Does
from guildmark_portal.cohorts.models import Cohort, Invitation
from guildmark_portal.cohorts.refusals import RosterRefused
from guildmark_portal.cohorts.roster import MOST_BYTES, MOST_ROWS, Row, read

pytestmark = pytest.mark.money

HEAD = "email,name,language,extra_time,breaks,break_minutes\n"
FULL = "ada@example.org,Ada Lovelace,ko,25,2,10\n"


def places(content: str | bytes) -> list[tuple[int, str]]:
    found = read(content.encode() if isinstance(content, str) else content)
    assert all(problem.what and problem.to_do for problem in found.problems)
    return [(problem.line, problem.column) for problem in found.problems]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_p9_a_roster_is_read_as_spreadsheets_of_any_country_write_it(mark: bytes, between: str, ending: str) -> None:
    written = (HEAD + FULL).replace(",", between).replace("\n", ending).encode()
    assert read(mark + written).rows == (Row(2, "ada@example.org", "Ada Lovelace", "ko", 25, 2, 10),)


def test_p9_only_the_address_must_be_there_and_case_and_blank_lines_do_not_matter() -> None:
    found = read(b"\n E-MAIL \n".replace(b"E-MAIL", b"Email") + b'ADA@Example.org\n\n"minji@example.org"\n')
    assert [(row.line, row.email) for row in found.rows] == [(3, "ada@example.org"), (5, "minji@example.org")]


def test_p9_quotes_hold_separators_and_names_of_any_script() -> None:
    found = read('email,name,extra_time\na@example.org,"Lovelace, ""Ada""",50%\nb@example.org,김민지,\n'.encode())
    assert [(row.name, row.percent) for row in found.rows] == [('Lovelace, "Ada"', 50), ("김민지", 0)]


def test_p9_every_problem_is_named_at_once_with_its_line_and_column() -> None:
    content = (
        HEAD
        + "no address,Ada,en,,,\n"
        + "b@example.org,=1+1,xx,,,\n"
        + "c@example.org,C,en,201,3,\n"
        + "d@example.org,D,en,,3,\n"
        + "d@example.org,D\n"
        + "e@example.org,E,fr,1e2,,\n"
        + "E@EXAMPLE.ORG,E,en,,,\n"
        + "e@example.org,E,en,,,\n"
    )
    assert places(content) == [
        (2, "email"),
        (3, "name"),
        (3, "language"),
        (4, "extra_time"),
        (5, "breaks"),
        (6, ""),
        (7, "language"),
        (7, "extra_time"),
        (8, "email"),
        (9, "email"),
    ]


def test_p9_a_column_that_there_is_not_hides_no_other_problem() -> None:
    assert places("email,salary,name\nnobody,1,A\nb@example.org,=1,=1\n") == [(1, "salary"), (2, "email"), (3, "name")]
    assert places("name,email,email\n=1,a@example.org,b@example.org\nB,no,\n") == [(1, "email"), (2, "name"), (3, "email")]
    assert (places("name\n=1\nB\n"), read(b"name\nB\n").rows) == ([(1, ""), (2, "name")], ())


def test_p9_what_is_wrong_ends_before_what_to_do_begins() -> None:
    first, second = map(str, read(b'email\nnotanaddress\n""""\n').problems)
    assert first == "Line 2, email: This is no mail address: notanaddress. Write one such as ada@example.org."
    assert second.count(". ") == 1


@pytest.mark.parametrize(
    "cell", ["=HYPERLINK(1)", "+1", "-2", "@SUM(A1)", "\uff0dcmd", "\uff20SUM(1)", "\uff0b1", "\uff1d1", "Ada;=1+1"]
)
@pytest.mark.parametrize("column", ["email", "name"])
def test_a_formula_is_refused_in_every_column(cell: str, column: str) -> None:
    row = {"email": "a@example.org", "name": "A", column: cell}
    assert places(f"email,name\n{row['email']},{row['name']}\n") == [(2, column)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", [(1, "")]),
        (b"\xff\xfee\x00", [(1, "")]),
        (b"email\nada\xff@example.org\n", [(2, "")]),
        (b"email\na\x00@example.org\n", [(2, "")]),
        (b"email\n" + b"a" * (MOST_BYTES + 1), [(1, "")]),
        (b"email,name\na@example.org," + b"x" * 10_000 + b"\n", [(2, "")]),
        (b'email\n"a@example.org\n', [(2, "")]),
        (b'email\n"a"b@example.org\n', [(2, "")]),
        (b"name\nAda\n", [(1, "")]),
        (b"email,salary\na@example.org,1\n", [(1, "salary")]),
        (b"email,email\na@example.org,b@example.org\n", [(1, "email")]),
        (b"email\n", [(1, "")]),
        ("email,name\na@example.org,A\u202eB\n".encode(), [(2, "name")]),
        (b'email,name\na@example.org,"A\nB"\n', [(2, "name")]),
        ("email\n\uff41@example.org\n".encode(), [(2, "email")]),
        ("email\nad\N{CYRILLIC SMALL LETTER A}@example.org\n".encode(), [(2, "email")]),
    ],
)
def test_hostile_files_are_refused_with_what_to_do(content: bytes, found: list[tuple[int, str]]) -> None:
    assert places(content) == found


def test_a_roster_has_so_many_rows_and_tells_so_many_problems() -> None:
    many = "email\n" + "".join(f"p{number}@example.org\n" for number in range(MOST_ROWS))
    assert (len(read(many.encode()).rows), places(many)) == (MOST_ROWS, [])
    assert places(f"{many}one@example.org\n") == [(MOST_ROWS + 2, "")]
    assert len(places("email\n" + "no\n" * 1000)) == roster.MOST_PROBLEMS + 1


def imported(cohort: Cohort, content: str) -> dict[str, int]:
    found = importing.import_roster(cohort=cohort, roster=read(content.encode()), actor="tests", now=clock.now())
    return {name: count for name, count in found.counts.items() if count}


@pytest.mark.django_db
def test_p9_the_same_roster_again_does_nothing_and_more_rows_are_added(cohort: Cohort) -> None:
    done = [imported(cohort, HEAD + FULL) for _ in range(2)]
    done.append(imported(cohort, HEAD + FULL.replace("25", "50") + "b@example.org,,,,,\n"))
    assert done == [{"new": 1}, {"same": 1}, {"new": 1, "changed": 1}]
    assert list(Invitation.objects.order_by("pk").values_list("email", "percent")) == [
        ("ada@example.org", 50),
        ("b@example.org", 0),
    ]


@pytest.mark.django_db
def test_p9_a_look_at_it_tells_what_would_happen_and_writes_nothing(cohort: Cohort, invited: Invited, candidate: User) -> None:
    accepted = invited(candidate.email)
    accepting.accept(token=token(accepted), user=candidate, now=clock.now())
    invited("b@example.org")
    content = "email,name\n" + "".join(f"{name}@example.org,New\n" for name in ("candidate", "b", "c", "d"))
    found = importing.outcome(cohort=cohort, roster=read(content.encode()))
    assert [does for _row, does in found.rows] == [Does.ACCEPTED, Does.CHANGED, Does.NEW, Does.NEW]
    assert (found.invited, found.seats, found.short_of, Invitation.objects.count()) == (4, 3, 1, 2)


@pytest.mark.django_db
def test_p9_of_a_file_with_a_problem_nothing_is_imported(cohort: Cohort) -> None:
    with pytest.raises(RosterRefused, match="Line 3, email"):
        imported(cohort, "email\na@example.org\nnobody\n")
    assert Invitation.objects.count() == 0
