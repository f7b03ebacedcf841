"""Files from strangers: what they become, and which are refused before they cost anything."""

import io
import random
import struct
import zlib

import pytest
from PIL import ExifTags, Image, ImageCms

from signaling import image_file
from signaling.image_file import BadImage, from_file

ROOMY = 1 << 20


def saved(image, form, **how):
    target = io.BytesIO()
    image.save(target, form, **how)
    return target.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


def photo():
    """1200 x 800, red on its left and blue on its right, as a camera held on its side writes it."""
    image = Image.new("RGB", (1200, 800), "#e01010")
    image.paste("#1010e0", (600, 0, 1200, 800))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "SecretCamera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (32.0, 3.0, 0.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(image, "JPEG", exif=exif, icc_profile=profile, comment=b"SecretComment", quality=95)


def test_a_photo_becomes_upright_webp_in_three_sizes_without_what_the_camera_wrote():
    data = photo()
    assert b"SecretCamera" in data
    sizes = from_file(data, "image/jpeg", ROOMY)
    assert [opened(each).size for each in sizes] == [(107, 160), (320, 480), (720, 1080)]
    for each in sizes:
        found = opened(each)
        assert (found.format, dict(found.getexif())) == ("WEBP", {})
        assert not {"exif", "xmp", "icc_profile", "comment"} & found.info.keys()
        assert not any(word in each for word in (b"Secret", b"EXIF", b"ICCP", b"XMP "))
        top = found.convert("RGB").getpixel((found.width // 2, 10))
        bottom = found.convert("RGB").getpixel((found.width // 2, found.height - 10))
        assert top[0] > 150 > top[2], "what was left is on top once it is turned"
        assert bottom[2] > 150 > bottom[0]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png(mode):
    small = from_file(saved(Image.new(mode, (90, 30)), "PNG"), "image/png", ROOMY)
    assert [opened(each).size for each in small] == [(90, 30)] * 3, "never made larger"


def test_what_is_clear_stays_clear():
    image = Image.new("P", (40, 40), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(1, (20, 0, 40, 40))
    for each in from_file(saved(image, "PNG", transparency=0), "image/png", ROOMY):
        alpha = opened(each).convert("RGBA").getchannel("A")
        assert (alpha.getpixel((5, 20)), alpha.getpixel((35, 20))) == (0, 255)


def test_prints_colours_and_moving_pictures_too():
    assert from_file(saved(Image.new("CMYK", (50, 50)), "JPEG"), "image/jpeg", ROOMY)
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    moving = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    for each in from_file(moving, "image/webp", ROOMY):
        assert getattr(opened(each), "n_frames", 1) == 1


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, *more):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [(60_000, 60_000), (8_000, 8_000), (12_001, 1), (1, 2**31 - 1), (12_000, 8_000)])
def test_a_bomb_is_refused_by_its_header(side, monkeypatch):
    def load(self, *args):
        raise AssertionError("was unpacked")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    with pytest.raises(BadImage, match="million pixels"):
        from_file(png(*side), "image/png", ROOMY)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "image/png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/png"),
        (b"<!doctype html><script>alert(1)</script>", "image/jpeg"),
        (b"%PDF-1.7", "image/webp"),
        (b"GIF89a" + bytes(40), "image/png"),
        (saved(Image.new("RGB", (9, 9)), "GIF"), "image/png"),
        (saved(Image.new("RGB", (9, 9)), "PNG"), "image/jpeg"),
        (saved(Image.new("RGB", (300, 300)), "JPEG")[:400], "image/jpeg"),
        (png(100, 100), "image/png"),
        (png(10, 10, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000)))), "image/png"),
    ],
)
def test_what_is_no_picture_of_its_type_is_refused(data, kind):
    with pytest.raises(BadImage, match="cannot be read"):
        from_file(data, kind, ROOMY)


@pytest.mark.parametrize("kind", image_file.FORMATS)
def test_broken_bytes_are_a_picture_or_refused(kind):
    chance = random.Random(7)
    good = saved(opened(photo()).resize((64, 48)), image_file.FORMATS[kind])
    refused = 0
    for _ in range(150):
        data = bytearray(good)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            cut = len(data) if chance.random() < 0.8 else chance.randrange(len(data))
            assert len(from_file(bytes(data[:cut]), kind, ROOMY)) == 3
        except BadImage:
            refused += 1
    assert refused


def test_what_does_not_fit_in_its_bytes():
    noise = Image.frombytes("RGB", (200, 200), random.Random(1).randbytes(120_000))
    full, smaller = (from_file(saved(noise, "PNG"), "image/png", most)[-1] for most in (ROOMY, 25_000))
    assert len(smaller) <= 25_000 < len(full)
    with pytest.raises(BadImage, match="too much"):
        from_file(saved(noise, "PNG"), "image/png", 500)
