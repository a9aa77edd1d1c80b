def test_start_leaves_project_files_and_names_those_that_it_keeps(guildmark, started):
    settings = started / ".vscode" / "settings.json"
    assert (started / ".idea" / "exam.iml").is_file()
    settings.write_text("{}")
    answer = guildmark("start")
    assert (answer.status, answer.err) == (0, "Project files of your IDE, kept as they are: .vscode/settings.json\n")
    assert settings.read_text() == "{}"


def test_start_goes_on_where_project_files_cannot_be_written(guildmark, signed_in, tmp_path):
    exam = tmp_path / "place" / "test"
    exam.mkdir()
    (exam / ".idea").write_text("a file")
    answer = guildmark("start", "--yes", "--json")
    assert (answer.status, answer.json["phase"]) == (0, "running")
    assert "Project files for IDEs that could not be written: .idea/modules.xml" in answer.err
