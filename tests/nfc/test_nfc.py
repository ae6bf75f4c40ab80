# SPDX-License-Identifier: GPL-3.0-or-later
"""perron-nfc through the real libnfc, the chip on a pseudo-terminal, and every fault that it may have."""
import fcntl
import hashlib
import hmac
import json
import os
import pathlib
import select
import signal
import subprocess

import pytest

from conftest import BUILD, KEY, TAGS, WAIT_S, children_of

SELECT_EMRTD = "00A4040C07A0000002471001"
PPSE = "325041592E5359532E4444463031"
TAG_FILES = sorted(TAGS.glob("*.json"))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_each_tag_is_named_and_none_gives_itself_away(world):
    assert len(TAG_FILES) >= 12
    identifiers = []
    for path in TAG_FILES:
        tag = read(path)
        world.do(f"tap {path.name}")
        _, kind, badge = world.until("tap")
        assert kind == tag["expect"], path.name
        uid = None if tag["uid"] == "random" else bytes.fromhex(tag["uid"])
        assert (badge is not None) == (kind == "badge"), path.name
        if badge is not None:
            assert badge == hmac.new(KEY, b"perron badge 1\0" + uid, hashlib.sha256).digest()
        if uid is not None:
            identifiers.append(uid)
        world.do("untap")
        world.until("gone")
    for uid in identifiers:
        assert uid not in world.raw
    asked = world.status()["apdus"]
    assert set(asked) == {SELECT_EMRTD}, "nothing but the travel document application may ever be selected"
    assert not any(PPSE in apdu for apdu in asked)


@pytest.mark.parametrize("world", [("--realistic-nfc",)], indirect=True)
def test_as_slow_as_a_real_chip(world):
    for name, kind in (("passport-a", "identity-document"), ("passport-b", "identity-document"), ("navigo-b-prime", "transport")):
        world.do(f"tap {name}.json")
        assert world.until("tap")[1] == kind
        world.do("untap")
        world.until("gone")


@pytest.mark.parametrize("world", [("--realistic-nfc",), ()], indirect=True)
def test_a_thing_that_takes_its_time(world):
    slow = {**read(TAGS / "passport-a.json"), "think_ms": 60}
    path = world.folder / "slow.json"
    path.write_text(json.dumps(slow), encoding="utf-8")
    world.do(f"tap {path}")
    assert world.until("tap")[1] == "identity-document"
    world.do("untap")
    world.until("gone")
    path.write_text(json.dumps({**slow, "think_ms": 2001}), encoding="utf-8")
    assert "think_ms" in world.ask(f"tap {path}")


def test_who_is_known_without_a_question_is_not_asked(world):
    for name in ("classic-badge", "ultralight", "desfire-badge", "health-professional", "cnie", "navigo-b-prime"):
        world.do(f"tap {name}.json")
        world.until("tap")
        world.do("untap")
        world.until("gone")
    assert world.status()["apdus"] == []


def test_two_at_once(world):
    world.do("tap classic-badge.json ultralight.json")
    assert world.until("tap")[1:] == ("several", None)
    world.do("untap")
    world.until("gone")
    world.do("tap bank-card.json phone.json")
    assert world.until("tap")[1:] == ("several", None)
    assert world.status()["apdus"] == []


def test_a_badge_is_the_same_at_each_tap_and_another_is_another(world):
    hashes = []
    for name in ("classic-badge", "classic-badge", "classic-4k-badge"):
        world.do(f"tap {name}.json")
        hashes.append(world.until("tap", "badge")[2])
        world.do("untap")
        world.until("gone")
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_second_tap_tells_a_phone_from_a_card_that_looks_like_one(world):
    for name, kinds in (("phone", ["phone"] * 3), ("fixed-08", ["phone", "card", "card"])):
        for kind in kinds:
            world.do(f"tap {name}.json")
            assert world.until("tap")[1] == kind
            world.do("untap")
            world.until("gone")


def test_a_paper_ticket_stays_until_it_is_taken(world):
    world.do("tap paper-ticket.json")
    assert world.until("tap")[1] == "ticket"
    # Once selected it is mute until the field was off: it must not seem to come and go.
    world.do("untap")
    assert world.frame() == ("gone",)


def test_a_status_that_aborts_the_library_ends_the_worker_alone(world):
    worker = world.worker()
    world.do("nfc nad")
    world.do("tap passport-a.json")
    world.until("state", False)
    world.until("state", True)
    assert world.until("tap")[1] == "identity-document"
    assert world.nfc.poll() is None and world.worker() != worker
    assert world.status()["fault"] == "ok"


@pytest.mark.parametrize("fault, lies_there", [("oversize", False)] + [(fault, there) for fault in ("long-uid", "checksum", "silence")
                                                                       for there in (False, True)])
