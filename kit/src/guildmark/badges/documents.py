"""The documents that we sign, without their proofs: a badge as an Open Badges 3.0 credential, and a status list."""

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from guildmark.badges.contexts import CREDENTIALS, OPEN_BADGES
from guildmark.badges.did import did_of
from guildmark.badges.shape import Did, Moment, Shape, Text, Url, told_apart

if TYPE_CHECKING:
    from typing_extensions import Self

LONGEST_LIST: Final = 100
ENTRIES: Final = 131_072
"""Places in a status list."""

PURPOSES: Final = ("revocation", "suspension", "refresh")
"""What a set bit means, in the order of the lists; one that is refreshed stays valid."""

NAMED: Final = PURPOSES[:2]
"""The purposes that a credential names. Verifiers that ask no purpose take any set bit for a revocation, so the list of those
that are refreshed is published beside the others, for the same places, and named by none."""

Purpose = Literal["revocation", "suspension", "refresh"]


def _is_false(value: bool) -> bool:  # noqa: FBT001 - as pydantic calls it; to Literal[False], 0 would be the same
    if value:
        raise ValueError("a name that is hashed")
    return value


class Profile(Shape):
    """Who issued a badge."""

    id: Did
    type: tuple[Literal["Profile"]] = ("Profile",)
    name: Text
    url: Url


class Criteria(Shape):
    """What had to be done."""

    narrative: Text


class Image(Shape):
    """The badge's picture."""

    id: Url
    type: Literal["Image"] = "Image"
    caption: Text


class Alignment(Shape):
    """A skill that the exam asks for."""

    type: tuple[Literal["Alignment"]] = ("Alignment",)
    target_code: Text
    target_framework: Text
    target_name: Text
    target_url: Url


class ResultDescription(Shape):
    """What a result means: least, most, and what a pass needs."""

    id: Url
    type: tuple[Literal["ResultDescription"]] = ("ResultDescription",)
    name: Text
    required_value: Text | None = None
    result_type: Literal["RawScore", "ScaledScore"]
    value_max: Text
    value_min: Literal["0"] = "0"


class Achievement(Shape):
    """The certification."""

    id: Url
    type: tuple[Literal["Achievement"]] = ("Achievement",)
    achievement_type: Literal["Certification"] = "Certification"
    name: Text
    description: Text
    criteria: Criteria
    image: Image | None = None
    in_language: Literal["en"] = "en"
    version: Text
    tag: Annotated[tuple[Text, ...], Field(max_length=LONGEST_LIST)]
    alignment: Annotated[tuple[Alignment, ...], Field(max_length=LONGEST_LIST)]
    result_description: Annotated[tuple[ResultDescription, ...], Field(min_length=1, max_length=LONGEST_LIST)]

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> "Self":
        told_apart(self.tag)
        told_apart(alignment.target_code for alignment in self.alignment)
        told_apart(description.id for description in self.result_description)
        return self


class IdentityObject(Shape):
    """The holder's name, as chosen."""

    type: Literal["IdentityObject"] = "IdentityObject"
    hashed: Annotated[bool, AfterValidator(_is_false)] = False
    identity_hash: Text
    identity_type: Literal["name"] = "name"


class Result(Shape):
    """What was reached."""

    type: tuple[Literal["Result"]] = ("Result",)
    result_description: Url
    value: Text


class AchievementSubject(Shape):
    """Who achieved what."""

    type: tuple[Literal["AchievementSubject"]] = ("AchievementSubject",)
    identifier: tuple[IdentityObject]
    achievement: Achievement
    result: Annotated[tuple[Result, ...], Field(min_length=1, max_length=LONGEST_LIST)]

    @model_validator(mode="after")
    def _has_each_result(self) -> "Self":
        if [result.result_description for result in self.result] != [each.id for each in self.achievement.result_description]:
            raise ValueError("results are not those described")
        return self


class Evidence(Shape):
    """Something that is true of how it was achieved."""

    type: tuple[Literal["Evidence"]] = ("Evidence",)
    name: Text
    narrative: Text


