# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking for somebody in bytes: a name, a number, a phone number in every form in which a program may have kept it. The bytes are brought to
one form, so that few needles find many: without zero bytes UTF-16 and UTF-32 of these texts are UTF-8, in small letters case is gone, and
without what separates, digits stand together however they were grouped."""
import base64
import re

SMALL = bytes(range(256)).lower()
SEPARATES = b" .,-/'\x00\xc2\xa0\xe2\x80\xaf"  # also no-break spaces, U+00A0 and U+202F
LEAST = 6


def needles(texts):
    """Of the first form: the text, its hex, its base64 at the three places of a longer one. Of the second: the text without separators."""
    first, second = set(), set()
    for text in texts:
        raw = text.encode().translate(SMALL)
        first |= {raw.translate(None, b"\0"), raw.hex().encode()}
        for spelt in {text, text.upper(), text.lower(), text.capitalize()}:
            for lead in range(3):
                # The first and the last group depend on the neighbours.
                first.add(base64.b64encode(b"\0" * lead + spelt.encode())[4 if lead else 0:-4].translate(SMALL))
        digits = re.sub(r"\D", "", text)
        second.add(raw.translate(None, SEPARATES))
        if len(digits) == 15:
            second.add(digits[:13].encode())  # a social security number without its key
    return [{needle for needle in found if len(needle) >= LEAST} for found in (first, second)]


class Search:
    def __init__(self, texts):
        self.first, self.second = needles(texts)

    def hits(self, content):
        """{needle: how often}"""
        plain = content.translate(SMALL, b"\0")
        bare = plain.translate(None, SEPARATES)
        found = {needle: plain.count(needle) for needle in self.first} | {needle: bare.count(needle) for needle in self.second}
        return {needle.decode("latin-1"): count for needle, count in found.items() if count}

    def in_files(self, paths):
        return {str(path): found for path in paths if (found := self.hits(path.read_bytes()))}

    def in_process(self, pid):
        """In all writable memory."""
        whole = {}
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if "rw" not in rights or "[v" in line:
                    continue
                start, end = (int(part, 16) for part in span.split("-"))
                for content in read_region(memory, start, end):
                    for needle, count in self.hits(content).items():
                        whole[needle] = whole.get(needle, 0) + count
        return whole


def read_region(memory, start, end, step=1 << 24):
    for at in range(start, end, step):
        try:
            memory.seek(at)
            yield memory.read(min(step + 256, end - at))  # 256: what stands across two steps
        except OSError:
            continue
