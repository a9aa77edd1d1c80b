"""The portal's signed word that a submission was accepted."""

from guildmark.protocol import Receipt
from guildmark_portal.exams import keyring
from guildmark_portal.exams.models import Submission


def sign(submission: Submission) -> None:
    """Put key and signature of the receipt into a submission that is about to be saved."""
    document = keyring.signed(_receipt(submission).model_dump(mode="json"))
    submission.receipt_key_id = str(document["key_id"])
    submission.receipt_signature = str(document["signature"])


def receipt_of(submission: Submission) -> Receipt:
    """The receipt, as it was signed."""
    return _receipt(submission)


def _receipt(submission: Submission) -> Receipt:
    return Receipt(
        submission=str(submission.pk),
        attempt=str(submission.attempt_id),
        category=submission.category,
        sha256=submission.sha256,
        size=submission.size,
        opened_at=submission.opened_at,
        received_at=submission.received_at,
        key_id=submission.receipt_key_id,
        signature=submission.receipt_signature,
    )
