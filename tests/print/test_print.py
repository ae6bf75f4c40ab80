# SPDX-License-Identifier: GPL-3.0-or-later
"""A ticket from the terminal's printer through a real line to the dock's: what is on the paper, and every way for it not to be."""
import ctypes
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["PERRON_BUILD_ROOT"])
WAIT_S = 20
REFERENCE = "2222-2222"
PAPER_OUT, COVER, FAULT, STUCK, PERSONAL = 1, 2, 3, 5, 8  # PerronPrintError
libc = ctypes.CDLL(None)


class Desk:
    def __init__(self, folder):
        self.folder = folder
        self.control = folder / "control"
        self.printer = folder / "printer"
        watch = libc.inotify_init1(os.O_CLOEXEC)
        libc.inotify_add_watch(watch, str(folder).encode(), 0x180)  # IN_CREATE | IN_MOVED_TO
        self.dock = subprocess.Popen([str(BUILD / "hw/dock/perron-dock"), "--control", str(self.control), "--printer", str(self.printer)],
                                     preexec_fn=lambda: libc.prctl(1, signal.SIGKILL))
        while not self.control.exists():
            assert select.select([watch], [], [], WAIT_S)[0] and self.dock.poll() is None
            os.read(watch, 65536)
        os.close(watch)

    def ask(self, line):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_S)
            client.connect(str(self.control))
            client.sendall(line.encode() + b"\n")
            return client.makefile("r", encoding="utf-8").readline().rstrip("\n")

    def paper(self, line):
        assert self.ask("paper " + line) == "ok"

    def status(self):
        return json.loads(self.ask("status"))["printer"]

    def run(self, *words, device=None):
        done = subprocess.run([str(BUILD / "tests/print/print-tool"), str(device or self.printer), *words], capture_output=True, text=True,
                              timeout=WAIT_S, check=True)
        state, code = done.stdout.split()
        return state, int(code)

    def end(self):
        self.dock.kill()
        self.dock.wait(WAIT_S)


@pytest.fixture
def desk(tmp_path):
    place = Desk(tmp_path)
    yield place
    place.end()


def test_ticket_is_on_paper(desk):
    assert desk.run("ticket", REFERENCE) == ("ready", -1)
    printed = desk.status()
    assert printed["documents"] == 1 and printed["unknown"] == 0 and printed["images"] == 1
    rows = printed["text"].split("\n")
    assert max(len(row) for row in rows) <= 48
    words = " ".join(printed["text"].split())
    assert "Votre demande de « Mon espace santé » - reçue à l'accueil" in words
    assert "Elle est enregistrée sur cette borne ; elle partira dès que le réseau revient. Coeur, 5 €." in words
    assert REFERENCE in rows and "36 46" in rows and "21 novembre 2026" in rows
    assert (desk.folder / "printer.txt").read_text(encoding="utf-8") == printed["text"]


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg (package zbar-tools) is not installed")
def test_code_is_readable(desk):
    assert desk.run("ticket", REFERENCE) == ("ready", -1)
    seen = subprocess.run(["zbarimg", "-q", "--raw", "--nodbus", str(desk.folder / "printer.pbm")], capture_output=True, text=True, timeout=WAIT_S,
                          check=True)
    assert seen.stdout == "https://perron.invalid/suivi?r=%C3%A9t%C3%A9\n"


def test_one_after_the_other(desk):
    for number in range(1, 4):
        assert desk.run("ticket", REFERENCE) == ("ready", -1)
        assert desk.status()["documents"] == number


@pytest.mark.parametrize("word, state, code", [("out", "paper-out", PAPER_OUT), ("cover", "cover-open", COVER), ("fault", "fault", FAULT),
                                               ("stuck", "stuck", STUCK)])
