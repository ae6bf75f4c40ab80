# SPDX-License-Identifier: GPL-3.0-or-later
"""Time that is wrong, and time that passes: years off, an hour between two heads, a month without delivery (facts/sync-security.md 2.1, 6)."""
import glob
import json
import sqlite3
import subprocess

import pytest

from world import BUILD, environment

FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
PASS_TOOL = BUILD / "tests/net/pass-tool"
HOUR, DAY = 3600 * 1000, 86400 * 1000


def at(offset):
    """The wall clock of one program is off; durations (monotonic, boot) are not."""
    return environment(LD_PRELOAD=FAKETIME, FAKETIME=offset, FAKETIME_DONT_FAKE_MONOTONIC="1")


def perron(world, *words, env=None):
    return subprocess.run([BUILD / "kiosk/ctl/perron", *words, "--config", world.config], env=env or environment(), text=True, capture_output=True,
                          timeout=30)


@pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed")
@pytest.mark.parametrize("offset", ["+1095d", "-2d"], ids=["three-years-ahead", "two-days-behind"])
def test_a_wrong_clock_is_called_one(line, offset):
    """Not "network down": the word is clock, the readiness says so, everything is kept and goes out once the clock is right."""
    ids = line.fill(5)
    code, words = line.sync_once(at(offset))
    assert code == 3, words
    line.assert_all_kept(ids, "clock", "clock")
    checks = {check["id"]: check for check in json.loads(perron(line, "ready", "--json").stdout)["checks"]}
    assert checks["link"]["state"] == checks["clock"]["state"] == "not-ready"
    assert "horloge de la borne est fausse" in checks["link"]["says"] and checks["clock"]["says"].startswith("L’horloge est fausse")
    assert line.sync_once() == (0, "")
    line.assert_exactly_once(ids)
    checks = {check["id"]: check for check in json.loads(perron(line, "ready", "--json").stdout)["checks"]}
    assert checks["link"]["state"] == "ready" and checks["clock"]["state"] != "not-ready"


def test_a_row_put_off_under_a_wrong_clock_is_due_now(line):
    """Refused once while the clock was three years ahead: the row was put off to then. The clock put right, it goes at once."""
    ids = line.fill(2)
    db = sqlite3.connect(line.folder / "data/outbox.db", timeout=10)
    with db:
        db.execute("UPDATE outbox SET next_ms = created_ms + ?", (1095 * DAY,))
    db.close()
    assert line.sync_once() == (0, "")
    line.assert_exactly_once(ids)


@pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed")
def test_nothing_is_given_up_by_a_wrong_clock(line):
    """A human cannot drop by mistake what only looks old."""
    reference = [row[1] for row in line.queue("fill", 1)][0]
    assert perron(line, "queue", "drop", reference).returncode == 1
    assert line.sync_once(at("+1095d"))[0] == 3
    done = perron(line, "queue", "drop", reference, env=at("+1095d"))
    assert done.returncode == 1 and "clock of this terminal is wrong" in done.stderr


# --- time that passes, told to the real passes ------------------------------------------------------------------------------------------


