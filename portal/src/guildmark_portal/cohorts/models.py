"""Cohorts as facts. How far somebody is follows from them and from their attempt (`progress`).

Cohort: a class with its program and window. Teacher: an account that sees how far it is. Block: seats that were bought or
granted at once. Seat: one of them, by its number. Invitation: a row of the roster. Taking: an invitation took a seat; given
back, the seat is free again, and the taking stays as what happened.
"""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guildmark.rules.cohort import LONGEST_SPREAD_MINUTES, Window
from guildmark_portal.exams.models import Program

LONGEST_NAME = 80
LONGEST_ORGANISATION = 120
LONGEST_REFERENCE = 120
LONGEST_PERSON = 200
DIGEST_LENGTH = 64


class Cohort(models.Model):
    """A class: it begins `program` between `opens_at` and `closes_at`, its beginnings spread over `spread_minutes`.

    Made with the same `once`, it is made once. One that was ended takes nobody any more; what was granted stays.
    """

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    organisation = models.CharField(_("organisation"), max_length=LONGEST_ORGANISATION)
    program = models.ForeignKey(Program, models.PROTECT, related_name="cohorts", verbose_name=_("program"))
    opens_at = models.DateTimeField(_("begins to be open"))
    closes_at = models.DateTimeField(_("closes"))
    spread_minutes = models.PositiveSmallIntegerField(_("beginnings are spread over minutes"), default=0)
    once = models.CharField(_("made once for"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=200)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        """The one that opens last comes first; a window has a length."""

        ordering: ClassVar[list[str]] = ["-opens_at", "-id"]
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["once"], condition=~Q(once=""), name="a_cohort_is_made_once"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="a_cohort_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(spread_minutes__lte=LONGEST_SPREAD_MINUTES), name="a_spread_of_hours_at_most"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def window(self) -> Window:
        """When its seats can be begun."""
        return Window(self.opens_at, self.closes_at)

    @property
    def spread(self) -> timedelta:
        """Over how long the beginnings are spread."""
        return timedelta(minutes=self.spread_minutes)


class Teacher(models.Model):
    """An account that sees how far the cohort is, until it is withdrawn."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="teachers", verbose_name=_("cohort"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("teacher"))
    appointed_at = models.DateTimeField(_("appointed at"))
    appointed_by = models.CharField(_("appointed by"), max_length=200)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        """A person is appointed once at a time."""

        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["cohort", "user"], condition=Q(withdrawn_at=None), name="a_teacher_once_in_a_cohort"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Paid(models.TextChoices):
    """How a block of seats came about."""

    BOUGHT = "bought", _("bought")
    GRANTED = "granted", _("granted")


class Block(models.Model):
    """Seats made at once: `bought`, its payment confirmed by staff under a `reference`, or `granted` for a reason."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="blocks", verbose_name=_("cohort"))
    seats = models.PositiveIntegerField(_("seats"))
    paid = models.CharField(_("bought or granted"), max_length=7, choices=Paid.choices)
    reference = models.CharField(_("reference of the payment, or the reason"), max_length=LONGEST_REFERENCE)
    once = models.CharField(_("made once for"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=200)

    class Meta:
        """It has seats, and says what for."""

        ordering: ClassVar[list[str]] = ["made_at", "id"]
        verbose_name = _("block of seats")
        verbose_name_plural = _("blocks of seats")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["once"], condition=~Q(once=""), name="a_block_is_made_once"),
            models.CheckConstraint(condition=Q(seats__gte=1) & ~Q(reference=""), name="a_block_has_seats_and_a_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort}, {self.seats}"


class Seat(models.Model):
    """One seat, by its number in the cohort, with its offset in seconds from the beginning of the window."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="seats", verbose_name=_("cohort"))
    block = models.ForeignKey(Block, models.PROTECT, related_name="rows", verbose_name=_("block of seats"))
    number = models.PositiveIntegerField(_("number"))
    offset_s = models.PositiveIntegerField(_("seconds after the window opens"), default=0)

    class Meta:
        """A number once a cohort."""

        ordering: ClassVar[list[str]] = ["cohort", "number"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["cohort", "number"], name="a_seat_of_a_cohort_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="seats_are_numbered_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort} {self.number}"

    @property
    def offset(self) -> timedelta:
        """How long after the window opens it can be begun."""
        return timedelta(seconds=self.offset_s)


class Invitation(models.Model):
    """A row of the roster: whom it is for, what they are granted with it, by whom, and what became of it.

    `nonce` makes its link, of which only the `digest` is kept (`links`). `user` is the account that accepted it; where that has
    not proved the address of the row, `is_other_address` says that its holder confirmed it. Rows of deleted accounts have no
    address.
    """

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="invitations", verbose_name=_("cohort"))
    email = models.EmailField(_("address"), max_length=254, blank=True)
    name = models.CharField(_("name"), max_length=LONGEST_PERSON, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    percent = models.PositiveSmallIntegerField(_("extra time in percent"), default=0)
    breaks = models.PositiveSmallIntegerField(_("breaks"), default=0)
    break_minutes = models.PositiveSmallIntegerField(_("minutes of a break"), default=0)
    nonce = models.CharField(_("what its link is made of"), max_length=32)
    digest = models.CharField(_("digest of the link"), max_length=DIGEST_LENGTH, unique=True)
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = models.CharField(_("imported by"), max_length=200)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations", null=True, blank=True, verbose_name=_("user")
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    is_other_address = models.BooleanField(_("by an account of another address"), default=False)

    class Meta:
        """An address, and an account, once a cohort."""

        ordering: ClassVar[list[str]] = ["cohort", "email", "id"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["cohort", "email"], condition=~Q(email=""), name="an_address_once_in_a_cohort"),
            models.UniqueConstraint(
                fields=["cohort", "user"], condition=Q(user__isnull=False), name="an_account_once_in_a_cohort"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="an_invitation_is_accepted_or_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort} {self.pk}"

    @property
    def is_accommodated(self) -> bool:
        """Whether extra time or breaks come with it."""
        return bool(self.percent or self.breaks)


class Taking(models.Model):
    """An invitation took a seat. The right to sit is granted once for it: `seat:…`, by the number of this row."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="takings", verbose_name=_("seat"))
    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="takings", verbose_name=_("invitation"))
    taken_at = models.DateTimeField(_("taken at"))
    given_back_at = models.DateTimeField(_("given back at"), null=True, blank=True)

    class Meta:
        """A seat is taken by one at a time, and one takes one seat."""

        verbose_name = _("seat that was taken")
        verbose_name_plural = _("seats that were taken")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["seat"], condition=Q(given_back_at=None), name="a_seat_is_taken_once"),
            models.UniqueConstraint(fields=["invitation"], condition=Q(given_back_at=None), name="an_invitation_has_one_seat"),
        ]

    def __str__(self) -> str:
        return f"{self.seat}, {self.invitation_id}"

    @property
    def once(self) -> str:
        """What the right to sit is granted once for."""
        return f"seat:{self.pk}"
