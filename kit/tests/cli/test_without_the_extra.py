"""An environment that has `guildmark` and not `guildmark[check]`: the command runs where numpy and h5py cannot be imported."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
from command_answers import WITHOUT_THE_EXTRA

INSTALL = f'Run: {sys.executable} -m pip install "guildmark[check]"'


@pytest.fixture
def without_the_extra(started, portal, tmp_path):
    """Runs a command in the exam folder, in another process."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITHOUT_THE_EXTRA)
    search = os.pathsep.join(filter(None, (str(tmp_path / "site"), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "GUILDMARK_SERVER": portal.url, "PYTHONPATH": search}

    def run(*args):
        command = [sys.executable, "-m", "guildmark.cli", *args]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture
def saved_models(started):
    """Files that look like models to their magic bytes, so that the inspection needs h5py."""
    with zipfile.ZipFile(started / "Category1" / "mymodel.keras", "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")
    (started / "Category2" / "mymodel.h5").write_bytes(b"\x89HDF\r\n\x1a\n".ljust(2048, b"\0"))


@pytest.mark.usefixtures("saved_models")
@pytest.mark.parametrize("category", ["1", "2"])
def test_check_without_the_extra_says_what_to_install(without_the_extra, category):
    done = without_the_extra("check", category, "--json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (2, "check_unavailable")
    assert error["next_step"] == INSTALL
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("saved_models")
@pytest.mark.parametrize("category", ["1", "2"])
def test_submit_without_the_extra_goes_on_and_says_that_it_did_not_look(without_the_extra, portal, category):
    done = without_the_extra("submit", category, "--json")
    answer = json.loads(done.stdout)
    assert (answer["local_check"], answer["submission"]["category"]) == ("unavailable", f"category{category}")
    assert (list(portal.exam.submissions), done.returncode) == (["s1"], 3)  # sent; the portal knows that it is no model
    assert f"The file was not looked at before it is sent: {INSTALL}" in done.stderr.replace("\n", " ")


def test_what_needs_no_extra_is_found_all_the_same(without_the_extra, started):
    (started / "Category1" / "mymodel.keras").write_text("<html>")
    done = without_the_extra("check", "1", "--json")
    (file,) = json.loads(done.stdout)["files"]
    assert (done.returncode, [finding["code"] for finding in file["findings"]]) == (3, ["file.not_a_model"])


def test_another_missing_module_is_not_taken_for_the_extra(guildmark, started, monkeypatch):
    def broken(*_args):
        raise ModuleNotFoundError("No module named 'zlib'", name="zlib")

    monkeypatch.setattr("guildmark.client.check.inspect_apart", broken)
    (started / "Category1" / "mymodel.keras").write_text("x")
    answer = guildmark("check", "1", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (1, "our_fault")