def test_a_bad_answer_costs_at_most_the_worker(world, fault, lies_there):
    # Before: met by the chip's own look, or by the question. While it lies there: met when it is listed, by the library.
    if lies_there:
        world.do("tap passport-a.json")
        world.until("tap")
        until_met(world, fault)
    else:
        world.do(f"nfc {fault}")
        world.do("tap passport-a.json")
        world.until("tap")
    assert world.status()["fault"] == "ok", "the fault was met"
    world.do("untap")
    world.do("tap desfire-badge.json")
    world.until("tap", "badge")
    world.do("untap")
    world.until("gone")
    world.do("tap passport-a.json")
    assert world.until("tap")[1] == "identity-document"
    assert world.nfc.poll() is None


def until_met(world, fault):
    """A library that is struck starts anew; struck without harm it says nothing, and then the chip is asked."""
    world.do(f"nfc {fault}")
    while world.status()["fault"] != "ok":
        pass


def list_rounds(commands):
    """What the chip was told, cut at each InAutoPoll; without what was before the first one."""
    rounds = []
    for command in commands:
        if command == "60":
            rounds.append([])
        elif rounds:
            rounds[-1].append(command)
    return rounds


def test_while_nothing_lies_there_the_chip_looks(world):
    # A round: the chip looks by itself (60), is set to type B (08), and calls type B' and SRx once each (42). Nothing is listed (4A).
    for taps in range(1, 4):
        world.do("tap paper-ticket.json")  # found by the second of the calls: a whole round comes first
        assert world.until("tap")[1] == "ticket"
        rounds = list_rounds(world.status()["commands"])
        assert all(each[:3] == ["08", "42", "42"] for each in rounds), taps
        assert all(each == ["08", "42", "42"] for each in rounds if "4A" not in each)
        assert "4A" in rounds[-1]
        world.do("untap")
        world.until("gone")
    # Whatever the chip finds by itself is listed at once, when it has lost the field (32): nothing is called.
    world.do("tap navigo-b.json")
    world.until("tap", "transport")
    assert list_rounds(world.status()["commands"])[-1][:4] == ["32", "32", "32", "4A"]


def test_what_is_missed_is_asked_again_without_the_field(world):
    world.do("tap classic-badge.json")
    world.until("tap", "badge")
    world.do("untap")
    world.until("gone")
    rounds = [each for each in list_rounds(world.status()["commands"]) if "4A" in each]
    # Counted when it came; a single selection at each look; at the last, the field is cut and it is listed; then the chip lets go.
    assert rounds[0][:7] == ["32", "32", "32", "4A", "44", "4A", "4A"] and rounds[0][-6:] == ["4A", "32", "32", "32", "4A", "44"]


def test_a_second_thing_laid_down_later_is_noticed(world):
    world.do("tap classic-badge.json")
    world.until("tap", "badge")
    world.do("lay ultralight.json")
    world.until("gone")
    assert world.until("tap")[1] == "several"


def test_a_chip_that_falls_silent_is_found_out(world):
    os.kill(world.dock.pid, signal.SIGSTOP)
    world.until("state", False)
    os.kill(world.dock.pid, signal.SIGCONT)
    world.until("state", True)
    world.do("tap desfire-badge.json")
    assert world.until("tap")[1] == "badge"


def test_a_worker_that_hangs_is_killed_and_replaced(world):
    worker = world.worker()
    os.kill(worker, signal.SIGSTOP)
    world.until("state", False)
    world.until("state", True)
    assert world.worker() != worker and not pathlib.Path(f"/proc/{worker}").exists()
    world.do("tap desfire-badge.json")
    assert world.until("tap")[1] == "badge"


def test_the_cable_pulled_with_a_card_there(world):
    world.do("tap bank-card.json")
    world.until("tap", "payment")
    world.do("nfc hang-up")
    assert world.frame() == ("gone",)
    assert world.frame() == ("state", False)
    world.until("state", True)
    assert world.until("tap")[1] == "payment"


def test_the_dock_away_and_back(world):
    world.dock.kill()
    world.dock.wait(WAIT_S)
    world.until("state", False)
    os.unlink(world.control)
    world.dock = world.start(*world.dock.args)
    world.until_there(world.control)
    world.until("state", True)


def test_nobody_listens_nobody_looks(world):
    worker = world.worker()
    handle = os.pidfd_open(worker)
    world.hang_up()
    assert select.select([handle], [], [], WAIT_S)[0], "the worker goes on without a terminal"
    os.close(handle)
    world.listen()
    assert world.frame() == ("state", False)
    world.until("state", True)


def test_the_line_is_ours_alone(world):
    line = os.open(world.line, os.O_RDWR | os.O_NOCTTY) if os.geteuid() == 0 else None
    if line is None:
        with pytest.raises(OSError):
            os.open(world.line, os.O_RDWR | os.O_NOCTTY)
        return
    with pytest.raises(BlockingIOError):
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(line)


