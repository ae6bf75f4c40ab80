# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that end, are renewed, revoked: by dates written into them, never by a clock that is turned."""
import json
import shutil
import signal
import sqlite3
import subprocess

import pytest

from fleet import day
from world import BUILD, environment, free_port, until

KILL = BUILD / "tests/enrol/libkill.so"


def build(fleet, kind="file", **groups):
    fleet.start_ca()
    fleet.write_terminal(kind=kind, **groups)
    fleet.enrol()
    fleet.start_gateway_line()
    return fleet


def sentence(fleet, name="link"):
    checks = json.loads(fleet.perron("ready", "--json").stdout)["checks"]
    return next(check["says"] for check in checks if check["id"] == name)


def chain(fleet):
    """(number kept by the gateway, this terminal's own verdict on its log)."""
    done = fleet.perron("audit", "verify", "--json")
    said = json.loads(done.stdout)
    assert said["ok"], said
    return said["gateway"]["n"]


def alarms(fleet):
    out = subprocess.run(["curl", "-s", "--unix-socket", fleet.folder / "run/gateway", "http://gateway/metrics"], check=True, text=True,
                         capture_output=True, env=environment(), timeout=30).stdout
    assert "perron_" in out
    return [line for line in out.splitlines() if line.startswith("perron_audit_head_refused_total")]


# --- renewal --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("new_key", [False, True], ids=["same-key", "new-key"])
def test_renewed_while_it_runs(fleet, kind, new_key):
    """At 61 of 90 days: perron-sync goes on without a restart, the audit chain goes on under the new key."""
    build(fleet, kind, enrol={"new_key": str(new_key).lower()})
    fleet.fill(2)
    assert fleet.sync_once() == (0, "")
    kept, key = chain(fleet), (fleet.own / "tls/key").read_text()
    fleet.age(-61, 29)
    old = fleet.serial()
    sync = fleet.start_sync()
    sync.wait_line("certificate-renewed")
    ids = fleet.fill(3)
    sync.wait_line("sync-pass", 2)
    sync.end()
    assert fleet.sync_once() == (0, "")
    assert fleet.serial() != old and set(ids) <= set(fleet.stored())
    assert ((fleet.own / "tls/key").read_text() != key) == new_key
    assert sorted(path.name for path in (fleet.own / "tls").iterdir()) == ["certificate.pem", "key"]
    assert chain(fleet) > kept and alarms(fleet) == []
    if kind == "tpm":
        port = fleet.config.read_text().partition("port=")[2].split()[0]
        handles = subprocess.run(["tpm2_getcap", "-T", f"swtpm:host=127.0.0.1,port={port}", "handles-persistent"], check=True, text=True,
                                 capture_output=True, timeout=30).stdout.split()[1::2]
        assert handles == (["0x81010002", "0x81010101"] if new_key else ["0x81010001", "0x81010002"]), "the old key is destroyed"


def test_not_before_its_time(fleet):
    build(fleet)
    fleet.age(-59, 31)
    old = fleet.serial()
    fleet.fill(1)
    assert fleet.sync_once() == (0, "")
    assert fleet.serial() == old and len(fleet.certificates()) == 2


def test_tried_again(fleet):
    """The authority is away when it is time: requests go all the same, and the next try brings the certificate."""
    build(fleet, mode="production")
    fleet.age(-61, 29)
    fleet.authority.end()
    sync = fleet.start_sync()
    sync.wait_line("certificate-not-renewed")
    assert sync.count("key-in-file") == 1, "the plain warning of a key in a file"
    ids = fleet.fill(2)
    until(lambda: set(ids) <= set(fleet.stored()), "sent under the old certificate")
    fleet.start_authority()
    sync.wait_line("certificate-renewed")
    sync.end()


def test_expired_may_only_renew(fleet, kind):
    """The gateway refuses it and the rows wait; the authority gives the next one, and they go."""
    build(fleet, kind)
    fleet.age(-100, -10)
    ids = fleet.fill(3)
    url = f"https://localhost:{fleet.ca_port}"
    fleet.config.write_text(fleet.config.read_text().replace(url, f"https://localhost:{free_port()}"))
    assert fleet.sync_once()[0] == 3
    fleet.assert_all_kept(ids, "expired")
    assert "échu" in sentence(fleet) and "restent sur la borne" in sentence(fleet)
    away = fleet.config.read_text().partition("[enrol]\nurl=")[2].split()[0]
    fleet.config.write_text(fleet.config.read_text().replace(away, url))
    assert fleet.sync_once() == (0, "")
    fleet.assert_exactly_once(ids)


