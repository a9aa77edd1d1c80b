"""The language that somebody reads: their browser's choice, then their account's, then what the browser asks for."""

import pytest
from django.test import Client
from django.utils.translation import override

from guildmark_portal.accounts.models import User
from guildmark_portal.jobs.models import Job
from guildmark_portal.mail import services as mail

KOREAN = '<html lang="ko">'
CHINESE = '<html lang="zh-hans">'
ENGLISH = '<html lang="en">'

pytestmark = pytest.mark.django_db


def choose(client: Client, language: str, back: str = "/skills/"):
    return client.post("/language/", {"language": language, "next": back})


def test_the_foot_of_a_page_offers_every_language_and_keeps_the_choice(client: Client) -> None:
    page = client.get("/skills/").content.decode()
    assert ENGLISH in page
    assert [name in page for name in ("English", "한국어", "简体中文")] == [True] * 3
    answer = choose(client, "ko")
    assert (answer.status_code, answer["Location"]) == (302, "/skills/")
    assert KOREAN in client.get("/skills/").content.decode()


@pytest.mark.parametrize("language", ["xx", "", "../../etc"])
def test_a_language_that_there_is_not_changes_nothing(client: Client, language: str) -> None:
    choose(client, language)
    assert ENGLISH in client.get("/skills/").content.decode()


def test_it_leads_to_no_other_site(client: Client) -> None:
    assert choose(client, "ko", "https://evil.example/")["Location"] == "/"


def test_it_is_kept_with_the_account_and_spoken_by_every_browser(client: Client, candidate: User) -> None:
    client.force_login(candidate)
    choose(client, "zh-hans")
    elsewhere = Client(headers={"Accept-Language": "ko"})
    elsewhere.force_login(candidate)
    assert CHINESE in elsewhere.get("/skills/").content.decode()
    stranger = Client(headers={"Accept-Language": "ko"})
    assert KOREAN in stranger.get("/skills/").content.decode()


def test_a_first_sign_in_teaches_the_language_and_later_ones_change_nothing(candidate: User) -> None:
    for language in ("ko", "zh-hans"):
        with override(language):
            Client().force_login(candidate)
        candidate.refresh_from_db()
        assert candidate.language == "ko"


def test_letters_speak_the_language_of_whoever_reads_them(candidate: User) -> None:
    User.objects.filter(pk=candidate.pk).update(language="ko")
    context = {"name": "Ada", "exam": "X", "number": 2, "changes": [], "url": "https://portal.example/"}
    mail.send(to=candidate.email.upper(), template="handbook/new_edition", context=context)
    mail.send(to="grace@example.org", template="handbook/new_edition", context=context)
    to_candidate, to_grace = Job.objects.order_by("id").values_list("payload__body", flat=True)
    assert any("가" <= letter <= "힣" for letter in to_candidate)
    assert not any("가" <= letter <= "힣" for letter in to_grace)
