"""What a `requirements.txt` says: pins by platform, and the Pythons that can have them."""

import pytest

from guildmark.client import requirements as read
from guildmark.client.requirements import oldest_driver, pinned, pythons_for, tensorflow_in

PRACTITIONER = """\
# What the starters import.
numpy==2.4.6
scipy==1.17.1 \\
    --hash=sha256:00
tensorflow-cpu==2.21.0; sys_platform == "linux" or sys_platform == "win32"
tensorflow[and-cuda]==2.20.0; sys_platform == "darwin"
"""


@pytest.mark.parametrize(
    ("platform", "name", "version"), [("linux", "tensorflow-cpu", "2.21.0"), ("darwin", "tensorflow", "2.20.0")]
)
def test_a_pin_counts_on_the_platforms_that_it_names(platform, name, version):
    packages = pinned(PRACTITIONER, platform=platform)
    assert packages == {"numpy": "2.4.6", "scipy": "1.17.1", name: version}
    assert tensorflow_in(PRACTITIONER, platform=platform) == version


def test_the_pythons_are_those_that_every_package_has_wheels_for():
    pythons = pythons_for(PRACTITIONER, platform="linux")
    assert (str(pythons), pythons.minors, pythons.specifier) == ("3.11-3.13", ("3.13", "3.12", "3.11"), ">=3.11,<3.14")
    assert [(3, minor) in pythons for minor in (10, 11, 13, 14)] == [False, True, True, False]


@pytest.mark.parametrize("requirements", ["", "torch==2.9.0\n", "tensorflow\n", "tensorflow==2.15.0\nnumpy==2.4.6\n"])
def test_nothing_is_said_of_packages_that_are_not_known_and_a_single_python_is_one(requirements):
    assert str(pythons_for(requirements)) == ("3.11" if "2.15" in requirements else "None")


def test_packages_that_no_python_can_have_together_have_none():
    assert pythons_for("tensorflow==2.8.0\nnumpy==2.4.6\n") is None


def test_p5_the_table_has_every_tensorflow_from_the_oldest_that_starters_run_on():
    versions = [f"2.{minor}.0" for minor in range(4, 22)]
    assert [version for version in versions if pythons_for(f"tensorflow=={version}") is None] == []
    assert [version for version in versions if read.tested_cuda(version) is None] == []
    assert {oldest_driver(read.tested_cuda(version)[0]) for version in versions} == {"450.80.02", "525.60.13"}


def test_a_cuda_that_is_not_known_has_no_driver():
    assert oldest_driver("99.1") is None
