"""Without the box, where none can stand: for one's own models, and with a warning each time."""

import json
import os
import subprocess
import sys

import pytest

from guildmark_grader.sandbox import bwrap

pytestmark = pytest.mark.commands

GRADE = [sys.executable, "-m", "guildmark_grader.cli", "grade"]
HIDDEN = ["unshare", "--mount", "sh", "-c", f'mount --bind /bin/false {bwrap.binary()} && exec "$@"', "sh"]
NO_NAMESPACES = [
    "unshare",
    "--user",
    "--map-root-user",
    "sh",
    "-c",
    'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
    "sh",
]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide bubblewrap from a process")


@needs_root
@pytest.mark.parametrize("around", [HIDDEN, NO_NAMESPACES], ids=["no bubblewrap", "no user namespaces"])
def test_a_model_is_graded_without_a_box_only_if_that_is_asked_for(around, bank_folder, models):
    command = [*around, *GRADE, str(bank_folder), "largest", str(models / "honest.keras"), "--json"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, json.loads(refused.stdout)["verdict"]) == (1, "grader_error")
    assert refused.stderr.rstrip().endswith("guildmark-grader doctor")

    graded = subprocess.run([*command, "--insecure"], capture_output=True, text=True, check=False)
    assert (graded.returncode, json.loads(graded.stdout)["score"]) == (0, 5)
    assert "WITHOUT THE BOX" in graded.stderr


def test_the_warning_is_not_given_where_there_is_a_box(bank_folder, models):
    command = [*GRADE, str(bank_folder), "largest", str(models / "text.h5"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")
