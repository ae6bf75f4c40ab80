# SPDX-License-Identifier: GPL-3.0-or-later
"""perron-kiosk never opens a network socket; perron-sync never opens a device and cannot open an envelope. Shown by the kernel."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from house import BUILD, Person, walk


def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return dict(re.findall(r"^(\w+):\s*(.*)$", text, re.MULTILINE))


def children_of(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def to_the_end(stage):
    with Person(stage) as person:
        walk(person, until="ticket")
        person.do("expect registered", "expect progress sent")
        return person.references()


@pytest.mark.parametrize("name", ["kiosk", "sync"])
def test_a_filter_is_in_force_for_every_thread(stage, name):
    pid = stage.pid(name)
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        assert status_of(f"{pid}/task/{thread.name}")["Seccomp"] == "2", "2: a filter (proc(5))"
    assert status_of(pid)["NoNewPrivs"] == "1"


def test_terminal_makes_no_network_socket(open_stage, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "kiosk.trace"
    stage = open_stage("--wrap", f"kiosk=strace -f -qq -e trace=socket,connect -o {trace}")
    to_the_end(stage)
    sockets = [line for line in trace.read_text(errors="replace").splitlines() if "socket(" in line]
    assert sockets, "it talks to display, sound and pcscd"
    made = [line for line in sockets if not re.search(r"= -1 E\w+", line)]
    assert made and all("socket(AF_UNIX" in line for line in made), made


def test_terminal_needs_no_network(open_stage):
    """In a network namespace without a single interface, the whole journey."""
    wrap = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    if subprocess.run([*wrap, "true"], capture_output=True).returncode != 0:
        pytest.skip("this kernel gives us no network namespace")
    stage = open_stage("--wrap", f"kiosk={' '.join(wrap)}")
    pid = stage.pid("kiosk")
    assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
    [reference] = to_the_end(stage)
    assert [entry["reference"] for entry in stage.collect()["opened"]] == [reference]


def test_sender_opens_no_device_and_no_key_of_the_caisse(open_stage, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "sync.trace"
    stage = open_stage("--wrap", f"sync=strace -f -qq -e trace=open,openat,connect,socket -o {trace}")
    to_the_end(stage)
    opened = re.findall(r'open(?:at)?\([^"]*"([^"]+)"[^)]*\)\s*= \d+', trace.read_text(errors="replace"))
    assert any(path.endswith("outbox.db") for path in opened)
    assert {path for path in opened if path.startswith("/dev/")} <= {"/dev/null", "/dev/urandom", "/dev/random"}
    assert not [path for path in opened if path.endswith(("caisse.key", "escrow.key", "terminal-sign.key"))]
    connected = re.findall(r'sun_path="([^"]+)"', trace.read_text(errors="replace"))
    assert not [path for path in connected if "pcscd" in path or "pulse" in path or "dock" in path]


def test_sender_and_gateway_cannot_open_what_they_carry():
    """Neither holds the code that opens an envelope, nor the libraries of devices."""
    for program in ("sync/daemon/perron-sync", "sync/gateway/perron-gateway", "kiosk/app/perron-kiosk"):
        symbols = subprocess.run(["nm", BUILD / program], capture_output=True, text=True, check=True).stdout
        assert "perron_opener_open" not in symbols and "CMS_decrypt" not in symbols, program
    libraries = subprocess.run(["ldd", BUILD / "sync/daemon/perron-sync"], capture_output=True, text=True, check=True).stdout
    assert not re.search(r"libpcsclite|libnfc|libpulse|libgtk|libespeak", libraries)
    assert "libcurl" not in subprocess.run(["ldd", BUILD / "kiosk/app/perron-kiosk"], capture_output=True, text=True, check=True).stdout
