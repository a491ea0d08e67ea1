"""Pictures: thumbnails of whatever comes, and only of what is small enough."""

import io

from PIL import Image, ImageSequence

from families import Refused, serve

# What Pillow refuses by itself is 179 million; this is a photo of a good camera.
PIXELS = 25_000_000


def thumbnail(body):
    picture = Image.open(io.BytesIO(body)).convert("RGB")
    picture.thumbnail((128, 128))
    picture.save(io.BytesIO(), "PNG")


def thumbnails(body):
    """Of an animation: all frames, then all small ones."""
    frames = [frame.convert("RGBA") for frame in ImageSequence.Iterator(Image.open(io.BytesIO(body)))]
    for frame in frames:
        frame.thumbnail((128, 128))


def small_enough(function):
    def checked(body):
        # Reads no more than the header, and for frames their headers.
        picture = Image.open(io.BytesIO(body))
        width, height = picture.size
        if width * height > PIXELS:
            raise Refused(413)
        if width * height * getattr(picture, "n_frames", 1) > PIXELS:
            raise Refused(413)
        function(body)

    return checked


NAIVE = {name: thumbnail for name in ["image-bomb", "jpeg-bomb", "gif-bomb", "webp-bomb", "tiff-bomb"]}
NAIVE["gif-frames"] = thumbnails
HARDENED = {name: small_enough(function) for name, function in NAIVE.items()}


def of_body(functions):
    return {name: lambda request, function=function: function(request.body()) for name, function in functions.items()}


Image.init()
serve(of_body(NAIVE), of_body(HARDENED))