def test_an_expired_one_opens_nothing_else(fleet):
    fleet.start_ca()
    fleet.write_terminal()
    fleet.enrol()
    fleet.age(-100, -10)
    own = ("--cert", fleet.own / "tls/certificate.pem", "--key", fleet.own / "tls/key")
    request = fleet.make_request(fleet.own / "tls/key", "/CN=borne-0001")
    assert fleet.ask_est("cacerts", *own)[0] == 400
    assert fleet.ask_est("simpleenroll", *own, body=request, user=f"borne-0001:{fleet.code()}")[0] == 400
    assert fleet.ask_est("simplereenroll", *own, body=fleet.make_request(fleet.own / "tls/key", "/CN=borne-0002")) == (403, "unknown")
    # One that nobody issued: by the authority's key, but not in its index.
    before = (fleet.own / "tls/certificate.pem").read_bytes()
    fleet.age(-99, -10, indexed=False)
    assert fleet.ask_est("simplereenroll", *own, body=request) == (403, "unknown")
    (fleet.own / "tls/certificate.pem").write_bytes(before)
    assert fleet.ask_est("simplereenroll", *own, body=request)[0] == 200


def test_expired_for_too_long(fleet):
    build(fleet)
    fleet.age(-160, -70)
    ids = fleet.fill(2)
    assert fleet.sync_once()[0] == 3
    fleet.assert_all_kept(ids, "expired")
    assert fleet.perron("enrol", "--code", fleet.code()).returncode == 0, "a code, and the same keys"
    assert fleet.sync_once() == (0, "")
    fleet.assert_exactly_once(ids)


def test_a_wrong_clock_is_not_an_expired_certificate(fleet):
    """The terminal lives in a day before its own certificate and the server's: it says so, keeps everything, asks for nothing."""
    build(fleet)
    fleet.age(2, 92)
    server = fleet.folder / "server.pem"
    folder = fleet.folder / "crl"
    (folder / "serial").write_text("4A\n")
    (folder / "ext").write_text("subjectAltName=DNS:localhost\n")
    (folder / "conf").write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index\nserial={folder}/serial\ndefault_md=sha256\npolicy=p\n"
                                 f"new_certs_dir={folder}\n[p]\ncommonName=supplied\n")
    (folder / "request.pem").write_bytes(fleet.openssl("req", "-new", "-key", fleet.keys / "gateway.key", "-subj", "/CN=localhost", "-config",
                                                       "/dev/stdin", input=b"[req]\ndistinguished_name=d\n[d]\n"))
    fleet.openssl("ca", "-batch", "-notext", "-config", folder / "conf", "-cert", fleet.keys / "ca.pem", "-keyfile", fleet.keys / "ca.key", "-in",
                  folder / "request.pem", "-startdate", day(1), "-enddate", day(400), "-extfile", folder / "ext", "-out", server)
    fleet.nginx.end()
    fleet.nginx = fleet.start_nginx(lambda text: fleet.trust_ca(text).replace(f"{fleet.keys}/gateway.pem", str(server)))
    ids, old = fleet.fill(2), fleet.serial()
    assert fleet.sync_once()[0] == 3
    fleet.assert_all_kept(ids, "clock", "clock")
    assert "horloge" in sentence(fleet) and fleet.serial() == old


KILLS = [("fsync", 1), ("rename", 1), ("rename-after", 1), ("ask", 1), ("answered", 1), ("rename", 2), ("rename-after", 2), ("rename", 3)]


def test_killed_while_it_renews(fleet, kind):
    """A pair at every moment: the old key with the old certificate, or the new with the new. Each next start ends what was begun."""
    build(fleet, kind, enrol={"new_key": "true"})
    died = 0
    kills = KILLS if kind == "file" else KILLS[1::2]
    for call, at in kills:
        fleet.age(-61, 29)
        old, key = fleet.serial(), (fleet.own / "tls/key").read_text()
        ids = fleet.fill(1)
        code, _ = fleet.sync_once(environment(LD_PRELOAD=str(KILL), DIE_CALL=call, DIE_AT=str(at)))
        died += code == -9
        assert fleet.sync_once() == (0, ""), (call, at)
        fleet.sync_once()
        assert fleet.serial() != old and (fleet.own / "tls/key").read_text() != key, (call, at)
        assert set(ids) <= set(fleet.stored())
        names = {path.name for path in (fleet.own / "tls").iterdir() if not path.name.startswith("certificate.pem.")}
        assert names == {"certificate.pem", "key"}, (call, at)
    assert died == len(kills), f"only {died} of {len(kills)} were hit"


# --- revocation -----------------------------------------------------------------------------------------------------------------------


