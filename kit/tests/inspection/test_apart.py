"""The inspection in a process of its own: the same findings, and an end for every file."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, fields, replace

import pytest

from guildmark.inspection import Finding, apart, inspect_file
from guildmark.inspection.apart import inspect_apart


def test_it_says_what_the_inspection_says(files, contract, tmp_path):
    for config in (files.honest(), files.sequential(files.input_layer(28, 29), files.layer("Lambda"), files.dense(10, [784]))):
        for path in (files.save_keras(tmp_path / "m.keras", config), files.save_h5(tmp_path / "m.h5", config)):
            assert inspect_apart(path, contract) == inspect_file(path, contract)


def test_the_process_knows_the_whole_contract(contract):
    first = contract.inputs[0]
    whole = replace(contract, inputs=(first, replace(first, name="other")), either=True, predict_ms=20.0)
    sent = json.loads(json.dumps(asdict(whole)))
    assert apart._contract(sent) == whole
    assert {field.name for field in fields(whole)} == set(sent)


def test_x5_a_file_that_takes_too_long_is_called_damaged(files, contract, tmp_path, monkeypatch):
    monkeypatch.setattr("guildmark.inspection.apart._CHILD", "while True: pass")
    path, start = files.save_h5(tmp_path / "m.h5", files.honest()), time.monotonic()
    assert inspect_apart(path, contract, time_limit_s=1).findings == (Finding("file.corrupt"),)
    assert time.monotonic() - start < 10


def test_a_process_that_dies_is_a_damaged_file(files, contract, tmp_path, monkeypatch):
    monkeypatch.setattr("guildmark.inspection.apart._CHILD", "import os; os.abort()")
    path = files.save_h5(tmp_path / "m.h5", files.honest())
    assert inspect_apart(path, contract).findings == (Finding("file.corrupt"),)


def test_modules_that_lie_where_the_person_is_are_not_run(files, contract, tmp_path, monkeypatch):
    for name in ("json", "h5py", "zipfile", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('run')")
    monkeypatch.chdir(tmp_path)
    path = files.save_keras(tmp_path / "m.keras", files.honest())
    assert inspect_apart(path, contract).findings == ()


def test_a_path_that_is_none_is_an_error(contract, tmp_path):
    with pytest.raises(FileNotFoundError):
        inspect_apart(tmp_path / "none.h5", contract)


def test_x5_an_interrupt_ends_the_child_too(files, contract, tmp_path):
    path = files.save_h5(tmp_path / "m.h5", files.honest())
    script = f"""
import os, sys
from pathlib import Path
import guildmark.inspection.apart as apart
from guildmark.rules.contract import Contract, ModelFormat, TensorContract
apart._CHILD = "import os, sys, time; open({str(tmp_path / "child")!r}, 'w').write(str(os.getpid())); time.sleep(60)"
contract = Contract((ModelFormat.H5,), 10**6, (TensorContract((4,)),), TensorContract((1,)))
apart.inspect_apart(Path({str(path)!r}), contract)
"""
    running = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, start_new_session=True)
    for _ in range(300):
        if (tmp_path / "child").exists() and (tmp_path / "child").read_text():
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert b"KeyboardInterrupt" in said
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "child").read_text()), 0)
