"""Messages to holders: passed on with the sender's address, never with the holder's, and within limits."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as outgoing
from portal.tests.directory.holding import person

from guildmark_portal import clock
from guildmark_portal.accounts import deletion, personal_data
from guildmark_portal.audit.models import Entry
from guildmark_portal.directory import messages, services
from guildmark_portal.directory.entered import Letter
from guildmark_portal.directory.models import ListedCertificate, Listing, Message
from guildmark_portal.directory.refusals import (
    AddressUnproved,
    BoxFull,
    NotListed,
    OwnListing,
    TakesNoMessages,
    WasReported,
    WroteAlready,
    WroteTooMuch,
)
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner

pytestmark = pytest.mark.certificates

LETTER = Letter(
    name="Eve Recruiter", organisation="Works", text="We look for somebody.\nhttps://evil.example/sign-in\n- 1234-5678"
)


def send(sender, listing: Listing, letter: Letter = LETTER) -> Message:
    return messages.send(sender=sender, slug=listing.slug, letter=letter, now=clock.now())


def refused(sender, listing: Listing) -> type[Exception] | None:
    try:
        send(sender, listing)
    except Exception as refusal:  # noqa: BLE001 - whichever it is
        return type(refusal)
    return None


def test_c5_a_message_is_passed_on_with_the_senders_address_alone(holder, stranger) -> None:
    listing = holder("Ada Lovelace")
    send(stranger, listing)
    Runner().run_due()
    (letter,) = outgoing.outbox
    assert (letter.to, letter.reply_to, letter.extra_headers["Auto-Submitted"]) == (
        [listing.user.email],
        ["stranger@example.org"],
        "auto-generated",
    )
    assert letter.extra_headers["X-Auto-Response-Suppress"] == "All"
    assert letter.from_email != "stranger@example.org"
    assert "> We look for somebody." in letter.body
    assert "/network/mine/" in letter.body
    ((html, _kind),) = letter.alternatives
    assert ('href="https://evil.example' in html, "evil.example" in html) == (False, True)


def test_c5_what_a_sender_wrote_is_no_markup_and_no_header(holder, stranger) -> None:
    listing = holder("Ada Lovelace")
    send(stranger, listing, Letter(name="<b>Eve</b>", text="<script>alert(1)</script>"))
    Runner().run_due()
    (letter,) = outgoing.outbox
    ((html, _kind),) = letter.alternatives
    assert ("<script>" in html, "<b>" in html, "Eve" in letter.subject) == (False, False, False)


def test_c5_the_limits_of_sender_and_holder(holder, exam, stranger, stopped_clock, monkeypatch) -> None:
    ada, bob, cy = (holder(name) for name in ("Ada", "Bob", "Cy"))
    assert refused(ada.user, ada) is OwnListing
    assert refused(stranger, ada) is None
    assert refused(stranger, ada) is WroteAlready
    monkeypatch.setattr(messages, "MOST_SENT", 2)
    assert refused(stranger, bob) is None
    assert refused(stranger, cy) is WroteTooMuch
    monkeypatch.setattr(messages, "MOST_RECEIVED", 1)
    other = person("other@example.org", "Other")
    assert refused(other, ada) is BoxFull
    stopped_clock.advance(24 * 3600)
    assert refused(other, ada) is None
    stopped_clock.advance(7 * 24 * 3600)
    assert refused(stranger, ada) is None


def test_c5_who_cannot_be_written_to_is_not(holder, exam, stranger) -> None:
    listing = holder("Ada Lovelace", takes_messages=False)
    assert refused(stranger, listing) is TakesNoMessages
    open_one = holder("Bob")
    EmailAddress.objects.filter(user=stranger).update(verified=False)
    assert refused(stranger, open_one) is AddressUnproved
    services.take_out(user=open_one.user, actor=open_one.user)
    assert refused(stranger, open_one) is NotListed
    assert Message.objects.count() == 0


def test_c5_a_report_goes_to_support_and_silences_its_sender(holder, stranger, staff, settings) -> None:
    settings.SUPPORT_CONTACT = "support@example.org"
    listings = [holder(name) for name in ("Ada", "Bob", "Cy", "Di")]
    for listing in listings[:3]:
        message = send(stranger, listing)
        assert not messages.report(holder=stranger, message_id=message.pk, now=clock.now())
        assert messages.report(holder=listing.user, message_id=message.pk, now=clock.now())
        assert not messages.report(holder=listing.user, message_id=message.pk, now=clock.now())
        assert refused(stranger, listing) in {TakesNoMessages, WasReported}
    assert refused(stranger, listings[3]) is WasReported
    assert Entry.objects.filter(action="network.message_reported").count() == 3
    Runner().run_due()
    told = [letter for letter in outgoing.outbox if letter.to == ["support@example.org"]]
    assert len(told) == 3
    assert all("> We look for somebody." in letter.body and "stranger@example.org" in letter.body for letter in told)
    assert listings[0].user.email not in told[0].body


def test_c5_a_report_reaches_the_owners_where_nobody_is_named(holder, stranger, staff, settings) -> None:
    settings.SUPPORT_CONTACT = "https://example.org/help"
    message = send(stranger, holder("Ada"))
    messages.report(holder=message.holder, message_id=message.pk, now=clock.now())
    Runner().run_due()
    assert [letter.to for letter in outgoing.outbox if "reported" in letter.subject] == [["staff@example.org"]]


def test_x16_messages_are_forgotten_after_their_days(holder, stranger, stopped_clock) -> None:
    plain, reported = send(stranger, holder("Ada")), send(stranger, holder("Bob"))
    messages.report(holder=reported.holder, message_id=reported.pk, now=clock.now())
    Runner().run_due()
    assert {job.payload.get("reply_to") for job in Job.objects.filter(kind="mail")} == {None}
    stopped_clock.advance(messages.KEPT_FOR.total_seconds())
    Runner().run_due()
    assert list(Message.objects.values_list("pk", "text", "name")) == [(reported.pk, "", "")]
    assert plain.pk != reported.pk
    stopped_clock.advance(messages.REMEMBERED_FOR.total_seconds())
    Runner().run_due()
    assert not Message.objects.exists()
    assert not Job.objects.filter(kind=messages.FORGET, finished_at=None, dead_at=None).exists()


def test_x16_deleting_an_account_takes_its_messages_along(holder, stranger) -> None:
    listing = holder("Ada")
    send(stranger, listing)
    part = next(part for part in personal_data.parts() if part.name == "network")
    assert part.export(stranger)["messages_sent"][0]["text"] == LETTER.text
    assert part.export(listing.user)["messages_received"][0]["name"] == "Eve Recruiter"
    deletion.delete(user=stranger)
    Runner().run_due()
    assert not Message.objects.exists()
    assert [letter.to for letter in outgoing.outbox if letter.to == [listing.user.email]] == []
    assert "stranger@example.org" not in str(list(Job.objects.filter(kind="mail").values_list("payload", flat=True)))


def test_c5_what_a_sender_learns_does_not_depend_on_where_the_letter_ends(holder, stranger, settings) -> None:
    good, gone = holder("Ada"), holder("Bob", email="nobody@nowhere.invalid")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert (refused(stranger, good), refused(stranger, gone)) == (None, None)
    assert ListedCertificate.objects.count() == 2
    assert clock.now() - Message.objects.first().sent_at < timedelta(minutes=1)
