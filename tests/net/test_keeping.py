# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gateway forgets, and when: the real programs, with a store whose milestones are set back, so that months have passed."""
import os
import re
import sqlite3
import subprocess

import pytest

from test_clock import DAY, FAKETIME, at
from test_cuts import PRELOAD, dying
from test_fleet import call
from test_heads import keep, put_back
from test_nominal import collect
from world import BUILD, environment, until

needs_faketime = pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed")


def number(world, sql):
    return world.ask_gateway(sql)[0][0]


def metrics(world):
    return subprocess.run(["curl", "-s", "--unix-socket", world.folder / "run/gateway", "http://gateway/metrics"], check=True, text=True,
                          capture_output=True, env=environment(), timeout=30).stdout


def metric(world, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", metrics(world), re.M).group(1))


def wait_look(world):
    """This gateway has gone once through all of its store: answers, ids, space."""
    until(lambda: metric(world, "perron_forget_seconds_count") >= 3, "a way through")


@pytest.fixture
def over(world):
    """Five requests, acknowledged, their receipts fetched; an image of the terminal's disk of before it sent them."""
    world.gateway_config = world.write_gateway_config(tidy_s=1)
    world.ids = world.fill(5)
    keep(world)
    world.start_line()
    assert world.sync_once() == (0, "")
    done, report = collect(world)
    assert done.returncode == 0 and len(report["opened"]) == 5
    assert world.sync_once() == (0, "")
    assert world.sync_once() == (0, "")  # asks with the cursor behind them
    assert set(world.states().values()) == {"received"}
    until(lambda: world.ask_gateway("SELECT 1 FROM fetched WHERE seq = 5") and world.ask_gateway("SELECT 1 FROM milestone"), "a look")
    return world


def set_back(world, days):
    """The gateway ends, and what was last noted was noted that many days before."""
    world.gateway.end()
    db = sqlite3.connect(world.folder / "data/gateway.db", timeout=10)
    with db:
        db.execute("UPDATE milestone SET task_seq = (SELECT max (seq) FROM task), receipt_seq = (SELECT coalesce (max (seq), 0) FROM receipt),"
                   " wall_ms = (SELECT wall_ms FROM keeping), counted_ms = counted_ms - ?", (days * DAY,))
    db.close()


def restart(world, days, env=None):
    set_back(world, days)
    world.start_gateway(env)


def test_answers_go_and_ids_stay(over):
    restart(over, 118)
    wait_look(over)
    assert number(over, "SELECT count(*) FROM receipt") == 5
    restart(over, 3)
    over.gateway.wait_line("gateway-forgot")
    assert number(over, "SELECT count(*) FROM receipt") == 0 and '"count":5' in [line for line in over.gateway.lines if "gateway-forgot" in line][0]
    assert metric(over, "perron_answers_forgotten_total") == 5 and metric(over, "perron_unfetched_forgotten_total") == 0
    over.assert_exactly_once(over.ids)
    # The terminal is put back to before it had sent anything: known, stored once; the caisse sees none of it and misses none.
    put_back(over)
    assert set(over.states().values()) == {"waiting"}
    assert over.sync_once() == (0, "")
    over.assert_exactly_once(over.ids)
    done, report = collect(over)
    assert (done.returncode, report["opened"], report["problems"]) == (0, [], [])


@needs_faketime
def test_what_is_forgotten_never_comes_twice(over):
    """Years later, the same old image: refused by name, set aside at the terminal for a human, and no alarm at the caisse."""
    restart(over, 900, at("+900d"))
    until(lambda: number(over, "SELECT count(*) FROM task") == 0, "ids forgotten")
    put_back(over)
    over.gateway.end()
    over.start_gateway()
    sync = over.start_sync()
    sync.wait_line("sync-item-fault", 15)
    sync.wait_line("sync-pass", sync.count("sync-pass") + 1)
    sync.end()
    assert set(over.states().values()) == {"dead"}
    assert over.outbox_number("SELECT count(*) FROM outbox WHERE last_fault = 'refused-410'") == 5
    assert over.stored() == []
    done, report = collect(over)
    assert (done.returncode, report["opened"], report["problems"]) == (0, [], [])
    # What is new goes its way, and its numbers follow on.
    new = over.fill(3)
    assert over.sync_once() == (0, "")
    assert sorted(over.stored()) == sorted(new)
    done, report = collect(over)
    assert (done.returncode, len(report["opened"]), report["problems"]) == (0, 3, [])


@needs_faketime
def test_killed_while_it_forgets(over):
    """SIGKILL at a write, before and after a flush: whatever is gone was refused from then on before it went, and the next start goes on."""
    set_back(over, 900)
    for call, at_call in (("fdatasync", 1), ("fdatasync-after", 1), ("fdatasync", 2), ("pwrite64", 9), ("fdatasync-after", 2), ("fdatasync-after", 4)):
        env = {**at("+900d"), **dying(call, at_call), "LD_PRELOAD": f"{FAKETIME}:{PRELOAD}"}
        over.start_gateway(env)
        over.gateway.process.wait(30)
        assert over.gateway.end() == -9, (call, at_call)
        assert over.ask_gateway("PRAGMA foreign_key_check") == [] and over.ask_gateway("PRAGMA integrity_check") == [("ok",)]
        low, high = over.ask_gateway("SELECT low_ms, high_ms FROM keeping")[0]
        gone = set(over.ids) - set(over.stored())
        assert all(low <= int(id_.replace("-", "")[:12], 16) < high for id_ in gone), (call, at_call, gone)
    over.start_gateway(at("+900d"))
    until(lambda: over.stored() == [], "ids forgotten")
    assert number(over, "SELECT count(*) FROM receipt") == 0


@needs_faketime
def test_a_clock_that_jumps_takes_nothing(over):
    for env in (at("+3650d"), at("-3650d"), at("+3650d"), None):
        over.gateway.end()
        over.start_gateway(env)
        wait_look(over)
    assert number(over, "SELECT count(*) FROM receipt") == 5
    assert number(over, "SELECT high_ms FROM keeping") == 0
    over.assert_exactly_once(over.ids)
    assert over.gateway.count("gateway-forgot") == 0


@needs_faketime
def test_nobody_takes_it_and_it_stays(world):
    """An alarm by caisse for machines and for the operator; nothing is erased in ten years."""
    world.gateway_config = world.write_gateway_config(tidy_s=1)
    ids = world.fill(4)
    world.start_line()
    assert world.sync_once() == (0, "")
    assert "perron_tasks_overdue{" not in metrics(world)
    until(lambda: world.ask_gateway("SELECT 1 FROM milestone"), "a look")
    restart(world, 3650, at("+3650d"))
    world.gateway.wait_line("gateway-overdue")
    assert metric(world, 'perron_tasks_overdue{caisse="000"}') == 4
    wait_look(world)
    status, _, page = call(world, "operateur", "/bornes")
    assert status == 200 and "<b>Caisse 000</b>\u00a0: 4 demandes qu’elle n’a pas relevées, la plus ancienne déposée il y a 3\u202f650\u00a0jours" in page
    world.assert_exactly_once(ids)
    world.gateway.end()
    world.start_gateway()
    done, report = collect(world)
    assert done.returncode == 0 and {entry["id"] for entry in report["opened"]} == set(ids)


def verb(world, *words):
    done = subprocess.run([BUILD / "sync/gateway/perron-gateway", "--config", world.gateway_config, *words], env=environment(), text=True,
                          capture_output=True, timeout=30)
    assert "Sanitizer" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_human_gives_it_up(world):
    """As an operator does it, beside the gateway: a list, then one of it by its id; not before its time, and not what the caisse has."""
    ids = world.fill(3)
    world.start_line()
    assert world.sync_once() == (0, "")
    assert verb(world, "--overdue") == (0, "", "")
    db = sqlite3.connect(world.folder / "data/gateway.db", timeout=10)
    with db:
        db.execute("UPDATE task SET stored_ms = stored_ms - ?", (95 * DAY,))
    db.close()
    code, out, _ = verb(world, "--overdue")
    assert code == 0 and out.splitlines() == [f"{id_} 000 borne-0001 95" for id_ in ids]
    code, _, why = verb(world, "--drop", ids[0])
    assert code == 1 and "as far as this gateway has counted" in why, "stamps alone erase nothing"
    db = sqlite3.connect(world.folder / "data/gateway.db", timeout=10)
    with db:
        db.execute("INSERT INTO milestone SELECT counted_ms - ?, wall_ms, (SELECT max (seq) FROM task), 0 FROM keeping", (95 * DAY,))
    db.close()
    sealed = number(world, "SELECT sealed FROM task ORDER BY seq LIMIT 1")
    code, out, log = verb(world, "--drop", ids[0])
    assert (code, out) == (0, f"{ids[0]} dropped\n") and "gateway-dropped" in log
    assert number(world, "SELECT who FROM dropped") == os.getuid()
    assert not any(sealed[:64] in path.read_bytes() for path in (world.folder / "data").glob("gateway.db"))
    assert verb(world, "--drop", ids[0])[0] == 1 and verb(world, "--drop", "x")[0] == 2
    assert verb(world, "--drop", "0192f3c1-0000-7000-8000-000000000001")[0] == 1
    done, report = collect(world)
    assert {entry["id"] for entry in report["opened"]} == set(ids[1:])
    assert [problem["kind"] for problem in report["problems"]] == ["gap"] and done.returncode == 0
    assert verb(world, "--drop", ids[1])[0] == 1
    assert verb(world, "--forget-terminal", "borne-0001") == (0, "", "") and verb(world, "--forget-terminal", "../x")[0] == 2
    assert number(world, "SELECT count(*) FROM heartbeat") == number(world, "SELECT count(*) FROM head") == 0


def test_settings_that_contradict_each_other(world):
    world.gateway_config = world.write_gateway_config(answers_days=400, unfetched_days=399)
    gateway = world.start([BUILD / "sync/gateway/perron-gateway", "--config", world.gateway_config])
    gateway.wait_line("[receiver] unfetched_days")
    assert gateway.end() == 3
