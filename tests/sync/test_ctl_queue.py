# SPDX-License-Identifier: GPL-3.0-or-later
"""The perron command on an outbox that a program filled and ended: what others script against."""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import sqlite3
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["PERRON_BUILD"])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
PERRON = BUILD / "kiosk/ctl/perron"
FILLER = BUILD / "tests/sync/filler"


@pytest.fixture
def room(tmp_path):
    (tmp_path / "perron.conf").write_text("[queue]\ndatabase=outbox.db\nlow_space_kib=0\nreserve_kib=0\n")

    def perron(*words):
        return subprocess.run([PERRON, "--config", tmp_path / "perron.conf", *words], capture_output=True, text=True, timeout=60)

    def fill(count):
        done = subprocess.run([FILLER, tmp_path / "outbox.db", str(count)], capture_output=True, text=True, timeout=60, check=True)
        return [line.split()[1] for line in done.stdout.splitlines()]

    perron.folder, perron.fill = tmp_path, fill
    return perron


def test_no_outbox(room):
    for words in (["queue", "list"], ["queue", "stats", "--json"], ["queue", "show", "2222-2222"], ["audit", "verify"]):
        done = room(*words)
        assert (done.returncode, done.stdout) == (3, "")
        assert "outbox.db" in done.stderr
    assert not (room.folder / "outbox.db").exists()


def test_list_show_stats(room):
    references = room.fill(3)
    items = json.loads(room("queue", "list", "--json").stdout)
    assert [item["reference"] for item in items] == references
    assert [item["seq"] for item in items] == [1, 2, 3]
    assert {item["state"] for item in items} == {"waiting"}
    shown = json.loads(room("queue", "show", references[1].lower(), "--json").stdout)
    assert shown == items[1]
    assert references[0] in room("queue", "list").stdout
    stats = json.loads(room("queue", "stats", "--json").stdout)
    assert (stats["waiting"], stats["sent"], stats["link"]) == (3, 0, "")
    assert stats["oldest_waiting_unix_ms"] > 0


def test_withdraw(room):
    reference = room.fill(1)[0]
    assert room("queue", "withdraw", reference).returncode == 0
    assert json.loads(room("queue", "show", reference, "--json").stdout)["state"] == "withdrawn"
    again = room("queue", "withdraw", reference)
    assert again.returncode == 1 and "too late" in again.stderr
    assert room("queue", "withdraw", "2222-2222").returncode == 1
    assert room("queue", "show", "rubbish").returncode == 1
    assert room("queue", "show").returncode == 2
    assert room("queue", "dance").returncode == 2


def test_export(room):
    kept, gone = room.fill(2)
    room("queue", "withdraw", gone)
    out = room.folder / "stick"
    for _ in range(2):
        assert room("queue", "export", out).returncode == 0
        assert [path.name for path in out.iterdir()] == [f"{kept}.json"]
    envelope = json.loads((out / f"{kept}.json").read_text())
    assert envelope["format"] == "perron-envelope-1" and envelope["reference"] == kept
    assert hashlib.sha256(base64.b64decode(envelope["sealed"])).digest() == base64.b64decode(envelope["sha256"])
    assert json.loads(room("queue", "stats", "--json").stdout)["waiting"] == 1
    assert room("queue", "export", "/proc/nowhere").returncode == 3


def test_decisions(room):
    """Nothing is given up before its time, and a decision is a line of the audit log."""
    kept, gone = room.fill(2)
    early = room("queue", "drop", gone)
    assert early.returncode == 1 and "not waited long enough" in early.stderr
    with contextlib.closing(sqlite3.connect(room.folder / "outbox.db")) as db, db:
        db.execute("UPDATE outbox SET created_ms = created_ms - 91 * 86400000")
    stats = json.loads(room("queue", "stats", "--json").stdout)
    assert (stats["overdue"], stats["undecided"], stats["unacknowledged"]) == (2, 2, 0)
    assert "2 wait for a decision" in room("queue", "stats").stdout
    assert room("queue", "keep", kept).returncode == 0
    assert room("queue", "drop", gone).returncode == 0
    stats = json.loads(room("queue", "stats", "--json").stdout)
    assert (stats["waiting"], stats["withdrawn"], stats["overdue"]) == (1, 1, 0)
    assert json.loads(room("queue", "show", gone, "--json").stdout)["last_fault"] == "dropped"
    with contextlib.closing(sqlite3.connect(room.folder / "outbox.db")) as db, db:
        assert db.execute("SELECT event, detail FROM audit WHERE event > 9").fetchall() == [(10, os.getuid()), (11, os.getuid())]
    assert room("audit", "verify").returncode == 0
    assert room("queue", "keep", "2222-2222").returncode == 1
    assert room("queue", "drop").returncode == 2


def test_events_make_the_manual(room):
    """One table each makes code and manual: every row of the .def files is a row of the page, none is empty, no number stands twice."""
    said = json.loads(room("audit", "events", "--json").stdout)
    page = room("audit", "events").stdout
    for name, rows, key in (("kiosk/core/log-events.def", said["log"], "meaning"), ("sync/store/audit-events.def", said["audit"], "detail")):
        source = (SOURCE / name).read_text(encoding="utf-8")
        assert len(rows) == source.count("\nPERRON_") and len({row["event"] for row in rows}) == len(rows)
        for row in rows:
            assert row[key] and f'"{row["event"]}"' in source
            assert any(f"`{row['event']}`" in line and row[key] in line for line in page.splitlines())
    numbers = [row["number"] for row in said["audit"]]
    assert numbers == sorted(set(numbers))
    assert (BUILD / "kiosk/ctl/events.md").read_text(encoding="utf-8") == page, "the built page of the manual is this one"


def test_audit(room):
    room.fill(4)
    done = room("audit", "verify", "--json")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    with contextlib.closing(sqlite3.connect(room.folder / "outbox.db")) as db, db:
        head = db.execute("SELECT lower(hex(hash)) FROM audit WHERE n = 5").fetchone()[0]
    assert said == {"ok": True, "lines": 5, "fault": "", "head": {"n": 5, "sha256": head}, "gateway": None}
    with contextlib.closing(sqlite3.connect(room.folder / "outbox.db")) as db, db:
        db.execute("UPDATE audit SET at_ms = at_ms + 1 WHERE n = 2")
    done = room("audit", "verify", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["fault"] == "audit line 2: altered"
