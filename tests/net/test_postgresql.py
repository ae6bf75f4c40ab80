# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway on PostgreSQL: the primary crashes in the middle of a drain, comes back, or its synchronous standby takes over. What the
terminal was told is stored is stored, once."""
import shutil
import signal
import subprocess

import pytest

from world import BUILD, SOURCE, World, environment, until

SCRIPT = SOURCE / "tests/net/postgres.sh"


def script(*words):
    return subprocess.run(["sh", SCRIPT, *words], env=environment(), check=True, text=True, capture_output=True, timeout=60).stdout.strip()


def has_initdb():
    return subprocess.run(["sh", SCRIPT, "find"], env=environment(), capture_output=True, timeout=60).returncode == 0


pytestmark = pytest.mark.skipif(not has_initdb(), reason="initdb is not installed")


class Fleet:
    """A line whose gateway writes to PostgreSQL; folders are removed at the end."""

    def __init__(self, world: World):
        self.world = world
        self.folders = [script("init")]
        self.servers = []

    def serve(self, folder, *words, ready="ready to accept connections"):
        self.servers.append(self.world.start(["sh", SCRIPT, "serve", folder, *words], ready))
        return self.servers[-1]

    def close(self):
        """SIGTERM would wait for the gateway to leave."""
        for server in self.servers:
            server.end(signal.SIGINT)
        for folder in self.folders:
            shutil.rmtree(folder)

    def connect(self, *folders):
        hosts = ",".join(folders)
        self.world.gateway_config = self.world.write_gateway_config(
            store="postgresql", postgresql=f"host={hosts} user=perron dbname=postgres target_session_attrs=read-write")
        self.world.start_line()

    def ask(self, sql, folder=None):
        out = subprocess.run(["psql", "-X", "-A", "-t", "-h", folder or self.folders[0], "-U", "perron", "-d", "postgres", "-c", sql], check=True,
                             env=environment(), text=True, capture_output=True, timeout=30).stdout
        return out.split()

    def assert_exactly_once(self, ids, folder=None):
        stored = self.ask("SELECT encode (id, 'hex') FROM task", folder)
        assert sorted(stored) == sorted(i.replace("-", "") for i in ids)
        assert set(self.world.states().values()) == {"sent"}

    def called_sent(self):
        return {i.replace("-", "") for i, state in self.world.states().items() if state == "sent"}


@pytest.fixture
def fleet(world):
    made = Fleet(world)
    try:
        yield made
    finally:
        made.close()


def some_sent(fleet, sync):
    until(lambda: fleet.called_sent() or sync.process.poll() is not None, "something sent")


def crash(fleet, primary, sync, ids):
    """In the middle of a drain: some were told "sent", some cannot have been. Returns the first and all."""
    primary.end(signal.SIGQUIT)
    faults = sync.count("sync-channel-fault")
    ids = ids + fleet.world.fill(20)
    sync.wait_line("sync-channel-fault", faults + 1)
    told = fleet.called_sent()
    assert 0 < len(told) <= len(ids) - 20
    return told, ids


def test_all_the_way_and_back(fleet):
    fleet.serve(fleet.folders[0])
    fleet.connect(fleet.folders[0])
    world = fleet.world
    ids = world.fill(60)
    assert world.sync_once() == (0, "")
    fleet.assert_exactly_once(ids)
    assert fleet.ask("SELECT terminal FROM head") == ["borne-0001"]
    assert world.caisse("collect").returncode == 0
    assert world.sync_once() == (0, "")
    assert set(world.states().values()) == {"received"}
    assert fleet.ask("SELECT max (octet_length (sealed)) FROM task") == ["0"], "erased once acknowledged"


def test_a_server_that_does_not_flush_is_refused(fleet):
    fleet.serve(fleet.folders[0], "-c", "full_page_writes=off")
    config = fleet.world.write_gateway_config(store="postgresql", postgresql=f"host={fleet.folders[0]} user=perron dbname=postgres")
    gateway = fleet.world.start([BUILD / "sync/gateway/perron-gateway", "--config", config])
    gateway.wait_line("full_page_writes: must be on")
    assert gateway.end() == 3


def test_the_primary_crashes_and_comes_back(fleet):
    primary = fleet.serve(fleet.folders[0])
    fleet.connect(fleet.folders[0])
    world = fleet.world
    ids = world.fill(600)
    sync = world.start_sync()
    some_sent(fleet, sync)
    told, ids = crash(fleet, primary, sync, ids)
    fleet.serve(fleet.folders[0])
    assert told <= set(fleet.ask("SELECT encode (id, 'hex') FROM task")), "acknowledged and missing"
    until(lambda: len(fleet.called_sent()) == len(ids), "drained after the crash")
    sync.end()
    fleet.assert_exactly_once(ids)


def test_the_synchronous_standby_takes_over(fleet):
    primary = fleet.serve(fleet.folders[0])
    fleet.folders.append(script("copy", fleet.folders[0]))
    standby = fleet.serve(fleet.folders[1], ready="ready to accept read-only connections")
    standby.wait_line("started streaming")
    fleet.ask("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'")
    fleet.ask("SELECT pg_reload_conf ()")
    until(lambda: fleet.ask("SELECT sync_state FROM pg_stat_replication") == ["quorum"], "a synchronous standby")
    fleet.connect(*fleet.folders)
    world = fleet.world
    ids = world.fill(600)
    sync = world.start_sync()
    some_sent(fleet, sync)
    told, ids = crash(fleet, primary, sync, ids)
    # What stood in the primary's settings came with the copy or not; a new primary without a standby of its own must not wait for one.
    script("promote", fleet.folders[1])
    fleet.ask("ALTER SYSTEM SET synchronous_standby_names = ''", fleet.folders[1])
    fleet.ask("SELECT pg_reload_conf ()", fleet.folders[1])
    assert told <= set(fleet.ask("SELECT encode (id, 'hex') FROM task", fleet.folders[1])), "acknowledged and missing at the standby"
    until(lambda: len(fleet.called_sent()) == len(ids), "drained into the new primary")
    sync.end()
    fleet.assert_exactly_once(ids, fleet.folders[1])
