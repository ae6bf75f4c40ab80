# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole line in a folder: terminal's outbox, perron-sync, nginx, perron-gateway, perron-caisse. Everything on loopback, ended by name of pid."""
import os
import select
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

BUILD = Path(os.environ["PERRON_BUILD_ROOT"])
SOURCE = Path(os.environ["PERRON_SOURCE_ROOT"])
QUEUE_TOOL = BUILD / "tests/net/queue-tool"
PATIENCE_S = 30


def environment(**more):
    """A proxy of the environment must not be used; leak checking needs ptrace, which perron-sync shuts (ASan builds)."""
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0",
           "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    env.update(more)
    return env


def free_port():
    """Below 32768, where the kernel takes ports for outgoing connections."""
    for _ in range(200):
        port = 20000 + int.from_bytes(os.urandom(2), "big") % 12000
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port")


def until(condition, what, patience_s=PATIENCE_S):
    """Asks again and again, letting others run in between; a hang is a failure with a name."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {patience_s} s"
        select.select([], [], [], 0.01)


class Program:
    """A process whose standard error is read line by line; ended with the test."""

    def __init__(self, argv, env=None):
        self.lines = []
        self.news = threading.Condition()
        self.process = subprocess.Popen([str(a) for a in argv], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                        env=env or environment(), text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self.news:
                self.lines.append(line)
                self.news.notify_all()
        with self.news:
            self.lines.append("")  # the end
            self.news.notify_all()

    def count(self, word):
        return sum(word in line for line in self.lines)

    def wait_line_or_end(self, word, times=1):
        with self.news:
            assert self.news.wait_for(lambda: self.count(word) >= times or (self.lines and self.lines[-1] == ""), PATIENCE_S), word

    def wait_line(self, word, times=1):
        self.wait_line_or_end(word, times)
        assert self.count(word) >= times, f"no {times} x {word!r} in {''.join(self.lines[-20:])}"

    def kill(self):
        self.end(signal.SIGKILL)

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.process.stderr.close()
        return code


def make_keys(folder, terminal="borne-0001"):
    subprocess.run(["sh", SOURCE / "kiosk/demo/pki.sh", folder, terminal], check=True, env=environment(), stdout=subprocess.DEVNULL)


class World:
    def __init__(self, folder, keys):
        self.folder, self.keys = Path(folder), Path(keys)
        self.port = free_port()
        self.programs = []
        for name in ("run", "nginx", "data"):
            (self.folder / name).mkdir()
        self.write_configs()

    # --- configuration -----------------------------------------------------------------------------------------------------------

    def write_configs(self, port=None, batch_rows=50, **gateway):
        """`gateway`: other values of the terminal's [gateway] group."""
        keys = self.keys
        line = {"url": f"https://localhost:{port or self.port}", "ca": keys / "ca.pem", "certificate": keys / "terminal-tls.pem",
                "key": keys / "terminal-tls.key", "connect_timeout_s": 2, "timeout_s": 2, **gateway}
        self.config = self.write("perron.conf", {
            "terminal": {"mode": "demo", "id": "borne-0001"},
            "queue": {"database": self.folder / "data/outbox.db", "reserve_kib": 0, "low_space_kib": 0},
            "seal": {"caisse": "000", "caisse_certificate": keys / "caisse.pem", "escrow_certificate": keys / "escrow.pem",
                     "sign_key": keys / "terminal-sign.key"},
            "gateway": line,
            "sync": {"idle_s": 1, "retry_base_ms": 20, "retry_cap_ms": 100, "batch_rows": batch_rows}})
        self.gateway_config = self.write_gateway_config()
        self.caisse_config = self.write_caisse_config("caisse", "000")

    def write_gateway_config(self, **more):
        return self.write("gateway.conf", {"receiver": {"listen": self.folder / "run/gateway", "database": self.folder / "data/gateway.db", **more}})

    def write_caisse_config(self, name, code):
        keys = self.keys
        return self.write(f"{name}.conf", {
            "gateway": {"url": f"https://localhost:{self.port}", "ca": keys / "ca.pem", "certificate": keys / f"{name}.pem",
                        "key": keys / f"{name}.key"},
            "seal": {"caisse": code},
            "caisse": {"key": keys / f"{name}.key", "certificate": keys / f"{name}.pem", "terminals": keys / "terminals",
                       "state": self.folder / f"data/{name}-counters.json"}})

    def write(self, name, groups):
        path = self.folder / name
        path.write_text("".join(f"[{group}]\n" + "".join(f"{k}={v}\n" for k, v in keys.items()) for group, keys in groups.items()))
        return path

    # --- programs ----------------------------------------------------------------------------------------------------------------

    def start(self, argv, ready=None, env=None):
        program = Program(argv, env)
        self.programs.append(program)
        if ready:
            program.wait_line(ready)
        return program

    def start_gateway(self, env=None):
        self.gateway = self.start([BUILD / "sync/gateway/perron-gateway", "--config", self.gateway_config], "program-started", env)
        return self.gateway

    def start_nginx(self, change=None, port=None, name="nginx"):
        """The configuration that ships, as it is; `change` edits its text for a hostile one."""
        text = (SOURCE / "sync/gateway/nginx.conf.in").read_text()
        (self.folder / name).mkdir(exist_ok=True)
        names = {"NGINX_PORT": port or self.port, "NGINX": self.folder / name, "KEYS": self.keys, "RUN": self.folder / "run"}
        for word, value in names.items():
            text = text.replace(f"@{word}@", str(value))
        path = self.folder / f"{name}.conf"
        path.write_text(change(text) if change else text)
        argv = ["nginx", "-e", "stderr", "-p", self.folder / name, "-c", path]
        program = self.start(argv + (["-g", "user root;"] if os.geteuid() == 0 else []))
        wait_port(port or self.port, program)
        return program

    def start_line(self):
        self.start_gateway()
        self.nginx = self.start_nginx()

    def start_sync(self, env=None):
        return self.start([BUILD / "sync/daemon/perron-sync", "--config", self.config], "program-started", env)

    def sync_once(self, env=None):
        """Exit code and last line of standard error that is no log line."""
        done = subprocess.run([BUILD / "sync/daemon/perron-sync", "--config", self.config, "--once"], env=env or environment(), text=True,
                              stderr=subprocess.PIPE, timeout=PATIENCE_S)
        assert "Sanitizer" not in done.stderr, done.stderr
        words = [line for line in done.stderr.splitlines() if not line.startswith("{")]
        assert len(words) <= 1, done.stderr
        return done.returncode, words[0] if words else ""

    def caisse(self, *words, config=None, env=None):
        return subprocess.run([BUILD / "sync/caisse/perron-caisse", "--config", config or self.caisse_config, *words],
                              env=env or environment(), text=True, capture_output=True, timeout=PATIENCE_S)

    def close(self):
        failed = []
        for program in reversed(self.programs):
            try:
                program.end()
            except subprocess.TimeoutExpired:
                program.kill()
                failed.append(f"{program.process.args}: did not end")
            failed += [line for line in program.lines if "Sanitizer" in line or "runtime error" in line]
        assert not failed, failed

    # --- what is where -----------------------------------------------------------------------------------------------------------

    def queue(self, *words):
        out = subprocess.run([QUEUE_TOOL, self.config, *[str(w) for w in words]], check=True, env=environment(), text=True,
                             stdout=subprocess.PIPE, timeout=PATIENCE_S).stdout
        return [line.split() for line in out.splitlines()]

    def fill(self, count):
        return [row[0] for row in self.queue("fill", count)]

    def states(self):
        return {row[0]: row[1] for row in self.queue("list")}

    def link(self):
        return tuple(self.queue("stats")[0])

    def outbox_number(self, sql):
        db = sqlite3.connect(self.folder / "data/outbox.db", timeout=10)
        try:
            return db.execute(sql).fetchone()[0]
        finally:
            db.close()

    def ask_gateway(self, sql, *values):
        path = self.folder / "data/gateway.db"
        if not path.exists():
            return []
        db = sqlite3.connect(path, timeout=10)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def stored(self):
        """Ids in the gateway's store as they came, one a row: a doubled one would be seen."""
        ids = [row[0].hex() for row in self.ask_gateway("SELECT id FROM task ORDER BY seq")]
        return [f"{i[:8]}-{i[8:12]}-{i[12:16]}-{i[16:20]}-{i[20:]}" for i in ids]

    def assert_all_kept(self, ids, word=None, link=None):
        """Nothing was called sent, everything waits, and the outbox says why."""
        states = self.states()
        assert {states[i] for i in ids} == {"waiting"}, states
        if word:
            found = self.link()
            assert found == (link or "fault", word), found

    def assert_exactly_once(self, ids):
        stored = self.stored()
        assert sorted(stored) == sorted(ids), f"{len(ids)} enqueued, {len(stored)} stored, {len(set(stored))} distinct"
        states = self.states()
        assert {states[i] for i in ids} <= {"sent", "received"}, states


def wait_port(port, program=None):
    def answers():
        assert program is None or program.process.poll() is None, "".join(program.lines)
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0
    until(answers, f"port {port}")
