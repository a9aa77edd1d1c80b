"""Settling what a program asks for."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.protocol import ExamKind
from guildmark_portal.audit import services as audit
from guildmark_portal.exams import policies
from guildmark_portal.exams.changes import program_changed
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.policy import ProgramPolicy, amended
from guildmark_portal.exams.refusals import PolicyRefused, UnknownProgram


def program_of(slug: str) -> Program:
    """The program `slug`. Raises `UnknownProgram`, which names those that there are."""
    program = Program.objects.filter(slug=slug).first()
    if program is None:
        known = ", ".join(Program.objects.exclude(kind=ExamKind.REHEARSAL.value).values_list("slug", flat=True)) or _(
            "none yet"
        )
        raise UnknownProgram(_("There is no program %(slug)s. Programs: %(known)s.") % {"slug": slug, "known": known})
    return program


@transaction.atomic
def amend_policy(*, slug: str, assignments: Sequence[str], actor: AbstractBaseUser | str, now: datetime) -> Program:
    """Settle what `assignments` say, each `KEY=VALUE`, all of them or none, as a new version of the program's policy.

    What attempts, rights to sit and orders began with, they keep. Raises `UnknownProgram`, and `PolicyRefused` with every
    problem.
    """
    Program.objects.select_for_update().filter(slug=slug).first()
    program = program_of(slug)
    before = program.policy
    after = amended(before, assignments)
    if after == before:
        return program
    _require_programs(slug, before, after)
    policies.settle(program, after, actor=actor, now=now)
    program.policy_document = after.document
    program.save(update_fields=["policy_document"])
    was, now_is = before.settings, after.settings
    detail = {key: {"from": was[key], "to": value} for key, value in now_is.items() if was[key] != value}
    audit.record(actor=actor, action="program.policy", subject=program, detail=detail)
    program_changed.send(sender=Program, program=program, now=now)
    return program


def _require_programs(slug: str, before: ProgramPolicy, after: ProgramPolicy) -> None:
    """Refuse to name a program that there is not, or levels of which none could be the first. Raises `PolicyRefused`."""
    names = set(Program.objects.values_list("slug", flat=True)) - {slug}
    for key, was, named in (("renews", before.renews, after.renews), ("requires", before.requires, after.requires)):
        if named != was and named not in {"", *names}:
            said = {"setting": key, "name": "practitioner"}
            raise PolicyRefused(_("%(setting)s: name another program of this portal, such as %(name)s") % said)
    if after.requires != before.requires and slug in _required_by(after.requires):
        raise PolicyRefused(
            _("requires: %(name)s requires this program itself, and nobody could sit either") % {"name": after.requires}
        )


def _required_by(slug: str) -> Iterator[str]:
    """What `slug` requires, and what that requires, and so on."""
    requires = {program.slug: program.policy.requires for program in Program.objects.all()}
    seen: set[str] = set()
    while (slug := requires.get(slug, "")) and slug not in seen:
        seen.add(slug)
        yield slug
