# SPDX-License-Identifier: GPL-3.0-or-later
"""The receiving side against the bare database: same rows, same batches, in turn in one run; SQLite, and PostgreSQL where initdb is."""
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

ROWS, ROUNDS, SENDERS = int(os.environ.get("PERRON_RECEIVE", "4000")), 9, 4
# Of the bare database: the store alone; the whole gateway for one terminal that waits for each answer; for SENDERS at once, against as many
# connections to the bare database (SQLite has one writer, however many wait). Ours and its senders share the machine.
BUDGETS = {"store": ("bare", 0.80), "gateway": ("bare", 0.40), f"gateway-of-{SENDERS}": (f"bare-of-{SENDERS}", 0.60)}
TOOL = worlds.BUILD / "tests/bench/receive/receive-tool"
SCRIPT = worlds.SOURCE / "tests/net/postgres.sh"


def tool(how, where, senders=1):
    return float(subprocess.run([TOOL, how, str(where), str(ROWS), str(senders)], check=True, text=True, stdout=subprocess.PIPE, env=worlds.environment()).stdout)


def gateway(world, senders):
    world.start_gateway()
    try:
        return tool("gateway", world.folder / "run/gateway", senders)
    finally:
        world.gateway.end()


def report(name, best):
    good = True
    for what, (floor, budget) in BUDGETS.items():
        ratio = best[floor] / best[what]
        print(f"receive {name}: {what} {ROWS / best[what]:.0f} rows/s, {floor} {ROWS / best[floor]:.0f}/s (batches of 200, best of {ROUNDS})")
        print(f"ratio receive {name} {what} {ratio:.2f} (budget {budget:.2f})")
        good = good and ratio >= budget
    return good


def measure(name, world, empty, bare, store):
    """Each into empty tables."""
    works = {"bare": lambda: bare(1), "store": store, "gateway": lambda: gateway(world, 1), f"bare-of-{SENDERS}": lambda: bare(SENDERS),
             f"gateway-of-{SENDERS}": lambda: gateway(world, SENDERS)}
    best = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for what, work in works.items():
            empty()
            best[what] = min(best[what], work())
    return report(name, best)


def on_sqlite(world):
    path = world.folder / "data/gateway.db"

    def empty():
        """New tables, laid down by the gateway itself."""
        for end in ("", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        world.start_gateway()
        world.gateway.end()
    return measure("SQLite", world, empty, lambda senders: tool("bare-sqlite", path), lambda: tool("sqlite", path))


def on_postgresql(world):
    def script(verb):
        return subprocess.run(["sh", SCRIPT, verb], env=worlds.environment(), text=True, stdout=subprocess.PIPE).stdout.strip()
    if not script("find"):
        print("receive PostgreSQL: skipped, initdb is not installed")
        return True
    place = script("init")
    server = world.start(["sh", SCRIPT, "serve", place], "ready to accept connections")
    where = f"host={place} user=perron dbname=postgres"
    world.gateway_config = world.write_gateway_config(store="postgresql", postgresql=where)
    try:
        world.start_gateway()
        world.gateway.end()

        def empty():
            subprocess.run(["psql", "-X", "-q", "-h", place, "-U", "perron", "-d", "postgres", "-c", "SET client_min_messages=warning", "-c",
                            "TRUNCATE task CASCADE"], check=True)
        return measure("PostgreSQL", world, empty, lambda senders: tool("bare-postgresql", where, senders),
                       lambda: tool("postgresql", where))
    finally:
        server.end(signal.SIGINT)
        shutil.rmtree(place)


def main():
    results = []
    for work in (on_sqlite, on_postgresql):
        folder = Path(tempfile.mkdtemp(prefix="perron-receive-"))
        world = worlds.World(folder, folder / "none")
        try:
            results.append(work(world))
        finally:
            world.close()
            shutil.rmtree(folder)
    return 0 if all(results) else 1


sys.exit(main())
