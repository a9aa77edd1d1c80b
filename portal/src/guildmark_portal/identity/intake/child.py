"""Inside the child: decode what stands on standard input, write pages of plain pixels to standard output.

    python -I -m guildmark_portal.identity.intake.child KIND PIXELS PAGES SIDE OUTPUT MEMORY CPU

The answer is one line of JSON, `{"pages": [[width, height, bytes], …]}` or `{"refused": REASON}`, and after it the pages, one
after the other; `"unconfined": true` in it says that this kernel has no filter. Whatever ends this process without such a line
is told apart by its parent. The limits are set before a byte is read, and cannot be raised again from in here; `confinement`
says what else is taken away. If any of that fails, nothing is read, and the exit status is `NOT_READY`: no fault of the file.
"""

import io
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from guildmark_portal.identity.intake.confinement import give_up_system_calls

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument

NOT_READY: Final = 71
QUALITY: Final = 88
PDF_SCALE: Final = 200 / 72  # 200 dots per inch
_POINTS_MAX: Final = 14_400  # the longest side that PDF knows


class _Refused(Exception):
    """The file is not taken; the argument is the reason."""


def main(arguments: list[str]) -> None:
    """Do what the module says, and leave."""
    kind = arguments[0]
    pixels, pages, side, output, memory, cpu = map(int, arguments[1:])
    try:
        _limit(output=output, memory=memory, cpu=cpu)
        _load_decoders()
        is_confined = give_up_system_calls()
    except Exception:  # noqa: BLE001 - whatever it was, no byte of the file has been read
        sys.exit(NOT_READY)
    try:
        made = _made(kind, sys.stdin.buffer.read(), pixels=pixels, pages=pages, side=side)
        answer: dict[str, object] = {"pages": [[width, height, len(jpeg)] for width, height, jpeg in made]}
    except _Refused as refusal:
        made, answer = [], {"refused": str(refusal)}
    except MemoryError:
        made, answer = [], {"refused": "too_much_memory"}
    out = sys.stdout.buffer
    out.write(json.dumps(answer if is_confined else {**answer, "unconfined": True}).encode() + b"\n")
    for _width, _height, jpeg in made:
        out.write(jpeg)
    out.flush()


def _load_decoders() -> None:
    """Have everything in memory that decoding needs: afterwards no file can be opened."""
    import pypdfium2
    from PIL import Image, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

    _ = (ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin, pypdfium2)
    Image.preinit()


def _limit(*, output: int, memory: int, cpu: int) -> None:
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, output),
    ):
        resource.setrlimit(limit, (most, most))


def _made(kind: str, content: bytes, *, pixels: int, pages: int, side: int) -> list[tuple[int, int, bytes]]:
    from PIL import Image, ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = pixels
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # `_image` asks the header itself
    pictures = _rendered(content, most=pages, side=side) if kind == "PDF" else _image(content, kind, pixels=pixels)
    made = []
    for picture in pictures:
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        fresh = Image.new("RGB", picture.size, "white")
        has_alpha = picture.mode in {"RGBA", "LA", "PA"}
        fresh.paste(picture.convert("RGBA" if has_alpha else "RGB"), mask=picture.getchannel("A") if has_alpha else None)
        written = io.BytesIO()
        fresh.save(written, "JPEG", quality=QUALITY)
        made.append((*fresh.size, written.getvalue()))
    return made


def _image(content: bytes, kind: str, *, pixels: int) -> "list[Image]":
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            if opened.width * opened.height > pixels:
                raise _Refused("too_many_pixels")
            # A JPEG of a telephone may carry a second picture, for its depth or brightness: the first is the photo.
            if opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1:
                raise _Refused("moving")
            opened.load()
            return [ImageOps.exif_transpose(_in_eight_bits(opened))]
    except Image.DecompressionBombError as error:
        raise _Refused("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, EOFError, OverflowError) as error:
        # What decoders raise over bytes that are not what they should be.
        raise _Refused("damaged") from error


def _in_eight_bits(picture: "Image") -> "Image":
    """The picture, whose greys of 16 bits Pillow would cut off at 255 instead of scaling them: all of it would be white."""
    if not picture.mode.startswith("I"):
        return picture
    scaled = picture.point(lambda grey: grey * (255 / 65535)).convert("L")
    scaled.info = picture.info  # which way up it is
    return scaled


def _rendered(content: bytes, *, most: int, side: int) -> "Iterator[Image]":
    import pypdfium2
    from pypdfium2 import PdfiumError

    try:
        document = pypdfium2.PdfDocument(content)  # its forms are never initialised, so no script of it runs
        count = len(document)
    except PdfiumError as error:
        raise _Refused("encrypted" if "password" in str(error).lower() else "damaged") from error
    if not count:
        raise _Refused("damaged")
    if count > most:
        raise _Refused("too_many_pages")
    for number in range(count):
        yield _page(document, number, side=side)


def _page(document: "PdfDocument", number: int, *, side: int) -> "Image":
    from pypdfium2 import PdfiumError

    try:
        page = document[number]
        width, height = page.get_size()
        if not (1 <= width <= _POINTS_MAX and 1 <= height <= _POINTS_MAX):
            raise _Refused("damaged")
        picture: Image = page.render(scale=min(PDF_SCALE, side / max(width, height)), may_draw_forms=False).to_pil()
    except (PdfiumError, ValueError) as error:
        raise _Refused("damaged") from error
    return picture


if __name__ == "__main__":
    main(sys.argv[1:])
