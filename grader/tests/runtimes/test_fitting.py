from dataclasses import replace

import numpy as np
import pytest

from guildmark.rules.contract import Contract, ModelFormat, TensorContract
from guildmark_grader.worker.runtimes import Unfit
from guildmark_grader.worker.runtimes.fitting import Declared, check_outputs, convert, feeding


def contract(*inputs: TensorContract) -> Contract:
    return Contract(tuple(ModelFormat), 2**20, inputs, TensorContract((3,)))


IMAGE, AGE = TensorContract((28, 28), name="image"), TensorContract((), name="age")


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("age", "image"), (1, 0)),
        (("serving_default_age:0", "serving_default_image:0"), (1, 0)),
        (("image", "age"), (0, 1)),
        (("input_1", "input_2"), (0, 1)),
        (("image", "input_2"), (0, 1)),
    ],
)
def test_inputs_go_by_name_where_all_names_match_and_else_in_order(names, order):
    shapes = {"image": (None, 28, 28), "age": (None,)}
    declared = [Declared(name, shapes["image" if number == 0 else "age"]) for name, number in zip(names, order, strict=True)]
    assert feeding(declared, contract(IMAGE, AGE)).order == order


def test_the_name_of_the_only_input_does_not_matter():
    assert feeding([Declared("x", (None, 28, 28))], contract(IMAGE)).order == (0,)


@pytest.mark.parametrize(
    ("shapes", "batch"),
    [
        ([(None, 28, 28), (None,)], None),
        ([(32, 28, 28), (32,)], 32),
        ([(None, 28, 28), (8,)], 8),
        ([(None, None, None), None], None),
    ],
)
def test_a_batch_that_is_baked_in_is_found(shapes, batch):
    assert feeding([Declared("", shape) for shape in shapes], contract(IMAGE, AGE)).batch == batch


def test_two_sizes_of_batch_cannot_be_fed():
    with pytest.raises(ValueError, match=r"\[8, 32\]"):
        feeding([Declared("", (32, 28, 28)), Declared("", (8,))], contract(IMAGE, AGE))


@pytest.mark.parametrize(
    ("declared", "code", "params"),
    [
        ([], "contract.input_count", {"found": 0, "expected": 1}),
        ([Declared("a", None), Declared("b", None)], "contract.input_count", {"found": 2, "expected": 1}),
        ([Declared("a", (None, 28, 27))], "contract.input_shape", {"found": "(None, 28, 27)", "expected": "(None, 28, 28)"}),
        ([Declared("a", (None, 784))], "contract.input_shape", {"found": "(None, 784)", "expected": "(None, 28, 28)"}),
    ],
)
def test_it_refuses_inputs_that_break_the_contract(declared, code, params):
    with pytest.raises(Unfit) as refused:
        feeding(declared, contract(IMAGE))
    assert (refused.value.finding.code, refused.value.finding.params) == (code, params)


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ([Declared("a", (None, 2))], "contract.output_shape"),
        ([Declared("a", (None, 3)), Declared("b", (None, 3))], "contract.output_count"),
    ],
)
def test_it_refuses_outputs_that_break_the_contract(declared, code):
    with pytest.raises(Unfit) as refused:
        check_outputs(declared, contract(IMAGE))
    assert refused.value.finding.code == code


def test_an_output_that_is_left_open_is_looked_at_later():
    assert check_outputs([Declared("a", None)], contract(IMAGE)) is None


@pytest.mark.parametrize(
    ("numbers", "dtype"),
    [
        (np.array([0, 255], "uint8"), "float32"),
        (np.array([-5, 2**24], "int32"), "float32"),
        (np.array([1, 40], "int32"), "int64"),
        (np.array([1, 40], "int64"), "int32"),
        (np.array([1.0, 40.0], "float32"), "int32"),
        (np.array([0.1, 0.2], "float32"), "float64"),
        (np.array([0.1, 0.2], "float64"), "float16"),  # as the candidate's own library rounds
    ],
)
def test_numbers_are_converted_to_what_the_model_takes(numbers, dtype):
    converted = convert(numbers, np.dtype(dtype))
    assert (converted.dtype, converted.tolist()) == (np.dtype(dtype), numbers.astype(dtype).tolist())


@pytest.mark.parametrize(
    ("numbers", "dtype"),
    [
        (np.array([2**24 + 1], "int32"), "float32"),
        (np.array([300], "int32"), "uint8"),
        (np.array([-1], "int64"), "uint16"),
        (np.array([0.5], "float32"), "int32"),
        (np.array([np.nan], "float32"), "int64"),
        (np.array(["12"]), "int32"),
        (np.array([12], "int32"), "S2"),
    ],
)
def test_it_refuses_a_conversion_that_would_change_what_is_fed(numbers, dtype):
    with pytest.raises(ValueError, match="task"):
        convert(numbers, np.dtype(dtype))


TEXT, TOKENS = TensorContract((), "string", "text"), TensorContract((20,), "int32", "tokens")


def alternatives() -> Contract:
    return replace(contract(TEXT, TOKENS), either=True)


@pytest.mark.parametrize(
    ("declared", "order", "shape"),
    [
        (Declared("words", (None,), is_text=True), (0,), (6,)),
        (Declared("words", (None, 1), is_text=True), (0,), (6, 1)),
        (Declared("words", None, is_text=True), (0,), (6,)),
        (Declared("numbers", (None, 20), is_text=False), (1,), (6, 20)),
        (Declared("text", (None, None), np.int32, is_text=False), (1,), (6, 20)),
        (Declared("numbers", (None, 20)), (1,), (6, 20)),
    ],
)
def test_a_model_is_fed_the_alternative_that_it_takes(declared, order, shape):
    fed = feeding([declared], alternatives())
    assert fed.order == order
    assert [array.shape for array in fed.ordered((np.array(["a b"] * 6), np.zeros((6, 20), np.int32)))] == [shape]


@pytest.mark.parametrize(
    ("declared", "code", "params"),
    [
        (
            [Declared("numbers", (None, 19), is_text=False)],
            "contract.input_shape",
            {"found": "(None, 19)", "expected": "(None,) string | (None, 20)"},
        ),
        (
            [Declared("words", (None, 20), is_text=True)],
            "contract.input_shape",
            {"found": "(None, 20)", "expected": "(None,) string | (None, 20)"},
        ),
        ([Declared("a", (None,)), Declared("b", (None, 20))], "contract.input_count", {"found": 2, "expected": 1}),
    ],
)
def test_a_model_that_takes_no_alternative_is_unfit(declared, code, params):
    with pytest.raises(Unfit) as unfit:
        feeding(declared, alternatives())
    assert (unfit.value.finding.code, unfit.value.finding.params) == (code, params)
