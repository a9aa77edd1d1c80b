"""The configuration of a model: JSON that names classes and functions, walked without ever resolving one.

Every mapping with a `class_name` names something that Keras would look up, wherever it stands: in a list of layers, in a
wrapper such as Bidirectional, in an argument of a call. So the walk looks at all of them and knows no structure. It keeps
its own stack: depth costs no recursion here, and is bounded for the loaders that do recurse.
"""

import json
from collections.abc import Iterator
from typing import Any

from guildmark.inspection import allowed, bounded_json
from guildmark.inspection.findings import Finding, JsonObject, Unfit, printable

BYTES_LIMIT = 4 * 1024 * 1024

_TRAINING_KEYS = ("compile_config", "training_config")
_FUNCTION = "a serialized function"
_VOCABULARY_KEYS = ("vocabulary", "idf_weights")
_ACTIVATION_KEYS = ("activation", "recurrent_activation")


def parse(text: bytes | str) -> JsonObject:
    """The configuration in `text`, without what only training needs. Raises `Unfit` if it is not one, or exceeds its bounds."""
    parsed = bounded_json.parse(text.encode(errors="surrogatepass") if isinstance(text, str) else text, BYTES_LIMIT)
    if not isinstance(parsed.get("config"), (dict, list)):
        raise Unfit("config.unreadable")
    for node in list(_mappings(parsed)):
        for key in _TRAINING_KEYS:
            node.pop(key, None)
        if isinstance(module := node.get("module"), str) and isinstance(name := node.get("class_name"), str):
            node["module"] = allowed.module_of(module, name)
    return parsed


def dump(config: JsonObject) -> str:
    """`config` as the text that a loader is given."""
    return json.dumps(config)


def findings_in(config: JsonObject, forbidden: tuple[str, ...]) -> tuple[Finding, ...]:
    """Every class or function in `config` that is not allowed, each once. `forbidden` are the layers that the task forbids."""
    unwanted = frozenset(map(allowed.canonical, forbidden))
    found = (finding for node in _objects(config) for finding in _findings_of(node, unwanted))
    unique = {(finding.code, finding.params["name"]): finding for finding in found}
    if sum(finding.code == "layer.lambda" for finding in unique.values()) > 1:
        unique.pop(("layer.lambda", _FUNCTION), None)  # it is the one inside a Lambda layer that has been named
    return tuple(unique.values())


def layers_in(config: JsonObject) -> tuple[str, ...]:
    """The class names of the layers under the model itself, nested models and wrapped layers included."""
    names = ((node.get("module"), node["class_name"]) for node in _objects(config) if node is not config)
    texts = ((module, name) for module, name in names if isinstance(name, str) and isinstance(module, (str, type(None))))
    return tuple(printable(name) for module, name in texts if allowed.is_layer(module, name))


def missing_vocabularies(config: JsonObject) -> tuple[Finding, ...]:
    """The layers that look up words and have none in their configuration: `.h5` has no other place for them."""
    names = (node["class_name"] for node in _objects(config) if _lacks_vocabulary(node))
    return tuple(Finding("layer.no_vocabulary", {"name": printable(name)}) for name in dict.fromkeys(names))


def _lacks_vocabulary(node: JsonObject) -> bool:
    inner = node.get("config")
    return node["class_name"] in tuple(allowed.LOOKUP_LAYERS) and isinstance(inner, dict) and not inner.get("vocabulary")


def _mappings(config: Any) -> Iterator[dict[str, Any]]:
    stack: list[Any] = [config]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _objects(config: JsonObject) -> Iterator[JsonObject]:
    stack: list[Any] = [config]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if "class_name" in node:
                yield node
            stack.extend(reversed(node.values()))
        elif isinstance(node, list):
            stack.extend(reversed(node))


def _findings_of(node: JsonObject, unwanted: frozenset[str]) -> Iterator[Finding]:
    name, module, inner = node["class_name"], node.get("module"), node.get("config")
    if not isinstance(name, str) or not isinstance(module, (str, type(None))):
        yield _unknown(name)
        return
    if name in allowed.CODE_LAYERS or name == "__lambda__":
        yield Finding("layer.lambda", {"name": _own_name(inner) or _FUNCTION})
    elif name in allowed.LOOKUP_LAYERS and _names_a_file(inner):
        yield Finding("layer.reads_files", {"name": printable(name)})
    elif name == "function":
        yield from _findings_of_function(inner, module)
    elif not _is_allowed(node, name, module):
        yield _unknown(name)
    elif allowed.canonical(name) in unwanted:
        yield Finding("layer.forbidden", {"name": printable(allowed.canonical(name))})
    if isinstance(inner, dict):
        strange = (inner.get(key) for key in _ACTIVATION_KEYS)
        yield from (_unknown(value) for value in strange if isinstance(value, str) and value not in allowed.ACTIVATIONS)


def _names_a_file(inner: object) -> bool:
    """Whether a layer that looks up words would read them from a file: Keras takes a vocabulary that is one text for a path."""
    given = (inner.get(key) for key in _VOCABULARY_KEYS) if isinstance(inner, dict) else ()
    return not isinstance(inner, dict) or any(isinstance(value, (str, dict)) for value in given)


def _findings_of_function(name: object, module: str | None) -> Iterator[Finding]:
    if isinstance(name, str) and name == "<lambda>":
        yield Finding("layer.lambda", {"name": _FUNCTION})
    elif module not in allowed.FUNCTION_MODULES or not isinstance(name, str) or name not in allowed.ACTIVATIONS:
        yield _unknown(name)


def _is_allowed(node: JsonObject, name: str, module: str | None) -> bool:
    if name in allowed.STRUCTURES:
        return module is None
    names = allowed.UNPLACED if module is None else allowed.CLASSES.get(module, frozenset())
    return name in names and node.get("registered_name") in (None, name)


def _unknown(name: object) -> Finding:
    return Finding("layer.unknown", {"name": printable(name)})


def _own_name(inner: object) -> str:
    name = inner.get("name") if isinstance(inner, dict) else None
    return printable(name) if isinstance(name, str) else ""
