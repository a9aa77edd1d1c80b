"""What a calibration must show before an exam goes live."""

from collections.abc import Mapping

import pytest

from guildmark.packs.calibration import CalibrationRecord, Digests, FormCalibration, record_shortfalls, shortfalls

GOOD = {"full": [5] * 10, "partial": [3] * 10, "baseline": [1] * 10}
DIGESTS = Digests(data="a" * 64, build="b" * 64, scoring="c" * 64)


def observed(solution: str, role: str, scores: list[int | None], seed: int = 0) -> list[dict[str, object]]:
    fields = {"solution": f"{solution}.py", "script": "d" * 64, "role": role, "seed": seed, "metric": 0.5, "training_s": 1.0}
    return [{**fields, "variant": variant, "score": score} for variant, score in enumerate(scores)]


def record(scores: Mapping[str, list[int | None]], **fields: object) -> CalibrationRecord:
    observations = [one for role, found in scores.items() for one in observed(role, role, found)]
    document = {"format": 1, "form": "clothes", "exam_version": "2026.1", "digests": DIGESTS, "measuring": "f" * 64}
    found = {"classes": 10, "versions": {}, "observations": observations, "crossings": [crossing(0, same=False)]}
    return CalibrationRecord.model_validate({**document, **found, **fields})


def crossing(score: int | None, *, same: bool) -> dict[str, object]:
    return {"solution": "full.py", "trained_on": 0, "graded_on": 1, "score": score, "has_same_labels": same}


def test_a_good_record_has_no_shortfall() -> None:
    assert record_shortfalls(record(GOOD)) == ()
    assert shortfalls(FormCalibration(digests=DIGESTS, record=record(GOOD))) == ()


@pytest.mark.parametrize(
    ("scores", "shortfall"),
    [
        ({role: found[:9] for role, found in GOOD.items()}, "9 variants were tried with every reference; 10 are needed"),
        ({**GOOD, "partial": [3] * 9}, "9 variants were tried with every reference; 10 are needed"),
        ({**GOOD, "full": [5] * 9 + [4]}, "full references reach 5 in 90% of the trials; 95% are needed"),
        ({**GOOD, "baseline": [1] * 9 + [3]}, "a reference with the role baseline got 3; it must get 0 to 2"),
        ({**GOOD, "partial": [3] * 8 + [1, 5]}, "a reference with the role partial got 1, 5; it must get 2 to 4"),
        ({**GOOD, "partial": [3] * 9 + [None]}, "a reference with the role partial got none; it must get 2 to 4"),
        ({**GOOD, "partial": []}, "no reference with the role partial was tried as it is now"),
        ({**GOOD, "full": []}, "no reference with the role full was tried as it is now"),
        ({**GOOD, "partial": [3] * 9 + [4]}, "the mean scores of two variants differ by 0.33; 0.3 are allowed"),
    ],
    ids=[
        "too few",
        "one of them too few",
        "full fails",
        "baseline too good",
        "partial strays",
        "partial fails",
        "no partial",
        "no full",
        "unequal",
    ],
)
def test_x20_every_shortfall_is_named(scores: dict[str, list[int | None]], shortfall: str) -> None:
    assert shortfall in record_shortfalls(record(scores))


def test_the_full_score_in_95_of_100_trials_is_enough() -> None:
    seeds = [one for seed in range(2) for one in observed("full", "full", [5] * (10 if seed else 9) + [4] * (1 - seed), seed)]
    others = [one for role in ("partial", "baseline") for one in observed(role, role, GOOD[role])]
    found = record({}, observations=seeds + others)
    assert (found.full_share * 100, record_shortfalls(found)) == (95, ())


def test_the_spread_compares_variants_over_references_and_seeds() -> None:
    scores = {"full": [5, 5, 5], "partial": [3, 3, 4], "baseline": [1, 1, 1]}
    assert round(float(record(scores).spread), 4) == 0.3333
    more = observed("other", "partial", [3, 3, 3])
    both = record(scores, observations=[*record(scores).model_dump(mode="json")["observations"], *more])
    assert float(both.spread) == 0.25


def test_a_variant_that_lacks_a_reference_is_not_compared_with_the_others() -> None:
    stopped = record({"full": [5, 5, 5], "partial": [3, 3, 3], "baseline": [0, 0]})
    assert (stopped.variants, stopped.spread) == (2, 0)


@pytest.mark.parametrize("part", ["data", "build", "scoring"])
def test_x20_a_record_of_other_files_does_not_count(part: str) -> None:
    now = DIGESTS.model_copy(update={part: "e" * 64})
    assert shortfalls(FormCalibration(digests=now, record=record(GOOD))) == (f"the {part} changed after the calibration",)


@pytest.mark.parametrize("found", [None, FormCalibration(digests=DIGESTS)])
def test_x20_what_was_never_calibrated_is_not_ready(found: FormCalibration | None) -> None:
    assert shortfalls(found) == ("it was never calibrated",)


@pytest.mark.parametrize(
    ("crossed", "classes", "is_ready"),
    [
        (crossing(1, same=False), 10, True),
        (crossing(None, same=False), 10, True),
        (crossing(2, same=False), 10, False),
        (crossing(5, same=False), 2, True),
        (crossing(5, same=False), 0, True),
    ],
)
def test_x15_a_copied_file_earns_at_most_1_where_three_classes_are_numbered_otherwise(
    crossed: dict[str, object], classes: int, *, is_ready: bool
) -> None:
    found = record_shortfalls(record(GOOD, crossings=[crossed], classes=classes))
    assert found == (
        () if is_ready else (f"a model of one variant earns {crossed['score']} on another with other labels; 1 is allowed",)
    )


@pytest.mark.parametrize("crossings", [[], [crossing(5, same=True)]], ids=["none", "same labels"])
def test_x15_copies_must_have_been_tried_where_classes_are_numbered_otherwise(crossings: list[dict[str, object]]) -> None:
    (shortfall,) = record_shortfalls(record(GOOD, crossings=crossings))
    assert shortfall.startswith("no model was tried on a variant with other labels")
    assert record_shortfalls(record(GOOD, crossings=crossings, classes=2)) == ()
