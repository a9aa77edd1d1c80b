"""Seats taken by processes that work at once and are killed between, and the commands (rules G6 and P9)."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from portal.tests.exams.conftest import MakeBank, make_bank
from portal.tests.platform.conftest import initialised, made_once, portal_env

__all__ = ["initialised", "made_once", "make_bank", "portal_env"]

pytestmark = pytest.mark.cuts
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()", "cohorts"]
BEFORE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark_portal.settings"
import django
django.setup()
import json, time
from datetime import timedelta
from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import accepting, importing, making, roster
from guildmark_portal.cohorts.links import token_of
from guildmark_portal.cohorts.models import Cohort, Invitation, Paid, Taking
from guildmark_portal.exams.models import Accommodation, Entitlement, Program
now = clock.now()
"""
SET_UP = """
from guildmark.rules.registration import Step
off = {"identity_check": "none", "registration": {step.value: False for step in Step}}
program = Program.objects.create(slug="x", title="X", kind="live", policy_document=off, created_at=now)
plan = making.Plan(name="X", organisation="Y", program=program, opens_at=now, closes_at=now + timedelta(hours=1))
cohort = making.make(plan=plan, actor="t", now=now)
making.add_seats(cohort=cohort, count=15, paid=Paid.GRANTED, reference="r", actor="t", now=now)
rows = "".join(f"p{number}@example.org,25\\n" for number in range(40))
importing.import_roster(cohort=cohort, roster=roster.read(f"email,extra_time\\n{rows}".encode()), actor="t", now=now)
for number in range(40):
    User.objects.create_user(f"p{number}@example.org", "P")
"""
ACCEPT = """
print("ready", flush=True)
took = []
for row in Invitation.objects.order_by("pk"):
    user = User.objects.get(email=row.email)
    try:
        took.append(accepting.accept(token=token_of(row.nonce), user=user, now=now, confirms_other_address=True).pk)
    except Refused:
        pass
print(json.dumps(sorted(took)))
"""
BETWEEN = """
granted = accepting.grant
def grant(**terms):
    print("between", flush=True)
    time.sleep(600)
    return granted(**terms)
accepting.grant = grant
"""
TOLD = """
held = Taking.objects.filter(given_back_at=None)
rights = Entitlement.objects.filter(source="cohort")
print(json.dumps([
    sorted(held.values_list("seat__number", flat=True)),
    sorted(rights.values_list("once", flat=True)) == sorted(taking.once for taking in held),
    rights.values("user").distinct().count(),
    Invitation.objects.filter(accepted_at__isnull=False, user__isnull=False).count(),
    Accommodation.objects.count(),
]))
"""


def process(data: Path, env: dict[str, str], work: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", BEFORE + work]
    return subprocess.Popen(command, env={**env, "GUILDMARK_DATA": str(data)}, stdout=subprocess.PIPE, text=True)


def said_by(running: "subprocess.Popen[str]") -> str:
    said, _errors = running.communicate()
    assert running.returncode == 0
    return said


def told(data: Path, env: dict[str, str]) -> list[object]:
    return list(json.loads(said_by(process(data, env, TOLD))))


def test_g6_a_portal_killed_between_seat_and_right_leaves_neither(initialised: Path, portal_env: dict[str, str]) -> None:
    said_by(process(initialised, portal_env, SET_UP))
    running = process(initialised, portal_env, BETWEEN + ACCEPT)
    assert running.stdout is not None
    assert [running.stdout.readline().strip() for _ in range(2)] == ["ready", "between"]
    running.kill()
    running.communicate()
    assert told(initialised, portal_env) == [[], True, 0, 0, 0]


def test_g6_processes_that_want_the_last_seats_and_are_killed_take_each_once(
    initialised: Path, portal_env: dict[str, str]
) -> None:
    said_by(process(initialised, portal_env, SET_UP))
    for after_s in (0.05, 0.2):
        running = process(initialised, portal_env, ACCEPT)
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(after_s)
        running.kill()
        running.communicate()
    both = [process(initialised, portal_env, ACCEPT) for _ in range(2)]
    took = [json.loads(said_by(one).splitlines()[1]) for one in both]
    assert (took[0], len(took[0])) == (took[1], 15)  # whoever was quicker, the same seats
    assert told(initialised, portal_env) == [list(range(1, 16)), True, 15, 15, 15]


def test_p9_a_cohort_is_made_filled_invited_and_looked_at_from_the_command_line(
    initialised: Path, portal_env: dict[str, str], tmp_path: Path, make_bank: MakeBank
) -> None:
    def run(*arguments: str, command: list[str] = PORTAL) -> tuple[int, dict[str, object]]:
        answer = subprocess.run(
            [*command, *arguments, "--data", str(initialised), "--json"],
            env=portal_env,
            capture_output=True,
            text=True,
            check=False,
        )
        return answer.returncode, json.loads(answer.stdout or answer.stderr)

    bank = make_bank(visibility="private")
    run("publish", str(bank.folder), "--kind", "demo", command=PORTAL[:-1])
    window = ("--from", "2100-01-15T09:00Z", "--until", "2100-01-15T12:00Z")
    status, made = run("make", "Class", "--program", "tiny-demo", "--organisation", "School", *window)
    assert (status, made) == (0, {"cohort": 1, "opens_at": "2100-01-15T09:00:00Z", "closes_at": "2100-01-15T12:00:00Z"})
    days = ("--from", "2100-01-15T09:00+09:00", "--until", "2100-01-15")
    of_days = run("make", "Days", "--program", "tiny-demo", "--organisation", "School", *days)[1]
    assert (of_days["opens_at"], of_days["closes_at"]) == ("2100-01-15T00:00:00Z", "2100-01-16T00:00:00Z")
    assert run("seats", "1", "1", "--bought", "Invoice 7")[1]["seats"] == 1
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("email\na@example.org\nb@example.org\n")
    bad.write_text("email,name\nnobody,=1\n")
    looked = run("import", "1", str(bad), "--dry-run")
    assert (looked[0], len(looked[1]["problems"])) == (3, 2)  # type: ignore[arg-type]
    for_people = [*PORTAL, "import", "1", str(good), "--dry-run", "--data", str(initialised)]
    told = subprocess.run(for_people, env=portal_env, capture_output=True, text=True, check=True).stdout.splitlines()
    assert told[:2] == ["Line 2, a@example.org: will be added", "Line 3, b@example.org: will be added"]
    dry = run("import", "1", str(good), "--dry-run")[1]
    assert (dry["new"], dry["short_of_seats"], run("progress", "1")[1]["invited"]) == (2, 1, 0)
    done = [run("import", "1", str(good))[1]["new"] for _ in range(2)]
    assert (done, run("invite", "1")[1], run("list")[1]["cohorts"][0]["name"]) == ([2, 0], {"invited": 2}, "Class")  # type: ignore[index]
    refused = [run("import", "1", str(bad))[0], run("progress", "7")[0], run("seats", "1", "1")[0]]
    assert (refused, run("teacher", "1", "owner@example.org")[1]["appointed"]) == ([3, 3, 2], True)