class Passes:
    def __init__(self, world):
        self.world = world
        self.process = subprocess.Popen([PASS_TOOL, world.config], env=environment(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def do(self, *lines):
        for line in lines:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            if line == "pass":
                assert self.process.stdout.readline() == "ok\n"

    def head(self):
        return self.world.ask_gateway("SELECT n, time_ms FROM head")

    def end(self):
        """What was logged."""
        return self.process.communicate(timeout=30)[1]


@pytest.fixture
def passes(line):
    line.fill(2)
    made = Passes(line)
    yield made
    made.end()
    assert made.process.returncode == 0


def test_head_at_each_change_and_each_hour(passes):
    passes.do("pass")
    [(first, when)] = passes.head()
    passes.do(f"advance {HOUR - 1}", "pass")
    assert passes.head() == [(first, when)], "nothing new, and the hour is not over"
    passes.do("advance 1", "pass")
    assert passes.head() == [(first, when + HOUR)], "an hour: signed and shown anew, though it is the same"
    passes.world.fill(1)
    passes.do("advance 1000", "pass")
    [(after, later)] = passes.head()
    assert after > first and later == when + HOUR + 1000, "a change is shown at once"


def test_audit_time_is_noted_only_when_both_clocks_agree(passes):
    """What decides how long anything stays: see the retention tests of the store."""
    def notes():
        return passes.world.outbox_number("SELECT count(*) FROM anchor")

    passes.do(f"jump {400 * DAY}", "pass")
    assert notes() == 0, "the gateway says another time"
    passes.do(f"jump {-400 * DAY}", "pass")
    assert notes() == 1


def test_weeks_without_delivery_are_an_alarm(passes):
    passes.world.nginx.end()
    for line in ("pass", f"advance {31 * DAY}", "pass", "pass", f"advance {DAY}", "pass"):
        passes.process.stdin.write(line + "\n")
    log = [json.loads(line) for line in passes.end().splitlines()]
    assert [(row["event"], row["count"]) for row in log if row["event"] == "requests-overdue"] == [("requests-overdue", 2)] * 2, "at once, then daily"
    passes.world.assert_all_kept([row[0] for row in passes.world.queue("list")])


# --- not all at once --------------------------------------------------------------------------------------------------------------------


def set_sync(world, **values):
    world.config.write_text(world.config.read_text() + "".join(f"{key}={value}\n" for key, value in values.items()))


def test_an_old_backlog_comes_at_a_moment_of_its_own(line):
    """As after a morning on which the power came back everywhere. The wait is drawn from an hour here: one minute or more, nearly always."""
    ids = line.fill(3)
    db = sqlite3.connect(line.folder / "data/outbox.db", timeout=10)
    with db:
        db.execute("UPDATE outbox SET created_ms = created_ms - ?", (2 * HOUR,))
    db.close()
    set_sync(line, spread_s=3600)
    sync = line.start_sync()
    sync.wait_line("sync-spread")
    count = next(json.loads(text)["count"] for text in sync.lines if "sync-spread" in text)
    assert 0 <= count < 3600
    if count >= 60:  # a new one does not hurry it either
        ids += line.fill(1)
        assert line.stored() == [] and sync.count("sync-pass") == 0
    sync.end()
    line.config.write_text(line.config.read_text().replace("spread_s=3600", "spread_s=0"))
    sync = line.start_sync()
    sync.wait_line("sync-pass")
    sync.end()
    assert sync.count("sync-spread") == 0
    line.assert_exactly_once(ids)


def test_a_young_backlog_goes_at_once(line):
    ids = line.fill(3)
    set_sync(line, spread_s=3600)
    sync = line.start_sync()
    sync.wait_line("sync-pass")
    sync.end()
    line.assert_exactly_once(ids)


def test_what_the_gateway_asked_for_outlives_the_sender(world):
    """Retry-After of an hour; the sender is started again: it does not so much as look at the gateway before."""
    world.gateway_config = world.write_gateway_config(max_pending=0, retry_after_s=3600)
    world.start_line()
    ids = world.fill(3)
    sync = world.start_sync()
    sync.wait_line("sync-channel-fault")
    sync.end()
    asked = world.gateway.count("gateway-")
    sync = world.start_sync()
    sync.wait_line("sync-spread")
    assert 0 < next(json.loads(text)["count"] for text in sync.lines if "sync-spread" in text) <= 3600
    hold = world.outbox_number("SELECT hold_until FROM terminal")
    ids += world.fill(1)  # does not hurry it
    assert sync.end() == 0
    assert sync.count("sync-channel-fault") == sync.count("sync-pass") == 0 and world.gateway.count("gateway-") == asked
    assert world.outbox_number("SELECT hold_until FROM terminal") == hold, "nor does it begin the hour anew"
    world.assert_all_kept(ids, "busy")
