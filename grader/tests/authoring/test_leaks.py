import gzip
import io
import json

import numpy as np
import pytest
from PIL import Image

from guildmark_grader.authoring.leaks import leaked_rows

RNG = np.random.default_rng(5)


def npz(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=array, labels=np.arange(len(array)))
    return buffer.getvalue()


def table(rows: np.ndarray) -> bytes:
    lines = ["hour," + ",".join(f"s{k}" for k in range(rows.shape[1]))]
    return "\n".join([*lines, *(f"at {k}," + ",".join(f"{v:.3f}" for v in row) for k, row in enumerate(rows))]).encode()


def test_an_image_in_another_scale_is_recognised() -> None:
    images = RNG.integers(0, 256, size=(6, 8, 8)).astype(np.uint8)
    hidden = images[:3].astype(np.float32) / 255
    assert leaked_rows((hidden,), {"train.npz": npz(images[3:])}) == {}
    assert leaked_rows((hidden,), {"train.npz": npz(images[1:])}) == {"train.npz": 2}


def test_a_picture_file_is_recognised() -> None:
    pixels = RNG.integers(0, 256, size=(20, 30, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    small = np.asarray(Image.fromarray(pixels).resize((8, 8), Image.Resampling.BILINEAR), dtype=np.float32) / 255
    assert leaked_rows((small[None],), {"train/a.png": buffer.getvalue()}) == {"train/a.png": 1}
    assert leaked_rows((small[None, ::-1],), {"train/a.png": buffer.getvalue()}) == {}


@pytest.mark.parametrize(("first", "leaks"), [(0, {"power.csv": 3}), (7, {})])
def test_a_standardised_window_of_a_table_is_recognised(first: int, leaks: dict[str, int]) -> None:
    hours = RNG.normal(size=(20, 2)).round(3)
    windows = np.stack([(hours[k : k + 4] - 0.5) / 2 for k in (0, 1, 2)]).astype(np.float32)
    assert leaked_rows((windows,), {"power.csv": table(hours[first:])}) == leaks


def test_rows_of_a_table_and_of_whole_numbers_are_recognised_as_they_are() -> None:
    rows = RNG.normal(size=(6, 3)).round(3)
    assert leaked_rows((rows[:2].astype(np.float32),), {"a.csv": table(rows[1:])}) == {"a.csv": 1}
    tokens = RNG.integers(2, 90, size=(6, 5)).astype(np.int32)
    buffer = io.BytesIO()
    np.save(buffer, tokens[1:].astype(np.int64))
    assert leaked_rows((tokens[:2],), {"a.npy": buffer.getvalue(), "a.txt": b"words"}) == {"a.npy": 1}
    assert leaked_rows((tokens[:2] * 2,), {"a.npy": buffer.getvalue()}) == {}


def npy(rows: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, rows)
    return buffer.getvalue()


def test_whole_numbers_are_never_wrapped_until_they_fit() -> None:
    hidden = np.array([[1, 2, 3]], np.uint8)
    assert leaked_rows((hidden,), {"a.csv": table(np.array([[257.0, 258.0, 259.0]]))}) == {}
    assert leaked_rows((hidden,), {"a.npy": npy(np.array([[np.nan, 2.0, 3.0]]))}) == {}


def test_an_input_that_says_little_counts_only_together_with_the_others() -> None:
    age, image = np.array([30, 40, 50], np.int32), RNG.random((3, 4, 4)).astype(np.float32)
    public = {"ages.npy": npy(np.arange(100)), "images.npy": npy(image[1:2] * 255)}
    assert leaked_rows((age, image[::-1] ** 2), public) == {}
    assert leaked_rows((age, image), public) == {"ages.npy": 1, "images.npy": 1}
    assert leaked_rows((age + 100, image), public) == {"images.npy": 1}


def test_many_numbers_that_are_the_same_for_many_rows_are_no_proof_either() -> None:
    timetable = np.tile(np.arange(12, dtype=np.float32)[:, None] % 3, (8, 1, 1))
    measured = RNG.random((8, 12, 2)).astype(np.float32)
    public = {"timetable.npy": npy(timetable[:1]), "measured.npy": npy(measured[5:6])}
    assert leaked_rows((timetable[:5], measured[:5]), {"timetable.npy": public["timetable.npy"]}) == {}
    assert leaked_rows((timetable, measured), public) == {"measured.npy": 1, "timetable.npy": 1}


def test_single_numbers_are_found_in_every_column_of_a_table() -> None:
    rows = RNG.random((5, 5)).round(3)
    weight, height = rows[:2, 1].astype(np.float32), rows[:2, 3:].astype(np.float32)
    assert leaked_rows((weight, height), {"a.csv": table(rows[1:])}) == {"a.csv": 1}


SENTENCES = np.array(["The caf\u00e9 is  open today", "Nobody came to the show", "yes", "It rained all of the day"])


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("a.csv", 'id,text,label\n1,"the CAF\u00c9 is open\n today",0\n2,yes,1\n', 1),
        ("a.tsv", "1\tNobody came to the show\t0\n2\tIt rained all of the day\t1\n", 2),
        ("a.txt", "Nobody came\nIt rained all of the day\nto the show\nyes\n", 1),
        ("a.json", '{"rows": [{"text": "Nobody came to the show"}, ["It rained all of the day", 1, null]]}', 2),
        ("a.jsonl", '{"text": "Nobody came to the show"}\n\nnot json\n{"text": "It rained all of the day"}\n', 2),
        ("a.json", "not json", 0),
        ("a.md", "Nobody came to the show", 0),
        ("a.csv", "text\nNobody came to the show today\n", 0),
    ],
)
def test_text_is_recognised_in_tables_lines_and_json(name: str, content: str, count: int) -> None:
    assert leaked_rows((SENTENCES,), {name: content.encode()}) == ({name: count} if count else {})
    assert leaked_rows((np.char.encode(SENTENCES, "utf-8"),), {name: content.encode()}) == ({name: count} if count else {})


