"""Small packs with references that need no training: two named inputs in five formats, text, and text or numbers.

`two_inputs_pack`, `text_pack` and `either_pack` write them. The answers of the references are known, so that a grading of
them in the box tells whether the right array reached the right input.
"""

from collections.abc import Mapping
from pathlib import Path

EXAM = """\
format = 1
id = "PACK"
version = "2026.1"
title = { en = "A made exam" }
level = "practitioner"
framework = "TensorFlow"
visibility = "private"
languages = ["en"]
duration_minutes = 60
grace_minutes = 15
pass_rule = "weighted"
pass_mark = 90
validity_months = 36

[[categories]]
id = "category1"
title = { en = "One task" }
weight = 100
"""

TWO_INPUTS_TASK = """\
id = "brightness"
title = { en = "Brightness at a place" }
skills = ["A1"]
formats = ["keras", "h5", "saved_model", "onnx", "tflite"]
size_limit_mib = 2
thresholds = [8.0, 4.0, 2.0, 1.0, 0.01]

[[input]]
name = "picture"
shape = [6, 6]
dtype = "uint8"
meaning = { en = "A grey picture." }

[[input]]
name = "place"
shape = [2]
meaning = { en = "Where it was taken." }

[output]
shape = [1]
meaning = { en = "The mean of the picture in 0 to 1, and two of east less three of north." }

[metric]
name = "mae"
"""

TWO_INPUTS_BUILD = """\
import numpy as np


def build(rng, sources, public, hidden):
    pictures = rng.integers(0, 256, size=(300, 6, 6)).astype(np.uint8)
    places = rng.normal(size=(300, 2)).astype(np.float32)
    answers = pictures.mean(axis=(1, 2), keepdims=True)[:, :, 0] / 255 + places @ np.array([[2], [-3]])
    np.savez(public / "given.npz", pictures=pictures[:200], places=places[:200], answers=answers[:200])
    np.save(hidden / "inputs.picture.npy", pictures[200:])
    np.save(hidden / "inputs.place.npy", places[200:])
    np.save(hidden / "targets.npy", answers[200:].astype(np.float32))
"""

_BRIGHTNESS = """\
from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path()


def solution_model(names=("picture", "place"), order=(1, 0)):
    inputs = [tf.keras.Input((6, 6), dtype="uint8", name=names[0]), tf.keras.Input((2,), name=names[1])]
    shown = tf.keras.layers.Flatten()(tf.keras.layers.Rescaling(1 / 255)(inputs[0]))
    dense = tf.keras.layers.Dense(1)
    model = tf.keras.Model([inputs[k] for k in order], dense(tf.keras.layers.Concatenate()([shown, inputs[1]])))
    dense.set_weights([np.array([[1 / 36]] * 36 + [[2], [-3]], "float32"), np.zeros(1, "float32")])
    return model


"""

_PLAIN = 'if __name__ == "__main__":\n    solution_model(MADE).save(str(FOLDER / "mymodel.SUFFIX"))\n'


def _keras(made: str = "", suffix: str = "keras") -> str:
    return _BRIGHTNESS + _PLAIN.replace("MADE", made).replace("SUFFIX", suffix)


