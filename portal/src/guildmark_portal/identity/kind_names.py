"""The kinds of document in words: on pages, and in letters."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.rules.identity import DocumentKind

KINDS: Final[dict[DocumentKind, str | Promise]] = {
    DocumentKind.PASSPORT: _("Passport"),
    DocumentKind.DRIVING_LICENCE: _("Driving licence, issued by a government"),
    DocumentKind.GOVERNMENT_ID: _("Government identity card in the local language, with photo and signature"),
    DocumentKind.NATIONAL_ID: _("National identity card"),
    DocumentKind.STATE_ID: _("Identity card of a state or province"),
    DocumentKind.HEALTH_INSURANCE_CARD: _("Health insurance card"),
    DocumentKind.SOCIAL_SECURITY_CARD: _("U.S. social security card"),
    DocumentKind.NOTARISED_TRANSLATION: _("Notarised English translation"),
    DocumentKind.PROOF_OF_ADDRESS: _("Proof of address, such as a bill or a bank statement"),
}
