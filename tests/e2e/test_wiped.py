# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything wiped: after a session the memory of the terminal holds nothing of the person any more."""
import os
import re

import pytest

from house import Person, Stage, walk

PHONE = "0639980047"
MARKS = ["DUPONT", "CAMILLE", "290017500000176", "2 90 01 75 000 001 76", "19900115", "15/01/1990", PHONE, "06 39 98 00 47"]


def encodings(text):
    return [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")]


def find_marks(pid):
    """{mark: number of places} in all writable memory of a process, in the encodings that GTK, Pango and X use."""
    found = {}
    patterns = {mark: [re.compile(re.escape(code)) for code in encodings(mark)] for mark in MARKS}
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if "rw" not in rights or "[v" in line:
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except OSError:
                continue
            for mark, codes in patterns.items():
                count = sum(len(code.findall(content)) for code in codes)
                if count:
                    found[mark] = found.get(mark, 0) + count
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="the terminal hides its memory from its own user: only root can look")
def test_memory_after_a_session(tmp_path):
    with Stage(tmp_path / "world") as stage, Person(stage) as person:
        walk(person, until="review", phone=PHONE)
        during = find_marks(stage.pid("kiosk"))
        assert "DUPONT" in during and any(mark in during for mark in (PHONE, "06 39 98 00 47")), "the search finds nothing, so it proves nothing"
        person.do("touch option:confirm", "wait screen ticket", "touch option:finish", "wait screen done", "dock remove", "touch next",
                  "wait screen welcome")
        assert find_marks(stage.pid("kiosk")) == {}
