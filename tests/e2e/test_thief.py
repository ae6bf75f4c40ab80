# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody carries the terminal away: its whole disk after persons were there, and after it crashed with one before it. PERRON_TRACES=100
makes it a hundred persons; every second types everything by hand."""
import os
import pathlib
import random
import re
import resource
import select
import signal
import stat

import pytest

from house import STEPS, Person, walk
from traces import Search

COUNT = int(os.environ.get("PERRON_TRACES", "2"))
CARD = ["DUPONT", "CAMILLE", "290017500000176", "15/01/1990", "19900115"]  # the person of camille.json
BY_HAND = [("card", ["touch option:hand"]),
           ("hand-name", ["touch field:surname", "type {surname}", "touch field:given-name", "type {given}", "touch submit"]),
           ("hand-birth", ["type {birth}", "touch submit"]),
           ("hand-number", ["type {number}", "touch submit"])]


def invent(dice):
    """Somebody of commune 999, with a number of their own and its key."""
    letters = "BCDFGKLMNPRTVZ"
    year, month, day = dice.randrange(40, 99), dice.randrange(1, 13), dice.randrange(1, 29)
    number = int(f"{dice.choice('12')}{year:02}{month:02}99999{dice.randrange(1, 1000):03}")
    made = {"surname": "".join(dice.choice(letters) + dice.choice("aeiou") for _ in range(5)).capitalize(),
            "given": "".join(dice.choice(letters) + dice.choice("aeiou") for _ in range(4)).capitalize(),
            "birth": f"{day:02}{month:02}19{year:02}", "number": f"{number}{97 - number % 97:02}", "phone": f"063998{dice.randrange(10000):04}"}
    made["seeds"] = [made["surname"], made["given"], f"{day:02}/{month:02}/19{year:02}", made["number"], made["phone"]]
    return made


def steps_of(somebody, by_hand):
    at = [screen for screen, _ in STEPS].index("card")
    steps = STEPS[:at] + BY_HAND + STEPS[at + 2:] if by_hand else STEPS
    return [(screen, [line.format(**{"phone": "{phone}", **{k: v for k, v in somebody.items() if k not in ("phone", "seeds")}}) for line in lines])
            for screen, lines in steps]


def disk_of(stage):
    """Every file of the terminal: what is not, is named. The dock plays the cards, the transcript is the person's own memory of what they saw."""
    others = {stage.folder / "perron-stage.lock", stage.folder / "said.wav"}
    files = [path for path in stage.folder.rglob("*") if path.is_file() and path not in others and not path.name.startswith("transcript-")]
    names = {path.name for path in files}
    assert {"outbox.db", "outbox.db-wal", "kiosk.log", "sync.log", "batch.json"} <= names, names
    return [*files, pathlib.Path(stage.log.name)]


def opened_files(pid):
    """What it holds open, deleted or not: a file that has no name any more is on the disk all the same. Only root may look."""
    found = []
    if os.geteuid() != 0:
        return found
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        if stat.S_ISREG(os.stat(link).st_mode):
            found.append(link)
    return found


def cores():
    """Where a core may be put: the folder the terminal was started in (ours), or where a service collects them."""
    places = (pathlib.Path.cwd().glob("core*"), pathlib.Path("/var/lib/systemd/coredump").glob("*"), pathlib.Path("/var/crash").glob("*"))
    return {path for place in places for path in place if path.is_file()}


def may_lock_without_end():
    """CAP_IPC_LOCK (14) or a limit of locked memory without end; the terminal inherits both."""
    effective = int(re.search(r"CapEff:\s*([0-9a-f]+)", pathlib.Path("/proc/self/status").read_text(encoding="ascii"))[1], 16)
    return bool(effective >> 14 & 1) or resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY


def test_the_disk_tells_nothing(stage, tmp_path):
    seed = int(os.environ.get("PERRON_SEED", random.randrange(2**32)))
    print(f"PERRON_SEED={seed} persons={COUNT}")
    dice = random.Random(seed)
    seeds = set(CARD)
    kiosk = stage.pid("kiosk")
    with Person(stage) as person:
        for number in range(COUNT):
            somebody = invent(dice)
            by_hand = number % 2 == 1
            seeds |= set(somebody["seeds"] if by_hand else somebody["seeds"][-1:])
            walk(person, until="ticket", phone=somebody["phone"], steps=steps_of(somebody, by_hand))
            person.do("touch option:finish", "wait screen done")
            person.ask("dock remove")  # an error when no card was in
            person.do("touch next", "wait screen welcome")
        search = Search(seeds)
        assert Search({"borne-0001"}).in_files([stage.folder / "data/outbox.db", stage.folder / "data/outbox.db-wal"]), "the search bites"
        assert len(stage.perron("queue", "list")) == COUNT
        assert search.in_files(disk_of(stage)) == {}
        assert search.in_files(opened_files(kiosk)) == {}

        # A crash with somebody before it: no core, nowhere.
        limits = pathlib.Path(f"/proc/{kiosk}/limits").read_text(encoding="ascii")
        assert "Max core file size        0                    0" in limits
        before = cores()
        walk(person, until="review", phone="0639980088")
        with open(os.pidfd_open(kiosk)) as gone:
            os.kill(kiosk, signal.SIGABRT)
            assert select.select([gone], [], [], 30)[0], "it aborted"
        assert cores() == before
        search = Search(seeds | {"0639980088"})
        assert search.in_files(disk_of(stage)) == {}
        assert not [path for path in stage.folder.rglob("core*") if path.is_file()]


@pytest.mark.skipif(not may_lock_without_end(), reason="only with CAP_IPC_LOCK or LimitMEMLOCK=infinity a whole process is locked")
@pytest.mark.skipif(os.geteuid() != 0, reason="the terminal hides its memory from its own user: only root can look")
def test_nothing_reaches_the_swap_file(stage):
    """Not one writable page of the terminal may be swapped; and none is."""
    loose, region = [], ""
    smaps = pathlib.Path(f"/proc/{stage.pid('kiosk')}/smaps").read_text(encoding="utf-8")
    if "libasan" in smaps:
        pytest.skip("sanitizers replace mlockall()")
    for line in smaps.splitlines():
        words = line.split()
        if "-" in words[0] and not words[0].endswith(":"):
            region = line
        elif words[0] == "Swap:":
            assert words[1] == "0", region
        elif words[0] == "VmFlags:" and " rw" in region and "[v" not in region and not {"lo", "io", "pf"} & set(words):
            loose.append(region)
    # Memory shared with the display and the sound service, and the stack's guard, are not ours to lock.
    assert not [each for each in loose if "[heap]" in each or "[stack]" in each or len(each.split()) == 5], loose
