# SPDX-License-Identifier: GPL-3.0-or-later
"""From a one-time code to a terminal that works, by key in a file and in a TPM (facts/sync-security.md 3.3); and whoever has no right to it."""
import base64
import fcntl
import json
import os
import re
import stat
import subprocess
import termios

import pytest

from chip import Chip
from fleet import CA
from world import BUILD, environment

KILL = BUILD / "tests/enrol/libkill.so"


def wrong(code):
    """Well written, and not the one: two symbols exchanged with the check set right is what perron-ca makes of another."""
    return "2222-2222" if code != "2222-2222" else "3333-3333"


@pytest.fixture
def enrolled(fleet, kind):
    fleet.start_ca()
    fleet.write_terminal(kind=kind)
    fleet.enrol()
    fleet.start_gateway_line()
    return fleet


def readiness(fleet):
    done = fleet.perron("ready", "--json")
    return {check["id"]: check for check in json.loads(done.stdout)["checks"]}


# --- the whole way --------------------------------------------------------------------------------------------------------------------


def test_from_code_to_the_caisse(enrolled, kind):
    """Enrolled, sealed, sent, opened by a caisse that verifies with what perron-ca wrote down."""
    ids = enrolled.fill(5)
    assert enrolled.sync_once() == (0, "")
    enrolled.assert_exactly_once(ids)
    text = enrolled.caisse_config.read_text().replace(f"terminals={enrolled.keys}/terminals", f"terminals={enrolled.ca}/terminals")
    enrolled.caisse_config.write_text(text)
    done = enrolled.caisse("collect", "--json", enrolled.folder / "opened.json")
    assert done.returncode == 0, done.stderr
    assert [entry["id"] for entry in json.loads((enrolled.folder / "opened.json").read_text())["opened"]] == ids
    assert enrolled.sync_once() == (0, "")
    assert set(enrolled.states().values()) == {"received"}
    assert enrolled.ask_gateway("SELECT terminal FROM head") == [("borne-0001",)], "the audit head is signed with the key of the connection"

    said = readiness(enrolled)
    assert said["link"]["state"] == "ready" and said["identity"]["state"] == "ready"
    assert said["identity"]["facts"] == {"link_key_in_tpm": int(kind == "tpm"), "sign_key_in_tpm": int(kind == "tpm")}
    assert ("disque volé" in said["identity"]["says"]) == (kind == "file")


def test_what_is_on_the_disk(enrolled, kind):
    for part in ("tls/key", "sign/key"):
        path = enrolled.own / part
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert ("PRIVATE KEY" in path.read_text()) == (kind == "file")
    assert (enrolled.own / "tls/key").read_text() != (enrolled.own / "sign/key").read_text(), "two keys, two auth values"
    assert sorted(path.name for path in (enrolled.own / "tls").iterdir()) == ["certificate.pem", "key"]
    for name, purpose in (("own", "TLS Web Client Authentication"), ("signer", "1.3.6.1.5.5.7.3.36")):
        path = enrolled.own / "tls/certificate.pem" if name == "own" else enrolled.ca / "terminals/borne-0001.pem"
        text = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-text"], check=True, text=True, capture_output=True).stdout
        assert purpose in text and "CA:FALSE" in text and "ecdsa-with-SHA256" in text and "Subject: CN = borne-0001" in text
    code = enrolled.code()
    for path in enrolled.ca.iterdir():
        if path.is_file():
            raw = path.read_bytes()
            assert code.encode() not in raw and code.replace("-", "").encode() not in raw, "a code is stored hashed"


def test_another_machine_with_the_same_disk(enrolled, kind):
    """The files copied to a machine with a TPM of its own: a file key names the terminal there too, one in the TPM does not."""
    config, ids = enrolled.config, enrolled.fill(2)
    if kind == "tpm":
        config.write_text(re.sub(r"tcti=.*", f"tcti={enrolled.start_tpm('other')}", config.read_text()))
    code, words = enrolled.sync_once()
    if kind == "file":
        assert (code, words) == (0, "")
    else:
        assert code == 3, words
        enrolled.assert_all_kept(ids, "key")
        says = readiness(enrolled)
        assert says["identity"]["state"] == "not-ready" and "no key at its handle" in says["identity"]["detail"]
        assert "TPM" in says["link"]["says"]


