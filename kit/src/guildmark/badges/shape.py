"""The strictness of our documents: what has one more term, one fewer, or a value of another form is none of them.

JSON-LD is lenient where these are not. It drops terms that no vocabulary defines, takes a list of one for its item, and
forgets the order of lists and what stands in them twice. So a document has to be, word for word, what its shape writes.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from guildmark.badges import moments

if TYPE_CHECKING:
    from typing_extensions import Self

LONGEST_TEXT: Final = 4000


def _printable(text: str) -> str:
    """Refuse what N-Quads writers escape differently, and what cannot be written as UTF-8."""
    if any(character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("control characters")
    if text != text.strip():
        raise ValueError("spaces around it")
    return text


def _moment(text: str) -> str:
    moments.read(text)
    return text


def told_apart(names: Iterable[str]) -> None:
    """Refuse two of a name: what stands in a list twice is signed once, and equal parts make canonicalising slow."""
    listed = list(names)
    if len(set(listed)) < len(listed):
        raise ValueError("something stands twice")


Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_printable)]
Url = Annotated[str, Field(max_length=2000, pattern=r"^https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$")]
Did = Annotated[str, Field(max_length=500, pattern=r"^did:web:[A-Za-z0-9._%:-]+$")]
Moment = Annotated[str, AfterValidator(_moment)]


def _told(document: Mapping[str, object]) -> str:
    """`document` as text, for comparing: to Python 0, 0.0 and False are the same."""
    return json.dumps(document, sort_keys=True)


class Shape(BaseModel):
    """A part of a document. `identity_hash` stands as `identityHash` in the document, `context` as `@context`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    @classmethod
    def read(cls, document: Mapping[str, object]) -> "Self":
        """`document`, of JSON's types. Raises `ValueError` unless it is exactly what this shape writes."""
        shape = cls.model_validate_json(json.dumps(document))
        if _told(shape.document()) != _told(document):
            raise ValueError("written differently")
        return shape

    def document(self) -> dict[str, object]:
        """This as JSON's types."""
        document: dict[str, object] = json.loads(self.model_dump_json(by_alias=True, exclude_none=True))
        return document
