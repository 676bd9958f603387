"""Makes a small picture of an image: a program of its own, standard input to standard output.

It runs alone (``python -I``), imports nothing of ours, and takes away from itself whatever an image
made to do harm could use up, before it looks at the first byte (R58). Any trouble is exit code 1.
"""

import resource
import sys
import warnings

CPU_SECONDS = 10
MEMORY = 512 * 1024 * 1024
OUTPUT_MAX = 1024 * 1024
PIXELS_MAX = 25_000_000
SIDE_MAX = 480
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def limit_myself() -> None:
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, OUTPUT_MAX),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def shrink() -> None:
    """The first frame, upright, at most SIDE_MAX wide and high, as WebP without its metadata."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(sys.stdin.buffer, formats=FORMATS) as image:
        image.draft("RGB", (SIDE_MAX, SIDE_MAX))  # JPEG can be decoded small to begin with
        image.thumbnail((SIDE_MAX, SIDE_MAX))
        upright = ImageOps.exif_transpose(image)
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        upright.convert(mode).save(sys.stdout.buffer, "WEBP", quality=70, method=4)


if __name__ == "__main__":
    limit_myself()
    try:
        shrink()
    except (Exception, Warning):  # whatever it is, there is no picture
        sys.exit(1)
