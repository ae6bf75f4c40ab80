# SPDX-License-Identifier: GPL-3.0-or-later
"""The keypad of the dock, and a kernel device as umockdev plays it, seen by the terminal's keys."""
import ctypes
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["PERRON_BUILD_ROOT"])
KEYPADS = pathlib.Path(__file__).resolve().parents[2] / "hw" / "keys" / "keypads"
TOOL = BUILD / "tests" / "keys" / "keys-tool"
WAIT_S = 20
libc = ctypes.CDLL(None)


def die_with_the_test():
    libc.prctl(1, signal.SIGKILL)


class Desk:
    def __init__(self, folder):
        self.control = folder / "control"
        self.keypad = folder / "keypad"
        watch = libc.inotify_init1(os.O_CLOEXEC)
        libc.inotify_add_watch(watch, str(folder).encode(), 0x180)  # IN_CREATE | IN_MOVED_TO
        self.processes = [subprocess.Popen([str(BUILD / "hw/dock/perron-dock"), "--control", str(self.control), "--keypad", str(self.keypad)],
                                           preexec_fn=die_with_the_test)]
        while not self.control.exists():
            assert select.select([watch], [], [], WAIT_S)[0] and self.processes[0].poll() is None
            os.read(watch, 65536)
        os.close(watch)

    def ask(self, line):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_S)
            client.connect(str(self.control))
            client.sendall(line.encode() + b"\n")
            return client.makefile("r", encoding="utf-8").readline().rstrip("\n")

    def listen(self, count):
        tool = subprocess.Popen([str(TOOL), str(self.keypad), str(KEYPADS), str(count)], stdout=subprocess.PIPE, text=True, preexec_fn=die_with_the_test)
        self.processes.append(tool)
        assert tool.stdout.readline() == "keypads 1\n"
        return tool

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait(WAIT_S)


@pytest.fixture
def desk(tmp_path):
    place = Desk(tmp_path)
    yield place
    place.end()


def test_every_key_of_the_dock(desk):
    names = ["previous", "next", "select", "repeat", "help", "leave", "language", "volume-up", "volume-down"]
    tool = desk.listen(len(names) + 4)
    for name in names + ["switch-1", "switch-2"]:
        assert desk.ask(f"key {name}") == "ok"
    assert desk.ask("jack in") == "ok" and desk.ask("jack out") == "ok"
    assert tool.stdout.read().split("\n")[:-1] == names + ["next", "select", "jack in", "jack out"]
    assert tool.wait(WAIT_S) == 0


def test_a_key_that_is_held_counts_once(desk):
    tool = desk.listen(2)
    for how in ("down", "repeat", "repeat", "repeat", "up"):
        assert desk.ask(f"key select {how}") == "ok"
    assert desk.ask("key next") == "ok"
    assert tool.stdout.read() == "select\nnext\n"


def test_a_key_that_nobody_hears_is_an_error(desk):
    assert desk.ask("key select") == f"error: {desk.keypad}: nobody listens to the keypad"
    assert desk.ask("key nothing") == "error: nothing: no such key"
    assert desk.ask("key select sideways") == "error: sideways: must be down, up or repeat"
    tool = desk.listen(1)
    assert desk.ask("key help") == "ok"
    assert tool.stdout.read() == "help\n"  # and not the select from before


DEVICE = """P: /devices/platform/keypad/input/input5/event5
N: input/event5
E: DEVNAME=/dev/input/event5
E: MAJOR=13
E: MINOR=69
E: SUBSYSTEM=input
E: ID_INPUT=1
E: ID_INPUT_KEY=1
"""


@pytest.mark.skipif(shutil.which("umockdev-run") is None, reason="umockdev-run (package umockdev) is not installed")
def test_a_device_of_the_kernel(tmp_path):
    (tmp_path / "device").write_text(DEVICE)
    rows = [(1, 0x6C, 1), (0, 0, 0), (1, 0x6C, 0), (0, 0, 0), (5, 2, 1), (0, 0, 0), (1, 0x1C, 1), (0, 0, 0), (1, 0x1C, 0), (0, 0, 0)]
    (tmp_path / "events").write_text("".join(f"E: {number / 100:.6f} {kind:04x} {code:04x} {value:04d}\n"
                                             for number, (kind, code, value) in enumerate(rows)))
    done = subprocess.run(["umockdev-run", f"--device={tmp_path / 'device'}", f"--evemu-events=/dev/input/event5={tmp_path / 'events'}", "--",
                           str(TOOL), "/dev/input/event5", str(KEYPADS), "3"], capture_output=True, text=True, timeout=WAIT_S,
                          preexec_fn=die_with_the_test)
    assert done.stdout == "keypads 1\nnext\njack in\nselect\n", done.stderr
