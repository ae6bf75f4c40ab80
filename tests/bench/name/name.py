# SPDX-License-Identifier: GPL-3.0-or-later
"""Card inserted → name on screen, in the real terminal with the distribution's pcscd, against a bare C loop of the same APDUs in the
same world (bench-card): name.py BENCH_CARD. The clock starts before the dock is told to put the card in and stops when the terminal
has painted the question "is this you?"."""
import json
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "e2e"))
from house import Person, Stage, walk  # noqa: E402

RUNS = 15
BUDGET_BEYOND_MS = 100


class Observer:
    """Reads what the terminal says it painted."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.screen = None

    def wait_painted(self, screen):
        for line in self.lines:
            told = json.loads(line)
            if told["type"] == "screen":
                self.screen = told["screen"]
            elif told["type"] == "painted" and self.screen == screen:
                return time.monotonic()
        raise AssertionError("the terminal went away")


def measure(stage, person):
    walk(person, until="card")
    observer = Observer(stage.env["PERRON_OBSERVER"])
    observer.wait_painted("card")
    dock = socket.socket(socket.AF_UNIX)
    dock.connect(stage.env["PERRON_DOCK"])
    took = []
    for _ in range(RUNS):
        start = time.monotonic()
        dock.sendall(b"insert camille.json\n")
        took.append((observer.wait_painted("confirm") - start) * 1000)
        assert dock.recv(100).startswith(b"ok")
        person.do("wait screen confirm", "dock remove", "touch back", "wait screen adult", "touch option:yes", "wait screen card")
        observer.wait_painted("card")
    return statistics.median(took)


def measure_bare(stage, bench_card):
    stage_env = {"PCSCLITE_CSOCK_NAME": stage.env["PCSCLITE_CSOCK_NAME"], "PATH": "/usr/bin:/bin"}
    printed = subprocess.run([bench_card, str(RUNS)], env=stage_env, capture_output=True, text=True, timeout=120, check=False).stdout
    return float(re.search(r"([\d.]+) ms by a bare loop", printed)[1])


def main():
    with tempfile.TemporaryDirectory() as folder, Stage(f"{folder}/world") as stage:
        with Person(stage) as person:
            total_ms = measure(stage, person)
        stage.do("stop kiosk")
        with socket.socket(socket.AF_UNIX) as dock:
            dock.connect(stage.env["PERRON_DOCK"])
            dock.sendall(b"insert camille.json\n")
            assert dock.recv(100).startswith(b"ok")
            bare_ms = measure_bare(stage, sys.argv[1])
    beyond_ms = total_ms - bare_ms
    print(f"card inserted to name painted: median {total_ms:.1f} ms of {RUNS}; the APDUs alone {bare_ms:.1f} ms")
    print(f"beyond name-on-screen {beyond_ms:.1f} ms (budget {BUDGET_BEYOND_MS})")
    print(f"ratio name-on-screen {total_ms / bare_ms:.2f} (total to bare APDUs)")
    sys.exit(0 if beyond_ms <= BUDGET_BEYOND_MS else 1)


main()