def test_the_tpm_goes_and_comes_back(fleet):
    """A fault of the channel: every row is kept, and goes when it is back."""
    fleet.start_ca()
    fleet.write_terminal(kind="tpm")
    fleet.enrol()
    fleet.start_gateway_line()
    ids = fleet.fill(4)
    tpm = fleet.tpms["borne-0001"]
    again = tpm.process.args
    tpm.kill()
    assert fleet.sync_once()[0] == 3
    fleet.assert_all_kept(ids, "key")
    fleet.start(again)
    sync = fleet.start_sync()
    sync.wait_line("sync-pass")
    sync.end()
    fleet.assert_exactly_once(ids)


def test_a_tpm_that_is_a_device(fleet):
    """In production mode and shut in: the device file is open to perron-sync, and nothing else new."""
    fleet.start_ca()
    chip = Chip(int(fleet.start_tpm().rpartition("=")[2]))
    try:
        fleet.write_terminal(kind="tpm", tcti=f"device:{chip.path}", mode="production")
        fleet.enrol()
        fleet.start_gateway_line()
        ids, before = fleet.fill(2), chip.commands
        assert fleet.sync_once() == (0, "")
        fleet.assert_exactly_once(ids)
        assert chip.commands > before
        assert readiness(fleet)["identity"]["state"] == "ready"
    finally:
        chip.end()


# --- codes ----------------------------------------------------------------------------------------------------------------------------


def test_a_code_is_good_for_one_key(fleet):
    fleet.start_ca()
    fleet.write_terminal()
    code = fleet.code()
    fleet.enrol(code)
    assert fleet.perron("enrol", "--code", code).returncode == 1, "already enrolled"
    first = fleet.serial()
    fleet.enrol_again = fleet.perron("enrol", "--code", code, "--again")
    assert fleet.enrol_again.returncode == 0 and fleet.serial() == first, "the same key gets the same certificate"
    assert len(fleet.certificates()) == 1
    fleet.write_terminal(name="thief")
    done = fleet.perron("enrol", "--code", code)
    assert done.returncode == 1 and "déjà servi" in done.stdout and not (fleet.own / "tls/certificate.pem").exists()
    assert len(fleet.certificates()) == 1


def test_wrong_codes_are_counted(fleet):
    fleet.start_ca()
    fleet.write_terminal()
    code = fleet.code()
    for slip in ("2222-2223", "", "x" * 200, code + "2"):
        done = fleet.perron("enrol", "--code", slip)
        assert done.returncode == 1, "a slip never leaves the terminal"
    assert not (fleet.own / "tls/key").exists()
    for _ in range(5):
        done = fleet.perron("enrol", "--code", wrong(code))
        assert done.returncode == 1 and "n’est pas celui" in done.stdout
    done = fleet.perron("enrol", "--code", code)
    assert done.returncode == 1 and "nouveau code" in done.stdout, "now even the right one is of no use"
    assert fleet.certificates() == [] and fleet.authority.count("enrol-refused") >= 6
    fleet.enrol()


def test_guessing_is_slow(fleet):
    """nginx lets a van of technicians through, and then only one a second: the terminal is told to wait, nothing is lost."""
    fleet.start_ca(limited=True)
    key = fleet.make_key()
    body = fleet.make_request(key, "/CN=borne-0001")
    answers = {fleet.ask_est("simpleenroll", body=body, user="borne-0001:x")[0] for _ in range(40)}
    assert answers == {401, 503}


def test_a_code_of_another_terminal(fleet):
    fleet.start_ca()
    code = fleet.code("borne-0002")
    fleet.write_terminal("borne-0001")
    assert fleet.perron("enrol", "--code", code).returncode == 1
    assert fleet.certificates("borne-0001") == [] and fleet.certificates("borne-0002") == []
    fleet.write_terminal("borne-0002")
    fleet.enrol(code, "borne-0002")


