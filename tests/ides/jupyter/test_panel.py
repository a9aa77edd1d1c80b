"""A whole exam in the side bar of JupyterLab: nobody opens a terminal, nor the portal's page but to sign in."""

import re
from pathlib import Path

import pytest
from demo.browser import Browser as Person
from demo.portal import Portal
from playwright.sync_api import Page, expect

from .lab import ROOT
from .looking import GRADED_MS, act, category, opened, shot, show_panel, solve, until


def sign_in(page: Page, portal: Portal, person: Person) -> None:
    page.locator("#guildmark-exam input[type=url]").fill(portal.url)
    page.locator("#guildmark-exam button[type=submit]").click()
    page.locator(".gm-code").wait_for()
    shot(page, "1-code")
    person.allow_device(page.locator("#guildmark-exam .gm-link").inner_text())


def hand_in_without_the_portal(page: Page, portal: Portal, model: Path) -> None:
    """The clock goes on, what is handed in waits, and the page may be loaded again."""
    portal.stop()
    page.locator("[data-notice=offline]").wait_for()
    (model.parents[1] / "Category2" / "mymodel.keras").write_bytes(model.read_bytes())
    act(page, "submit:category2")
    anyway = category(page, 2).locator("[data-action='submit:category2']").last
    expect(category(page, 2).locator(".gm-said.gm-caution")).to_be_visible()
    anyway.click()
    expect(category(page, 2).locator(".gm-said")).to_contain_text("sent by itself", timeout=GRADED_MS)
    shot(page, "6-offline")
    page.reload()
    show_panel(page)
    expect(category(page, 1).locator("h2 .gm-marks")).to_contain_text("5")
    expect(page.locator("#guildmark-exam .gm-clock")).to_contain_text(re.compile(r"0:5\d:"))
    portal.start()
    expect(category(page, 2).locator("summary").last).to_contain_text("(1)", timeout=GRADED_MS)
    expect(page.locator("[data-notice=offline]")).to_have_count(0)


@pytest.mark.timeout(600)
def test_x7_a_whole_exam_is_sat_in_the_side_bar(portal, chromium, new_lab, new_person, quick_pack) -> None:
    lab, ada = new_lab("ada"), new_person("ada")
    page = opened(chromium, lab)
    sign_in(page, portal, ada)

    act(page, "prepare")
    page.locator("#guildmark-exam [data-action=begin]").wait_for()
    shot(page, "2-begin")
    act(page, "begin")
    expect(page.locator(".gm-category")).to_have_count(5)
    [folder] = [state.parents[1] for state in lab.root.glob("*/.guildmark/exam.json")]
    (folder / ".venv").symlink_to(ROOT / ".venv")  # what "Make the environment" would bring

    category(page, 1).get_by_role("button", name="Instructions").click()
    page.locator(".jp-MarkdownViewer").get_by_text("straight line").first.wait_for()
    shot(page, "3-instructions")

    solve(folder, 1, quick_pack)
    category(page, 1).locator("[data-action=run]").click()
    page.locator(".jp-Terminal").wait_for()
    model = folder / "Category1" / "mymodel.keras"
    until(model.exists)
    expect(category(page, 1).locator(".gm-model")).to_contain_text("mymodel.keras")
    shot(page, "4-trained")

    act(page, "check:category1")
    expect(category(page, 1).locator(".gm-said.gm-good")).to_contain_text("nothing speaks against")
    act(page, "submit:category1")
    expect(category(page, 1).locator("h2 .gm-marks")).to_contain_text("5", timeout=GRADED_MS)
    shot(page, "5-scored")

    hand_in_without_the_portal(page, portal, model)

    act(page, "readiness")
    shot(page, "7-readiness")
    act(page, "finish")
    expect(page.locator("#guildmark-exam .gm-panel")).to_contain_text("Not passed:", timeout=GRADED_MS)
    expect(page.locator("#guildmark-exam .gm-panel")).to_contain_text("◆◆◆◆◆")
    shot(page, "8-result")

    # Another exam, beside the one that is over.
    act(page, "another")
    act(page, "prepare")
    act(page, "begin")
    expect(page.locator(".gm-category")).to_have_count(5)
    expect(category(page, 1).locator("h2 .gm-marks")).not_to_contain_text("5")
    [another] = {state.parents[1] for state in lab.root.glob("*/.guildmark/exam.json")} - {folder}
    assert another.name == f"{folder.name}-2"
