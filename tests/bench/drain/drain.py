# SPDX-License-Identifier: GPL-3.0-or-later
"""Drain rate of the sender against libcurl alone with the same bytes, to the same nginx and gateway, in turn in one run (DESIGN section 10)."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(os.environ["PERRON_SOURCE_ROOT"]) / "tests/net"))
sys.dont_write_bytecode = True
import world as worlds  # noqa: E402

ROWS, ROUNDS, BUDGET = 2000, 5, 0.80


def run(world, mode):
    """Into an empty store each time, so that both do the same work at the far end."""
    world.gateway.end()
    for name in ("gateway.db", "gateway.db-wal", "gateway.db-shm"):
        (world.folder / "data" / name).unlink(missing_ok=True)
    world.start_gateway()
    out = subprocess.run([worlds.BUILD / "tests/bench/drain/drain-tool", world.config, mode], check=True, text=True, stdout=subprocess.PIPE,
                         env=worlds.environment()).stdout.split()
    assert int(out[1]) == ROWS == len(world.stored()), (mode, out)
    return float(out[0])


def main():
    folder = Path(tempfile.mkdtemp(prefix="perron-bench-"))
    world = None
    try:
        (folder / "w").mkdir()
        worlds.make_keys(folder / "keys")
        world = worlds.World(folder / "w", folder / "keys")
        world.write_configs(timeout_s=60)
        world.start_line()
        best = {"bare": float("inf"), "pass": float("inf")}
        for _ in range(ROUNDS):
            world.fill(ROWS)
            for mode in best:
                best[mode] = min(best[mode], run(world, mode))
    finally:
        if world:
            world.close()
        shutil.rmtree(folder)
    ratio = best["bare"] / best["pass"]
    print(f"drain: {ROWS / best['pass']:.0f} requests/s; libcurl alone {ROWS / best['bare']:.0f}/s (best of {ROUNDS} x {ROWS})")
    print(f"ratio drain {ratio:.2f} (budget {BUDGET:.2f})")
    return 0 if ratio >= BUDGET else 1


sys.exit(main())
