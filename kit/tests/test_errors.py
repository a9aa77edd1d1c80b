import re
from pathlib import Path

import pytest

from guildmark import errors
from guildmark.errors import GuildmarkError
from guildmark.i18n import _, mark

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GuildmarkError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_says_what_happened_and_the_next_step(kind):
    error = kind()
    assert error.message == " ".join(kind.__doc__.split())
    assert error.message.endswith(".")
    assert len(error.next_step) > 10
    assert str(error) == f"{error.message} {error.next_step}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_drawn_tree_with_its_exit_status(kind):
    drawn = dict(re.findall(r"── (\w+) +\S.*\((?:exit status )?(\d)\)", errors.__doc__))
    assert kind is GuildmarkError or drawn[kind.__name__] == str(kind.exit_code)


def test_the_exit_statuses_are_those_of_the_commands():
    assert {
        kind.__name__: kind.exit_code for kind in GuildmarkError.__subclasses__() if kind.__module__ == errors.__name__
    } == {
        "UsageError": 2,
        "Refused": 3,
        "SignInRequired": 4,
        "ServerUnreachable": 5,
        "OurFault": 1,
    }


def test_a_code_is_the_class_name_or_what_the_server_said():
    assert errors.SignInRequired().code == "sign_in_required"
    assert errors.Refused("No.", code="not_ready").code == "not_ready"


def test_a_message_and_a_next_step_may_be_given():
    error = errors.Refused("No.", next_step="Ask again tomorrow.")
    assert (error.message, error.next_step) == ("No.", "Ask again tomorrow.")


def test_without_a_catalogue_sentences_are_english():
    assert (_("Nothing."), mark("Nothing.")) == ("Nothing.", "Nothing.")


def test_every_command_named_in_a_next_step_exists():
    from typer.main import get_command

    from guildmark.cli import app

    known = set(get_command(app).commands)
    source = "".join(path.read_text(encoding="utf-8") for path in Path(errors.__file__).parent.rglob("*.py"))
    named = set(re.findall(r"(?:Run|run|Next): guildmark ([a-z]+)", source))
    assert named - known == set()
