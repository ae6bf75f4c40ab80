# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal's own reader when the card misbehaves at each APDU in turn: a named status, and never half a person or a mixture of two."""
import concurrent.futures
import json
import os

import pytest

from conftest import CARDS, World

ALL = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(CARDS.glob("*.json"))}
HOLDERS = {name: card["expect"]["holders"] for name, card in ALL.items()
           if card["expect"]["status"] == "read" and "holders" in card["expect"] and "faults" not in card}
# With PERRON_EXHAUSTIVE every card that can be read, instead of two: some minutes, and best with the sanitizers (tests/dock/README.md).
NAMES = list(HOLDERS) if os.environ.get("PERRON_EXHAUSTIVE") else ["camille.json", "family.json"]
APDUS_MAX = 64

MAY_BE = {
    "pull": {"removed"},
    "mute": {"read", "reader-fault", "mute"},
    "half": {"read", "unreadable", "not-vitale", "reader-fault"},
    "zero": {"read", "reader-fault"},
    "garbage": {"read", "unreadable", "not-vitale"},
    "transport": {"read"},
    "swap": {"removed", "read"},
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
@pytest.mark.parametrize("name", NAMES)
def test_at_each_apdu(brisk, name, fault):
    other = "lea.json" if name != "lea.json" else "camille.json"
    harm = f"swap:{other}" if fault == "swap" else fault
    for at in range(1, APDUS_MAX):
        brisk.do(f"insert {name} {harm}@{at}")
        got = brisk.read_card("--timeout", "5")
        slot = brisk.status()["slots"][0]
        brisk.ask("remove")
        wait_empty(brisk)
        whole = [HOLDERS[slot["card"] or name]]
        # The file of numbers is protected, or its SELECT is answered by nonsense: names alone (facts/carte-vitale.md 1.6).
        if fault in ("sw:6982", "garbage"):
            whole.append([{**holder, "number": {"value": "", "kind": "none", "key_ok": False}} for holder in HOLDERS[name]])
        if got["status"] != "read":
            assert got["holders"] == [], at
        else:
            assert got["holders"] in whole, at
        if slot["card"] == name and slot["apdus"] < at:  # the whole reading went by undisturbed
            assert got["status"] == "read"
            return
        assert got["status"] in MAY_BE[fault], (at, got["status"])
    raise AssertionError("the reading takes more APDUs than this test knows")


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """A reader that waits for a mute card for as long as it takes: what happens meanwhile happens in the middle of that command."""
    place = World(tmp_path_factory.mktemp("patient"))
    place.start_dock()
    place.daemon = place.start_pcscd("--timeout", "60000")
    yield place
    place.end()


def unplug(place):
    place.do("reader unplug")


def plug(place):
    place.do("reader plug")


def kill_pcscd(place):
    place.stop(place.daemon)


def start_pcscd(place):
    place.daemon = place.start_pcscd("--timeout", "60000")


@pytest.mark.parametrize("harm, mend", [(unplug, plug), (kill_pcscd, start_pcscd)])
@pytest.mark.parametrize("name", NAMES)
def test_reader_gone_at_each_apdu(patient, name, harm, mend):
    for at in range(1, APDUS_MAX):
        patient.do(f"insert {name} mute@{at}")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            reading = pool.submit(patient.read_card, "--timeout", "5")
            while not reading.done() and patient.status()["slots"][0]["apdus"] < at:
                pass
            happened = not reading.done()
            if happened:
                harm(patient)
            got = reading.result()
        if happened:
            mend(patient)
        patient.ask("remove")
        wait_empty(patient)
        if not happened:
            assert got["status"] == "read" and got["holders"] == HOLDERS[name]
            return
        assert got["status"] in ("no-reader", "removed", "reader-fault", "mute") and got["holders"] == [], (at, got)
    raise AssertionError("the reading takes more APDUs than this test knows")
