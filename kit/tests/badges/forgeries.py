"""Forgeries, each made from a genuine file of an issuer, with what it must be found to be; see `forging`."""

from kit.tests.badges.forged_credentials import JSON_FORGERIES, OLDER_FORGERIES
from kit.tests.badges.forged_pdfs import PDF_FORGERIES
from kit.tests.badges.forged_pictures import PNG_FORGERIES, SVG_FORGERIES
from kit.tests.badges.forged_tokens import TOKEN_FORGERIES

FORGERIES = (*JSON_FORGERIES, *TOKEN_FORGERIES, *PNG_FORGERIES, *SVG_FORGERIES, *PDF_FORGERIES, *OLDER_FORGERIES)
