# SPDX-License-Identifier: GPL-3.0-or-later
"""The dock as processes see it: its control protocol, the network cable, the headset's plug, pcscd and the dock killed under a reading."""
import json
import os
import pwd
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import BUILD, CARDS, WAIT_S

DOCK = BUILD / "hw" / "dock" / "perron-dock"
PCSCD = BUILD / "hw" / "dock" / "perron-pcscd"


def run(*command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=WAIT_S, **more)


# The control protocol

@pytest.mark.parametrize("line, answer", [
    ("", "error: an empty line, or a quote that is not closed"),
    ("insert 'camille.json", "error: an empty line, or a quote that is not closed"),
    ("dance", "error: dance: no such verb"),
    ("insert", "error: usage: insert CARD.json [slot=N] [FAULT@APDU[xTIMES]]..."),
    ("insert nobody.json", f"error: {CARDS}/nobody.json: No such file or directory"),
    ("insert /dev/zero", "error: /dev/zero: not a file"),
    ("insert camille.json slot=1", "error: 1: no such slot, there are 1, counted from 0"),
    ("insert camille.json pull", "error: pull: must be slot=N or FAULT@APDU or FAULT@APDUxTIMES"),
    ("insert camille.json pull@0", "error: pull@0: must be slot=N or FAULT@APDU or FAULT@APDUxTIMES"),
    ("insert camille.json burn@1", "error: burn: must be pull, mute, half, zero, garbage, transport, swap:FILE or sw:XXXX"),
    ("insert camille.json sw:90@1", "error: sw:90: four hexadecimal digits must follow sw:"),
    ("insert camille.json swap:../x@1", "error: swap:../x: the name of a card of the same folder must follow swap:"),
    ("remove", "error: no card is in"),
    ("remove 7", "error: 7: no such slot, there are 1, counted from 0"),
    ("reader hide", "error: hide: must be plug or unplug"),
    ("net up", "error: net: no network: the dock was started without --net"),
    ("jack in", "error: jack: no sound: the dock was started without --sound"),
    ("jack sideways", "error: sideways: must be in or out"),
    ("tap phone.json", "error: nfc: no NFC reader: the dock was started without --nfc"),
    ("key select", "error: key: no keypad: the dock was started without --keypad"),
    ("paper out", "error: paper: no printer: the dock was started without --printer"),
    ("status all", "error: usage: status"),
])
def test_refusals_name_the_reason(reader, line, answer):
    assert reader.ask(line) == answer
    assert reader.status()["slots"][0]["card"] is None


def test_many_lines_at_once_are_answered_in_order(reader):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(WAIT_S)
        client.connect(str(reader.control))
        client.sendall(b"insert camille.json\ninsert camille.json\nremove\n" + b"nothing\n" * 200)
        lines = client.makefile("r")
        got = [lines.readline().rstrip("\n") for _ in range(203)]
    assert got[:3] == ["ok", "error: a card is in: remove it first", "ok"]
    assert got[3:] == ["error: nothing: no such verb"] * 200


def test_a_line_without_end_is_let_go(reader):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(WAIT_S)
        client.connect(str(reader.control))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(1000):
                client.sendall(b"x" * 4096)
    assert reader.ask(b"\xff".decode("latin1") * 3).startswith("error: ")
    assert reader.status()["slots"]


def test_bytes_that_are_not_text_are_refused(reader):
    for line in (b"\xff\xfe\n", b"sta\0tus\n"):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_S)
            client.connect(str(reader.control))
            client.sendall(line)
            assert client.recv(100) == b"error: not UTF-8\n"


def test_the_client_exits_by_the_answer(reader, tmp_path):
    good = run(DOCK, "--control", reader.control, "status")
    assert good.returncode == 0 and json.loads(good.stdout)["slots"][0]["reader"] == "plugged"
    bad = run(DOCK, "--control", reader.control, "dance")
    assert (bad.returncode, bad.stderr, bad.stdout) == (1, "error: dance: no such verb\n", "")
    nobody = run(DOCK, "--control", tmp_path / "nobody", "status")
    assert nobody.returncode == 1 and str(tmp_path / "nobody") in nobody.stderr
    (tmp_path / "a card.json").write_text('{"title": "t", "atr": ""}')
    assert run(DOCK, "--control", reader.control, "insert", "./a card.json", cwd=tmp_path).returncode == 0
    assert reader.status()["slots"][0]["card"] == "a card.json"
    reader.do("remove")


def test_a_second_dock_does_not_take_the_place_of_a_living_one(reader):
    other = run(DOCK, "--control", reader.control)
    assert other.returncode == 1 and "Address already in use" in other.stderr
    assert reader.status()["slots"][0]["drivers"] == 1


