# SPDX-License-Identifier: GPL-3.0-or-later
"""A dock with its NFC chip, the real perron-nfc with the real libnfc, and this test in the place of the terminal."""
import ctypes
import json
import os
import pathlib
import select
import signal
import socket
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["PERRON_BUILD_ROOT"])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
TAGS = SOURCE / "hw" / "dock" / "tags"
KEY = bytes(range(32))
KINDS = ["unknown", "badge", "ticket", "identity-document", "transport", "health-professional", "phone", "card", "several", "payment"]
WAIT_S = 30
libc = ctypes.CDLL(None)


def die_with_the_test():
    libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def children_of(pid):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry.name))
    return found


class World:
    def __init__(self, folder, *dock_options):
        self.folder = folder
        self.control = folder / "control"
        self.line = folder / "tty"
        self.socket = folder / "nfc.sock"
        self.config = folder / "perron.conf"
        key = folder / "badge.key"
        key.write_bytes(KEY)
        key.chmod(0o600)
        self.config.write_text(f"[nfc]\ndevice={self.line}\nsocket={self.socket}\nbadge_key={key}\nbadges={folder / 'badges'}\npoll_ms=10\nlook_ms=300\npatience_ms=3000\n")
        self.processes = []
        self.raw = b""
        self.waiting = b""
        self.client = None
        self.listener = None
        self.listen()
        self.dock = self.start(BUILD / "hw" / "dock" / "perron-dock", "--control", self.control, "--cards", SOURCE / "hw" / "dock" / "cards",
                               "--nfc", self.line, *dock_options)
        self.until_there(self.control)
        self.nfc = self.start_nfc()

    def start(self, *command, **more):
        process = subprocess.Popen([str(word) for word in command], preexec_fn=die_with_the_test, **more)
        self.processes.append(process)
        return process

    def start_nfc(self):
        # In a build with sanitizers: the search for leaks traces the process at its end, which perron-nfc allows to nobody.
        return self.start(BUILD / "hw" / "nfc" / "perron-nfc", "--config", self.config, stderr=subprocess.DEVNULL,
                          env={**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"})

    def until_there(self, path):
        watch = libc.inotify_init1(os.O_CLOEXEC)
        libc.inotify_add_watch(watch, str(self.folder).encode(), 0x180)  # IN_CREATE | IN_MOVED_TO
        try:
            while not path.exists():
                seen, _, _ = select.select([watch], [], [], WAIT_S)
                assert seen, f"{path} did not appear"
                os.read(watch, 65536)
        finally:
            os.close(watch)

    def listen(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket))
        self.listener.listen(1)
        self.listener.settimeout(WAIT_S)

    def hang_up(self):
        for end in (self.client, self.listener):
            if end is not None:
                end.close()
        self.socket.unlink(missing_ok=True)
        self.client, self.listener, self.waiting = None, None, b""

    def frame(self):
        """The next frame: ("state", True), ("tap", kind, hash or None), ("gone",)."""
        if self.client is None:
            self.client, _ = self.listener.accept()
            self.client.settimeout(WAIT_S)
        while not self.waiting or len(self.waiting) < 1 + self.waiting[0]:
            piece = self.client.recv(4096)
            assert piece, "perron-nfc hung up"
            self.raw += piece
            self.waiting += piece
        size = self.waiting[0]
        body, self.waiting = self.waiting[1:1 + size], self.waiting[1 + size:]
        if body[0] == 1:
            assert len(body) == 3 and body[2] == 2
            return ("state", body[1] == 1)
        if body[0] == 3:
            assert len(body) == (35 if body[2] else 3)
            return ("tap", KINDS[body[1]], body[3:] if body[2] else None)
        assert body == b"\x04"
        return ("gone",)

    def until(self, *wanted):
        while True:
            frame = self.frame()
            if frame[:len(wanted)] == wanted:
                return frame

    def ask(self, line):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_S)
            client.connect(str(self.control))
            client.sendall(line.encode() + b"\n")
            return client.makefile("r", encoding="utf-8").readline().rstrip("\n")

    def do(self, line):
        assert self.ask(line) == "ok", line

    def status(self):
        return json.loads(self.ask("status"))["nfc"]

    def worker(self):
        found = children_of(self.nfc.pid)
        assert len(found) == 1
        return found[0]

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.communicate()
        self.hang_up()


@pytest.fixture
def world(tmp_path, request):
    world = World(tmp_path, *getattr(request, "param", ()))
    try:
        world.until("state", True)
        yield world
    finally:
        world.close()
