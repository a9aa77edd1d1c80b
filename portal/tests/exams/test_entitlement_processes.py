"""Grants and reminders by processes that work at once, and that are killed between (rule G6)."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from portal.tests.platform.conftest import initialised, made_once, portal_env

__all__ = ["initialised", "made_once", "portal_env"]

pytestmark = pytest.mark.cuts
GRANTS = 40
BEFORE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark_portal.settings"
import django
django.setup()
from datetime import timedelta
from guildmark_portal import clock
from guildmark_portal.exams.ending import look
from guildmark_portal.exams.entitling import grant
from guildmark_portal.exams.models import Entitlement, Program
from guildmark_portal.jobs.models import Job
program, _made = Program.objects.get_or_create(slug="x", defaults={"title": "X", "kind": "live", "created_at": clock.now()})
now = clock.now()
"""
GRANT = """
print("ready", flush=True)
for number in range(40):
    grant(to=f"p{number}@example.org", program=program, source="payment", actor="tests", now=now,
          until=now.date() + timedelta(days=7), once=f"order:{number}")
"""
LOOK = """
print("ready", flush=True)
look(now=now)
"""
TOLD = """
import json
keys = [key for key in Job.objects.filter(kind="mail").values_list("key", flat=True) if ":ends:" in key]
print(json.dumps([Entitlement.objects.count(), len(keys), len(set(keys))]))
"""


def process(data: Path, env: dict[str, str], work: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", BEFORE + work]
    return subprocess.Popen(command, env={**env, "GUILDMARK_DATA": str(data)}, stdout=subprocess.PIPE, text=True)


def killed_while_it_works(running: "subprocess.Popen[str]", *, after_s: float) -> None:
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(after_s)
    running.kill()
    running.communicate()


def said_by(running: "subprocess.Popen[str]") -> str:
    said, _errors = running.communicate()
    assert running.returncode == 0
    return said


def test_g6_two_processes_and_two_that_are_killed_grant_each_order_once_and_remind_once(
    initialised: Path, portal_env: dict[str, str]
) -> None:
    said_by(process(initialised, portal_env, ""))
    for work in (GRANT, LOOK):
        for after_s in (0.05, 0.15):
            killed_while_it_works(process(initialised, portal_env, work), after_s=after_s)
        both = [process(initialised, portal_env, work) for _ in range(2)]
        assert [said_by(one) for one in both] == ["ready\n"] * 2
    assert json.loads(said_by(process(initialised, portal_env, TOLD))) == [GRANTS, GRANTS, GRANTS]