def test_quit_and_signals_end_the_dock_and_its_sockets(world):
    for end in (lambda dock: world.do("quit"), lambda dock: dock.send_signal(signal.SIGTERM), lambda dock: dock.send_signal(signal.SIGINT)):
        dock = world.start_dock()
        end(dock)
        assert dock.wait(WAIT_S) == 0
        world.processes.remove(dock)
        assert not world.control.exists() and not world.slot.exists()


@pytest.mark.parametrize("options, says", [
    (["--net", "1"], "--net 1: must be LISTEN_PORT:TARGET_PORT"),
    (["--net", "0:99999"], "--net 0:99999: must be"),
    (["--readers", "17"], "--readers: 1 to 16"),
    (["--config", "/nowhere.conf"], "/nowhere.conf"),
    (["--nonsense"], "--nonsense"),
    (["--control", "/" + "x" * 200], "File name too long"),
])
def test_wrong_options_are_named(options, says):
    result = run(DOCK, *options)
    assert result.returncode in (1, 2) and says in result.stderr


# pcscd

@pytest.mark.parametrize("change, says", [
    ({"--socket": None}, "--socket: must be given"),
    ({"--dock": "/tmp/with space"}, "--dock: a quote"),
    ({"--dock": "/" + "d" * 120}, "--dock: longer"),
    ({"--driver": "/nowhere/lib.so"}, "/nowhere/lib.so: No such file"),
    ({"--readers": "0"}, "--readers: 1 to 16"),
    ({"--timeout": "-1"}, "--timeout: 1 to 600000 ms"),
])
def test_launcher_names_what_is_wrong(tmp_path, change, says):
    options = {"--socket": tmp_path / "s", "--conf": tmp_path / "c", "--driver": BUILD / "hw/dock/libperron-ifd.so", "--dock": tmp_path / "d", **change}
    result = run(PCSCD, *[word for pair in options.items() if pair[1] is not None for word in pair])
    assert result.returncode == 2 and says in result.stderr


def test_launcher_leaves_a_file_of_another_kind_alone(tmp_path):
    (tmp_path / "s").write_text("mine")
    result = run(PCSCD, "--socket", tmp_path / "s", "--conf", tmp_path / "c", "--driver", BUILD / "hw/dock/libperron-ifd.so", "--dock", tmp_path / "d")
    assert result.returncode == 1 and "File exists" in result.stderr
    assert (tmp_path / "s").read_text() == "mine"


def test_two_readers_and_two_worlds_side_by_side(world, tmp_path_factory):
    from conftest import World
    other = World(tmp_path_factory.mktemp("other"))
    try:
        for place in (world, other):
            place.start_dock("--readers", "2")
            place.start_pcscd("--readers", "2")
        world.do("insert cps.json slot=0")
        world.do("insert camille.json slot=1")
        other.do("insert mute.json slot=1")
        assert world.read_card()["status"] == "read"
        assert other.read_card()["status"] == "mute"
        assert world.status()["slots"][1]["card"] == "camille.json"
    finally:
        other.end()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_can_run_it(tmp_path_factory):
    from conftest import World
    nobody = pwd.getpwnam("nobody")
    place = World(tmp_path_factory.mktemp("nobody"))
    for folder in (place.folder, *list(place.folder.parents)[:2]):  # pytest closes them to others; what is above is open
        folder.chmod(0o755)
    os.chown(place.folder, nobody.pw_uid, nobody.pw_gid)
    as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    dock = BUILD / "hw" / "dock"
    if run("setpriv", "--reuid", nobody.pw_uid, "--regid", nobody.pw_gid, "--clear-groups", "test", "-x", dock / "perron-pcscd").returncode != 0:
        pytest.skip("the build is in a folder that the user nobody may not enter")
    try:
        place.start(DOCK, "--control", place.control, "--slot", place.slot, "--cards", CARDS, wait_for=place.control, **as_nobody)
        place.start(dock / "perron-pcscd", "--socket", place.pcsc, "--conf", place.folder / "conf", "--driver", dock / "libperron-ifd.so",
                    "--dock", place.slot, wait_for=place.pcsc, stdout=subprocess.DEVNULL, **as_nobody)
        place.do("insert camille.json")
        assert place.read_card()["status"] == "read"
    finally:
        place.end()


def test_either_end_killed_between_readings(world):
    dock = world.start_dock()
    pcscd = world.start_pcscd()
    for _ in range(3):
        world.do("insert camille.json")
        assert world.read_card()["status"] == "read"
        world.stop(pcscd)
        assert world.read_card("--timeout", "0")["status"] == "no-reader"
        pcscd = world.start_pcscd()
        assert world.read_card()["status"] == "read"
        world.stop(dock)
        dock = world.start_dock()
        assert world.read_card("--timeout", "0")["status"] == "no-card"


