"""The end of an exam in the words of every tool: what the list before Finish says below its categories, and the decision."""

from collections.abc import Collection, Iterator
from typing import Final

from guildmark.client.outbox import Waiting
from guildmark.i18n import _
from guildmark.protocol import Readiness, Result
from guildmark.rules.scoring import PassRule

_NAMED: Final = 5
"""So many skills to practise are named; the page of the result has all of them."""


def besides(found: Readiness, waiting: Collection[Waiting]) -> Iterator[str]:
    """What there is to know before Finish besides each category's score, with what is handed in and `waiting` here."""
    for one in waiting:
        said = _("{name} of {category} is handed in and not sent yet; it is sent before the exam ends.")
        yield said.format(name=one.path.name, category=one.category.title())
    ours = {(one.category, one.path.name, one.size) for one in waiting}
    for upload in found.open_uploads:
        if (upload.category, upload.file_name, upload.size) not in ours:
            yield _("The upload of {name} is under way and would be abandoned.").format(name=upload.file_name)
    if found.pending:
        yield _("{count} submissions are still being graded; they count.").format(count=found.pending)


def held_up() -> str:
    """What is said while the end waits for another tool."""
    return _("Another tool of this exam is handing in a file. The exam ends when that is done.")


def decision(found: Result) -> tuple[str, str]:
    """Whether it is a pass, in a word, and what follows it on the line: the points and the rule."""
    rule = (
        _("the pass mark is {mark}").format(mark=found.pass_mark)
        if found.pass_rule is PassRule.WEIGHTED
        else _("a pass needs full score in every category")
    )
    points = _(": {points:g} of {possible} points; {rule}.").format(
        points=found.points, possible=found.points_possible, rule=rule
    )
    return _("Passed") if found.passed else _("Not passed"), points


def to_practise(found: Result) -> tuple[str, ...]:
    """The skills to practise next, the first ones with their titles."""
    titles = {skill.id: skill.title for area in found.skills for skill in area.skills}
    return tuple(f"{skill}  {titles.get(skill, '')}".strip() for skill in found.practise[:_NAMED])
