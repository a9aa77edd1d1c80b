"""What a program settles for itself: defaults by its kind, changes that are whole or refused, and the command."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from pydantic import ValidationError

from guildmark import protocol
from guildmark.protocol import ExamKind
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.refund import RefundStep
from guildmark.rules.registration import RegistrationPolicy, Step
from guildmark.rules.retake import Wait
from guildmark.signing import is_signed_by
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams import keyring, services
from guildmark_portal.exams.models import Attempt, Program
from guildmark_portal.exams.policy import TAKES, GivenOn, ProgramPolicy, amended, default_of, stored
from guildmark_portal.exams.refusals import PolicyRefused, UnknownProgram
from guildmark_portal.identity import services as identity
from guildmark_portal.identity.provider_models import ProviderMessage, ProviderSession

from .conftest import BankFolder, Sit, Sitting, WorkOff

LIVE = default_of(ExamKind.LIVE)
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]


@pytest.fixture
def program(bank: BankFolder, db: None) -> Program:
    return services.publish(bank.folder, ExamKind.DEMO, "tests").program


def settle(*assignments: str, slug: str = "tiny-demo") -> Program:
    return services.amend_policy(slug=slug, assignments=assignments, actor="tests", now=clock.now())


class TestDefaults:
    def test_p2_g6_g8_a_live_program_starts_with_the_numbers_of_the_program(self) -> None:
        assert (LIVE.fee, LIVE.currency, LIVE.entitlement_months) == (Decimal(100), "USD", 6)
        assert LIVE.retake_waits == (Wait(14, "day"), Wait(2, "month"), Wait(1, "year"))
        assert (LIVE.stipend_use_days, LIVE.stipend_applications_a_year) == (90, 1)

    def test_p10_x12_s6_a_live_program_starts_with_days_for_appeals_and_answers_and_a_share_of_the_grader(self) -> None:
        assert (LIVE.appeal_days, LIVE.answer_days, LIVE.submissions_an_hour) == (14, 10, 60)

    def test_g6_a_live_program_starts_with_a_fortnight_to_think_better_of_it_and_lets_what_is_paid_be_given_on(self) -> None:
        assert (LIVE.refunds, LIVE.transfers) == ((RefundStep(14, 100),), (GivenOn.PAYMENT,))

    def test_g1_a_live_program_asks_for_every_step(self) -> None:
        assert LIVE.registration == RegistrationPolicy()
        assert LIVE.identity_check is IdentityLevel.REVIEWED

    @pytest.mark.parametrize("kind", [ExamKind.DEMO, ExamKind.MOCK])
    def test_a_demo_and_a_mock_ask_for_nothing(self, kind: ExamKind) -> None:
        policy = default_of(kind)
        assert (policy.registration.steps, policy.is_free, policy.retake_waits) == ((), True, ())
        assert policy.identity_check is IdentityLevel.NONE

    @pytest.mark.parametrize("kind", list(ExamKind))
    def test_what_is_stored_is_read_as_it_was(self, kind: ExamKind) -> None:
        policy = default_of(kind)
        assert stored(json.loads(json.dumps(policy.document)), kind) == policy
        assert stored({}, kind) == policy

    def test_every_setting_that_is_shown_can_be_typed_back(self) -> None:
        assert amended(LIVE, [f"{key}={value}" for key, value in LIVE.settings.items()]) == LIVE


class TestChanging:
    def test_each_kind_of_value_is_read_as_people_write_it(self) -> None:
        policy = amended(
            LIVE,
            ["fee=79.50", "currency=EUR", "retake_waits=1 day, 1 year", "languages=en,ko", "support_contact=help@example.org"],
        )
        assert (policy.fee, policy.currency, policy.languages) == (Decimal("79.50"), "EUR", ("en", "ko"))
        assert (policy.retake_waits, policy.support_contact) == ((Wait(1, "day"), Wait(1, "year")), "help@example.org")

    @pytest.mark.parametrize("step", [step for step in Step if step is not Step.IDENTITY])
    def test_g1_each_step_can_be_switched_off(self, step: Step) -> None:
        assert step not in amended(LIVE, [f"registration.{step.value}=off"]).registration.steps

    def test_the_identity_step_goes_with_its_level(self) -> None:
        policy = amended(LIVE, ["registration.identity=off", "identity_check=none"])
        assert policy.identity_check is IdentityLevel.NONE
        for half in ("registration.identity=off", "identity_check=none"):
            with pytest.raises(PolicyRefused, match="switch both on, or both off"):
                amended(LIVE, [half])

    def test_nothing_is_written_as_none(self) -> None:
        policy = amended(
            LIVE, ["entitlement_months=none", "retake_waits=none", "stipend_use_days=none", "support_contact=none"]
        )
        assert (policy.entitlement_months, policy.retake_waits, policy.stipend_use_days, policy.support_contact) == (
            None,
            (),
            None,
            "",
        )

    @pytest.mark.parametrize(
        ("assignment", "said"),
        [
            ("fee=-1", "fee: write an amount such as 80"),
            ("fee=free", "fee: write an amount such as 80"),
            ("refunds=2 weeks: 100%", '"2 weeks: 100%" is no step of a refund; write it like "14 days: 100%"'),
            ("refunds=14 days: 50%, 60 days: 50%", "refunds: let each step last longer than the one before"),
            ("transfers=everything", "transfers: write payment, voucher, or both with a comma between; or none."),
            ("fee=1.2345", "fee: write an amount such as 80"),
            ("fee=79.505", "fee: USD has 2 digits after the point: write no more."),
            ("currency=dollars", "currency: write three capital letters, such as USD."),
            ("retake_waits=a fortnight", "no length of time"),
            ("support_contact=nobody", "support_contact: write a mail address, a page at https, or none."),
            ("support_contact=javascript:alert(1)@x", "support_contact: "),
            ("support_contact=http://example.org", "support_contact: "),
            ("stipend_use_days=0", "stipend_use_days: write a number of days from 1 to 3650, or none."),
            ("identity_check=trust", "identity_check: write none, provider or reviewed."),
            ("registration.identity=perhaps", "registration.identity: write on or off."),
            ("languages=English", "languages: write languages with commas between, such as en, ko."),
            ("registration.blood=on", '"registration.blood=on" is no KEY=VALUE'),
            ("registration=off", '"registration=off" is no KEY=VALUE'),
            ("duration=4", '"duration=4" is no KEY=VALUE'),
            ("fee", '"fee" is no KEY=VALUE'),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_name(self, assignment: str, said: str) -> None:
        with pytest.raises(PolicyRefused) as refused:
            amended(LIVE, [assignment])
        assert said in str(refused.value)
        assert "guildmark-portal program show" in refused.value.next_step

    def test_every_setting_says_in_words_what_it_takes(self) -> None:
        assert set(TAKES) == set(LIVE.settings)

    def test_every_problem_is_told_at_once(self) -> None:
        with pytest.raises(PolicyRefused) as refused:
            amended(LIVE, ["fee=-1", "nothing=1", "currency=x"])
        assert [word in str(refused.value) for word in ("fee: ", '"nothing=1"', "currency: ")] == [True] * 3

    @pytest.mark.parametrize(
        ("fee", "currency", "refused"),
        [
            ("80", "JPY", ""),
            ("80.00", "JPY", ""),
            ("79.50", "JPY", "fee: JPY has no smaller unit: write a whole number, such as 80."),
            ("79.505", "KWD", ""),
            ("79.505", "EUR", "fee: EUR has 2 digits after the point: write no more."),
        ],
    )
    def test_p2_a_fee_has_no_more_digits_than_its_currency(self, fee: str, currency: str, refused: str) -> None:
        try:
            said, policy = "", amended(LIVE, [f"fee={fee}", f"currency={currency}"])
            assert (policy.fee, policy.currency) == (Decimal(fee), currency)
        except PolicyRefused as error:
            said = error.message
        assert said == (f"The program keeps its settings: {refused}" if refused else "")

    @pytest.mark.usefixtures("program")
    def test_a_change_is_audited_with_what_it_was_before(self) -> None:
        assert settle("fee=20").policy.fee == Decimal(20)
        entry = Entry.objects.get(action="program.policy")
        assert (entry.actor, entry.detail) == ("tests", {"fee": {"from": "0", "to": "20"}})

    @pytest.mark.usefixtures("program")
    def test_settling_what_is_settled_changes_nothing(self) -> None:
        settle("fee=0")
        assert Entry.objects.filter(action="program.policy").count() == 0

    @pytest.mark.usefixtures("program")
    def test_a_refused_change_keeps_everything(self) -> None:
        with pytest.raises(PolicyRefused):
            settle("fee=20", "currency=x")
        assert Program.objects.get().policy == default_of(ExamKind.DEMO)

    @pytest.mark.usefixtures("program")
    def test_an_unknown_program_is_refused_with_those_that_there_are(self) -> None:
        with pytest.raises(UnknownProgram, match="Programs: tiny-demo"):
            settle("fee=1", slug="nothing")

    def test_no_program_is_saved_with_a_policy_that_is_none(self, program: Program) -> None:
        program.policy_document = {"fee": "-1"}
        with pytest.raises(ValidationError):
            program.save()

    def test_publishing_again_keeps_what_was_settled(self, program: Program, make_bank: object) -> None:
        settle("fee=20")
        services.publish(make_bank(variants=2).folder, ExamKind.DEMO, "tests")  # type: ignore[operator]
        program.refresh_from_db()
        assert program.policy.fee == Decimal(20)


@pytest.mark.usefixtures("grading_service")
class TestIdentityOnCertificates:
    @pytest.fixture
    def issued(self, sit: Sit, candidate: object, work_off: WorkOff) -> Certificate:
        return self.passed(sit(candidate), work_off)

    @pytest.fixture
    def is_verified_by_a_provider(self, candidate: User) -> None:
        now = clock.now()
        check = identity.open_check(user=candidate, now=now)
        session = ProviderSession.objects.create(
            of_check=check, provider="stripe", reference="vs_1", started_at=now, name_agrees=True, compared_at=now
        )
        ProviderMessage.objects.create(session=session, event="evt_1", told="verified", told_at=now, received_at=now)

    @staticmethod
    def passed(sitting: Sitting, work_off: WorkOff) -> Certificate:
        sitting.prepare().begin()
        for number in (1, 2, 3):
            sitting.submit(f"category{number}", f"score 5 {number}".encode())
        work_off()
        sitting.finish()
        work_off()
        return Certificate.objects.get()

    def test_it_states_that_nothing_was_checked(self, issued: Certificate) -> None:
        assert issued.document["identity_check"] == "none"

    def test_an_attempt_keeps_the_level_that_it_was_opened_under(self, sit: Sit, candidate: object) -> None:
        sitting = sit(candidate)
        settle("identity_check=reviewed", "registration.identity=on")
        assert Attempt.objects.get(pk=sitting.id).identity_check == "none"

    @pytest.mark.usefixtures("program", "is_verified_by_a_provider")
    def test_it_states_the_level_of_the_check(self, sit: Sit, candidate: object, work_off: WorkOff) -> None:
        settle("identity_check=provider", "registration.identity=on")
        assert self.passed(sit(candidate), work_off).document["identity_check"] == "provider"

    def test_what_was_signed_before_levels_were_stated_still_verifies(self, issued: Certificate, client: Client) -> None:
        older = {name: value for name, value in issued.document.items() if name != "identity_check"}
        issued.document = keyring.signed(older)
        issued.save()
        answered = client.get(f"/api/v1/certificates/{issued.identifier}", headers={"Guildmark-Protocol": "1"}).json()
        (key,) = keyring.public_keys()
        assert is_signed_by(answered, key.public_key)
        assert protocol.Certificate.model_validate(answered).identity_check is None
        page = client.get(f"/certificates/{issued.identifier}/").content.decode()
        assert "its signature does not match" not in page
        assert "Identity: not checked." in page

    def test_the_page_says_how_identity_was_checked(self, issued: Certificate, client: Client) -> None:
        assert "not checked" in client.get(f"/certificates/{issued.identifier}/").content.decode()


@pytest.mark.commands
class TestTheCommand:
    @pytest.fixture
    def env(self, tmp_path: object, bank: BankFolder) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUILDMARK_", "DJANGO_"))}
        env = {**kept, "GUILDMARK_DATA": f"{tmp_path}/portal"}
        for command in (["init", "--owner", "owner@example.org"], ["publish", str(bank.folder), "--kind", "mock"]):
            subprocess.run([*PORTAL, *command], env=env, check=True, capture_output=True)
        return env

    @staticmethod
    def run(env: dict[str, str], *arguments: str) -> tuple[int, str]:
        done = subprocess.run([*PORTAL, "program", *arguments], env=env, check=False, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_it_shows_sets_and_refuses(self, env: dict[str, str]) -> None:
        status, said = self.run(env, "show", "tiny-mock", "--json")
        assert (status, json.loads(said)["policy"]["fee"]) == (0, "0")
        status, said = self.run(env, "set", "tiny-mock", "fee=25", "support_contact=help@example.org")
        assert (status, said.split()[:2]) == (0, ["fee", "25"])
        status, said = self.run(env, "set", "tiny-mock", "fee=much")
        assert (status, "fee: " in said, "program show" in said) == (3, True, True)
        status, said = self.run(env, "set", "tiny-mock", "identity_check=provider", "registration.identity=on")
        assert (status, "[identity_provider]" in said) == (3, True)
        status, said = self.run(env, "show", "tiny-mock", "--json")
        assert json.loads(said)["policy"]["identity_check"] != "provider"
        status, said = self.run(env, "show", "tiny")
        assert (status, "Programs: tiny-mock" in said) == (3, True)
        status, said = self.run(env, "show", "tiny-mock")
        assert "help@example.org" in said


def test_the_type_is_frozen() -> None:
    with pytest.raises(ValidationError):
        ProgramPolicy().fee = Decimal(1)  # type: ignore[misc]


def test_every_setting_is_documented_with_its_default() -> None:
    lines = (Path(__file__).parents[3] / "docs" / "programs.md").read_text().partition("## A program\n")[2].splitlines()
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    assert {row[0]: row[2] for row in rows} == LIVE.settings