TWO_INPUTS_REFERENCES: Mapping[str, tuple[str, str]] = {
    "by_name.py": ("graded", _keras()),
    "by_name_h5.py": ("graded", _keras(suffix="h5")),
    "in_order.py": ("graded", _keras('("first", "second"), (0, 1)')),
    "swapped.py": ("contract.input_shape", _keras('("first", "second")')),
    "saved_model.py": (
        "graded",
        _BRIGHTNESS
        + """\
if __name__ == "__main__":
    import shutil

    model = solution_model()
    takes = [tf.TensorSpec((None, 6, 6), tf.uint8, name="picture"), tf.TensorSpec((None, 2), tf.float32, name="place")]
    answer = tf.function(lambda picture, place: {"answer": model([place, picture])}, input_signature=takes)
    tf.saved_model.save(model, str(FOLDER / "saved"), signatures=answer)
    shutil.make_archive(str(FOLDER / "mymodel"), "zip", FOLDER / "saved")
""",
    ),
    "tflite.py": (
        "graded",
        _BRIGHTNESS
        + """\
if __name__ == "__main__":
    converter = tf.lite.TFLiteConverter.from_keras_model(solution_model())
    (FOLDER / "mymodel.tflite").write_bytes(converter.convert())
""",
    ),
    "onnx_graph.py": (
        "graded",
        """\
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def solution_model():
    return helper.make_graph(
        [
            helper.make_node("Cast", ["picture"], ["pixels"], to=TensorProto.FLOAT),
            helper.make_node("Flatten", ["pixels"], ["flat"]),
            helper.make_node("MatMul", ["flat", "mean"], ["shown"]),
            helper.make_node("MatMul", ["place", "slope"], ["moved"]),
            helper.make_node("Add", ["shown", "moved"], ["answer"]),
        ],
        "brightness",
        [
            helper.make_tensor_value_info("place", TensorProto.FLOAT, ["n", 2]),
            helper.make_tensor_value_info("picture", TensorProto.UINT8, ["n", 6, 6]),
        ],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["n", 1])],
        [
            numpy_helper.from_array(np.full((36, 1), 1 / 36 / 255, "float32"), "mean"),
            numpy_helper.from_array(np.array([[2], [-3]], "float32"), "slope"),
        ],
    )


if __name__ == "__main__":
    model = helper.make_model(solution_model(), opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, "mymodel.onnx")
""",
    ),
}

TEXT_TASK = """\
id = "moods"
title = { en = "Moods" }
skills = ["A1"]
size_limit_mib = 2
thresholds = [0.6, 0.7, 0.8, 0.9, 0.99]

[input]
shape = []
dtype = "string"
meaning = { en = "A sentence." }

[output]
shape = [2]
meaning = { en = "Scores of sad and glad." }

[metric]
name = "accuracy"
"""

TEXT_BUILD = """\
import csv

import numpy as np

MOODS = (["rain", "loss", "cold", "grief"], ["sun", "gain", "warm", "joy"])
FILLERS = "the a of and with some more little never café always often today there again when".split()


def build(rng, sources, public, hidden):
    rows = {}
    while len(rows) < 300:
        mood = len(rows) % 2
        words = [*rng.choice(FILLERS, 8), *rng.choice(MOODS[mood], 2)]
        rows.setdefault(" ".join(rng.permutation(words)), mood)
    texts, moods = list(rows), list(rows.values())
    with (public / "given.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "mood"), *zip(texts[:200], moods[:200])])
    np.save(hidden / "inputs.npy", np.array(texts[200:]))
    np.save(hidden / "targets.npy", np.array(moods[200:]))
"""

_MOODS = """\
import csv
from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path()


def solution_model():
    with (FOLDER / "given.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = tf.keras.layers.TextVectorization(max_tokens=100, output_mode="count")
    words.adapt(tf.constant([row["text"] for row in rows]))
    known = words.get_vocabulary()
    weights = np.zeros((len(known), 2), "float32")
    for row in rows:
        for word in row["text"].split():
            weights[known.index(word), int(row["mood"])] += SIGN
    seen = np.abs(weights).sum(axis=1, keepdims=True)
    weights *= np.abs(weights[:, :1] - weights[:, 1:]) == seen  # only words of one mood count
    inputs = tf.keras.Input((), dtype="string")
    scores = tf.keras.layers.Dense(2)
    model = tf.keras.Model(inputs, scores(words(inputs)))
    scores.set_weights([weights, np.zeros(2, "float32")])
    return model


if __name__ == "__main__":
    solution_model().save(str(FOLDER / "mymodel.keras"))
"""

TEXT_REFERENCES: Mapping[str, tuple[str, str]] = {
    "counted.py": ("graded", _MOODS.replace("SIGN", "1")),
    "contrary.py": ("graded.far", _MOODS.replace("SIGN", "-1")),
}


EITHER_TASK = """\
id = "either"
title = { en = "Moods, as text or as numbers" }
skills = ["A1"]
size_limit_mib = 2
thresholds = [0.6, 0.7, 0.8, 0.9, 0.99]
either = true

[[input]]
name = "text"
shape = []
dtype = "string"
meaning = { en = "A sentence." }

[[input]]
name = "tokens"
shape = [10]
dtype = "int32"
meaning = { en = "The numbers of its words in words.txt." }

[output]
shape = [2]
meaning = { en = "Scores of sad and glad." }

[metric]
name = "accuracy"
"""

