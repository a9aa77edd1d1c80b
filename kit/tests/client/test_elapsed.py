import sys
import time
from pathlib import Path

import pytest

from guildmark.client import elapsed
from guildmark.client.elapsed import elapsed_s


def test_it_goes_on_and_never_back():
    seen = [elapsed_s() for _ in range(100)]
    time.sleep(0.02)
    assert seen == sorted(seen)
    assert elapsed_s() >= seen[0] + 0.02


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's file is Linux's")
def test_on_linux_it_is_the_clock_that_counts_sleep():
    assert elapsed_s() == pytest.approx(float(Path("/proc/uptime").read_text().split()[0]), abs=1.0)


@pytest.mark.skipif(sys.platform != "linux", reason="the boot clock is Linux's")
def test_an_hour_of_sleep_is_an_hour(monkeypatch):
    before, clocks = elapsed_s(), {time.CLOCK_BOOTTIME: 3600.0, time.CLOCK_MONOTONIC: 0.0}
    monkeypatch.setattr(time, "clock_gettime", lambda number: before + clocks[number])
    assert elapsed_s() == before + 3600.0


def test_where_no_such_clock_is_let_through_it_is_the_monotonic_one(monkeypatch):
    def refuse(_number):
        raise PermissionError

    monkeypatch.setattr(time, "clock_gettime", refuse)
    assert elapsed._clock() is None
    monkeypatch.setattr(elapsed, "_CLOCK", None)
    assert elapsed_s() == pytest.approx(time.monotonic(), abs=1.0)
