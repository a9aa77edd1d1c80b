"""What the worker sends is parsed as an enemy's bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.inspection import Finding
from guildmark.rules.contract import ModelFormat
from guildmark_grader.sandbox.result import Accepted, Malformed, Reader, Reply, parse_findings
from guildmark_grader.worker.reply import HEADER, MAGIC, MICROSECONDS, Kind, Stage, frame, header, pack_accepted, pack_findings

ARRAY = struct.pack("<3f", 1.0, 2.0, 3.0)
START = frame(Kind.STAGE, bytes([Stage.LOADING]))
TIME = frame(Kind.TIME, MICROSECONDS.pack(2**63))
SHAPES = {"found": "(None, 7)", "expected": "(None, 6)"}


def read(*chunks: bytes) -> Reader:
    reader = Reader(len(ARRAY))
    for chunk in chunks:
        reader.feed(chunk)
    return reader


def test_an_array_arrives_whole_however_it_is_cut():
    stream = START + header(Kind.PREDICTIONS, len(ARRAY)) + ARRAY
    for size in (1, 5, len(stream)):
        reader = read(*(stream[start : start + size] for start in range(0, len(stream), size)))
        assert reader.stages == [Stage.LOADING]
        assert reader.reply is not None
        assert reader.reply.predictions == ARRAY


def test_a_time_comes_with_the_array_and_is_no_answer_alone():
    assert read(START, TIME).reply is None
    assert read(START, TIME, header(Kind.PREDICTIONS, len(ARRAY)), ARRAY).reply == Reply(predictions=ARRAY, micros=2**63)


def test_an_array_that_is_cut_short_is_no_reply():
    assert read(START, header(Kind.PREDICTIONS, len(ARRAY)), ARRAY[:-1]).reply is None


def test_findings_come_back_as_they_were():
    findings = [Finding("contract.input_shape", SHAPES), Finding("file.too_large", {"found": 2**40, "limit": 5})]
    assert parse_findings(pack_findings(findings)) == findings


def test_names_are_escaped_again():
    record = pack_findings([Finding("layer.unknown", {"name": "?"})]).replace(b"?", b"\x1b")
    assert parse_findings(record) == [Finding("layer.unknown", {"name": "\\x1b"})]


@pytest.mark.parametrize(
    "stream",
    [
        b"x" * 20,
        HEADER.pack(MAGIC, 99, 1) + b"x",
        START + header(Kind.PREDICTIONS, len(ARRAY) + 1),
        START + header(Kind.PREDICTIONS, 2**32 - 1),
        START + header(Kind.REFUSED, 2**20),
        START + START,
        START + frame(Kind.STAGE, bytes([Stage.INSPECTING])),
        START + frame(Kind.STAGE, b"\x00"),
        START + frame(Kind.STAGE, b"\x06"),
        START + frame(Kind.STAGE, b"\x03\x04"),
        START + header(Kind.WORDS, 2**20),
        START + header(Kind.TIME, 9),
        START + TIME + TIME,
        START + frame(Kind.REFUSED, b"\x00"),
        START + frame(Kind.REFUSED, b"\x01\x05ab"),
    ],
    ids=[
        "no frame",
        "unknown kind",
        "a longer array",
        "an endless array",
        "a long record",
        "a stage twice",
        "a stage that is over",
        "no stage",
        "an unknown stage",
        "two stages in one",
        "endless words",
        "a longer time",
        "two times",
        "no findings",
        "a record cut short",
    ],
)
def test_what_is_no_reply_is_refused(stream):
    with pytest.raises(Malformed):
        read(stream)


@pytest.mark.parametrize(
    "finding",
    [
        Finding("graded.full", {"metric": "accuracy", "value": 1}),
        Finding("grader.fault"),
        Finding("limit.time", {"limit": 3}),
        Finding("limit.latency", {"found": 9, "limit": 3}),
        Finding("no.such_reason"),
        Finding("layer.unknown"),
        Finding("layer.unknown", {"name": "a", "other": "b"}),
    ],
    ids=lambda finding: f"{finding.code} {len(finding.params)}",
)
def test_a_worker_cannot_give_reasons_that_are_not_the_candidates(finding):
    with pytest.raises(Malformed):
        parse_findings(pack_findings([finding]))


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused(junk, started):
    try:
        reader = read(START * started, junk)
    except Malformed:
        return
    assert reader.stages == [Stage.LOADING] * started or junk.startswith(MAGIC)
    assert reader.reply is None or len(junk) >= HEADER.size


@given(st.binary(max_size=100))
def test_any_record_is_read_or_refused(junk):
    try:
        findings = parse_findings(junk)
    except Malformed:
        return
    assert len(findings) > 0


ACCEPTED = pack_accepted(ModelFormat.H5, "2.9.0", is_recurrent=True)


def test_what_an_inspection_learnt_comes_back_as_it_was():
    assert read(frame(Kind.ACCEPTED, ACCEPTED)).reply == Reply(accepted=Accepted(ModelFormat.H5, "2.9.0", is_recurrent=True))


@pytest.mark.parametrize(
    "record",
    [b"", b"\xff" + ACCEPTED[1:], ACCEPTED[:1] + b"\x02" + ACCEPTED[2:], ACCEPTED[:-1], ACCEPTED + b"x"],
    ids=["nothing", "an unknown format", "neither true nor false", "cut short", "something more"],
)
def test_what_no_inspection_could_have_learnt_is_refused(record):
    with pytest.raises(Malformed):
        read(frame(Kind.ACCEPTED, record))


@given(st.binary(max_size=100))
def test_any_bytes_of_an_inspection_are_read_or_refused(junk):
    try:
        accepted = read(frame(Kind.ACCEPTED, junk)).reply.accepted
    except Malformed:
        return
    assert accepted.version.isprintable()


def test_what_follows_a_complete_reply_is_not_read():
    array = header(Kind.PREDICTIONS, len(ARRAY)) + ARRAY
    assert read(array + b"junk" * 100, b"junk" * 100).reply == Reply(predictions=ARRAY)