def test_every_certificate_of_a_stolen_terminal(fleet):
    """Two certificates of one name, both in force: one word stops both, and the neighbour goes on (facts/sync-security.md 3.3)."""
    build(fleet, enrol={"new_key": "true"})
    first = fleet.own / "tls"
    shutil.copytree(first, fleet.folder / "copied")
    fleet.age(-61, 29)
    config, own = fleet.config, fleet.own
    fleet.fill(1)
    assert fleet.sync_once() == (0, "")
    assert [row[-1] for row in fleet.certificates()] == ["in-force"] * 3
    fleet.write_terminal("borne-0002")
    fleet.enrol(terminal="borne-0002")
    neighbour = fleet.config

    assert fleet.call_ca("revoke", "borne-0001").startswith("4 revoked"), "three of the line, one that signs"
    fleet.reload_nginx()
    fleet.config, fleet.own = config, own
    ids = fleet.fill(2)
    for pair in ("new", "copied"):
        if pair == "copied":
            for path in (fleet.folder / "copied").iterdir():
                shutil.copy(path, own / "tls")
        code, words = fleet.sync_once()
        assert code == 3, words
        fleet.assert_all_kept(ids, "identity")
    assert "révoqué ou refusé" in sentence(fleet)
    done = fleet.perron("queue", "list")
    assert done.returncode == 0 and len(done.stdout.splitlines()) >= 2, "the queue is there for whoever finds the terminal"

    own_pair = ("--cert", own / "tls/certificate.pem", "--key", own / "tls/key")
    assert fleet.ask_est("simplereenroll", *own_pair, body=fleet.make_request(own / "tls/key", "/CN=borne-0001")) == (403, "revoked")
    assert {row[-1] for row in fleet.certificates()} == {"revoked"}
    fleet.config = neighbour
    assert fleet.sync_once()[0] in (0, 3) and fleet.link()[1] != "identity"


def test_revoked_while_it_runs(fleet):
    """What the operator does: revoke, and nginx -s reload. The connection that was kept does not outlive it; nothing is lost, nothing passes."""
    build(fleet)
    sync = fleet.start_sync()
    first = fleet.fill(1)
    until(lambda: fleet.stored() == first, "sent")
    fleet.call_ca("revoke", "borne-0001")
    fleet.write_trust()
    fleet.nginx.process.send_signal(signal.SIGHUP)
    until(lambda: fleet.link() == ("fault", "identity"), "refused")
    ids = fleet.fill(2)
    faults = sync.count("sync-channel-fault")
    sync.wait_line("sync-channel-fault", faults + 3)
    sync.end()
    assert fleet.stored() == first
    fleet.assert_all_kept(ids, "identity")


def test_a_new_machine_under_the_old_name(fleet):
    """Revoked, replaced, enrolled anew: the new one works, the old one does not."""
    build(fleet)
    old, old_own = fleet.config, fleet.own
    ids = fleet.fill(1)
    fleet.call_ca("revoke", "borne-0001")
    fleet.write_terminal(name="replacement")
    fleet.enrol()
    fleet.reload_nginx()
    new = fleet.config
    fleet.config = old
    assert fleet.sync_once()[0] == 3
    fleet.assert_all_kept(ids, "identity")
    fleet.config = new
    assert fleet.sync_once() == (0, "")
    assert old_own != fleet.own and [row[-1] for row in fleet.certificates()] == ["revoked", "in-force"]


def test_a_certificate_replaced_by_hand_needs_no_restart(fleet):
    """The old one is revoked while perron-sync runs: it goes on because it names itself with the one perron enrol put in its place."""
    build(fleet)
    old = fleet.serial()
    sync = fleet.start_sync()
    first = fleet.fill(1)
    sync.wait_line("sync-pass")
    assert fleet.perron("enrol", "--again", "--code", fleet.code()).returncode == 0
    assert fleet.serial() != old
    db = sqlite3.connect(fleet.ca / "ca.db", timeout=10)
    with db:
        assert db.execute("UPDATE certificate SET revoked_s = 1780000000 WHERE serial = ?", (bytes.fromhex(old),)).rowcount == 1
    db.close()
    fleet.call_ca("crl")
    fleet.reload_nginx()
    second = fleet.fill(1)
    until(lambda: set(first + second) <= set(fleet.stored()), "both are there")
    sync.end()
    assert "certificate-not-renewed" not in "".join(sync.lines)


def test_the_list_of_revoked_is_written_anew(fleet):
    """nginx refuses everybody when it runs out: perron-ca serve writes it at its start, perron-ca crl whenever it is asked."""
    fleet.start_ca()
    path = fleet.ca / "crl.pem"
    for write in (lambda: fleet.call_ca("crl"), lambda: (fleet.authority.end(), fleet.start_authority(), fleet.call_ca("list"))):
        path.write_text("old")
        write()
        text = fleet.openssl("crl", "-in", path, "-noout", "-text").decode()
        assert "Next Update" in text and "No Revoked Certificates" in text
