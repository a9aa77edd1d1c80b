import json
import types
from datetime import datetime, timezone
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from guildmark import protocol as wire
from guildmark.packs.model import TaskSpec
from guildmark.rules.contract import Contract, ModelFormat, TensorContract
from guildmark.rules.scoring import Bands, Direction

sha256 = st.text("0123456789abcdef", min_size=64, max_size=64)
instants = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(timezone.utc)  # noqa: DTZ001
)  # fmt: skip
numbers = st.floats(allow_nan=False, allow_infinity=False)
contracts = st.builds(
    Contract,
    formats=st.lists(st.sampled_from(ModelFormat), min_size=1, max_size=2, unique=True).map(tuple),
    size_limit=st.integers(1, 10**9),
    inputs=st.lists(
        st.builds(
            TensorContract, shape=st.lists(st.integers(1, 999), max_size=3).map(tuple), name=st.sampled_from(("", "left"))
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    output=st.builds(TensorContract, shape=st.lists(st.integers(1, 999), max_size=3).map(tuple)),
)
bands = st.sampled_from([Bands((1.0, 2.0, 3.0, 4.0, 5.0), Direction.HIGHER), Bands((5.0, 4.0, 3.0, 2.0, 1.0), Direction.LOWER)])

STRATEGIES = {
    str: st.text(max_size=20),
    wire.CategoryId: st.integers(1, 99).map(lambda n: f"category{n}"),
    wire.FormId: st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True),
    wire.Sha256: sha256,
    wire.Score: st.integers(0, 5),
    float: numbers,
    Contract: contracts,
    Bands: bands,
}
STRATEGIES |= {AwareDatetime: instants, wire.ParamValue: st.text(max_size=9) | st.integers() | numbers}


def every(base):
    kinds = [kind for kind in vars(wire).values() if isinstance(kind, type) and issubclass(kind, base) and kind is not base]
    return sorted(kinds, key=lambda kind: kind.__name__)


def values(annotation):
    """A strategy for a field of the protocol."""
    if known := [strategy for kind, strategy in STRATEGIES.items() if kind == annotation]:
        return known[0]
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return st.one_of([values(arg) for arg in args])
    if origin is dict:
        return st.dictionaries(values(args[0]), values(args[1]), max_size=3)
    if origin is tuple:
        return st.lists(values(args[0]), max_size=2).map(tuple)
    if origin is Annotated:
        return st.integers(0, 9) if args[0] is int else sha256
    is_message = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return messages(annotation) if is_message else st.from_type(annotation)


def messages(kind):
    hints = get_type_hints(kind, vars(wire), include_extras=True)
    return st.builds(kind, **{name: values(hints[name]) for name in kind.model_fields})


@pytest.mark.parametrize("kind", [*every(wire.Request), *every(wire.Reply)], ids=lambda kind: kind.__name__)
def test_every_message_survives_the_wire(kind):
    @settings(max_examples=25)
    @given(messages(kind))
    def survives(message):
        assert kind.model_validate_json(message.model_dump_json()) == message

    survives()


@pytest.mark.parametrize("kind", every(wire.Request), ids=lambda kind: kind.__name__)
def test_servers_refuse_fields_that_they_do_not_know(kind):
    @settings(max_examples=25)
    @given(messages(kind))
    def refuses(message):
        with pytest.raises(ValidationError):
            kind.model_validate_json(json.dumps({**message.model_dump(mode="json"), "of_a_newer_client": 1}))

    refuses()


@pytest.mark.parametrize("kind", every(wire.Reply), ids=lambda kind: kind.__name__)
def test_clients_ignore_fields_that_they_do_not_know(kind):
    @settings(max_examples=25)
    @given(messages(kind))
    def ignores(message):
        assert kind.model_validate_json(json.dumps({**message.model_dump(mode="json"), "of_a_newer_server": 1})) == message

    ignores()


@pytest.mark.parametrize("kind", [*every(wire.Request), *every(wire.Reply)], ids=lambda kind: kind.__name__)
def test_every_message_is_frozen(kind):
    assert kind.model_config["frozen"] is True


@pytest.mark.parametrize(
    "category", ["category0", "category", "Category1", "category100", "category1 ", "category1\n", "1", ""]
)
def test_a_category_is_written_one_way(category):
    with pytest.raises(ValidationError):
        TypeAdapter(wire.CategoryId).validate_python(category)


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, "0" * 64 + "\n"])
def test_a_digest_is_64_lower_case_digits(digest):
    with pytest.raises(ValidationError):
        TypeAdapter(wire.Sha256).validate_python(digest)


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValidationError):
        TypeAdapter(AwareDatetime).validate_json('"2026-03-02T09:00:00"')


def test_a_task_in_a_pack_gives_the_contract_that_travels():
    spec = {
        "id": "a",
        "title": {"en": "A"},
        "skills": ["A1"],
        "formats": ["keras"],
        "size_limit_mib": 2,
        "thresholds": [5, 4, 3, 2, 1],
    }
    tensor = {"shape": [4], "meaning": {"en": "x"}}
    task = TaskSpec.model_validate({**spec, "input": tensor, "output": tensor, "metric": {"name": "mae"}})
    travelled = TypeAdapter(Contract).validate_json(TypeAdapter(Contract).dump_json(task.contract))
    assert (travelled, travelled.size_limit) == (task.contract, 2 * 1024 * 1024)
