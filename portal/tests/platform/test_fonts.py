"""The fonts that come with the portal: every process has them as plain files, and leaves none behind."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from guildmark_portal import fonts

FACES = {f"IBM Plex Sans{letters}{weight}" for letters in ("", " KR", " SC") for weight in ("", " SmBld")}
TELL = "from guildmark_portal import fonts; f = fonts.folder(); print(f, len(list(f.glob('*.ttf'))))"


def test_typst_finds_every_family_that_texts_are_set_in() -> None:
    assert set(fonts.faces().families()) >= {*FACES, "DejaVu Sans Mono"}
    assert {Path(font.path).parent for font in fonts.faces().fonts() if font.path} == {fonts.folder()}
    for language in ("en", "ko", "zh-Hans"):
        assert {*fonts.families(language), *fonts.families(language, bold=True)} == FACES


def test_letters_are_looked_for_in_the_fonts_of_the_language_first() -> None:
    assert fonts.families("ko") == ("IBM Plex Sans", "IBM Plex Sans KR", "IBM Plex Sans SC")
    assert fonts.families("zh-Hans", bold=True) == ("IBM Plex Sans SmBld", "IBM Plex Sans SC SmBld", "IBM Plex Sans KR SmBld")


def test_names_are_set_in_the_fonts_of_their_scripts_and_no_others() -> None:
    assert fonts.families_of_name("Ada") == ("IBM Plex Sans SmBld", "Noto Sans")
    assert fonts.families_of_name("김민서")[1:-1] == ("IBM Plex Sans KR SmBld",)
    assert [fonts.families_of_name(name)[1] for name in ("张晓明", "陳國華", "斎藤", "山田 ひかり")] == [
        f"IBM Plex Sans {letters} SmBld" for letters in ("SC", "TC", "JP", "JP")
    ]
    every = fonts.families_of_name("".join(map(chr, range(0x20, 0xFFFF))))
    assert set(fonts.faces_with_names().families()) >= {*every, *FACES}
    assert len(list(Path(fonts.__file__).parent.glob("names/*.ttf.xz"))) == len(set(every) - FACES)


def test_they_are_unpacked_once_whoever_asks() -> None:
    with ThreadPoolExecutor(4) as threads:
        folders = set(threads.map(lambda _place: fonts.folder(), range(8)))
    assert folders == {fonts.folder()}


def test_another_process_has_its_own_and_takes_it_away_at_its_end() -> None:
    told = subprocess.run([sys.executable, "-c", TELL], capture_output=True, text=True, check=True).stdout.split()
    assert (Path(told[0]) != fonts.folder(), told[1], Path(told[0]).exists()) == (True, "6", False)


def _unpack(told: "Queue[str]") -> None:
    told.put(str(fonts.folder()))


def test_a_forked_process_takes_away_its_own_fonts_and_not_its_parent_s() -> None:
    own = fonts.folder()
    fork = multiprocessing.get_context("fork")
    told = fork.SimpleQueue()
    child = fork.Process(target=_unpack, args=(told,))
    child.start()
    forked = told.get()
    child.join(20)
    assert (child.exitcode, Path(forked).exists(), sorted(own.glob("*.ttf")) != []) == (0, False, True)


def test_their_licence_stands_beside_them() -> None:
    folder = Path(fonts.__file__).parent
    assert 'Reserved Font Name "Plex"' in (folder / "OFL.txt").read_text(encoding="utf-8")
