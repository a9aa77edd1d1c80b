"""The forms of the network. `directory.entered` checks what they hold; they say it beside the fields."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.directory.entered import LONGEST_NAME, LONGEST_TEXT, MOST_LINKS, Letter, Shown, one_line, some_lines
from guildmark_portal.directory.holders import names_on
from guildmark_portal.directory.models import LONGEST, Listing
from guildmark_portal.profiles import countries, queries
from guildmark_portal.profiles.entered import Problems


class HolderForm(forms.Form):
    """What a holder shows. Before they are listed, they also say that they want it to be public."""

    name = forms.ChoiceField(label=_("Name"), widget=forms.RadioSelect)
    certificates = forms.MultipleChoiceField(
        label=_("Certificates"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one certificate.")},
    )
    shows_skills = forms.BooleanField(
        label=_("Show the skills that my certificates prove"),
        help_text=_("Without them, a search by skill does not find you."),
        required=False,
    )
    shows_country = forms.BooleanField(label=_("Show my country"), required=False)
    town = forms.CharField(label=_("Town or city"), required=False, max_length=LONGEST["town"])
    headline = forms.CharField(
        label=_("Headline"),
        help_text=_("One line, such as what you do or look for."),
        required=False,
        max_length=LONGEST["headline"],
    )
    about = forms.CharField(
        label=_("About you"), required=False, max_length=LONGEST["about"], widget=forms.Textarea(attrs={"rows": 6})
    )
    links = forms.CharField(
        label=pgettext_lazy("network", "Links"),
        help_text=_("One a line, five at most, each beginning with https://."),
        required=False,
        max_length=(LONGEST["link"] + 2) * (MOST_LINKS + 1),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    takes_messages = forms.BooleanField(
        label=_("Pass messages on to me"),
        help_text=_("They come by e-mail. Whoever writes does not learn your address unless you answer."),
        required=False,
    )
    is_indexed = forms.BooleanField(
        label=_("Let search engines find my profile"),
        help_text=_("What a search engine has read can stay there for a while after you leave."),
        required=False,
    )
    slug = forms.CharField(
        label=_("Address of your profile"),
        help_text=_("Leave it empty for one at random. Letters a to z, digits and hyphens; at most three new ones in a year."),
        required=False,
        max_length=LONGEST["slug"],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    agreed = forms.BooleanField(
        label=_("I want this to be public, for anybody to read, until I take it out."),
        error_messages={"required": _("Tick the box if you want to be listed. Without it nothing is public.")},
    )
    shown: Shown

    def __init__(
        self, data: QueryDict | None = None, *, user: User, listing: Listing | None, certificates: list[Certificate]
    ) -> None:
        super().__init__(data, initial=_initial(listing, certificates))
        self._set_choices("name", [(name, name) for name in names_on(certificates)])
        self._set_choices("certificates", [(one.identifier, _named(one)) for one in certificates])
        residence = queries.residence(user)
        field = self.fields["shows_country"]
        if residence is None:
            field.disabled, field.help_text = True, _("Your profile has no country yet.")
        else:
            field.label = _("Show my country: {country}").format(country=countries.name_of(residence.country))
            field.help_text = _("Without it, neither the map nor a search by country counts you.")
        if listing is not None:
            del self.fields["agreed"]

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Make what is `shown`; what is wrong goes beside its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if {"name", "certificates"} <= cleaned.keys():
            try:
                self.shown = Shown(
                    name=cleaned["name"],
                    certificates=tuple(cleaned["certificates"]),
                    town=one_line(cleaned.get("town") or ""),
                    headline=one_line(cleaned.get("headline") or ""),
                    about=some_lines(cleaned.get("about") or ""),
                    links=tuple((cleaned.get("links") or "").split()),
                    slug=(cleaned.get("slug") or "").strip().lower(),
                    shows_country=cleaned["shows_country"],
                    shows_skills=cleaned["shows_skills"],
                    is_indexed=cleaned["is_indexed"],
                    takes_messages=cleaned["takes_messages"],
                )
            except Problems as problems:
                for field, problem in problems.by_field.items():
                    self.add_error(field, problem)
        return cleaned

    @cached_property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The fields as the page shows them: a heading, and what stands below it."""
        grouped = (
            (_("Who you are"), ("name", "headline", "about")),
            (_("What you have shown"), ("certificates", "shows_skills")),
            (_("Where you are"), ("shows_country", "town")),
            (_("How you are found and reached"), ("links", "takes_messages", "is_indexed", "slug")),
        )
        return [(str(title), [self[name] for name in names]) for title, names in grouped]


class MessageForm(forms.Form):
    """A message to a holder."""

    name = forms.CharField(
        label=_("Your name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    organisation = forms.CharField(
        label=_("Your organisation"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    text = forms.CharField(label=_("Message"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8}))
    letter: Letter

    def clean(self) -> dict[str, Any]:
        """Make the `letter`; what is wrong goes beside its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            lines = {field: one_line(cleaned[field]) for field in ("name", "organisation")}
            try:
                self.letter = Letter(text=some_lines(cleaned["text"]), **lines)
            except Problems as problems:
                for field, problem in problems.by_field.items():
                    self.add_error(field, problem)
        return cleaned


def _initial(listing: Listing | None, certificates: list[Certificate]) -> dict[str, Any]:
    """What is shown now; for who is not listed yet, the newest name, every certificate, and nothing else but messages."""
    every = [one.identifier for one in certificates]
    if listing is None:
        return {"name": next((one.holder for one in certificates), ""), "certificates": every, "takes_messages": True}
    return {
        **{field: getattr(listing, field) for field in ("name", "town", "headline", "about", "slug")},
        **{field: getattr(listing, field) for field in ("shows_skills", "is_indexed", "takes_messages")},
        "shows_country": bool(listing.country),
        "links": "\n".join(listing.links),
        "certificates": [one.identifier for one in listing.certificates.all() if one.counts],
    }


def _named(certificate: Certificate) -> str:
    return f"{certificate.document['exam_title']}, {certificate.identifier}"