def test_text_is_recognised_in_arrays_of_either_kind() -> None:
    archive = io.BytesIO()
    np.savez(archive, texts=np.char.encode(SENTENCES[:2], "utf-8"), labels=np.arange(2))
    public = {"a.npy": npy(SENTENCES[1:]), "a.npz": archive.getvalue(), "b.npy": npy(np.arange(4))}
    assert leaked_rows((SENTENCES,), public) == {"a.npy": 2, "a.npz": 2}


def test_several_texts_of_a_row_are_looked_for_side_by_side() -> None:
    pairs = np.array([["question one", "answer one"], ["question two", "answer two"]])
    public = {"a.csv": b"1,Question one,Answer one,x\n2,question two,answer one,x\n"}
    assert leaked_rows((pairs,), public) == {"a.csv": 1}


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (64,)])
@pytest.mark.parametrize("packed", [False, True])
def test_pixels_are_recognised_in_json_in_every_arrangement(shape: tuple[int, ...], *, packed: bool) -> None:
    images = RNG.integers(0, 256, size=(6, 64)).astype(np.uint8)
    hidden = images[:3].reshape(3, *shape)
    rows = [{"label": 1, "pixels": row} for row in images[2:].tolist()]
    nested = {"images": images[1:].reshape(5, 8, 8).tolist()}
    lines = "\n".join(json.dumps(row) for row in rows)
    public = {"rows.json": json.dumps(rows), "rows.jsonl": lines, "images.json": json.dumps(nested), "none.json": "[[1, 2"}
    contents = {name: text.encode() for name, text in public.items()}
    if packed:
        contents = {f"{name}.gz": gzip.compress(content) for name, content in contents.items()}
    end = ".gz" if packed else ""
    assert leaked_rows((hidden,), contents) == {f"rows.json{end}": 1, f"rows.jsonl{end}": 1, f"images.json{end}": 2}
    assert leaked_rows((images[:1].reshape(1, *shape),), contents) == {}


def test_records_in_json_are_read_like_a_table_and_series_like_windows() -> None:
    hours = RNG.normal(size=(20, 2)).round(3)
    records = [{"hour": k, "a": a, "b": b, "note": "x"} for k, (a, b) in enumerate(hours[4:].tolist())]
    windows = np.stack([(hours[k : k + 5] - 0.5) / 2 for k in (0, 4, 5)]).astype(np.float32)
    buffer = io.BytesIO()
    np.savez(buffer, series=hours[4:])
    public = {
        "a.json": json.dumps(records).encode(),
        "a.npz": buffer.getvalue(),
        "a.tsv": table(hours[4:]).replace(b",", b"\t"),
    }
    assert leaked_rows((windows,), public) == {"a.json": 2, "a.npz": 2, "a.tsv": 2}
    rows = np.round(RNG.random((4, 9)), 4)
    listed = json.dumps([dict(zip("abcdefghi", row, strict=True)) for row in rows[1:].tolist()]).encode()
    assert leaked_rows((rows[:2].astype(np.float32),), {"rows.json": listed}) == {"rows.json": 1}


def test_what_is_no_gzip_is_not_looked_into() -> None:
    assert leaked_rows((RNG.random((2, 9)),), {"a.csv.gz": b"a,b"}) == {}


def written(rows: np.ndarray, decimals: int) -> bytes:
    flat = rows.reshape(len(rows), -1).tolist()
    return "\n".join(
        [",".join(f"c{k}" for k in range(len(flat[0]))), *(",".join(f"{v:.{decimals}f}" for v in r) for r in flat)]
    ).encode()


@pytest.mark.parametrize("decimals", [3, 4])
@pytest.mark.parametrize("shape", [(9,), (64,), (24, 3), (8, 8, 1), (6, 6, 3)])
def test_rows_that_were_rounded_are_recognised(shape: tuple[int, ...], decimals: int) -> None:
    rows = RNG.random(size=(300, *shape)).astype(np.float32)
    assert leaked_rows((rows[:200],), {"given.csv": written(rows[150:], decimals)}) == {"given.csv": 50}
    assert leaked_rows((rows[:200],), {"given.csv": written(rows[200:], decimals)}) == {}


def test_few_numbers_are_the_same_by_chance_unless_they_are_precise() -> None:
    rows = RNG.random(size=(2000, 2))
    assert leaked_rows((rows[:1000].astype(np.float32),), {"given.csv": written(rows[1000:], 3)}) == {}
    assert leaked_rows((rows[:1000].astype(np.float32),), {"given.csv": written(rows[990:], 7)}) == {"given.csv": 10}


def test_columns_of_one_or_few_values_prove_nothing() -> None:
    rows = np.column_stack([RNG.random((400, 2)), RNG.integers(0, 2, size=(400, 6)), np.full(400, 7.5)])
    assert leaked_rows((rows[:200].astype(np.float32),), {"given.csv": written(rows[200:], 4)}) == {}


def test_rows_that_are_all_nearly_the_same_take_no_long_time() -> None:
    rows = np.full((3000, 12), 5.0) + RNG.integers(0, 2, size=(3000, 12)) * 1e-9
    assert leaked_rows((rows[:1500],), {"given.npy": npy(rows[1500:])}) == {"given.npy": 1500}
    assert leaked_rows((rows[:1500],), {"given.npy": npy(rows[1500:] + 1)}) == {}
