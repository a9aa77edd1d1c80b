import io

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
    assert leaked_rows(hidden, {"train.npz": npz(images[3:])}) == {}
    assert leaked_rows(hidden, {"train.npz": npz(images[1:])}) == {"train.npz": 2}


def test_a_picture_file_is_recognised() -> None:
    pixels = RNG.integers(0, 256, size=(20, 30, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    small = np.asarray(Image.fromarray(pixels).resize((8, 8), Image.Resampling.BILINEAR), dtype=np.float32) / 255
    assert leaked_rows(small[None], {"train/a.png": buffer.getvalue()}) == {"train/a.png": 1}
    assert leaked_rows(small[None, ::-1], {"train/a.png": buffer.getvalue()}) == {}


@pytest.mark.parametrize(("first", "leaks"), [(0, {"power.csv": 3}), (7, {})])
def test_a_standardised_window_of_a_table_is_recognised(first: int, leaks: dict[str, int]) -> None:
    hours = RNG.normal(size=(20, 2)).round(3)
    windows = np.stack([(hours[k : k + 4] - 0.5) / 2 for k in (0, 1, 2)]).astype(np.float32)
    assert leaked_rows(windows, {"power.csv": table(hours[first:])}) == leaks


def test_rows_of_a_table_and_of_whole_numbers_are_recognised_as_they_are() -> None:
    rows = RNG.normal(size=(6, 3)).round(3)
    assert leaked_rows(rows[:2].astype(np.float32), {"a.csv": table(rows[1:])}) == {"a.csv": 1}
    tokens = RNG.integers(2, 90, size=(6, 5)).astype(np.int32)
    buffer = io.BytesIO()
    np.save(buffer, tokens[1:].astype(np.int64))
    assert leaked_rows(tokens[:2], {"a.npy": buffer.getvalue(), "a.txt": b"words"}) == {"a.npy": 1}
    assert leaked_rows(tokens[:2] * 2, {"a.npy": buffer.getvalue()}) == {}
