# SPDX-License-Identifier: GPL-3.0-or-later
"""Insider of another caisse (sync-security facts 3.5): a caisse sees its own rows and opens its own envelopes, on the wire, in the database, and
with its key, whatever it asks for."""
import json
import subprocess

import pytest

from test_contract import EXAMPLES
from test_fleet import call
from test_postgresql import Fleet, has_initdb
from world import environment, until

COUNT = 4
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.skipif(not has_initdb(), reason="initdb is not installed"))


def entries(body):
    return json.loads(body).get("entry", [])


@pytest.fixture(params=["sqlite", POSTGRESQL])
def two(request, world):
    """Requests for 000 and for 999 at one gateway."""
    fleet = Fleet(world) if request.param == "postgresql" else None
    try:
        if fleet:
            fleet.serve(fleet.folders[0])
            fleet.connect(fleet.folders[0])
        else:
            world.start_line()
        world.fill(COUNT)
        assert world.sync_once() == (0, "")
        other = world.config.read_text().replace("caisse=000", "caisse=999").replace("/caisse.pem", "/other-caisse.pem")
        world.config.write_text(other)
        world.fill(COUNT)
        assert world.sync_once() == (0, "")
        world.other_config = world.write_caisse_config("other-caisse", "999")
        yield world, fleet
    finally:
        if fleet:
            fleet.close()


def test_on_the_wire(two):
    world, _ = two
    for who, own, foreign in (("caisse", "000", "999"), ("other-caisse", "999", "000")):
        status, _, body = call(world, who, f"/Task?owner={own}&status=requested")
        assert status == 200 and {entry["resource"]["owner"]["identifier"]["value"] for entry in entries(body)} == {own}
        assert len(entries(body)) == COUNT
        for asked in (f"owner={foreign}", f"owner={own}&owner={foreign}", f"owner={foreign}&owner={own}", "owner=%25", "owner=", "requester=borne-0001",
                      f"owner={own}%00{foreign}", f"owner={own}'%20OR%20'1'='1"):
            status, _, body = call(world, who, f"/Task?{asked}&status=requested")
            found = entries(body) if status == 200 else []
            assert not [one for one in found if one["resource"]["owner"]["identifier"]["value"] != own], asked
            assert status in (200, 400, 403), (asked, status)


def test_with_the_key(two):
    """Each caisse's key opens all of its own and none of the other's, also when it gets hold of them."""
    world, _ = two
    _, _, bundle = call(world, "other-caisse", "/Task?owner=999&status=requested")
    (world.folder / "stolen.json").write_text(bundle)
    done = world.caisse("open", world.folder / "stolen.json", "--json")
    assert json.loads(done.stdout)["opened"] == [] and done.returncode == 1
    done = world.caisse("open", world.folder / "stolen.json", "--json", config=world.other_config)
    assert len(json.loads(done.stdout)["opened"]) == COUNT


def psql(fleet, *lines):
    done = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", fleet.folders[0], "-U", "perron", "-d", "postgres"],
                          input=";\n".join(lines) + ";\n", text=True, capture_output=True, env=environment(), timeout=30)
    return done.returncode, done.stdout.split(), done.stderr


