"""What somebody sends becomes pages of plain pixels, or a clear refusal, within limits of time and memory."""

import io
import platform
import resource
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from PIL import Image
from portal.tests.identity import hostile_files as hostile
from portal.tests.identity.conftest import picture

from guildmark_portal.identity.intake import pages as intake
from guildmark_portal.identity.intake.limits import LIMITS, MIB
from guildmark_portal.identity.intake.pages import FileUnusable, pages_of

LONGEST_S = 30
MOST_GROWTH_MIB = 150


def read(content, **options):
    return pages_of(content, sender="a test", **options)


@pytest.fixture
def bounded():
    """Whatever happens inside ends soon, and the portal's own memory does not grow by what a file promises."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert time.monotonic() - began < LONGEST_S
    assert grown < MOST_GROWTH_MIB


def opened(page):
    return Image.open(io.BytesIO(page.jpeg))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_g4_a_picture_becomes_one_upright_jpeg(kind, bounded):
    (page,) = read(picture(1200, 800, kind))
    image = opened(page)
    assert (image.format, image.mode, image.size, (page.width, page.height)) == ("JPEG", "RGB", (1200, 800), (1200, 800))
    assert all(abs(got - want) < 12 for got, want in zip(image.getpixel((400, 300)), (0x22, 0x55, 0x88), strict=True))


def test_g4_what_the_camera_turned_is_turned_back_and_where_it_was_taken_is_forgotten():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010F] = "guildmark-payload"
    exif.get_ifd(0x8825)[1] = "N"
    (page,) = read(picture(1200, 800, exif=exif.tobytes(), comment=b"guildmark-payload"))
    image = opened(page)
    assert (page.width, page.height, dict(image.getexif())) == (800, 1200, {})
    assert b"guildmark-payload" not in page.jpeg
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)


def test_a_large_picture_is_made_smaller_and_a_transparent_one_stands_on_white():
    (page,) = read(picture(5200, 3900))
    assert (page.width, page.height) == (2600, 1950)
    written = io.BytesIO()
    Image.new("RGBA", (60, 40), (255, 0, 0, 0)).save(written, "PNG")
    (clear,) = read(written.getvalue())
    assert opened(clear).getpixel((30, 20)) == (255, 255, 255)


@pytest.mark.parametrize("turned", [1, 6])
def test_g4_a_grey_scan_of_16_bits_keeps_its_greys(turned):
    grey = Image.new("I;16", (60, 40), 0x8000)
    grey.paste(0xFFFF, (0, 0, 20, 40))
    grey.paste(0x0100, (40, 0, 60, 40))
    exif, written = Image.Exif(), io.BytesIO()
    exif[0x0112] = turned
    grey.save(written, "PNG", exif=exif)
    (page,) = read(written.getvalue())
    image = opened(page) if turned == 1 else opened(page).rotate(90, expand=True)
    found = [image.getpixel((across, 20))[0] for across in (10, 30, 50)]
    assert ((page.width, page.height) == (60, 40), image.size) == (turned == 1, (60, 40))
    assert all(abs(got - want) < 12 for got, want in zip(found, (255, 128, 1), strict=True)), found


def test_of_a_telephones_double_picture_the_first_is_taken():
    written = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(written, "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20), "blue")])
    (page,) = read(written.getvalue())
    assert ((page.width, page.height), opened(page).getpixel((45, 30))[0] > 200) == ((90, 60), True)


def test_a_pdf_becomes_a_picture_of_each_page(bounded):
    pages = read(hostile.pdf(4))
    assert [(page.width, page.height) for page in pages] == [(834, 834)] * 4
    assert opened(pages[3]).getpixel((200, 600))[2] > 140


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(bytes(LIMITS.file_bytes + 1), "too_large", id="too large"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "unknown", id="svg"),
        pytest.param(hostile.gif(200), "unknown", id="gif of 200 frames"),
        pytest.param(hostile.a_zip(), "unknown", id="zip under another name"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heif", id="heic"),
        pytest.param(b"GIF89a%PDF-1.7", "unknown", id="pdf behind something else"),
        pytest.param(hostile.png(30_000, 20_000), "too_many_pixels", id="600 megapixels"),
        pytest.param(hostile.png(2**31 - 1, 2**31 - 1), "too_many_pixels", id="as many as a header can say"),
        pytest.param(hostile.bomb_png(7100), "too_many_pixels", id="a bomb just above the cap"),
        pytest.param(hostile.text_bomb_png(), "damaged", id="a bomb in a text"),
        pytest.param(hostile.moving("PNG"), "moving", id="moving png"),
        pytest.param(hostile.moving("WEBP"), "moving", id="moving webp"),
        pytest.param(picture()[:2000], "damaged", id="truncated jpeg"),
        pytest.param(picture(kind="PNG")[:-200], "damaged", id="truncated png"),
        pytest.param(picture(kind="WEBP")[:-200], "damaged", id="truncated webp"),
        pytest.param(b"\xff\xd8\xff" + bytes(500), "damaged", id="a mark and nothing else"),
        pytest.param(b"%PDF-1.7\n%%EOF", "damaged", id="an empty pdf"),
        pytest.param(hostile.pdf(0), "damaged", id="a pdf without pages"),
        pytest.param(hostile.pdf(5), "too_many_pages", id="five pages"),
        pytest.param(hostile.pdf(10_000), "too_many_pages", id="10,000 pages"),
        pytest.param(hostile.encrypted_pdf(), "encrypted", id="a pdf with a password"),
    ],
)
def test_g4_a_file_that_cannot_be_taken_ends_in_a_refusal_with_the_next_step(content, reason, bounded):
    with pytest.raises(FileUnusable) as refusal:
        read(content)
    assert refusal.value.code == reason
    assert refusal.value.message
    assert refusal.value.next_step
    assert "%(" not in str(refusal.value)


def test_a_webp_that_promises_268_megapixels_is_refused(bounded):
    with pytest.raises(FileUnusable) as refusal:
        read(hostile.webp_of(16383, 16383))
    assert refusal.value.code in {"too_many_pixels", "too_much_memory", "damaged"}


def test_a_bomb_below_the_cap_is_only_a_large_picture(bounded):
    (page,) = read(hostile.bomb_png(7000))
    assert (page.width, page.height) == (2600, 2600)


def test_g4_nothing_of_a_polyglot_lives_on(bounded):
    (page,) = read(hostile.with_payload(picture()))
    assert b"guildmark-payload" not in page.jpeg
    assert b"PK" + b"\x03\x04" not in page.jpeg
    assert page.jpeg.endswith(b"\xff\xd9")
    (rendered,) = read(hostile.pdf(1) + hostile.a_zip())
    assert b"guildmark-payload" not in rendered.jpeg


def test_g4_no_script_of_a_pdf_runs_or_lives_on(bounded):
    (page,) = read(hostile.pdf(1, javascript="while (true) { app.alert('guildmark-payload'); }"))
    assert b"guildmark-payload" not in page.jpeg
    assert (page.width, page.height) == (834, 834)


def test_what_takes_too_long_is_ended(bounded):
    with pytest.raises(FileUnusable) as refusal:
        read(hostile.slow_pdf(), limits=replace(LIMITS, cpu_s=1))
    assert refusal.value.code == "took_too_long"
    with pytest.raises(FileUnusable) as refusal:
        read(hostile.slow_pdf(), limits=replace(LIMITS, wall_s=0.5))
    assert refusal.value.code == "took_too_long"


def test_what_needs_too_much_memory_is_ended(bounded):
    with pytest.raises(FileUnusable) as refusal:
        read(hostile.bomb_png(7000), limits=replace(LIMITS, memory_bytes=100 * MIB))
    assert refusal.value.code in {"too_much_memory", "damaged"}


def test_a_child_cannot_write_more_than_its_limit(bounded):
    with pytest.raises(FileUnusable) as refusal:
        read(picture(2400, 2400), limits=replace(LIMITS, output_bytes=5000))
    assert refusal.value.code == "damaged"


def test_a_child_that_was_taken_over_is_not_believed(tmp_path):
    for line in (
        b"",
        b'{"pages": [[10, 10, 4]]}\nabcd',
        b'{"pages": [[10, 10, 99999999999]]}\n',
        b'{"pages": [[9999999, 10, 7]]}\n\xff\xd8\xff_\xff\xd9',
        b'{"pages": 7}\n',
        b'{"refused": "nonsense"}\n',
        b'{"refused": []}\n',
        b"[]\n",
        b"{" * 5000,
    ):
        with pytest.raises(FileUnusable) as refusal:
            intake._read(io.BytesIO(line), 0, LIMITS)
        assert refusal.value.code == "damaged"


TRIES = """
import os, socket, subprocess, sys
from guildmark_portal.identity.intake.confinement import give_up_system_calls
assert give_up_system_calls()
print("still computes", flush=True)
for name, attempt in {
    "open": lambda: open("/etc/hostname"),
    "write": lambda: os.open("/tmp/x", os.O_CREAT | os.O_WRONLY),
    "list": lambda: os.listdir("/"),
    "socket": lambda: socket.socket(),
    "fork": lambda: os.fork(),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "kill": lambda: os.kill(os.getppid(), 0),
    "remove": lambda: os.unlink("/tmp/x"),
}.items():
    try:
        attempt()
    except PermissionError:
        print(name, flush=True)
"""


@pytest.mark.skipif(platform.machine() not in {"x86_64", "aarch64"}, reason="no filter of system calls here")
def test_g4_a_decoder_that_was_taken_over_opens_no_file_and_calls_nobody():
    answer = subprocess.run([sys.executable, "-I", "-c", TRIES], capture_output=True, text=True, check=False)
    tried = ["open", "write", "list", "socket", "fork", "exec", "kill", "remove"]
    assert (answer.stdout.splitlines(), answer.returncode) == (["still computes", *tried], 0)
