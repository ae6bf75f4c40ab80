# SPDX-License-Identifier: GPL-3.0-or-later
"""What perron-sync can reach while it works, asked from inside the program itself."""
import json
import os
import stat
import subprocess

import pytest

from test_cuts import PRELOAD
from world import BUILD, environment

SHUT = ("Permission denied", "Operation not permitted")


def probe(world, *paths):
    done = subprocess.run([BUILD / "sync/daemon/perron-sync", "--config", world.config, "--once"], text=True, capture_output=True, timeout=30,
                          env=environment(LD_PRELOAD=str(PRELOAD), PROBE_PATHS=":".join(str(p) for p in paths)))
    rows = [json.loads(row) for row in done.stderr.splitlines() if row.startswith("{")]
    landlock = [row["count"] for row in rows if row.get("event") == "confined"]
    return done.returncode, landlock[0], {row["probe"]: row["result"] for row in rows if "probe" in row}


def devices():
    found = [os.path.join(folder, name) for folder, _, names in os.walk("/dev") for name in names]
    real = [path for path in found if stat.S_ISCHR(os.lstat(path).st_mode) or stat.S_ISBLK(os.lstat(path).st_mode)]
    return [path for path in real if path not in ("/dev/null", "/dev/urandom") and os.access(path, os.R_OK)]


def test_no_device_no_foreign_key(line):
    line.fill(2)
    foreign = [line.keys / "caisse.key", line.keys / "terminal-sign.key", line.keys / "escrow.key", "/etc/passwd", "/proc/self/mem"]
    own = [line.keys / "terminal-tls.key", line.keys / "ca.pem", line.folder / "data/outbox.db", "/dev/null", "/dev/urandom"]
    code, landlock, seen = probe(line, *devices(), *foreign, *own)
    assert code == 0, "it works all the same"
    assert seen["socket"] == "ok"
    for call in ("ptrace", "mount", "exec", "packet-socket"):
        assert seen[call] in SHUT or "not supported" in seen[call], (call, seen[call])
    assert "not supported" in seen["unix-socket"], "pcscd, a display, a sound server: all are Unix sockets"
    if landlock == 0:
        pytest.skip("this kernel has no Landlock: files are not confined here")
    assert devices(), "a device to be refused"
    for path in [*devices(), *map(str, foreign)]:
        assert seen[path] in SHUT, (path, seen[path])
    for path in map(str, own):
        assert seen[path] == "ok", (path, seen[path])


def test_the_gateway_too(world):
    """Asked at its first commit for a sender: SQLite also flushes while it opens, before it is shut in."""
    world.start_gateway()
    world.gateway.end()
    foreign = [*devices(), *map(str, [world.keys / "caisse.key", world.keys / "ca.key", world.config, "/etc/passwd", "/proc/self/mem"])]
    own = [str(path) for path in (world.folder / "data/gateway.db", "/dev/null", "/dev/urandom")]
    gateway = world.start([BUILD / "sync/gateway/perron-gateway", "--config", world.gateway_config], "program-started",
                          environment(LD_PRELOAD=str(PRELOAD), PROBE_CALL="fdatasync", PROBE_PATHS=":".join(foreign + own)))
    world.gateway = gateway
    world.start_nginx()
    ids = world.fill(2)
    assert world.sync_once() == (0, ""), "it works all the same"
    world.assert_exactly_once(ids)
    rows = [json.loads(row) for row in gateway.lines if row.startswith("{")]
    seen = {row["probe"]: row["result"] for row in rows if "probe" in row}
    landlock = [row["count"] for row in rows if row.get("event") == "confined"]
    assert len(landlock) == 1
    for call in ("ptrace", "mount", "exec", "packet-socket", "unix-socket", "socket"):
        assert seen[call] in SHUT or "not supported" in seen[call], (call, seen[call])
    if landlock[0] == 0:
        pytest.skip("this kernel has no Landlock: files are not confined here")
    for path in foreign:
        assert seen[path] in SHUT, (path, seen[path])
    for path in own:
        assert seen[path] == "ok", (path, seen[path])
    assert gateway.end() == 0 and not (world.folder / "run/gateway").exists()


def symbols(program):
    return subprocess.run(["nm", "-D", program], check=True, text=True, capture_output=True).stdout + \
        subprocess.run(["nm", program], check=True, text=True, capture_output=True).stdout


def test_only_the_caisse_has_the_means_to_open():
    for program in ("sync/daemon/perron-sync", "sync/gateway/perron-gateway"):
        names = symbols(BUILD / program)
        assert "CMS_decrypt" not in names and "perron_opener" not in names
    names = symbols(BUILD / "sync/caisse/perron-caisse")
    assert "CMS_decrypt" in names and "perron_opener" in names, "the check sees what it looks for"
