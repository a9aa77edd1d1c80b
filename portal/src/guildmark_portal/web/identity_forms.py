"""The form of a document."""

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from guildmark.rules.identity import DocumentKind, Role
from guildmark.rules.names import hidden_characters
from guildmark_portal.identity.documents import MOST_FILES
from guildmark_portal.identity.kind_names import KINDS
from guildmark_portal.profiles import countries

TYPES: Final = "image/jpeg,image/png,image/webp,application/pdf"

_ROLES: Final = {
    Role.PRIMARY: _("Document with your photo, signature and name"),
    Role.SECONDARY: _("Second document, with your name in Latin letters"),
    Role.ADDRESS: _("Document that shows your address"),
}


def kind_choices() -> list[tuple[Any, Any]]:
    """The kinds of document, by what they are given for."""
    return [
        (label, [(kind.value, KINDS[kind]) for kind in DocumentKind if kind.role is role]) for role, label in _ROLES.items()
    ]


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or more."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        """Every file; the field's own errors for each."""
        single = super().clean
        given = data if isinstance(data, list | tuple) and data else [None]
        if len(given) > MOST_FILES:
            raise forms.ValidationError(
                _("These are more than %(most)d files. Choose fewer, or put the pages into one PDF."),
                params={"most": MOST_FILES},
            )
        return [single(file, initial) for file in given]


def can_be_seen(text: str) -> None:
    """Refuse what nobody sees, and what turns the text around it: a reviewer reads what was typed."""
    if hidden_characters(text):
        raise forms.ValidationError(_("This holds characters that cannot be seen. Type it again by hand."))


class DocumentForm(forms.Form):
    """A document, as its holder describes it."""

    kind = forms.ChoiceField(label=_("What it is"))
    issuing_country = forms.ChoiceField(label=_("Issued in"))
    expires_on = forms.DateField(
        label=_("Expires on"),
        help_text=_("Leave it empty only if no such date is printed on the document."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    name = forms.CharField(
        label=_("Name, as it is printed"),
        help_text=_("In the script of the document."),
        max_length=200,
        validators=[can_be_seen],
    )
    latin_name = forms.CharField(
        label=_("Name in Latin letters, if it is printed too"),
        help_text=_("Only if the name above is in another script, and the document shows both."),
        max_length=200,
        validators=[can_be_seen],
        required=False,
    )
    address_country = forms.ChoiceField(
        label=_("Country of the address on it"),
        help_text=_("Of your own address, not of the office that issued it. Your nationality plays no part."),
        required=False,
    )
    address_region = forms.CharField(
        label=_("State, province or region of that address"), max_length=100, required=False, validators=[can_be_seen]
    )
    zone = forms.CharField(
        label=_("Machine-readable zone (if you like)"),
        help_text=_(
            "The two or three lines with < at the foot of a passport or on the back of a card. "
            "Its check digits catch typing mistakes; they do not prove that a document is genuine."
        ),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "characters", "class": "zone"}),
    )
    pictures = FilesField(
        label=_("Pictures of it"),
        help_text=_("JPEG, PNG, WebP or PDF, up to 12 MiB each. Both sides of a card, with every edge; nothing covered."),
        widget=_Files(attrs={"accept": TYPES}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("kind", [("", _("Choose a document")), *kind_choices()]),
            ("issuing_country", [("", _("Choose a country")), *countries.choices()]),
            ("address_country", [("", _("It shows no address, or is a passport")), *countries.choices()]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
