"""What the rules of an exam refuse, each with the next step. They are raised by the services and shown as they are.

guildmark.errors.Refused
├── ProgramNotOpen      the program takes no new attempts
├── RegistrationIncomplete   a step of registration is open
│   └── PlaceRefused    the place of sitting is unknown, or under embargo
├── RetakeTooEarly      the wait after a failure is not over
├── PublishRefused      a bank may not be published like that
├── UnknownProgram      no program has this name
├── UnknownPolicyVersion     no version of a policy has this number
├── StepRefused         a stage that does not follow on that of the version
│   ├── StepMissing     something is missing for the stage
│   └── StageMoved      somebody else took a step meanwhile
├── NotInvitable        an invitation to a pilot that there cannot be
├── WindowClosed        registration is over, or an attempt may not be begun at this time
├── PolicyRefused       a program may not be set like that
├── NotPaid             no right to sit is left, and an attempt costs something
│   └── EntitlementOver the last day of the right to sit is over, or it was taken back
├── EntitlementGone     a right to sit that is spent or taken back
├── GrantReused         one key for two different grants
├── NotPrepared         `begin` before `prepare`
├── NotReady            `finish` with warnings and without confirmation
├── NothingToCredit     time for an attempt that is over
├── NoWaiver            an attempt after which nobody need be let sit again
├── NoOutage            a stretch of time that can be no outage
│   ├── OutageUnexplained   an outage without a word of what failed
│   ├── OutageNotOver   an outage that lies ahead, or goes on
│   ├── OutageTooLong   an outage of days that nobody said is one
│   ├── OutageKnown     the very same outage was declared before
│   └── OutageOfOwnExam   an outage in which whoever declares it sat an exam
├── AccommodationRefused     an accommodation that cannot be granted like that
├── NoBreakLeft         a break that was not granted, or was taken already
├── NotRegradable       a submission that is not graded yet, or whose file is gone
├── RulingRefused       a ruling that would take a pass away
├── UploadClosed        the upload is complete or was abandoned
├── OffsetConflict      bytes that do not continue where the upload stands (HTTP 409)
├── UploadBusy          two requests send bytes of one upload at once
├── TooManyBytes        more bytes than were announced
├── DigestMismatch      the bytes are not those that were announced
├── NotPinnable         a submission without a score, or of another category
├── UnknownCategory     the exam has no such category
└── FileRefused         the file breaks the contract before a byte is sent; its code is the verdict's reason
"""

from typing import ClassVar

from guildmark.errors import ModelRefused, Refused
from guildmark.i18n import mark
from guildmark.rules.verdict import Params
from guildmark.rules.wording import describe


class ProgramNotOpen(Refused):
    """This program takes no new attempts."""

    default_next_step = mark("Choose another program.")


class RegistrationIncomplete(Refused):
    """A step of your registration is still open."""

    default_next_step: ClassVar[str] = mark("Complete your registration on the website.")


class RetakeTooEarly(Refused):
    """After an attempt that was not passed, there is a wait before the next one."""


class PlaceRefused(RegistrationIncomplete):
    """The exam cannot be sat at this place, or it is not known yet."""


class PublishRefused(Refused):
    """The bank cannot be published like that."""

    default_next_step: ClassVar[str] = mark("Mend what is named, build the bank again, and publish it.")


class NotPaid(Refused):
    """The fee for this exam is not paid."""


class EntitlementOver(NotPaid):
    """The right to sit this exam is over."""


class EntitlementGone(Refused):
    """This right to sit was spent when its exam began, is over, or was taken back: nothing about it can be changed."""

    default_next_step: ClassVar[str] = mark("Grant a new one, where the candidate should sit.")


class GrantReused(Refused):
    """This grant was made before, for something else."""

    default_next_step: ClassVar[str] = mark("Look at what was granted, and grant what is missing under a key of its own.")


class NotPrepared(Refused):
    """The exam has not been prepared yet: there is nothing to begin with."""

    default_next_step = mark("Prepare the exam first: guildmark start")


class NotReady(Refused):
    """Something is missing before the exam can be finished."""

    default_next_step = mark("Submit what is missing, or finish anyway: guildmark finish --yes")


class NothingToCredit(Refused):
    """This attempt is over: time that is added to it would change nothing."""

    default_next_step = mark("Answer the candidate, and let them sit again if the fault was ours.")


class NoWaiver(Refused):
    """The candidate may sit again already, or this attempt was no failure."""

    default_next_step = mark("Look at where the attempt stands, and at what happened in it.")


