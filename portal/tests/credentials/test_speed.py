"""How soon a certificate is there: alone, and a thousand at once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from portal.tests.exams.conftest import Sitting, WorkOff
from portal.tests.on_postgresql import NameDatabase
from tests.loopback_smtp import LoopbackSmtp

from guildmark_portal.credentials import paper
from guildmark_portal.jobs.runner import Runner

pytestmark = [pytest.mark.certificates]
WITHIN_S = 2.0


@pytest.mark.django_db(transaction=True)
def test_c3_from_the_pass_to_the_letter_with_its_files_it_takes_two_seconds(
    running: Sitting, grading_service, work_off: WorkOff, settings, record_property
) -> None:
    for number in (1, 2, 3):
        running.submit(f"category{number}", f"score 5 {number}".encode())
    work_off()
    paper.warm()
    with LoopbackSmtp() as smtp:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", smtp.port, False
        runner = Runner()
        runner.start()
        try:
            begun = time.monotonic()
            running.finish()
            while not any(b"application/pdf" in one.content for one in smtp.letters):
                assert time.monotonic() - begun < 30, "no letter came"
                time.sleep(0.005)
            took = time.monotonic() - begun
        finally:
            assert runner.stop()
    record_property("seconds", round(took, 2))
    assert took < WITHIN_S


COUNT = 1000
BATCH_WITHIN_S = 300.0
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]
FIND = """
import django; django.setup()
from guildmark_portal.credentials import batches
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.jobs.models import Job
letters = Job.objects.filter(kind="mail", key__startswith="certificate:")
issued = Certificate.objects.all()
made = issued.filter(credential__isnull=False).exclude(jwt="")
print(issued.count(), issued.values("attempt").distinct().count(), made.count(),
      letters.count(), letters.values("key").distinct().count(), len(batches.earned()), len(batches.unfinished()))
"""


def found_in(env: dict[str, str]) -> list[int]:
    out = subprocess.run([sys.executable, "-c", FIND], env=env, check=True, capture_output=True, text=True).stdout
    return [int(number) for number in out.split()]


def papers_in(data: Path) -> set[str]:
    """The numbers of the certificates that have a PDF."""
    return {path.name.partition(".")[0] for path in (data / "certificates").glob("*.pdf")}


@pytest.mark.timeout(900)
def test_a_thousand_are_issued_in_five_minutes_and_a_kill_loses_and_doubles_none(
    tmp_path: Path, make_bank, database_for: NameDatabase, record_property
) -> None:
    data = tmp_path / "data"
    env = {**os.environ, "GUILDMARK_DATA": str(data), "DJANGO_SETTINGS_MODULE": "guildmark_portal.settings"}
    database_for(data)
    subprocess.run([*PORTAL, "init", "--data", str(data), "--json"], env=env, check=True, capture_output=True)
    filler = Path(__file__).with_name("thousand.py")
    subprocess.run([sys.executable, filler, make_bank().folder, str(COUNT)], env=env, check=True)
    command = [*PORTAL, "certificates", "issue", "--data", str(data), "--json"]

    begun = time.monotonic()
    for made in (20, 150):
        running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        while len(papers_in(data)) < made:
            assert running.poll() is None, "it ended too early to be killed"
            time.sleep(0.1)
        running.send_signal(signal.SIGKILL)
        running.wait()
    said = json.loads(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)
    took = time.monotonic() - begun
    record_property("seconds", round(took))
    assert said["completed"] < COUNT
    assert found_in(env) == [COUNT, COUNT, COUNT, COUNT, COUNT, 0, 0]
    assert len(papers_in(data)) == COUNT
    assert took < BATCH_WITHIN_S
