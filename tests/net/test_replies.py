# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caisse answers comes back to the request it is of: only when signed by our caisse, only forward, and nothing else moves."""
import json
import shutil
import sqlite3
import subprocess

import pytest

from test_caisse import raw, tamper
from test_nominal import collect
from world import BUILD, environment


def shown(world):
    """{id: reply as `perron queue list --json` says it}"""
    done = subprocess.run([BUILD / "kiosk/ctl/perron", "queue", "list", "--json", "--config", world.config], check=True, env=environment(),
                          text=True, stdout=subprocess.PIPE)
    return {item["id"]: item["reply"] and (item["reply"]["code"], item["reply"]["number"]) for item in json.loads(done.stdout)}


@pytest.fixture
def acknowledged(line):
    line.ids = line.fill(3)
    assert line.sync_once() == (0, "")
    _, report = collect(line)
    line.references = {entry["id"]: entry["reference"] for entry in report["opened"]}
    assert line.sync_once() == (0, "")
    return line


def reply(world, name, code, config=None):
    done = world.caisse("reply", name, code, config=config)
    return done.returncode


def test_a_reply_reaches_its_request(acknowledged):
    line, (a, b, c) = acknowledged, acknowledged.ids
    assert set(shown(line).values()) == {None}
    assert reply(line, line.references[a].lower().replace("-", " "), "call-missed") == 0
    assert reply(line, b, "cannot-phone") == 0
    assert line.sync_once() == (0, "")
    assert shown(line) == {a: ("call-missed", 1), b: ("cannot-phone", 1), c: None}
    assert reply(line, a, "done") == 0
    assert line.sync_once() == (0, "")
    assert shown(line)[a] == ("done", 2)
    text = subprocess.run([BUILD / "kiosk/ctl/perron", "queue", "show", line.references[a], "--config", line.config], env=environment(), text=True,
                          stdout=subprocess.PIPE).stdout
    assert "received" in text and "reply done" in text
    assert subprocess.run([BUILD / "kiosk/ctl/perron", "audit", "verify", "--config", line.config], env=environment(),
                          stdout=subprocess.DEVNULL).returncode == 0


def test_before_the_receipt_was_fetched(line):
    """Both come in one Task: nothing waits for a second look."""
    ids = line.fill(1)
    assert line.sync_once() == (0, "")
    collect(line)
    assert reply(line, ids[0], "come-to-desk") == 0
    assert line.sync_once() == (0, "")
    assert line.states() == {ids[0]: "received"} and shown(line) == {ids[0]: ("come-to-desk", 1)}


def test_an_old_reply_never_returns(acknowledged):
    """A gateway that serves yesterday's true reply again, or from the beginning, changes nothing."""
    line, a = acknowledged, acknowledged.ids[0]
    assert reply(line, a, "call-missed") == 0
    old = line.ask_gateway("SELECT number, code, replied_ms, signature FROM reply WHERE id = ?", raw(a))[0]
    assert reply(line, a, "done") == 0
    assert line.sync_once() == (0, "")
    tamper(line, "UPDATE reply SET number = ?, code = ?, replied_ms = ?, signature = ? WHERE id = ?", *old, raw(a))
    (line.folder / "data/outbox.db.cursor").unlink()
    assert line.sync_once() == (0, "")
    assert shown(line)[a] == ("done", 2)


@pytest.mark.parametrize("change", ["code = 'done'", "number = number + 1", "replied_ms = replied_ms + 1", "signature = x'3003020100'"])
def test_a_forged_reply_changes_nothing(acknowledged, change):
    line, (a, b, _) = acknowledged, acknowledged.ids
    for one in (a, b):
        assert reply(line, one, "called") == 0
    tamper(line, f"UPDATE reply SET {change} WHERE id = ?", raw(a))
    assert line.sync_once() == (0, "")
    assert (shown(line)[a], shown(line)[b]) == (None, ("called", 1)), "the true one beside it counts"
    assert line.states()[a] == "received"


def test_a_reply_of_another_request(acknowledged):
    """Signed by our caisse, moved by the gateway to somebody else's request."""
    line, (a, b, _) = acknowledged, acknowledged.ids
    assert reply(line, a, "done") == 0
    row = line.ask_gateway("SELECT number, code, replied_ms, signature FROM reply WHERE id = ?", raw(a))[0]
    tamper(line, "INSERT INTO reply (id, number, code, replied_ms, signature) VALUES (?, ?, ?, ?, ?)", raw(b), *row)
    tamper(line, "UPDATE receipt SET seq = seq + 100 WHERE id = ?", raw(b))
    assert line.sync_once() == (0, "")
    assert shown(line) == {a: ("done", 1), b: None, acknowledged.ids[2]: None}


def test_another_caisse_may_not_reply(acknowledged):
    line, a = acknowledged, acknowledged.ids[0]
    other = line.write_caisse_config("other-caisse", "999")
    shutil.copytree(line.folder / "data/caisse-counters.json.requests", line.folder / "data/other-caisse-counters.json.requests")
    assert reply(line, a, "done", config=other) == 3
    assert line.ask_gateway("SELECT count(*) FROM reply") == [(0,)]
    # It even speaks with our caisse's name: the signature is still its own, and the terminal trusts one certificate.
    mine = line.caisse_config.read_text().split("[caisse]")[0]
    other.write_text(mine + "[caisse]" + other.read_text().split("[caisse]")[1])
    assert reply(line, a, "done", config=other) == 0
    assert line.sync_once() == (0, "")
    assert shown(line)[a] is None


def test_numbers_are_never_used_twice(acknowledged):
    """The desk's note of the last number was put back from a copy: the gateway refuses what is not newer, and a later try gets through."""
    line, a = acknowledged, acknowledged.ids[0]
    note = next((line.folder / "data/caisse-counters.json.requests").glob(f"*.{a}.json"))
    copy = note.read_text()
    for code in ("called", "call-missed"):
        assert reply(line, a, code) == 0
    note.write_text(copy)
    assert reply(line, a, "done") == 3
    assert line.ask_gateway("SELECT number, code FROM reply") == [(2, "call-missed")]
    assert reply(line, a, "done") == 3, "the same number with another code is another reply"
    assert reply(line, a, "done") == 0
    assert line.ask_gateway("SELECT number, code FROM reply") == [(3, "done")]


def test_words_and_unknown_requests(acknowledged):
    line, a = acknowledged, acknowledged.ids[0]
    done = line.caisse("reply", a, "bonjour")
    assert done.returncode == 2 and "cannot-elsewhere" in done.stderr
    assert reply(line, "2222-2222", "done") == 1
    assert reply(line, "../../etc", "done") == 1
    assert line.caisse("reply", a).returncode == 2
    note = next((line.folder / "data/caisse-counters.json.requests").glob(f"*.{a}.json"))
    for text in ("", "{", '{"id":7}', note.read_text().replace("borne-0001", "../x"), "x" * 4096):
        note.write_text(text)
        done = line.caisse("reply", a, "done")
        assert done.returncode == 3 and note.name in done.stderr


def test_a_reply_without_a_receipt_is_refused(line):
    """The desk opened it and the power went before the receipt: there is nothing to reply to yet."""
    from test_cuts import dying
    ids = line.fill(1)
    assert line.sync_once() == (0, "")
    assert line.caisse("collect", env=dying("ask", 3)).returncode == -9
    done = line.caisse("reply", ids[0], "done")
    assert done.returncode == 3 and "404" in done.stderr
    collect(line)
    assert reply(line, ids[0], "done") == 0
