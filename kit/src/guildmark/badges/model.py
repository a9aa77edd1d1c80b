"""What a badge says, and how it says it as an Open Badges 3.0 credential.

A credential is one signed document in one language, English; the pages around it are translated.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from guildmark.badges import documents
from guildmark.badges.did import did_of
from guildmark.badges.documents import ENTRIES, NAMED, OpenBadgeDocument, StatusListDocument
from guildmark.badges.moments import written
from guildmark.badges.shape import Text, Url
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.scoring import MAX_SCORE, PassRule


def _on_one_line(text: object) -> object:
    return " ".join(text.split()) if isinstance(text, str) else text


def _without_slash(url: str) -> str:
    if url.endswith("/"):
        raise ValueError("a slash at its end")
    return url


Line = Annotated[Text, BeforeValidator(_on_one_line)]

DEMONSTRATION: Final = "A demonstration, which certifies nothing."
IDENTITY_SENTENCES: Final = {
    IdentityLevel.NONE: "The identity of the holder was not checked.",
    IdentityLevel.PROVIDER: "The identity of the holder was checked by a provider of such checks.",
    IdentityLevel.REVIEWED: "The identity of the holder was checked by reviewers of the issuer.",
}


class Facts(BaseModel):
    """Something that a badge says."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CategoryFacts(Facts):
    """A category of the exam and the score in it, 0 to 5."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    title: Line
    score: Annotated[int, Field(ge=0, le=MAX_SCORE)]


class SkillFacts(Facts):
    """A skill that the exam asks for: its code in the checklist (`C6`), and where the checklist is."""

    code: Line
    title: Line
    url: Url


class BadgeFacts(Facts):
    """Everything that a badge says.

    `portal` is the issuer's address, without a slash at its end: issuer, certificate, achievement and status lists are named
    below it. `valid_until` is the last second. `status_list` and `status_index` are its place in the status lists. `points` are
    those of the whole exam; `pass_mark` is what they have to reach, and says nothing where every score has to be full.
    """

    portal: Annotated[Url, AfterValidator(_without_slash)]
    issuer_name: Line
    identifier: Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$")]
    holder: Line
    program: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    title: Line
    description: Line
    criteria: Line
    level: Line
    framework: Line
    exam_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._+-]+$")]
    demonstration: bool
    identity_check: IdentityLevel
    pass_rule: PassRule
    pass_mark: int
    points: float
    points_possible: int
    categories: Annotated[tuple[CategoryFacts, ...], Field(min_length=1)]
    skills: tuple[SkillFacts, ...]
    skills_framework: Line
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    status_list: Annotated[int, Field(ge=1)]
    status_index: Annotated[int, Field(ge=0, lt=ENTRIES)]
    image: Url | None = None

    @property
    def shown_title(self) -> str:
        """The title as everything that shows badges has it."""
        return f"{self.title} (demonstration)" if self.demonstration else self.title


def open_badge(facts: BadgeFacts) -> dict[str, object]:
    """The credential that says `facts`, without a proof. Raises `ValueError` for facts that contradict each other."""
    return OpenBadgeDocument(
        id=f"{facts.portal}/certificates/{facts.identifier}/credential.json",
        name=facts.shown_title,
        issuer=documents.Profile(id=did_of(facts.portal), name=facts.issuer_name, url=facts.portal),
        valid_from=written(facts.valid_from),
        valid_until=written(facts.valid_until),
        credential_subject=documents.AchievementSubject(
            identifier=(documents.IdentityObject(identity_hash=facts.holder),),
            achievement=_achievement(facts),
            result=_results(facts),
        ),
        evidence=tuple(documents.Evidence(name=name, narrative=narrative) for name, narrative in _evidence(facts)),
        credential_status=_places(facts),
    ).document()


def checked(credential: Mapping[str, object]) -> OpenBadgeDocument | StatusListDocument:
    """What `credential`, without a proof, says. Raises `ValueError` unless it is, to the letter, of a kind that we issue."""
    if credential.get("type") == ["VerifiableCredential", "BitstringStatusListCredential"]:
        return StatusListDocument.read(credential)
    return OpenBadgeDocument.read(credential)


def _achievement(facts: BadgeFacts) -> documents.Achievement:
    image = None if facts.image is None else documents.Image(id=facts.image, caption=facts.shown_title)
    return documents.Achievement(
        id=_achievement_id(facts),
        name=facts.shown_title,
        description=facts.description,
        criteria=documents.Criteria(narrative=facts.criteria),
        image=image,
        version=facts.exam_version,
        tag=tuple(dict.fromkeys((facts.framework, facts.level, *(skill.title for skill in facts.skills)))),
        alignment=tuple(
            documents.Alignment(
                target_code=skill.code,
                target_framework=facts.skills_framework,
                target_name=skill.title,
                target_url=skill.url,
            )
            for skill in facts.skills
        ),
        result_description=_result_descriptions(facts),
    )


def _achievement_id(facts: BadgeFacts) -> str:
    return f"{facts.portal}/programs/{facts.program}/achievements/{facts.exam_version}"


def _result_descriptions(facts: BadgeFacts) -> tuple[documents.ResultDescription, ...]:
    name, full = _achievement_id(facts), facts.pass_rule is PassRule.ALL_FULL
    total = documents.ResultDescription(
        id=f"{name}#total",
        name="Total",
        required_value=str(facts.points_possible if full else facts.pass_mark),
        result_type="RawScore",
        value_max=str(facts.points_possible),
    )
    categories = (
        documents.ResultDescription(
            id=f"{name}#category-{category.id}",
            name=category.title,
            required_value=str(MAX_SCORE) if full else None,
            result_type="ScaledScore",
            value_max=str(MAX_SCORE),
        )
        for category in facts.categories
    )
    return (total, *categories)


def _results(facts: BadgeFacts) -> tuple[documents.Result, ...]:
    values = [_number(facts.points), *(str(category.score) for category in facts.categories)]
    names = [description.id for description in _result_descriptions(facts)]
    return tuple(documents.Result(result_description=name, value=value) for name, value in zip(names, values, strict=True))


def _number(points: float) -> str:
    return f"{points:.4f}".rstrip("0").rstrip(".")


def _evidence(facts: BadgeFacts) -> list[tuple[str, str]]:
    kind = [("Kind", DEMONSTRATION)] if facts.demonstration else []
    return [
        *kind,
        ("Exam", f"{facts.title}, {facts.level}, version {facts.exam_version}: tasks done with {facts.framework}."),
        ("Pass rule", _pass_rule(facts)),
        ("Identity check", IDENTITY_SENTENCES[facts.identity_check]),
    ]


def _pass_rule(facts: BadgeFacts) -> str:
    if facts.pass_rule is PassRule.ALL_FULL:
        return f"A pass needs the full score of {MAX_SCORE} in every category."
    return f"A pass needs {facts.pass_mark} of {facts.points_possible} points."


def _places(facts: BadgeFacts) -> tuple[documents.StatusEntry, documents.StatusEntry]:
    revocation, suspension = (_place(facts, purpose) for purpose in NAMED)
    return revocation, suspension


def _place(facts: BadgeFacts, purpose: documents.Purpose) -> documents.StatusEntry:
    return documents.StatusEntry.on(f"{facts.portal}/status/{facts.status_list}/{purpose}", purpose, facts.status_index)
