"""Hostile files, one by one: each ends in a refusal or in plain pictures, and costs no more time and memory than is allowed.

Each is read by a process of its own, so that what it costs is its own: the process stands for the portal, its child is the one
that decodes.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest
from portal.tests.identity import hostile_files as hostile

from guildmark_portal.identity.intake.limits import LIMITS, MIB

PORTAL_MIB = 64
"""What the portal's own process may grow to: what it was sent, and what came back, beside Python itself."""
LITTLE_MIB = 64
"""What the child may grow to over a file that its header gives away."""
CPU_S = 5
"""Seconds of processor time: less than the portal gives, so that the tests take less."""
READ = """
import json, resource, sys, time
from dataclasses import replace
from django.conf import settings
settings.configure(USE_I18N=False)
from guildmark_portal.identity.intake.limits import LIMITS
from guildmark_portal.identity.intake.pages import FileUnusable, pages_of
content, began = sys.stdin.buffer.read(), time.monotonic()
try:
    pages = pages_of(content, sender="a test", limits=replace(LIMITS, cpu_s=int(sys.argv[1])))
except FileUnusable as refusal:
    pages, code = (), refusal.code
else:
    code = "taken"
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))  # since it began
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
made = b"".join(page.jpeg for page in pages)
is_plain = b"guildmark-payload" not in made and b"PK\\x03\\x04" not in made
sizes = [(page.width, page.height) for page in pages]
print(json.dumps([code, time.monotonic() - began, own / 1024, child / 1024, is_plain, sizes]))
"""


@dataclass(frozen=True)
class Cost:
    code: str
    seconds: float
    portal_mib: float
    child_mib: float
    is_plain: bool
    sizes: list[list[int]]


def cost_of(content: bytes) -> Cost:
    done = subprocess.run([sys.executable, "-c", READ, str(CPU_S)], input=content, capture_output=True, check=True)
    return Cost(*json.loads(done.stdout))


GIVEN_AWAY = {
    "600 megapixels, png": (lambda: hostile.png(30_000, 20_000), "too_many_pixels"),
    "600 megapixels, jpeg": (lambda: hostile.jpeg_of(30_000, 20_000), "too_many_pixels"),
    "600 megapixels, webp": (lambda: hostile.webp_of(16_383, 16_383), "too_many_pixels"),
    "a bomb, png": (lambda: hostile.bomb_png(7100), "too_many_pixels"),
    "a bomb in a text": (hostile.text_bomb_png, "damaged"),
    "a script as a picture": (hostile.html, "unknown"),
    "a script before a pdf": (lambda: hostile.html() + hostile.pdf(1), "unknown"),
    "10,000 pages": (lambda: hostile.pdf(10_000), "too_many_pages"),
    "5 pages": (lambda: hostile.pdf(5), "too_many_pages"),
}


@pytest.mark.parametrize("name", GIVEN_AWAY)
def test_g4_what_its_header_gives_away_is_refused_at_once_and_costs_next_to_nothing(name):
    make, code = GIVEN_AWAY[name]
    cost = cost_of(make())
    assert cost.code == code
    assert cost.seconds < CPU_S
    assert (cost.portal_mib < PORTAL_MIB, cost.child_mib < LITTLE_MIB) == (True, True), cost


BOUNDED = {
    "a picture just within the cap": (lambda: hostile.bomb_png(7000), {"taken"}),
    "a jpeg of many scans": (lambda: hostile.jpeg_of_many_scans(6000, 150), {"taken", "damaged", "took_too_long"}),
    "a pdf that paints for ever": (hostile.slow_pdf, {"took_too_long"}),
    "a pdf of itself": (hostile.pdf_of_itself, {"damaged", "taken"}),
    "a pdf that hides 10,000 pages": (lambda: hostile.pdf_that_lies(10_000), {"taken", "too_many_pages", "damaged"}),
    "a bomb in a pdf": (lambda: hostile.pdf_with_bomb(900), {"taken", "too_much_memory", "damaged", "took_too_long"}),
    "600 megapixels in a pdf": (lambda: hostile.pdf_with_picture(24_500), {"taken", "too_much_memory", "damaged"}),
    "a script in a pdf": (lambda: hostile.pdf(1, javascript="while (true) { app.alert('guildmark-payload'); }"), {"taken"}),
    "a polyglot, jpeg, html and zip": (lambda: hostile.with_payload(hostile.jpeg_of(64, 64)), {"taken"}),
    "a polyglot, png, html and zip": (hostile.png_with_payload, {"taken"}),
    "a polyglot, pdf and zip": (lambda: hostile.pdf(1) + hostile.a_zip(), {"taken"}),
}


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.timeout(120)
def test_g4_what_only_reading_shows_ends_within_its_limits_and_leaves_plain_pictures(name):
    make, codes = BOUNDED[name]
    content = make()
    assert (b"guildmark-payload" in content) == ("polyglot" in name or "script" in name)
    cost = cost_of(content)
    assert cost.code in codes
    assert cost.is_plain
    assert cost.seconds < LIMITS.wall_s  # others use the processor too
    assert (cost.portal_mib < PORTAL_MIB, cost.child_mib * MIB < LIMITS.memory_bytes) == (True, True), cost
    assert len(cost.sizes) <= LIMITS.pages
    assert all(max(size) <= LIMITS.side for size in cost.sizes)
