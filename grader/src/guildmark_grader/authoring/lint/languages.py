"""A language that lags behind: instructions that are not made like the English ones, and texts that were never translated.

Every language tells the same task. What can be counted without knowing a language must be the same in all of them: headings,
rows of tables, list items, code, numbers. A small number may be a word in one language and a digit in another.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from guildmark.errors import PackProblem
from guildmark.i18n import _
from guildmark.packs.model import Text as Texts
from guildmark.packs.reader import Form, Pack
from guildmark_grader.authoring.lint.markdown import Piece, Text

_FEW_WORDS = 4
_WORD = re.compile(r"[A-Za-z]{2,}")
_CODE = re.compile(r"`[^`]*`")
_SHOWN = 60
_WRITTEN_OUT: Mapping[str, re.Pattern[str]] = {
    number: re.compile(rf"\b(?:{english})\b|{korean}|{chinese}", re.IGNORECASE)
    for number, english, korean, chinese in (
        ("0", "zero|no|none|nothing", "없", "零|没有|无"),
        ("1", "one|an?|once|single|first", "하나|한|첫|일", "一|单|首|个"),
        ("2", "two|twice|both|second|double|pair", "둘|두|둘째|이", "二|两|双"),
        ("3", "three|third|thrice", "셋|세|삼", "三"),
        ("4", "four|fourth|quarter", "넷|네|사", "四"),
        ("5", "five|fifth", "다섯|오", "五"),
        ("6", "six|sixth|half", "여섯|육", "六|半"),
        ("7", "seven|seventh|week", "일곱|칠", "七|周"),
        ("8", "eight|eighth", "여덟|팔", "八"),
        ("9", "nine|ninth", "아홉|구", "九"),
        ("10", "ten|tenth|tens", "열|십", "十"),
        ("11", "eleven|eleventh", "열한|열하나|십일", "十一"),
        ("12", "twelve|twelfth|dozen|year", "열두|열둘|십이|1년|한 해", "十二|一年"),
        ("20", "twenty", "스물|스무|이십", "二十"),
        ("24", "twenty-four|day", "스물네|이십사|하루", "二十四|一天"),
    )
}


def language_problems(place: str, form: Form) -> Iterator[PackProblem]:
    """Every way in which the instructions of `form` differ from the English ones, and what was not translated."""
    english = Text(form.instructions.get("en", ""))
    for language, source in form.instructions.items():
        if language != "en" and source.strip() and english.source.strip():
            file = f"{place}/instructions.{language}.md"
            for line, message in _differences(english, Text(source)):
                yield PackProblem(file, line, message)
    task = form.task
    meanings = [*(entry.meaning for entry in task.inputs), task.output.meaning]
    texts = [task.title, *meanings, *task.tips, *(hint.text for hint in task.hints)]
    yield from untranslated(form.folder / "task.toml", f"{place}/task.toml", texts)


def exam_language_problems(pack: Pack) -> Iterator[PackProblem]:
    """Texts of `exam.toml` that were not translated."""
    titles = [pack.exam.title, *(category.title for category in pack.exam.categories)]
    yield from untranslated(pack.folder / "exam.toml", "exam.toml", titles)


def untranslated(path: Path, name: str, texts: Iterable[Texts]) -> Iterator[PackProblem]:
    """Texts of the file at `path`, called `name` in problems, that say the same in English and in another language."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for text in texts:
        for language, translated in text.items():
            if language != "en" and translated.strip() == text["en"].strip() and _has_words(translated):
                number = next((number for number, line in enumerate(lines, start=1) if translated in line), None)
                yield PackProblem(name, number, _not_translated(language, translated))


def _differences(english: Text, other: Text) -> Iterator[tuple[int | None, str]]:
    yield from _levels(english, other)
    counted = (
        (_("rows of tables"), _rows(english), _rows(other)),
        (_("list items"), len(english.items), len(other.items)),
        (_("lines of fenced code"), english.fences, other.fences),
    )
    for what, there, here in counted:
        if there != here:
            message = _("It has {here} {what}, the English text {there}. Bring the two in line.")
            yield None, message.format(here=here, there=there, what=what)
    yield from _spans(english, other)
    yield from _numbers(english, other)
    originals = {block.text for block in english.blocks if _has_words(block.text)}
    for block in other.blocks:
        if block.text in originals:
            yield block.line, _not_translated(None, block.text)


def _rows(text: Text) -> int:
    return sum(len(table) for table in text.tables)


def _levels(english: Text, other: Text) -> Iterator[tuple[int | None, str]]:
    there, here = [level for level, _piece in english.headings], [level for level, _piece in other.headings]
    if there == here:
        return
    same = next((k for k, pair in enumerate(zip(there, here, strict=False)) if pair[0] != pair[1]), min(len(there), len(here)))
    line = other.headings[same][1].line if same < len(here) else None
    message = _("Its headings have the levels {here}, the English ones {there}. Bring the two in line.")
    yield line, message.format(here=_marks(here), there=_marks(there))


def _marks(levels: list[int]) -> str:
    return " ".join("#" * level for level in levels) or "-"


def _spans(english: Text, other: Text) -> Iterator[tuple[int | None, str]]:
    there, here = _counted(english.spans), _counted(other.spans)
    for span, count in (here - there).items():
        message = _("`{span}` stands here {here} time(s), in the English text {there}. Bring the two in line.")
        yield _last(other.spans, span), message.format(span=span, here=here[span], there=here[span] - count)
    for span, count in (there - here).items():
        message = _("`{span}` stands in the English text {there} time(s), here {here}. Bring the two in line.")
        yield None, message.format(span=span, there=there[span], here=there[span] - count)


def _numbers(english: Text, other: Text) -> Iterator[tuple[int | None, str]]:
    there, here = _counted(english.numbers), _counted(other.numbers)
    for number in here - there:
        if not _is_written_out(number, english):
            message = _("{number} stands in this text and not, or not as often, in the English one. Bring the two in line.")
            yield _last(other.numbers, number), message.format(number=number)
    for number in there - here:
        if not _is_written_out(number, other):
            line = _last(english.numbers, number)
            message = _(
                "{number} stands in line {line} of the English text and not, or not as often, here. Bring the two in line."
            )
            yield None, message.format(number=number, line=line)


def _is_written_out(number: str, text: Text) -> bool:
    word = _WRITTEN_OUT.get(number)
    return word is not None and any(word.search(_CODE.sub(" ", line.text)) for line in text.lines)


def _counted(pieces: Iterable[Piece]) -> Counter[str]:
    return Counter(piece.text for piece in pieces)


def _last(pieces: Iterable[Piece], text: str) -> int | None:
    return max((piece.line for piece in pieces if piece.text == text), default=None)


def _has_words(text: str) -> bool:
    """Whether so much is said in words that no translation would be the same."""
    return len(_WORD.findall(_CODE.sub(" ", text))) > _FEW_WORDS


def _not_translated(language: str | None, text: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    if language is None:
        return _("This is still English: {text}. Translate it.").format(text=repr(shown))
    return _("The text in {language} is still English: {text}. Translate it.").format(language=language, text=repr(shown))
