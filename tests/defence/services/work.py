"""Work: as much as is asked for, and as much as is reasonable."""

import array
import base64
import io
import json
import sqlite3
import urllib.parse

from PIL import Image

from families import Refused, serve

ROWS = 100_000
store = sqlite3.connect(":memory:", check_same_thread=False)
store.row_factory = sqlite3.Row
store.execute("create table orders (id integer primary key, customer text, total real, state text)")
store.executemany(
    "insert into orders values (?, ?, ?, ?)",
    ((number, f"customer {number % 977}", number / 7, "shipped") for number in range(ROWS)),
)


def page(request, most=ROWS):
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
    limit = min(int(query["limit"][0]), most)
    rows = store.execute("select * from orders limit ?", (limit,)).fetchall()
    return json.dumps([dict(row) for row in rows]).encode()


FILE = bytes(1 << 20)


def parts(request):
    """multipart/byteranges as asked for, put together in memory."""
    answer = []
    for part in request.headers["range"].removeprefix("bytes=").split(","):
        start, end = part.split("-")
        end = int(end) if end else len(FILE) - 1
        answer.append(b"--b\r\ncontent-range: bytes %s-%d/%d\r\n\r\n" % (start.encode(), end, len(FILE)))
        answer.append(FILE[int(start) : end + 1])
    return b"".join(answer)


def one_part(request):
    """More than one range: the file, once."""
    if "," in request.headers["range"]:
        return FILE
    return parts(request)


# A small model: bytes of keys and values for a token, and of a row over its vocabulary.
CACHE_OF_A_TOKEN = 8 * 2 * 512 * 2
VOCABULARY = 32_000


def prompt(body):
    return body["messages"][0]["content"] if "messages" in body else body["prompt"]


def floats(size):
    return array.array("f", [0.5]) * (size // 4)


def attended(request):
    tokens = prompt(json.loads(request.body())).split()
    cache = [floats(CACHE_OF_A_TOKEN) for _ in tokens]
    return str(len(cache)).encode()


def attended_within(request):
    text = prompt(json.loads(request.body(LARGEST)))
    # No token is longer than 16 letters in this vocabulary: a bound that costs nothing.
    if len(text) > 4096 * 4:
        raise Refused(400)
    attended_text = [floats(CACHE_OF_A_TOKEN) for _ in text.split()]
    return str(len(attended_text)).encode()


def likelihoods(request):
    body = json.loads(request.body())
    tokens = prompt(body).split()
    rows = [floats(VOCABULARY * 4) for _ in tokens] if body["prompt_logprobs"] else []
    return str(len(rows)).encode()


def likelihoods_within(request):
    body = json.loads(request.body(LARGEST))
    if body["n"] * body["max_tokens"] > 16_384 or body["prompt_logprobs"] > 5:
        raise Refused(400)


LARGEST = 1 << 20


def pictures(body):
    for part in body["messages"][0]["content"]:
        yield Image.open(io.BytesIO(base64.b64decode(part["image_url"]["url"].split(",")[1])))


def seen(request):
    images = [picture.convert("RGB") for picture in pictures(json.loads(request.body()))]
    return str(len(images)).encode()


def seen_within(request):
    body = json.loads(request.body(LARGEST))
    if len(body["messages"][0]["content"]) > 4:
        raise Refused(400)
    for picture in pictures(body):
        if picture.width * picture.height > 1 << 22:
            raise Refused(400)
        picture.convert("RGB")


serve(
    naive={
        "page-size": page,
        "range-amplification": parts,
        "long-prompt": attended,
        "long-sequence": likelihoods,
        "image-batch": seen,
    },
    hardened={
        "page-size": lambda request: page(request, 100),
        "range-amplification": one_part,
        "long-prompt": attended_within,
        "long-sequence": likelihoods_within,
        "image-batch": seen_within,
    },
)
