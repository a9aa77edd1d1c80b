"""Mean average precision: cases worked out by hand, and random ones against a version that is plain and slow."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildmark_grader.metrics import METRICS
from guildmark_grader.metrics.detection import LOWEST_SCORE, OVERLAP, mean_average_precision

LEFT, RIGHT = (0.0, 0.0, 0.4, 0.4), (0.5, 0.5, 1.0, 1.0)
NOWHERE = (0.0, 0.0, 0.0, 0.0)
NOTHING = (-1, *NOWHERE)


def score(boxes, objects):
    """Of images, each a list of (box, scores) and a list of (class, box)."""
    predictions = np.array([[[*box, *scores] for box, scores in image] for image in boxes], np.float32)
    most = max(len(image) for image in objects)
    targets = [[*((number, *box) for number, box in image), *[NOTHING] * (most - len(image))] for image in objects]
    return mean_average_precision(predictions, np.array(targets, np.float32))


def test_every_object_found_and_nothing_else_is_perfect():
    assert score([[(LEFT, (0.9, 0.0)), (RIGHT, (0.0, 0.6))]], [[(0, LEFT), (1, RIGHT)]]) == 1.0


def test_a_class_that_is_never_answered_counts_as_nothing():
    assert score([[(LEFT, (0.9, 0.0)), (RIGHT, (0.8, 0.0))]], [[(0, LEFT), (1, RIGHT)]]) == 0.5


def test_a_wrong_box_costs_only_where_it_scores_higher_than_a_right_one():
    objects = [[(0, LEFT)]]
    assert score([[(LEFT, (0.9,)), (RIGHT, (0.8,))]], objects) == 1.0
    assert score([[(LEFT, (0.8,)), (RIGHT, (0.9,))]], objects) == 0.5


def test_the_precision_at_a_recall_is_the_best_at_that_recall_or_higher():
    # Right, wrong, right, right, over three images: precisions 1, 2/3, 3/4, of which the second counts as 3/4. Four objects.
    boxes = [
        [(LEFT, (0.9,)), (RIGHT, (0.8,))],
        [(LEFT, (0.7,)), (NOWHERE, (0.0,))],
        [(LEFT, (0.6,)), (NOWHERE, (0.0,))],
    ]
    assert score(boxes, [[(0, LEFT)], [(0, LEFT)], [(0, LEFT), (0, RIGHT)]]) == pytest.approx((1 + 3 / 4 + 3 / 4) / 4)


def test_a_second_box_on_an_object_is_suppressed():
    nearly = (0.0, 0.0, 0.4, 0.38)
    assert score([[(LEFT, (0.9,)), (nearly, (0.8,)), (RIGHT, (0.7,))]], [[(0, LEFT), (0, RIGHT)]]) == 1.0


def test_a_box_suppresses_none_of_another_class():
    assert score([[(LEFT, (0.9, 0.8))]], [[(0, LEFT), (1, LEFT)]]) == 1.0


def test_a_box_that_was_suppressed_suppresses_nothing():
    # Each overlaps the next by 3/5; the first and the third, by 1/3, may both stay.
    first, second, third = ((start, 0.0, start + 0.5, 0.5) for start in (0.0, 0.125, 0.25))
    boxes = [[(first, (0.9,)), (second, (0.8,)), (third, (0.7,))]]
    assert score(boxes, [[(0, first), (0, third)]]) == 1.0


def test_an_object_is_found_once():
    # Both overlap the object by exactly a half, and one another by a third: the second is a wrong box.
    first, second, whole = (0.0, 0.0, 0.5, 0.5), (0.25, 0.0, 0.75, 0.5), (0.0, 0.0, 0.5, 1.0)
    assert score([[(first, (0.9,)), (second, (0.8,))]], [[(0, whole), (0, RIGHT)]]) == 0.5


def test_an_overlap_of_exactly_a_half_is_enough():
    assert score([[((0.0, 0.0, 0.5, 0.25), (0.9,))]], [[(0, (0.0, 0.0, 0.5, 0.5))]]) == 1.0


def test_boxes_are_cut_to_the_image():
    assert score([[((-3.0, -3.0, 0.4, 0.4), (0.9,))]], [[(0, LEFT)]]) == 1.0


def test_a_box_with_swapped_ends_finds_nothing():
    assert score([[((0.4, 0.4, 0.0, 0.0), (0.9,))]], [[(0, LEFT)]]) == 0.0


def test_a_very_low_score_is_no_answer():
    below, above = LOWEST_SCORE - 0.01, LOWEST_SCORE + 0.01
    assert score([[(LEFT, (below,))]], [[(0, LEFT)]]) == 0.0
    assert score([[(LEFT, (above,))]], [[(0, LEFT)]]) == 1.0


def test_boxes_of_the_same_score_are_one_step_whatever_the_order_of_images():
    boxes = [[(LEFT, (0.5,))], [(RIGHT, (0.5,))]]
    objects = [[(0, LEFT)], [(0, LEFT)]]
    assert score(boxes, objects) == 0.25
    assert score(boxes[::-1], objects) == 0.25


def test_of_equal_scores_in_an_image_the_first_box_comes_first():
    # The two overlap, so that one of them is dropped. Only the lower one overlaps the object by a half.
    lower, flat = (0.0, 0.0, 0.4, 0.32), (0.0, 0.0, 0.4, 0.18)
    assert score([[(lower, (0.5,)), (LEFT, (0.5,))]], [[(0, flat)]]) == 1.0
    assert score([[(LEFT, (0.5,)), (lower, (0.5,))]], [[(0, flat)]]) == 0.0


@pytest.mark.parametrize(
    ("predictions", "targets"),
    [((2, 3, 4), (2, 1, 5)), ((2, 3, 6), (3, 1, 5)), ((2, 3, 6), (2, 1, 4)), ((2, 6), (2, 1, 5)), ((2, 3, 6), (2, 5))],
)
def test_arrays_that_do_not_belong_together_are_refused_with_both_shapes(predictions, targets):
    with pytest.raises(ValueError, match="for targets of shape"):
        mean_average_precision(np.zeros(predictions), np.zeros(targets))


def test_nothing_is_no_score():
    with pytest.raises(ValueError, match="no rows"):
        mean_average_precision(np.zeros((0, 3, 6)), np.zeros((0, 1, 5)))


def test_a_class_without_an_object_cannot_be_judged():
    with pytest.raises(ValueError, match="no image has an object of class 1"):
        mean_average_precision(np.zeros((1, 1, 6)), np.array([[[0, *LEFT]]]))


def test_packs_know_it_by_its_name():
    assert METRICS["mean_average_precision"] is mean_average_precision


EIGHTHS = st.integers(0, 8).map(lambda eighth: eighth / 8)
BOX = st.tuples(EIGHTHS, EIGHTHS, EIGHTHS, EIGHTHS)
SCORE = st.sampled_from([0.0, 0.04, 0.05, 0.25, 0.5, 0.5, 0.75, 1.0])


@st.composite
def answered_images(draw):
    """Predictions and targets of a few images, on a coarse grid, so that overlaps and scores are often equal."""
    images, boxes, objects, classes = (draw(st.integers(1, most)) for most in (4, 5, 3, 3))
    predictions = [[[*draw(BOX), *(draw(SCORE) for _ in range(classes))] for _ in range(boxes)] for _ in range(images)]
    targets = [[[draw(st.integers(-1, classes - 1)), *draw(BOX)] for _ in range(objects)] for _ in range(images)]
    targets.append([[number % classes, *LEFT] for number in range(3)])
    predictions.append([[*NOWHERE, *[0.0] * classes] for _ in range(boxes)])
    padded = [image + [NOTHING] * (3 - len(image)) for image in targets]
    return np.array(predictions), np.array(padded, dtype=np.float64)


@given(answered_images())
@settings(deadline=None, max_examples=300)
def test_it_says_the_same_as_a_plain_version(answered):
    predictions, targets = answered
    assert mean_average_precision(predictions, targets) == pytest.approx(plain(predictions, targets), abs=1e-12)


@given(answered_images(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_images_changes_nothing(answered, shuffler):
    predictions, targets = answered
    order = list(range(len(targets)))
    shuffler.shuffle(order)
    assert mean_average_precision(predictions[order], targets[order]) == mean_average_precision(predictions, targets)


def test_so_many_boxes_that_they_are_judged_in_parts_are_judged_alike():
    rng = np.random.default_rng(3)
    predictions, targets = drawn(rng, images=6, boxes=700)
    doubled = mean_average_precision(np.concatenate([predictions] * 2), np.concatenate([targets] * 2))
    assert doubled == pytest.approx(mean_average_precision(predictions, targets), abs=1e-12)


def test_it_is_quick():
    predictions, targets = drawn(np.random.default_rng(5), images=500, boxes=36)

    def seconds():
        begun = time.process_time()
        mean_average_precision(predictions, targets)
        return time.process_time() - begun

    assert min(seconds() for _ in range(3)) < 0.3  # the best of three: a busy machine is slow at times


def drawn(rng, images, boxes, classes=4):
    """Random boxes with random scores, and three random objects an image."""

    def places(count):
        low = rng.uniform(0, 0.7, (images, count, 2))
        return np.concatenate([low, low + rng.uniform(0.1, 0.3, (images, count, 2))], axis=-1)

    numbers = rng.permutation(np.arange(images * 3) % classes).reshape(images, 3, 1)
    predictions = np.concatenate([places(boxes), rng.uniform(0, 1, (images, boxes, classes))], axis=-1)
    return predictions.astype(np.float32), np.concatenate([numbers, places(3)], axis=-1).astype(np.float32)


def plain(predictions, targets):
    """The metric, word for word."""
    return np.mean([plain_of_class(predictions, targets, k) for k in range(predictions.shape[-1] - 4)])


def plain_of_class(predictions, targets, k):
    answers = []  # (score, right) of every box that stays
    for image, objects in zip(predictions, targets, strict=True):
        given_boxes = sorted((row for row in image.tolist() if row[4 + k] >= LOWEST_SCORE), key=lambda row: -row[4 + k])
        kept = []
        for row in given_boxes:
            if all(plain_overlap(row[:4], better[:4]) <= OVERLAP for better in kept):
                kept.append(row)
        free = [row[1:] for row in objects.tolist() if row[0] == k]
        for row in kept:
            nearest = max(free, key=lambda box: plain_overlap(row[:4], box), default=None)
            right = nearest is not None and plain_overlap(row[:4], nearest) >= OVERLAP
            if right:
                free.remove(nearest)
            answers.append((row[4 + k], right))
    total = int((targets[..., 0] == k).sum())
    curve = []
    for least in sorted({mark for mark, _ in answers}, reverse=True):
        hits = [right for mark, right in answers if mark >= least]
        curve.append((sum(hits) / total, sum(hits) / len(hits)))
    area, before = 0.0, 0.0
    for place, (recall, _) in enumerate(curve):
        area += (recall - before) * max(precision for _, precision in curve[place:])
        before = recall
    return area


def plain_overlap(one, other):
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(wide, 0) * max(high, 0)
    areas = [max(box[2] - box[0], 0) * max(box[3] - box[1], 0) for box in (one, other)]
    return shared / (sum(areas) - shared) if shared else 0.0
