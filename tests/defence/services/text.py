"""Text that is normalized as it comes, and under a limit."""

import json
import unicodedata

from families import Refused, serve


def normalized(request):
    unicodedata.normalize("NFKC", json.loads(request.body())["text"])


def short(request):
    text = json.loads(request.body(1 << 20))["text"]
    if len(text) > 10_000:
        raise Refused(413)
    unicodedata.normalize("NFKC", text)


serve(naive={"unicode-expansion": normalized}, hardened={"unicode-expansion": short})
