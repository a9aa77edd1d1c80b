"""What a configuration may name, and what its shapes say."""

import json

import pytest

from guildmark.inspection import inspect_file
from guildmark.rules.wording import describe

LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wEA", "defaults": None, "closure": None}}


def codes(files, contract, tmp_path, config):
    archive = inspect_file(files.save_keras(tmp_path / "m.keras", config), contract).findings
    single = inspect_file(files.save_h5(tmp_path / "m.h5", config), contract).findings
    assert archive == single
    return [(finding.code, *finding.params.values()) for finding in archive]


def with_layer(files, layer):
    return files.honest(layer)


def test_a_lambda_layer_is_refused_by_its_name(files, contract, tmp_path):
    layer = files.layer("Lambda", function=LAMBDA)
    assert codes(files, contract, tmp_path, with_layer(files, layer)) == [("layer.lambda", "lambda")]


@pytest.mark.parametrize("wrapper", ["TimeDistributed", "Bidirectional"])
def test_a_lambda_inside_a_wrapper_is_found(files, contract, tmp_path, wrapper):
    layer = files.layer(wrapper, layer=files.layer("Lambda", function=LAMBDA))
    assert codes(files, contract, tmp_path, with_layer(files, layer)) == [("layer.lambda", "lambda")]


def test_a_lambda_inside_a_nested_model_is_found(files, contract, tmp_path):
    nested = files.sequential(files.sequential(files.layer("Lambda", None)))
    assert codes(files, contract, tmp_path, with_layer(files, nested)) == [("layer.lambda", "lambda")]


def test_a_serialized_function_is_refused_anywhere(files, contract, tmp_path):
    for place in ({"activation": LAMBDA}, {"arguments": {"deep": [[{"x": LAMBDA}]]}}):
        layer = files.layer("Activation", **place)
        assert codes(files, contract, tmp_path, with_layer(files, layer)) == [("layer.lambda", "a serialized function")]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("keras.utils", "get_file"),
        ("keras.models", "load_model"),
        ("keras.src.saving.saving_lib", "load_model"),
        ("keras.layers", "TFSMLayer"),
        ("keras.layers", "TorchModuleWrapper"),
        ("keras.layers", "JaxLayer"),
        ("keras.layers", "Layer"),
        ("keras.utils.layers", "Dense"),
        ("keras.layers.core", "Evil"),
        ("keras_layers", "Dense"),
        ("my_package", "Dense"),
        ("keras.src.ops.core", "WhileLoop"),
        (None, "TFOpLambda"),
        (None, "Custom>Dense"),
        (None, "__typespec__"),
    ],
)
def test_what_keras_does_not_build_in_is_refused(files, contract, tmp_path, module, name):
    layer = files.layer(name, module)
    assert codes(files, contract, tmp_path, with_layer(files, layer)) == [("layer.unknown", name)]


@pytest.mark.parametrize(
    ("module", "name"), [("os", "system"), ("keras.utils", "get_file"), ("builtins", "eval"), ("keras.saving", "load_model")]
)
def test_functions_but_activations_are_refused(files, contract, tmp_path, module, name):
    function = {"module": module, "class_name": "function", "config": name, "registered_name": name}
    layer = files.layer("Activation", activation=function)
    assert codes(files, contract, tmp_path, with_layer(files, layer)) == [("layer.unknown", name)]


def test_activations_are_known_by_name(files, contract, tmp_path):
    relu = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "relu"}
    assert codes(files, contract, tmp_path, with_layer(files, files.layer("Activation", activation=relu))) == []
    custom = files.layer("Activation", activation="my_activation")
    assert codes(files, contract, tmp_path, with_layer(files, custom)) == [("layer.unknown", "my_activation")]


def test_a_registered_name_of_ones_own_is_refused(files, contract, tmp_path):
    layer = {**files.layer("Dropout"), "registered_name": "mine>Dropout"}
    assert codes(files, contract, tmp_path, with_layer(files, layer)) == [("layer.unknown", "Dropout")]


@pytest.mark.parametrize("name", ["TextVectorization", "StringLookup", "IntegerLookup"])
def test_layers_that_read_files_are_refused(files, contract, tmp_path, name):
    layer = files.layer(name, vocabulary="/etc/passwd")
    assert codes(files, contract, tmp_path, with_layer(files, layer)) == [("layer.reads_files", name)]


@pytest.mark.parametrize("name", ["Conv2D", "Convolution2D"])
def test_s5_a_forbidden_layer_is_named_whatever_it_is_called(files, contract, tmp_path, name):
    nested = files.sequential(files.layer("TimeDistributed", layer=files.layer(name)))
    assert codes(files, contract, tmp_path, with_layer(files, nested)) == [("layer.forbidden", "Conv2D")]


