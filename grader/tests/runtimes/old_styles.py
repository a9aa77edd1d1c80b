"""Files as older versions of Keras wrote them: what is saved today, with the configuration and the attributes of then.

The weights are not touched. What each function changes is what is known to differ between the versions; it cannot bring back
a version as a whole.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py

Config = dict[str, Any]
Restyle = Callable[[Config], Config]


def as_keras_2_2(config: Config) -> Config:
    """A Sequential is a bare list of layers, a functional model is a `Model`, and no layer but the first has a dtype."""
    config = as_keras_2_4(config)
    for node in _nodes(config):
        if node["class_name"] == "Sequential":
            node["config"] = node["config"]["layers"]
        elif node["class_name"] == "Functional":
            node["class_name"] = "Model"
        elif node["class_name"] != "InputLayer" and "batch_input_shape" not in node["config"]:
            node["config"].pop("dtype", None)
    return config


def as_keras_2_4(config: Config) -> Config:
    """Classes stand by name alone; recurrent layers have `time_major`; nothing can be optional."""
    for node in _nodes(config):
        for key in ("module", "registered_name", "build_config", "shared_object_id"):
            node.pop(key, None)
        inner = node["config"]
        if node["class_name"] == "InputLayer":
            inner.pop("optional", None)
            inner.setdefault("ragged", False)
        if node["class_name"] in {"LSTM", "GRU"}:
            inner.setdefault("time_major", False)
            inner.setdefault("implementation", 2)
        if node["class_name"].startswith("Global"):
            inner.pop("keepdims", None)
    return config


def as_keras_2_9(config: Config) -> Config:
    """As Keras 2.4, with `keepdims`, and objects that know that they are shared."""
    kept = [node["config"].get("keepdims") for node in _nodes(config)]
    config = as_keras_2_4(config)
    for number, (node, keepdims) in enumerate(zip(_nodes(config), kept, strict=True)):
        if keepdims is not None:
            node["config"]["keepdims"] = keepdims
        if node["class_name"] in {"GlorotUniform", "Zeros", "Orthogonal"}:
            node["shared_object_id"] = number
    return config


def as_keras_2_12(config: Config) -> Config:
    """Modules of the package before it moved to `keras.src`."""
    return _with_functional_module(config, "keras.engine.functional")


def as_keras_2_15(config: Config) -> Config:
    """Modules of `keras.src`, which `tf_keras` calls by its own name."""
    return _with_functional_module(config, "keras.src.engine.functional")


def as_keras_3_0(config: Config) -> Config:
    """A dtype is a name and no policy; what was added to layers since is not there."""
    for node in _nodes(config):
        inner = node["config"]
        policy = inner.get("dtype")
        if isinstance(policy, dict):
            inner["dtype"] = policy["config"]["name"]
        for key in ("quantization_config", "renorm", "renorm_clipping", "renorm_momentum"):
            inner.pop(key, None)
        if node["class_name"] == "InputLayer":
            for key in ("ragged", "optional"):
                inner.pop(key, None)
        if node["class_name"] in {"GlorotUniform", "Orthogonal", "RandomUniform"}:
            for key in ("input_axes", "output_axes"):
                inner.pop(key, None)
        if isinstance(policy, dict) and node["class_name"] in {"Sequential", "Functional"}:
            inner.pop("dtype")
    return config


def as_saved(config: Config) -> Config:
    """Just as the library wrote it."""
    return config


def rewrite_h5(path: Path, restyle: Restyle, version: str) -> None:
    """Change the configuration and the version of a `.h5` file in place."""
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps(restyle(json.loads(file.attrs["model_config"])))
        for holder in (file, file["model_weights"]):
            holder.attrs["keras_version"] = version


def regroup_keras_2_13(path: Path) -> None:
    """Put the weights of a `.keras` file where Keras 2.13 put them, with the separators that Windows gave them."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    packed = io.BytesIO()
    with h5py.File(io.BytesIO(entries["model.weights.h5"]), "r") as old, h5py.File(packed, "w") as new:
        new.create_group("vars")
        arrays: dict[str, Any] = {}
        old.visititems(lambda name, item: arrays.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
        for name, array in arrays.items():
            *groups, last = re.sub(r"(?<=layers/)([a-z0-9_]+?)_(\d+)(?=/)", _counted_twice, name).split("/")
            folder = "\\".join(groups[:-1]).replace("layers", "_layer_checkpoint_dependencies")
            new.create_dataset(f"{folder}/{groups[-1]}/{last}", data=array)
    entries["model.weights.h5"] = packed.getvalue()
    _pack(entries, path)


def _counted_twice(found: re.Match[str]) -> str:
    return f"{found[1]}_{2 * int(found[2])}"


def rewrite_keras(path: Path, restyle: Restyle, version: str) -> None:
    """Change the configuration and the version of a `.keras` file in place."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["config.json"] = json.dumps(restyle(json.loads(entries["config.json"]))).encode()
    entries["metadata.json"] = json.dumps({"keras_version": version, "date_saved": "2023-11-18@12:00:00"}).encode()
    _pack(entries, path)


def _pack(entries: dict[str, bytes], path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    path.write_bytes(packed.getvalue())


def _nodes(value: Any) -> Iterator[Config]:
    """Everything with a class name and a configuration, from the outside in."""
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str) and isinstance(value.get("config"), dict):
            yield value
        for inner in list(value.values()):
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


def _with_functional_module(config: Config, module: str) -> Config:
    for node in _nodes(config):
        if node["class_name"] == "Functional" and "module" in node:
            node["module"] = module
        if node["class_name"] == "InputLayer":
            node["config"].pop("optional", None)
    return config
