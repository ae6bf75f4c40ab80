# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything at once: two terminals, each fault at random, for PERRON_SOAK_SECONDS (15; 600 and 86400 are the same program). What persons were
told is registered is what the gateway holds and what the caisse opens: the same set, the same count. PERRON_SEED repeats the draw."""
import glob
import json
import os
import random
import subprocess
import threading
import time

import soak
from world import BUILD, environment, until

SECONDS = int(os.environ.get("PERRON_SOAK_SECONDS", "15"))
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
NAMES = ("borne-0001", "borne-0002")


def certify(keys, name, usage, out):
    """One more key and certificate by the authority of the demonstration."""
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", keys / f"{out}.key"], check=True,
                   capture_output=True, env=environment())
    request = subprocess.run(["openssl", "req", "-new", "-key", keys / f"{out}.key", "-subj", f"/O=Perron demonstration/CN={name}", "-config",
                              "/dev/stdin"], input=b"[req]\ndistinguished_name=dn\nprompt=no\n[dn]\n", check=True, capture_output=True,
                             env=environment()).stdout
    (keys / "extension").write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n" + usage)
    subprocess.run(["openssl", "x509", "-req", "-CA", keys / "ca.pem", "-CAkey", keys / "ca.key", "-sha256", "-days", "30", "-set_serial",
                    str(random.SystemRandom().randrange(1 << 62)), "-extfile", keys / "extension", "-out", keys / f"{out}.pem"], input=request,
                   check=True, capture_output=True, env=environment())


def make_terminal_keys(keys):
    for name in NAMES:
        certify(keys, name, "extendedKeyUsage=clientAuth\n", f"{name}-tls")
        certify(keys, name, "", f"{name}-sign")
        (keys / "terminals" / f"{name}.pem").write_bytes((keys / f"{name}-sign.pem").read_bytes())


class Centre:
    """The gateway and nginx, and what can happen to them."""

    def __init__(self, world):
        self.world = world
        world.gateway_config = world.write_gateway_config()
        world.start_line()

    def start_gateway(self, **more):
        world = self.world
        world.programs.remove(world.gateway)
        world.gateway_config = world.write_gateway_config(**more)
        world.start_gateway()

    def kill_gateway(self, _):
        self.world.gateway.kill()
        self.start_gateway()

    def busy_gateway(self, _):
        self.world.gateway.end()
        self.start_gateway(max_pending=0, retry_after_s=1)

    def restart_nginx(self, _):
        self.world.nginx.end()
        self.world.programs.remove(self.world.nginx)
        self.world.nginx = self.world.start_nginx()

    def heal(self):
        self.kill_gateway(None)
        self.restart_nginx(None)


def collect_all(world, wanted):
    """Everything the caisse opens until it has seen them all; each of its runs opens a bounded number."""
    opened, problems, path = {}, [], world.folder / "opened.json"
    while not wanted <= set(opened):
        done = world.caisse("collect", "--json", path)
        assert done.returncode == 0, done.stderr + done.stdout
        report = json.loads(path.read_text())
        problems += report["problems"]
        assert report["opened"] or wanted <= set(opened), f"{len(wanted - set(opened))} never arrived"
        for entry in report["opened"]:
            assert entry["id"] not in opened or entry["again"], "opened twice"
            opened[entry["id"]] = entry
    return opened, problems


def rage(centre, terminals, dice):
    """One thing after the other until the time is over; returns how often each."""
    count, end, pause = {}, time.monotonic() + SECONDS, threading.Event()
    centre_faults = [centre.kill_gateway, centre.kill_gateway, centre.busy_gateway, centre.restart_nginx]
    while time.monotonic() < end:
        if dice.random() < 0.15:
            fault = dice.choice(centre_faults)
            fault(dice)
        else:
            fault = dice.choice(soak.TERMINAL_FAULTS if dice.random() < 0.6 else soak.MENDING)
            fault(dice.choice(terminals), dice, FAKETIME)
        count[fault.__name__] = count.get(fault.__name__, 0) + 1
        pause.wait(dice.random() / 2)
    return count


def test_soak(world, keys):
    seed = int(os.environ.get("PERRON_SEED", random.randrange(2**32)))
    print(f"PERRON_SEED={seed} seconds={SECONDS}", flush=True)
    dice = random.Random(seed)
    folder = world.keys
    make_terminal_keys(folder)
    centre = Centre(world)
    terminals = [soak.Terminal(world, name, folder, random.Random(dice.random()), os.geteuid() == 0) for name in NAMES]
    try:
        for terminal in terminals:
            terminal.start()
        count = rage(centre, terminals, dice)
        centre.heal()
        for terminal in terminals:
            terminal.heal()
        shown = [request for terminal in terminals for request in terminal.shown]
        until(lambda: len(world.stored()) >= len(shown), "everything sent", 120)
        until(lambda: all(set(terminal.states().values()) == {"sent"} for terminal in terminals), "every terminal knows it", 120)
        assert sorted(shown) == sorted(world.stored()), "shown as registered = stored, and the counts are equal"
        opened, problems = collect_all(world, set(shown))
        assert set(opened) == set(shown) and problems == [], "the caisse opens the same, in order, without a gap"
        for terminal in terminals:
            done = subprocess.run([BUILD / "kiosk/ctl/perron", "audit", "verify", "--config", terminal.config], env=environment(), text=True,
                                  capture_output=True, timeout=60)
            assert done.returncode == 0, done.stderr
        assert sum(count.values()) > SECONDS and all(terminal.shown for terminal in terminals)
        print(f"shown {len(shown)}, stored {len(world.stored())}, opened {len(opened)}; refused cleanly {sum(t.refused for t in terminals)}; "
              f"disk {'tmpfs of 24 MiB' if terminals[0].mounted else 'never full: no right to mount'}; {count}")
    finally:
        for terminal in terminals:
            terminal.close()
