# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of a terminal without a line, on a stick: stored exactly once, whatever is done twice; nothing else on the stick is believed."""
import contextlib
import json
import os
import sqlite3
import subprocess

import pytest

from test_nominal import collect
from test_replies import shown
from world import BUILD, QUEUE_TOOL, environment


def take(world):
    done = subprocess.run([BUILD / "sync/gateway/perron-gateway", "--config", world.gateway_config, "--import", world.folder / "stick"],
                          env=environment(), text=True, capture_output=True, timeout=60)
    assert "Sanitizer" not in done.stderr, done.stderr
    return done.returncode, done.stdout.strip(), done.stderr.splitlines()


def export(world):
    subprocess.run([BUILD / "kiosk/ctl/perron", "queue", "export", world.folder / "stick", "--config", world.config], check=True,
                   env=environment(), stdout=subprocess.DEVNULL, timeout=60)
    return sorted((world.folder / "stick").iterdir())


@pytest.fixture
def stick(world):
    world.gateway_config = world.write_gateway_config(terminals=world.keys / "terminals")
    world.ids = world.fill(250)
    world.files = export(world)
    assert len(world.files) == 250
    return world


def test_exactly_once(stick):
    stick.start_line()  # it goes on receiving meanwhile
    assert take(stick) == (0, "250 stored, 0 known already, 0 refused", [])
    assert take(stick) == (0, "0 stored, 250 known already, 0 refused", [])
    # The line is there after all: the terminal sends the same, and learns that they are stored.
    assert stick.sync_once() == (0, "")
    stick.assert_exactly_once(stick.ids)
    opened = set()
    while len(opened) < 250:
        done, report = collect(stick)
        assert done.returncode == 0 and report["opened"]
        opened |= {entry["id"] for entry in report["opened"]}
    assert opened == set(stick.ids)
    assert stick.sync_once() == (0, "")
    assert set(stick.states().values()) == {"received"}
    # A stick found in a drawer a year later.
    assert take(stick)[1] == "0 stored, 250 known already, 0 refused"


def test_the_rest_of_a_stick_is_refused_by_name(stick):
    one = json.loads(stick.files[0].read_text())
    folder = stick.folder / "stick"
    for path in stick.files[3:]:
        path.unlink()

    def put(name, **members):
        (folder / name).write_text(json.dumps({**one, **members}))
    put("a-suite.json", suite=2)
    put("b-terminal.json", terminal="borne-0002")
    put("c-path.json", terminal="../borne-0001")
    put("d-dest.json", dest="999")
    put("e-sealed.json", sealed="AAAA")
    put("f-id.json", id=stick.ids[9])
    (folder / "g-other.json").write_text("{}")
    (folder / "h-empty.json").write_text("")
    (folder / "i-large.json").write_text(" " * 600000)
    (folder / "j-link.json").symlink_to("/etc/passwd")
    os.mkfifo(folder / "k-pipe.json")
    (folder / "l-folder.json").mkdir()
    (folder / ".m-hidden.json").write_text("half a file")
    (folder / "autorun.inf").write_text("[autorun]")
    status, words, lines = take(stick)
    assert (status, words) == (1, "3 stored, 0 known already, 12 refused")
    assert [line.split(": ")[1][0] for line in lines] == list("abcdefghijkl")
    assert "b-terminal.json: refused: the terminal is not known here" in lines[1] and "signature" in lines[0]
    assert len(stick.stored()) == 3


def test_settings(world):
    (world.folder / "stick").mkdir()
    status, _, lines = take(world)
    assert status == 3 and "[receiver] terminals" in lines[-1], "without their certificates nobody's signature can be checked"
    world.gateway_config = world.write_gateway_config(terminals=world.keys / "terminals")
    assert take(world) == (0, "0 stored, 0 known already, 0 refused", [])
    (world.folder / "stick").rmdir()
    assert take(world)[0] == 3


def test_the_way_back_to_an_older_program(world):
    """Export with the newer, import at the gateway, set the file aside, go on with the older: everything once, and no number twice."""
    world.gateway_config = world.write_gateway_config(terminals=world.keys / "terminals")
    before = world.fill(5)
    export(world)
    database = world.folder / "data/outbox.db"
    with contextlib.closing(sqlite3.connect(database)) as db, db:
        db.execute("PRAGMA user_version=99")  # from here on, this program is the older one
    kept = database.read_bytes()
    assert subprocess.run([QUEUE_TOOL, world.config, "fill", "1"], env=environment(), capture_output=True, timeout=60).returncode != 0
    assert database.read_bytes() == kept
    world.start_line()
    assert take(world)[:2] == (0, "5 stored, 0 known already, 0 refused")
    subprocess.run([BUILD / "kiosk/ctl/perron", "queue", "aside", "--config", world.config], check=True, env=environment(), capture_output=True,
                   timeout=60)
    after = world.fill(3)
    assert world.sync_once() == (0, "")
    assert sorted(world.stored()) == sorted(before + after)
    done, report = collect(world)
    assert sorted(entry["id"] for entry in report["opened"]) == sorted(before + after)
    assert done.returncode == 0 and [problem["kind"] for problem in report["problems"]] == ["gap"], "a break is named, nothing is a replay"


