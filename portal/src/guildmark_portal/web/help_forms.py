"""The form that opens a case."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guildmark.packs.model import text_in
from guildmark.protocol import ExamKind
from guildmark.rules.case import CaseKind
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt
from guildmark_portal.exams.queries import announced
from guildmark_portal.operations.admission import MOST_CHARACTERS
from guildmark_portal.operations.services import About
from guildmark_portal.web.case_wording import CHOICES
from guildmark_portal.web.identity_forms import TYPES, FilesField
from guildmark_portal.web.offers import title_of

_ATTEMPT, _PROGRAM = "attempt:", "program:"


class OptionalFiles(FilesField):
    """Any number of files, none among them."""

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        """Those that were chosen."""
        return [file for file in super().clean(data, initial) if file is not None]


def pictures(*, required: bool) -> FilesField:
    """The field for evidence."""
    return (FilesField if required else OptionalFiles)(
        label=_("Pictures, or a proof"),
        help_text=_("JPEG, PNG, WebP or PDF, up to 12 MiB each. They are encrypted."),
        required=required,
        widget=FilesField.widget(attrs={"accept": TYPES}),
    )


class CaseForm(forms.Form):
    """What somebody asks. `case_id` is drawn with the form, so that one that is sent twice opens one case."""

    case_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label=pgettext_lazy("case", "What it is"),
        widget=forms.RadioSelect,
        choices=[(kind.value, words) for kind, words in CHOICES.items()],
        error_messages={"required": _("Choose one of the three.")},
    )
    about = forms.ChoiceField(label=_("What it is about"), required=False)
    text = forms.CharField(
        label=_("What happened, or what you ask for"),
        help_text=_(
            "Of an incident: what you did, what you saw, and when. Of an appeal: which score or decision, and why it is wrong. "
            "Of an accommodation: how much time or how many breaks, and what they are for."
        ),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write what this is about, in your own words.")},
    )
    pictures = pictures(required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attempts = user.attempts.select_related("exam_version__program", "program", "decision")
        real = attempts.exclude(program__kind=ExamKind.REHEARSAL.value).prefetch_related("certificates")
        self._attempts = {f"{_ATTEMPT}{attempt.pk}": attempt for attempt in real.order_by("-opened_at")}
        programs = [program for program in announced() if not program.is_rehearsal]
        self._programs = {f"{_PROGRAM}{program.slug}": program for program in programs}
        field = self.fields["about"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                *((key, _titled(attempt)) for key, attempt in self._attempts.items()),
                *((key, gettext("{program}, any attempt").format(program=title_of(it))) for key, it in self._programs.items()),
                ("", gettext("Something else")),
            ]
        self.initial.setdefault("case_id", uuid4())

    @property
    def chosen(self) -> About:
        """What it is about."""
        about = self.cleaned_data["about"]
        return About(attempt=self._attempts.get(about), program=self._programs.get(about))

    @property
    def case_kind(self) -> CaseKind:
        """What was chosen."""
        return CaseKind(self.cleaned_data["kind"])


def about_attempt(attempt_id: UUID) -> str:
    """The choice that stands for an attempt."""
    return f"{_ATTEMPT}{attempt_id}"


def _titled(attempt: Attempt) -> str:
    """The certificate that it earned, by which its holder knows it, then exam, version and day: phones show the beginning."""
    title = text_in(attempt.exam_version.bank.exam.title, current())
    earned = [certificate.identifier for certificate in attempt.certificates.all()][:1]
    day = date_format(localtime(attempt.opened_at), "DATE_FORMAT")
    return ", ".join((*earned, f"{title} {attempt.exam_version.version}", day))


class AddingForm(forms.Form):
    """What is added later: words, pictures, or both."""

    text = forms.CharField(
        label=_("What you want to add"),
        max_length=MOST_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    pictures = pictures(required=False)

    def clean(self) -> dict[str, Any]:
        """Something is there."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("text") and not cleaned.get("pictures"):
            raise forms.ValidationError(gettext("Write something, or choose a picture."))
        return cleaned
