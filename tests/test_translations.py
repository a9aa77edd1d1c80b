"""Every sentence that a person reads is there in every language, with the gaps of the English one, and compiled."""

import pytest
from translations.catalogues import Catalogue, as_mo, as_po, catalogues, problems, template_of, updated
from translations.extraction import sentences

ALL = list(catalogues())
NAMES = [f"{catalogue.domain}-{catalogue.language}" for catalogue in ALL]


@pytest.mark.parametrize("catalogue", ALL, ids=NAMES)
def test_every_sentence_is_translated_with_its_gaps(catalogue: Catalogue) -> None:
    assert list(problems(catalogue)) == []


@pytest.mark.parametrize("catalogue", ALL, ids=NAMES)
def test_the_files_are_what_make_translations_writes(catalogue: Catalogue) -> None:
    assert catalogue.po.read_bytes() == as_po(updated(catalogue, template_of(catalogue.source)))
    assert catalogue.mo.read_bytes() == as_mo(catalogue.read())


@pytest.fixture
def package(tmp_path):
    """A package with sentences in every place where they are looked for."""
    source = tmp_path / "kit" / "src" / "guildmark"
    (source / "templates").mkdir(parents=True)
    (source / "said.py").write_text(
        """
from guildmark.i18n import _, mark, plural
LATER = mark("Said later.")
def say(name, count):
    return _("Hello, {name}."), plural("{n} model", "{n} models", count), _("Too %(late)s"), name("Not said.")
class GuildmarkError(Exception):
    '''Something went wrong.'''
class PaperJam(GuildmarkError):
    '''The paper jams.'''
class Inner(PaperJam):
    '''Raised with `words` of its own.'''
class Other(Exception):
    '''Never shown.'''
"""
    )
    (source / "templates" / "page.html").write_text(
        """<h1>{% translate "Your exam" %}</h1>
  {% blocktranslate count n=list|length %}One score{% plural %}{{ n }} scores{% endblocktranslate %}"""
    )
    (source / "page.html").write_text("""{% translate "No template" %}""")
    (source / "embargoes.toml").write_text("""[[place]]\nname = "Atlantis"\ncountries = ["AT"]\n""")
    return source


def test_sentences_are_found_in_code_templates_lists_and_errors(package) -> None:
    assert {sentence.forms for _file, sentence in sentences(package)} == {
        ("Said later.",),
        ("Hello, {name}.",),
        ("{n} model", "{n} models"),
        ("Too %(late)s",),
        ("Something went wrong.",),
        ("The paper jams.",),
        ("Your exam",),
        ("One score", "%(n)s scores"),
        ("Atlantis",),
    }


def test_what_is_missing_empty_or_has_other_gaps_is_told(package) -> None:
    catalogue = Catalogue(package, "guildmark", "ko")
    assert "missing, run make translations: 'Atlantis'" in set(problems(catalogue))
    catalog = updated(catalogue, template_of(package))
    for message in catalog:
        if message.id:
            message.string = ("{n}",) if message.pluralizable else "번역"
    catalog["Hello, {name}."].string = "{nome}님"
    catalog["Atlantis"].string = ""
    catalogue.po.parent.mkdir(parents=True)
    catalogue.po.write_bytes(as_po(catalog))
    assert set(problems(catalogue)) == {
        "not translated: 'Atlantis'",
        "has the gaps ['{nome}'], not ['{name}']: 'Hello, {name}.'",
        "has the gaps [], not ['%(late)s']: 'Too %(late)s'",
        "has the gaps ['{n}'], not ['%(n)s']: 'One score'",
    }
