"""Data of the form: passengers at the landing stages of a lake ferry, simulated by the hour. No file holds them.

Passengers follow the sailings, the hour, whether it is a working day, and how busy the week is. Three things make them more or
less certain: in a calm they hardly stray, rough wind takes many of them away and is gone after a day, and an announced group
brings nobody or forty. A variant draws the stages, their timetables and busy hours, and everything that happens.
"""

import csv
import datetime as dt
import json

import numpy as np

PAST, AHEAD = 48, 12
GIVEN, GAP, KEPT = 300 * 24, 7 * 24, 300 * 24  # hours
HIDDEN = 4000
STAGES = ("Alder Point", "Birch Cove", "Copper Quay", "Dune End", "Elm Landing", "Fern Jetty", "Gull Rock", "Heron Bay")
USED = 4
FIRST = dt.datetime(2031, 3, 3, tzinfo=dt.timezone.utc)  # a Monday
HOURS = np.arange(24)
AWAKE, CREWED, DAYLIGHT = np.isin(HOURS, range(6, 24)), np.isin(HOURS, range(7, 20)), np.isin(HOURS, range(8, 19))
WORKING_DAYS = 5
GROUP_RATE = np.where(DAYLIGHT, 0.12, 0.01)  # groups an hour
MORNINGS, EVENINGS = (7.5, 8.5, 9.0, 9.5), (15.5, 16.0, 17.0, 17.5)  # when each stage is busiest
ROUGH, SOFT = 6.5, 0.9  # wind in metres a second from which sailings are rough, and how gradually that comes


def build(rng, sources, public, hidden):
    names = [STAGES[place] for place in np.sort(rng.permutation(len(STAGES))[:USED])]
    wind, sailings, groups, passengers = _simulated(rng, GIVEN + GAP + KEPT)
    usual = passengers[:GIVEN].mean(axis=0).round(3)
    with (public / "stages.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["stage", "hour", "passengers", "wind", "sailings", "groups"])
        for stage, name in enumerate(names):
            for hour in range(GIVEN):
                stamp = (FIRST + dt.timedelta(hours=hour)).strftime("%Y-%m-%d %H:%M")
                counts = (passengers[hour, stage], wind[hour], sailings[hour, stage], groups[hour, stage])
                writer.writerow([name, stamp, *counts])
    scaling = {"usual": dict(zip(names, usual.tolist(), strict=True))}
    (public / "scaling.json").write_text(json.dumps(scaling, indent=2) + "\n", encoding="utf-8")
    starts = GIVEN + GAP + rng.integers(0, KEPT - PAST - AHEAD + 1, HIDDEN)
    hours, stage = starts[:, None] + np.arange(PAST + AHEAD), rng.permutation(np.arange(HIDDEN) % USED)[:, None]
    scaled = passengers[hours, stage] / usual[stage]
    known = np.stack([sailings[hours, stage], groups[hours, stage]], axis=2)
    past = np.concatenate([scaled[..., None], wind[hours][..., None], known], axis=2)[:, :PAST]
    np.save(hidden / "inputs.past.npy", past.astype(np.float32))
    np.save(hidden / "inputs.ahead.npy", known[:, PAST:].astype(np.float32))
    np.save(hidden / "targets.npy", scaled[:, PAST:].astype(np.float32))


def _simulated(rng, hours):
    """Wind (T,), and of shape (T, USED) sailings, announced groups and passengers."""
    hour, is_free = np.arange(hours) % 24, (np.arange(hours) // 24 % 7 >= WORKING_DAYS).astype(int)
    sailings, busy = _timetable(rng)
    wind = np.exp(1.3 + _wandering(rng, hours, 1, lasting=14, deviation=0.65)[:, 0]).round(1)
    week = np.exp(_wandering(rng, hours, USED, lasting=60, deviation=0.3))
    size = rng.uniform(12, 40, USED)
    sailings = sailings[is_free, :, hour]
    groups = rng.poisson(GROUP_RATE[hour][:, None], (hours, USED))
    expected = size * sailings * busy[is_free, :, hour] * week
    roughness = 1 / (1 + np.exp((ROUGH - wind) / SOFT))[:, None]
    calm_error = 0.07 * rng.normal(size=expected.shape)
    rough_error = -0.3 - 0.3 * (rng.gamma(1.5, 1, expected.shape) - 1.5) / np.sqrt(1.5)
    alone = expected * (1 + (1 - roughness) * calm_error + roughness * rough_error)
    together = groups * size * rng.gamma(1.2, 1.05, expected.shape)
    return wind, sailings, groups, np.round(np.maximum(alone, 0) + together).astype(np.int64)


def _timetable(rng):
    """Sailings, and how busy one is, both of shape (2, USED, 24): on working days and on free ones."""
    sailings, busy = np.empty((2, USED, 24), np.int64), np.empty((2, USED, 24))
    for day in range(2):
        most = rng.permutation([1, 1, 2, 2])
        for stage, (early, late) in enumerate(zip(rng.permutation(MORNINGS), rng.permutation(EVENINGS), strict=True)):
            sailings[day, stage] = 1 + AWAKE + CREWED * most[stage]
            morning, evening = np.exp(-(((HOURS - early) / 2) ** 2)), np.exp(-(((HOURS - late) / 2.5) ** 2))
            busy[day, stage] = 0.25 + rng.uniform(0.8, 1) * morning + rng.uniform(1, 1.2) * evening
    return sailings, busy


def _wandering(rng, hours, count, *, lasting, deviation):
    """Series (hours, count) that return to 0 within about `lasting` hours."""
    kept = np.exp(-1 / lasting)
    shocks = rng.normal(0, deviation * np.sqrt(1 - kept**2), (hours, count))
    found, value = np.empty((hours, count)), rng.normal(0, deviation, count)
    for hour in range(hours):
        value = kept * value + shocks[hour]
        found[hour] = value
    return found
