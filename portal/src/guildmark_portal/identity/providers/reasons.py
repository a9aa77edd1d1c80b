"""Why a provider could not verify somebody, whichever provider it is, and what the candidate does about it."""

from enum import Enum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ProviderReason(str, Enum):
    """Why a session needs another try."""

    DECLINED = "declined"
    COUNTRY = "country"
    DEVICE = "device"
    EXPIRED = "expired"
    NOT_ACCEPTED = "not_accepted"
    DOCUMENT = "document"
    NO_PHOTO = "no_photo"
    NOT_THE_SAME_PERSON = "not_the_same_person"
    SELFIE = "selfie"
    AGE = "age"
    ABANDONED = "abandoned"
    OTHER = "other"


PROVIDER_REASONS: Final[dict[ProviderReason, str | Promise]] = {
    ProviderReason.DECLINED: _("You did not agree to the check. Begin again, or give your papers to our reviewers instead."),
    ProviderReason.COUNTRY: _("Documents of this country are not checked there. Give your papers to our reviewers instead."),
    ProviderReason.DEVICE: _("This device has no camera that can be used. Begin again on another one, such as a telephone."),
    ProviderReason.EXPIRED: _("The document has expired. Use one that is valid."),
    ProviderReason.NOT_ACCEPTED: _(
        "This kind of document is not taken. Use a passport, a driving licence or an identity card."
    ),
    ProviderReason.DOCUMENT: _("The document could not be verified. Show the original in good light, with every edge of it."),
    ProviderReason.NO_PHOTO: _("The document shows no photo. Use one that does."),
    ProviderReason.NOT_THE_SAME_PERSON: _("Photo and document do not seem to show the same person. Take the photo again."),
    ProviderReason.SELFIE: _("Your photo could not be verified. Take it again, from the front and in good light."),
    ProviderReason.AGE: _("The provider does not check people of your age. Give your papers to our reviewers instead."),
    ProviderReason.ABANDONED: _("The check was left before its end. Begin again when you have the time and a document."),
    ProviderReason.OTHER: _("The check could not be finished. Begin again, or give your papers to our reviewers instead."),
}
