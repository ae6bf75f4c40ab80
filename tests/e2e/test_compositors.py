# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal as it stands in a hall: the one window of a kiosk compositor, no window manager, no pointer keys; keypad, switches and finger.
Weston with its kiosk shell and cage, each inside a virtual X screen, through which the finger touches and pictures are taken."""
import contextlib
import os
import pathlib
import subprocess
import time

import pytest

from house import Person
from test_keypad import choose, go_through, press

SIZE = 1280, 1024
CAGE_SIZE = 1024, 768  # the size of its window inside X, whatever that has
PATIENCE_S = 20


def wait_for(path, process):
    """A socket's name appears; whoever makes it is asked whether it still lives."""
    end = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert process.poll() is None and time.monotonic() < end, f"{path}: not made"
        os.sched_yield()


@contextlib.contextmanager
def screen_of(width, height):
    """The X display that stands for the screen."""
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"], pass_fds=[write],
                              stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        yield f":{told.readline().strip()}"
    server.terminate()
    server.wait(timeout=PATIENCE_S)


@pytest.fixture
def runtime(tmp_path):
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def weston(runtime):
    width, height = SIZE
    config = runtime / "weston.ini"
    config.write_text("[core]\nshell=kiosk-shell.so\nidle-time=0\n", encoding="utf-8")
    with screen_of(width, height) as display, open(runtime / "log", "wb") as log:
        process = subprocess.Popen(["weston", "--backend=x11-backend.so", "--use-pixman", f"--width={width}", f"--height={height}",
                                    "--socket=wayland-perron", f"--config={config}"],
                                   env={**os.environ, "DISPLAY": display, "XDG_RUNTIME_DIR": str(runtime)}, stdout=log, stderr=log)
        wait_for(runtime / "wayland-perron", process)
        yield display, runtime / "wayland-perron"
        process.terminate()
        process.wait(timeout=PATIENCE_S)


@pytest.fixture
def cage(tmp_path, runtime):
    """It is no root's and ends with the program it was given: here one that waits for us."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if nobody:
        os.chown(runtime, 65534, 65534)
        for folder in (tmp_path, *tmp_path.parents):
            if folder.owner() == "root" and folder.stat().st_mode & 0o005 != 0o005:
                folder.chmod(folder.stat().st_mode | 0o011)
    with screen_of(*CAGE_SIZE) as display, open(tmp_path / "cage.log", "wb") as log:
        process = subprocess.Popen([*nobody, "cage", "--", "cat"], stdin=subprocess.PIPE, stdout=log, stderr=log,
                                   env={**os.environ, "DISPLAY": display, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(runtime),
                                        "WLR_BACKENDS": "x11", "WLR_RENDERER": "pixman", "WLR_XWAYLAND": "/bin/true"})
        wait_for(runtime / "wayland-0", process)
        yield display, runtime / "wayland-0"
        process.stdin.close()
        process.wait(timeout=PATIENCE_S)


@pytest.fixture
def enter(open_stage):
    """A stage whose kiosk is a client of that compositor, and somebody in front of it."""
    people = []

    def come_in(place):
        display, socket = place
        stage = open_stage("--display", display, "--wayland", str(socket), "--set", "screen.windowed=false")
        people.append(Person(stage))
        return stage, people[-1]

    yield come_in
    for person in people:
        person.end()


def take_picture(display):
    """The screen as people see it: width, height, the colours of its pixels in order."""
    told = subprocess.run(["import", "-silent", "-window", "root", "-depth", "8", "ppm:-"], env={**os.environ, "DISPLAY": display},
                          capture_output=True, check=True, timeout=PATIENCE_S).stdout
    head, size, depth, pixels = told.split(b"\n", 3)
    assert (head, depth) == (b"P6", b"255")
    width, height = map(int, size.split())
    return width, height, [pixels[at:at + 3] for at in range(0, len(pixels), 3)]


def test_weston_keypad(weston, enter):
    """The whole job by keypad and headset: its keys are the terminal's own, whatever the compositor gives the window."""
    stage, person = enter(weston)
    person.do("wait screen welcome", "dock jack in", 'expect device "jack in"')
    press(person, "repeat")
    go_through(stage, person, "next", "select")


def test_cage_switches_finger_and_picture(cage, enter):
    stage, person = enter(cage)
    person.do("wait screen welcome", "dock jack in", 'expect device "jack in"')
    press(person, "repeat")
    choose(person, "Commencer", "switch-1", "switch-2")
    person.do("wait screen language")
    before = take_picture(cage[0])
    person.do("touch option:fr", "wait screen voice")
    end = time.monotonic() + PATIENCE_S
    while (after := take_picture(cage[0])) == before:  # the compositor shows a frame some time after it got it
        assert time.monotonic() < end, "the screen stands still"
    width, height, pixels = after
    assert (width, height) == CAGE_SIZE and b"\0\0\0" not in pixels, "the window does not fill the screen"
    assert len(set(pixels)) > 16, "an empty picture"
