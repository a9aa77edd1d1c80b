"""The tables of `portal.toml` that a new portal does without, commented out: what there is to switch on, and its keys."""

from typing import Final

SAMPLES: Final = """
# What follows is switched off. To use a table, take away the # before its name and before the settings below it.

# How money is taken. Without a mode nothing is sold. The secrets: guildmark-portal payments set-key, and set-webhook-secret.
#[payments]
# stripe; or offline: staff confirm what was paid by other means
#mode = "stripe"
# Where Stripe's API is, and where it sends buyers; no other address is followed.
#url = "https://api.stripe.com"
#pages = "https://checkout.stripe.com"
# Whether Stripe adds tax to the fee; what is sold, by its list; whether it writes an invoice for every payment.
#automatic_tax = false
#tax_code = ""
#invoices = false
# How to pay without a card, as buyers read it. Empty: not offered.
#offline = ""

# Other organisations whose sign-in is taken, an entry each. For trusted_domains alone their word on an address is taken.
#[[sign_in.oidc]]
#id = "university"
#name = "University of Example"
#issuer = "https://id.example.edu"
#client_id = "guildmark"
#trusted_domains = ["example.edu"]
# The metadata: a file in this folder, or an address, whose copy guildmark-portal sign-in fetch keeps here.
#[[sign_in.saml]]
#id = "institute"
#name = "Institute"
#metadata = "institute.xml"
#trusted_domains = ["institute.example.org"]

# A provider that checks identities. Its key stands in secrets.json.
#[identity_provider]
#kind = "stripe"
#url = "https://api.stripe.com"
#pages = "https://verify.stripe.com"

# A provider that certificates are handed to, where their holders consent: webhook or accredible.
# Its secrets: guildmark-portal badge-provider new-secret, or set-key.
#[badge_provider]
#kind = "webhook"
#name = "Example Badges"
#url = "https://badges.example.org/in"
# Networks of yours that it may be in, such as 10.0.0.0/8; and whether certificates of demonstrations are handed over too.
#private_addresses = []
#demonstrations = false
# For Accredible, the group of each program.
#[badge_provider.groups]
#practitioner = 9549
"""
