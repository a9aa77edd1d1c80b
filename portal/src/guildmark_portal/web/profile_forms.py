"""The forms of registration, one thing each. `profiles.entered` checks what they hold; they say it beside the fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guildmark.rules.eligibility import asks_for_region
from guildmark_portal.profiles import countries, regions
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.entered import LONGEST, Address, FullName, Problems, Whereabouts, tidy

PERSON_WORDING = _(
    "I am a natural person. I register for myself, under my own name, and not for an organisation or for somebody else."
)


class LegalNameForm(forms.Form):
    """The name on somebody's papers, and its Latin form where it has another script."""

    name = forms.CharField(
        label=_("Legal name"),
        help_text=_(
            "Given names and family name, in the order and the script of your papers. A certificate carries this name."
        ),
        max_length=LONGEST["name"],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    latin_name = forms.CharField(
        label=_("The same name in Latin letters"),
        help_text=_("Only if your name is written in another script, such as 한글 or 汉字: as it stands on your passport."),
        max_length=LONGEST["latin_name"],
        required=False,
    )
    full_name: FullName

    def clean(self) -> dict[str, Any]:
        """Make the `full_name`; what is wrong goes beside its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        name, latin_name = (tidy(cleaned.get(field) or "") for field in ("name", "latin_name"))
        if name:
            try:
                self.full_name = FullName(name, latin_name)
            except Problems as problems:
                for field, problem in problems.by_field.items():
                    self.add_error(field, problem)
        return cleaned


class CountryForm(forms.Form):
    """Where somebody lives: the country, because the address is asked for as it is written there."""

    country = forms.ChoiceField(
        label=_("Country or territory"),
        help_text=_("Where you live now. Your nationality plays no part."),
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Choose a country")), *countries.choices()]


class AddressForm(forms.Form):
    """The address within a country; the region is asked for where an address needs it."""

    street = forms.CharField(
        label=_("Street and number"),
        help_text=_("Or whatever stands for them where you live."),
        max_length=LONGEST["street"],
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    locality = forms.CharField(
        label=_("Town or city"),
        max_length=LONGEST["locality"],
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    region = forms.CharField(
        label=_("State, province or region"),
        max_length=LONGEST["region"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level1"}),
    )
    postal_code = forms.CharField(
        label=_("Postal code"),
        max_length=LONGEST["postal_code"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    address: Address

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._country, self._embargo = country, in_force()
        region = self.fields["region"]
        region.required = asks_for_region(self._embargo, country=country)
        if choices := regions.choices(country):
            self.fields["region"] = forms.ChoiceField(
                label=region.label, choices=[("", _("Choose a region")), *choices], required=region.required
            )
        elif not region.required:
            region.help_text = _("If your address has one.")

    def clean(self) -> dict[str, Any]:
        """Make the `address`; what is wrong goes beside its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            lines = {field: tidy(cleaned[field]) for field in ("region", "locality", "postal_code", "street")}
            try:
                self.address = Address(self._embargo, self._country, **lines)
            except Problems as problems:
                for field, problem in problems.by_field.items():
                    self.add_error(field, problem)
        return cleaned


class SittingForm(CountryForm):
    """Where somebody is while they sit an exam."""

    region = forms.CharField(label=_("Region"), max_length=LONGEST["region"], required=False)
    whereabouts: Whereabouts

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._embargo = in_force()
        codes = sorted({code for place in self._embargo for code in place.within})
        named = ", ".join(countries.name_of(code) for code in codes)
        self.fields["country"].help_text = _("Where you are while the clock runs, even if you live elsewhere.")
        self.fields["region"].help_text = _("Only if you are in one of these: %(countries)s.") % {"countries": named}
        if not codes:
            del self.fields["region"]

    def clean(self) -> dict[str, Any]:
        """Make the `whereabouts`; what is wrong goes beside its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.whereabouts = Whereabouts(self._embargo, cleaned["country"], tidy(cleaned.get("region", "")))
            except Problems as problems:
                for field, problem in problems.by_field.items():
                    self.add_error(field, problem)
        return cleaned


class PersonForm(forms.Form):
    """The statement of being a natural person."""

    stated = forms.BooleanField(
        label=PERSON_WORDING, error_messages={"required": _("Tick the box if this is so. Organisations cannot be certified.")}
    )


class AcceptForm(forms.Form):
    """Agreeing to a document, as it was shown."""

    terms = forms.CharField(max_length=100, widget=forms.HiddenInput)
    language = forms.CharField(max_length=20, widget=forms.HiddenInput)
    accepted = forms.BooleanField(
        error_messages={"required": _("Tick the box to agree. Without it you cannot go on to an exam.")}
    )
