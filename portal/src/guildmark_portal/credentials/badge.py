"""A certificate as an Open Badge 3.0, and as a VC-JWT beside it: made once, from the signed document and the exam's facts."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, time
from typing import Any, Final

from django.conf import settings

from guildmark import protocol
from guildmark.badges import jwt, proof
from guildmark.badges.model import BadgeFacts, CategoryFacts, SkillFacts, open_badge
from guildmark.packs.model import ExamSpec, text_in
from guildmark.packs.skills import TITLES
from guildmark.rules.breakdown import Asked, shown_well
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.scoring import PassRule
from guildmark_portal.credentials import issuer, status
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.facts import drawn
from guildmark_portal.exams.models import Attempt

_LANGUAGE: Final = "en"
_SKILLS: Final = "Guildmark skills checklist"
_LAST: Final = time(23, 59, 59, tzinfo=UTC)


def credential_of(certificate: Certificate, *, now: datetime) -> dict[str, Any]:
    """The signed Open Badge, made at first need; two who need it at once get the same one."""
    if certificate.credential is None:
        signed = proof.sign(open_badge(facts_of(certificate)), key=issuer.eddsa_key(), did=issuer.did(), created=now)
        Certificate.objects.filter(pk=certificate.pk, credential__isnull=True).update(credential=signed)
        certificate.refresh_from_db(fields=["credential"])
    return dict(certificate.credential or {})


def jwt_of(certificate: Certificate, *, now: datetime) -> str:
    """The same as a VC-JWT."""
    if not certificate.jwt:
        unsigned = {name: value for name, value in credential_of(certificate, now=now).items() if name != "proof"}
        text = jwt.encode(unsigned, key=issuer.es256_key(), did=issuer.did())
        Certificate.objects.filter(pk=certificate.pk, jwt="").update(jwt=text)
        certificate.refresh_from_db(fields=["jwt"])
    return certificate.jwt


def document_of(certificate: Certificate, *, now: datetime) -> bytes:
    """The signed Open Badge as a file; its names are sorted, because PostgreSQL keeps no order of them."""
    return json.dumps(credential_of(certificate, now=now), ensure_ascii=False, indent=2, sort_keys=True).encode()


def is_vouched(certificate: Certificate) -> bool:
    """Whether keys that still vouch have signed its badge and its JWT, as far as they are made."""
    vouching = issuer.vouching_key_ids()
    signed_by = [certificate.credential["proof"]["verificationMethod"]] if certificate.credential else []
    if certificate.jwt:
        header = certificate.jwt.partition(".")[0]
        signed_by.append(json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])
    return vouching.issuperset(signed_by)


def forget(certificate: Certificate) -> None:
    """Drop what was signed by a compromised key: it is made anew at first need."""
    Certificate.objects.filter(pk=certificate.pk).update(credential=None, jwt="")


def shown_skills(attempt: Attempt, document: protocol.Certificate) -> tuple[str, ...]:
    """The ids of the skills that the attempt showed, in the order of the checklist."""
    asked = [
        Asked(score=row.score, weight=row.weight, skills=drawn(attempt, row.id).form.task.skills) for row in document.categories
    ]
    found, order = shown_well(asked), list(TITLES)
    return tuple(sorted(found, key=lambda skill: order.index(skill) if skill in TITLES else len(order)))


def facts_of(certificate: Certificate) -> BadgeFacts:
    """Everything that the badge says."""
    document = protocol.Certificate.model_validate(certificate.document)
    attempt, number_and_index = certificate.attempt, status.place_of(certificate)
    exam = attempt.exam_version.bank.exam
    title = text_in(exam.title, _LANGUAGE)
    return BadgeFacts(
        portal=settings.PORTAL_URL,
        issuer_name=document.issuer,
        identifier=document.identifier,
        holder=document.holder,
        program=document.program,
        title=title,
        description=(
            f"{title} ({document.level}): {exam.duration_minutes} minutes of hands-on work. The candidate trained models, "
            "which were measured on data that nobody outside the issuer had seen."
        ),
        criteria=criteria_of(exam),
        level=document.level,
        framework=document.framework,
        exam_version=document.exam_version,
        demonstration=document.demonstration,
        identity_check=document.identity_check or IdentityLevel.NONE,
        pass_rule=exam.pass_rule,
        pass_mark=exam.pass_mark,
        points=document.points,
        points_possible=document.points_possible,
        categories=tuple(CategoryFacts(id=row.id, title=row.title, score=row.score) for row in document.categories),
        skills=tuple(
            SkillFacts(code=skill, title=TITLES.get(skill, skill), url=f"{settings.PORTAL_URL}/skills/#{skill}")
            for skill in shown_skills(attempt, document)
        ),
        skills_framework=_SKILLS,
        valid_from=datetime.combine(document.issued_on, time.min, tzinfo=UTC),
        valid_until=datetime.combine(document.expires_on, _LAST),
        status_list=number_and_index[0],
        status_index=number_and_index[1],
    )


def criteria_of(exam: ExamSpec) -> str:
    """What had to be done, in English: the narrative of every badge of this exam."""
    points = sum(exam.weights.values())
    needed = f"{exam.pass_mark} of {points} points" if exam.pass_rule is PassRule.WEIGHTED else "5 in every category"
    categories = ", ".join(text_in(category.title, _LANGUAGE) for category in exam.categories)
    return (
        f"Train a model in each of {len(exam.categories)} categories ({categories}) within the time of the exam, and "
        f"hand it in. Each model is graded from 0 to 5 on hidden data; a pass needs {needed}."
    )
