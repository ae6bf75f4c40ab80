# SPDX-License-Identifier: GPL-3.0-or-later
"""A dock and the distribution's pcscd with our driver, as processes of this test."""
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
CARDS = SOURCE / "hw" / "dock" / "cards"
WAIT_S = 20
libc = ctypes.CDLL(None)


def die_with_the_test():
    libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG; survives the exec of pcscd by perron-pcscd


class World:
    def __init__(self, folder):
        self.folder = folder
        self.control = folder / "control"
        self.slot = folder / "slot"
        self.pcsc = folder / "pcsc"
        self.processes = []
        self.config = folder / "perron.conf"
        self.config.write_text(f"[terminal]\nmode=demo\n[paths]\nprofiles={SOURCE / 'hw' / 'profiles'}\n")

    def start(self, *command, wait_for=None, before=die_with_the_test, **more):
        if wait_for is not None and wait_for.exists():
            wait_for.unlink()
        watch = libc.inotify_init1(os.O_CLOEXEC)
        libc.inotify_add_watch(watch, str(self.folder).encode(), 0x180)  # IN_CREATE | IN_MOVED_TO
        process = subprocess.Popen([str(word) for word in command], preexec_fn=before, **more)
        self.processes.append(process)
        try:
            while wait_for is not None and not wait_for.exists():
                seen, _, _ = select.select([watch], [], [], WAIT_S)
                assert seen and process.poll() is None, f"{command[0]} did not open {wait_for}"
                os.read(watch, 65536)
        finally:
            os.close(watch)
        return process

    def start_dock(self, *more):
        program = BUILD / "hw" / "dock" / "perron-dock"
        return self.start(program, "--control", self.control, "--slot", self.slot, "--cards", CARDS, *more, wait_for=self.control)

    def start_pcscd(self, *more):
        dock = BUILD / "hw" / "dock"
        return self.start(dock / "perron-pcscd", "--socket", self.pcsc, "--conf", self.folder / "conf", "--driver",
                          dock / "libperron-ifd.so", "--dock", self.slot, *more, wait_for=self.pcsc, stdout=subprocess.DEVNULL)

    def ask(self, line):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_S)
            client.connect(str(self.control))
            client.sendall(line.encode() + b"\n")
            return client.makefile("r", encoding="utf-8").readline().rstrip("\n")

    def do(self, line):
        assert self.ask(line) == "ok", line

    def status(self):
        return json.loads(self.ask("status"))

    def read_card(self, *more, config=None):
        result = subprocess.run([str(BUILD / "kiosk" / "ctl" / "perron"), "--config", str(config or self.config), "card", "read", "--json", "--reveal",
                                 *more], env={**os.environ, "PCSCLITE_CSOCK_NAME": str(self.pcsc)}, capture_output=True, text=True, timeout=WAIT_S)
        assert result.stdout, result.stderr
        answer = json.loads(result.stdout)
        assert (result.returncode == 0) == (answer["status"] == "read")
        return answer

    def stop(self, process):
        process.kill()
        process.wait(WAIT_S)
        self.processes.remove(process)

    def end(self):
        for process in list(self.processes):
            self.stop(process)


@pytest.fixture
def world(tmp_path):
    place = World(tmp_path)
    yield place
    place.end()


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    place = World(tmp_path_factory.mktemp("reader"))
    place.start_dock()
    place.start_pcscd()
    yield place
    place.end()