def test_a_code_that_has_run_out(fleet):
    import sqlite3
    fleet.start_ca()
    fleet.write_terminal()
    code = fleet.code()
    db = sqlite3.connect(fleet.ca / "ca.db")
    with db:
        db.execute("UPDATE code SET expires_s = expires_s - 72 * 3600 - 1")
    db.close()
    done = fleet.perron("enrol", "--code", code)
    assert done.returncode == 1 and "plus valable" in done.stdout


# --- requests by somebody else's client -----------------------------------------------------------------------------------------------


def test_requests_that_are_refused(fleet):
    fleet.start_ca()
    code, key = fleet.code(), fleet.make_key()
    user = f"borne-0001:{code}"
    good = fleet.make_request(key, "/CN=borne-0001")
    big = fleet.folder / "rsa.key"
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", big], check=True, capture_output=True)
    p384 = fleet.folder / "p384.key"
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", p384], check=True, capture_output=True)
    der = bytearray(base64.b64decode(good))
    der[-5] ^= 1
    unproven = base64.encodebytes(bytes(der)).decode()
    for body, status in ((fleet.make_request(key, "/CN=borne-0002"), 403), (fleet.make_request(key, "/CN=caisse-000"), 403),
                         (fleet.make_request(key, "/CN=borne-0001/O=x"), 400), (fleet.make_request(key, "/O=borne-0001"), 400),
                         (fleet.make_request(key, "/CN=..x"), 400), (fleet.make_request(key, "/CN=borne-0001/CN=borne-0002"), 400),
                         (fleet.make_request(big, "/CN=borne-0001"), 400), (fleet.make_request(p384, "/CN=borne-0001"), 400),
                         (fleet.make_request(key, "/CN=borne-0001", "-sha1"), 400), (unproven, 400), ("", 400), ("A" * 12000, 400),
                         (good + "!", 400), ("A" * 20000, 413)):
        assert fleet.ask_est("simpleenroll", body=body, user=user)[0] == status, body[:60]
    assert fleet.ask_est("simpleenroll", body=good)[0] == 401
    assert fleet.ask_est("simpleenroll", body=good, user="borne-0001:" + "x" * 300)[0] == 401
    assert fleet.ask_est("simpleenroll", "-H", "Authorization: Bearer x", body=good)[0] == 401
    assert fleet.ask_est("simplereenroll", body=good) == (403, "certificate-wanted")
    assert fleet.ask_est("simplereenroll", "-H", "X-Perron-Client-Verify: SUCCESS", "-H", "X-Perron-Client-Certificate: x",
                         body=good) == (403, "certificate-wanted"), "headers of the client are replaced"
    assert fleet.ask_est("serverkeygen")[0] == 404 and fleet.ask_est("simpleenroll")[0] == 405
    assert fleet.certificates() == []
    status, body = fleet.ask_est("cacerts")
    assert status == 200 and base64.b64decode(body)
    status, body = fleet.ask_est("simpleenroll", body=good, user=user)
    assert status == 200, "after all that the code is as good as before"
    foreign = ("--cert", fleet.keys / "caisse.pem", "--key", fleet.keys / "caisse.key")
    assert fleet.ask_est("simplereenroll", *foreign, body=fleet.make_request(fleet.keys / "caisse.key", "/CN=borne-0001"))[1] == "unknown"


