"""Settling what a program asks for."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.protocol import ExamKind
from guildmark_portal.audit import services as audit
from guildmark_portal.exams.changes import program_changed
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.policy import amended
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
    """Settle what `assignments` say, each `KEY=VALUE`, all of them or none. Attempts under way keep their exam version.

    Raises `UnknownProgram`, and `PolicyRefused` with every problem.
    """
    Program.objects.select_for_update().filter(slug=slug).first()
    program = program_of(slug)
    before = program.policy
    after = amended(before, assignments)
    if after == before:
        return program
    if after.renews != before.renews and (after.renews == slug or after.renews not in {"", *_names()}):
        raise PolicyRefused(_("renews: name another program of this portal, such as %(name)s") % {"name": "practitioner"})
    program.policy_document = after.document
    program.save(update_fields=["policy_document"])
    was, now_is = before.settings, after.settings
    detail = {key: {"from": was[key], "to": value} for key, value in now_is.items() if was[key] != value}
    audit.record(actor=actor, action="program.policy", subject=program, detail=detail)
    program_changed.send(sender=Program, program=program, now=now)
    return program


def _names() -> set[str]:
    return set(Program.objects.values_list("slug", flat=True))
