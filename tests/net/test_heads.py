# SPDX-License-Identifier: GPL-3.0-or-later
"""The signed head of the audit chain (facts/sync-security.md 3.2): a flipped byte, a line dropped, the tail dropped, an old disk put back are
each reported by name, and none of them holds up a request."""
import json
import shutil
import sqlite3
import subprocess

import pytest

from world import BUILD, environment

QUEUE = ("outbox.db", "outbox.db-wal", "outbox.db-shm", "outbox.db.head", "outbox.db.cursor")


def verify(world):
    done = subprocess.run([BUILD / "kiosk/ctl/perron", "audit", "verify", "--json", "--config", world.config], env=environment(), text=True,
                          capture_output=True, timeout=30)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def metrics(world):
    out = subprocess.run(["curl", "-s", "--unix-socket", world.folder / "run/gateway", "http://gateway/metrics"], check=True, text=True,
                         capture_output=True, env=environment(), timeout=30).stdout
    return [line for line in out.splitlines() if line.startswith("perron_audit_head_refused_total")]


def change(world, *script):
    db = sqlite3.connect(world.folder / "data/outbox.db", timeout=10)
    with db:
        for sql in script:
            db.execute(sql)
    db.close()


def keep(world):
    folder = world.folder / "image"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in QUEUE:
        if (world.folder / "data" / name).exists():
            shutil.copy(world.folder / "data" / name, folder)


def put_back(world):
    for name in QUEUE:
        (world.folder / "data" / name).unlink(missing_ok=True)
    for path in (world.folder / "image").iterdir():
        shutil.copy(path, world.folder / "data")


def seen(world):
    return world.ask_gateway("SELECT terminal, n, lower(hex(hash)) FROM head")


def sync(world):
    assert world.sync_once() == (0, "")


@pytest.fixture
def shown(line):
    line.fill(3)
    sync(line)
    return line


def test_the_gateway_keeps_each_head(shown):
    said = verify(shown)
    assert said["ok"] and said["gateway"]["n"] == said["head"]["n"] == said["lines"]
    assert seen(shown) == [("borne-0001", said["head"]["n"], said["head"]["sha256"])]
    sync(shown)
    shown.fill(2)
    sync(shown)
    said = verify(shown)
    assert seen(shown) == [("borne-0001", said["head"]["n"], said["head"]["sha256"])]
    assert metrics(shown) == []


def test_a_lost_answer_is_no_alarm(shown):
    """The gateway stored the head, the terminal never learnt it: it asks, and continues."""
    keep(shown)
    shown.fill(2)
    sync(shown)
    shutil.copy(shown.folder / "image/outbox.db.head", shown.folder / "data")
    shown.fill(1)
    sync(shown)
    (shown.folder / "data/outbox.db.head").unlink()
    shown.fill(1)
    sync(shown)
    said = verify(shown)
    assert said["ok"] and seen(shown)[0][1] == said["head"]["n"] and metrics(shown) == []


def test_a_flipped_byte(shown):
    change(shown, "UPDATE audit SET detail = detail + 1 WHERE n = 2")
    assert verify(shown)["fault"] == "audit line 2: altered"


def test_a_dropped_line(shown):
    change(shown, "DELETE FROM audit WHERE n = 3")
    assert verify(shown)["fault"] == "audit line 3: missing"


def test_the_tail_dropped(shown):
    """A valid beginning is a valid chain: only the witness tells."""
    last = verify(shown)["head"]["n"]
    change(shown, f"DELETE FROM audit WHERE n > {last - 2}",
           f"UPDATE terminal SET audit_n = {last - 2}, audit_head = (SELECT hash FROM audit WHERE n = {last - 2})")
    said = verify(shown)
    assert said["fault"] == f"audit tail missing: the chain ends at line {last - 2}, the gateway has seen line {last}"
    sync(shown)
    assert metrics(shown) == [f'perron_audit_head_refused_total{{terminal="borne-0001",why="back",kept="{last}",seen="{last - 2}"}} 1']
    assert seen(shown)[0][1] == last, "what the gateway keeps does not go back"


def test_a_tail_rewritten(shown):
    last = verify(shown)["head"]["n"]
    keep(shown)
    put_back(shown)
    change(shown, f"DELETE FROM audit WHERE n = {last}",
           f"UPDATE terminal SET audit_n = {last - 1}, audit_head = (SELECT hash FROM audit WHERE n = {last - 1})")
    shown.fill(2)
    assert verify(shown)["fault"] == f"audit line {last}: another than the gateway has seen"


def test_an_old_disk_image(shown):
    keep(shown)
    old = verify(shown)["head"]["n"]
    shown.fill(4)
    sync(shown)
    kept = seen(shown)[0][1]
    put_back(shown)
    assert verify(shown)["ok"], "put back whole, with all that stood beside it: nothing here can tell"
    sync(shown)
    assert metrics(shown) == [f'perron_audit_head_refused_total{{terminal="borne-0001",why="back",kept="{kept}",seen="{old}"}} 1']
    assert verify(shown)["fault"].startswith(f"audit head {old} refused by the gateway: it has seen more lines")
    assert shown.gateway.count("audit-head-refused") == 1

    # Used until it has more lines than the gateway has seen: still known, by the line that both must have; and no request waits for that.
    ids = shown.fill(9)
    sync(shown)
    assert {shown.states()[i] for i in ids} == {"sent"}
    assert 'why="forked"' in metrics(shown)[0] and "other lines" in verify(shown)["fault"]
    assert seen(shown)[0][1] == kept

    # An operator who knows why lets the chain begin anew.
    subprocess.run([BUILD / "sync/gateway/perron-gateway", "--config", shown.gateway_config, "--accept-chain", "borne-0001"], check=True,
                   env=environment(), timeout=30)
    sync(shown)
    assert verify(shown)["ok"] and metrics(shown) == []


def post(world, text, certificate="terminal-tls"):
    keys = world.keys
    words = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--noproxy", "*", "--cacert", keys / "ca.pem",
             "--cert", keys / f"{certificate}.pem", "--key", keys / f"{certificate}.key", "-H", "Content-Type: application/fhir+json",
             "--data-binary", text, f"https://localhost:{world.port}/Basic"]
    done = subprocess.run(words, text=True, capture_output=True, env=environment(), timeout=30)
    return done.stdout


def test_a_head_by_somebody_else(shown):
    """Neither unsigned nor in another's name, nor anything that is not one."""
    base = "https://perron.example/fhir/"
    said = (("number", "valuePositiveInt", 99), ("sha256", "valueString", "00" * 32), ("time", "valueInstant", "2026-11-21T20:15:00.123Z"),
            ("signature", "valueBase64Binary", "c2lnbmF0dXJl"))
    text = json.dumps({"resourceType": "Basic", "code": {"coding": [{"system": base + "CodeSystem/type", "code": "tete-journal"}]},
                       "subject": {"identifier": {"system": base + "identifier/terminal", "value": "borne-0001"}},
                       "extension": [{"url": base + "StructureDefinition/" + name, kind: value} for name, kind, value in said]})
    before = seen(shown)
    assert post(shown, text) == "422"
    assert post(shown, text.replace("borne-0001", "borne-0002")) == "403"
    assert post(shown, text, "caisse") == "403"
    assert post(shown, text.replace("99", "-1")) == "400"
    assert post(shown, "{") == "400"
    assert post(shown, "x" * 20000) == "413"
    assert seen(shown) == before and metrics(shown) == []
