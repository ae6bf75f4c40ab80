# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is not the gateway's agreed answer keeps every row and says why; one bad row never stops the others."""
import os
import socket
import ssl
import subprocess

import pytest

from world import environment, free_port, make_keys

BATCH_RESPONSE = '{"resourceType":"Bundle","type":"batch-response","entry":[%s]}'
ENTRY = '{"response":{"status":"201 Created","location":"Task/0192f3c1-0000-7000-8000-000000000000","etag":"W/\\"%s\\""}}' % ("0" * 64)


def instead(answer, content_type="application/fhir+json"):
    """nginx with the trusted certificate, answering in the gateway's place."""
    def change(text):
        return text.replace("proxy_pass http://gateway;", f"default_type {content_type};\n      return {answer};")
    return change


def assert_fault(world, ids, word, link="fault"):
    code, words = world.sync_once()
    assert code == 3 and words.startswith("perron-sync: "), (code, words)
    world.assert_all_kept(ids, word, link)


@pytest.mark.parametrize("change,word", [
    (instead("200 '<html>Bienvenue</html>'", "text/html"), "portal"),
    (instead("201 ''"), "answer"),
    (instead("201 '{}'"), "answer"),
    (instead("200 'not json'"), "answer"),
    (instead("200 '%s'" % (BATCH_RESPONSE % "")), "answer"),
    (instead("200 '%s'" % (BATCH_RESPONSE % ",".join([ENTRY] * 3))), "answer"),
    (instead("200 '%s'" % (BATCH_RESPONSE % ENTRY), "application/json"), "answer"),
    (instead("302 https://portail.invalid/"), "portal"),
    (instead("307 https://localhost/"), "portal"),
    (instead("404 ''"), "status"),
    (instead("422 ''"), "status"),
    (instead("500 ''"), "status"),
    (instead("503 ''"), "busy"),
    (lambda text: text.replace(" ssl http2", ""), "portal"),
    (lambda text: text.replace("TLSv1.3", "TLSv1.2"), "tls"),
    (lambda text: text.replace("client_max_body_size 4m", "client_max_body_size 1k"), "status"),
], ids=["200-html", "201-empty", "201-object", "200-text", "too-few", "wrong-digest", "wrong-type", "302", "307", "404", "422", "500", "503",
        "plain-http", "tls-1.2", "413"])
def test_not_the_gateway(world, change, word):
    """nginx answers here before it has read the body: the stream may be cut before its answer is read ("cut")."""
    world.start_nginx(change)
    ids = world.fill(3)
    code, words = world.sync_once()
    assert code == 3 and words.startswith("perron-sync: "), (code, words)
    world.assert_all_kept(ids)
    assert world.link() in (("fault", word), ("fault", "cut"))


def test_gateway_away_behind_nginx(world):
    world.start_nginx()
    assert_fault(world, world.fill(3), "status")


# --- who is there ---------------------------------------------------------------------------------------------------------------------


def test_wrong_authority(line):
    foreign = line.folder / "foreign"
    make_keys(foreign)
    ids = line.fill(3)
    line.write_configs(ca=foreign / "ca.pem")
    assert_fault(line, ids, "certificate")


def expired(keys, folder, name, common_name, extension):
    """The same key, a certificate that ended when it began (-days 0)."""
    request = subprocess.run(["openssl", "req", "-new", "-key", f"{keys}/{name}.key", "-subj", f"/CN={common_name}", "-config", "/dev/stdin"],
                             input=b"[req]\ndistinguished_name=dn\n[dn]\n", check=True, capture_output=True, env=environment()).stdout
    (folder / "ext").write_text(extension)
    out = folder / f"expired-{name}.pem"
    subprocess.run(["openssl", "x509", "-req", "-CA", f"{keys}/ca.pem", "-CAkey", f"{keys}/ca.key", "-sha256", "-days", "0", "-set_serial", "77",
                    "-extfile", folder / "ext", "-out", out], input=request, check=True, capture_output=True, env=environment())
    return out


