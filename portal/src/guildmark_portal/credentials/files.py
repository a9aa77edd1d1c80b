"""The files of a certificate: the signed PDF, which is kept, and the badge as pictures that carry the credential.

A PDF is made once in a language: its signature carries a time, and whoever has two of them should not wonder. One that is
missing, or whose key was compromised, is made again.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext, override

from guildmark import i18n, protocol
from guildmark.badges import baking
from guildmark.packs.model import text_in
from guildmark.packs.skills import AREAS, TITLES
from guildmark.rules.breakdown import area_of
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.scoring import PassRule
from guildmark_portal.credentials import badge, issuer, paper
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.services import address
from guildmark_portal.exams import storage
from guildmark_portal.exams.policy import IDENTITY_LEVELS
from guildmark_portal.portal_secrets import IssuerKey

FOLDER: Final = "certificates"


def pdf_of(certificate: Certificate, *, now: datetime, language: str | None = None) -> bytes:
    """The signed PDF in `language`: that of its holder's account unless another is asked for."""
    spoken = language or certificate.attempt.user.language or settings.LANGUAGE_CODE
    vouching = issuer.vouching_paper_keys()
    kept = next((place for name in vouching if (place := _place(certificate, spoken, name)).exists()), None)
    if kept is not None:
        return kept.read_bytes()
    key, chain = issuer.pdf_key()
    made = paper.sign(paper.pdf(facts_of(certificate, spoken, now=now)), key_pem=key, certificate_pem=chain, now=now)
    storage.write(_place(certificate, spoken, vouching[0]), made)
    return made


def forget_papers(certificate: Certificate) -> None:
    """Remove the PDFs that were kept: they are made anew when they are asked for."""
    for kept in _folder().glob(f"{certificate.identifier}*.pdf"):
        kept.unlink(missing_ok=True)


def has_compromised_papers(certificate: Certificate) -> bool:
    """Whether a PDF is kept that no key signed which still vouches."""
    vouching = issuer.vouching_paper_keys()
    kept = _folder().glob(f"{certificate.identifier}.*.pdf")
    return any(file.name.split(".")[-2] not in vouching for file in kept)


def papers_of(key: IssuerKey) -> Iterator[Path]:
    """The PDFs that are kept and that `key` signed."""
    return _folder().glob(f"*.{issuer.paper_key_name(key)}.pdf")


def badge_png(certificate: Certificate, *, now: datetime) -> bytes:
    """The badge as a picture that carries the signed credential."""
    return baking.bake_png(paper.badge_png(on_badge(certificate)), badge.document_of(certificate, now=now).decode())


def badge_svg(certificate: Certificate, *, now: datetime) -> str:
    """The same as a drawing."""
    return baking.bake_svg(paper.badge_svg(on_badge(certificate)), badge.document_of(certificate, now=now).decode())


def preview_png(certificate: Certificate, *, now: datetime) -> bytes:
    """What other sites show beside a link to the certificate: 1200 by 630."""
    return paper.preview_png(facts_of(certificate, settings.LANGUAGE_CODE, now=now))


def facts_of(certificate: Certificate, language: str, *, now: datetime) -> paper.PaperFacts:
    """Everything that the paper says, in `language`."""
    document = protocol.Certificate.model_validate(certificate.document)
    exam = certificate.attempt.exam_version.bank.exam
    titles = {category.id: category.title for category in exam.categories}
    with override(language):
        return paper.PaperFacts(
            identifier=document.identifier,
            holder=document.holder,
            program=text_in(exam.title, language),
            level=document.level,
            framework=document.framework,
            exam_version=document.exam_version,
            issuer=document.issuer,
            issued_on=document.issued_on,
            expires_on=document.expires_on,
            points=document.points,
            points_possible=document.points_possible,
            categories=tuple(
                paper.CategoryScore(
                    title=text_in(titles[row.id], language), score=row.score, points=row.points, weight=row.weight
                )
                for row in document.categories
            ),
            skills=_areas(badge.shown_skills(certificate.attempt, document)),
            identity=str(IDENTITY_LEVELS[document.identity_check or IdentityLevel.NONE]),
            pass_rule=_pass_rule(exam.pass_rule, exam.pass_mark, document.points_possible),
            verify_url=address(document.identifier),
            demonstration=document.demonstration,
            credential=badge.document_of(certificate, now=now),
            language=language,
        )


def on_badge(certificate: Certificate) -> paper.BadgeFacts:
    """What the picture of its badge says: a few words, which take no look at the tasks of the attempt."""
    document = protocol.Certificate.model_validate(certificate.document)
    title = text_in(certificate.attempt.exam_version.bank.exam.title, settings.LANGUAGE_CODE)
    return paper.BadgeFacts(title, document.level, document.issuer, document.issued_on.year, document.demonstration)


def _areas(skills: tuple[str, ...]) -> tuple[paper.SkillArea, ...]:
    areas = dict.fromkeys(map(area_of, skills))
    return tuple(
        paper.SkillArea(
            title=i18n._(AREAS[area]) if area in AREAS else area,
            skills=tuple(i18n._(TITLES[skill]) if skill in TITLES else skill for skill in skills if area_of(skill) == area),
        )
        for area in areas
    )


def _pass_rule(rule: PassRule, mark: int, possible: int) -> str:
    if rule is PassRule.WEIGHTED:
        return gettext("at least %(mark)d of %(possible)d points") % {"mark": mark, "possible": possible}
    return gettext("full marks in every category")


def _place(certificate: Certificate, language: str, key: str) -> Path:
    """Where a PDF is kept: its name says which key signed it."""
    return _folder() / f"{certificate.identifier}.{language}.{key}.pdf"


def _folder() -> Path:
    root: Path = settings.DATA_DIR
    return root / FOLDER
