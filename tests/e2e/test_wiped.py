# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything wiped: after a session the memory of the terminal holds nothing of the person any more, whatever way it ended, the voice included."""
import os
import pathlib

import pytest

from house import STEPS, Person, Stage, walk
from traces import Search

PHONE = "0639980047"
MARKS = ["DUPONT", "CAMILLE", "290017500000176", "19900115", "15/01/1990", PHONE]
ALOUD = [(screen, ["touch option:on"] if screen == "voice" else lines) for screen, lines in STEPS]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the terminal hides its memory from its own user: only root can look")


def assert_bites(search, pid):
    if "libasan" in pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8"):
        pytest.skip("a build with sanitizers keeps what was freed")
    during = search.in_process(pid)
    assert "dupont" in during or "camille" in during, "the search finds nothing, so it proves nothing"


def test_memory_after_a_session(tmp_path):
    """With the voice and a headset: the name and each digit were said. libespeak-ng and libpulse have buffers of their own."""
    search = Search(MARKS)
    with Stage(tmp_path / "world") as stage, Person(stage) as person:
        person.do("dock jack in")
        walk(person, until="review", phone=PHONE, steps=ALOUD)
        said = [text for text, privacy, outcome in person.history("said") if privacy == "personal" and outcome != "refused"]
        assert any("CAMILLE" in text for text in said) and "7" in said
        assert_bites(search, stage.pid("kiosk"))
        person.do("touch option:confirm", "wait screen ticket", "touch option:finish", "wait screen done", "dock remove", "touch next",
                  "wait screen welcome")
        assert search.in_process(stage.pid("kiosk")) == {}


def test_memory_of_who_leaves_while_the_name_is_said(tmp_path):
    """Next to nothing is said after the name that would go over it."""
    search = Search(MARKS)
    with Stage(tmp_path / "world", "--set", "speech.enabled=false") as stage, Person(stage) as person:
        person.do("dock jack in")
        walk(person, until="confirm", steps=ALOUD)
        person.do('expect said "CAMILLE"')
        assert_bites(search, stage.pid("kiosk"))
        person.do("touch foot:leave", "wait screen leave", "touch option:erase", "expect wiped")
        assert search.in_process(stage.pid("kiosk")) == {}
