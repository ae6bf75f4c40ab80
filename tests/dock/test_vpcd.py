# SPDX-License-Identifier: GPL-3.0-or-later
"""The same cards through vpcd, the virtual reader of the distribution, as it comes: presence looked at every 400 ms, "success" with no
byte for a card that was pulled, a mute card waited for without end, a swap that nobody reports (facts/hardware.md 1.4). vpcd listens on
every address, so it and the dock get a network of their own."""
import concurrent.futures
import ctypes
import fcntl
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess

import pytest

from conftest import BUILD, CARDS, WAIT_S, World, libc

VPCD = pathlib.Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PORT = 21050
SLOTS = 2  # of one pcscd: vpcd forgets those of further entries
WORLDS = 6
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
# Last in their slot those that leave it by themselves: until its next look pcscd takes what comes after them for what was there before.
LEAVE = ("pulled.json", "swapped.json")
FILES = sorted((path.name for path in CARDS.glob("*.json")), key=lambda name: (name in LEAVE, name))
EXPECT = {name: json.loads((CARDS / name).read_text(encoding="utf-8"))["expect"] for name in FILES}

# An answer of no byte, an answer of half the bytes, or the line gone: vpcd has no other words. What was pulled or swapped before the next
# look at the slot shows as a failed command, and then the next card answers behind the same handle: it is read whole, or nothing is.
MAY_ALSO_BE = {"pulled.json": {"no-card", "reader-fault"}, "swapped.json": {"read"}}


def enter_own_network():
    """In the child: nothing but a loopback of its own."""
    libc.prctl(1, signal.SIGKILL)
    if libc.unshare(CLONE_NEWNET | (CLONE_NEWUSER if os.geteuid() else 0)) != 0:
        os._exit(77)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x49))  # SIOCSIFFLAGS: UP, LOOPBACK, RUNNING


class VpcdWorld(World):
    """A stock reader with two slots. The network is made by the dock; pcscd joins it."""

    def __init__(self, folder):
        super().__init__(folder)
        dock = BUILD / "hw" / "dock"
        process = self.start(dock / "perron-dock", "--control", self.control, "--slot", self.slot, "--cards", CARDS, "--readers", SLOTS,
                             "--vpcd", f"127.0.0.1:{PORT}", wait_for=self.control, before=enter_own_network)

        def join():
            libc.prctl(1, signal.SIGKILL)
            for name in ("user", "net") if os.geteuid() else ("net",):
                there = os.open(f"/proc/{process.pid}/ns/{name}", os.O_RDONLY)
                if libc.setns(there, 0) != 0:
                    os._exit(77)
                os.close(there)

        with open(folder / "pcscd.log", "wb") as log:
            self.start(dock / "perron-pcscd", "--socket", self.pcsc, "--conf", self.folder / "conf", "--vpcd", PORT,
                       wait_for=self.pcsc, stdout=log, stderr=log, before=join)
        self.configs = []
        for slot in range(SLOTS):
            config = folder / f"perron-{slot}.conf"
            config.write_text(self.config.read_text() + f"[card]\nreader=Virtual PCD 00 {slot:02}\n")
            self.configs.append(config)

    def read_slot(self, slot, *more):
        return self.read_card(*more, config=self.configs[slot])

    def wait_empty(self, slot):
        subprocess.run(["/usr/bin/python3", pathlib.Path(__file__).with_name("wait_empty.py"), f"Virtual PCD 00 {slot:02}"],
                       env={**os.environ, "PCSCLITE_CSOCK_NAME": str(self.pcsc)}, timeout=2 * WAIT_S, check=True)


class Stock:
    """As many stock readers as it takes to be done in time: each insertion and each removal waits for vpcd to look."""

    def __init__(self, folders):
        self.slots = [(world, slot) for world in map(VpcdWorld, folders) for slot in range(SLOTS)]

    def read_all(self, cards):
        """What is read of each of these (words of `insert`), and what was in the slot at the end."""
        def read_one(item):
            (world, slot), card = item
            world.do(f"insert {card} slot={slot}")
            answer = world.read_slot(slot, "--timeout", "10")
            left = world.status()["slots"][slot]
            world.ask(f"remove {slot}")
            world.wait_empty(slot)
            return answer, left

        def read_some(first):
            return [read_one((self.slots[first], card)) for card in cards[first::len(self.slots)]]

        with concurrent.futures.ThreadPoolExecutor(len(self.slots)) as pool:
            columns = list(pool.map(read_some, range(len(self.slots))))
        return [columns[index % len(self.slots)][index // len(self.slots)] for index in range(len(cards))]

    def end(self):
        for world, _ in self.slots[::SLOTS]:
            world.end()


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    if not VPCD.exists():
        pytest.skip("vpcd is not installed (package vsmartcard-vpcd)")
    if os.fork() == 0:
        os._exit(0 if libc.unshare(CLONE_NEWNET | (CLONE_NEWUSER if os.geteuid() else 0)) == 0 else 77)
    if os.waitstatus_to_exitcode(os.wait()[1]) != 0:
        pytest.skip("no network namespaces for this user")
    place = Stock([tmp_path_factory.mktemp("stock") for _ in range(WORLDS)])
    yield place
    place.end()


def test_a_professionals_card_in_the_other_slot(stock):
    """One reader with two slots, as pharmacists have: the card that lives in the first is as good as none."""
    world = stock.slots[0][0]
    world.do("insert cps.json slot=0")
    world.do("insert camille.json slot=1")
    assert world.read_card("--timeout", "10")["holders"] == EXPECT["camille.json"]["holders"]
    world.do("remove 1")
    world.wait_empty(1)
    assert world.read_card("--timeout", "0")["status"] == "no-card"
    world.do("remove 0")
    world.wait_empty(0)


def test_the_whole_corpus(stock):
    for name, (got, _) in zip(FILES, stock.read_all(FILES)):
        expect = EXPECT[name]
        if got["status"] in MAY_ALSO_BE.get(name, ()):
            assert got["status"] != "read" or got["holders"] == EXPECT["family.json"]["holders"], name
            continue
        assert {key: got[key] for key in expect} == expect, name
        if expect["status"] != "read":
            assert got["holders"] == [], name


@pytest.mark.parametrize("fault", ["swap:lea.json", "pull"])
def test_at_each_apdu(stock, fault):
    """Nobody is ever given the other's name or number."""
    whole = {name: EXPECT[name]["holders"] for name in ("camille.json", "lea.json")}
    for at, (got, slot) in enumerate(stock.read_all([f"camille.json {fault}@{at}" for at in range(1, 13)]), 1):
        if got["status"] != "read":
            assert got["holders"] == [] and got["status"] in ("removed", "no-card", "reader-fault", "unreadable", "not-vitale"), (at, got)
            continue
        assert got["holders"] == whole[slot["card"] or "camille.json"], at