def test_no_code_makes_a_caisse(fleet):
    """To the gateway "caisse-000" is a caisse, which reads what terminals send: only sign, with a request in the operator's hand, makes one."""
    fleet.call_ca("code", "caisse-000", code=3)
    fleet.call_ca("code", "Caisse-000", code=3)
    key = fleet.make_key()
    (fleet.folder / "r.pem").write_bytes(fleet.openssl("req", "-new", "-key", key, "-subj", "/CN=x", "-config", "/dev/stdin",
                                                       input=b"[req]\ndistinguished_name=d\n[d]\n"))
    for role, name, subject, use in (("caisse", "000", "CN = caisse-000", "Key Agreement"), ("server", "a.example", "CN = a.example", "DNS:a.example")):
        text = fleet.openssl("x509", "-noout", "-text", input=fleet.call_ca("sign", role, name, fleet.folder / "r.pem").encode()).decode()
        assert subject in text and use in text and "CA:FALSE" in text
    for name in ("a,DNS:b", "", ".x", "a b", "x" * 70):
        fleet.call_ca("sign", "server", name, fleet.folder / "r.pem", code=3)
    fleet.call_ca("sign", "server", "a", key, code=3)


def test_the_authority_is_shut_in(fleet):
    """Asked from inside, at its first commit: its folder and nothing else (facts/sync-security.md 3.5)."""
    own = [str(path) for path in (fleet.ca / "ca.key", fleet.ca / "ca.db", "/dev/urandom")]
    foreign = [str(path) for path in (fleet.keys / "ca.key", fleet.keys / "caisse.key", fleet.ca_config, "/etc/passwd", "/proc/self/mem")]
    fleet.start_ca(env=environment(LD_PRELOAD=str(BUILD / "tests/net/libpreload.so"), PROBE_CALL="fdatasync", PROBE_PATHS=":".join(own + foreign)))
    fleet.write_terminal()
    fleet.enrol()
    rows = [json.loads(row) for row in fleet.authority.lines if row.startswith("{")]
    seen = {row["probe"]: row["result"] for row in rows if "probe" in row}
    landlock = [row["count"] for row in rows if row.get("event") == "confined"]
    shut = ("Permission denied", "Operation not permitted")
    for call in ("ptrace", "mount", "exec", "unix-socket", "socket"):
        assert seen[call] in shut or "not supported" in seen[call], (call, seen[call])
    if landlock[0] == 0:
        pytest.skip("this kernel has no Landlock: files are not confined here")
    assert {seen[path] for path in own} == {"ok"} and {seen[path] for path in foreign} <= set(shut), seen


