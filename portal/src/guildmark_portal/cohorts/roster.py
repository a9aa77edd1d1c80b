"""A roster read: a CSV file with a row a person, and every problem that it has, with its line and column.

    email               whom it is for; the one column that must be there
    name                as letters address them
    language            of letters: one of the portal's
    extra_time          percent of the exam's own time
    breaks, break_minutes   so many breaks of so many minutes

UTF-8 with or without a mark at its beginning; commas, semicolons or tabs between fields, as spreadsheets of different countries
write them; fields in quotes. What a spreadsheet would take for a formula, characters that cannot be seen, and anything too long
are refused: a file is mended by whoever wrote it, never by guessing. Nothing here reads or writes a row of the database.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from guildmark.rules.accommodation import LONGEST_BREAK_MINUTES, MOST_BREAKS, MOST_PERCENT, fits
from guildmark_portal.cohorts.models import LONGEST_PERSON
from guildmark_portal.spreadsheets import sign_of_a_formula

MOST_BYTES: Final = 400 * 1024
MOST_ROWS: Final = 2000
LONGEST_LINE: Final = 2000
LONGEST_ADDRESS: Final = 254
MOST_PROBLEMS: Final = 100
COLUMNS: Final = ("email", "name", "language", "extra_time", "breaks", "break_minutes")
_BETWEEN: Final = ",;\t"
_ENDS: Final = (".", "。")
_JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Unseen, but letters of Persian and of scripts of India need them."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHOWN: Final = 40
_LONGEST_NUMBER: Final = 4


@dataclass(frozen=True)
class Problem:
    """What is wrong in `line`, which counts from 1, at `column` if it is about one field; and what to do."""

    line: int
    what: str
    to_do: str
    column: str = ""

    def __str__(self) -> str:
        place = _("Line {line}, {column}:") if self.column else _("Line {line}:")
        end = "" if self.what.endswith(_ENDS) else "."  # what quotes a field ends as that does
        return f"{place.format(line=self.line, column=self.column)} {self.what}{end} {self.to_do}"


@dataclass(frozen=True)
class Row:
    """What one row says, tidied. The address is in lower case."""

    line: int
    email: str
    name: str = ""
    language: str = ""
    percent: int = 0
    breaks: int = 0
    break_minutes: int = 0


@dataclass(frozen=True)
class Roster:
    """The rows that are good, and the problems of the others. With any problem, nothing is imported."""

    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass
class _Reading:
    """What was found so far."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Where an address stands first."""

    def note(self, line: int, what: str, to_do: str, column: str = "") -> None:
        self.problems.append(Problem(line, what, to_do, column))


def read(content: bytes) -> Roster:
    """The roster in `content`, whatever that is: nothing is raised."""
    reading = _Reading()
    text = _text(content, reading)
    if text is not None and not _has_wrong_lines(text, reading):
        _read_table(text, reading)
    problems = sorted(reading.problems, key=lambda one: one.line)
    return Roster(tuple(reading.rows), tuple(problems))


