"""Data of the form, all generated: a greenhouse with heater, vents and pump, by the half hour.

The weather acts on the house, the house on its plants, and three switches act back: each goes on at one value and off at
another, so that what happens next hangs on which of the two was met last. That is what a straight line cannot learn.

A variant draws the house (how fast it cools, where its switches stand), its weather, the errors of its meters, the units and
order of the series. The ranges are narrow: variants differ, and are equally hard.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np
from windows import drawn_windows, write_scaling, write_series

PAST, FUTURE = 48, 24
DAY = 48
WARMING_UP, PUBLIC, GAP, LATER = 20 * DAY, 240 * DAY, 7 * DAY, 180 * DAY
HIDDEN = 3000
START = datetime(2001, 1, 1, tzinfo=timezone.utc)
SERIES = ("light", "outside", "inside", "humidity", "soil")
ERRORS = np.array([0.01, 0.15, 0.15, 0.5, 0.4])
RATES = {"leak": 0.06, "sun": 1.5, "heater": 1.4, "vents": 0.25, "drying": 0.8, "pump": 9.0, "breath": 2.0}


def build(rng, sources, public, hidden):
    house = drawn_house(rng)
    readings = simulated(house, *drawn_weather(rng, WARMING_UP + PUBLIC + GAP + LATER))[WARMING_UP:]
    readings = readings + rng.normal(0, 1, readings.shape) * ERRORS
    readings = (readings * rng.uniform(0.5, 2, len(SERIES)) + rng.uniform(-20, 20, len(SERIES))).round(3)
    order = rng.permutation(len(SERIES))
    names, readings = [SERIES[series] for series in order], readings[:, order]
    stamps = [f"{START + step * timedelta(minutes=30):%Y-%m-%d %H:%M}" for step in range(PUBLIC)]
    write_series(public / "greenhouse.csv", "time", names, stamps, readings[:PUBLIC])
    mean, deviation = write_scaling(public / "scaling.json", names, readings[:PUBLIC])
    windows = drawn_windows(rng, (readings[-LATER:] - mean) / deviation, PAST + FUTURE, HIDDEN)
    np.save(hidden / "inputs.npy", windows[:, :PAST].astype(np.float32))
    np.save(hidden / "targets.npy", windows[:, PAST:].astype(np.float32))


@dataclass(frozen=True)
class House:
    """A rate is what happens in half an hour; each switch has the values at which it goes on and off."""

    leak: float
    sun: float
    heater: float
    vents: float
    drying: float
    pump: float
    breath: float
    heater_on_off: tuple[float, float]
    vents_on_off: tuple[float, float]
    pump_on_off: tuple[float, float]


def drawn_house(rng):
    """A house near the mean of all houses: within a tenth in its rates, within half a degree in its switches."""
    factors = rng.uniform(0.92, 1.08, len(RATES)).tolist()
    rates = {name: rate * factor for (name, rate), factor in zip(RATES.items(), factors, strict=True)}
    cold, hot, dry = (np.array([15.0, 27.0, 35.0]) + rng.uniform(-0.5, 0.5, 3)).tolist()
    return House(**rates, heater_on_off=(cold, cold + 3), vents_on_off=(hot, hot - 4), pump_on_off=(dry, dry + 40))


def drawn_weather(rng, steps):
    """The light (0 to 1) and the temperature outside, for each half hour from midnight on."""
    hours = np.arange(steps) * 24 / DAY
    clouds = 1 / (1 + np.exp(-1.5 * wandering(rng, steps, 24)))
    light = np.clip(np.sin(2 * np.pi * (hours - 6) / 24), 0, None) * (1 - 0.7 * clouds)
    outside = 15 + 5 * np.sin(2 * np.pi * (hours - 9) / 24) + 2 * wandering(rng, steps, 3 * DAY)
    return light, outside


def wandering(rng, steps, memory):
    """Noise of deviation 1 that forgets within about `memory` steps."""
    kept = np.exp(-1 / memory)
    shocks = rng.normal(0, np.sqrt(1 - kept**2), steps)
    values, value = [], rng.normal()
    for shock in shocks.tolist():
        value = kept * value + shock
        values.append(value)
    return np.array(values)


def simulated(house, light, outside):
    """The five series, (steps, 5), in the order of SERIES."""
    inside, humidity, soil = 20.0, 60.0, 50.0
    heating = airing = pumping = False
    rows = []
    for sun, air in zip(light.tolist(), outside.tolist(), strict=True):
        heating = switched(heating, inside < house.heater_on_off[0], inside > house.heater_on_off[1])
        airing = switched(airing, inside > house.vents_on_off[0], inside < house.vents_on_off[1])
        pumping = switched(pumping, soil < house.pump_on_off[0], soil > house.pump_on_off[1])
        exchange = house.leak + house.vents * airing
        inside += exchange * (air - inside) + house.sun * sun + house.heater * heating
        soil += house.pump * pumping - house.drying * (0.2 + sun) * soil / 50
        humidity += house.breath * (0.2 + sun) * soil / 50 - (exchange + 0.04) * (humidity - 40)
        rows.append((sun, air, inside, humidity, soil))
    return np.array(rows)


def switched(state, on, off):
    """What a switch does next: between its two values it stays as it is."""
    return on or (state and not off)
