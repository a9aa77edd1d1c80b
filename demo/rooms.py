"""Where demos live: `.demo/1`, `.demo/2`, …, each held by a lock while its portal runs, and swept away by the next one."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent / ".demo"


@contextlib.contextmanager
def room(root: Path = ROOT) -> Iterator[Path]:
    """An empty folder for one demo. Folders of demos that run no more are removed; those of running ones are left alone."""
    root.mkdir(mode=0o755, exist_ok=True)
    with contextlib.ExitStack() as held:
        for number in range(1, 100):
            lock = held.enter_context((root / f"{number}.lock").open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            folder = root / str(number)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            yield folder
            return
    raise OSError(f"every folder under {root} is in use; stop a demo first")
