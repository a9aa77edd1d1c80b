"""`guildmark-portal program list|versions|step|history|diff|invite|withdraw`: exam versions, their stages, what was settled."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from guildmark.errors import Refused, UsageError
from guildmark.i18n import _
from guildmark.rules.exam_stage import Stage
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

if TYPE_CHECKING:
    from guildmark_portal.exams.models import ExamVersion

_ACTOR = "guildmark-portal program"
Slug = Annotated[str, typer.Argument(help=_("The program's name in addresses, such as practitioner."), metavar="SLUG")]
Version = Annotated[
    str, typer.Argument(help=_("The version, such as 2030.1, or the beginning of its bank's digest."), metavar="VERSION")
]


class Next(str, Enum):
    """The stages that a version can enter."""

    PROVEN = Stage.PROVEN.value
    PILOT = Stage.PILOT.value
    LIVE = Stage.LIVE.value
    RETIRED = Stage.RETIRED.value


def list_(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """List the programs by level, with their price and what is live."""
    use_django(data)
    from guildmark.protocol import ExamKind
    from guildmark_portal.exams.models import Program
    from guildmark_portal.exams.stages import live_stages

    found = Program.objects.exclude(kind=ExamKind.REHEARSAL.value)
    rows: list[dict[str, Any]] = [
        {
            "program": program.slug,
            "level": program.policy.level_number,
            "price": "0" if program.is_free else program.policy.price,
            "is_open": program.is_open,
            "live": [one.exam_version.version for one in live_stages(program)],
        }
        for program in sorted(found, key=lambda program: (program.policy.level_number, program.slug))
    ]
    said = [
        _("{level}  {program}: {price}, live: {live}").format(**{**row, "live": ", ".join(row["live"]) or _("nothing")})
        for row in rows
    ]
    tell({"programs": rows}, said or [_("No exam has been published yet.")], as_json=json_)


def versions(slug: Slug, data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - as above
    """List the exam versions of a program, with the stage of each and what the next step lacks."""
    use_django(data)
    from guildmark_portal.exams import stages
    from guildmark_portal.exams.programs import program_of

    rows, said = list[dict[str, Any]](), list[str]()
    for version in program_of(slug).versions.all():
        stage = stages.stage_of(version)
        lacks = {to: [need.text for need in stages.missing(version, to)] for to in stages.steps(version)}
        rows.append(
            {
                "version": version.version,
                "bank": version.bank_sha256,
                "stage": stage.value,
                "languages": stages.languages_of(version).split(","),
                "next": {to.value: needs for to, needs in lacks.items()},
            }
        )
        said.append(f"{version.version}  {version.bank_sha256[:12]}  {stages.name_of(stage)}")
        for to, needs in lacks.items():
            what = "; ".join(needs) or _("nothing is missing")
            said.append(_("    to {stage}: {what}").format(stage=stages.name_of(to), what=what))
    tell({"program": slug, "versions": rows}, said or [_("It has no version yet.")], as_json=json_)


def step(  # noqa: PLR0913, PLR0917 - one parameter an option
    slug: Slug,
    version: Version,
    to: Annotated[Next, typer.Argument(help=_("The stage that follows."))],
    why: Annotated[str, typer.Option(help=_("Why; it stays in the history."))] = "",
    override: Annotated[
        str | None, typer.Option(help=_("Why the step is taken although something is missing. Needs --owner."))
    ] = None,
    owner: Annotated[str | None, typer.Option(help=_("The owner who decides so: an e-mail address."))] = None,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - as above
) -> None:
    """Let an exam version enter the next stage. What goes live takes the place of what is live in the same languages."""
    if (override is None) != (owner is None):
        raise UsageError(
            _("An override has a reason and an owner; one of them is missing."),
            next_step=_("Give both: --owner EMAIL --override REASON."),
        )
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.exams import going_live, stages

    found = _version(slug, version)
    decided = going_live.override(owner, override) if owner is not None and override is not None else None
    reason = why or override or ""
    row = stages.step(version=found, to=Stage(to.value), actor=_ACTOR, reason=reason, now=clock.now(), override=decided)
    said = _("Version {version} is {stage}.").format(version=found.version, stage=stages.name_of(row.value))
    document = {"version": found.version, "bank": found.bank_sha256, "stage": row.stage, "overridden": row.overridden}
    tell(document, [said], as_json=json_)


def history(slug: Slug, data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - as above
    """Tell what was settled when, and which stage each version entered when; who did it, and why."""
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.exams import policies
    from guildmark_portal.exams.models import ExamStage
    from guildmark_portal.exams.programs import program_of

    program = program_of(slug)
    policies.in_force(program, now=clock.now())
    settled = [
        {"number": one.number, "at": one.settled_at.isoformat(), "by": one.settled_by, "policy": one.policy.settings}
        for one in program.policy_versions.select_related("program").order_by("number")
    ]
    entered = [
        {
            "version": one.exam_version.version,
            "stage": one.stage,
            "at": one.entered_at.isoformat(),
            "by": one.actor,
            "why": one.reason,
            "overridden": one.overridden,
        }
        for one in ExamStage.objects.filter(exam_version__program=program).select_related("exam_version").order_by("pk")
    ]
    said = [_("Settings {number}: {at}, {by}").format(**one) for one in settled]
    said += [_("Version {version}, {stage}: {at}, {by}. {why}").format(**one).strip() for one in entered]
    tell({"program": slug, "settled": settled, "stages": entered}, said, as_json=json_)


def diff(
    slug: Slug,
    before: Annotated[int, typer.Argument(help=_("A number of settings, as `program history` lists them."))],
    after: Annotated[int, typer.Argument(help=_("Another one."))],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - as above
) -> None:
    """Say in words what differs between the settings of two numbers."""
    use_django(data)
    from guildmark_portal.exams import policies
    from guildmark_portal.exams.policy_names import in_words
    from guildmark_portal.exams.programs import program_of

    program = program_of(slug)
    was, now_is = (policies.version_of(program, number).policy for number in (before, after))
    changed = policies.differences(was, now_is)
    document = {one.key: {"from": one.before, "to": one.after} for one in changed}
    tell({"program": slug, "changed": document}, [in_words(one) for one in changed] or [_("They say the same.")], as_json=json_)


def invite(
    slug: Slug,
    version: Version,
    emails: Annotated[list[str], typer.Argument(help=_("E-mail addresses of those who sit the pilot."), metavar="EMAIL…")],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - as above
) -> None:
    """Invite people to the pilot of a version: each sits it once, at no cost."""
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.exams import pilots

    invited = pilots.invite(version=_version(slug, version), emails=emails, actor=_ACTOR, now=clock.now())
    said = _("Addresses that are invited: {count}. Each gets a letter as soon as the pilot can be sat.")
    tell({"invited": [one.email for one in invited]}, [said.format(count=len(invited))], as_json=json_)


def withdraw(
    slug: Slug,
    version: Version,
    email: Annotated[str, typer.Argument(help=_("The e-mail address that was invited."))],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - as above
) -> None:
    """Withdraw an invitation to a pilot; an attempt that was opened with it stays."""
    use_django(data)
    from guildmark_portal import clock
    from guildmark_portal.exams import pilots

    standing = _version(slug, version).invitations.filter(email=email.strip().lower(), withdrawn_at=None)
    withdrawn = [pilots.withdraw(invitation=one, actor=_ACTOR, now=clock.now()) for one in standing]
    said = _("The invitation is withdrawn.") if withdrawn else _("This address is not invited.")
    tell({"withdrawn": bool(withdrawn)}, [said], as_json=json_)


def _version(slug: str, named: str) -> "ExamVersion":
    """The version by its name, or by the beginning of its bank's digest where several have the name. Raises `Refused`."""
    from guildmark_portal.exams.programs import program_of

    versions = list(program_of(slug).versions.all())
    found = [one for one in versions if one.version == named] or [one for one in versions if one.bank_sha256.startswith(named)]
    if len(found) != 1:
        said = _("{program} has no version {version}.") if not found else _("{program} has several banks of version {version}.")
        raise Refused(
            said.format(program=slug, version=named),
            next_step=_("Name it by the beginning of its digest: guildmark-portal program versions {program}").format(
                program=slug
            ),
        )
    return found[0]