def test_an_extension_asked_for_is_not_given(fleet):
    """A request that asks to be an authority gets what a terminal gets."""
    fleet.start_ca()
    request = fleet.make_request(fleet.make_key(), "/CN=borne-0001", "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                                 "subjectAltName=DNS:localhost")
    status, body = fleet.ask_est("simpleenroll", body=request, user=f"borne-0001:{fleet.code()}")
    assert status == 200
    text = subprocess.run(["openssl", "pkcs7", "-inform", "DER", "-print_certs", "-text", "-noout"], input=base64.b64decode(body), check=True,
                          capture_output=True).stdout.decode()
    assert "CA:FALSE" in text and "localhost" not in text and "CA:TRUE" not in text


# --- power ----------------------------------------------------------------------------------------------------------------------------

KILLS = {"file": [("rename", 1), ("rename-after", 1), ("rename", 2), ("fsync", 3), ("ask", 1), ("answered", 1), ("answered", 2),
                  ("rename", 3), ("rename-after", 3)],
         "tpm": [("rename", 1), ("rename", 4), ("rename", 5), ("rename-after", 1), ("rename-after", 2), ("rename-after", 4), ("unlink", 1),
                 ("answered", 2)]}


def test_killed_at_each_step(fleet, kind):
    """Ended at every write and every question: the same command with the same code goes through, with one certificate of each kind."""
    fleet.start_ca()
    died = 0
    tcti = fleet.start_tpm() if kind == "tpm" else None
    handle = 0x81010010
    for number, (call, at) in enumerate(KILLS[kind]):
        terminal = f"borne-1{number:03}"
        fleet.write_terminal(terminal, kind, tcti, device={"handle": f"{handle + 2 * number:#x}", "sign_handle": f"{handle + 2 * number + 1:#x}"})
        code = fleet.code(terminal)
        dead = fleet.perron("enrol", "--code", code, env=environment(LD_PRELOAD=str(KILL), DIE_CALL=call, DIE_AT=str(at)))
        died += dead.returncode == -9
        whole = (fleet.own / "tls/certificate.pem").exists()
        done = fleet.perron("enrol", "--code", code)
        assert done.returncode == (1 if whole else 0), (call, at, done.stdout, done.stderr)
        assert len(fleet.certificates(terminal)) == 1 and len(fleet.certificates(terminal, "signer")) == 1, (call, at)
        assert [path.name for path in (fleet.own / "sign").iterdir()] == ["key"], (call, at)
        if kind == "tpm":  # three free handles are soon used up by keys nobody knows
            assert fleet.perron("enrol", "--forget").returncode == 0
    assert died == len(KILLS[kind]), f"only {died} of {len(KILLS[kind])} were hit"


def test_the_authority_is_killed(fleet):
    """Before and after its commit: the code is never lost, never good for two."""
    fleet.start_ca()
    died = 0
    for number, (call, at) in enumerate([("unlink", 1), ("unlink-after", 1), ("unlink", 2), ("unlink-after", 2)]):
        terminal = f"borne-2{number:03}"
        fleet.write_terminal(terminal)
        code = fleet.code(terminal)
        fleet.authority.end()
        fleet.authority = fleet.start([CA, "--config", fleet.ca_config, "serve"], env=environment(LD_PRELOAD=str(KILL), DIE_CALL=call,
                                                                                                   DIE_AT=str(at + 1)))
        fleet.authority.wait_line_or_end("program-started")
        first = fleet.perron("enrol", "--code", code)
        died += fleet.authority.process.poll() is not None
        fleet.authority.kill()
        fleet.start_authority()
        done = fleet.perron("enrol", "--code", code)
        assert first.returncode == 0 or done.returncode == 0, (done.stdout, done.stderr)
        assert len(fleet.certificates(terminal)) == 1 and len(fleet.certificates(terminal, "signer")) == 1
    assert died >= 2, f"only {died}"


def test_no_line(fleet):
    """Nobody answers: the keys are made, the code is as it was, the same command goes on."""
    fleet.write_terminal()
    code = fleet.code()
    done = fleet.perron("enrol", "--code", code)
    assert done.returncode == 3 and "le code reste bon" in done.stdout
    key = (fleet.own / "tls/key").read_bytes()
    fleet.start_ca()
    fleet.enrol(code)
    assert (fleet.own / "tls/key").read_bytes() == key


def test_asks_on_the_terminal(fleet):
    """Without --code it asks whoever sits there; small letters and spaces are as good."""
    fleet.start_ca()
    fleet.write_terminal()
    code = fleet.code().lower().replace("-", " ")
    ours, theirs = os.openpty()
    process = subprocess.Popen([BUILD / "kiosk/ctl/perron", "--config", fleet.config, "enrol"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, env=environment(), start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0))
    asked = b""
    while not asked.endswith(b" : "):
        asked += os.read(ours, 1000)
    assert "borne-0001" in asked.decode()
    os.write(ours, code.encode() + b"\n")
    said, _ = process.communicate(timeout=30)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0 and "inscrite" in said and len(fleet.certificates()) == 1


def test_usage(fleet):
    fleet.write_terminal()
    for words in (("--nonsense",), ("--forget", "--again"), ("word",), ()):
        assert fleet.perron("enrol", *words).returncode == 2, words
    for words in ((), ("nonsense",), ("code",), ("code", "a", "b"), ("sign", "x", "y", "z")):
        fleet.call_ca(*words, code=2)
    fleet.call_ca("code", "../x", code=3)
    fleet.call_ca("revoke", "borne-9999", code=1)
    fleet.call_ca("init", fleet.ca, code=3)
    assert "another one" in (fleet.start_authority() and subprocess.run([BUILD / "sync/enrol/perron-ca", "--config", fleet.ca_config, "serve"], text=True,
                                                                       capture_output=True, env=environment(), timeout=30).stderr)
    assert os.listdir(fleet.ca / "terminals") == []
