import pytest

from guildmark.client.saving import save_model
from guildmark.errors import UsageError
from guildmark.rules.contract import ModelFormat

KERAS = (ModelFormat.KERAS, ModelFormat.H5)


def test_the_bytes_of_a_tflite_model_are_saved_as_one(tmp_path):
    path = save_model(b"TFL3", tmp_path, (*KERAS, ModelFormat.TFLITE))
    assert (path.name, path.read_bytes()) == ("mymodel.tflite", b"TFL3")


def test_an_onnx_model_is_saved_by_its_own_means(tmp_path):
    onnx = pytest.importorskip("onnx")
    model = onnx.helper.make_model(onnx.helper.make_graph([], "empty", [], []))
    path = save_model(model, tmp_path, (*KERAS, ModelFormat.ONNX))
    assert (path.name, onnx.load(path).graph.name) == ("mymodel.onnx", "empty")


def test_it_takes_the_place_of_the_model_of_before(tmp_path):
    (tmp_path / "mymodel.tflite").write_bytes(b"old")
    assert save_model(b"new", tmp_path, (ModelFormat.TFLITE,)).read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["mymodel.tflite"]


def test_what_the_task_does_not_take_is_refused_by_name(tmp_path):
    with pytest.raises(UsageError, match=r"This task takes \.keras, \.h5, and a builtins\.bytes is not saved as one of these"):
        save_model(b"TFL3", tmp_path, KERAS)


def test_what_is_no_model_says_what_to_do(tmp_path):
    with pytest.raises(UsageError) as refused:
        save_model({"weights": [1]}, tmp_path, KERAS)
    assert refused.value.message == "A builtins.dict is not a model that can be saved here."
    assert refused.value.next_step == "Save the model as a file, and name that, such as 'mymodel.keras'."


@pytest.mark.models
@pytest.mark.filterwarnings("ignore")  # of the framework's own
def test_a_keras_model_is_saved_in_the_first_format_that_the_task_takes(tmp_path):
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    assert save_model(model, tmp_path, KERAS).name == "mymodel.keras"
    assert save_model(model, tmp_path, (ModelFormat.ONNX, ModelFormat.H5)).name == "mymodel.h5"
    loaded = keras.models.load_model(tmp_path / "mymodel.keras")
    assert [weight.shape for weight in loaded.weights] == [(4, 1), (1,)]
