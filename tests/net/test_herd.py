# SPDX-License-Identifier: GPL-3.0-or-later
"""Many terminals flush at once after an outage (tests/bench/herd, small): everything stored, once, also when most are turned away at first."""
import subprocess

import pytest

from world import BUILD, environment

TERMINALS, REQUESTS = 60, 20


@pytest.mark.parametrize("pending", [64, 2])
def test_a_herd(world, pending):
    world.gateway_config = world.write_gateway_config(max_pending=pending, retry_after_s=1)
    world.start_line()
    words = [BUILD / "tests/bench/herd/herd-tool", f"https://localhost:{world.port}/", world.keys, str(TERMINALS), str(REQUESTS), str(TERMINALS)]
    out = subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE, env=environment(), timeout=120).stdout.split()
    assert int(out[1]) == TERMINALS * REQUESTS
    assert int(out[2]) == 0, "no fault but being asked to wait"
    rows = world.ask_gateway("SELECT count(*), count(DISTINCT id), count(DISTINCT terminal) FROM task")
    assert rows == [(TERMINALS * REQUESTS, TERMINALS * REQUESTS, TERMINALS)]
