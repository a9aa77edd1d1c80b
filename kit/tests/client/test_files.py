import os

import pytest

from guildmark.client.files import require_file
from guildmark.errors import UsageError


def test_what_is_there_and_is_no_file_is_told_apart_from_what_is_missing(tmp_path):
    (tmp_path / "saved_model").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "good.keras").write_bytes(b"x")
    require_file(tmp_path / "good.keras")
    for name, said in (("saved_model", "is a folder"), ("pipe", "is no file whose bytes"), ("gone", "There is no file")):
        with pytest.raises(UsageError, match=said):
            require_file(tmp_path / name)
