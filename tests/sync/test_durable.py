# SPDX-License-Identifier: GPL-3.0-or-later
"""What was promised is there: after kill -9, a full disk, flushes that fail, a damaged file. Counts, never times."""
import contextlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["PERRON_BUILD"]) / "tests/sync"
FILLER, DRAINER, EIO = BUILD / "filler", BUILD / "drainer", BUILD / "libperron-eio.so"
PERRON = BUILD.parents[1] / "kiosk/ctl/perron"
KILLS = int(os.environ.get("PERRON_KILLS", "200"))
KILLS_A_FILE = 200  # each start checks the whole file: a small one keeps ten thousand of them short
STORE_FULL, STORE_IO = 0, 2


@contextlib.contextmanager
def database(path):
    """Committed and closed: a connection left open would keep the small disk busy."""
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        yield db


def stored(path):
    with database(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = db.execute("SELECT seq, reference FROM outbox ORDER BY seq").fetchall()
        assert db.execute("SELECT count(*) FROM sealed").fetchone()[0] == db.execute(
            "SELECT count(*) FROM outbox WHERE state IN (0, 3)").fetchone()[0]
        assert db.execute("SELECT counter FROM terminal").fetchone()[0] == max([seq for seq, _ in rows], default=0)
    return rows


def promised(text):
    return [(int(seq), reference) for seq, reference in (line.split() for line in text.splitlines())]


def check_audit(path, folder=None):
    conf = (folder or path.parent) / "audit.conf"
    conf.write_text(f"[queue]\ndatabase={path}\n")
    subprocess.run([PERRON, "--config", conf, "audit", "verify"], check=True, capture_output=True, timeout=60)


def run(program, *words, preload=False, **environment):
    env = dict(os.environ, **{name: str(value) for name, value in environment.items()})
    if preload:
        asan = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        first = [word.split()[2] for word in asan.splitlines() if "libasan" in word]
        env["LD_PRELOAD"] = ":".join([*first, str(EIO)])
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=120, env=env)


def test_kill_nine(tmp_path):
    """A child promises until it is killed after a random number of promises; the seed is printed for a repeat."""
    seed = int(os.environ.get("PERRON_SEED", random.randrange(2**32)))
    print(f"PERRON_SEED={seed} kills={KILLS}")
    dice = random.Random(seed)
    totals = [kill_again_and_again(tmp_path / f"outbox-{first}.db", min(KILLS_A_FILE, KILLS - first), dice)
              for first in range(0, KILLS, KILLS_A_FILE)]
    print(f"promised {sum(promises for promises, _ in totals)}, stored {sum(rows for _, rows in totals)}, lost 0")


def kill_again_and_again(path, kills, dice):
    all_promises = []
    for _ in range(kills):
        child = subprocess.Popen([FILLER, path, "0"], stdout=subprocess.PIPE, text=True)
        try:
            text = "".join(child.stdout.readline() for _ in range(dice.randrange(12)))
            # A moment inside the next transaction, wherever that is: spinning, not sleeping, and nothing depends on how long.
            for _ in range(dice.randrange(20000)):
                pass
        finally:
            child.send_signal(signal.SIGKILL)
            text += child.stdout.read()
            child.stdout.close()
            child.wait()
        all_promises += promised(text)
    rows = stored(path)
    assert all_promises and set(all_promises) <= set(rows)
    assert len(set(all_promises)) == len(all_promises)
    assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1))
    assert len({reference for _, reference in rows}) == len(rows)
    check_audit(path)
    return len(all_promises), len(rows)


def test_two_processes(tmp_path):
    """One fills while another drains: nothing is refused as busy, everything is sent once."""
    path = tmp_path / "outbox.db"
    assert run(FILLER, path, 1).returncode == 0
    filler = subprocess.Popen([FILLER, path, "400"], stdout=subprocess.PIPE, text=True)
    sent = 0
    while filler.poll() is None:
        done = run(DRAINER, path, 0)
        assert done.returncode == 0, done.stderr
        sent += int(done.stdout)
    assert len(promised(filler.stdout.read())) == 400 and filler.returncode == 0
    filler.stdout.close()
    assert sent + int(run(DRAINER, path, 0).stdout) == 401
    check_audit(path)


def mount_ext4(image, disk):
    """A real file system on a file: 8 MiB, journal included, no blocks kept for root."""
    with open(image, "wb") as file:
        file.truncate(8 << 20)
    made = subprocess.run(["/sbin/mkfs.ext4", "-q", "-m", "0", "-J", "size=1", "-F", image], capture_output=True, text=True)
    return made if made.returncode != 0 else subprocess.run(["mount", "-o", "loop", image, disk], capture_output=True, text=True)


@pytest.fixture(params=["tmpfs", "ext4"])
def small_disk(tmp_path, request):
    disk = tmp_path / "disk"
    disk.mkdir()
    if request.param == "ext4":
        done = mount_ext4(tmp_path / "image", disk)
    else:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "perron-test", disk], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"needs the right to mount a small disk: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_disk_full(small_disk):
    """No low-space mark, so that SQLite itself meets the full disk; the reserve lets the drain go on."""
    path, reserve = small_disk / "outbox.db", 2 << 20
    done = run(FILLER, path, 0, 0, reserve)
    assert done.returncode == 3 and done.stderr.startswith(f"perron-store-error-quark {STORE_FULL}:"), done.stderr
    promises = promised(done.stdout)
    assert len(promises) > 20
    assert set(promises) <= set(stored(path))
    with pytest.raises(OSError), open(small_disk / "ballast", "wb") as ballast:
        while True:
            ballast.write(b"\0" * 4096)
            ballast.flush()
    assert (small_disk / "outbox.db.reserve").stat().st_size == reserve
    done = run(DRAINER, path, reserve)
    assert (done.returncode, done.stdout.strip()) == (0, str(len(stored(path)))), done.stderr
    check_audit(path, small_disk.parent)
    assert run(FILLER, path, 1).returncode == 0


