# SPDX-License-Identifier: GPL-3.0-or-later
"""Lost answers, resets, kills in every phase: what was enqueued is stored once, whatever was cut (facts/sync-security.md section 6)."""
import json
import time

import pytest

from proxy import Cut, Fine, LoseAnswer, Proxy, Slow, Swallow
from world import BUILD, environment, until

PRELOAD = BUILD / "tests/net/libpreload.so"
FIRST, BATCH = 8, 20  # rows: of the first batch of a pass, and of the others where a test says so
HANDSHAKE = 20000  # more than all of TLS with a client certificate, less than any batch here


def dying(call, at):
    return environment(LD_PRELOAD=str(PRELOAD), DIE_CALL=call, DIE_AT=str(at))


def test_answer_lost_after_commit(line):
    ids = line.fill(8)  # the first batch, below the first window of HTTP/2: it needs no word from the other end
    with Proxy(line.port, [LoseAnswer(HANDSHAKE, lambda: len(line.stored()) == 8), Fine()]) as proxy:
        line.write_configs(port=proxy.port)
        code, words = line.sync_once()
        assert code == 3, words
        assert len(line.stored()) == 8, "the gateway has them"
        line.assert_all_kept(ids)  # and the terminal does not claim to know
        assert line.sync_once() == (0, "")
    line.assert_exactly_once(ids)


def test_reset_in_the_middle_of_the_body(line):
    ids = line.fill(60)
    with Proxy(line.port, [Cut(30000), Cut(60000), Cut(100000), Fine()]) as proxy:
        line.write_configs(port=proxy.port)
        sync = line.start_sync()
        sync.wait_line("sync-pass")
        sync.end()
        assert proxy.connections >= 4
    line.assert_exactly_once(ids)


def test_line_that_carries_little_still_moves(line):
    """Batches are halved until they pass; the line swallows whatever is above 60 kB a connection."""
    ids = line.fill(30)
    with Proxy(line.port, [Swallow(60000)]) as proxy:
        line.write_configs(port=proxy.port, timeout_s=1)
        sync = line.start_sync()
        until(lambda: len(line.stored()) == 30, "progress")
        sync.wait_line("sync-pass")
        sync.end()
    line.assert_exactly_once(ids)


def test_slow_line_is_not_given_up(line):
    ids = line.fill(50)
    with Proxy(line.port, [Slow()]) as proxy:
        line.write_configs(port=proxy.port, timeout_s=1)
        assert line.sync_once() == (0, "")
    line.assert_exactly_once(ids)


class Second(Fine):
    """Between nginx and gateway: a request that finds another stored before it waits until one more is, and then fares as `verdict` says."""
    def __init__(self, line):
        self.line, self.verdict = line, "pass"

    def up(self, total):
        if len(self.line.stored()) < FIRST:
            return "pass"
        until(lambda: len(self.line.stored()) >= FIRST + BATCH, "the other batch")
        return self.verdict


class Late(Fine):
    """Each answer takes longer than the sender calls quick, until the last batch is stored."""
    def __init__(self, is_over):
        self.is_over = is_over

    def up(self, total):
        self.asked = time.monotonic()
        return "pass"

    def down(self, total_up):
        return "pass" if total_up == 0 or time.monotonic() - self.asked > 1.1 or self.is_over() else "hold"


@pytest.fixture
def relayed(world):
    """Three batches, and a relay between nginx and the gateway."""
    world.write_configs(batch_rows=BATCH, timeout_s=30)
    world.start_gateway()
    world.start_nginx(lambda text: text.replace(f"{world.folder}/run/gateway;", f"{world.folder}/run/relay;"))
    ids = world.fill(FIRST + 2 * BATCH)
    return ids, lambda *behaviours: Proxy(world.folder / "run/gateway", behaviours, world.folder / "run/relay")


