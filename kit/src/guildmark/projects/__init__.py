"""The exam folder as a project of an IDE: PyCharm's `.idea`, and VS Code's `.vscode` for who has no extension.

Both open the folder with something to run for everything that one does in an exam. Nothing in these files names a machine,
a path outside the folder or an interpreter: the IDE takes the environment `.venv` of the folder, or whichever one chose.
Where Guildmark itself is installed stands in `.guildmark/command.py` alone, which is ours and is written anew.

They are a convenience. What is there already is the candidate's and stays, and where a file cannot be written the exam goes on.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from guildmark.client.files import write_atomically
from guildmark.client.workspace import Workspace
from guildmark.projects import launcher, pycharm, vscode

__all__ = ["Written", "write"]


@dataclass(frozen=True)
class Written:
    """What became of the project files, relative to the exam folder.

    `kept` differ from ours and were left as they are: edited by the candidate, or written again by the IDE itself. `failed`
    could not be written.
    """

    written: tuple[PurePosixPath, ...]
    kept: tuple[PurePosixPath, ...]
    failed: tuple[PurePosixPath, ...]


def write(workspace: Workspace) -> Written:
    """Put the project files into an exam folder that was unpacked. Raises `NotStarted` before."""
    categories = workspace.opened()
    script = {launcher.PATH: launcher.script()}
    written, kept, failed = [], [], []
    for path, content in {**script, **pycharm.files(categories), **vscode.files(categories)}.items():
        target = workspace.folder.joinpath(*path.parts)
        try:
            if not target.exists() or (path in script and target.read_bytes() != content):
                write_atomically(target, content, durable=False)  # the clock runs
                written.append(path)
            elif target.is_dir() or target.read_bytes() != content:
                kept.append(path)
        except OSError:  # a file called `.idea`, a full disk: no reason to stop an exam
            failed.append(path)
    return Written(tuple(written), tuple(kept), tuple(failed))