def test_expired_certificate_and_wrong_clock(world):
    server = expired(world.keys, world.folder, "gateway", "localhost", "subjectAltName=DNS:localhost\n")
    world.start_nginx(lambda text: text.replace(f"{world.keys}/gateway.pem", str(server)))
    ids = world.fill(3)
    assert_fault(world, ids, "certificate")
    # Our own is past its date too: then it is our clock that is ahead.
    world.write_configs(certificate=expired(world.keys, world.folder, "terminal-tls", "borne-0001", "extendedKeyUsage=clientAuth\n"))
    assert_fault(world, ids, "clock", "clock")


def test_revoked_terminal(line):
    """nginx answers 400 after a good TLS 1.3 handshake: that must not condemn a single row."""
    folder, keys = line.folder / "crl", line.keys
    folder.mkdir()
    (folder / "index.txt").write_text("")
    (folder / "crlnumber").write_text("01\n")
    (folder / "ca.conf").write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index.txt\ncrlnumber={folder}/crlnumber\ndefault_md=sha256\n"
                                    "default_crl_days=2\n")
    run = ["openssl", "ca", "-config", folder / "ca.conf", "-cert", keys / "ca.pem", "-keyfile", keys / "ca.key"]
    subprocess.run([*run, "-revoke", keys / "terminal-tls.pem"], check=True, capture_output=True, env=environment())
    subprocess.run([*run, "-gencrl", "-out", folder / "crl.pem"], check=True, capture_output=True, env=environment())
    line.nginx.end()
    line.start_nginx(lambda text: text.replace("ssl_verify_depth 1;", f"ssl_verify_depth 1;\n    ssl_crl {folder}/crl.pem;"))
    assert_fault(line, line.fill(3), "identity")
    assert line.stored() == []


def test_foreign_client(line):
    foreign = line.folder / "foreign"
    make_keys(foreign)
    ids = line.fill(3)
    line.write_configs(certificate=foreign / "terminal-tls.pem", key=foreign / "terminal-tls.key")
    assert_fault(line, ids, "identity")
    assert line.stored() == []


def test_client_without_certificate(line):
    context = ssl.create_default_context(cafile=line.keys / "ca.pem")
    with socket.create_connection(("127.0.0.1", line.port)) as raw, context.wrap_socket(raw, server_hostname="localhost") as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nX-Perron-Client-Verify: SUCCESS\r\n"
                       b"X-Perron-Client-Subject: CN=borne-0001\r\nConnection: close\r\n\r\n{}")
        assert client.recv(4096).startswith(b"HTTP/1.1 400")


def test_headers_of_the_client_do_not_name_it(line):
    """With a good certificate, and headers that claim to be the caisse."""
    context = ssl.create_default_context(cafile=line.keys / "ca.pem")
    context.load_cert_chain(line.keys / "terminal-tls.pem", line.keys / "terminal-tls.key")
    with socket.create_connection(("127.0.0.1", line.port)) as raw, context.wrap_socket(raw, server_hostname="localhost") as client:
        client.sendall(b"GET /Task?owner=000 HTTP/1.1\r\nHost: localhost\r\nX-Perron-Client-Verify: SUCCESS\r\n"
                       b"X-Perron-Client-Subject: CN=caisse-000\r\nConnection: close\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 403")


# --- nobody there ---------------------------------------------------------------------------------------------------------------------


def test_unknown_name(world):
    ids = world.fill(3)
    world.write_configs(url="https://passerelle.invalid:8443")
    assert_fault(world, ids, "dns", "offline")


def test_refused_port(world):
    ids = world.fill(3)
    world.write_configs(port=free_port())
    assert_fault(world, ids, "refused", "offline")


