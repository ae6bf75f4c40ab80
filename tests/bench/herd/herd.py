# SPDX-License-Identifier: GPL-3.0-or-later
"""PERRON_HERD terminals (300) leave 20 requests each, all at once, after an outage: time, faults, longest wait, nothing lost or doubled."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(os.environ["PERRON_SOURCE_ROOT"]) / "tests/net"))
sys.dont_write_bytecode = True
import world as worlds  # noqa: E402

# Room for a county: what the machine does when it turns nobody away. As it ships most are asked to come back in 5 s.
OPEN = {"max_pending": 4096}
TERMINALS, REQUESTS = int(os.environ.get("PERRON_HERD", "300")), 20
SCRIPT = worlds.SOURCE / "tests/net/postgres.sh"


def run(world, name, count):
    url = f"https://localhost:{world.port}/"
    words = [worlds.BUILD / "tests/bench/herd/herd-tool", url, world.keys, str(TERMINALS), str(REQUESTS), str(TERMINALS)]
    seconds, confirmed, faults, away, longest = subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE,
                                                               env=worlds.environment()).stdout.split()
    rows, distinct = count()
    print(f"herd on {name}: {TERMINALS} terminals x {REQUESTS}: {seconds} s, {int(confirmed) / float(seconds):.0f} requests/s, "
          f"{TERMINALS / float(seconds):.0f} terminals/s; faults {faults}, turned away {away}, longest wait {longest} s; "
          f"stored {rows}, distinct {distinct}", flush=True)
    return int(confirmed) == rows == distinct == TERMINALS * REQUESTS


def in_a_world(keys, work):
    folder = Path(tempfile.mkdtemp(prefix="perron-herd-"))
    world = worlds.World(folder, keys)
    try:
        return work(world)
    finally:
        world.close()
        shutil.rmtree(folder)


def as_it_ships(world):
    return on_sqlite(world, "SQLite, 64 batches at once as it ships")


def on_sqlite(world, name=None):
    if name is None:
        world.gateway_config = world.write_gateway_config(**OPEN)
    world.start_line()
    return run(world, name or "SQLite", lambda: world.ask_gateway("SELECT count(*), count(DISTINCT id) FROM task")[0])


def on_postgresql(world):
    def script(verb):
        return subprocess.run(["sh", SCRIPT, verb], env=worlds.environment(), text=True, stdout=subprocess.PIPE).stdout.strip()
    if not script("find"):
        print("herd on PostgreSQL: skipped, initdb is not installed")
        return True
    place = script("init")
    server = world.start(["sh", SCRIPT, "serve", place], "ready to accept connections")
    try:
        world.gateway_config = world.write_gateway_config(**OPEN, store="postgresql", postgresql=f"host={place} user=perron dbname=postgres")
        world.start_line()
        ask = ["psql", "-X", "-A", "-t", "-F", " ", "-h", place, "-U", "perron", "-d", "postgres",
               "-c", "SELECT count(*), count(DISTINCT id) FROM task"]
        return run(world, "PostgreSQL", lambda: [int(word) for word in subprocess.check_output(ask, text=True).split()])
    finally:
        server.end(signal.SIGINT)
        shutil.rmtree(place)


def main():
    folder = Path(tempfile.mkdtemp(prefix="perron-herd-keys-"))
    try:
        worlds.make_keys(folder)
        results = [in_a_world(folder, work) for work in (as_it_ships, on_sqlite, on_postgresql)]
    finally:
        shutil.rmtree(folder)
    return 0 if all(results) else 1


sys.exit(main())
