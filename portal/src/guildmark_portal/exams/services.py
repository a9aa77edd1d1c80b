"""Every write of the exams: keyword-only, one transaction, an audit entry each. The modules named here hold them."""

from guildmark_portal.exams.attempts import begin, finish, open_attempt, prepare, workspace_zip
from guildmark_portal.exams.credits import grant_credit
from guildmark_portal.exams.outages import declare_outage
from guildmark_portal.exams.pins import pin
from guildmark_portal.exams.programs import amend_policy
from guildmark_portal.exams.publishing import publish
from guildmark_portal.exams.regrading import order_regrade
from guildmark_portal.exams.reports import found_before, record_report
from guildmark_portal.exams.uploads import Received, abandon_upload, open_upload, receive_bytes

__all__ = [
    "Received",
    "abandon_upload",
    "amend_policy",
    "begin",
    "declare_outage",
    "finish",
    "found_before",
    "grant_credit",
    "open_attempt",
    "open_upload",
    "order_regrade",
    "pin",
    "prepare",
    "publish",
    "receive_bytes",
    "record_report",
    "workspace_zip",
]
