# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of sender and gateway, each at a random write, flush or exchange of its work, again and again: PERRON_KILLS of them (200; 10,000
on demand). The terminal's own loop is tests/sync/test_durable.py, the whole programs are killed in tests/e2e/test_killed.py."""
import os
import random

import pytest

from test_cuts import dying
from world import BUILD

KILLS = int(os.environ.get("PERRON_KILLS", "200"))
KILLS_A_LINE = 200  # then a line with empty stores
SENDER = (("pwrite64", 60), ("fdatasync", 4), ("fdatasync-after", 4), ("ask", 6), ("answered", 6))
GATEWAY = (("pwrite64", 40), ("fdatasync", 2), ("fdatasync-after", 2))


def draw(dice, calls):
    call, most = dice.choice(calls)
    return dying(call, dice.randrange(1, most + 1))


def start_gateway(world, env):
    world.programs.remove(world.gateway)
    world.gateway = world.start([BUILD / "sync/gateway/perron-gateway", "--config", world.gateway_config], env=env)
    world.gateway.wait_line_or_end("program-started")


def check(world, ids):
    start_gateway(world, None)
    assert world.sync_once() == (0, "")
    world.assert_exactly_once(ids)


@pytest.mark.parametrize("first", range(0, KILLS, KILLS_A_LINE))
def test_sender_and_gateway_again_and_again(world, first):
    kills = min(KILLS_A_LINE, KILLS - first)
    seed = int(os.environ.get("PERRON_SEED", random.randrange(2**32)))
    print(f"PERRON_SEED={seed} kills={kills}")
    dice = random.Random(seed)
    world.write_configs(batch_rows=2)  # several batches a pass, two of them away at once
    world.start_line()
    ids, senders, gateways, rounds = [], 0, 0, 0
    while senders + gateways < kills:
        rounds += 1
        assert rounds < 20 * kills, "kills that never hit prove nothing"
        world.gateway.kill()
        start_gateway(world, draw(dice, GATEWAY))
        ids += world.fill(dice.randrange(1, 9))
        for _ in range(2):
            senders += world.sync_once(draw(dice, SENDER))[0] == -9
        states = world.states()
        assert {i for i in ids if states[i] == "sent"} <= set(world.stored()), "what was called sent is durable"
        gateways += world.gateway.process.poll() == -9
        if rounds % 50 == 0:
            world.gateway.kill()
            check(world, ids)
    world.gateway.kill()
    check(world, ids)
    assert senders > kills // 10 and gateways > kills // 10
    print(f"killed: sender {senders}, gateway {gateways}; requests {len(ids)}, stored once each")
