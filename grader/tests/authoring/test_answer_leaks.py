"""The answers of the hidden rows, found again in public files; and labels that merely stand in a usual order."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.answer_leaks import leaked_answers
from guildmark_grader.authoring.output import Hidden, output_problems

from .test_contents import every_file

RNG = np.random.default_rng(8)
CLASSES = RNG.integers(0, 4, size=200)
VALUES = RNG.normal(300, 80, size=(200, 1))
NAMES = ["ant", "bee", "cat", "dog"]


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def column(values: list[str]) -> bytes:
    return "\n".join(["id,answer", *(f"{k},{value}" for k, value in enumerate(values))]).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("answers.npy", npy(CLASSES)),
        ("answers.npy", npy(CLASSES[120:170].astype(np.float32))),
        ("a.csv", column([str(number) for number in CLASSES])),
        ("a.csv", column([NAMES[number] for number in CLASSES[40:]])),
        ("a.txt", "\n".join(NAMES[number] for number in CLASSES).encode()),
        ("a.json", json.dumps({"answers": CLASSES.tolist()}).encode()),
        ("a.json", json.dumps([{"id": k, "label": label} for k, label in enumerate(CLASSES.tolist())]).encode()),
        ("a.jsonl", "\n".join(json.dumps({"label": label}) for label in CLASSES.tolist()).encode()),
    ],
)
def test_classes_in_the_order_of_the_hidden_rows_are_found(name: str, content: bytes) -> None:
    assert leaked_answers(CLASSES, {name: content, "b.npy": npy(CLASSES[::-1])}, are_classes=True) == [name]


@pytest.mark.parametrize(
    "usual",
    [
        np.sort(CLASSES),
        np.sort(CLASSES)[::-1],
        np.arange(200) % 4,
        np.repeat(np.arange(4), 50),
        np.zeros(200, np.int64),
        CLASSES[:49],
    ],
)
def test_classes_in_a_usual_order_or_too_few_are_no_news(usual: np.ndarray) -> None:
    assert leaked_answers(usual, {"labels.npy": npy(usual)}, are_classes=True) == []


def test_a_rare_class_makes_a_long_run_necessary() -> None:
    rare = (RNG.random(3000) < 0.03).astype(np.int64)
    assert leaked_answers(rare, {"a.npy": npy(rare[:100])}, are_classes=True) == []
    assert leaked_answers(CLASSES, {"a.npy": npy(CLASSES[:100])}, are_classes=True) == ["a.npy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("answers.npy", npy(VALUES[30:])),
        ("answers.npy", npy(VALUES[:, 0])),
        ("a.csv", column([f"{value:.1f}" for value in VALUES[:50, 0]])),
        ("a.json", json.dumps({"answers": VALUES.round(3).tolist()}).encode()),
        ("a.json", json.dumps(VALUES[:, 0].round(3).tolist()).encode()),
    ],
)
def test_values_in_the_order_of_the_hidden_rows_are_found(name: str, content: bytes) -> None:
    assert leaked_answers(VALUES, {name: content, "b.npy": npy(VALUES[::-1])}, are_classes=False) == [name]


def test_values_that_are_counted_or_hardly_differ_are_no_news() -> None:
    for usual in (np.arange(200.0), np.arange(200.0) // 20, np.ones(200)):
        assert leaked_answers(usual, {"a.npy": npy(usual)}, are_classes=False) == []


def test_answers_of_several_numbers_are_found_in_arrays_and_as_labels() -> None:
    windows = RNG.normal(size=(90, 6, 2))
    assert leaked_answers(windows, {"a.npy": npy(windows), "b.npy": npy(windows[:, ::-1])}, are_classes=False) == ["a.npy"]
    labels = RNG.integers(0, 2, size=(90, 3))
    lines = ["a,b,c", *(",".join(map(str, row)) for row in labels.tolist())]
    public = {"a.csv": "\n".join(lines).encode(), "b.npy": npy(labels[::-1])}
    assert leaked_answers(labels, public, are_classes=True) == ["a.csv"]


@every_file
@pytest.mark.parametrize("shape", [(), (1,), (2,), (3, 2)])
def test_no_public_file_ends_the_search_for_answers(name: str, content: bytes, shape: tuple[int, ...]) -> None:
    drawn = np.random.default_rng(4)
    assert leaked_answers(drawn.normal(size=(60, *shape)), {name: content}, are_classes=False) == []
    assert leaked_answers(drawn.integers(0, 3, size=(60, *shape)), {name: content}, are_classes=True) == []


def test_a_build_that_gives_its_answers_away_is_told_where(pack: Path) -> None:
    rows = RNG.normal(size=(60, 2)).astype(np.float32)
    hidden = Hidden((rows,), rows.sum(axis=1, keepdims=True))
    public = {"solved.npy": npy(hidden.targets), "others.npy": npy(RNG.normal(size=(60, 1)))}
    assert output_problems(read_pack(pack).forms[0].task, public, hidden) == [
        "The answers of the hidden rows stand in solved.npy. Leave them out."
    ]