def test_seen_before_the_job(desk, word, state, code):
    desk.paper(word)
    assert desk.run("ask", "") == (state, code)
    assert desk.run("ticket", REFERENCE) == (state, code)
    printed = desk.status()
    assert printed["documents"] == 0 and printed["partial"] == "" and printed["state"] == word
    desk.paper("in")
    assert desk.run("ticket", REFERENCE) == ("ready", -1)
    assert desk.status()["documents"] == 1


def test_low_prints_and_says_so(desk):
    desk.paper("low")
    assert desk.run("ticket", REFERENCE) == ("low", -1)
    assert desk.status()["documents"] == 1


def test_the_dock_is_as_bad_as_real_printers(desk):
    """Without being told to forget, it prints the rest of a job on the new roll: what the test below relies on."""
    desk.paper("out 2")
    line = os.open(desk.printer, os.O_RDWR | os.O_NOCTTY)  # NOCTTY: a session leader would get the line as its terminal, and SIGHUP at its end
    os.write(line, b"\x1b@one\ntwo\nthree\n\x1dV\x01")
    os.write(line, b"\x10\x04\x04")
    assert os.read(line, 1) == b"\x7e"  # it has stopped
    desk.paper("in")
    os.close(line)
    assert desk.status()["documents"] == 1 and desk.status()["text"] == "one\ntwo\nthree\n"


@pytest.mark.parametrize("rows", [1, 7])
def test_paper_ends_during_the_job(desk, rows):
    desk.paper(f"out {rows}")
    assert desk.run("ticket", REFERENCE) == ("paper-out", PAPER_OUT)
    printed = desk.status()
    # The printer was told to forget the rest; else the new roll would begin with it, in front of the next person.
    assert printed["documents"] == 0 and printed["partial"] == ""
    desk.paper("in")
    assert desk.status()["documents"] == 0
    assert desk.run("ticket", REFERENCE) == ("ready", -1)
    printed = desk.status()
    assert printed["documents"] == 1 and printed["text"].count(REFERENCE) == 1


class Joined:
    """socat, as the unit of hw/print/README.md runs it; it says when it listens, and where."""

    def __init__(self, listen, connect):
        self.program = subprocess.Popen(["socat", "-d", "-d", "-t", "0", listen, connect], stderr=subprocess.PIPE, text=True,
                                        preexec_fn=lambda: libc.prctl(1, signal.SIGKILL))
        self.where = next(line for line in self.program.stderr if " listening on " in line).split()[-1]

    def end(self):
        self.program.terminate()
        self.program.wait(WAIT_S)
        self.program.stderr.close()


@pytest.mark.skipif(shutil.which("socat") is None, reason="socat is not installed")
def test_a_printer_at_a_network_address(desk):
    """host:9100, which serves one at a time: TCP to the printer, and the terminal itself opens no more than a Unix socket."""
    relay = desk.folder / "relay"
    joined = [Joined("TCP-LISTEN:0,bind=127.0.0.1,fork,max-children=1", f"OPEN:{desk.printer},rawer")]
    try:
        joined.append(Joined(f"UNIX-LISTEN:{relay},fork", f"TCP:{joined[0].where}"))
        assert desk.run("ticket", REFERENCE, device=relay) == ("ready", -1)
        assert REFERENCE in desk.status()["text"]
        desk.paper("out 7")
        assert desk.run("ticket", REFERENCE, device=relay) == ("paper-out", PAPER_OUT)
        assert desk.status()["documents"] == 1
    finally:
        for one in joined:
            one.end()


def test_personal_is_refused(desk):
    assert desk.run("ticket", REFERENCE, "Camille Exemple") == ("refused", PERSONAL)
    assert desk.status()["documents"] == 0


def test_pdf_for_places_without_a_printer(desk, tmp_path):
    folder = tmp_path / "pdf"
    folder.mkdir()
    assert desk.run("ticket", REFERENCE, device=f"pdf:{folder}") == ("ready", -1)
    (paper,) = folder.iterdir()
    assert paper.read_bytes().startswith(b"%PDF-") and paper.stat().st_mode & 0o777 == 0o600
