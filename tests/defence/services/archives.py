"""Archives and compressed bodies: unpacked as they come, and under limits."""

import gzip
import io
import struct
import sys
import tarfile
import zipfile
import zlib

import zstandard

from families import Refused, serve

LARGEST = 4 << 20
ENTRIES = 10_000
DEEPEST = 2


def codings(request):
    return [coding.strip() for coding in request.headers["content-encoding"].split(",")]


def inflate(request):
    body = request.body()
    for coding in reversed(codings(request)):
        body = gzip.decompress(body) if coding == "gzip" else zlib.decompress(body)


def inflate_some(request):
    if len(codings(request)) > 1:
        raise Refused(415)
    inflater = zlib.decompressobj(wbits=47)
    if len(inflater.decompress(request.body(), LARGEST)) == LARGEST:
        raise Refused(413)


def decompress(request):
    zstandard.ZstdDecompressor().decompress(request.body())


def decompress_some(request):
    with zstandard.ZstdDecompressor(max_window_size=LARGEST).stream_reader(request.body()) as reader:
        if len(reader.read(LARGEST)) == LARGEST:
            raise Refused(413)


def descend(body):
    """All files at the bottom of an archive of archives."""
    files = []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for entry in archive.infolist():
            content = archive.read(entry)
            files += descend(content) if zipfile.is_zipfile(io.BytesIO(content)) else [content]
    return files


def scan(request):
    descend(request.body())


def scan_some(request):
    spend(request.body(), [LARGEST], DEEPEST)


def spend(body, left, levels):
    """Descends with one purse for all."""
    if levels == 0:
        raise Refused(413)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for entry in archive.infolist():
            left[0] -= entry.file_size
            if left[0] < 0:
                raise Refused(413)
            with archive.open(entry) as file:
                content = file.read(entry.file_size)
            if content[:2] == b"PK":
                spend(content, left, levels - 1)


def listing(request):
    index(request.body())


def index(body):
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        {name: archive.getinfo(name) for name in archive.namelist()}


def short_listing(request):
    body = request.body()
    # The end record: of ZIP64 there is one only if 16 bits do not suffice.
    (entries,) = struct.unpack_from("<H", body, len(body) - 12)
    if entries > ENTRIES:
        raise Refused(413)
    index(body)


def unpack(request):
    """Reads every file into room for as much as its header says."""
    unpack_some(request, sys.maxsize)


def unpack_some(request, left=LARGEST):
    files = []
    try:
        with tarfile.open(fileobj=io.BytesIO(request.body())) as archive:
            for member in archive:
                left -= member.size
                if left < 0:
                    raise Refused(413)
                files.append(bytearray(member.size))
                archive.extractfile(member).readinto(files[-1])
    except tarfile.ReadError as cut:
        raise Refused(400) from cut


serve(
    {
        "gzip-bomb": inflate,
        "stacked-encoding": inflate,
        "zstd-bomb": decompress,
        "zip-nested": scan,
        "zip-entries": listing,
        "tar-sparse": unpack,
    },
    {
        "gzip-bomb": inflate_some,
        "stacked-encoding": inflate_some,
        "zstd-bomb": decompress_some,
        "zip-nested": scan_some,
        "zip-entries": short_listing,
        "tar-sparse": unpack_some,
    },
)
