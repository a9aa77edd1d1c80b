import pytest

from guildmark.packs.names import LONGEST_NAME, fitting_name, inputs_names, is_hidden_name, model_names
from guildmark.rules.contract import ModelFormat


def test_every_format_has_an_ending_of_its_own():
    assert len({kind.suffix for kind in ModelFormat}) == len(ModelFormat)
    assert model_names((ModelFormat.H5, ModelFormat.SAVED_MODEL)) == ("mymodel.h5", "mymodel.zip")


def test_one_input_needs_no_name_in_a_bank():
    assert inputs_names(("left",)) == ("inputs.npy",)
    assert inputs_names(("left", "right")) == ("inputs.left.npy", "inputs.right.npy")


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("inputs.npy", True),
        ("data/Inputs.left.NPY", True),
        ("targets.npy", True),
        ("targets.csv", False),
        ("my_inputs.npy", False),
        ("inputs/train.npy", False),
    ],
)
def test_hidden_data_is_known_by_its_name(path, hidden):
    assert is_hidden_name(path) is hidden


@pytest.mark.parametrize("name", ["a.keras", "a" * 249 + ".keras", "é" * 127 + "a"])
def test_a_name_that_fits_stays(name):
    assert fitting_name(name) == name


@pytest.mark.parametrize("name", ["a" * 250 + ".keras", "é" * 200 + ".keras", "한" * 90, "a." + "한" * 200, "\ud800" * 300])
def test_a_name_that_is_too_long_keeps_its_beginning_and_its_suffix(name):
    fitting = fitting_name(name)
    assert LONGEST_NAME - 3 < len(fitting.encode()) <= LONGEST_NAME
    assert fitting[:1] in {name[0], "?"}
    assert fitting.endswith(".keras") == name.endswith(".keras")
