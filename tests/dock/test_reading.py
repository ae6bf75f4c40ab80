# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal's own reader when the card misbehaves at each APDU in turn: a named status, and never half a person or a mixture of two."""
import json

import pytest

from conftest import CARDS, World

APDUS = 12  # more than the reading takes: the last rounds are undisturbed
HOLDERS = {name: json.loads((CARDS / name).read_text(encoding="utf-8"))["expect"]["holders"] for name in ("camille.json", "family.json", "lea.json")}

MAY_BE = {
    "pull": {"removed"},
    "mute": {"read", "reader-fault", "mute"},
    "half": {"read", "unreadable", "not-vitale", "reader-fault"},
    "zero": {"read", "reader-fault"},
    "garbage": {"read", "unreadable", "not-vitale"},
    "transport": {"read"},
    "swap:lea.json": {"removed", "read"},
    "sw:6F00": {"read", "unreadable"},
    "sw:6982": {"read", "unreadable", "not-vitale"},
}


@pytest.fixture(scope="module")
def brisk(tmp_path_factory):
    place = World(tmp_path_factory.mktemp("brisk"))
    place.start_dock()
    place.start_pcscd("--timeout", "100")
    yield place
    place.end()


def wait_empty(place):
    """pcscd has seen that the slot is empty: the next card is a new one for it, not the old one that was mute."""
    for _ in range(200):
        if place.read_card("--timeout", "0")["status"] == "no-card":
            return
    raise AssertionError("the slot stays occupied")


@pytest.mark.parametrize("fault", MAY_BE)
@pytest.mark.parametrize("name", ["camille.json", "family.json"])
def test_at_each_apdu(brisk, name, fault):
    for at in range(1, APDUS + 1):
        brisk.do(f"insert {name} {fault}@{at}")
        got = brisk.read_card("--timeout", "5")
        slot = brisk.status()["slots"][0]
        brisk.ask("remove")
        wait_empty(brisk)
        happened = slot["card"] != name or slot["apdus"] >= at
        if not happened:
            assert got["status"] == "read"
        else:
            assert got["status"] in MAY_BE[fault], (at, got["status"])
        whole = [HOLDERS["lea.json"]] if slot["card"] == "lea.json" else [HOLDERS[name]]
        # The file of numbers is protected, or its SELECT is answered by nonsense: names alone (facts/carte-vitale.md 1.6).
        if fault in ("sw:6982", "garbage"):
            whole.append([{**holder, "number": {"value": "", "kind": "none", "key_ok": False}} for holder in HOLDERS[name]])
        if got["status"] != "read":
            assert got["holders"] == [], at
        else:
            assert got["holders"] in whole, at
    assert not happened or slot["card"] is None or slot["card"] == "lea.json", "the reading takes more APDUs than this test knows"