# --- the way back -------------------------------------------------------------------------------------------------------------------


def answers(world):
    done = subprocess.run([BUILD / "sync/gateway/perron-gateway", "--config", world.gateway_config, "--answers", world.folder / "stick"],
                          env=environment(), text=True, capture_output=True, timeout=60)
    assert done.returncode == 0 and "Sanitizer" not in done.stderr, done.stderr
    return done.stdout.split(" in ")[0]


def take_back(world):
    done = subprocess.run([BUILD / "kiosk/ctl/perron", "queue", "import", world.folder / "stick", "--config", world.config], env=environment(),
                          text=True, capture_output=True, timeout=60)
    assert "Sanitizer" not in done.stderr, done.stderr
    return done.returncode, done.stdout.strip()


NOTHING_ODD = "; 0 of other terminals, 0 not genuine, 0 files refused"


def test_receipts_and_replies_come_back(stick):
    """A terminal that never has a line: out on a stick, in at the gateway, opened, answered, and all of it back, exactly once."""
    assert take(stick)[0] == 0
    stick.start_line()
    while len(stick.ask_gateway("SELECT 1 FROM receipt")) < 250:
        assert collect(stick)[0].returncode == 0
    assert stick.caisse("reply", stick.ids[7], "come-to-desk").returncode == 0
    for _ in range(2):
        assert answers(stick) == "250 receipts and replies"
    assert len(list((stick.folder / "stick").glob("*.answers.json"))) == 2, "pages of 200; written again they take the same names"
    assert take_back(stick) == (0, "250 receipts, 1 replies, 251 new" + NOTHING_ODD)
    assert take_back(stick) == (0, "250 receipts, 1 replies, 0 new" + NOTHING_ODD)
    assert set(stick.states().values()) == {"received"}
    assert shown(stick)[stick.ids[7]] == ("come-to-desk", 1)

    # The stick of last week, found in a drawer after a newer one: nothing goes back.
    old = {path: path.read_bytes() for path in (stick.folder / "stick").glob("*.answers.json")}
    assert stick.caisse("reply", stick.ids[7], "done").returncode == 0
    answers(stick)
    assert take_back(stick)[1].startswith("250 receipts, 1 replies, 1 new")
    for path, text in old.items():
        path.write_bytes(text)
    assert take_back(stick)[1].startswith("250 receipts, 1 replies, 0 new")
    assert shown(stick)[stick.ids[7]] == ("done", 2)
    # The gateway does not take its own answers for requests of a terminal.
    assert take(stick)[1] == "0 stored, 250 known already, 0 refused"


def test_a_hostile_stick_back(stick):
    assert take(stick)[0] == 0
    stick.start_line()
    assert collect(stick)[0].returncode == 0
    answers(stick)
    folder = stick.folder / "stick"
    good = sorted(folder.glob("*.answers.json"))[0]
    bundle = json.loads(good.read_text())
    one, two = bundle["entry"][0]["resource"], bundle["entry"][1]["resource"]
    signature = next(e for e in one["extension"] if e["url"].endswith("/signature"))
    signature["valueBase64Binary"] = next(e for e in two["extension"] if e["url"].endswith("/signature"))["valueBase64Binary"]
    bundle["entry"][2]["resource"]["requester"]["identifier"]["value"] = "borne-0002"
    bundle["entry"][3]["resource"]["status"] = "completed"
    good.write_text(json.dumps(bundle))
    secret = stick.folder / "secret.json"
    secret.write_text(good.read_text())
    (folder / "a.answers.json").symlink_to(secret)
    os.mkfifo(folder / "b.answers.json")
    (folder / "c.answers.json").write_text("[" * 100000)
    (folder / "d.answers.json").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    (folder / "e.answers.json").mkdir()
    (folder / "f.answers.json").write_bytes(b"")
    (folder / "g.answers.json").write_text('{"resourceType":"Bundle","type":"batch","entry":[]}')
    (folder / ".h.answers.json").write_text("not looked at")
    code, words = take_back(stick)
    entries = len(stick.ask_gateway("SELECT 1 FROM receipt"))
    assert (code, words) == (1, f"{entries - 3} receipts, 0 replies, {entries - 3} new; 1 of other terminals, 2 not genuine, 7 files refused")
    assert stick.states()[one["id"]] == "waiting", "what was not signed by the caisse is not received"
