"""A program of its own: a file on standard input becomes two pictures on standard output.

It reads what strangers made, so it runs apart (see ``previews``), with bounds on memory and time and without
EvalTrack's settings. It imports nothing of EvalTrack. On standard output: the length of the small picture as
four bytes, the small one, the large one, both WebP. Any fault ends it with a status that is not 0.
"""

import io
import resource
import struct
import sys
import warnings
from typing import IO, Any

MEMORY = 1024 * 1024 * 1024  # bytes of address space
SECONDS = 15  # of the processor
SMALL, LARGE = 320, 1600  # pixels at most on either side
MOST_PIXELS = 80_000_000
FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
}


def main(media_type: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes to a pipe only
    content = sys.stdin.buffer
    large = page(content) if media_type == "application/pdf" else picture(content, FORMATS[media_type])
    large.thumbnail((LARGE, LARGE))
    small = large.copy()
    small.thumbnail((SMALL, SMALL))
    first = webp(small)
    sys.stdout.buffer.write(struct.pack("!I", len(first)) + first + webp(large))


def picture(content: IO[bytes], form: str) -> Any:
    """Turned as the camera was held, on white, and with nothing that it says about place and camera."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(content, formats=[form]) as opened:
        opened.draft("RGB", (LARGE, LARGE))
        opened.thumbnail((LARGE, LARGE))
        turned = ImageOps.exif_transpose(opened)
        seen = turned.convert("RGBA" if "A" in turned.getbands() or "transparency" in turned.info else "RGB")
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    return plain


def page(content: IO[bytes]) -> Any:
    """The first page of a PDF."""
    from pypdfium2 import PdfDocument

    document = PdfDocument(content.read())
    first = document[0]
    scale = min(LARGE / max(*first.get_size(), 1), 4)
    return first.render(scale=scale).to_pil().convert("RGB")


def webp(image: Any) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "WEBP", quality=80, exif=b"", xmp=b"", icc_profile=b"")
    return kept.getvalue()


if __name__ == "__main__":
    main(sys.argv[1])
