"""`guildmark-portal terms publish FILE …`: put a new version of the terms, or of the privacy notice, into force."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from guildmark.cli.app import Commands
from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("See and replace what candidates agree to."))


class Kind(str, Enum):
    """What a document is."""

    TERMS = "terms"
    PRIVACY = "privacy"


@app.command(
    "publish",
    help=_("Publish a new version: who agreed to an earlier one is written to, and all agree before their next step."),
)
def publish(
    files: Annotated[
        list[Path], typer.Argument(help=_("One Markdown file a language, named NAME.LANGUAGE.md, such as terms.en.md."))
    ],
    version: Annotated[str, typer.Option(help=_("What the version is called, such as 2 or 2027-01."))],
    kind: Annotated[Kind, typer.Option(help=_("What the document is."))] = Kind.TERMS,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Publish a new version: who agreed to an earlier one is written to, and all agree before their next step."""
    texts = {_language(path): path.read_text(encoding="utf-8") for path in files}
    if len(texts) != len(files):
        raise UsageError(_("Two files have the same language."), next_step=_("Give one file a language."))
    use_django(data)
    from guildmark_portal.profiles.models import TermsKind
    from guildmark_portal.profiles.services import publish_terms

    row = publish_terms(kind=TermsKind(kind.value), version=version, texts=texts, actor="guildmark-portal terms publish")
    tell(
        {"terms": row.slug, "languages": sorted(texts)},
        [_("In force: {terms} ({languages}).").format(terms=row.slug, languages=", ".join(sorted(texts)))],
        as_json=json_,
    )


def _language(path: Path) -> str:
    *stem, language, suffix = path.name.split(".")
    if not stem or suffix != "md" or not path.is_file():
        raise UsageError(
            _("{path} is no Markdown file that names its language.").format(path=path),
            next_step=_("Name an existing file NAME.LANGUAGE.md, such as terms.en.md."),
        )
    return language.lower()
