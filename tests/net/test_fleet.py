# SPDX-License-Identifier: GPL-3.0-or-later
"""How a terminal is, from its outbox to the operator's page: through nginx, with certificates, read only."""
import contextlib
import json
import re
import signal
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from test_contract import EXAMPLES
from world import BUILD, environment, until


def call(world, who, path, *words, body=None, kind="application/json"):
    """Status, headers and body as `who` gets them."""
    keys = world.keys
    given = ["-H", f"Content-Type: {kind}", "--data-binary", "@-"] if body is not None else []
    done = subprocess.run(["curl", "-s", "-i", "--noproxy", "*", "--cacert", keys / "ca.pem", "--cert", keys / f"{who}.pem", "--key",
                           keys / f"{who}.key", *given, *words, f"https://localhost:{world.port}{path}"],
                          input=body, text=True, capture_output=True, env=environment(), timeout=30, check=True)
    head, _, rest = done.stdout.partition("\n\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\n")[1:])}
    return int(head.split()[1]), headers, rest


def fleet(world, path="/bornes.json"):
    status, _, body = call(world, "operateur", path)
    assert status == 200
    return json.loads(body)["terminals"]


def heartbeat(**more):
    return json.dumps({**json.loads(EXAMPLES["heartbeat"]), **more})


def test_from_the_outbox_to_the_page(line):
    line.config.write_text(line.config.read_text().replace("[sync]\n", "[sync]\nheartbeat_s=86400\n"))
    (line.folder / "data/outbox.db.ready").write_text("[ready]\nat_unix_ms=1\n[checks]\nprinter=not-ready\ncard-reader=ready\nBAD ID=x\n")
    line.fill(3)
    assert line.sync_once() == (0, "")
    [row] = fleet(line)
    told = row["heartbeat"]
    assert (told["terminal"], told["waiting"], told["dead"], told["attempts"]) == ("borne-0001", 0, 0, [0, 0, 0, 0])
    assert told["ready"] == {"printer": "not-ready", "card-reader": "ready"} and told["ready_ms"] == 1
    assert told["protocol"] == "h2" and told["recipients"] == "caisse" and told["free_kib"] > 0 and told["audit_n"] > 0 and told["program"]
    assert told["content"] == "content package, certificates package"
    assert abs(row["offset_ms"]) < 60000 and row["level"] == "act" and row["reasons"][0] == "not-ready"
    line.caisse("collect")
    assert line.sync_once() == (0, "")
    assert fleet(line)[0]["heartbeat"]["receipt_ms"] > 0, "receipts are a change"
    status, headers, page = call(line, "operateur", "/bornes")
    assert status == 200 and "borne-0001" in page and "Ne marche pas" in page and "imprimante" in page and "du paquet" in page
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'") and headers["cache-control"] == "no-store"
    # Nothing is loaded from elsewhere, nothing runs.
    assert re.findall(r"(?:src|href|action)=\"([^\"]*)\"", page) and all(
        address.startswith("/bornes") for address in re.findall(r"(?:src|href|action)=\"([^\"]*)\"", page))
    assert "<script" not in page and " on" not in "".join(re.findall(r"<[^>]*>", page)) and "style=" not in page
    status, headers, style = call(line, "operateur", "/bornes.css")
    assert status == 200 and headers["content-type"].startswith("text/css") and "url(" not in style and "@import" not in style


def test_nothing_of_a_person_in_a_heartbeat(line):
    """Every member is a number, a word of a closed list or a version: there is no place for what somebody typed."""
    line.fill(1)
    assert line.sync_once() == (0, "")
    told = fleet(line)[0]["heartbeat"]
    assert set(told) == set(json.loads(EXAMPLES["heartbeat"]))
    assert not re.search(r"\b\d{13}(\d{2})?\b", json.dumps({k: v for k, v in told.items() if not k.endswith("_ms")}))


