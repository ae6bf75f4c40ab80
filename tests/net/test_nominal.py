# SPDX-License-Identifier: GPL-3.0-or-later
"""The line as it should be: outbox -> perron-sync -> nginx -> perron-gateway -> perron-caisse, and the receipt back."""
import json
import socket

from world import until


def collect(world, config=None):
    path = world.folder / "opened.json"
    done = world.caisse("collect", "--json", path, config=config)
    assert done.returncode in (0, 1), done.stderr
    return done, json.loads(path.read_text())


def test_all_the_way_and_back(line):
    ids = line.fill(120)
    assert line.sync_once() == (0, "")
    line.assert_exactly_once(ids)
    assert line.link()[0] == "online"

    done, report = collect(line)
    assert done.returncode == 0 and report["problems"] == []
    assert [entry["id"] for entry in report["opened"]] == ids, "in the order in which they were made"
    assert [entry["counter"] for entry in report["opened"]] == list(range(1, 121))
    assert {entry["terminal"] for entry in report["opened"]} == {"borne-0001"}
    inner = report["opened"][7]["content"]
    assert inner["resourceType"] == "Bundle" and "06 39 98 00 07" in json.dumps(inner)
    assert "06 39 98 00 07" in done.stdout and f"Demande {report['opened'][7]['reference']}" in done.stdout

    assert line.sync_once() == (0, "")
    assert set(line.states().values()) == {"received"}
    assert {row[0] for row in line.ask_gateway("SELECT length(sealed) FROM task")} == {0}, "erased once acknowledged"

    done, report = collect(line)
    assert report["opened"] == [] and report["problems"] == []


def test_nothing_due(line):
    line.fill(0)
    assert line.sync_once() == (0, "")
    assert line.link()[0] == "online"


def test_a_new_request_wakes_the_sender(line):
    """idle_s is an hour here: only the change of the outbox can wake it."""
    text = line.config.read_text().replace("idle_s=1\n", "idle_s=3600\n")
    line.config.write_text(text)
    first = line.fill(1)
    sync = line.start_sync()
    sync.wait_line("sync-pass", 1)
    second = line.fill(3)
    until(lambda: len(line.stored()) == 4 and set(line.states().values()) == {"sent"}, "woken by the outbox")
    sync.end()
    line.assert_exactly_once(first + second)


def test_sender_starts_before_the_outbox_exists(line):
    sync = line.start_sync()
    sync.wait_line("sync-channel-fault")
    ids = line.fill(2)
    until(lambda: len(line.stored()) == 2 and set(line.states().values()) == {"sent"}, "outbox found")
    assert sync.end() == 0
    line.assert_exactly_once(ids)


def test_other_caisse_sees_and_opens_nothing(line):
    line.fill(3)
    assert line.sync_once()[0] == 0
    other = line.write_caisse_config("other-caisse", "999")
    done, report = collect(line, other)
    assert report["opened"] == [] and report["problems"] == []

    # The certificate of 999 asking for 000 is refused by the gateway.
    greedy = line.write_caisse_config("other-caisse", "000")
    done = line.caisse("collect", config=greedy)
    assert done.returncode == 3 and "403" in done.stderr

    # Even with the bytes in hand (an export on a stick) the key of 999 opens none.
    line.config.write_text(line.config.read_text() + f"trace={line.folder}/data/batch.json\n")
    line.fill(3)
    assert line.sync_once()[0] == 0
    done = line.caisse("open", line.folder / "data/batch.json", "--json", config=greedy)
    report = json.loads(done.stdout)
    assert done.returncode == 1 and report["opened"] == [] and [p["kind"] for p in report["problems"]] == ["altered"] * 3
    done = line.caisse("open", line.folder / "data/batch.json", "--json")
    assert done.returncode == 0 and len(json.loads(done.stdout)["opened"]) == 3


def ask_socket(world, path):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(world.folder / "run/gateway"))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: client.recv(65536), b"")).decode()


def test_health_and_metrics(line):
    line.fill(5)
    assert line.sync_once()[0] == 0
    assert ask_socket(line, "/health").startswith("HTTP/1.1 200")
    metrics = ask_socket(line, "/metrics")
    assert "perron_tasks_waiting 5\n" in metrics and "perron_counted_seconds 0\n" in metrics and "borne" not in metrics
    assert ask_socket(line, "/Task?owner=000").startswith("HTTP/1.1 401"), "who is not named by nginx is nobody"
    assert ask_socket(line, "/elsewhere").startswith("HTTP/1.1 404")


def test_gateway_ends_in_order(line):
    ids = line.fill(4)
    assert line.sync_once()[0] == 0
    assert line.gateway.end() == 0
    assert not (line.folder / "run/gateway").exists()
    line.start_gateway()
    line.assert_exactly_once(ids)


def test_trace_is_refused_in_production(world):
    world.config.write_text(world.config.read_text().replace("mode=demo", "mode=production") + f"trace={world.folder}/batch.json\n")
    assert world.sync_once() == (3, "perron-sync: [sync] trace: not in production")


def test_bad_configuration(world):
    good = world.config.read_text()
    for change, words in ((("url=https", "url=http"), "[gateway] url"), (("ca.pem", "away.pem"), "away.pem: cannot be read"),
                          (("caisse=000", "caisse="), "[seal] caisse: must be given"), (("id=borne-0001", "id=b rne"), "[terminal] id")):
        world.config.write_text(good.replace(*change))
        code, line_of_error = world.sync_once()
        assert code == 3 and words in line_of_error, line_of_error