def test_killed_outright_it_leaves_nothing_behind(world):
    worker = world.worker()
    handle = os.pidfd_open(worker)
    world.nfc.kill()
    world.nfc.wait(WAIT_S)
    assert select.select([handle], [], [], WAIT_S)[0], "the worker outlives its keeper"
    os.close(handle)
    world.client.close()
    world.client, world.waiting = None, b""
    world.do("nfc hang-up")  # unlike metal, a pseudo-terminal held by the dock remembers TIOCEXCL (hw/nfc/README.md)
    world.nfc = world.start_nfc()
    world.until("state", True)


def test_ended_in_order_it_gives_the_line_back(world):
    worker = world.worker()
    world.nfc.terminate()
    assert world.nfc.wait(WAIT_S) == 0
    assert not pathlib.Path(f"/proc/{worker}").exists()
    world.client.close()
    world.client, world.waiting = None, b""
    world.nfc = world.start_nfc()
    world.until("state", True)


def test_both_processes_are_shut_in(world):
    for pid in (world.nfc.pid, world.worker()):
        status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
        assert status["Seccomp"].strip() == "2" and status["NoNewPrivs"].strip() == "1"
    assert children_of(world.worker()) == []


@pytest.mark.parametrize("line, word", [("device=", "device"), ("badge_key=missing.key", "badge_key"), ("poll_ms=0", "poll_ms")])
def test_a_wrong_configuration_is_named(world, line, word):
    config = world.folder / "wrong.conf"
    config.write_text(f"[nfc]\ndevice=/dev/null\nsocket={world.socket}\n{line}\n")
    wrong = world.start(world.nfc.args[0], "--config", config, stderr=-1)
    _, said = wrong.communicate(timeout=WAIT_S)
    assert wrong.returncode == 2 and word in said.decode()


def badge(world, *words, tag=None):
    world.hang_up()
    command = [str(BUILD / "kiosk" / "ctl" / "perron"), "--config", str(world.config), "badge", *words]
    if tag is not None:
        world.do(f"tap {tag}.json")
    result = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S)
    if tag is not None:
        world.do("untap")
    return result.returncode, result.stdout, result.stderr


def test_badges_are_enrolled_listed_and_forgotten(world):
    assert badge(world, "enrol", "accueil 1", tag="desfire-badge")[0] == 0
    status, _, said = badge(world, "enrol", "accueil 2", tag="desfire-badge")
    assert status == 1 and "already" in said
    status, _, said = badge(world, "enrol", "accueil 2", tag="ultralight")
    assert status == 1 and "ticket" in said
    assert badge(world, "list")[:2] == (0, "accueil 1\n")
    kept = (world.folder / "badges").read_text()
    assert "04112233445566" not in kept and kept.endswith(" accueil 1\n")
    assert badge(world, "forget", "accueil 1")[0] == 0
    assert badge(world, "forget", "accueil 1")[0] == 1
    assert badge(world, "list")[:2] == (0, "")


def read_card(world, *words):
    world.hang_up()
    command = [str(BUILD / "kiosk" / "ctl" / "perron"), "--config", str(world.config), "card", "read", "--source", "nfc", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S)
    return done.returncode, done.stdout, done.stderr


def test_the_command_says_what_lies_there_and_never_a_vitale(world):
    world.config.write_text(world.config.read_text() + f"[paths]\nprofiles={TAGS.parents[1] / 'profiles'}\n")
    world.do("tap phone.json")
    status, out, _ = read_card(world, "--json")
    answer = json.loads(out)
    assert status == 1 and (answer["status"], answer["card"], answer["holders"]) == ("not-vitale", "phone", [])
    status, out, _ = read_card(world)
    assert status == 1 and "téléphone" in out and "insérez la carte" in out
    world.do("untap")
    assert json.loads(read_card(world, "--json", "--timeout", "1")[1])["status"] == "no-card"
    world.nfc.kill()
    world.nfc.wait(WAIT_S)
    assert json.loads(read_card(world, "--json", "--timeout", "0")[1])["status"] == "no-reader"
    assert read_card(world, "--record", "x")[0] == 2


def places_of(pid, mark):
    found = 0
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            memory.seek(start)
            try:
                found += memory.read(end - start).count(mark)
            except OSError:  # [vvar] and its kind
                continue
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="perron-nfc hides its memory from its own user: only root can look")
def test_no_identifier_is_left_when_the_thing_has_left(world):
    for name in ("desfire-badge", "bank-card", "navigo-b", "navigo-b-prime", "paper-ticket", "passport-b"):
        uid = bytes.fromhex(read(TAGS / f"{name}.json")["uid"])
        if "libasan" in pathlib.Path(f"/proc/{world.nfc.pid}/maps").read_text(encoding="utf-8"):
            pytest.skip("a build with sanitizers keeps what was freed")
        world.do(f"tap {name}.json")
        world.until("tap")
        world.do("untap")
        world.until("gone")
        for pid in (world.nfc.pid, world.worker()):
            assert places_of(pid, uid) == 0, name
