"""What a panel says to do next: never a command where it has a button, whoever thought of the sentence."""

import ast
import re
from pathlib import Path

import pytest

import guildmark
from guildmark.bridge.next_steps import _BUTTONS, in_a_panel, in_panel_words
from guildmark.i18n import in_language

COMMAND = re.compile(rf"(?<!\.)guildmark (?:{'|'.join(_BUTTONS)}|status|watch|ui|program)\b|same command")
KIT = Path(guildmark.__file__).parent
FOR_OTHERS = ("cli", "ui", "projects", "notebook", "badges", "scripting.py", "signed.py", "issuer_files.py")


def sentences():
    """Every sentence of the session library that is translated."""
    for path in [KIT / "errors.py", *KIT.joinpath("client").rglob("*.py")]:
        if not any(part in FOR_OTHERS for part in path.parts):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "mark"):
                    yield from ((path, one.value) for one in node.args if isinstance(one, ast.Constant))


def test_no_sentence_of_the_session_library_names_a_command_in_a_panel():
    told = list(sentences())
    assert len(told) > 100
    naming = [(path.name, text) for path, text in told if COMMAND.search(text)]
    assert len(naming) > 15
    assert [(name, in_a_panel(text)) for name, text in naming if COMMAND.search(in_a_panel(text))] == []


@pytest.mark.parametrize(
    ("portals", "panels"),
    [
        ("Say it at https://x.example/place/, then run guildmark start again.", "“Download the exam” again."),
        ("Submit what is missing, or finish anyway: guildmark finish --yes", "finish anyway: “Finish”"),
        ("Prepare the exam first: guildmark start", "Prepare the exam first: “Download the exam”"),
        ("Run: guildmark login --server https://x.example", "Sign in."),
        ("Run: guildmark login --server URL", "Sign in with the address of the portal."),
        ("Name a new folder: guildmark start --folder DIR", "Open another folder that is empty."),
    ],
)
def test_in_a_sentence_of_the_portal_the_button_stands_where_the_command_stood(portals, panels):
    assert in_a_panel(portals).endswith(panels)


def test_in_another_language_it_is_the_same():
    with in_language("ko"):
        assert "guildmark start" not in in_a_panel("먼저 시험을 준비하세요: guildmark start")


def test_next_steps_are_found_however_deep_they_lie_and_nothing_else_is_changed():
    board = {"notices": [{"text": "Run: guildmark login", "next_step": "Run: guildmark login"}], "checks": ({"fallback": ""},)}
    said = in_panel_words(board)
    assert said == {"notices": [{"text": "Run: guildmark login", "next_step": "Sign in."}], "checks": [{"fallback": ""}]}


def test_a_file_of_ours_that_is_gone_is_put_back_by_a_button(sitting):
    ide, begun = sitting
    task = Path(begun["folder"]) / "Category1" / "task.json"
    task.unlink()
    task.with_name("mymodel.keras").write_bytes(b"score 4".ljust(500_000))
    error = ide.ask("submit", category="1")["error"]["data"]
    assert (error["code"], "“Put the files back”" in error["next_step"]) == ("workspace_damaged", True)
    assert ide.result("prepare")["is_running"] is True
    ide.result("begin")
    assert task.exists()
