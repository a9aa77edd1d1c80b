"""Files that nobody sends by mistake, made by code: nothing hostile lies in the repository."""

import io
import struct
import zipfile
import zlib

from PIL import Image

PAYLOAD = b"<script>alert('guildmark-payload')</script>"


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *, content: bytes = b"", extra: bytes = b"") -> bytes:
    """A grey PNG that says it has this size, whatever its content."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + extra + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def bomb_png(side: int) -> bytes:
    """A PNG whose few bytes unpack to side * side: within the header's cap or not, as asked."""
    row = b"\0" * (side + 1)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _row in range(side)) + packer.flush()
    return png(side, side, content=packed)


def text_bomb_png() -> bytes:
    """A tiny PNG with a text that unpacks to 600 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1024 * 1024)) for _mib in range(600)) + packer.flush()
    rows = zlib.compress(b"\0\0" * 1)
    return png(1, 1, content=rows, extra=_chunk(b"zTXt", b"Comment\0\0" + packed))


def webp_of(width: int, height: int) -> bytes:
    """A WebP whose header promises a canvas."""
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + (width - 1).to_bytes(3, "little")
    canvas += (height - 1).to_bytes(3, "little") + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    return b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas


def with_payload(picture: bytes) -> bytes:
    """A JPEG that is a page of HTML and a zip archive as well: a comment after its first mark, and a zip at its end."""
    comment = b"\xff\xfe" + struct.pack(">H", len(PAYLOAD) + 2) + PAYLOAD
    return picture[:2] + comment + picture[2:] + a_zip()


def a_zip() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("payload.html", PAYLOAD)
    return written.getvalue()


def gif(frames: int) -> bytes:
    images = [Image.new("P", (16, 16), number % 255) for number in range(frames)]
    written = io.BytesIO()
    images[0].save(written, "GIF", save_all=True, append_images=images[1:])
    return written.getvalue()


def moving(kind: str) -> bytes:
    images = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    images[0].save(written, kind, save_all=True, append_images=images[1:])
    return written.getvalue()


def pdf(pages: int, *, javascript: str = "", content: bytes = b"0.2 0.3 0.6 rg 20 20 160 100 re f", size: int = 300) -> bytes:
    """A PDF with so many pages, which may carry a script that runs when it is opened."""
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    action = f"/OpenAction << /S /JavaScript /JS ({javascript}) >>" if javascript else ""
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {action} >>".encode(),
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    bodies += [
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size} {size}] /Contents 3 0 R >>".encode() for _page in range(pages)
    ]
    written, places = io.BytesIO(), []
    written.write(b"%PDF-1.7\n")
    for number, body in enumerate(bodies, start=1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = written.tell()
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    written.writelines(b"%010d 00000 n \n" % place for place in places)
    written.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start))
    return written.getvalue()


def encrypted_pdf() -> bytes:
    """A PDF whose standard security handler no password of ours opens."""
    plain = pdf(1)
    handler = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>"
    return plain.replace(b"/Root 1 0 R", b"/Root 1 0 R /ID [<00><00>] " + handler)


def slow_pdf() -> bytes:
    """A PDF that takes for ever to paint: a hundred thousand large transparent shapes with soft edges."""
    shape = b"q 0.5 w 0 0 m 300 0 0 300 300 300 c 0 300 300 0 0 0 c B* Q\n"
    return pdf(1, content=shape * 150_000, size=300)


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose header promises another size."""
    written = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(written, "JPEG")
    content = bytearray(written.getvalue())
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def jpeg_of_many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG that draws the same detail over and over again."""
    written = io.BytesIO()
    Image.new("RGB", (side, side), "grey").save(written, "JPEG", progressive=True)
    content = written.getvalue()
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * scans + content[-2:]


def html(script: bytes = PAYLOAD) -> bytes:
    return b"<!doctype html><title>card.jpg</title>" + script


def png_with_payload() -> bytes:
    """A PNG with a script in a text, one behind its end, and a zip after that."""
    written = io.BytesIO()
    Image.new("RGB", (900, 600), "grey").save(written, "PNG")
    content = written.getvalue()
    return content[:33] + _chunk(b"tEXt", b"Comment\0" + PAYLOAD) + content[33:] + PAYLOAD + a_zip()


def pdf_of_itself() -> bytes:
    """A PDF whose pages are its own parents, without end."""
    return pdf(1).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")


def pdf_that_lies(pages: int) -> bytes:
    """A PDF that says it has one page, and has so many."""
    return pdf(pages).replace(b"/Count %d" % pages, b"/Count 1".ljust(len(b"/Count %d" % pages)))


def pdf_with_bomb(mib: int) -> bytes:
    """A PDF whose page unpacks to so many MiB of drawing."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * (1024 * 1024)) for _mib in range(mib)) + packer.flush()
    plain = b"<< /Length %d >>" % len(packed)
    return pdf(1, content=packed).replace(plain, b"<< /Filter /FlateDecode /Length %d >>" % len(packed))


def pdf_with_picture(side: int) -> bytes:
    """A PDF with a picture of side * side pixels in a few bytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(side)) for _row in range(side)) + packer.flush()
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (side, side, len(packed), packed)
    )
    page = b"/Contents 3 0 R"
    plain = pdf(1, content=b"q 280 0 0 280 10 10 cm /P Do Q")
    plain = plain.replace(page, page + b" /Resources << /XObject << /P 9 0 R >> >>")
    return plain.replace(b"4 0 obj", b"9 0 obj\n" + picture + b"\nendobj\n4 0 obj")
