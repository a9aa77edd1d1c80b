"""What of a check a reviewer has seen since they took it: an approval says that it was all of it."""

from uuid import UUID

from guildmark_portal.identity import facts
from guildmark_portal.identity.models import Assignment, Look, Round


def unseen(taken: Assignment) -> frozenset[UUID]:
    """The sealed records that the reviewer is asked about and has not opened since they took the check."""
    looks = Look.objects.filter(of_check=taken.round.of_check, viewer=taken.reviewer, at__gte=taken.assigned_at)
    return asked_about(taken.round) - frozenset(looks.values_list("sealed_id", flat=True))


def asked_about(one: Round) -> frozenset[UUID]:
    """Every sealed record that the reviewers of a round are asked about."""
    only = facts.records_in(one)
    if only is not None:
        return frozenset(only)
    documents, photo = facts.documents_of(one.of_check), facts.photo_of(one.of_check)
    of_documents = {sealed for document in documents for sealed in facts.records_of(document)}
    return frozenset(of_documents | ({photo.image.sealed_id} if photo else set()))
