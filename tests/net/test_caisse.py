# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway that drops, alters, swaps or repeats: the caisse names exactly those, and loses no other (facts/sync-security.md 3.5)."""
import hashlib
import json
import shutil
import sqlite3
import subprocess

import pytest

from test_nominal import collect
from test_cuts import dying
from world import BUILD, environment

COUNT = 12


def tamper(world, sql, *values):
    db = sqlite3.connect(world.folder / "data/gateway.db", timeout=10)
    with db:
        assert db.execute(sql, values).rowcount == 1
    db.close()


def raw(request):
    return bytes.fromhex(request.replace("-", ""))


@pytest.fixture
def sent(line):
    line.ids = line.fill(COUNT)
    assert line.sync_once() == (0, "")
    return line


def others(report, ids, but):
    assert [entry["id"] for entry in report["opened"]] == [i for i in ids if i != but]


def test_a_dropped_one_is_a_gap(sent):
    tamper(sent, "DELETE FROM task WHERE id = ?", raw(sent.ids[4]))
    done, report = collect(sent)
    others(report, sent.ids, sent.ids[4])
    assert done.returncode == 0, "a person may have withdrawn it: named, not grave"
    assert [(p["kind"], p["first"], p["last"]) for p in report["problems"]] == [("gap", 5, 5)]
    assert "n° 5" in done.stdout


