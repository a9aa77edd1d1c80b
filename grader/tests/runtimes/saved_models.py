"""Saves the models of the matrix: python -m grader.tests.runtimes.saved_models FOLDER, from the root of the repository.

Each case is a model file, the rows that are fed to it, and what the library that saved it answers to them. `CASES` lists
them without loading any framework.
"""

import json
import shutil
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from guildmark.rules.contract import Contract, ModelFormat, TensorContract

from . import old_styles
from .architectures import ARCHITECTURES, Architecture

ROWS = 70


@dataclass(frozen=True)
class Style:
    """How a Keras model is written: by which library, with which ending, and as which version."""

    library: str
    suffix: str
    loader: str
    version: str
    restyle: old_styles.Restyle


STYLES = {
    "keras_2_2_h5": Style("tf_keras", ".h5", "keras2", "2.2.4-tf", old_styles.as_keras_2_2),
    "keras_2_4_h5": Style("tf_keras", ".h5", "keras2", "2.4.0", old_styles.as_keras_2_4),
    "keras_2_9_h5": Style("tf_keras", ".h5", "keras2", "2.9.0", old_styles.as_keras_2_9),
    "keras_2_15_h5": Style("tf_keras", ".h5", "keras2", "2.15.0", old_styles.as_keras_2_15),
    "keras_2_12_keras": Style("tf_keras", ".keras", "keras2", "2.12.0", old_styles.as_keras_2_12),
    "keras_2_13_keras": Style("tf_keras", ".keras", "keras2", "2.13.1", old_styles.as_keras_2_15),
    "keras_2_15_keras": Style("tf_keras", ".keras", "keras2", "2.15.0", old_styles.as_keras_2_15),
    "keras_3_0_keras": Style("keras", ".keras", "keras3", "3.0.5", old_styles.as_keras_3_0),
    "keras_3_0_h5": Style("keras", ".h5", "keras3", "3.0.5", old_styles.as_keras_3_0),
    "keras_today_keras": Style("keras", ".keras", "keras3", "", old_styles.as_saved),
    "keras_today_h5": Style("keras", ".h5", "keras3", "", old_styles.as_saved),
}

KERAS_CASES = {
    f"{architecture}-{style}": (architecture, style)
    for architecture, built in ARCHITECTURES.items()
    for style, written in STYLES.items()
    if built.keeps_vocabulary or written.suffix == ".keras"
}


@dataclass(frozen=True)
class Case:
    """A saved model beside its rows and answers (`NAME.npz`), and how it is to be loaded."""

    file: str
    loader: str
    inputs: tuple[TensorContract, ...]
    output: tuple[int, ...]
    is_recurrent: bool = False
    tolerance: float = 1e-5

    @property
    def contract(self) -> Contract:
        return Contract(tuple(ModelFormat), 2**26, self.inputs, TensorContract(self.output))

    @property
    def name(self) -> str:
        return Path(self.file).stem

    def store(self, folder: Path, inputs: tuple[np.ndarray, ...], expected: np.ndarray) -> None:
        """Write everything but the model itself."""
        arrays = {f"input_{number}": array for number, array in enumerate(inputs)}
        np.savez(folder / f"{self.name}.npz", expected=expected, **arrays)
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def named(cls, folder: Path, name: str) -> "Case":
        """The case of that name in `folder`."""
        fields = json.loads((folder / f"{name}.json").read_text())
        inputs = tuple(TensorContract(tuple(e["shape"]), e["dtype"], e["name"]) for e in fields.pop("inputs"))
        return cls(inputs=inputs, output=tuple(fields.pop("output")), **fields)

    def arrays(self, folder: Path) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """The rows and the answers that are expected."""
        with np.load(folder / f"{self.name}.npz") as found:
            return tuple(found[f"input_{number}"] for number in range(len(self.inputs))), found["expected"]


def save_keras_cases(folder: Path, libraries: dict[str, Any]) -> None:
    """Build every architecture once with each library, and write it in every style of that library."""
    for name, architecture in ARCHITECTURES.items():
        for library_name, library in libraries.items():
            library.utils.set_random_seed(11)
            model = architecture.build(library)
            inputs = architecture.rows(ROWS)
            expected = answers(model, architecture, inputs)
            for style_name, style in STYLES.items():
                if style.library == library_name and f"{name}-{style_name}" in KERAS_CASES:
                    case_name = f"{name}-{style_name}"
                    _save(model, folder / (case_name + style.suffix), style)
                    case = Case(
                        case_name + style.suffix,
                        style.loader,
                        architecture.inputs,
                        architecture.output,
                        architecture.is_recurrent,
                    )
                    case.store(folder, inputs, expected)


def answers(model: Any, architecture: Architecture, inputs: tuple[np.ndarray, ...]) -> np.ndarray:
    """What a Keras model answers, fed in its own batch size if it has one."""
    import tensorflow as tf

    batch = model.inputs[0].shape[0] or len(inputs[0])
    found = []
    for start in range(0, len(inputs[0]), batch):
        fed = [np.resize(array[start : start + batch], (batch, *array.shape[1:])) for array in inputs]
        tensors = {entry.name: tf.constant(array) for entry, array in zip(architecture.inputs, fed, strict=True)}
        named = {tensor.name.split(":")[0] for tensor in model.inputs} == set(tensors)
        answered = model(tensors if named else list(tensors.values()) if len(fed) > 1 else tf.constant(fed[0]), training=False)
        found.append(answered.numpy()[: len(inputs[0]) - start])
    return np.concatenate(found)


def _save(model: Any, path: Path, style: Style) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that .h5 is old is why it is tested
        model.save(path)
    rewrite = old_styles.rewrite_h5 if style.suffix == ".h5" else old_styles.rewrite_keras
    if style.version:
        rewrite(path, style.restyle, style.version)
    if style.version.startswith("2.13"):
        old_styles.regroup_keras_2_13(path)


def main(folder: Path) -> None:
    import keras
    import tf_keras

    from . import other_formats

    save_keras_cases(folder, {"keras": keras, "tf_keras": tf_keras})
    scratch = folder / "scratch"
    for save in other_formats.BUILDERS.values():
        scratch.mkdir()
        save(folder, scratch)
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
