"""Tries attacks without bubblewrap, in namespaces of its own, with the layers that it is told.

It prints what each achieved as JSON.

Usage: unboxed.py LAYERS ATTACK…, where LAYERS is a number of `Layer`.
"""

import fcntl
import json
import socket
import struct
import sys

from guildmark_grader.inside.lockdown import Layer
from guildmark_grader.sandbox import Box
from guildmark_grader.selfcheck.catalogue import ATTACKS
from guildmark_grader.selfcheck.doctor import try_all

SET_FLAGS, UP = 0x8914, 1

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:  # a fresh network has its loopback switched off
    fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14s", b"lo", UP, b""))
wanted = [attack for attack in ATTACKS if attack.name in sys.argv[2:]]
results = try_all(Box(is_insecure=True), attacks=wanted, layers=Layer(int(sys.argv[1])))
sys.stdout.write(json.dumps({tried.attack.name: tried.found for tried in results}))