class NoOutage(Refused):
    """An outage ends after it began, and began in this portal's time."""

    default_next_step: ClassVar[str] = mark("Compare both instants, and declare it again.")


class OutageUnexplained(NoOutage):
    """An outage says what failed."""

    default_next_step: ClassVar[str] = mark("Say it in a sentence: every candidate whom it touched reads it.")


class OutageNotOver(NoOutage):
    """An outage is declared when it is over."""

    default_next_step: ClassVar[str] = mark("Compare its end with the time now, in UTC, and declare it once it is over.")


class OutageTooLong(NoOutage):
    """This outage would have lasted longer than three days."""

    default_next_step: ClassVar[str] = mark("Correct its beginning or its end, or say that it did last that long.")


class OutageKnown(NoOutage):
    """This very outage is declared already."""

    default_next_step: ClassVar[str] = mark("See /desk/outages/: it lists whom it touched.")


class OutageOfOwnExam(NoOutage):
    """You sat an exam in this outage, so somebody else declares it."""

    default_next_step: ClassVar[str] = mark(
        "Ask another examiner, or the owner, who runs on the machine: guildmark-portal outage declare"
    )


class AccommodationRefused(Refused):
    """This accommodation cannot be granted like that."""

    default_next_step: ClassVar[str] = mark(
        "Grant up to 200 percent of extra time, or up to 20 breaks of up to 120 minutes, or both, with a last day to come."
    )


class NoBreakLeft(Refused):
    """No break is left to you in this exam."""

    default_next_step = mark("Go on; the clock runs. Breaks are granted before an exam begins.")


class NotRegradable(Refused):
    """This submission cannot be graded again: it waits for its first report, or its file is kept no longer."""

    default_next_step = mark("Wait for its first report; where there is one, rule on the reports that are there.")


class RulingRefused(Refused):
    """This ruling would take a pass away, and a certificate that was issued cannot be taken back."""

    default_next_step = mark("Leave the result as it is, and tell the owner of the portal why it is wrong.")


class UploadClosed(Refused):
    """This upload is complete, or was abandoned."""

    default_next_step = mark("Submit the file again.")


class OffsetConflict(Refused):
    """These bytes do not continue where the upload stands."""

    default_next_step = mark("Ask for the upload's offset and go on from there; guildmark submit does so by itself.")


class UploadBusy(Refused):
    """Another request is sending bytes of this upload right now."""

    default_next_step = mark("Wait a moment and go on from the upload's offset.")


class TooManyBytes(Refused):
    """More bytes arrived than the upload announced."""

    default_next_step = mark("Submit the file again, and leave it unchanged while it is sent.")


class DigestMismatch(Refused):
    """The bytes that arrived are not those that were announced: the file changed or was damaged on its way."""

    default_next_step = mark("Nothing was counted. Submit the file again.")


class NotPinnable(Refused):
    """Only a submission of this category that has a score can be pinned."""

    default_next_step = mark("Wait until it is graded, or choose another one.")


class UnknownCategory(Refused):
    """This exam has no such category."""

    default_next_step = mark("Run: guildmark status; it lists the categories.")


class FileRefused(ModelRefused):
    """The file cannot be graded."""

    def __init__(self, reason: str, params: Params) -> None:
        super().__init__(describe(reason, params), code=reason)


class UnknownProgram(Refused):
    """There is no such program."""

    default_next_step: ClassVar[str] = mark("Name one of them, or publish one: guildmark-portal publish BANK --kind KIND")


class UnknownPolicyVersion(Refused):
    """The settings of this program have no version with that number."""

    default_next_step: ClassVar[str] = mark("Run: guildmark-portal program history SLUG; it lists every version.")


class StepRefused(Refused):
    """The version cannot take this step."""


class StepMissing(StepRefused):
    """Something is missing for this step."""

    default_next_step: ClassVar[str] = mark(
        "Mend what is named and publish a bank of the mended pack; or let an owner override it, with a reason."
    )


class StageMoved(StepRefused):
    """Somebody else took a step with this version meanwhile."""

    default_next_step: ClassVar[str] = mark("Look at where it stands now, and decide again.")


class NotInvitable(Refused):
    """Nobody can be invited like that to the pilot of this version."""

    default_next_step: ClassVar[str] = mark(
        "Write one full mail address a person, for a version that is a draft, proven or a pilot."
    )


class WindowClosed(Refused):
    """This is not the time for that."""


class PolicyRefused(Refused):
    """The settings of the program cannot be like that."""

    default_next_step: ClassVar[str] = mark("Run: guildmark-portal program show SLUG; it lists every setting with its value.")