@pytest.fixture
def two_at_once(world, relayed):
    """The first batch alone, then two. One of the two waits for the other to be stored: one at a time would wait for ever."""
    ids, relay = relayed
    second = Second(world)
    with relay(second, Fine()) as relay:
        def sync(verdict):
            second.verdict = verdict
            outcome = world.sync_once()
            assert relay.connections == 2
            return outcome
        yield ids, sync


def test_two_batches_at_once(world, two_at_once):
    """Stored in the other order: the caisse sees them as they were made, and misses none."""
    ids, sync = two_at_once
    assert sync("pass") == (0, "")
    assert world.stored() != ids
    done = world.caisse("collect", "--json", world.folder / "opened.json")
    report = json.loads((world.folder / "opened.json").read_text())
    assert done.returncode == 0 and report["problems"] == [], done.stderr
    assert [entry["id"] for entry in report["opened"]] == ids
    assert [entry["counter"] for entry in report["opened"]] == list(range(1, len(ids) + 1))
    world.assert_exactly_once(ids)


def test_one_of_two_batches_is_cut(world, two_at_once):
    """What the other confirmed is marked all the same; the one that was cut is sent again."""
    ids, sync = two_at_once
    code, words = sync("cut")
    assert code == 3, words
    states = world.states()
    assert [states[i] for i in ids] == ["sent"] * FIRST + ["waiting"] * BATCH + ["sent"] * BATCH
    assert sync("pass") == (0, "")
    world.assert_exactly_once(ids)


def test_one_batch_at_a_time_where_answers_are_slow(world, relayed):
    """Nothing would be gained by two, and twice as much lost when the line breaks."""
    ids, relay = relayed
    with relay(Late(lambda: len(world.stored()) == len(ids))) as relay:
        assert world.sync_once() == (0, "")
        assert relay.connections == 1
    world.assert_exactly_once(ids)


@pytest.mark.parametrize("call,phases", [("pwrite64", (1, 2, 3, 5, 8, 13, 21, 34, 55)), ("fdatasync", (1, 2)), ("fdatasync-after", (1, 2))])
def test_gateway_killed_in_each_phase(world, call, phases):
    world.write_configs(batch_rows=2)
    world.start_line()
    died = 0
    ids = []
    for at in phases:
        world.gateway.end()
        world.gateway = world.start([BUILD / "sync/gateway/perron-gateway", "--config", world.gateway_config], env=dying(call, at))
        world.gateway.wait_line_or_end("program-started")
        ids += world.fill(10)
        code, words = world.sync_once()
        if code == 3:
            died += 1
            until(lambda: world.gateway.process.poll() is not None, "killed")
        states = world.states()
        assert {i for i in ids if states[i] == "sent"} <= set(world.stored()), "what was called sent is durable"
        world.gateway.kill()
        world.start_gateway()
        assert world.sync_once() == (0, ""), f"{call} {at}"
        world.assert_exactly_once(ids)
    assert died >= 1, f"{call}: no phase was hit"


@pytest.mark.parametrize("call,phases", [("pwrite64", (1, 2, 4, 7, 11, 16, 22, 29, 37, 46)), ("fdatasync", (1, 2, 3)),
                                         ("fdatasync-after", (1, 2, 3))])
def test_sender_killed_in_each_phase(line, call, phases):
    line.write_configs(batch_rows=2)
    died = 0
    ids = []
    for at in phases:
        ids += line.fill(10)
        code, _ = line.sync_once(dying(call, at))
        died += code == -9
        states = line.states()
        assert {i for i in ids if states[i] == "sent"} <= set(line.stored())
        assert line.sync_once() == (0, "")
        line.assert_exactly_once(ids)
    assert died >= 2, f"{call}: only {died} of the phases were hit"


def test_everything_killed_again_and_again(line):
    ids = []
    for round_ in range(8):
        sync = line.start_sync()
        ids += line.fill(25)
        until(lambda: len(line.stored()) > len(ids) - 25, "some progress")
        if round_ % 2 == 0:
            sync.kill()
        line.gateway.kill()
        sync.kill()
        line.start_gateway()
    assert line.sync_once() == (0, "")
    line.assert_exactly_once(ids)
