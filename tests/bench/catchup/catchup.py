# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal that was cut off for long catches up: PERRON_CATCHUP (3000) sealed requests, the real programs, nginx between: time, memory, file
sizes; all stored, once."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(os.environ["PERRON_SOURCE_ROOT"]) / "tests/net"))
sys.dont_write_bytecode = True
import world as worlds  # noqa: E402

ROWS = int(os.environ.get("PERRON_CATCHUP", "3000"))
SCRIPT = worlds.SOURCE / "tests/net/postgres.sh"


def mib(path):
    return sum(Path(f"{path}{end}").stat().st_size for end in ("", "-wal") if Path(f"{path}{end}").exists()) / 2**20


def peak_mib(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(row.split()[1] for row in status.splitlines() if row.startswith("VmHWM"))) / 1024


def send(world):
    """Seconds and peak memory of perron-sync until nothing waits."""
    start = time.monotonic()
    program = subprocess.Popen([worlds.BUILD / "sync/daemon/perron-sync", "--config", world.config, "--once"], env=worlds.environment(),
                               stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    assert program.returncode == 0, program.returncode
    return time.monotonic() - start, used.ru_maxrss / 1024


def run(world, name, stored, size):
    outbox = world.folder / "data/outbox.db"
    before = mib(outbox)
    seconds, memory = send(world)
    rows, distinct = stored()
    print(f"catch-up to {name}: {ROWS} requests in {seconds:.1f} s, {ROWS / seconds:.0f} requests/s; memory perron-sync {memory:.0f} MiB, perron-gateway "
          f"{peak_mib(world.gateway.process.pid):.0f} MiB; outbox {before:.1f} MiB before, {mib(outbox):.1f} MiB after, store {size():.1f} MiB; "
          f"stored {rows}, distinct {distinct}", flush=True)
    return rows == distinct == ROWS


def on_sqlite(world):
    world.start_line()
    return run(world, "SQLite", lambda: world.ask_gateway("SELECT count(*), count(DISTINCT id) FROM task")[0],
               lambda: mib(world.folder / "data/gateway.db"))


def on_postgresql(world):
    def script(verb):
        return subprocess.run(["sh", SCRIPT, verb], env=worlds.environment(), text=True, stdout=subprocess.PIPE).stdout.strip()

    def ask(sql):
        return [int(word) for word in subprocess.check_output(["psql", "-X", "-A", "-t", "-F", " ", "-h", place, "-U", "perron", "-d", "postgres", "-c",
                                                               sql], text=True).split()]
    if not script("find"):
        print("catch-up to PostgreSQL: skipped, initdb is not installed")
        return True
    place = script("init")
    server = world.start(["sh", SCRIPT, "serve", place], "ready to accept connections")
    try:
        world.gateway_config = world.write_gateway_config(store="postgresql", postgresql=f"host={place} user=perron dbname=postgres")
        world.start_line()
        return run(world, "PostgreSQL", lambda: ask("SELECT count(*), count(DISTINCT id) FROM task"),
                   lambda: ask("SELECT pg_total_relation_size ('task')")[0] / 2**20)
    finally:
        server.end(signal.SIGINT)
        shutil.rmtree(place)


def make_world(keys):
    world = worlds.World(tempfile.mkdtemp(prefix="perron-catchup-"), keys)
    world.write_configs(timeout_s=60)
    world.config.write_text(world.config.read_text().replace("batch_rows=50", "batch_rows=200").replace(
        "reserve_kib=0", "reserve_kib=0\nmax_waiting=1000000"))
    return world


def in_a_world(keys, work):
    world = make_world(keys)
    try:
        return work(world)
    finally:
        world.close()
        shutil.rmtree(world.folder)


def fill(world, outbox):
    """Sealed for real, one durable commit each: by far the longest part, so it is done once."""
    world.queue("fill", ROWS)
    shutil.copytree(world.folder / "data", outbox)


def main():
    keys = Path(tempfile.mkdtemp(prefix="perron-catchup-keys-"))
    outbox = keys / "outbox"
    worlds.PATIENCE_S = max(worlds.PATIENCE_S, ROWS // 25)
    try:
        worlds.make_keys(keys)
        in_a_world(keys, lambda world: fill(world, outbox))

        def with_outbox(work):
            def run_it(world):
                shutil.copytree(outbox, world.folder / "data", dirs_exist_ok=True)
                return work(world)
            return run_it
        results = [in_a_world(keys, with_outbox(work)) for work in (on_sqlite, on_postgresql)]
    finally:
        shutil.rmtree(keys)
    return 0 if all(results) else 1


sys.exit(main())