def test_who_may_see_and_say(line):
    for who in ("terminal-tls", "caisse", "other-caisse"):
        for path in ("/bornes", "/bornes.json", "/bornes.css"):
            assert call(line, who, path)[0] == 403, (who, path)
    assert call(line, "operateur", "/bornes", body="{}")[0] == 403, "read only"
    assert call(line, "operateur", "/Task?owner=000&status=requested")[0] == 403
    assert call(line, "operateur", "/Task?requester=demo")[0] == 403
    assert call(line, "operateur", "/heartbeat", body=heartbeat())[0] == 403
    assert call(line, "caisse", "/heartbeat", body=heartbeat())[0] == 403
    assert call(line, "terminal-tls", "/heartbeat", body=heartbeat(terminal="borne-0002"))[0] == 403, "nobody speaks for another"
    assert call(line, "terminal-tls", "/heartbeat", body=heartbeat())[0] == 204
    assert call(line, "terminal-tls", "/heartbeat", body=heartbeat(waiting=-1))[0] == 400
    assert call(line, "terminal-tls", "/heartbeat", body=heartbeat(), kind="text/plain")[0] == 415
    assert call(line, "terminal-tls", "/heartbeat", body=heartbeat(more="x" * 9000))[0] == 413
    bundle = EXAMPLES["request"].replace("borne-0001", "demo")
    answer = json.loads(call(line, "operateur", "/", body=bundle, kind="application/fhir+json")[2])
    assert answer["entry"][0]["response"]["status"].startswith("403"), "an operator leaves nothing"
    # At the socket too, where nginx does not ask first.
    done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", line.folder / "run/gateway", "-H",
                           "X-Perron-Client-Verify: SUCCESS", "-H", "X-Perron-Client-Subject: CN=borne-0001", "http://x/bornes"],
                          text=True, capture_output=True, env=environment(), check=True)
    assert done.stdout == "403"


def test_hostile_words(line):
    bad = '"><script>alert(1)</script>'
    assert call(line, "terminal-tls", "/heartbeat", body=heartbeat(content=bad, program="<img src=//x>"))[0] == 204
    page = call(line, "operateur", "/bornes")[2]
    assert "<script" not in page and "<img" not in page and "&lt;script&gt;" in page
    assert fleet(line)[0]["heartbeat"]["content"] == bad
    status, _, page = call(line, "operateur", "/bornes?nom=%22%3E%3Cscript%3E&etat=%3Cb%3E&page=-5")
    assert status == 200 and "<script" not in page and "<b>1</b>" in page


def test_an_assigned_terminal(line):
    """A certificate that names caisses lets its terminal leave requests for those alone."""
    keys = line.keys
    request = subprocess.run(["openssl", "req", "-new", "-key", keys / "terminal-tls.key", "-subj", "/OU=caisse-999/CN=borne-0001", "-config",
                              "/dev/stdin"], input=b"[req]\ndistinguished_name=dn\n[dn]\n", check=True, capture_output=True, env=environment()).stdout
    subprocess.run(["openssl", "x509", "-req", "-CA", keys / "ca.pem", "-CAkey", keys / "ca.key", "-sha256", "-days", "2", "-set_serial", "78",
                    "-out", line.folder / "assigned.pem"], input=request, check=True, capture_output=True, env=environment())
    line.fill(2)
    line.write_configs(certificate=line.folder / "assigned.pem")
    assert line.sync_once()[0] == 1
    assert line.stored() == [] and "sent" not in line.states().values()
    refused = call(line, "terminal-tls", "/", "--cert", line.folder / "assigned.pem", body=EXAMPLES["request"], kind="application/fhir+json")
    assert json.loads(refused[2])["entry"][0]["response"]["outcome"]["issue"][0]["diagnostics"] == "owner"
    allowed = EXAMPLES["request"].replace('"value":"000"', '"value":"999"')
    assert '201' in call(line, "terminal-tls", "/", "--cert", line.folder / "assigned.pem", body=allowed, kind="application/fhir+json")[2]


def test_without_http2(world):
    """CONTRACT.md section 9: it works, and it is said."""
    world.start_gateway()
    world.start_nginx(lambda text: text.replace(" ssl http2", " ssl"))
    ids = world.fill(120)
    sync = world.start_sync()
    until(lambda: len(world.stored()) == 120, "all stored")
    sync.wait_line('"event":"http1"')
    until(lambda: fleet(world), "a heartbeat")
    [row] = fleet(world)
    assert row["heartbeat"]["protocol"] == "http/1.1" and "http1" in row["reasons"]
    sync.end()
    assert sync.count('"event":"http1"') == 1, "said once, not at each pass"
    world.assert_exactly_once(ids)


def test_a_heartbeat_is_no_fault_of_the_pass(line):
    line.nginx.end()
    line.start_nginx(lambda text: text.replace("location / {", "location = /heartbeat {\n      return 404;\n    }\n    location / {", 1))
    ids = line.fill(3)
    assert line.sync_once() == (0, "")
    line.assert_exactly_once(ids)


def metric(world, name):
    done = subprocess.run(["curl", "-s", "--unix-socket", world.folder / "run/gateway", "http://x/metrics"], text=True, capture_output=True,
                          env=environment(), check=True)
    return next(float(row.split()[1]) for row in done.stdout.splitlines() if row.startswith(name + " "))