def test_disk_filled_by_others(small_disk):
    """Closed in order, so without WAL; then something else takes all: even opening needs room, and the reserve gives it."""
    path, reserve = small_disk / "outbox.db", 2 << 20
    assert run(FILLER, path, 20, 0, reserve).returncode == 0
    with pytest.raises(OSError), open(small_disk / "ballast", "wb") as ballast:
        while True:
            ballast.write(b"\0" * 4096)
            ballast.flush()
    assert run(FILLER, path, 1).returncode == 3
    done = run(DRAINER, path, reserve)
    assert (done.returncode, done.stdout) == (0, "20\n"), done.stderr


def test_low_space_mark(small_disk):
    """With the mark, requests are refused long before anything fails, and the reserve is still there."""
    path = small_disk / "outbox.db"
    done = run(FILLER, path, 0, 2 << 20, 1 << 20)
    assert done.returncode == 3 and done.stderr.startswith(f"perron-store-error-quark {STORE_FULL}:"), done.stderr
    assert shutil.disk_usage(small_disk).free > 1 << 20
    assert set(promised(done.stdout)) <= set(stored(path))
    assert (small_disk / "outbox.db.reserve").exists()


def test_flush_fails(tmp_path):
    """EIO at each flush: a clean refusal; the disk well again: it goes on, and the refused one is not there."""
    path, trigger = tmp_path / "outbox.db", tmp_path / "fail"
    before = promised(run(FILLER, path, 5).stdout)
    trigger.touch()
    done = run(FILLER, path, 3, preload=True, PERRON_FLUSH_FAIL=trigger)
    assert done.returncode == 3 and done.stderr.startswith(f"perron-store-error-quark {STORE_IO}:"), done.stderr
    assert done.stdout == ""
    trigger.unlink()
    after = promised(run(FILLER, path, 2, preload=True, PERRON_FLUSH_FAIL=trigger).stdout)
    assert len(after) == 2
    assert stored(path) == before + after
    check_audit(path)


def test_flushes_per_commit(tmp_path):
    """One flush a durable request (budget 1.1): counted, with all that opening and checkpoints add."""
    path, log, count = tmp_path / "outbox.db", tmp_path / "flushes", 2000
    assert run(FILLER, path, 1).returncode == 0
    done = run(FILLER, path, count, preload=True, PERRON_FLUSH_LOG=log)
    assert done.returncode == 0 and len(promised(done.stdout)) == count
    per_commit = log.stat().st_size / count
    print(f"flushes per commit {per_commit:.3f}")
    assert 1.0 <= per_commit <= 1.1


@pytest.mark.parametrize("damage", ["rubbish", "flipped", "truncated", "empty"])
def test_damaged_at_start(tmp_path, damage):
    path = tmp_path / "outbox.db"
    run(FILLER, path, 60)
    whole = bytearray(path.read_bytes())
    if damage == "rubbish":
        whole[:] = os.urandom(len(whole))
    elif damage == "flipped":
        for at in range(8192 + 3, len(whole), 4096):
            whole[at] ^= 0x55
    elif damage == "truncated":
        del whole[len(whole) // 2:]
    else:
        whole.clear()
    path.write_bytes(whole)
    # perron-sync and the command never set a file aside: that is for the one who creates.
    assert damage == "flipped" or run(DRAINER, path, 0).returncode == 3
    kept = path.read_bytes()
    done = run(FILLER, path, 2)
    assert done.returncode == 0, done.stderr
    broken = [each for each in tmp_path.iterdir() if "-broken-" in each.name and not each.name.endswith("-wal")]
    assert len(broken) == 1 and broken[0].read_bytes() == kept
    with database(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        first, second = [seq for (seq,) in db.execute("SELECT seq FROM outbox ORDER BY seq")]
    # Far above what the lost file can have given, so that the caisse sees the break.
    assert second == first + 1 and first > 1_700_000_000
    check_audit(path)


def test_newer_schema_is_left_alone(tmp_path):
    path = tmp_path / "outbox.db"
    run(FILLER, path, 2)
    with database(path) as db:
        db.execute("PRAGMA user_version=99")
    for program, words in ((FILLER, (path, 1)), (DRAINER, (path, 0))):
        done = run(program, *words)
        assert done.returncode == 3 and "schema 99" in done.stderr
    with database(path) as db:
        assert db.execute("SELECT count(*) FROM outbox").fetchone() == (2,)
    assert not [each for each in tmp_path.iterdir() if "broken" in each.name]


def test_foreign_file_is_left_alone(tmp_path):
    path = tmp_path / "outbox.db"
    with database(path) as db:
        db.execute("PRAGMA application_id=7")
        db.execute("CREATE TABLE precious (a)")
    done = run(FILLER, path, 1)
    assert done.returncode == 3
    with database(path) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]


def test_leftover_wal_is_not_played_back(tmp_path):
    path = tmp_path / "outbox.db"
    child = subprocess.Popen([FILLER, path, "0"], stdout=subprocess.PIPE, text=True)
    child.stdout.readline()
    child.kill()
    child.communicate()
    path.unlink()
    assert (tmp_path / "outbox.db-wal").exists()
    first, second = [seq for seq, _ in promised(run(FILLER, path, 2).stdout)]
    assert second == first + 1 and first > 1_700_000_000, "numbers were given before: the caisse must see a break, not a second 1, 2, 3"
    assert len(stored(path)) == 2
