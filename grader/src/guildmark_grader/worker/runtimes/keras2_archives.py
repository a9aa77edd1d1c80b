r"""`.keras` files of Keras 2.12 to 2.15, whose first versions named things that `tf_keras` looks for under other names.

modules   2.12 wrote `keras.engine`, which is `keras.src.engine` since 2.13
weights   2.13 kept a model's layers under `_layer_checkpoint_dependencies`, and counted each twice; now they are under
          `layers`, and the second Dense is `dense_1`. On Windows, all of them separated the parts of a path with `\\`
"""

import io
import json
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import h5py

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_OLD_LAYERS, _LAYERS = "_layer_checkpoint_dependencies", "layers"
_OLD_ENGINE, _ENGINE = "keras.engine.", "keras.src.engine."
_NUMBERED: Final = re.compile(r"(.+?)(?:_(\d+))?")

Tree = dict[str, Any]
"""Data sets by name, and such trees."""


def mended(path: Path) -> Path:
    """A file beside `path` with the names of today, or `path` itself if it has them already."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    new = {_CONFIG: _with_todays_modules(contents[_CONFIG]), _WEIGHTS: _with_todays_groups(contents[_WEIGHTS])}
    if all(contents[name] == content for name, content in new.items()):
        return path
    target = path.with_name(f"mended-{path.name}")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (contents | new).items():
            archive.writestr(name, content)
    return target


def _with_todays_modules(text: bytes) -> bytes:
    found = json.loads(text)
    is_changed = False
    stack: list[Any] = [found]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            module = node.get("module")
            if "class_name" in node and isinstance(module, str) and module.startswith(_OLD_ENGINE):
                node["module"] = module.replace(_OLD_ENGINE, _ENGINE, 1)
                is_changed = True
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return json.dumps(found).encode() if is_changed else text


def _with_todays_groups(content: bytes) -> bytes:
    with h5py.File(io.BytesIO(content), "r") as old:
        if not any("\\" in name or name == _OLD_LAYERS for name in old):
            return content
        tree = _tree(old)
        packed = io.BytesIO()
        with h5py.File(packed, "w") as new:
            _write(tree, new)
    return packed.getvalue()


def _tree(file: h5py.File) -> Tree:
    """All data sets by the parts of their paths, whichever separator these have."""
    tree: Tree = {}

    def add(path: str, item: Any) -> None:
        *folders, name = path.replace("\\", "/").split("/")
        node = tree
        for folder in folders:
            node = node.setdefault(folder, {})
        if isinstance(item, h5py.Dataset):
            node[name] = item[()]
        else:
            node.setdefault(name, {})

    file.visititems(add)
    return tree


def _write(tree: Tree, group: h5py.Group) -> None:
    for name, value in tree.items():
        if not isinstance(value, dict):
            group.create_dataset(name, data=value)
        elif name == _OLD_LAYERS:
            _write(_recounted(value), group.require_group(_LAYERS))
        else:
            _write(value, group.require_group(name))


def _recounted(layers: Tree) -> Tree:
    """Layers of one class in their order: the first has no number, the second has 1, and so on."""
    by_class: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in layers:
        match = _NUMBERED.fullmatch(name)
        if match is not None:
            by_class[match[1]].append((int(match[2] or 0), name))
    return {
        kind if place == 0 else f"{kind}_{place}": layers[name]
        for kind, numbered in by_class.items()
        for place, (_, name) in enumerate(sorted(numbered))
    }