def test_metrics(line):
    line.fill(5)
    assert line.sync_once() == (0, "")
    assert metric(line, "perron_tasks_created_total") == 5 and metric(line, "perron_heartbeats_total") == 1
    assert metric(line, "perron_group_rows_sum") == 6 and metric(line, "perron_group_rows_count") == 2
    assert 0 < metric(line, "perron_store_seconds_sum") < 60
    assert metric(line, "perron_store_seconds_count") == 2 == metric(line, 'perron_store_seconds_bucket{le="+Inf"}')
    assert metric(line, "perron_queue") == metric(line, "perron_pending") == metric(line, "perron_store_refused_total") == 0
    assert metric(line, 'perron_terminals{level="watch"}') == 1 == metric(line, 'perron_terminals_with{reason="unchecked"}')
    before = metric(line, "perron_refused_total")
    assert call(line, "terminal-tls", "/heartbeat", body="{}")[0] == 400
    assert metric(line, "perron_refused_total") == before + 1
    example = EXAMPLES["request"]
    assert call(line, "terminal-tls", "/", body=example, kind="application/fhir+json")[0] == 200
    other = example.replace("9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0",
                            "3e744b9dc39389baf0c5a0660589b8402f3dbb49b89b3e75f2c9355852a3c677").replace("YWFh", "YmJi")
    assert call(line, "terminal-tls", "/", body=other, kind="application/fhir+json")[0] == 200
    assert metric(line, "perron_conflicts_total") == 1


@pytest.mark.parametrize("waits", [4])
def test_more_than_the_front_lets_through(world, waits):
    """A gateway that stands still while a herd arrives: who is too many is asked to come back, nobody is dropped."""
    world.gateway_config = world.write_gateway_config(max_pending=4096)
    world.start_gateway()
    nginx = world.start_nginx(lambda text: text.replace("under_way 4096", f"under_way {waits}").replace("Retry-After 5", "Retry-After 1"))
    world.gateway.process.send_signal(signal.SIGSTOP)
    words = [BUILD / "tests/bench/herd/herd-tool", f"https://localhost:{world.port}/", world.keys, "20", "5", "20"]
    herd = subprocess.Popen(words, text=True, stdout=subprocess.PIPE, env=environment())
    try:
        nginx.wait_line("limiting connections")
    finally:
        world.gateway.process.send_signal(signal.SIGCONT)
        out = herd.communicate(timeout=60)[0].split()
    assert (int(out[1]), int(out[2])) == (100, 0) and int(out[3]) > 0
    assert world.ask_gateway("SELECT count(*), count(DISTINCT id) FROM task") == [(100, 100)]


def test_one_terminal_does_not_take_every_place(line):
    """Requests that are begun and never ended, as many as the front lets through: the others do not notice, and it is well again itself."""
    context = ssl.create_default_context(cafile=line.keys / "ca.pem")
    context.load_cert_chain(line.keys / "terminal-tls.pem", line.keys / "terminal-tls.key")
    with contextlib.ExitStack() as open_lines:
        answers = []
        for _ in range(12):
            raw = open_lines.enter_context(socket.create_connection(("127.0.0.1", line.port)))
            client = open_lines.enter_context(context.wrap_socket(raw, server_hostname="localhost"))
            client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nContent-Length: 1000\r\n"
                           b"Expect: 100-continue\r\n\r\n")
            answers.append(client.recv(4096))
        assert [answer.split()[1] for answer in answers] == [b"100"] * 8 + [b"503"] * 4
        assert b"Retry-After: 5" in answers[-1]
        assert call(line, "caisse", "/Task?owner=000&status=requested")[0] == 200
        assert call(line, "operateur", "/bornes")[0] == 200
        assert call(line, "terminal-tls", "/heartbeat", body=heartbeat())[0] == 503
    until(lambda: call(line, "terminal-tls", "/heartbeat", body=heartbeat())[0] == 204, "its own requests, once those are over")


def test_ready_is_kept_for_the_sender(world):
    """perron ready --keep: the words that the next heartbeat takes along."""
    done = subprocess.run([BUILD / "kiosk/ctl/perron", "--config", world.config, "ready", "--json", "--keep"], text=True, capture_output=True,
                          env=environment(), timeout=60, check=False)
    words = {check["id"]: check["state"] for check in json.loads(done.stdout)["checks"]}
    kept = Path(f"{world.folder}/data/outbox.db.ready").read_text()
    assert dict(re.findall(r"^([a-z-]+)=([a-z-]+)$", kept, re.M)) == words