def flip(world, request):
    sealed = bytearray(world.ask_gateway("SELECT sealed FROM task WHERE id = ?", raw(request))[0][0])
    sealed[len(sealed) // 2] ^= 1
    return bytes(sealed)


@pytest.mark.parametrize("keep_digest,kind", [(True, "altered"), (False, "signature")])
def test_an_altered_one_is_named(sent, keep_digest, kind):
    victim = sent.ids[6]
    sealed = flip(sent, victim)
    digest = sent.ask_gateway("SELECT digest FROM task WHERE id = ?", raw(victim))[0][0] if keep_digest else hashlib.sha256(sealed).digest()
    tamper(sent, "UPDATE task SET sealed = ?, digest = ? WHERE id = ?", sealed, digest, raw(victim))
    done, report = collect(sent)
    others(report, sent.ids, victim)
    assert done.returncode == 1
    assert [(p["kind"], p.get("id")) for p in report["problems"] if p["kind"] != "gap"] == [(kind, victim)]
    # No receipt for it: it stays where it is, for somebody to look at.
    assert sent.ask_gateway("SELECT received FROM task WHERE id = ?", raw(victim)) == [(0,)]


def test_another_terminals_name(sent):
    tamper(sent, "UPDATE task SET terminal = 'borne-0666' WHERE id = ?", raw(sent.ids[0]))
    done, report = collect(sent)
    others(report, sent.ids, sent.ids[0])
    assert done.returncode == 1 and [p["kind"] for p in report["problems"]] == ["terminal", "gap"]


def test_two_envelopes_exchanged(sent):
    """The id of one on the bytes of the other: both signatures are of the terminal, neither fits."""
    a, b = raw(sent.ids[1]), raw(sent.ids[2])
    rows = {i: sent.ask_gateway("SELECT sealed, digest, signature FROM task WHERE id = ?", i)[0] for i in (a, b)}
    for mine, its in ((a, b), (b, a)):
        tamper(sent, "UPDATE task SET sealed = ?, digest = ?, signature = ? WHERE id = ?", *rows[its], mine)
    _, report = collect(sent)
    assert sorted(p["id"] for p in report["problems"] if p["kind"] == "signature") == sorted(sent.ids[1:3])
    assert len(report["opened"]) == COUNT - 2


def test_cut_before_the_receipts(sent):
    """Opened and written, then the power went: the next run opens them again, says so, and nothing is called a replay."""
    died = sent.caisse("collect", "--json", sent.folder / "first.json", env=dying("ask", 3))
    assert died.returncode == -9
    assert len(json.loads((sent.folder / "first.json").read_text())["opened"]) == COUNT
    done, report = collect(sent)
    assert done.returncode == 0 and report["problems"] == []
    assert [e["again"] for e in report["opened"]] == [True] * COUNT and "accusé renvoyé" in done.stdout
    assert sent.sync_once() == (0, "")
    assert set(sent.states().values()) == {"received"}


def test_restored_disk_is_seen_and_nobody_is_lost(line):
    first = line.fill(2)
    shutil.copy(line.folder / "data/outbox.db", line.folder / "old.db")
    second = line.fill(3)
    assert line.sync_once()[0] == 0
    collect(line)
    for name in ("outbox.db", "outbox.db-wal", "outbox.db-shm"):
        (line.folder / "data" / name).unlink(missing_ok=True)
    shutil.copy(line.folder / "old.db", line.folder / "data/outbox.db")
    third = line.fill(2)
    assert line.sync_once()[0] == 0
    assert sorted(line.stored()) == sorted(first + second + third), "the first two came again and were known by their ids"
    done, report = collect(line)
    assert [e["id"] for e in report["opened"]] == third, "opened all the same: they are requests of persons"
    assert done.returncode == 1 and [(p["kind"], p["first"]) for p in report["problems"]] == [("replay", 3), ("replay", 4)]


def test_a_broken_ledger_stops_the_desk(sent):
    (sent.folder / "data/caisse-counters.json").write_text("{")
    done = sent.caisse("collect")
    assert done.returncode == 3 and "caisse-counters.json" in done.stderr and done.stdout == ""
    assert sent.ask_gateway("SELECT count(*) FROM receipt") == [(0,)]


def test_files_of_queue_export(world):
    ids = world.fill(3)
    folder = world.folder / "stick"
    subprocess.run([BUILD / "kiosk/ctl/perron", "queue", "export", folder, "--config", world.config], check=True, env=environment(),
                   stdout=subprocess.DEVNULL)
    opened = []
    files = sorted(folder.glob("*.json"))
    for path in files:
        done = world.caisse("open", path, "--json")
        assert done.returncode == 0, done.stderr
        opened += [e["id"] for e in json.loads(done.stdout)["opened"]]
    assert sorted(opened) == sorted(ids)

    one = json.loads(files[0].read_text())
    for member, value, kind in (("sealed", "AAAA", "altered"), ("terminal", "borne-0002", "terminal"), ("dest", "999", "dest"), ("suite", 2, "suite"),
                                ("signature", "AAAA", "signature"), ("id", "x", "shape"), ("sealed", "?", "shape")):
        files[0].write_text(json.dumps({**one, member: value}))
        done = world.caisse("open", files[0], "--json")
        assert done.returncode == 1, done.stderr
        assert [p["kind"] for p in json.loads(done.stdout)["problems"]] == [kind] and json.loads(done.stdout)["opened"] == []


@pytest.mark.parametrize("text", ["", "{}", "[" * 100000, '{"resourceType":"Bundle","type":"batch","entry":7}'])
def test_a_bad_file_is_refused_by_name(world, text):
    (world.folder / "export.json").write_text(text)
    done = world.caisse("open", world.folder / "export.json")
    assert done.returncode == 3 and "export.json" in done.stderr and len(done.stderr.splitlines()) == 1


def test_usage(world):
    for words in ((), ("collect", "more"), ("open",), ("close", "x"), ("collect", "--nonsense")):
        assert world.caisse(*words).returncode == 2


def test_one_of_a_hundred_each(line):
    """Dropped, altered, replayed, given another name: the desk names exactly those, opens all others, and opens nobody twice unsaid."""
    ids = line.fill(100)
    assert line.sync_once() == (0, "")
    dropped, altered, replayed, renamed = ids[10], ids[20], ids[30], ids[40]
    kept = {i: line.ask_gateway("SELECT * FROM task WHERE id = ?", raw(i))[0] for i in (replayed, renamed)}
    columns = [row[1] for row in line.ask_gateway("PRAGMA table_info (task)")]
    tamper(line, "DELETE FROM task WHERE id = ?", raw(dropped))
    tamper(line, "UPDATE task SET sealed = ? WHERE id = ?", flip(line, altered), raw(altered))
    done, report = collect(line)
    assert done.returncode == 1
    assert [entry["id"] for entry in report["opened"]] == [i for i in ids if i not in (dropped, altered)]
    assert [(p["kind"], p["id"]) for p in report["problems"] if p["kind"] != "gap"] == [("altered", altered)]
    assert [(p["first"], p["last"]) for p in report["problems"] if p["kind"] == "gap"] == [(11, 11), (21, 21)]

    # The gateway kept copies and hands them out again: one as it was, one under another id.
    other = "0192f3c1-0000-7000-8000-0000000000aa"
    tamper(line, "DELETE FROM receipt WHERE id = ?", raw(replayed))
    for request, changes in ((replayed, {}), (renamed, {"id": raw(other), "seq": None})):
        row = dict(zip(columns, kept[request])) | changes
        tamper(line, f"INSERT OR REPLACE INTO task ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", *row.values())
    done, report = collect(line)
    assert done.returncode == 1
    assert [(entry["id"], entry["again"]) for entry in report["opened"]] == [(replayed, True)], "known, and said so: nobody acts on it twice"
    assert [(p["kind"], p["id"]) for p in report["problems"] if p["id"] != altered] == [("signature", other)]
