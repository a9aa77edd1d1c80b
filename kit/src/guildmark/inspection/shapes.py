"""What goes into a model and what comes out, as far as its configuration tells: both without the batch.

Inputs stand in the input layers, or in what Keras noted when it built the model. Outputs are computed by the layers; only
the ones that end nearly every model are followed here, and anything else is left to the box, which runs the model.
"""

from collections.abc import Sequence
from typing import Any

from guildmark.inspection.findings import Finding, JsonObject
from guildmark.rules.contract import Contract, Shape, TensorContract, note_alternatives, shape_text, takes

_BATCH_SHAPE_KEYS = ("batch_shape", "batch_input_shape")
_KEEP_THE_SHAPE = frozenset(
    {
        "Activation",
        "Dropout",
        "ELU",
        "GaussianNoise",
        "Identity",
        "LeakyReLU",
        "ReLU",
        "Rescaling",
        "Softmax",
        "ThresholdedReLU",
    }
)
_DEPTH = 20

Shapes = tuple[Shape, ...]


def input_shapes(config: JsonObject) -> Shapes:
    """The shapes of a model's inputs, in order; empty if the configuration does not tell."""
    return _inputs(config, _DEPTH)


def output_shapes(config: JsonObject) -> Shapes:
    """The shapes of a model's outputs, in order; empty unless every one is known."""
    return _outputs(config, _DEPTH)


def input_names(config: JsonObject) -> tuple[str, ...]:
    """The names of a functional model's inputs, in order; empty for other models."""
    inner = config.get("config")
    return tuple(_ends(inner["input_layers"])) if isinstance(inner, dict) and "input_layers" in inner else ()


def findings_on(inputs: Shapes, outputs: Shapes, contract: Contract, names: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Where the shapes that are known break the contract. A batch size that is baked in is no matter.

    Several inputs are matched by `names`, which follow `inputs`, where these are the contract's, and else in order. Where they
    are alternatives, a single one is matched with each of them.
    """
    expected: list[tuple[TensorContract, ...]] = [(tensor,) for tensor in contract.inputs]
    by_name = {tensor.name: (tensor,) for tensor in contract.inputs}
    if contract.either:
        expected = [contract.inputs]
    elif len(names) == len(inputs) == len(by_name) and set(names) == set(by_name):
        expected = [by_name[name] for name in names]
    return (*_against("input", inputs, expected), *_against("output", outputs, [(contract.output,)]))


def _against(side: str, found: Shapes, expected: Sequence[tuple[TensorContract, ...]]) -> list[Finding]:
    """What speaks against the shapes `found`, of which each must fit one of the tensors in its place."""
    if not found:
        return []
    if len(found) != len(expected):
        return [Finding(f"contract.{side}_count", {"found": len(found), "expected": len(expected)})]
    return [
        Finding(f"contract.{side}_shape", {"found": shape_text(shape), "expected": note_alternatives(wanted)})
        for shape, wanted in zip(found, expected, strict=True)
        if not any(takes(shape, tensor) for tensor in wanted)
    ]


def _inputs(model: JsonObject, depth: int) -> Shapes:
    inner = model.get("config")
    layers = _layers(model)
    if depth == 0 or not layers:
        return ()
    if isinstance(inner, dict) and "input_layers" in inner:
        named = _by_name(layers)
        shapes = [_declared(named.get(name, {})) for name in _ends(inner["input_layers"])]
    else:
        first = layers[0]
        if _layers(first):
            return _inputs(first, depth - 1)
        noted = _without_batch(inner.get("build_input_shape")) if isinstance(inner, dict) else None
        shapes = [declared if (declared := _declared(first)) is not None else noted]
    return _complete(shapes)


def _outputs(model: JsonObject, depth: int) -> Shapes:
    inner = model.get("config")
    layers = _layers(model)
    if depth == 0 or not layers:
        return ()
    if isinstance(inner, dict) and "output_layers" in inner:
        named = _by_name(layers)
        shapes = [_computed(named.get(name, {}), depth) for name in _ends(inner["output_layers"])]
        return _complete(shapes)
    for layer in reversed(layers):
        shape = _computed(layer, depth)
        if shape is not None or _class_of(layer) not in _KEEP_THE_SHAPE:
            return _complete([shape])
    return ()


def _computed(layer: JsonObject, depth: int) -> Shape | None:
    inner = layer.get("config")
    if not isinstance(inner, dict):
        return None
    name = _class_of(layer)
    if _layers(layer):
        nested = _outputs(layer, depth - 1)
        return nested[0] if len(nested) == 1 else None
    if name == "Reshape":
        target = _sizes(inner.get("target_shape"))
        return None if target is None or any(size == -1 for size in target) else target
    build = layer.get("build_config")
    fed = _without_batch(build.get("input_shape")) if isinstance(build, dict) else None
    if fed is None:
        return None
    if name == "Dense" and fed and _is_size(inner.get("units")):
        return (*fed[:-1], inner["units"])
    return fed if name in _KEEP_THE_SHAPE else None


def _class_of(layer: JsonObject) -> str:
    name = layer.get("class_name")
    return name if isinstance(name, str) else ""


def _layers(model: JsonObject) -> list[JsonObject]:
    inner = model.get("config")
    if isinstance(inner, dict):
        # A nested layer of any other class may hold "layers" too; only models do so under these names.
        found = inner.get("layers") if model.get("class_name") in ("Sequential", "Functional", "Model") else None
    else:
        found = inner  # Keras before 2.3 wrote a Sequential as a bare list
    return [layer for layer in found if isinstance(layer, dict)] if isinstance(found, list) else []


def _by_name(layers: list[JsonObject]) -> dict[str, JsonObject]:
    named: dict[str, JsonObject] = {}
    for layer in layers:
        inner = layer.get("config")
        name = layer.get("name", inner.get("name") if isinstance(inner, dict) else None)
        if isinstance(name, str):
            named[name] = layer
    return named


def _ends(references: Any) -> list[str]:
    """The names in `["dense", 0, 0]`, in a list or in a mapping of such references."""
    if isinstance(references, dict):
        references = list(references.values())
    if not isinstance(references, list):
        return []
    if references and isinstance(references[0], str):
        references = [references]
    return [str(reference[0]) if isinstance(reference, list) and reference else "" for reference in references]


def _declared(layer: JsonObject) -> Shape | None:
    inner = layer.get("config")
    if not isinstance(inner, dict):
        return None
    return next((shape for key in _BATCH_SHAPE_KEYS if (shape := _without_batch(inner.get(key))) is not None), None)


def _without_batch(sizes: Any) -> Shape | None:
    shape = _sizes(sizes)
    return shape[1:] if shape else None


def _sizes(sizes: Any) -> Shape | None:
    if isinstance(sizes, dict):  # {"class_name": "__tuple__" or "TensorShape", "items": [...]}
        sizes = sizes.get("items")
    if not isinstance(sizes, list) or not all(size is None or _is_size(size) for size in sizes):
        return None
    return tuple(sizes)


def _is_size(size: Any) -> bool:
    return isinstance(size, int) and not isinstance(size, bool)


def _complete(shapes: list[Shape | None]) -> Shapes:
    known = tuple(shape for shape in shapes if shape is not None)
    return known if len(known) == len(shapes) else ()
