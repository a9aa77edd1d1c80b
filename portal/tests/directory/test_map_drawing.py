"""The drawing of the world: one shape a country, and nothing of an operator's file that could do harm."""

import gzip
import re
from itertools import accumulate

import pytest

from guildmark_portal.cli import serve
from guildmark_portal.directory.map import drawing
from guildmark_portal.directory.map.shades import SHADES, level_of, ranked
from guildmark_portal.profiles.countries import COUNTRIES

pytestmark = pytest.mark.certificates

WORLD = drawing.SHIPPED.read_text()


def test_c5_every_country_of_the_portal_has_exactly_one_shape():
    shapes = [shape for shape in drawing.read(drawing.SHIPPED).shapes if shape.country]
    assert sorted(shape.country for shape in shapes) == sorted(COUNTRIES)


def test_c5_small_states_are_dots_and_large_ones_are_not():
    dots = {shape.country for shape in drawing.read(drawing.SHIPPED).shapes if shape.r}
    assert dots >= {"SG", "MT", "LU", "HK", "TV", "VA", "MC", "BH", "GP", "RE"}
    assert not dots & {"KR", "US", "FR", "GF", "SJ", "DK", "JM", "EH", "TW", "CH"}


def test_c5_the_drawing_is_small():
    assert len(gzip.compress(WORLD.encode())) < 100_000


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("<svg ", '<!DOCTYPE svg [<!ENTITY a "b">]><svg ', "it has a DOCTYPE; remove it"),
        ("</svg>", "<script>alert(1)</script></svg>", "<script> is not drawn here; only path and circle are"),
        ("</svg>", '<image href="https://example.org/x"/></svg>', "<image> is not drawn here"),
        ("</svg>", '<path id="" d="M0 0" onclick="x()"/></svg>', "has attributes that are not known: onclick"),
        ("</svg>", '<g transform="scale(2)"></g></svg>', "has attributes that are not known: transform"),
        ("</svg>", '<path d="M0 0&quot;&gt;&lt;script&gt;"/></svg>', "<path>  has no valid form"),
        ("</svg>", '<circle id="XY" cx="1" cy="1" r="1"/></svg>', "these ids are no codes of countries: XY"),
        ("</svg>", '<circle id="KR" cx="1" cy="1" r="1"/></svg>', "these ids stand there more than once: KR"),
        ("</svg>", '<circle id="KR" cx="1em" cy="1" r="1"/></svg>', "<circle> KR has no valid form"),
        ('id="KR"', "", "these countries are missing: KR"),
        ("</svg>", "", "no element found"),
        ("viewBox", "viewbox", "it must be an SVG with a viewBox of four numbers"),
        ("</svg>", "</svg>" + " " * 5_000_000, "it is larger than 4 MiB"),
    ],
)
def test_c5_a_drawing_that_cannot_be_used_is_refused_with_the_reason(old, new, why, tmp_path):
    own = tmp_path / "world.svg"
    own.write_text(WORLD.replace(old, new, 1))
    assert own.read_text() != WORLD
    with pytest.raises(drawing.MapUnusable, match=r"world\.svg cannot be the map: ") as refused:
        drawing.read(own)
    assert why in refused.value.message
    assert "Correct or remove" in refused.value.next_step


def test_c5_an_operators_drawing_takes_the_place_of_the_one_that_ships(data_dir):
    assert drawing.current() == drawing.read(drawing.SHIPPED)
    own = data_dir / drawing.OVERRIDE
    own.parent.mkdir()
    own.write_text(WORLD.replace('viewBox="-1 -1 1002', 'viewBox="-1 -1 2002', 1))
    assert drawing.current().view_box.startswith("-1 -1 2002")
    assert len(drawing.current().shapes) == len(drawing.read(drawing.SHIPPED).shapes)


def points(path: str) -> list[tuple[float, float]]:
    """Where a path of the drawing goes: each ring begins somewhere, and goes on in steps."""
    found = []
    for ring in path.split("M")[1:]:
        numbers = [float(number) for number in re.findall(r"-?[0-9]*\.?[0-9]+", ring)]
        steps = zip(numbers[::2], numbers[1::2], strict=True)
        found += accumulate(steps, lambda at, step: (at[0] + step[0], at[1] + step[1]))
    return found


def test_c5_no_country_is_cut_at_the_upper_or_lower_edge_of_the_sheet():
    _left, top, _width, height = map(float, drawing.read(drawing.SHIPPED).view_box.split())
    lands = {shape.country: points(shape.d) for shape in drawing.read(drawing.SHIPPED).shapes if shape.country and shape.d}
    heights = {country: [y for _x, y in walked] for country, walked in lands.items()}
    assert {country for country, ys in heights.items() if min(ys) < top + 2 or max(ys) > top + height - 2} == set()


def test_c5_shades_are_classes_ten_times_the_one_before():
    assert [level_of(count) for count in (0, 1, 9, 10, 99, 100, 999, 1000, 100_000)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert [(shade.low, shade.high) for shade in SHADES] == [(0, 0), (1, 9), (10, 99), (100, 999), (1000, None)]


def test_c5_the_table_begins_with_most_holders_and_leaves_out_the_others():
    names = {"AT": "Austria", "BE": "Belgium", "CH": "Switzerland", "DE": "Germany"}
    assert ranked({"DE": 2, "BE": 2, "AT": 7, "CH": 0, "": 3}, names) == [
        ("AT", "Austria", 7),
        ("BE", "Belgium", 2),
        ("DE", "Germany", 2),
    ]


def test_c5_a_portal_is_not_served_with_a_drawing_that_cannot_be_shown(data_dir):
    serve._refuse_broken_map()
    own = data_dir / drawing.OVERRIDE
    own.parent.mkdir()
    own.write_text("<svg/>")
    with pytest.raises(drawing.MapUnusable, match="these countries are missing: AD AE AF"):
        serve._refuse_broken_map()
