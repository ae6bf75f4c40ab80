# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who has the terminal's keypad, or two switches, and their ears: neither finger nor keyboard, nor a look at the screen."""
import re

from house import inputs, walk
from test_blind import TALK

MANY = 90


def press(person, key):
    """One key, and what it made the voice say: heard, not only asked for."""
    before = len(person.history("said"))
    person.do(f"keypad {key}")
    asked = [text for text, _, outcome in person.history("said")[before:] if outcome == "asked"]
    for text in asked[:1]:
        person.do(f'expect said "{text}"')
    return asked


def choose(person, wanted, next_key, select_key):
    for _ in range(MANY):
        if any(text.startswith(wanted) for text in press(person, next_key)):
            person.do(f"keypad {select_key}")
            return
    raise AssertionError(f'"{wanted}" was never heard')


def go_through(stage, person, next_key, select_key):
    for heard, wanted in TALK:
        person.do(f'expect said "{heard}"')
        if wanted is None:
            person.do("dock insert camille.json")
        elif wanted.isdigit():
            for digit in [*wanted, "Continuer"]:
                choose(person, digit, next_key, select_key)
        else:
            choose(person, wanted, next_key, select_key)
            if heard == "Quand vous appeler":
                choose(person, "Continuer", next_key, select_key)
    person.do("expect wiped")
    [opened] = stage.collect()["opened"]
    answers = inputs(opened)
    assert (answers["phone"], answers["topic"], answers["slot-1"]) == ("0639980055", "carte", "jeudi-matin")


def test_keypad_and_headset(stage, person):
    person.do("wait screen welcome", "dock jack in", 'expect device "jack in"')
    press(person, "repeat")
    # The voice: louder, softer, at its ends; said each time.
    for key, level in [("up", 4), ("up", 5), ("up", 5), ("down", 4), ("down", 3), ("down", 2)]:
        assert f"{level} sur 5" in press(person, f"volume-{key}")[0]
    # Another language, from anywhere, by one key: of two it is the other one at once, in its voice.
    press(person, "language")
    person.do("expect language en", "wait screen welcome")
    press(person, "language")
    person.do("expect language fr")
    # The keypad is pulled in the middle of the journey; plugged in again, it goes on where it was.
    person.do("dock keypad unplug", 'expect device "keypads away"', "wait screen welcome")
    person.do("dock keypad plug", 'expect device "keypads here"')
    press(person, "repeat")
    go_through(stage, person, "next", "select")
    assert "4 sur 5" in press(person, "volume-up")[0]  # the next person does not inherit a whisper


def type_by_rows(person, heard, word):
    """A keyboard of letters with two switches: the row, then the letter. `heard`: the first row."""
    person.presses = 0

    def until(wanted, heard):
        for _ in range(MANY):
            if any(wanted(text) for text in heard):
                return
            heard = press(person, "switch-1")
            person.presses += 1
        raise AssertionError(f"never heard; last: {heard}")

    for letter in word:
        until(lambda text, letter=letter: text.startswith("Rangée") and letter in re.findall(r"\b[a-z]\b", text), heard)
        until(lambda text, letter=letter: text == letter, press(person, "switch-2"))
        heard = press(person, "switch-2")
        person.presses += 2


def test_two_switches_type_a_name(stage, person):
    walk(person, until="card")
    person.do("touch option:hand", "wait screen hand-name", "dock jack in", 'expect device "jack in"')
    press(person, "repeat")  # the voice was off: whoever asks to hear again wants to hear
    person.do("touch field:surname")
    type_by_rows(person, press(person, "switch-2"), "dupont")  # on the field: to its keyboard
    person.do('expect text "dupont"')
    assert person.presses <= 10 * len("dupont")


def test_two_switches(stage, person):
    person.do("wait screen welcome", "dock jack in")
    press(person, "repeat")
    go_through(stage, person, "switch-1", "switch-2")
