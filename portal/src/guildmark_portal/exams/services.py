"""Every write of the exams: keyword-only, one transaction, an audit entry each. The modules named here hold them."""

from guildmark_portal.exams.accommodating import accommodate, revoke, take_break
from guildmark_portal.exams.attempts import finish, open_attempt, prepare, workspace_zip
from guildmark_portal.exams.beginning import begin
from guildmark_portal.exams.credits import grant_credit
from guildmark_portal.exams.deliveries import note_delivery
from guildmark_portal.exams.outages import declare_outage
from guildmark_portal.exams.pins import pin
from guildmark_portal.exams.programs import amend_policy
from guildmark_portal.exams.publishing import publish
from guildmark_portal.exams.regrading import order_regrade
from guildmark_portal.exams.rehearsal import practise, publish_practice
from guildmark_portal.exams.reports import found_before, record_report
from guildmark_portal.exams.uploads import Received, abandon_upload, open_upload, receive_bytes

__all__ = [
    "Received",
    "abandon_upload",
    "accommodate",
    "amend_policy",
    "begin",
    "declare_outage",
    "finish",
    "found_before",
    "grant_credit",
    "note_delivery",
    "open_attempt",
    "open_upload",
    "order_regrade",
    "pin",
    "practise",
    "prepare",
    "publish",
    "publish_practice",
    "receive_bytes",
    "record_report",
    "revoke",
    "take_break",
    "workspace_zip",
]
