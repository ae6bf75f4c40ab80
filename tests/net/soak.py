# SPDX-License-Identifier: GPL-3.0-or-later
"""Terminals of the soak: each with its outbox, its sender and its own bad line; and what can happen to it. See test_soak.py."""
import shutil
import subprocess
import threading
import time

from proxy import Cut, Fine, LoseAnswer, Proxy, Slow, Swallow
from world import BUILD, QUEUE_TOOL, Program, environment, free_port

EIO = BUILD / "tests/sync/libperron-eio.so"


class Refuse(Fine):
    """Takes the connection and drops it before a byte."""

    def up(self, total):
        return "cut"


class Portal(Fine):
    """Answers in plain HTTP, as a hotel does."""

    def up(self, total):
        return "portal"


class RandomLine(Proxy):
    """Each new connection has the behaviour that is in force when it comes."""

    def __init__(self, target):
        self.behaviour = Fine()
        super().__init__(target, [self.behaviour])

    def _relay(self, client, behaviour):
        behaviour = self.behaviour
        try:
            if not isinstance(behaviour, Portal):
                return super()._relay(client, behaviour)
            with client:
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\n<p>Bonjour")
        except OSError:
            client.close()  # nginx is away just now
        return None


def uuid7(dice):
    ms = int(time.time() * 1000)
    raw = bytearray(ms.to_bytes(6, "big") + dice.randbytes(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Terminal:
    """Persons come one after the other; each is told "registered" or comes again with the same request (the same id) until told."""

    def __init__(self, world, name, keys, dice, small_disk):
        self.world, self.name, self.keys, self.dice = world, name, keys, dice
        self.folder = world.folder / name
        self.folder.mkdir()
        self.data = self.folder / "data"
        self.data.mkdir()
        self.mounted = small_disk and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "perron-soak", self.data],
                                                     capture_output=True).returncode == 0
        self.line = RandomLine(world.port)
        self.trigger = self.folder / "flushes-fail"
        self.shown, self.refused = [], 0
        self.sync = None
        self.desk = None
        self.stopping = threading.Event()
        self.config = self.write_config("perron.conf")
        self.strange = [self.write_config("dns.conf", url="https://passerelle.invalid:8443"),
                        self.write_config("refused.conf", url=f"https://localhost:{free_port()}"),
                        self.write_config("authority.conf", ca=keys / "terminal-sign.pem")]
        self.thread = threading.Thread(target=self.live, daemon=True)

    def write_config(self, name, **line):
        groups = {"terminal": {"mode": "demo", "id": self.name},
                  "queue": {"database": self.data / "outbox.db", "reserve_kib": 2048, "low_space_kib": 0},
                  "seal": {"caisse": "000", "caisse_certificate": self.keys / "caisse.pem", "escrow_certificate": self.keys / "escrow.pem",
                           "sign_key": self.keys / f"{self.name}-sign.key"},
                  "gateway": {"url": f"https://localhost:{self.line.port}", "ca": self.keys / "ca.pem", "certificate": self.keys / f"{self.name}-tls.pem",
                              "key": self.keys / f"{self.name}-tls.key", "connect_timeout_s": 1, "timeout_s": 1, **line},
                  "sync": {"idle_s": 1, "retry_base_ms": 20, "retry_cap_ms": 200, "batch_rows": 50}}
        path = self.folder / name
        path.write_text("".join(f"[{group}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()) for group, keys in groups.items()))
        return path

    # --- persons -----------------------------------------------------------------------------------------------------------------

    def open_desk(self):
        env = environment(LD_PRELOAD=str(EIO), PERRON_FLUSH_FAIL=str(self.trigger))
        self.desk = subprocess.Popen([QUEUE_TOOL, self.config, "register"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, env=env, text=True)

    def ask(self, request):
        """The answer to one person; "" when the desk died meanwhile."""
        try:
            self.desk.stdin.write(request + "\n")
            self.desk.stdin.flush()
            return self.desk.stdout.readline()
        except (BrokenPipeError, ValueError):
            return ""

    def close_desk(self):
        """One that was killed leaves its pipe full: what cannot be written any more is nobody's."""
        try:
            self.desk.stdin.close()
        except BrokenPipeError:
            self.desk.stdin = None
        self.desk.stdout.close()
        self.desk.wait(30)

    def start(self):
        self.start_sync()
        self.open_desk()
        self.thread.start()

    def live(self):
        request = None
        while request or not self.stopping.is_set():
            request = request or uuid7(self.dice)
            answer = self.ask(request)
            if answer.startswith(request) and answer.endswith("\n"):
                self.shown.append(request)
                request = None
                self.stopping.wait(self.dice.random() / 4)
            elif answer.startswith("no "):
                self.refused += 1
                self.stopping.wait(0.05)  # the person reads that it was not registered
            else:
                self.close_desk()
                self.open_desk()
        self.close_desk()

    # --- sender ------------------------------------------------------------------------------------------------------------------

    def start_sync(self, config=None, env=None):
        self.sync = Program([BUILD / "sync/daemon/perron-sync", "--config", config or self.config], env)

    def end_sync(self, kill):
        if self.sync is not None:
            (self.sync.kill if kill else self.sync.end)()
            faults = [line for line in self.sync.lines if "Sanitizer" in line or "runtime error" in line]
            assert not faults, faults

    def sync_again(self, kill, config=None, env=None):
        self.end_sync(kill)
        self.start_sync(config, env)

    # --- end ---------------------------------------------------------------------------------------------------------------------

    def heal(self):
        self.trigger.unlink(missing_ok=True)
        (self.data / "ballast").unlink(missing_ok=True)
        self.line.behaviour = Fine()
        self.stopping.set()
        self.thread.join(120)
        assert not self.thread.is_alive(), "somebody still waits to be told"
        self.sync_again(kill=True)

    def states(self):
        out = subprocess.run([QUEUE_TOOL, self.config, "list"], check=True, env=environment(), text=True, stdout=subprocess.PIPE, timeout=60).stdout
        return {row.split()[0]: row.split()[1] for row in out.splitlines()}

    def close(self):
        self.stopping.set()
        if self.desk is not None and self.desk.poll() is None:
            self.desk.kill()
        self.thread.join(30)
        if self.sync is not None:
            self.sync.kill()
        self.line.__exit__()
        if self.mounted:
            subprocess.run(["umount", self.data], check=True)
        shutil.rmtree(self.folder)


# --- what can happen to a terminal: each takes (terminal, dice, faketime) ------------------------------------------------------------------


def kill_desk(terminal, *_):
    terminal.desk.kill()


def kill_sender(terminal, *_):
    terminal.sync_again(kill=True)


def restart_sender(terminal, *_):
    terminal.sync_again(kill=False)


def bad_line(terminal, dice, _):
    stored = terminal.world.stored
    before = len(stored())
    terminal.line.behaviour = dice.choice([Cut(dice.randrange(200000)), Swallow(dice.randrange(100000)), Slow(), Refuse(), Portal(),
                                           LoseAnswer(20000, lambda: len(stored()) > before)])


def good_line(terminal, *_):
    terminal.line.behaviour = Fine()


def wrong_clock(terminal, dice, faketime):
    if faketime:
        terminal.sync_again(kill=True, env=environment(LD_PRELOAD=faketime, FAKETIME=dice.choice(["+1095d", "-2d", "-700d"]),
                                                       FAKETIME_DONT_FAKE_MONOTONIC="1"))


def strange_config(terminal, dice, _):
    """No such name, nobody listens, an authority that is none."""
    terminal.sync_again(kill=True, config=dice.choice(terminal.strange))


def flushes_fail(terminal, *_):
    terminal.trigger.touch()


def flushes_work(terminal, *_):
    terminal.trigger.unlink(missing_ok=True)


def disk_full(terminal, *_):
    if not terminal.mounted:
        return
    try:
        with open(terminal.data / "ballast", "wb", buffering=0) as ballast:
            while True:
                ballast.write(b"\0" * 65536)
    except OSError:
        pass


def disk_free(terminal, *_):
    (terminal.data / "ballast").unlink(missing_ok=True)


TERMINAL_FAULTS = [kill_desk, kill_sender, restart_sender, bad_line, bad_line, bad_line, good_line, good_line, wrong_clock, strange_config,
                   flushes_fail, flushes_work, flushes_work, disk_full, disk_free, disk_free]
# Something that stays until it is mended needs mending more often than it needs breaking, or nothing would ever pass.
MENDING = [good_line, restart_sender, flushes_work, disk_free]
