"""The history of what a program settles: a number for every change, which attempts and rights to sit keep.

The newest version says what the program's row says. Where it does not (a new release of the portal changed a default, or there
is no version yet), one is written as soon as somebody asks: nothing begins under settings that no version holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction

from guildmark_portal.audit import services as audit
from guildmark_portal.exams.models import PolicyVersion, Program
from guildmark_portal.exams.policy import ProgramPolicy
from guildmark_portal.exams.refusals import UnknownPolicyVersion

_BY_UPDATE = "update"


def newest(program: Program) -> PolicyVersion | None:
    """The version that was written last."""
    return program.policy_versions.first()


def in_force(program: Program, *, now: datetime, actor: str = _BY_UPDATE) -> PolicyVersion:
    """The version that says what `program` settles; it is written where there is none, by `actor`."""
    settled, last = program.policy, newest(program)
    if last is not None and last.policy == settled:
        return last
    return _written(program, settled, after=last, actor=actor, at=program.created_at if last is None else now)


def settle(program: Program, policy: ProgramPolicy, *, actor: AbstractBaseUser | str, now: datetime) -> PolicyVersion:
    """Write down what is settled from `now` on; the caller has locked the program's row, and changes it too."""
    return _written(program, policy, after=in_force(program, now=now), actor=audit.name_of(actor), at=now)


def _written(
    program: Program, policy: ProgramPolicy, *, after: PolicyVersion | None, actor: str, at: datetime
) -> PolicyVersion:
    number = 1 if after is None else after.number + 1
    try:
        with transaction.atomic():
            return PolicyVersion.objects.create(
                program=program, number=number, document=policy.document, settled_at=at, settled_by=actor
            )
    except IntegrityError:  # somebody else asked at this very moment
        return program.policy_versions.get(number=number)


def version_of(program: Program, number: int) -> PolicyVersion:
    """The version with that number. Raises `UnknownPolicyVersion`."""
    try:
        return program.policy_versions.select_related("program").get(number=number)
    except PolicyVersion.DoesNotExist as error:
        raise UnknownPolicyVersion from error


@dataclass(frozen=True)
class Changed:
    """A setting that two versions say differently, as people write it."""

    key: str
    before: str
    after: str


def differences(before: ProgramPolicy, after: ProgramPolicy) -> tuple[Changed, ...]:
    """Every setting that differs, in the order in which settings are listed."""
    return tuple(_differences(before.settings, after.settings))


def _differences(was: dict[str, str], now_is: dict[str, str]) -> Iterator[Changed]:
    for key, value in now_is.items():
        if was[key] != value:
            yield Changed(key, was[key], value)
