# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of each process at every step of the journey: what was called "enregistrée" is neither lost nor doubled."""
import pytest

from house import STEPS, Person, inputs, walk

# What a process takes with it when it dies, and how the person gets it back.
AFTER = {"dock": ["dock insert camille.json"]}
NEEDS_CARD = {"confirm"}


def collect_all(stage, wanted):
    """Everything the caisse opens until it has seen the wanted references; a bound, since each collect waits for nothing."""
    opened = []
    for _ in range(200):
        report = stage.collect()
        assert report["problems"] == []
        opened += report["opened"]
        if wanted <= {entry["reference"] for entry in opened}:
            return opened
    raise AssertionError(f"told, but never arrived: {wanted - {entry['reference'] for entry in opened}}")


def assert_neither_lost_nor_doubled(stage, person, told):
    """`told`: {reference: phone} of what persons were told."""
    opened = collect_all(stage, set(told))
    references = [entry["reference"] for entry in opened]
    ids = [entry["id"] for entry in opened]
    counters = [entry["counter"] for entry in opened]
    assert len(set(references)) == len(references) and len(set(ids)) == len(ids) and len(set(counters)) == len(counters)
    for entry in opened:
        if entry["reference"] in told:
            assert inputs(entry)["phone"].replace(" ", "") == told[entry["reference"]]
    return opened


@pytest.mark.parametrize("name", ["sync", "gateway", "nginx", "dock", "pcscd", "sound"])
def test_killed_at_every_step(stage, person, name):
    """The terminal lives on: the same person comes to the end, whatever dies beside."""

    def kill(screen):
        stage.do(f"kill {name}")
        stage.do(f"start {name}")
        if name == "dock" and screen in NEEDS_CARD:
            person.do("dock insert camille.json")
        person.do(f"wait screen {screen}")

    walk(person, until="ticket", before_step=kill)
    person.do("expect progress sent")
    [reference] = person.references()
    opened = assert_neither_lost_nor_doubled(stage, person, {reference: "0639980012"})
    assert len(opened) == 1
    person.do("expect progress received")


def test_terminal_killed_at_every_step(stage):
    """A killed terminal forgets the person who had not confirmed, and keeps what it had called registered."""
    told = {}
    for number, (screen, _) in enumerate(STEPS):
        phone = f"06399800{number:02d}"
        with Person(stage) as person:
            walk(person, until=screen, phone=phone)
            person.do("look")
            told.update({reference: phone for reference in person.references()})
            stage.do("kill kiosk")
            stage.ask("start kiosk")
            person.ask("dock remove")  # an error when no card was in
            person.do("wait screen welcome")
            assert "DUPONT" not in person.seen["text"] and "06 39" not in person.seen["text"]
    assert len(told) == 2, "the steps ticket and done come after the registration"
    opened = assert_neither_lost_nor_doubled(stage, None, told)
    assert len(opened) == 2, "nothing that was not confirmed has left"


@pytest.mark.parametrize("name", ["kiosk", "sync", "gateway", "nginx"])
def test_killed_while_registering(stage, name):
    """Killed right behind the touch on "confirmer", again and again: told means arrived, once; not told means at most once."""
    told, confirmed = {}, 0
    for number in range(5):
        phone = f"06399801{number:02d}"
        with Person(stage) as person:
            walk(person, until="review", phone=phone)
            person.do("touch option:confirm")
            stage.do(f"kill {name}")
            confirmed += 1
            if name == "kiosk":
                stage.ask("start kiosk")
                person.do("wait screen welcome")  # reads first what the dead one had still said
                told.update({reference: phone for reference in person.references()})
            else:
                person.do("wait screen ticket", "expect registered")
                told.update({reference: phone for reference in person.references()})
                stage.do(f"start {name}")
                person.do("touch option:finish", "wait screen done", "touch next")
            person.ask("dock remove")  # an error when no card was in
            person.do("wait screen welcome")
    waiting = {item["reference"] for item in stage.perron("queue", "list")}
    assert set(told) <= waiting
    opened = assert_neither_lost_nor_doubled(stage, None, told)
    assert len(told) <= len(opened) <= confirmed
