"""Holders of certificates, made without sitting an exam: what the network reads of one is there."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from guildmark import protocol
from guildmark.packs.bank import BankManifest
from guildmark.protocol import CategoryResult, ExamKind
from guildmark.rules.credential import Happening
from guildmark.rules.validity import months_after
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.identifiers import new_identifier
from guildmark_portal.credentials.models import Certificate, CertificateEvent
from guildmark_portal.directory import services
from guildmark_portal.directory.entered import Shown
from guildmark_portal.directory.models import Listing
from guildmark_portal.exams import services as exams
from guildmark_portal.exams.models import Attempt, Entitlement, Program
from guildmark_portal.profiles.models import Residence


@dataclass(frozen=True)
class Certifying:
    """An exam that certifies, of a small bank."""

    program: Program
    bank: BankManifest

    def certificate(self, user: User, *, holder: str = "", issued_on: date | None = None, score: int = 5) -> Certificate:
        """One that `user` earned, with `score` in every category."""
        now = clock.now()
        entitlement = Entitlement.objects.create(user=user, program=self.program, source="test", granted_at=now, spent_at=now)
        attempt = Attempt.objects.create(
            user=user,
            program=self.program,
            exam_version=self.program.versions.get(),
            entitlement=entitlement,
            opened_at=now,
            ended_at=now,
        )
        document = self._document(holder or user.name, issued_on or now.date(), score)
        return kept(attempt, document, now=now)

    def _document(self, holder: str, issued_on: date, score: int) -> protocol.Certificate:
        exam = self.bank.exam
        return protocol.Certificate(
            identifier=new_identifier(),
            holder=holder,
            program=self.program.slug,
            exam_title=exam.title["en"],
            exam_version=exam.version,
            level=exam.level,
            framework=exam.framework,
            demonstration=self.program.exam_kind is not ExamKind.LIVE,
            points=100,
            points_possible=100,
            categories=tuple(
                CategoryResult(
                    id=one.id,
                    number=one.number,
                    title=one.title["en"],
                    weight=one.weight,
                    score=score,
                    points=1,
                    metric=None,
                    submitted=True,
                )
                for one in exam.categories
            ),
            issued_on=issued_on,
            expires_on=months_after(issued_on, 36),
            issuer="Guildmark",
            url="http://testserver/",
            key_id="",
            signature="",
        )


def kept(
    attempt: Attempt, document: protocol.Certificate, *, now: datetime, replaces: Certificate | None = None
) -> Certificate:
    return Certificate.objects.create(
        identifier=document.identifier,
        attempt=attempt,
        holder=document.holder,
        demonstration=document.demonstration,
        issued_on=document.issued_on,
        expires_on=document.expires_on,
        document=document.model_dump(mode="json"),
        issued_at=now,
        replaces=replaces,
    )


def replaced(certificate: Certificate, *, holder: str) -> Certificate:
    """Another one in its place, with another name."""
    now = clock.now()
    document = protocol.Certificate.model_validate(certificate.document)
    changed = document.model_copy(update={"holder": holder, "identifier": new_identifier()})
    successor = kept(certificate.attempt, changed, now=now, replaces=certificate)
    happened(certificate, Happening.REPLACED)
    return successor


def happened(certificate: Certificate, what: Happening) -> None:
    CertificateEvent.objects.create(certificate=certificate, kind=what.value, happened_at=clock.now(), actor="tests")


def certifying(bank: Path, *, kind: ExamKind = ExamKind.LIVE) -> Certifying:
    """The program of a bank, published."""
    published = exams.publish(bank, ExamKind.DEMO, "tests").program
    Program.objects.filter(pk=published.pk).update(kind=kind.value)
    program = Program.objects.get(pk=published.pk)
    return Certifying(program, program.versions.get().bank)


def person(email: str, name: str, *, country: str = "") -> User:
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(email, name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if country:
        Residence.objects.create(user=user, country=country, recorded_at=clock.now())
    return user


def listed(user: User, *certificates: Certificate, **shown: object) -> Listing:
    """The listing of `user`, who shows these certificates, and their country where they have one."""
    choice = {"name": certificates[0].holder, "shows_country": Residence.objects.filter(user=user).exists(), **shown}
    chosen = Shown(certificates=tuple(one.identifier for one in certificates), **choice)
    return services.publish(user=user, shown=chosen, now=clock.now())