def test_reader_unplugged_is_no_reader(reader):
    reader.do("insert camille.json")
    reader.do("reader unplug")
    assert reader.read_card("--timeout", "0")["status"] == "no-reader"
    reader.do("reader plug")
    assert reader.read_card()["status"] == "read"
    reader.do("remove")


# The network cable

class Echo:
    """Sends back what comes, and knows nothing of any cable."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.echo, args=(client,), daemon=True).start()

    def echo(self, client):
        with client:
            try:
                while data := client.recv(65536):
                    client.sendall(data)
            except OSError:
                pass


@pytest.fixture
def cable(world):
    echo = Echo()
    world.start_dock("--net", f"0:{echo.port}")
    world.port = world.status()["net"]["port"]
    yield world
    echo.server.close()


def connect(world):
    client = socket.create_connection(("127.0.0.1", world.port), timeout=WAIT_S)
    return client


def exchange(client, data):
    sender = threading.Thread(target=client.sendall, args=(data,))
    sender.start()
    got = b""
    while len(got) < len(data):
        part = client.recv(65536)
        assert part, "the other side hung up"
        got += part
    sender.join()
    return got


def test_up_carries_every_byte_both_ways(cable):
    data = os.urandom(3_000_000)
    with connect(cable) as client:
        assert exchange(client, data) == data
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    assert cable.status()["net"]["bytes"] == 2 * len(data)


def test_cut_ends_what_is_open_refuses_what_comes_and_keeps_the_port(cable):
    with connect(cable) as client:
        assert exchange(client, b"before") == b"before"
        cable.do("net cut")
        try:
            assert client.recv(1) == b""
        except ConnectionResetError:
            pass
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            connect(cable)
    with socket.socket() as thief, pytest.raises(OSError):
        thief.bind(("127.0.0.1", cable.port))
    assert cable.status()["net"] == {**cable.status()["net"], "state": "cut", "port": cable.port, "connections": 0}
    for _ in range(10):
        cable.do("net up")
        cable.do("net cut")
    cable.do("net up")
    with connect(cable) as client:
        assert exchange(client, b"after") == b"after"


def test_slow_delays_and_limits_but_loses_nothing(cable):
    cable.do("net slow")
    data = os.urandom(6000)
    with connect(cable) as client:
        start = time.monotonic()
        assert exchange(client, data) == data
        # 2400 bytes every 300 ms: three chunks there, and the last one 300 ms on the way back. A fast machine cannot be faster.
        assert time.monotonic() - start >= 1.2
        cable.do("net up")
        assert exchange(client, data) == data


def test_target_that_is_away_is_a_closed_connection(world):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    world.start_dock("--net", f"0:{port}")
    world.port = world.status()["net"]["port"]
    with connect(world) as client:
        assert client.recv(1) == b""
    assert json.loads(world.ask("net status"))["state"] == "up"


def test_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = run(DOCK, "--net", f"{port}:1")
    assert result.returncode == 1 and f"--net {port}:1: " in result.stderr


# The headset's plug

def listens(path):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def start_sound(world):
    server = world.folder / "sound"  # PulseAudio makes a folder "pulse" of its own here
    environment = {**os.environ, "HOME": str(world.folder), "XDG_RUNTIME_DIR": str(world.folder), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
    process = world.start("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "-L",
                          f"module-native-protocol-unix socket={server} auth-anonymous=1", "-L", "module-null-sink sink_name=speaker",
                          wait_for=server, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + WAIT_S
    while not listens(server):  # PulseAudio binds first and listens later
        assert process.poll() is None and time.monotonic() < end
    return process, f"unix:{server}"


def sinks(server):
    result = run("pactl", "--server", server, "list", "short", "sinks")
    assert result.returncode == 0, result.stderr
    return sorted(line.split("\t")[1] for line in result.stdout.splitlines())


def test_headset_comes_and_goes(world):
    _, server = start_sound(world)
    world.start_dock("--sound", server)
    for _ in range(3):
        world.do("jack in")
        world.do("jack in")
        assert sinks(server) == ["casque", "speaker"] and world.status()["jack"] == "in"
        world.do("jack out")
        world.do("jack out")
        assert sinks(server) == ["speaker"] and world.status()["jack"] == "out"


def test_headset_of_an_earlier_dock_is_known(world):
    _, server = start_sound(world)
    dock = world.start_dock("--sound", server)
    world.do("jack in")
    world.stop(dock)
    world.start_dock("--sound", server)
    world.do("jack out")
    assert sinks(server) == ["speaker"]


def test_sound_server_that_dies_and_returns(world):
    sound, server = start_sound(world)
    world.start_dock("--sound", server)
    world.do("jack in")
    world.stop(sound)
    assert world.ask("jack out").startswith("error: jack: ")
    assert world.status()["jack"] == "unknown"
    _, server = start_sound(world)
    world.do("jack in")
    assert sinks(server) == ["casque", "speaker"]
