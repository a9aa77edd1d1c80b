"""VS Code's workspace, for who has no extension of ours: the interpreter of the folder, tasks, and the starters to debug.

Tasks run the interpreter that the Python extension has for the folder: `.venv`, or whichever one chose. Forks of VS Code read
the same files.
"""

import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from guildmark.client.workspace import STATE_FOLDER, BundleCategory
from guildmark.projects import commands, launcher

_PLACE = PurePosixPath(".vscode")
_FOLDER = "${workspaceFolder}"


def files(categories: Iterable[BundleCategory]) -> dict[PurePosixPath, bytes]:
    """The files of the workspace, relative to the exam folder."""
    known = tuple(categories)
    documents = {"settings": _settings(), "extensions": _extensions(), "tasks": _tasks(known), "launch": _launch(known)}
    return {
        _PLACE / f"{name}.json": (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode(errors="replace")
        for name, document in documents.items()
    }


def _settings() -> dict[str, Any]:
    return {
        "python.defaultInterpreterPath": f"{_FOLDER}/.venv",  # a folder means its interpreter, on every system
        "files.exclude": {STATE_FOLDER: True},
        "files.watcherExclude": {"**/.venv/**": True},
    }


def _extensions() -> dict[str, Any]:
    return {"recommendations": ["guildmark.guildmark", "ms-python.python", "ms-python.debugpy"]}


def _tasks(categories: tuple[BundleCategory, ...]) -> dict[str, Any]:
    tasks = [_task(command, category.title) for category in categories for command in commands.of_category(category)]
    return {"version": "2.0.0", "tasks": [*tasks, *(_task(command) for command in commands.of_exam())]}


def _task(command: commands.Command, detail: str = "") -> dict[str, Any]:
    return {
        "label": command.title,
        **({"detail": detail} if detail else {}),
        "type": "process",
        "command": "${command:python.interpreterPath}",
        "args": [f"{_FOLDER}/{launcher.PATH}", *command.arguments],
        "options": {"cwd": _FOLDER},
        "problemMatcher": [],
    }


def _launch(categories: tuple[BundleCategory, ...]) -> dict[str, Any]:
    return {
        "version": "0.2.0",
        "configurations": [
            {
                "name": commands.run_starter(category),
                "type": "debugpy",
                "request": "launch",
                "program": f"{_FOLDER}/{category.folder}/{commands.STARTER}",
                "cwd": f"{_FOLDER}/{category.folder}",
                "console": "integratedTerminal",
            }
            for category in categories
        ],
    }
