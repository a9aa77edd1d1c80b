"""`guildmark-portal publish BANK --kind …`: make a bank an exam that can be sat."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from guildmark.errors import Refused, UsageError
from guildmark.i18n import _
from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage
from guildmark_portal import datadir
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django


class Kind(str, Enum):
    """What can be published; the rehearsal comes with the portal."""

    DEMO = ExamKind.DEMO.value
    MOCK = ExamKind.MOCK.value
    LIVE = ExamKind.LIVE.value


class As(str, Enum):
    """How far a bank goes when it is published."""

    DRAFT = Stage.DRAFT.value
    PILOT = Stage.PILOT.value
    LIVE = Stage.LIVE.value


def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    bank: Annotated[Path, typer.Argument(help=_("The bank: a folder made by guildmark-grader pack build."))],
    kind: Annotated[Kind, typer.Option(help=_("What the exam is for: a demo's certificate certifies nothing."))],
    stage: Annotated[
        As, typer.Option(help=_("How far it goes at once: a draft that nobody sits, a pilot for the invited, or live."))
    ] = As.LIVE,
    override: Annotated[
        str | None,
        typer.Option(help=_("Why it goes live although it is not ready for that. Needs --owner; stays in the audit table.")),
    ] = None,
    owner: Annotated[str | None, typer.Option(help=_("The owner who decides so: an e-mail address."))] = None,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Publish the bank: its public part goes to the portal, its hidden part to the grader alone."""
    if (override is None) != (owner is None):
        raise UsageError(
            _("An override has a reason and an owner; one of them is missing."),
            next_step=_("Give both: --owner EMAIL --override REASON."),
        )
    if override is not None and kind is not Kind.LIVE:
        raise UsageError(
            _("Only a live exam needs an override; this one is published as {kind}.").format(kind=kind.value),
            next_step=_("Leave out --owner and --override, or publish with --kind live."),
        )
    use_django(data)
    from guildmark_portal.exams import going_live
    from guildmark_portal.exams.publishing import publish
    from guildmark_portal.exams.stages import name_of, stage_of

    if kind is Kind.LIVE:
        _refuse_without_support(bank, data)
    decided = going_live.override(owner, override) if owner is not None and override is not None else None
    version = publish(
        bank=bank, kind=ExamKind(kind.value), actor="guildmark-portal publish", override=decided, to=Stage(stage.value)
    )
    stands = stage_of(version)
    if stands is Stage.LIVE:
        next_step = _("Run: guildmark-portal serve --data {data}").format(data=data)
        said = _("Published: {version} ({kind}).").format(version=version, kind=kind.value)
    else:
        next_step = _("Run: guildmark-portal program versions {program}; it says what the next step needs.").format(
            program=version.program.slug
        )
        said = _("Published: {version}. Kind: {kind}; stage: {stage}.").format(
            version=version, kind=kind.value, stage=name_of(stands)
        )
    document = {"exam_version": str(version), "kind": kind.value, "stage": stands.value, "bank": str(bank.resolve())}
    tell({**document, "next_step": next_step}, [said, next_step], as_json=json_)


def _refuse_without_support(bank: Path, data: Path) -> None:
    """Candidates of a live exam pay and send papers: they need somebody to write to. What is no bank is refused later."""
    from django.conf import settings
    from pydantic import ValidationError

    from guildmark.packs.bank import BankManifest
    from guildmark_portal.exams.models import Program

    try:
        slug = BankManifest.model_validate_json((bank / "bank.json").read_bytes()).exam.id
    except (OSError, ValidationError):
        return
    program = Program.objects.filter(slug=slug).first()
    if not settings.SUPPORT_CONTACT and (program is None or not program.policy.support_contact):
        raise Refused(
            _("A live exam needs somebody whom its candidates can write to, and nobody is named."),
            next_step=_('Write support_contact = "help@example.org", with your own address, into {path}; then publish.').format(
                path=data / datadir.CONFIG_FILE
            ),
        )
