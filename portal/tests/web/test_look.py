"""What can be measured of the looks: contrast of the tokens in light and dark, and the scale and weights of the type."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "src" / "guildmark_portal" / "web" / "static" / "guildmark"
TOKENS = (STYLES / "tokens.css").read_text()
SHEETS = sorted(STYLES.glob("*.css"))

TEXT = 4.5
"""The least contrast of text with its ground (WCAG 2.2, 1.4.3)."""
SHAPES = 3.0
"""The least contrast of marks, borders of fields and icons (WCAG 2.2, 1.4.11)."""
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-soft", "accent") for ground in ("paper", "sheet")),
    *(("ink", ground, TEXT) for ground in ("sunken", "accent-wash", "good-wash", "caution-wash", "bad-wash")),
    *((ink, ground, TEXT) for ink in ("ink-soft", "accent") for ground in ("sunken", "good-wash", "caution-wash", "bad-wash")),
    *((meaning, ground, TEXT) for meaning in ("good", "caution", "bad") for ground in ("paper", "sheet", f"{meaning}-wash")),
    ("accent-ink", "accent", TEXT),
    *(("line-strong", ground, SHAPES) for ground in ("paper", "sheet")),
]


def tokens_of(scheme: str) -> dict[str, str]:
    light, dark = TOKENS.split("prefers-color-scheme: dark")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    return found if scheme == "light" else {**found, **dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_rightly() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_shapes_stand_out_from_their_ground(scheme: str) -> None:
    tokens = tokens_of(scheme)
    measured = {(ink, ground): (round(contrast(tokens[ink], tokens[ground]), 2), least) for ink, ground, least in PAIRS}
    assert {pair: ratio for pair, (ratio, least) in measured.items() if ratio < least} == {}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_colours_sizes_and_weights_come_from_the_tokens(sheet: Path) -> None:
    text = sheet.read_text() if sheet.name != "tokens.css" else ""
    assert [found for found in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)", text) if found != "#fff"] == []
    sizes = re.findall(r"font-size: ([^;]+);", text)
    assert [size for size in sizes if not re.fullmatch(r"var\(--size-[a-z]+\)|100%|11pt", size)] == []
    assert [weight for weight in re.findall(r"font-weight: ([^;]+);", text) if not weight.startswith("var(")] == []


def test_there_are_five_sizes_and_two_weights() -> None:
    assert len(re.findall(r"--size-[a-z]+:", TOKENS)) == 5
    assert set(re.findall(r"font-weight: (\d+);", TOKENS)) == {"400", "600"}
