"""A live exam for a fee, and rights to sit it."""

from portal.tests.exams.conftest import BankFolder, Sitting

from guildmark.protocol import ExamKind
from guildmark.rules.registration import Step
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import services
from guildmark_portal.exams.entitling import grant
from guildmark_portal.exams.models import Entitlement, Program


def published(bank: BankFolder) -> Program:
    """The tiny exam, live, for a fee, asking nothing else of candidates. Its bank is private."""
    bank.calibrate()
    services.publish(bank.folder, ExamKind.LIVE, "tests")
    return settled("identity_check=none", *(f"registration.{step.value}=off" for step in Step))


def settled(*assignments: str) -> Program:
    return services.amend_policy(slug="tiny", assignments=assignments, actor="tests", now=clock.now())


def granted(to: User | str, program: Program, **terms: object) -> Entitlement:
    given = {"source": "payment", "actor": "tests", "now": clock.now(), **terms}
    return grant(to=to, program=program, **given)  # type: ignore[arg-type]


def sitting(user: User, program: Program) -> Sitting:
    return Sitting(user, program.slug)
