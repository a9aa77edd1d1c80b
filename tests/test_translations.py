"""Every sentence that a person reads is there in every language, with the gaps of the English one, and compiled."""

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations

import pytest
from translations.catalogues import Catalogue, as_mo, as_po, catalogues, problems, template_of, updated
from translations.extraction import KEYWORDS, sentences

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
    told = gettext_noop("Kept in a row."), pgettext_lazy("case", "Opened"), plural("{n} model", "{n} models", count)
    return told, _("Hello, {name}."), _("Too %(late)s"), name("Not said.")
def tell(name):
    return f"{_('Within a text')} {name}", _("Around it").format(it=f"{plural('{n} file', '{n} files', 2)}")
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
  {% translate "Opened" %} {% translate "Opened" context "case" %}
  {% blocktranslate context "desk" trimmed %}
    What it is
  {% endblocktranslate %}
  {% blocktranslate count n=list|length %}One score{% plural %}{{ n }} scores{% endblocktranslate %}"""
    )
    (source / "page.html").write_text("""{% translate "No template" %}""")
    (source / "embargoes.toml").write_text("""[[place]]\nname = "Atlantis"\ncountries = ["AT"]\n""")
    return source


def test_sentences_are_found_in_code_templates_lists_and_errors(package) -> None:
    found = {sentence.forms for _file, sentence in sentences(package) if sentence.context is None}
    assert found == {
        ("Kept in a row.",),
        ("Opened",),
        ("Said later.",),
        ("Hello, {name}.",),
        ("{n} model", "{n} models"),
        ("Too %(late)s",),
        ("Within a text",),
        ("Around it",),
        ("{n} file", "{n} files"),
        ("Something went wrong.",),
        ("The paper jams.",),
        ("Your exam",),
        ("One score", "%(n)s scores"),
        ("Atlantis",),
    }


def test_the_same_words_in_another_context_are_another_sentence(package) -> None:
    found = {(sentence.context, *sentence.forms) for _file, sentence in sentences(package) if sentence.context}
    assert found == {("case", "Opened"), ("desk", "What it is")}
    catalogue = Catalogue(package, "guildmark", "ko")
    catalog = updated(catalogue, template_of(package))
    catalog.get("Opened").string, catalog.get("Opened", "case").string = "시작", "접수"
    catalogue.po.parent.mkdir(parents=True)
    catalogue.po.write_bytes(as_po(catalog))
    again = updated(catalogue, template_of(package))
    assert (again.get("Opened").string, again.get("Opened", "case").string) == ("시작", "접수")
    catalogue.mo.write_bytes(as_mo(again))
    with catalogue.mo.open("rb") as file:
        compiled = GNUTranslations(file)
    assert (compiled.gettext("Opened"), compiled.pgettext("case", "Opened")) == ("시작", "접수")
    assert "not translated: 'What it is'" in set(problems(catalogue))


def test_every_way_to_mark_a_sentence_is_looked_for() -> None:
    sources = {catalogue.source for catalogue in ALL}
    used = {name for source in sources for path in source.rglob("*.py") for name in _imported_from_gettext(path.read_text())}
    assert {"_", "gettext_noop", "mark", "pgettext_lazy"} <= used
    assert used <= KEYWORDS.keys()


def _imported_from_gettext(code: str) -> Iterator[str]:
    """The names under which a module has the functions that take a sentence."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module in {"django.utils.translation", "guildmark.i18n"}:
            yield from (one.asname or one.name for one in node.names if re.fullmatch(r"_|mark|plural|\w*gettext\w*", one.name))


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
