"""What a program settles for itself: the fee, the waits, the steps of registration. Frozen, and read from the program's row.

Handbook, pages and rules read these same values, so that what is written and what is enforced cannot differ. What belongs to
an exam (duration, grace, pass mark, weights, months of validity) stands in the manifest of its published version alone.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, model_validator

from guildmark.packs.model import Language
from guildmark.protocol import ExamKind
from guildmark.rules.cohort import TeachersSee
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.money import Money, NoAmount, digits
from guildmark.rules.refund import RefundStep, goes_down
from guildmark.rules.registration import RegistrationPolicy, Step
from guildmark.rules.retake import Wait
from guildmark.rules.window import Window
from guildmark_portal.exams.policy_instants import WrittenInstant
from guildmark_portal.exams.refusals import PolicyRefused

NOTHING: Final = "none"
"""How a person writes that a setting is empty."""


def _listed(value: object) -> object:
    """`a, b` as a list of two; `none` as an empty one."""
    if not isinstance(value, str):
        return value
    return [] if value.strip().lower() in {"", NOTHING} else [part.strip() for part in value.split(",")]


def _or_none(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() == NOTHING else value


def _blank(value: object) -> object:
    return "" if isinstance(value, str) and value.strip().lower() == NOTHING else value


WrittenWait = Annotated[
    Wait, BeforeValidator(lambda value: Wait.parse(value) if isinstance(value, str) else value), PlainSerializer(str)
]
WrittenRefund = Annotated[
    RefundStep,
    BeforeValidator(lambda value: RefundStep.parse(value) if isinstance(value, str) else value),
    PlainSerializer(str),
]
Months = Annotated[int, Field(ge=1, le=120)]
Days = Annotated[int, Field(ge=1, le=3650)]
Criterion = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^,\n]+$")]


class GivenOn(str, Enum):
    """Which rights to sit their holders may give to somebody else before the start: those that were granted through this."""

    PAYMENT = "payment"
    VOUCHER = "voucher"


class ProgramPolicy(BaseModel):
    """The settings of one program; the defaults are those of a live one.

    `fee` is for one attempt. Before it is begun, a buyer has money back as `refunds` say, and a holder gives the right on to
    somebody else where it was granted through what `transfers` names. A paid attempt may be begun within
    `entitlement_months`; None: for ever. `retake_waits` are
    the waits after the first failure, the second and so on; the last one holds for every later failure. A stipend must be
    used within `stipend_use_days`; None: there are none; who is granted one meets all `stipend_criteria`. `languages` are
    those of registration and support. `support_contact` is a mail address, or an https address. An appeal is taken for
    `appeal_days` after a result was told; incidents, appeals and requests for accommodations have their answer within
    `answer_days`. Beyond `submissions_an_hour`, an attempt's submissions are graded behind everybody else's. Holders are
    reminded `expiry_reminders` days before a certificate ends. An exam that `renews` another program is for holders of a
    certificate of that one, valid or ended at most `renewal_days` ago, and earns them a new one in its place. Programs are
    listed by `level_number`; one that `requires` another is for holders of a valid certificate of that one. An attempt is
    begun from `opens_at` until `closes_at`, and nobody gets a right to sit from `registration_closes_at` on. A new version of
    the exam goes live after `pilot_sittings` decided sittings of its pilot, which certify with `pilot_certifies` alone. The
    teacher of a cohort sees of its results what `teachers_see` says. How long
    evidence of identity is kept is settled for the whole portal: one check serves every program of a person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fee: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=3)] = Decimal(100)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    refunds: Annotated[tuple[WrittenRefund, ...], BeforeValidator(_listed), Field(max_length=8)] = (RefundStep(14, 100),)
    transfers: Annotated[tuple[GivenOn, ...], BeforeValidator(_listed)] = (GivenOn.PAYMENT,)
    entitlement_months: Annotated[Months | None, BeforeValidator(_or_none)] = 6
    retake_waits: Annotated[tuple[WrittenWait, ...], BeforeValidator(_listed)] = (
        Wait(14, "day"),
        Wait(2, "month"),
        Wait(1, "year"),
    )
    stipend_use_days: Annotated[Days | None, BeforeValidator(_or_none)] = 90
    stipend_applications_a_year: Annotated[int, Field(ge=1, le=12)] = 1
    stipend_criteria: Annotated[tuple[Criterion, ...], BeforeValidator(_listed)] = ("need", "reasons", "readiness")
    languages: Annotated[tuple[Language, ...], BeforeValidator(_listed), Field(min_length=1)] = ("en",)
    support_contact: Annotated[
        str, BeforeValidator(_blank), Field(pattern=r"^([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+|https://[^\s<>\"]+)?$", max_length=200)
    ] = ""
    appeal_days: Days = 14
    answer_days: Days = 10
    submissions_an_hour: Annotated[int, Field(ge=1, le=3600)] = 60
    expiry_reminders: Annotated[tuple[Days, ...], BeforeValidator(_listed)] = (90, 30, 7)
    renews: Annotated[str, BeforeValidator(_blank), Field(pattern=r"^[a-z0-9_-]*$", max_length=80)] = ""
    renewal_days: Annotated[int, Field(ge=0, le=3650)] = 90
    level_number: Annotated[int, Field(ge=1, le=99)] = 1
    requires: Annotated[str, BeforeValidator(_blank), Field(pattern=r"^[a-z0-9_-]*$", max_length=80)] = ""
    opens_at: Annotated[WrittenInstant | None, BeforeValidator(_or_none)] = None
    closes_at: Annotated[WrittenInstant | None, BeforeValidator(_or_none)] = None
    registration_closes_at: Annotated[WrittenInstant | None, BeforeValidator(_or_none)] = None
    pilot_sittings: Annotated[int, Field(ge=0, le=1000)] = 0
    pilot_certifies: bool = False
    teachers_see: TeachersSee = TeachersSee.PASSED
    identity_check: IdentityLevel = IdentityLevel.REVIEWED
    registration: RegistrationPolicy = RegistrationPolicy()

    @model_validator(mode="after")
    def _asks_for_the_check_that_it_names(self) -> Self:
        if self.registration.identity != (self.identity_check is not IdentityLevel.NONE):
            raise ValueError(
                _("identity_check says how identity is checked, registration.identity whether: switch both on, or both off")
            )
        return self

    @model_validator(mode="after")
    def _asks_for_money_that_there_is(self) -> Self:
        try:
            Money.of(self.fee, self.currency)
        except NoAmount:
            raise ValueError(_fee_unfit(self.currency)) from None
        if not goes_down(self.refunds):
            raise ValueError(_("refunds: let each step last longer than the one before, and give less back"))
        return self

    @model_validator(mode="after")
    def _has_a_window(self) -> Self:
        try:
            Window(self.opens_at, self.closes_at, self.registration_closes_at)
        except ValueError:
            raise ValueError(
                _("closes_at comes after opens_at, and registration_closes_at not after closes_at: compare the three")
            ) from None
        return self

    @property
    def window(self) -> Window:
        """From when and until when an attempt is begun, and until when somebody registers."""
        return Window(self.opens_at, self.closes_at, self.registration_closes_at)

    @property
    def is_free(self) -> bool:
        """Whether an attempt costs nothing."""
        return not self.fee

    @property
    def price(self) -> str:
        """The fee as it is written: `100 USD`, `79.50 EUR`; without decimals where there are none."""
        amount = int(self.fee) if self.fee == int(self.fee) else self.fee
        return f"{amount} {self.currency}"

    @property
    def document(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return self.model_dump(mode="json")

    @property
    def settings(self) -> dict[str, str]:
        """Every setting by its key, `registration.identity` among them, as a person would write it."""
        return {key: _written(value) for key, value in _flat(self.document).items()}


_LIVE: Final = ProgramPolicy()
_FREE: Final = ProgramPolicy(
    fee=Decimal(0),
    refunds=(),
    transfers=(),
    entitlement_months=None,
    retake_waits=(),
    stipend_use_days=None,
    identity_check=IdentityLevel.NONE,
    registration=RegistrationPolicy(**{step.value: False for step in Step}),
)


def default_of(kind: ExamKind) -> ProgramPolicy:
    """What a new program starts with: a live one asks for everything, a demo or a mock for nothing."""
    return _LIVE if kind is ExamKind.LIVE else _FREE


def stored(document: Mapping[str, Any], kind: ExamKind) -> ProgramPolicy:
    """The policy that a program's row holds; what it says nothing of has the default. Raises `pydantic.ValidationError`."""
    return ProgramPolicy.model_validate({**default_of(kind).document, **document})


def amended(policy: ProgramPolicy, assignments: Sequence[str]) -> ProgramPolicy:
    """`policy` with what `assignments` say, each `KEY=VALUE`. Raises `PolicyRefused` with every problem."""
    document, problems = policy.document, list[str]()
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or key.strip() not in policy.settings:
            problems.append(_("%(written)s is no KEY=VALUE of a setting that there is") % {"written": f'"{assignment}"'})
            continue
        *outer, inner = key.strip().split(".")
        place = document[outer[0]] if outer else document
        place[inner] = value.strip()
    try:
        amended_policy = ProgramPolicy.model_validate(document)
    except ValidationError as error:
        problems += [_problem(found["type"], found["loc"], found["msg"]) for found in error.errors()]
    if problems:
        raise PolicyRefused(_("The program keeps its settings: ") + "; ".join(problems) + ".")
    return amended_policy


_SWITCH: Final = gettext_lazy("on or off")
TAKES: Final = {
    "fee": gettext_lazy("an amount such as 80 or 79.50, or 0 for free"),
    "currency": gettext_lazy("three capital letters, such as USD"),
    "refunds": gettext_lazy("steps such as 14 days: 100%, 60 days: 50%; or none"),
    "transfers": gettext_lazy("payment, voucher, or both with a comma between; or none"),
    "entitlement_months": gettext_lazy("a number of months from 1 to 120, or none"),
    "retake_waits": gettext_lazy("waits such as 14 days, 2 months, 1 year; or none"),
    "stipend_use_days": gettext_lazy("a number of days from 1 to 3650, or none"),
    "stipend_applications_a_year": gettext_lazy("a number from 1 to 12"),
    "stipend_criteria": gettext_lazy("need, reasons, readiness, or sentences of your own with commas between; or none"),
    "languages": gettext_lazy("languages with commas between, such as en, ko"),
    "support_contact": gettext_lazy("a mail address, a page at https, or none"),
    "appeal_days": gettext_lazy("a number of days from 1 to 3650"),
    "answer_days": gettext_lazy("a number of days from 1 to 3650"),
    "submissions_an_hour": gettext_lazy("a number from 1 to 3600"),
    "expiry_reminders": gettext_lazy("numbers of days with commas between, such as 90, 30, 7; or none"),
    "renews": gettext_lazy("the name of a program in addresses, such as practitioner; or none"),
    "renewal_days": gettext_lazy("a number of days from 0 to 3650"),
    "level_number": gettext_lazy("a number from 1, the first level, to 99"),
    "requires": gettext_lazy("the name of a program in addresses, such as practitioner; or none"),
    "opens_at": gettext_lazy("a day and a time in UTC such as 2030-01-15 09:00, or none"),
    "closes_at": gettext_lazy("a day and a time in UTC such as 2030-01-31 18:00, or none"),
    "registration_closes_at": gettext_lazy("a day and a time in UTC such as 2030-01-10 00:00, or none"),
    "pilot_sittings": gettext_lazy("a number from 0 to 1000"),
    "pilot_certifies": _SWITCH,
    "teachers_see": gettext_lazy("nothing, passed or points"),
    "identity_check": gettext_lazy("none, provider or reviewed"),
    **{f"registration.{step.value}": _SWITCH for step in Step},
}
"""What may be written for each setting, in words."""


def _fee_unfit(currency: str) -> str:
    """What is wrong with a fee that has more digits than its currency, and what to write."""
    count = digits(currency)
    if not count:
        return _("fee: %(currency)s has no smaller unit: write a whole number, such as 80") % {"currency": currency}
    return ngettext(
        "fee: %(currency)s has %(count)d digit after the point: write no more",
        "fee: %(currency)s has %(count)d digits after the point: write no more",
        count,
    ) % {"currency": currency, "count": count}


def _problem(kind: str, place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(part for part in place if isinstance(part, str))
    if kind == "value_error":  # said by ourselves, in words
        said = message.removeprefix("Value error, ")
        return f"{name}: {said}" if name else said
    return _("%(setting)s: write %(what)s") % {"setting": name, "what": TAKES[name]}


def _flat(document: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in document.items():
        flat |= _flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value}
    return flat


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or NOTHING
    return NOTHING if value in {None, ""} else str(value)


IDENTITY_LEVELS: Final = {
    IdentityLevel.NONE: gettext_lazy("not checked"),
    IdentityLevel.PROVIDER: gettext_lazy("checked by a provider of identity checks"),
    IdentityLevel.REVIEWED: gettext_lazy("checked by the issuer's reviewers"),
}
"""What certificates, pages and handbook say of each level."""