class StatusEntry(Shape):
    """Where to look whether the credential still holds."""

    id: Url
    type: Literal["BitstringStatusListEntry"] = "BitstringStatusListEntry"
    status_purpose: Purpose
    status_list_index: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,5})$")]
    status_list_credential: Url

    @model_validator(mode="after")
    def _names_its_place(self) -> "Self":
        if self.id != f"{self.status_list_credential}#{self.status_list_index}" or self.index >= ENTRIES:
            raise ValueError("no place in a list")
        if not self.status_list_credential.endswith(f"/{self.status_purpose}"):
            raise ValueError("a list of another purpose")
        return self

    @classmethod
    def on(cls, address: str, purpose: Purpose, index: int) -> "Self":
        """The place `index` on the list of a `purpose` at `address`."""
        return cls(
            id=f"{address}#{index}", status_purpose=purpose, status_list_index=str(index), status_list_credential=address
        )

    @property
    def index(self) -> int:
        """The place in the list, from 0."""
        return int(self.status_list_index)


class Issuer(Shape):
    """Who issued a status list."""

    id: Did
    name: Text


class BitstringStatusList(Shape):
    """The list, and what a set bit means."""

    id: Url
    type: Literal["BitstringStatusList"] = "BitstringStatusList"
    status_purpose: Purpose
    encoded_list: Annotated[str, Field(max_length=32_768, pattern=r"^u[A-Za-z0-9_-]+$")]


class StatusListDocument(Shape):
    """A status list credential without its proof."""

    context: Annotated[tuple[Literal["https://www.w3.org/ns/credentials/v2"]], Field(alias="@context")] = (CREDENTIALS,)
    id: Url
    type: tuple[Literal["VerifiableCredential"], Literal["BitstringStatusListCredential"]] = (
        "VerifiableCredential",
        "BitstringStatusListCredential",
    )
    issuer: Issuer
    valid_from: Moment
    valid_until: Moment
    credential_subject: BitstringStatusList

    @model_validator(mode="after")
    def _names_its_list(self) -> "Self":
        portal, _status, place = self.id.rpartition("/status/")
        if self.credential_subject.id != f"{self.id}#list" or not place.endswith(f"/{self.credential_subject.status_purpose}"):
            raise ValueError("a list of another name")
        if did_of(portal) != self.issuer.id:
            raise ValueError("a list of another issuer")
        return self


class OpenBadgeDocument(Shape):
    """An Open Badges credential without its proof."""

    context: Annotated[
        tuple[
            Literal["https://www.w3.org/ns/credentials/v2"],
            Literal["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        ],
        Field(alias="@context"),
    ] = (CREDENTIALS, OPEN_BADGES)
    id: Url
    type: tuple[Literal["VerifiableCredential"], Literal["OpenBadgeCredential"]] = (
        "VerifiableCredential",
        "OpenBadgeCredential",
    )
    name: Text
    issuer: Profile
    valid_from: Moment
    valid_until: Moment
    credential_subject: AchievementSubject
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=LONGEST_LIST)]
    credential_status: tuple[StatusEntry, StatusEntry]

    @model_validator(mode="after")
    def _is_of_one_issuer(self) -> "Self":
        """Refuse addresses of another host than the issuer's own, and places in lists that do not belong together."""
        portal = self.issuer.url
        if self.issuer.id != did_of(portal) or self.id != f"{portal}/certificates/{self.identifier}/credential.json":
            raise ValueError("addresses of another issuer")
        lists = [entry.status_list_credential.removesuffix(f"/{entry.status_purpose}") for entry in self.credential_status]
        if [entry.status_purpose for entry in self.credential_status] != list(NAMED) or len(set(lists)) > 1:
            raise ValueError("not the two lists, revocation first")
        if len({entry.index for entry in self.credential_status}) > 1 or not lists[0].startswith(f"{portal}/status/"):
            raise ValueError("places in several lists")
        told_apart(evidence.name for evidence in self.evidence)
        if self.valid_from >= self.valid_until:
            raise ValueError("valid for no time")
        return self

    @property
    def identifier(self) -> str:
        """What the certificate is called, `GM-…`."""
        return self.id.split("/")[-2]

    @property
    def places(self) -> tuple[StatusEntry, ...]:
        """The place on the list of every purpose, those that are not named included."""
        named = self.credential_status[0]
        below = named.status_list_credential.removesuffix(named.status_purpose)
        return tuple(StatusEntry.on(f"{below}{purpose}", purpose, named.index) for purpose in PURPOSES)

    @property
    def holder(self) -> str:
        """The name shown."""
        return self.credential_subject.identifier[0].identity_hash