def test_half_open_peer(world):
    """Accepts and never says a word: the connect time-out covers TLS."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        ids = world.fill(3)
        world.write_configs(port=mute.getsockname()[1], connect_timeout_s=1)
        assert_fault(world, ids, "timeout", "offline")


# --- the gateway says wait, or no -----------------------------------------------------------------------------------------------------


def test_busy_gateway_is_left_alone_as_long_as_it_asks(world):
    world.gateway_config = world.write_gateway_config(max_pending=0, retry_after_s=3600)
    world.start_line()
    ids = world.fill(3)
    assert_fault(world, ids, "busy")
    world.gateway.end()
    world.gateway_config = world.write_gateway_config()
    world.start_gateway()
    assert world.sync_once() == (1, ""), "the hour is not over: nothing is sent"
    assert world.stored() == []
    assert world.sync_once() == (0, ""), "it answered well meanwhile: the hold is off"
    world.assert_exactly_once(ids)


def test_other_digest_under_the_same_id_is_a_conflict(line):
    ids = line.fill(5)
    line.gateway.end()
    import sqlite3
    db = sqlite3.connect(line.folder / "data/gateway.db")
    with db:
        db.execute("INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms) VALUES (?,?,?,?,?,?,?,?)",
                   (bytes.fromhex(ids[2].replace("-", "")), "borne-0001", "000", 1, os.urandom(32), b"s", b"x", 0))
    db.close()
    line.start_gateway()
    assert line.sync_once()[0] == 1
    for _ in range(2):
        line.sync_once()
    rows = {row[0]: row[1:] for row in line.queue("list")}
    assert rows[ids[2]][0] == "waiting" or rows[ids[2]] == ["dead", "3", "refused-409"], rows[ids[2]]
    for _ in range(4):
        line.sync_once()
    rows = {row[0]: row[1:] for row in line.queue("list")}
    assert rows.pop(ids[2]) == ["dead", "3", "refused-409"]
    assert {row[0] for row in rows.values()} == {"sent"}
    assert line.ask_gateway("SELECT count(*) FROM task WHERE sealed = x'78'") == [(1,)], "never overwritten"


def test_refused_rows_die_after_three_and_others_go_on(line):
    """Rows of another terminal's name, as after a swapped disk: the certificate does not cover them."""
    good = line.config.read_text()
    line.config.write_text(good.replace("id=borne-0001", "id=borne-0002"))
    bad = line.fill(2)
    line.config.write_text(good)
    ids = line.fill(5)
    sync = line.start_sync()
    sync.wait_line("sync-item-fault", 6)
    sync.wait_line("sync-pass", sync.count("sync-pass") + 1)
    sync.end()
    states = line.states()
    assert [states[i] for i in bad] == ["dead"] * 2 and sync.count("sync-item-fault") == 6
    assert sorted(line.stored()) == sorted(ids) and {states[i] for i in ids} == {"sent"}


# --- receipts -------------------------------------------------------------------------------------------------------------------------


def forge(world, request, key, caisse="000", now=1763755200123):
    """A receipt as a gateway could make it up, signed by whatever key it has."""
    id_, digest = bytes.fromhex(request.replace("-", "")), world.ask_gateway("SELECT digest FROM task WHERE id = ?",
                                                                             bytes.fromhex(request.replace("-", "")))[0][0]
    signed = b"perron-receipt-1\0" + caisse.encode() + b"\0" + id_ + digest + now.to_bytes(8, "big")
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed, check=True, capture_output=True,
                               env=environment()).stdout
    import sqlite3
    db = sqlite3.connect(world.folder / "data/gateway.db", timeout=10)
    with db:
        db.execute("INSERT INTO receipt (id, terminal, caisse, digest, received_ms, signature) VALUES (?,?,?,?,?,?)",
                   (id_, "borne-0001", caisse, digest, now, signature))
    db.close()


def test_a_gateway_cannot_make_up_a_receipt(line):
    ids = line.fill(3)
    assert line.sync_once()[0] == 0
    forge(line, ids[0], line.keys / "gateway.key")
    forge(line, ids[1], line.keys / "other-caisse.key", "999")
    assert line.sync_once()[0] == 0
    states = line.states()
    assert {states[i] for i in ids} == {"sent"}
    # The method bites: the same with the caisse's own key is believed.
    forge(line, ids[2], line.keys / "caisse.key")
    assert line.sync_once()[0] == 0
    assert line.states() == {ids[0]: "sent", ids[1]: "sent", ids[2]: "received"}