def test_regularizers_initializers_constraints_and_policies_are_allowed(files, contract, tmp_path):
    layer = files.layer(
        "Dense",
        kernel_initializer={"module": "keras.initializers", "class_name": "HeNormal", "config": {}, "registered_name": None},
        kernel_regularizer={"module": "keras.regularizers", "class_name": "L2", "config": {}, "registered_name": None},
        kernel_constraint={"class_name": "MaxNorm", "config": {}},
        dtype={"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None},
    )
    assert codes(files, contract, tmp_path, with_layer(files, layer)) == []


def test_names_out_of_the_file_are_escaped(files, contract, tmp_path):
    layer = files.layer("Evil\x1b[31m\n" + "x" * 500)
    ((code, name),) = codes(files, contract, tmp_path, with_layer(files, layer))
    assert (code, name[:14], len(name), name.isprintable()) == ("layer.unknown", "Evil\\x1b[31m\\n", 80, True)


def test_what_only_training_needs_is_not_looked_at(files, contract, tmp_path):
    nested = {**files.sequential(files.layer("Dropout")), "compile_config": {"loss": LAMBDA}}
    config = {**with_layer(files, nested), "compile_config": {"loss": {"class_name": "function", "config": "mine"}}}
    assert codes(files, contract, tmp_path, config) == []


@pytest.mark.parametrize("text", ["", "no json", "[]", "null", '{"config": 5}', '{"class_name": "Sequential"}', b"\xff\xfe{}"])
def test_a_configuration_that_is_none_is_unreadable(files, contract, tmp_path, text):
    assert codes(files, contract, tmp_path, text or " ") == [("config.unreadable",)]


def test_a_deep_configuration_is_too_complex(files, contract, tmp_path):
    for depth in (200, 100_000):
        text = '{"class_name": "Sequential", "config": {"layers": ' + "[" * depth + "]" * depth + "}}"
        assert codes(files, contract, tmp_path, text) == [("config.too_complex",)]


def test_a_long_configuration_is_too_complex(files, contract, tmp_path):
    text = json.dumps({"class_name": "Sequential", "config": {"layers": [0] * 450_000}})
    assert codes(files, contract, tmp_path, text) == [("config.too_complex",)]


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        ({"class_name": 7, "config": {}}, ("layer.unknown", "7")),
        ({"class_name": ["Dense"], "config": {}}, ("layer.unknown", "['Dense']")),
        ({"class_name": "Dense", "module": {"x": 1}, "config": {}}, ("layer.unknown", "Dense")),
        ({"class_name": "function", "config": ["relu"]}, ("layer.unknown", "['relu']")),
    ],
)
def test_values_of_the_wrong_type_are_refused(files, contract, tmp_path, layer, reason):
    assert codes(files, contract, tmp_path, with_layer(files, layer)) == [reason]


def shapes(files, contract, tmp_path, config):
    inspection = inspect_file(files.save_keras(tmp_path / "m.keras", config), contract)
    return inspection.input_shapes, inspection.output_shapes, [finding.code for finding in inspection.findings]


def test_a_batch_size_that_is_baked_in_is_no_matter(files, contract, tmp_path):
    config = files.sequential(files.input_layer(28, 28, batch=32), files.layer("Flatten"), files.dense(10, [784]))
    assert shapes(files, contract, tmp_path, config) == (((28, 28),), ((10,),), [])


def test_free_dimensions_fit(files, contract, tmp_path):
    config = files.sequential(files.input_layer(None, None), files.layer("Flatten"))
    assert shapes(files, contract, tmp_path, config) == (((None, None),), (), [])


def test_two_inputs_are_one_too_many(files, contract, tmp_path):
    first, second = files.input_layer(28, 28), files.input_layer(3)
    second["config"]["name"] = "second"
    config = files.functional([first, second], [["inputlayer", 0, 0], ["second", 0, 0]], ["second", 0, 0])
    assert shapes(files, contract, tmp_path, config)[0] == ((28, 28), (3,))
    assert shapes(files, contract, tmp_path, config)[2] == ["contract.input_count"]


def test_one_input_of_a_functional_model_is_read_in_every_notation(files, contract, tmp_path):
    for reference in (["inputlayer", 0, 0], [["inputlayer", 0, 0]], {"image": ["inputlayer", 0, 0]}):
        config = files.functional([files.input_layer(28, 28), files.dense(10, [784])], reference, ["dense", 0, 0])
        assert shapes(files, contract, tmp_path, config) == (((28, 28),), ((10,),), [])


def test_the_shape_that_keras_noted_when_it_built_the_model_counts(files, contract, tmp_path):
    config = files.sequential(files.layer("Flatten"), files.dense(10, [784]))
    config["config"]["build_input_shape"] = [None, 28, 29]
    assert shapes(files, contract, tmp_path, config) == (((28, 29),), ((10,),), ["contract.input_shape"])


def test_a_model_that_does_not_tell_its_shapes_is_left_to_the_run(files, contract, tmp_path):
    config = files.sequential(files.layer("Flatten"), files.layer("Dense", units=10))
    assert shapes(files, contract, tmp_path, config) == ((), (), [])


STRANGE = [None, True, 7, -1.5, "x", "\ud800", [], [[]], {}, {"a": []}, [None, 28], {"items": [None, {}]}, 10**30, float("nan")]


@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_no_value_in_any_place_makes_it_raise(files, contract, tmp_path, strange):
    """Every place of a configuration in turn, the outermost included."""
    inputs = [
        files.input_layer(28, 28),
        {**files.dense(10, [28]), "name": "dense", "inbound_nodes": [["inputlayer", 0, 0, {}]]},
    ]
    model = files.functional(
        [*inputs, files.layer("TextVectorization", vocabulary=["a"])], [["inputlayer", 0, 0]], ["dense", 0, 0]
    )
    for config in (files.honest(files.layer("LSTM", units=3)), files.sequential(model), model):
        for steps in places(config):
            changed = json.loads(json.dumps(config))
            place = changed
            for step in steps[:-1]:
                place = place[step]
            place[steps[-1]] = strange
            for path in (files.save_keras(tmp_path / "m.keras", changed), files.save_h5(tmp_path / "m.h5", changed)):
                inspection = inspect_file(path, contract)
                assert all(describe(finding.code, finding.params) for finding in inspection.findings)


def places(node):
    """The steps that lead to each value within `node`."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield (key,)
        yield from ((key, *rest) for rest in places(value))
