import numpy as np
import pytest

from guildmark.rules.contract import TensorContract
from guildmark_grader.worker.runtimes import Unfit
from guildmark_grader.worker.runtimes.batches import batch_size, predict_in_batches

SUM = TensorContract(())


def rows(count: int, size: int) -> np.ndarray:
    return np.arange(count * size, dtype=np.float32).reshape(count, size)


@pytest.mark.parametrize(
    ("count", "row_bytes", "is_recurrent", "expected"),
    [
        (10_000, 28 * 28 * 4, False, 1000),  # ten batches of 1,024 at most
        (400, 150 * 150 * 3 * 4, False, 80),  # 93 would suit the caches: five batches
        (5000, 120 * 4, True, 500),
        (70, 16, False, 70),
        (70, 24 * 1024 * 1024, False, 24),  # never less than 32, and then about the same number in each
        (1, 4, True, 1),
    ],
)
def test_batches_suit_the_caches_and_are_of_about_one_size(count, row_bytes, is_recurrent, expected):
    one = np.broadcast_to(np.uint8(0), (count, row_bytes))
    assert batch_size((one,), is_recurrent=is_recurrent) == expected


def test_a_row_is_all_of_its_inputs():
    halves = tuple(np.broadcast_to(np.uint8(0), (1000, 24 * 1024 * 4)) for _ in range(2))
    assert batch_size(halves, is_recurrent=False) == 125


def test_the_last_batch_is_padded_with_zeros_and_cut_again():
    fed = []

    def run(arrays):
        fed.append(arrays[0])
        return [arrays[0].sum(axis=1)]

    found = predict_in_batches(run, (rows(5, 2),), 2, SUM)
    assert [batch.tolist() for batch in fed] == [[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8, 9], [0, 0]]]
    assert found.tolist() == [1, 5, 9, 13, 17]


def test_text_is_padded_with_empty_text():
    fed = []

    def run(arrays):
        fed.append(arrays[0].tolist())
        return [np.char.str_len(arrays[0])]

    assert predict_in_batches(run, (np.array(["a", "bcd", "ef"]),), 2, SUM).tolist() == [1, 3, 2]
    assert fed == [["a", "bcd"], ["ef", ""]]


@pytest.mark.parametrize(
    ("answer", "code", "params"),
    [
        ([], "contract.output_count", {"found": 0, "expected": 1}),
        ([np.zeros((2, 3)), np.zeros((2, 3))], "contract.output_count", {"found": 2, "expected": 1}),
        ([np.zeros((2, 4))], "contract.output_shape", {"found": "(None, 4)", "expected": "(None, 3)"}),
        ([np.zeros((2, 3, 1))], "contract.output_shape", {"found": "(None, 3, 1)", "expected": "(None, 3)"}),
        ([np.float32(1)], "contract.output_shape", {"found": "(None,)", "expected": "(None, 3)"}),
        ([[{1: 0.5}, {1: 0.5}]], "contract.output_shape", {"found": "(None,)", "expected": "(None, 3)"}),
        ([np.zeros((1, 3))], "contract.rows", {"found": 1, "expected": 2}),
    ],
)
def test_it_refuses_answers_that_break_the_contract(answer, code, params):
    with pytest.raises(Unfit) as refused:
        predict_in_batches(lambda _: answer, (rows(2, 2),), 2, TensorContract((3,)))
    assert (refused.value.finding.code, refused.value.finding.params) == (code, params)
