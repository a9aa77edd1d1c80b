"""What `doctor` looks at: TensorFlow, the GPU by what NVIDIA's tool prints, memory, proxies, clock and connection."""

import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from guildmark.client import connection, doctor, framework, gpu, machine
from guildmark.client.connection import clock_check, speed_check
from guildmark.client.framework import Framework, tensorflow_check
from guildmark.client.gpu import Nvidia, Platform, gpu_check, parsed
from guildmark.client.machine import disk_check, memory_bytes, memory_check, proxy_check, python_check

PRINTED = Path(__file__).with_name("nvidia_smi")
LINUX, WINDOWS = Platform("linux", "x86_64"), Platform("win32", "AMD64")
H200 = Nvidia(driver="570.124.06", cuda="12.8", gpus=("NVIDIA H200",))
FOR_CUDA = Framework(version="2.18.0", is_cuda_build=True, cuda="12.5.1", cudnn="9")


def interpreter(folder, script):
    """A stand-in for a Python of the candidate's."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def answering(folder, version):
    return interpreter(folder, f"""echo noise; echo '{{"version": "{version}", "gpus": ["/physical_device:GPU:0"]}}'""")


class TestTensorFlow:
    def test_l3_it_is_asked_in_an_interpreter_of_its_own_and_named(self, tmp_path):
        python = answering(tmp_path, "2.21.0")
        check, found, where = tensorflow_check("tensorflow-cpu==2.21.0\n", python=python)
        assert (check.good, found.version, found.gpus, where) == (True, "2.21.0", ("/physical_device:GPU:0",), python)
        assert check.said == f"TensorFlow 2.21.0 starts in 0 s: {python}"

    @pytest.mark.parametrize(
        ("version", "good", "said"), [("2.15.0", True, "this one does as well"), ("2.3.1", False, "older than")]
    )
    def test_p5_another_version_does_as_well_unless_starters_do_not_run_on_it(self, tmp_path, version, good, said):
        check, _found, _where = tensorflow_check("tensorflow==2.21.0\n", python=answering(tmp_path, version))
        assert (check.good, said in check.said) == (good, True)

    @pytest.mark.parametrize(
        ("script", "said"), [("exit 1", "cannot be imported"), ("sleep 20", "did not start within 0 seconds")]
    )
    def test_l3_one_that_does_not_start_in_time_or_at_all_has_a_fall_back(self, tmp_path, script, said):
        check, found, where = tensorflow_check(python=interpreter(tmp_path, script), limit_s=0.2)
        assert (check.good, found, where, said in check.said) == (False, None, None, True)
        assert "only the model file counts" in check.fallback

    def test_an_interpreter_that_is_gone_has_a_fall_back(self, tmp_path):
        check, found, _where = tensorflow_check(python=tmp_path / "nowhere")
        assert (check.good, found) == (False, None)

    def test_none_at_all_has_a_fall_back(self, monkeypatch):
        monkeypatch.setattr(framework, "interpreter_with_tensorflow", lambda: None)
        check, found, _where = tensorflow_check()
        assert (check.said, found) == ("No Python on this machine has TensorFlow.", None)


DRIVERS = {
    "one_h200": Nvidia("570.124.06", "12.8", ("NVIDIA H200",)),
    "two_of_a_laptop_and_a_desk": Nvidia("535.183.01", "12.2", ("NVIDIA GeForce RTX 3070", "Quadro P620")),
    "windows": Nvidia("546.33", "12.3", ("NVIDIA GeForce GTX 1650",)),
    "old_driver": Nvidia("470.256.02", "11.4", ("Tesla K80",)),
    "no_devices": Nvidia("550.54.15", "12.4", ()),
    "no_driver": Nvidia(
        trouble="NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest "
        "NVIDIA driver is installed and running."
    ),
    "updated_without_restart": Nvidia(trouble="Failed to initialize NVML: Driver/library version mismatch"),
}


@pytest.mark.parametrize("name", DRIVERS)
def test_x10_what_nvidias_tool_says_is_read(name):
    table, _line, names = (PRINTED / f"{name}.txt").read_text().partition("=== names\n")
    assert parsed(table, names) == DRIVERS[name]


GPUS = {
    "seen": (Framework(version="2.18.0", gpus=("GPU:0",)), H200, LINUX, True, "TensorFlow sees the GPU: NVIDIA H200."),
    "none": (FOR_CUDA, None, LINUX, True, "No GPU. A CPU is enough"),
    "none that works": (FOR_CUDA, DRIVERS["no_devices"], LINUX, True, "No GPU. A CPU is enough"),
    "build for the CPU": (Framework(version="2.21.0"), H200, LINUX, True, 'pip install "tensorflow[and-cuda]==2.21.0"'),
    "Windows itself": (Framework(version="2.21.0"), DRIVERS["windows"], WINDOWS, True, "in WSL2 it can use it"),
    "no TensorFlow": (None, H200, LINUX, True, "A GPU is there: NVIDIA H200."),
    "no driver": (FOR_CUDA, DRIVERS["no_driver"], LINUX, False, "couldn't communicate with the NVIDIA driver"),
    "old driver": (FOR_CUDA, DRIVERS["old_driver"], LINUX, False, "Driver 470.256.02 is too old for CUDA 12.5.1"),
    "no libraries": (FOR_CUDA, H200, LINUX, False, "TensorFlow 2.18.0 looks for CUDA 12.5.1 and cuDNN 9."),
    "by the documentation": (
        Framework(version="2.16.2", is_cuda_build=True),
        H200,
        LINUX,
        False,
        "TensorFlow 2.16.2 looks for CUDA 12.3 and cuDNN 8.9.",
    ),
    "old cuDNN": (
        FOR_CUDA.model_copy(update={"packages": {"nvidia-cudnn-cu12": "8.9.7.29"}}),
        H200,
        LINUX,
        False,
        "was built for cuDNN 9; 8.9.7.29 is installed",
    ),
    "Apple silicon": (Framework(version="2.21.0"), None, Platform("darwin", "arm64"), True, "its CPU is enough"),
    "Intel Mac": (None, None, Platform("darwin", "x86_64"), True, "TensorFlow 2.16 is the last one for it"),
}


@pytest.mark.parametrize("case", GPUS)
def test_x10_a_gpu_that_training_will_not_use_says_why_and_a_cpu_is_enough(case):
    found, driver, at, good, said = GPUS[case]
    check = gpu_check(found, driver, at)
    assert (check.good, said in check.said) == (good, True), check
    assert good or "on the CPU, which is enough" in check.fallback


def test_x10_a_driver_that_is_too_old_is_told_the_oldest_that_does():
    check = gpu_check(FOR_CUDA, DRIVERS["old_driver"], LINUX)
    assert check.fallback.startswith("Install NVIDIA driver 525.60.13 or newer.")


@pytest.mark.parametrize(
    ("found", "built_for", "goes"),
    [
        ("9.3.0.75", "9.3", True),
        ("9.28.0.42", "9.3", True),
        ("9.1.0", "9.3", False),
        ("8.9.7", "9.3", False),
        ("9.3", "9", True),
        ("8", "", True),
    ],
)
def test_x10_cudnn_is_the_same_major_version_and_no_older_minor_one(found, built_for, goes):
    assert gpu.goes_with(found, built_for) is goes


def test_a_machine_without_nvidias_tool_says_nothing_of_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu.nvidia() is None


def test_nvidias_tool_is_run_and_read(monkeypatch, tmp_path):
    recorded = PRINTED / "one_h200.txt"
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n[ $# -gt 0 ] && sed '1,/=== names/d' {recorded} || sed '/=== names/,$d' {recorded}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert gpu.nvidia() == DRIVERS["one_h200"]


class TestMachine:
    @pytest.mark.parametrize(("room", "good"), [(0, True), (1 << 60, False)])
    def test_l3_room_on_the_disk_is_looked_at(self, tmp_path, room, good):
        check = disk_check(tmp_path, room_bytes=room)
        assert (check.good, str(tmp_path) in check.said) == (good, True)

    @pytest.mark.parametrize(("total", "good"), [(8 << 30, True), (2 << 30, False), (None, True)])
    def test_memory_is_looked_at(self, total, good):
        assert memory_check(total).good is good

    def test_this_machine_tells_its_memory_and_a_container_its_share(self, monkeypatch, tmp_path):
        assert memory_bytes() > 1 << 28
        (tmp_path / "limit").write_text("1048576\n")
        monkeypatch.setattr(machine, "_CGROUP_LIMITS", (tmp_path / "none", tmp_path / "limit"))
        assert memory_bytes() == 1 << 20

    @pytest.mark.parametrize(
        ("found", "uv", "good", "said"),
        [
            (Path("/usr/bin/python3.8"), None, True, "this machine has one: /usr/bin/python3.8"),
            (None, "/usr/bin/uv", True, "/usr/bin/uv fetches one"),
            (None, None, False, "The exam's packages need 3.7-3.10."),
        ],
    )
    def test_p5_a_python_for_the_exams_packages_is_looked_for(self, monkeypatch, found, uv, good, said):
        monkeypatch.setattr(machine, "fitting", lambda _pythons: found)
        monkeypatch.setattr(machine.shutil, "which", lambda _name: uv)
        monkeypatch.setattr(machine.sys, "version_info", (3, 11, 7))
        check = python_check("tensorflow==2.8.0\n")
        assert (check.good, said in check.said) == (good, True)

    @pytest.mark.parametrize(
        ("environ", "good", "said"),
        [
            ({}, True, "No proxy is set"),
            ({"https_proxy": "http://ada:secret@proxy:3128"}, True, "HTTPS_PROXY=http://proxy:3128"),
            ({"HTTP_PROXY": "proxy:3128"}, False, "HTTP_PROXY=proxy:3128"),
            ({"ALL_PROXY": "socks5://proxy:1080"}, False, "ALL_PROXY=socks5://proxy:1080"),
        ],
    )
    def test_a_proxy_is_named_without_its_password(self, environ, good, said):
        check = proxy_check(environ)
        assert (check.good, said in check.said, "secret" in check.said) == (good, True, False)


class TestConnection:
    @pytest.mark.parametrize(("seconds", "good"), [(0, True), (29, True), (32, False), (-32, False)])
    def test_x14_a_clock_that_differs_from_the_portals_is_named(self, session, seconds, good):
        check = clock_check(session, now=lambda: session.server_time() + timedelta(seconds=seconds + 0.5))
        assert check.good is good

    def test_this_machines_clock_is_read_in_utc(self):
        assert abs((connection.wall_clock() - datetime.now(tz=timezone.utc)).total_seconds()) < 5  # noqa: TID251  # the reference

    @pytest.mark.parametrize(
        ("seconds", "good", "said"), [(0.05, True, "in about 19 s (83.9 Mbit/s)"), (2.0, False, "in about 13 min (2.1 Mbit/s)")]
    )
    def test_x9_how_long_a_large_model_travels_is_told(self, session, seconds, good, said):
        ticks = iter([0.0, 0.0, *(seconds * n for piece in range(6) for n in (piece, piece + 1))])
        check = speed_check(session, monotonic=lambda: next(ticks))
        assert (check.good, said in check.said) == (good, True), check

    def test_an_older_portal_is_not_measured_and_that_is_no_fault(self, session):
        check = speed_check(_Older(session))
        assert (check.good, "cannot be measured" in check.said) == (True, True)


class _Older:
    """A session at a portal that has no such address."""

    def __init__(self, session):
        self.send_and_forget = lambda _content: session.programs() and session._api.get("/attempts/none", dict)


class TestExamining:
    @pytest.fixture(autouse=True)
    def without_tensorflow(self, monkeypatch):
        monkeypatch.setattr(framework, "interpreter_with_tensorflow", lambda: None)

    def test_every_line_comes_in_order_and_the_portal_last(self, session, tmp_path):
        names = [check.name for check in doctor.examine(tmp_path, session)]
        assert names == ["python", "tensorflow", "gpu", "disk", "memory", "proxy", "portal", "connection"]

    def test_without_a_portal_it_says_so_and_how_to_name_one(self, tmp_path):
        last = list(doctor.examine(tmp_path, None))[-1]
        assert (last.name, last.fallback) == ("portal", "Run: guildmark login --server URL")

    def test_a_portal_that_does_not_answer_is_a_line_and_no_error(self, session, portal, tmp_path):
        portal.faults.drop = 100
        last = list(doctor.examine(tmp_path, session))[-1]
        assert (last.name, last.good) == ("portal", False)

    def test_the_exams_packages_are_those_of_the_folder_else_of_what_waits_else_of_what_is_offered(
        self, session, portal, exam_folder, tmp_path
    ):
        assert doctor.pinned_for(tmp_path, None) == ""
        portal.exam.requirements = "tensorflow==2.20.0\n"
        assert doctor.pinned_for(tmp_path, session) == "tensorflow==2.20.0\n"
        session.register("test", exam_folder)
        session.prepare()
        portal.exam.requirements = "tensorflow==2.21.0\n"
        assert doctor.pinned_for(exam_folder, None) == "tensorflow==2.20.0\n"
        assert doctor.pinned_for(tmp_path, session) == "tensorflow==2.21.0\n"
