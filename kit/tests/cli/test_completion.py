"""What the Tab key offers: by the exam folder and what was heard last, without a word to the portal."""

import pytest
from command_answers import model

from guildmark.cli import completion
from guildmark.client.kept import keep, this_machines_time


@pytest.mark.usefixtures("guildmark")
class TestOutsideAnExam:
    @pytest.mark.parametrize("offered", [completion.categories, completion.submissions, completion.programs])
    def test_nothing_is_offered_and_nothing_fails(self, offered):
        assert offered("") == []

    def test_programs_that_the_portal_offered_before_are_completed(self, session, portal):
        portal.other_programs.append("advanced")
        session.programs()
        portal.log.clear()
        assert completion.programs("a") == [("advanced", "Test exam")]
        assert completion.programs("") == [("test", "Test exam"), ("advanced", "Test exam")]
        assert portal.log == []

    def test_what_was_kept_of_programs_and_is_broken_offers_nothing(self, tmp_path):
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "programs.json").write_text("[1]")
        assert completion.programs("") == []


class TestInAnExam:
    @pytest.mark.usefixtures("started")
    def test_categories_are_offered_by_number_with_their_titles(self, portal):
        portal.log.clear()
        assert completion.categories("") == [("1", "Regression"), ("2", "Images")]
        assert completion.categories("2") == [("2", "Images")]
        assert portal.log == []

    def test_the_program_of_a_folder_below_is_offered(self, started, tmp_path, monkeypatch):
        (tmp_path / "config" / "programs.json").unlink()
        monkeypatch.chdir(started.parent)
        assert completion.programs("te") == [("test", "Test exam")]

    def test_submissions_are_offered_as_they_were_heard_and_by_their_receipts(self, session, started, guildmark, portal):
        session.workspace = None
        model(started, 1, "score 3")
        assert guildmark("submit", "1", "--no-check").status == 0
        (started / ".guildmark" / "last.json").unlink(missing_ok=True)
        assert completion.submissions("") == [("s1", "")]
        with session.open(started, credentials=session.credentials) as heard:
            keep(heard.workspace, heard.state(), heard_at=this_machines_time())
        portal.log.clear()
        assert completion.submissions("s") == [("s1", "category1 mymodel.keras")]
        assert (completion.submissions("t"), portal.log) == ([], [])

    def test_a_folder_whose_state_is_broken_offers_nothing(self, started):
        (started / ".guildmark" / "exam.json").write_text("{")
        assert (completion.categories(""), completion.submissions("")) == ([], [])


def test_the_options_that_install_it_are_told_in_the_readers_language(guildmark):
    said = " ".join(guildmark("--help").out.replace("│", " ").split())
    assert "Let the Tab key complete commands, categories and submissions in this shell." in said
