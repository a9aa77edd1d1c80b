"""Public files that no author means to hand out: none may end a look over a pack, and a candidate must be able to open them."""

import csv
import gzip
import io
import json
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from guildmark.packs.reader import read_pack
from guildmark_grader.authoring.contents import json_in, table_in, unreadable_files
from guildmark_grader.authoring.leaks import leaked_rows
from guildmark_grader.authoring.lint.claims import claims
from guildmark_grader.authoring.lint.columns import public_blocks
from guildmark_grader.authoring.lint.fitted import statistics_problems
from guildmark_grader.authoring.output import Hidden, hidden_arrays, output_problems
from guildmark_grader.authoring.trial import Variant

RNG = np.random.default_rng(7)
LONG = "one letter after another " * 8000
DEEP = 100_000


def npy(array: np.ndarray, *, allow_pickle: bool = True) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **arrays)
    return buffer.getvalue()


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, size=(40, 40, 3)).astype(np.uint8)).save(buffer, kind)
    return buffer.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(side: int) -> bytes:
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


OBJECTS = np.array([{"a": 1}, None, "b"], dtype=object)
PNG = picture("png")
UNREADABLE = {
    "objects.npy": npy(OBJECTS),
    "objects.npz": npz(fine=np.arange(3), mean=OBJECTS),
    "record.npy": npy(np.array([(1, {})], dtype=[("a", "f4"), ("b", "O")])),
    "empty.npy": b"",
    "text.npy": b"not an array",
    "half.npy": npy(np.arange(90.0))[:-9],
    "header.npy": npy(np.arange(3)).replace(b"(3,)", b"(3, "),
    "strange.npy": npy(np.arange(3)).replace(b"<i8", b"<q9"),
    "letters.npy": npy(np.array(["ab"])).replace(b"a\0\0\0", b"\xff" * 4),
    "enormous.npy": npy(np.arange(3)).replace(b"(3,), }          ", b"(3000000000000,)}"),
    "half.npz": npz(a=np.arange(90))[:-30],
    "wrong.npz": b"PK\x03\x04",
    "flipped.npz": npz(a=np.arange(90)).replace(npy(np.arange(90))[-16:], bytes(16)),
    "half.png": PNG[: len(PNG) // 2],
    "half.jpg": picture("jpeg")[:400],
    "none.jpeg": b"not a picture",
    "chunk.png": PNG.replace(b"IDAT", b"IDAX"),
    "bomb.png": bomb(30_000),
    "warned.png": bomb(10_000),
    "empty.PNG": b"",
    "wrong.npy.gz": b"not packed",
}
READABLE = {
    "sizeless.npy": npy(np.zeros((0, 2))),
    "flat.npy": npy(np.zeros((4, 0))),
    "flat windows.npz": npz(past=np.zeros((4, 2, 0)), future=np.zeros((4, 1, 0))),
    "single.npy": npy(np.array(3.0)),
    "record.npz": npz(mean=np.zeros(4, dtype=[("a", "f4"), ("b", "U3")])),
    "complex.npy": npy(np.ones((4, 2), dtype=complex)),
    "mean.npy": npy(np.array([np.nan, np.inf])),
    "endless.npy": npy(np.array([[np.inf, -np.inf], [np.nan, 1e308], [-1e308, 1e308]])),
    "times.npy": npy(np.arange(6).astype("timedelta64[s]").reshape(3, 2)),
    "npz.npy": npz(mean=np.arange(2.0)),
    "npy.npz": npy(np.arange(2.0)),
    "others.npz": zipped(**{"readme.txt": "no array"}),
    "long.csv": f'text,mean\n"{LONG}",1\nb,2\n'.encode(),
    "nul.csv": b"a,b\n1,\x002\n\x00,3\n",
    "old.csv": b"a,b\r1,2\r3,4\r",
    "blank.csv": b"\n\na,b\n1,2\n",
    "open.csv": b'a,"b\n1,2\n',
    "bytes.csv": bytes(range(256)) * 3,
    "far.csv": b"name,mean,std\na,1e400,-1\nb,nan,inf\n",
    "deep.json": b"[" * DEEP + b"]" * DEEP,
    "deep objects.json": b'{"mean":' * 900 + b"1" + b"}" * 900,
    "deep records.json": json.dumps([{"a": None}, {"a": 1}]).replace("null", "[" * 200 + "]" * 200).encode(),
    "deep.toml": b"mean = " + b"[" * DEEP + b"]" * DEEP,
    "huge.json": (
        '{"mean": [1%s, 2], "rows": [{"a": 1%s}, {"a": 2}], "all": [[1%s, 2], [3, 4]]}' % (("0" * 400,) * 3)
    ).encode(),
    "digits.json": b"[" + b"9" * 5000 + b"]",
    "huge.toml": b"mean = 1" + b"0" * 400,
    "constants.json": b'{"mean": [NaN, Infinity], "std": [-1, -Infinity]}',
    "surrogates.json": b'{"\\ud800": {"mean": 501.5377}, "text": "\\udfff and some more letters"}',
    "ragged.json": b'[{"a": 1, "b": 2}, {"a": 3}, {"b": 4}]',
    "mixed.json": b'[{"a": [1, 2]}, {"a": {"b": []}}, {}]',
    "none.json": b"\xff\xfe\x00",
    "deep.jsonl": b'{"a": 1}\n' + b"[" * DEEP + b"\n[1, [2]]\n",
    "wrong.csv.gz": b"a,b",
    "half.json.gz": gzip.compress(b"[1, 2, 3]" * 50)[:30],
    "table.tsv": f"a\tb\n{LONG}\t1\n".encode(),
    "bytes.txt": bytes(range(256)),
}
every_file = pytest.mark.parametrize(
    ("name", "content"), [pytest.param(name, content, id=name) for name, content in {**UNREADABLE, **READABLE}.items()]
)
INPUTS = [
    np.array(["The first of some sentences", "The second of some sentences"]),
    *(
        RNG.normal(size=(3, *shape)).astype(np.float32)
        for shape in [(), (2,), (2, 2), (4, 4, 1), (4, 4, 2), (4, 4, 3), (4, 4, 4)]
    ),
]


@every_file
def test_no_public_file_ends_the_search_for_hidden_rows(name: str, content: bytes) -> None:
    assert [leaked_rows((inputs,), {name: content}) for inputs in INPUTS] == [{}] * len(INPUTS)


@every_file
def test_no_public_file_ends_the_look_at_its_statistics(pack: Path, name: str, content: bytes) -> None:
    form = read_pack(pack).forms[0]
    drawn = np.random.default_rng(3)
    scaling = b'{"mean": [500.1234, 600.1234], "std": [1.1234, 2.1234]}'
    public = {name: content, "scaling.json": scaling, "a.npy": npy(drawn.normal(size=(9, 2)))}
    rows = drawn.normal(size=(5, 2)).astype(np.float32)
    assert isinstance(claims(public), list)
    assert isinstance(public_blocks(public), list)
    assert list(statistics_problems("category1/sums", form, Variant(public, Hidden((rows,), rows[:, :1])))) == []


def told(*files: str) -> list[str]:
    return [
        message.split(" ", 4)[3] for message in unreadable_files({name: {**UNREADABLE, **READABLE}[name] for name in files})
    ]


def test_arrays_and_pictures_that_nobody_can_open_are_told_and_nothing_else() -> None:
    assert told(*UNREADABLE, *READABLE) == list(UNREADABLE)
    array, image = unreadable_files({name: UNREADABLE[name] for name in ("objects.npy", "half.jpg")})
    assert array == (
        "The public file objects.npy cannot be loaded with np.load: it holds Python objects, or is broken. "
        "Save plain arrays of numbers or text."
    )
    assert image == "The public file half.jpg cannot be opened as a picture: it is broken, or far too large. Save it anew."


def test_without_pillow_pictures_are_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert told("half.png", "objects.npy") == ["objects.npy"]
    assert leaked_rows((INPUTS[-2],), {"a.png": PNG}) == {}


def test_a_form_with_such_files_is_told_of_them_with_everything_else(pack: Path) -> None:
    task = read_pack(pack).forms[0].task
    rows = RNG.normal(size=(5, 2)).astype(np.float32)
    public = {"train": b"", "train/half.png": UNREADABLE["half.png"], "objects.npy": UNREADABLE["objects.npy"]}
    assert [problem.split(":")[0] for problem in output_problems(task, public, Hidden((rows,), rows))] == [
        "The public file train/half.png stands in train, which is a file too.",
        "The public file train/half.png cannot be opened as a picture",
        "The public file objects.npy cannot be loaded with np.load",
        "targets.npy has shape (5, 2); the task asks for (5, 1).",
    ]
    assert output_problems(task, {"caf\udce9.csv": b""}, Hidden((rows,), rows)) == [
        r"A public file has a name that is not UTF-8: 'caf\udce9.csv'."
    ]


def test_cells_of_any_length_are_read_and_the_limit_of_the_process_stays() -> None:
    before = csv.field_size_limit()
    assert table_in(f"a;{LONG}\n".encode(), ";") == [["a", LONG]]
    assert csv.field_size_limit() == before
    hidden = np.array([LONG])
    assert leaked_rows((hidden,), {"long.csv": READABLE["long.csv"]}) == {"long.csv": 1}


def test_a_line_that_is_no_json_hides_no_other() -> None:
    rows = RNG.random((4, 9)).round(4)
    lines = "\n".join(["not json", *(json.dumps(row) for row in rows.tolist())]).encode()
    assert leaked_rows((rows[:2].astype(np.float32),), {"a.jsonl": lines}) == {"a.jsonl": 2}
    assert json_in(b"[" * 60 + b"]" * 60) is not None


def test_a_picture_in_four_channels_is_recognised() -> None:
    pixels = RNG.integers(0, 256, size=(4, 4, 4)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    assert leaked_rows((pixels[None].astype(np.float32) / 255,), {"a.png": buffer.getvalue()}) == {"a.png": 1}


@pytest.mark.parametrize("name", [name for name in UNREADABLE if name.endswith(".npy")])
def test_a_hidden_array_that_cannot_be_read_is_told(pack: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "inputs.npy").write_bytes(UNREADABLE[name])
    (tmp_path / "targets.npy").mkdir()
    message = "is not an array of plain numbers or text."
    assert hidden_arrays(tmp_path, read_pack(pack).forms[0].task) == [f"inputs.npy {message}", f"targets.npy {message}"]


@pytest.mark.filterwarnings("ignore")  # of NumPy and Pillow, of what the bytes might have been
def test_bytes_that_were_changed_anywhere_end_nothing() -> None:
    drawn = np.random.default_rng(20)
    sound = [
        ("a.npy", npy(RNG.random((4, 2)))),
        ("a.npz", npz(mean=RNG.random(3), texts=np.array(["some", "text"]))),
        ("a.npy", npy(np.zeros(3, dtype=[("a", "f4"), ("b", "U2")]))),
        ("a.png", PNG),
        ("a.jpg", picture("jpeg")),
        ("a.json", json.dumps({"mean": [1.5, 2], "rows": [{"a": 1, "b": "x"}, {"a": 2.5, "b": None}]}).encode()),
        ("a.toml", b'mean = [1.5, 2]\n[a]\nstd = 3\nwhen = 2026-01-01T00:00:00Z\ntext = "x"\n'),
        ("a.csv", b'name,mean\n"a, b",1.5\n"c",2\n'),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n3,4\n", mtime=0)),
    ]
    for _round in range(40):
        for name, content in sound:
            changed = bytearray(content)
            for place in drawn.integers(0, min(len(changed), 200), size=3):
                changed[place] = drawn.integers(0, 256)
            public = {name: bytes(changed[: drawn.integers(1, len(changed) + 40)])}
            unreadable_files(public)
            claims(public)
            public_blocks(public)
            for inputs in (INPUTS[0], INPUTS[2], INPUTS[4]):
                leaked_rows((inputs,), public)
