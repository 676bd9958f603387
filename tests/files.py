"""Files as people and others send them: small real images, and what only says to be one."""

import io
import struct
import zlib

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="parent.document.title=\'owned\'">'
    b"<script>top.document.title='owned'; fetch('/account')</script></svg>"
)
HTML = b"<!doctype html><title>x</title><script>top.document.title='owned'</script>"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner takes for a virus, and nothing else does."""


def form_data(fields: dict[str, object], *files: tuple[str, bytes]) -> dict[str, object]:
    """What a browser sends for a form with files; Werkzeug's own client leaves a temporary file
    behind where they are large."""
    pairs = [
        (name, str(value))
        for name, values in fields.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    parts = [(f'name="{name}"', value.encode()) for name, value in pairs]
    parts += [(f'name="files"; filename="{name}"', content) for name, content in files]
    body = b"".join(
        b"--B\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts
    )
    return {"data": body + b"--B--\r\n", "content_type": "multipart/form-data; boundary=B"}


def png(width: int = 3, height: int = 2, *, says: tuple[int, int] | None = None) -> bytes:
    """A grey image; ``says`` is the size that its head claims, whatever there is of it."""
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)), 9)
    head = struct.pack(">IIBBBBB", *(says or (width, height)), 8, 0, 0, 0, 0)
    return PNG_HEAD + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def image(kind: str, size: tuple[int, int] = (600, 400), **options: object) -> bytes:
    """A real image of this kind, made by Pillow."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", size, "#2a6f7c").save(file, kind, **options)
    return file.getvalue()


def zip_bomb() -> bytes:
    """Ten megabytes of nothing, in a few thousand bytes."""
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.txt", bytes(1024 * 1024))
    return file.getvalue()
