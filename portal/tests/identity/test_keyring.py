"""The file of master keys is there whole, or not at all."""

import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from guildmark_portal.identity import keyring

NOW = datetime(2030, 1, 15, 12, tzinfo=UTC)
FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from guildmark_portal.identity import keyring
directory, now = Path(sys.argv[1]), datetime(2030, 1, 15, 12, tzinfo=UTC)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
try:
    {act}
except OSError:
    print("no room")
"""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "keys"
    made.mkdir()
    return made


@pytest.mark.parametrize("held", [False, True])
def test_a_disk_that_is_full_leaves_no_half_of_a_file_and_none_that_was_there_is_hurt(folder, held):
    act = "keyring.ensure(directory, now=now)"
    if held:
        keyring.ensure(folder, now=NOW)
        act = "keyring.replace(directory, [keyring.MasterKey.generate(now=now)])"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = subprocess.run(
        [sys.executable, "-c", FULL.format(act=act), str(folder)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "no room\n"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_of_many_who_make_it_at_once_one_does_and_all_read_the_same(folder):
    made, seen, start = [], [], threading.Barrier(8)

    def make():
        start.wait()
        made.append(keyring.ensure(folder, now=NOW))
        seen.append(keyring.read(folder)[0].id)  # a file that is half written cannot be read

    threads = [threading.Thread(target=make) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(made), len(seen), len(set(seen))) == ([*[False] * 7, True], 8, 1)
    assert [(path.name, path.stat().st_mode & 0o777, path.stat().st_nlink) for path in folder.iterdir()] == [
        (keyring.KEYS_FILE, 0o600, 1)
    ]
