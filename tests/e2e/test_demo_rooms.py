"""A second demo beside a first one: a folder and a port of its own."""

import contextlib
import socket

import httpx
from demo.portal import Portal, free_port, serving
from demo.rooms import room


def test_two_demos_have_folders_of_their_own_and_the_next_one_takes_what_is_left(tmp_path) -> None:
    with room(tmp_path) as first:
        (first / "kept").touch()
        with room(tmp_path) as second:
            assert (first.name, second.name) == ("1", "2")
            assert (first / "kept").exists()
    with room(tmp_path) as third:
        assert (third.name, list(third.iterdir())) == ("1", [])


def test_a_taken_port_is_passed_over() -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port


def test_a_port_taken_in_the_last_moment_is_passed_over(quick_bank, tmp_path) -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        portal = Portal(data=tmp_path / "data", port=taken.getsockname()[1])
        portal.init(quick_bank)
        taken.listen()
        with serving(portal):
            assert portal.port > taken.getsockname()[1]
            assert "Guildmark" in httpx.get(portal.url).text
