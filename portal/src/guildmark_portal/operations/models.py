"""What happened to a case, and nothing else: where it stands is computed by `guildmark.rules.case`.

Case: what somebody asked, and by when it is answered. Answer, Withdrawal: how it ended; never both.
Message: what was said afterwards, by the candidate or to them.
Evidence: one page of what was sent with it. Look: who of the staff opened what is sealed, and when.

Words and pages are sealed. A case whose `words` cannot be opened any more was shredded.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guildmark.rules.case import CaseKind, MessageKind, Outcome
from guildmark_portal.exams.models import Attempt, Program
from guildmark_portal.identity.sealed import Sealed


class Case(models.Model):
    """An incident, an appeal or a request for an accommodation. `language` is the one in which it was written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=13, choices=[(kind.value, kind.value) for kind in CaseKind])
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases", verbose_name=_("candidate"))
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="cases", null=True, blank=True, verbose_name=_("attempt"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="cases", null=True, blank=True, verbose_name=_("program"))
    words = models.OneToOneField(Sealed, models.PROTECT, related_name="case", verbose_name=_("what was written, sealed"))
    opened_at = models.DateTimeField(_("opened at"))
    answer_due = models.DateTimeField(_("answer due"))
    language = models.CharField(_("language"), max_length=10, blank=True)

    class Meta:
        """The one whose answer is due first comes first."""

        ordering: ClassVar[list[str]] = ["answer_due", "opened_at"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")

    def __str__(self) -> str:
        return str(self.id)


class Answer(models.Model):
    """What was answered, once. An accommodation that is granted stands in `exams`."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="answer", verbose_name=_("case"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("answered by"))
    outcome = models.CharField(_("outcome"), max_length=11, choices=[(one.value, one.value) for one in Outcome])
    words = models.OneToOneField(Sealed, models.PROTECT, related_name="answer", verbose_name=_("what was written, sealed"))
    answered_at = models.DateTimeField(_("answered at"))

    class Meta:
        """How answers are named."""

        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return self.outcome


class Withdrawal(models.Model):
    """The candidate took a case back."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="withdrawal", verbose_name=_("case"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"))

    class Meta:
        """How withdrawals are named."""

        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")

    def __str__(self) -> str:
        return str(self.withdrawn_at)


class Message(models.Model):
    """What was said in a case after it was opened. `by` is its candidate, or who of the staff asks or tells them something."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="messages", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=8, choices=[(kind.value, kind.value) for kind in MessageKind])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by"))
    words = models.OneToOneField(Sealed, models.PROTECT, related_name="message", verbose_name=_("what was written, sealed"))
    said_at = models.DateTimeField(_("said at"))

    class Meta:
        """In the order in which they were said."""

        ordering: ClassVar[list[str]] = ["said_at", "id"]
        verbose_name = _("message in a case")
        verbose_name_plural = _("messages in cases")

    def __str__(self) -> str:
        return self.kind


class Evidence(models.Model):
    """One page of what was sent with a case: a picture of plain pixels, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="evidence", verbose_name=_("case"))
    page = models.PositiveSmallIntegerField(_("page"))
    sealed = models.OneToOneField(Sealed, models.PROTECT, related_name="case_evidence", verbose_name=_("sealed record"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        """Numbered from 1, a page once."""

        ordering: ClassVar[list[str]] = ["page"]
        verbose_name = _("evidence of a case")
        verbose_name_plural = _("evidence of cases")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "page"], name="a_page_of_a_case_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Look(models.Model):
    """Somebody opened what is sealed in a case. Written in the same transaction that opens it. `page` is 0 for the words."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="looks", verbose_name=_("case"))
    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    page = models.PositiveSmallIntegerField(_("page"), default=0)
    at = models.DateTimeField(_("when"))

    class Meta:
        """The newest first."""

        ordering: ClassVar[list[str]] = ["-at", "-id"]
        verbose_name = _("look at a case")
        verbose_name_plural = _("looks at cases")

    def __str__(self) -> str:
        return str(self.at)
