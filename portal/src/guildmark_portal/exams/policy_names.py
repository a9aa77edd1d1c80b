"""What each setting of a program is called, for people who compare two versions of a policy."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.rules.registration import Step
from guildmark_portal.exams.policies import Changed

NAMES: Final[dict[str, str | Promise]] = {
    "fee": gettext_lazy("the fee for an attempt"),
    "currency": gettext_lazy("the currency"),
    "refunds": gettext_lazy("money back before the start"),
    "transfers": gettext_lazy("rights to sit that may be given to somebody else"),
    "entitlement_months": gettext_lazy("months within which an attempt is begun"),
    "retake_waits": gettext_lazy("waits after a failure"),
    "stipend_use_days": gettext_lazy("days to use a stipend"),
    "stipend_applications_a_year": gettext_lazy("applications for a stipend a year"),
    "stipend_criteria": gettext_lazy("criteria of a stipend"),
    "languages": gettext_lazy("languages of registration and support"),
    "support_contact": gettext_lazy("whom candidates write to"),
    "appeal_days": gettext_lazy("days for an appeal"),
    "answer_days": gettext_lazy("days for an answer"),
    "submissions_an_hour": gettext_lazy("submissions an hour that are graded in turn"),
    "expiry_reminders": gettext_lazy("reminders before a certificate ends, in days"),
    "renews": gettext_lazy("the program whose certificates it renews"),
    "renewal_days": gettext_lazy("days after the end within which a certificate is renewed"),
    "level_number": gettext_lazy("the place among the levels"),
    "requires": gettext_lazy("the program that must be passed before"),
    "opens_at": gettext_lazy("from when an attempt is begun"),
    "closes_at": gettext_lazy("until when an attempt is begun"),
    "registration_closes_at": gettext_lazy("until when somebody registers"),
    "pilot_sittings": gettext_lazy("decided sittings of its pilot that a new version needs"),
    "pilot_certifies": gettext_lazy("whether a pilot certifies"),
    "teachers_see": gettext_lazy("what teachers of cohorts see of results"),
    "identity_check": gettext_lazy("the check of identity"),
    **{
        f"registration.{step.value}": name
        for step, name in {
            Step.PROFILE: gettext_lazy("name and address at the registration"),
            Step.ELIGIBILITY: gettext_lazy("a residence outside embargoed places at the registration"),
            Step.TERMS: gettext_lazy("the terms at the registration"),
            Step.IDENTITY: gettext_lazy("papers and photo at the registration"),
            Step.HANDBOOK: gettext_lazy("the handbook at the registration"),
        }.items()
    },
}


def in_words(changed: Changed) -> str:
    """`the fee for an attempt: 100, now 80`."""
    return _("%(setting)s: %(before)s, now %(after)s") % {
        "setting": NAMES.get(changed.key, changed.key),
        "before": changed.before,
        "after": changed.after,
    }
