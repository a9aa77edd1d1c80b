"""Slots taken by processes that work at once, and that are killed between (rule G7)."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from portal.tests.platform.conftest import initialised, made_once, portal_env

__all__ = ["initialised", "made_once", "portal_env"]

pytestmark = pytest.mark.cuts
BEFORE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark_portal.settings"
import django
django.setup()
import json
from guildmark.rules.voucher import VoucherKind, VoucherValue
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.vouchers.making import Plan, code_of, make
from guildmark_portal.vouchers.models import Use, Voucher
from guildmark_portal.vouchers.redeeming import redeem
from guildmark_portal.vouchers.refusals import VoucherRefused
now = clock.now()
program, _made = Program.objects.get_or_create(slug="x", defaults={
    "title": "X", "kind": "live", "created_at": now, "policy_document": {"registration": {"handbook": False}}})
batch = make(plan=Plan(name="X", value=VoucherValue(VoucherKind.FULL), program=program, uses=15), actor="t", now=now, once="x")
code = code_of(batch.vouchers.get())
"""
PEOPLE = """
for number in range(40):
    User.objects.create_user(f"p{number}@example.org", "P")
"""
REDEEM = """
print("ready", flush=True)
took = []
for user in User.objects.filter(email__startswith="p").order_by("pk"):
    try:
        took.append(redeem(code=code, user=user, program=program, now=now).pk)
    except VoucherRefused:
        pass
print(json.dumps(sorted(set(took))))
"""
TOLD = """
rights = Entitlement.objects.filter(source="voucher")
print(json.dumps([rights.count(), rights.values("user").distinct().count(), sorted(Use.objects.values_list("slot", flat=True)),
                  Use.objects.filter(consumed_at=None).count()]))
"""


def process(data: Path, env: dict[str, str], work: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", BEFORE + work]
    return subprocess.Popen(command, env={**env, "GUILDMARK_DATA": str(data)}, stdout=subprocess.PIPE, text=True)


def said_by(running: "subprocess.Popen[str]") -> str:
    said, _errors = running.communicate()
    assert running.returncode == 0
    return said


def test_g7_processes_that_want_the_last_slots_and_are_killed_take_each_once(
    initialised: Path, portal_env: dict[str, str]
) -> None:
    said_by(process(initialised, portal_env, PEOPLE))
    for after_s in (0.1, 0.3):
        running = process(initialised, portal_env, REDEEM)
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(after_s)
        running.kill()
        running.communicate()
    both = [process(initialised, portal_env, REDEEM) for _ in range(2)]
    took = [json.loads(said_by(one).splitlines()[1]) for one in both]
    assert (took[0], len(took[0])) == (took[1], 15)  # the same fifteen people, whoever was quicker
    assert json.loads(said_by(process(initialised, portal_env, TOLD))) == [15, 15, list(range(1, 16)), 0]
