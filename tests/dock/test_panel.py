# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel, pressed by the keys of a real display."""
import os
import subprocess
import time

from conftest import BUILD, CARDS, WAIT_S


def start_display(world):
    read, write = os.pipe()
    world.start("Xvfb", "-displayfd", str(write), "-screen", "0", "1024x1024x24", "-nolisten", "tcp", pass_fds=[write],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as pipe:
        return {**os.environ, "DISPLAY": ":" + pipe.readline().strip(), "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo", "GTK_A11Y": "none"}


def press(display, *keys):
    subprocess.run(["xdotool", "search", "--sync", "--name", "matériel virtuel", "windowfocus", "--sync", "key", *keys], env=display, check=True,
                   stdout=subprocess.DEVNULL, timeout=WAIT_S)


def wait_until(world, wanted):
    end = time.monotonic() + WAIT_S
    while not wanted(world.status()):
        assert time.monotonic() < end, world.status()


def test_a_card_goes_in_and_another_takes_its_place(world):
    display = start_display(world)
    world.start(BUILD / "hw" / "dock" / "perron-dock", "--panel", "--control", world.control, "--slot", world.slot, "--cards", CARDS,
                wait_for=world.control, env=display, stderr=subprocess.DEVNULL)
    # The slot is empty: "remove" cannot be pressed, so the first card of the shelf has the focus.
    press(display, "space")
    wait_until(world, lambda status: status["slots"][0]["card"] == "camille.json")
    press(display, "Tab", "space")
    wait_until(world, lambda status: status["slots"][0]["card"] == "family.json")
    world.do("remove")
    assert world.status()["slots"][0]["card"] is None


def test_things_are_held_to_the_reader_and_taken_away(world):
    display = start_display(world)
    empty = world.folder / "no-cards"
    (empty / "none").mkdir(parents=True)
    (empty / "tags").symlink_to(CARDS.parent / "tags")
    world.start(BUILD / "hw" / "dock" / "perron-dock", "--panel", "--control", world.control, "--cards", empty / "none", "--nfc", world.folder / "tty",
                wait_for=world.control, env=display, stderr=subprocess.DEVNULL)
    # No card, no network: the first thing that can be pressed is the first button of the shelf of tags.
    press(display, "Tab", "space")
    wait_until(world, lambda status: status["nfc"]["tags"] == ["desfire-badge.json"])
    press(display, "Tab", "space")
    wait_until(world, lambda status: status["nfc"]["tags"] == ["phone.json"])
    press(display, "Tab", "Tab", "Tab", "Tab", "space")
    wait_until(world, lambda status: status["nfc"]["tags"] == [])


def test_keys_of_the_keypad_are_pressed(world):
    """What a terminal reads when somebody presses the keys of the panel."""
    display = start_display(world)
    keypad, empty = world.folder / "keypad", world.folder / "no-cards"
    empty.mkdir()
    world.start(BUILD / "hw" / "dock" / "perron-dock", "--panel", "--control", world.control, "--cards", empty, "--keypad", keypad,
                wait_for=world.control, env=display, stderr=subprocess.DEVNULL)
    with open(keypad, "rb+", buffering=0) as keys:
        for code in (103, 108):  # no card, no network: the first button that can be pressed is "Avant", then "Après"
            press(display, "Tab", "space")
            event = keys.read(4 * 24)
            assert len(event) == 4 * 24 and int.from_bytes(event[18:20], "little") == code


def test_no_display_is_said(world):
    result = subprocess.run([str(BUILD / "hw" / "dock" / "perron-dock"), "--panel"], env={"PATH": os.environ["PATH"]}, capture_output=True,
                            text=True, timeout=WAIT_S)
    assert result.returncode == 1 and "--panel: no display" in result.stderr
