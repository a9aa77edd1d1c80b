"""Saving a model that is still an object in memory, as the category's model file.

No framework is imported here: what an object is says the module that its class comes from, and it is saved by its own means.
The file appears under its name whole, so that another tool in the folder never sees half a model.
"""

import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark.packs.names import model_names
from guildmark.rules.contract import ModelFormat

_KERAS = ("keras", "tf_keras", "tensorflow")
Save = Callable[[Path], object]


def save_model(model: object, folder: Path, formats: tuple[ModelFormat, ...]) -> Path:
    """Save `model` in `folder` in the first of `formats` that it can be saved in; where it lies now.

    Takes a Keras model, a `torch.export.ExportedProgram`, an `onnx.ModelProto`, or the bytes of a TFLite model. Raises
    `UsageError` for anything else, and where the framework cannot save it.
    """
    ways = dict(_ways(model))
    wanted = next((one for one in formats if one in ways), None)
    if wanted is None:
        raise _unsaveable(model, ways, formats)
    [name] = model_names((wanted,))
    path, draft = folder / name, folder / f".{uuid.uuid4().hex}{wanted.suffix}"
    try:
        ways[wanted](draft)
        draft.replace(path)
    except Exception as error:
        raise UsageError(
            _("The model could not be saved: {reason}").format(reason=str(error).strip() or type(error).__name__),
            next_step=_("Save it yourself, and name the file: submit(CATEGORY, '{name}')").format(name=name),
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return path


def _ways(model: Any) -> Iterator[tuple[ModelFormat, Save]]:
    """In which formats `model` can be saved, and how."""
    origins = {kind.__module__.partition(".")[0] for kind in type(model).__mro__}
    if origins.intersection(_KERAS) and callable(getattr(model, "save", None)):
        yield ModelFormat.KERAS, lambda path: model.save(str(path))
        yield ModelFormat.H5, lambda path: model.save(str(path))
    elif "torch" in origins and type(model).__name__ == "ExportedProgram":
        torch: Any = sys.modules["torch"]
        yield ModelFormat.PT2, lambda path: torch.export.save(model, str(path))
    elif "onnx" in origins and callable(getattr(model, "SerializeToString", None)):
        yield ModelFormat.ONNX, lambda path: path.write_bytes(model.SerializeToString())
    elif isinstance(model, bytes | bytearray):
        yield ModelFormat.TFLITE, lambda path: path.write_bytes(model)


def _unsaveable(model: object, ways: dict[ModelFormat, Save], formats: tuple[ModelFormat, ...]) -> UsageError:
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    if ways:
        said = _("This task takes {names}, and a {kind} is not saved as one of these.")
        names = ", ".join(one.suffix for one in formats)
        return UsageError(
            said.format(kind=kind, names=names), next_step=_("Convert the model, save it, and name the file instead.")
        )
    if any(base.__module__.startswith("torch.nn") for base in type(model).__mro__):
        step = _("Export it first: torch.export.export(model, (an_input,)); then submit what that gives.")
        return UsageError(_("A {kind} has no file format of its own.").format(kind=kind), next_step=step)
    step = _("Save the model as a file, and name that, such as 'mymodel.keras'.")
    return UsageError(_("A {kind} is not a model that can be saved here.").format(kind=kind), next_step=step)