def _text(content: bytes, reading: _Reading) -> str | None:
    if len(content) > MOST_BYTES:
        reading.note(
            1,
            _("The file has more than {most} KiB.").format(most=MOST_BYTES // 1024),
            _("Save the columns of the roster alone, or import it in parts."),
        )
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        reading.note(1, _("The file is in UTF-16."), _("Save it as “CSV UTF-8”."))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reading.note(line, _("These bytes are no UTF-8."), _("Save the file as “CSV UTF-8”."))
        return None
    if not text.strip():
        reading.note(1, _("The file is empty."), _header_wanted())
        return None
    return text


def _has_wrong_lines(text: str, reading: _Reading) -> bool:
    """Whether there are lines that no spreadsheet writes: looked at before anything takes them apart."""
    before = len(reading.problems)
    for number, line in enumerate(text.splitlines() if "\0" not in text else text.split("\n"), start=1):
        if "\0" in line:
            reading.note(number, _("There is a NUL character."), _("Write the file again with a spreadsheet or an editor."))
        if len(line) > LONGEST_LINE:
            reading.note(
                number,
                _("The line has more than {most} characters.").format(most=LONGEST_LINE),
                _("Leave out what is no column of the roster."),
            )
        if len(reading.problems) >= MOST_PROBLEMS:
            break
    return len(reading.problems) > before


def _read_table(text: str, reading: _Reading) -> None:
    records = _records(text, reading)
    first = next(records, None)
    if first is None:
        return
    columns = _columns(*first, reading)
    for count, (line, cells) in enumerate(records, start=1):
        if count > MOST_ROWS:
            reading.note(line, _("There are more than {most} rows.").format(most=MOST_ROWS), _("Import the roster in parts."))
            return
        _read_row(line, cells, columns, reading)
        if len(reading.problems) >= MOST_PROBLEMS:
            reading.note(line, _("There may be more problems below."), _("Mend those that are named, and try again."))
            return
    if not reading.rows and not reading.problems:
        reading.note(1, _("There is no row below the names of the columns."), _("Write one for each person."))


def _records(text: str, reading: _Reading) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not blank, with the line at which it begins."""
    head = text.lstrip("\r\n").splitlines()[0]
    between = max(_BETWEEN, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            reading.note(
                line,
                _("The quotation marks do not fit."),
                _('A field in quotes ends with one, and a quotation mark inside of it is written twice: "".'),
            )
            return
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _header_wanted() -> str:
    return _("Its first line names the columns: {columns}. Only email must be there.").format(columns=", ".join(COLUMNS))


def _columns(line: int, cells: list[str], reading: _Reading) -> tuple[str, ...]:
    """The name of each column; that of one that is not read is empty, so that what is wrong below is found too."""
    names = tuple("_".join(cell.strip().lower().split()) for cell in cells)
    for place, name in enumerate(names):
        if name not in COLUMNS:
            shown = _shortened(cells[place].strip()) or _("(empty)")
            reading.note(line, _("There is no column of this name."), _header_wanted(), column=shown)
        elif name in names[:place]:
            reading.note(line, _("This column is there twice."), _("Leave one of them out."), column=name)
    if "email" not in names:
        reading.note(line, _("There is no column email."), _header_wanted())
    return tuple(name if name in COLUMNS and name not in names[:place] else "" for place, name in enumerate(names))


def _read_row(line: int, cells: list[str], columns: tuple[str, ...], reading: _Reading) -> None:
    if len(cells) != len(columns):
        reading.note(
            line,
            _("There are {found} fields, and {wanted} columns.").format(found=len(cells), wanted=len(columns)),
            _("Write a field for each column, empty where there is nothing to say."),
        )
        return
    given = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if name}
    before = len(reading.problems)
    good = {name: cell for name, cell in given.items() if _is_plain(line, name, cell, reading)}
    email = _address(line, good["email"], reading) if "email" in good else ""
    language = _language(line, good.get("language", ""), reading)
    most = {"extra_time": MOST_PERCENT, "breaks": MOST_BREAKS, "break_minutes": LONGEST_BREAK_MINUTES}
    numbers = [_number(line, name, good.get(name, ""), limit, reading) for name, limit in most.items()]
    if any(numbers) and len(reading.problems) == before and not fits(**dict(zip(_GRANTED, numbers, strict=True))):
        reading.note(
            line,
            _("Breaks have a length exactly where there are some."),
            _("Write both breaks and break_minutes, or neither."),
            column="breaks",
        )
    if email and len(reading.problems) == before:
        name = unicodedata.normalize("NFC", good.get("name", ""))
        reading.rows.append(Row(line, email, name, language, *numbers))


_GRANTED: Final = ("percent", "breaks", "break_minutes")


def _is_plain(line: int, column: str, cell: str, reading: _Reading) -> bool:
    """Whether a field is nothing that none may be, whatever it says."""
    before = len(reading.problems)
    if sign := sign_of_a_formula(cell):
        reading.note(
            line,
            _("A spreadsheet would take this for a formula: {cell}").format(cell=_shortened(cell)),
            _("Write what it stands for, without {sign} before it.").format(sign=sign),
            column,
        )
    elif any(unicodedata.category(one) in _UNSEEN and one not in _JOINERS for one in cell):
        reading.note(
            line,
            _("There is a character that cannot be seen, or a line break."),
            _("Type the field again instead of pasting it."),
            column,
        )
    elif len(cell) > LONGEST_PERSON + LONGEST_ADDRESS * (column == "email"):
        reading.note(line, _("This is too long."), _("Shorten it to {most} characters.").format(most=LONGEST_PERSON), column)
    return len(reading.problems) == before


def _address(line: int, cell: str, reading: _Reading) -> str:
    address = cell.lower()
    try:
        validate_email(address)
        is_one = len(address) <= LONGEST_ADDRESS and address.isascii()
    except ValidationError:
        is_one = False
    if not is_one:
        what = _("This is no mail address: {cell}").format(cell=_shortened(cell)) if cell else _("There is no mail address.")
        reading.note(line, what, _("Write one such as ada@example.org."), column="email")
    elif address in reading.lines:
        reading.note(
            line,
            _("This address stands in line {first} already.").format(first=reading.lines[address]),
            _("Leave one of the two lines out."),
            column="email",
        )
    else:
        reading.lines[address] = line
    return address


def _language(line: int, cell: str, reading: _Reading) -> str:
    known = {code.lower(): code for code, _name in settings.LANGUAGES}
    code = known.get(cell.lower().replace("_", "-"), "")
    if cell and not code:
        reading.note(
            line,
            _("Letters are not written in this language: {cell}").format(cell=_shortened(cell)),
            _("Write one of {codes}, or nothing.").format(codes=", ".join(known.values())),
            column="language",
        )
    return code


def _number(line: int, column: str, cell: str, most: int, reading: _Reading) -> int:
    digits = cell.removesuffix("%").strip() if column == "extra_time" else cell
    if not digits:
        return 0
    if digits.isascii() and digits.isdecimal() and len(digits) < _LONGEST_NUMBER and int(digits) <= most:
        return int(digits)
    reading.note(
        line,
        _("This is no number from 0 to {most}: {cell}").format(most=most, cell=_shortened(cell)),
        _("Write digits alone, or nothing."),
        column,
    )
    return 0


def _shortened(cell: str) -> str:
    """What a cell says, as far as it can be shown."""
    seen = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in cell)
    return seen if len(seen) <= _SHOWN else f"{seen[:_SHOWN]}…"