EITHER_BUILD = TEXT_BUILD.replace(
    'np.save(hidden / "inputs.npy", np.array(texts[200:]))',
    """known = sorted({word for text in texts for word in text.split()})
    (public / "words.txt").write_text("\\n".join(known), encoding="utf-8")
    np.save(hidden / "inputs.text.npy", np.array(texts[200:]))
    tokens = [[known.index(word) for word in text.split()] for text in texts[200:]]
    np.save(hidden / "inputs.tokens.npy", np.array(tokens, dtype="int32"))""",
)

_EITHER_TOKENS = """\
from pathlib import Path

import numpy as np
import tensorflow as tf

MOODS = (["rain", "loss", "cold", "grief"], ["sun", "gain", "warm", "joy"])


def solution_model():
    known = Path("words.txt").read_text(encoding="utf-8").split()
    worth = np.array([[word in mood for mood in MOODS] for word in known], dtype="float32")
    inputs = tf.keras.Input((LENGTH,), dtype="int32")
    vectors = tf.keras.layers.Embedding(len(known), 2)
    model = tf.keras.Model(inputs, tf.keras.layers.GlobalAveragePooling1D()(vectors(inputs)))
    vectors.set_weights([worth])
    return model


if __name__ == "__main__":
    solution_model().save("mymodel.keras")
"""

EITHER_REFERENCES: Mapping[str, tuple[str, str]] = {
    "text.py": ("graded", _MOODS.replace("SIGN", "1")),
    "text_rows.py": (
        "graded",
        _EITHER_TOKENS.replace(
            'inputs = tf.keras.Input((LENGTH,), dtype="int32")', 'inputs = tf.keras.Input((1,), dtype="string")'
        )
        .replace("(vectors(inputs))", "(vectors(words(inputs)))")
        .replace("len(known), 2", "len(known) + 2, 2")
        .replace("[worth]", "[np.concatenate([np.zeros((2, 2)), worth])]")
        .replace(
            "    vectors =",
            "    words = tf.keras.layers.TextVectorization(vocabulary=known, output_sequence_length=10)\n    vectors =",
        ),
    ),
    "tokens.py": ("graded", _EITHER_TOKENS.replace("LENGTH", "10")),
    "short.py": ("contract.input_shape", _EITHER_TOKENS.replace("LENGTH", "9")),
}


def two_inputs_pack(folder: Path) -> Path:
    """A pack in `folder/two-inputs`, whose form `brightness` feeds a picture of bytes and a place."""
    return _written(folder / "two-inputs", "brightness", TWO_INPUTS_TASK, TWO_INPUTS_BUILD, TWO_INPUTS_REFERENCES)


def text_pack(folder: Path) -> Path:
    """A pack in `folder/texts`, whose form `moods` feeds sentences, not all of them ASCII."""
    return _written(folder / "texts", "moods", TEXT_TASK, TEXT_BUILD, TEXT_REFERENCES)


def either_pack(folder: Path) -> Path:
    """A pack in `folder/either`, whose form `either` feeds sentences as text or as numbers of words."""
    return _written(folder / "either", "either", EITHER_TASK, EITHER_BUILD, EITHER_REFERENCES)


def _written(root: Path, form_id: str, task: str, build: str, references: Mapping[str, tuple[str, str]]) -> Path:
    form = root / "category1" / form_id
    (form / "reference").mkdir(parents=True)
    files = {
        root / "exam.toml": EXAM.replace("PACK", root.name),
        root / "requirements.txt": "numpy==2.4.6\n",
        root / "SOURCES.md": "Everything is made up.\n",
        form / "task.toml": task,
        form / "instructions.en.md": f"# {form_id}\n\n{{{{contract}}}}\n\n{{{{bands}}}}\n",
        form / "starter.py": f'"""{form_id}"""\n\n\ndef solution_model():\n    return None\n',
        form / "build.py": build,
        form / "reference" / "reference.toml": "\n".join(_entry(name, ends) for name, (ends, _code) in references.items()),
        **{form / "reference" / name: code for name, (_ends, code) in references.items()},
    }
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")
    return root


def _entry(name: str, ends: str) -> str:
    expected = {
        "graded": 'role = "full"\n',
        "graded.far": 'role = "baseline"\n',
    }.get(ends, f'role = "refused"\nreason = "{ends}"\n')
    return f'[[reference]]\nsolution = "{name}"\n{expected}'