@pytest.mark.parametrize("two", [POSTGRESQL], indirect=True)  # SQLite has no roles: one file, one program
def test_in_the_database(two):
    """The rights the gateway itself works with: a statement of its own that is wrong finds nothing of another caisse."""
    world, fleet = two
    tenant = ["SET ROLE perron_caisse", "SELECT set_config ('perron.tenant', '000', false)"]
    assert psql(fleet, *tenant, "SELECT DISTINCT dest FROM task") == (0, ["000", "000"], "")
    assert psql(fleet, *tenant, "SELECT count(*) FROM task WHERE dest = '999'") == (0, ["000", "0"], "")
    assert psql(fleet, *tenant, "SELECT count(*) FROM task WHERE dest = '999' OR true") == (0, ["000", str(COUNT)], "")
    assert psql(fleet, "SET ROLE perron_caisse", "SELECT count(*) FROM task") == (0, ["0"], ""), "nobody named: nothing"
    assert world.caisse("collect", config=world.other_config).returncode == 0
    terminal = ["SET ROLE perron_terminal", "SELECT set_config ('perron.tenant', 'borne-0001', false)"]
    assert psql(fleet, *terminal, "SELECT count(*) FROM receipt") == (0, ["borne-0001", str(COUNT)], "")
    reply = "INSERT INTO reply SELECT id, 1, 'done', 1, '' FROM receipt"
    assert psql(fleet, reply, *terminal, "SELECT count(*) FROM reply") == (0, ["borne-0001", str(COUNT)], "")
    for table in ("receipt", "reply"):
        assert psql(fleet, "SET ROLE perron_terminal", f"SELECT count(*) FROM {table}") == (0, ["0"], "")
        assert psql(fleet, terminal[0], terminal[1].replace("0001", "0002"), f"SELECT count(*) FROM {table}") == (0, ["borne-0002", "0"], "")
    for role, statement in (("perron_caisse", "SELECT * FROM receipt"), ("perron_caisse", "UPDATE task SET received = true"),
                            ("perron_caisse", "DELETE FROM task"), ("perron_caisse", "SELECT * FROM heartbeat"),
                            ("perron_terminal", "SELECT * FROM task"), ("perron_writer", "SELECT sealed FROM task"),
                            ("perron_writer", "SELECT * FROM receipt"), ("perron_writer", "UPDATE task SET dest = '000'"),
                            ("perron_writer", "DELETE FROM task"), ("perron_operator", "SELECT dest FROM task"),
                            ("perron_operator", "SELECT sealed FROM task"), ("perron_operator", "DELETE FROM heartbeat")):
        code, out, error = psql(fleet, f"SET ROLE {role}", statement)
        assert (code, out) == (3, []) and "permission denied" in error, (role, statement, error)
    assert fleet.ask("SELECT bool_or (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname LIKE 'perron~_%' ESCAPE '~'") == ["f"]


@pytest.mark.parametrize("two", [POSTGRESQL], indirect=True)  # SQLite's readers never wait
def test_who_reads_does_not_hold_up_who_writes(two):
    """The page of an operator waits for a database that is locked; a terminal's batch beside it does not."""
    world, fleet = two
    lock = subprocess.Popen(["psql", "-X", "-A", "-t", "-q", "-h", fleet.folders[0], "-U", "perron", "-d", "postgres"], text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, env=environment())
    lock.stdin.write("BEGIN;\nLOCK TABLE heartbeat;\nSELECT 'locked';\n")
    lock.stdin.flush()
    assert lock.stdout.readline() == "locked\n"
    pages = []
    try:
        pages = [subprocess.Popen(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", world.folder / "run/gateway", "-H",
                                   "X-Perron-Client-Verify: SUCCESS", "-H", "X-Perron-Client-Subject: CN=operateur-x", "http://x/bornes"], text=True,
                                  stdout=subprocess.PIPE, env=environment()) for _ in range(3)]
        until(lambda: fleet.ask("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == ["t"], "a page that waits")
        status, _, answer = call(world, "terminal-tls", "/", body=EXAMPLES["request"], kind="application/fhir+json")
        assert status == 200 and entries(answer)[0]["response"]["status"].startswith("201")
    finally:
        lock.communicate("COMMIT;\n", timeout=30)
        codes = [page.communicate(timeout=30)[0] for page in pages]
    assert codes == ["200"] * 3


@pytest.mark.parametrize("two", [POSTGRESQL], indirect=True)  # SQLite has no roles: one file, one program
def test_a_role_above_the_policies_is_refused(two):
    world, fleet = two
    fleet.ask("ALTER ROLE perron_caisse BYPASSRLS")
    world.gateway.end()
    gateway = world.start([world.gateway.process.args[0], "--config", world.gateway_config])
    gateway.wait_line("perron_caisse: row level security must bind this role")
    assert gateway.end() == 3
