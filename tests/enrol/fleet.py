# SPDX-License-Identifier: GPL-3.0-or-later
"""A world whose terminals are enrolled: perron-ca behind its own nginx, TPMs (swtpm), perron enrol, certificates of chosen dates."""
import base64
import hashlib
import os
import sqlite3
import subprocess
import time
from pathlib import Path

from world import BUILD, PATIENCE_S, SOURCE, World, environment, free_port, until, wait_port

PERRON = BUILD / "kiosk/ctl/perron"
CA = BUILD / "sync/enrol/perron-ca"
EST = "/.well-known/est/"


class Fleet(World):
    def __init__(self, folder, keys):
        self.ca_port = free_port()
        super().__init__(folder, keys)
        self.ca = self.folder / "ca"
        self.own = self.folder / "own"  # what is the terminal's: tls/, sign/
        self.tpms = {}
        self.terminals = {}
        self.ca_config = self.write("ca.conf", {"authority": {"folder": self.ca, "listen": self.folder / "run/ca"}})
        self.call_ca("init")

    # --- the authority -----------------------------------------------------------------------------------------------------------

    def call_ca(self, *words, code=0, config=None):
        done = subprocess.run([CA, "--config", config or self.ca_config, *map(str, words)], env=environment(), text=True, capture_output=True,
                              timeout=PATIENCE_S)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def code(self, terminal="borne-0001"):
        return self.call_ca("code", terminal).strip()

    def certificates(self, terminal="borne-0001", role="terminal"):
        rows = [line.split() for line in self.call_ca("list").splitlines()]
        return [row for row in rows if row[0] == terminal and row[1] == role]

    def start_authority(self, env=None):
        self.authority = self.start([CA, "--config", self.ca_config, "serve"], "program-started", env)
        return self.authority

    def start_ca(self, limited=False, env=None):
        self.start_authority(env)
        text = (SOURCE / "sync/enrol/nginx-ca.conf.in").read_text()
        (self.folder / "nginx-ca").mkdir(exist_ok=True)
        names = {"CA_PORT": self.ca_port, "NGINX": self.folder / "nginx-ca", "KEYS": self.keys, "CA": self.ca, "RUN": self.folder / "run"}
        for word, value in names.items():
            text = text.replace(f"@{word}@", str(value))
        if not limited:
            text = text.replace("rate=60r/m", "rate=6000r/m")
        path = self.folder / "nginx-ca.conf"
        path.write_text(text)
        argv = ["nginx", "-e", "stderr", "-p", self.folder / "nginx-ca", "-c", path]
        self.ca_nginx = self.start(argv + (["-g", "user root;"] if os.geteuid() == 0 else []))
        wait_port(self.ca_port, self.ca_nginx)

    def start_gateway_line(self):
        """The gateway's nginx believes the operator's authority for terminals beside the one of server and caisse; each with its list."""
        self.start_gateway()
        self.nginx = self.start_nginx(self.trust_ca)

    def trust_ca(self, text):
        self.write_trust()
        return text.replace(f"ssl_client_certificate {self.keys}/ca.pem;",
                            f"ssl_client_certificate {self.folder}/trust.pem;\n    ssl_crl {self.folder}/crls.pem;")

    def write_trust(self):
        (self.folder / "trust.pem").write_text((self.ca / "ca.pem").read_text() + (self.keys / "ca.pem").read_text())
        (self.folder / "crls.pem").write_text((self.ca / "crl.pem").read_text() + self.empty_crl())

    def empty_crl(self):
        folder = self.folder / "crl"
        folder.mkdir(exist_ok=True)
        (folder / "index").write_text("")
        (folder / "conf").write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index\ndefault_md=sha256\ndefault_crl_days=2\n")
        return subprocess.run(["openssl", "ca", "-config", folder / "conf", "-cert", self.keys / "ca.pem", "-keyfile", self.keys / "ca.key",
                               "-gencrl"], check=True, text=True, capture_output=True, env=environment()).stdout

    def reload_nginx(self):
        self.write_trust()
        self.nginx.end()
        self.nginx = self.start_nginx(self.trust_ca)

    # --- terminals ---------------------------------------------------------------------------------------------------------------

    def start_tpm(self, name="a"):
        """Reached over TCP: a Unix socket is shut to perron-sync. Two ports in a row."""
        while True:
            port = free_port()
            state = self.folder / f"tpm-{name}"
            state.mkdir(exist_ok=True)
            tpm = self.start(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state},mode=0600", "--server",
                              f"type=tcp,port={port},bindaddr=127.0.0.1", "--ctrl", f"type=tcp,port={port + 1},bindaddr=127.0.0.1", "--flags",
                              "not-need-init,startup-clear"])
            until(lambda: tpm.process.poll() is not None or (listening(port) and listening(port + 1)), "swtpm")
            if tpm.process.poll() is None:
                self.tpms[name] = tpm
                return f"swtpm:host=127.0.0.1,port={port}"

    def write_terminal(self, terminal="borne-0001", kind="file", tcti=None, name=None, mode="demo", **groups):
        """The configuration of a terminal whose own files are in a folder of its own; it becomes the world's."""
        own = self.folder / (name or terminal)
        for part in ("tls", "sign"):
            (own / part).mkdir(parents=True, exist_ok=True)
        self.own = own
        device = {"keys": kind}
        if kind == "tpm":
            device["tcti"] = tcti or self.start_tpm(name or terminal)
        values = {
            "terminal": {"mode": mode, "id": terminal},
            "queue": {"database": self.folder / f"data/{'outbox' if terminal == 'borne-0001' else terminal}.db", "reserve_kib": 0, "low_space_kib": 0},
            "seal": {"caisse": "000", "caisse_certificate": self.keys / "caisse.pem", "escrow_certificate": self.keys / "escrow.pem",
                     "sign_key": own / "sign/key"},
            "gateway": {"url": f"https://localhost:{self.port}", "ca": self.keys / "ca.pem", "certificate": own / "tls/certificate.pem",
                        "key": own / "tls/key", "connect_timeout_s": 5, "timeout_s": 10},
            "device": device,
            "enrol": {"url": f"https://localhost:{self.ca_port}", "retry_s": 1},
            "sync": {"idle_s": 1, "retry_base_ms": 20, "retry_cap_ms": 100, "batch_rows": 50}}
        for group, more in groups.items():
            values[group].update(more)
        self.config = self.write(f"{name or terminal}.conf", values)
        return self.config

    def perron(self, *words, env=None, config=None):
        return subprocess.run([PERRON, "--config", config or self.config, *map(str, words)], env=env or environment(TSS2_LOG="all+none"), text=True,
                              capture_output=True, timeout=60, stdin=subprocess.DEVNULL, start_new_session=True)

    def enrol(self, code=None, terminal="borne-0001"):
        done = self.perron("enrol", "--code", code or self.code(terminal))
        assert done.returncode == 0, (done.stdout, done.stderr)

    def serial(self):
        out = subprocess.run(["openssl", "x509", "-in", self.own / "tls/certificate.pem", "-noout", "-serial"], check=True, text=True,
                             capture_output=True, env=environment()).stdout
        return out.strip().partition("=")[2].lower()

    # --- what a test makes by hand -----------------------------------------------------------------------------------------------

    def make_key(self, name="hand"):
        path = self.folder / f"{name}.key"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path], check=True,
                       capture_output=True, env=environment())
        return path

    def make_request(self, key, subject, *options):
        done = subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", subject, "-outform", "DER", *options, "-config", "/dev/stdin"],
                              check=True, input=b"[req]\ndistinguished_name=d\n[d]\n", capture_output=True, env=environment())
        return base64.encodebytes(done.stdout).decode()

    def certificate_of(self, terminal, begin, end, like, indexed=True):
        """A certificate by perron-ca's key from and to these days (offsets from today), as if it had been issued then, for the key of the
        certificate `like` (it may be in a TPM: another key asks, and its point is exchanged for that of `like`)."""
        folder = self.folder / "chosen"
        folder.mkdir(exist_ok=True)
        serial = "4" + os.urandom(16).hex()[1:]
        stand_in = self.make_key("stand-in")
        der = base64.b64decode(self.make_request(stand_in, f"/CN={terminal}"))
        self.openssl("req", "-inform", "DER", "-out", folder / "request.pem", input=der)
        (folder / "index").write_text("")
        (folder / "serial").write_text(serial.upper() + "\n")
        (folder / "ext").write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n"
                                    "authorityKeyIdentifier=keyid\n")
        (folder / "conf").write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index\nserial={folder}/serial\ndefault_md=sha256\npolicy=p\n"
                                     f"new_certs_dir={folder}\n[p]\ncommonName=supplied\n")
        self.openssl("ca", "-batch", "-notext", "-config", folder / "conf", "-cert", self.ca / "ca.pem", "-keyfile", self.ca / "ca.key", "-in",
                     folder / "request.pem", "-startdate", day(begin), "-enddate", day(end), "-extfile", folder / "ext", "-out", folder / "made.pem")
        made = self.openssl("x509", "-in", folder / "made.pem", "-outform", "DER")
        wanted = self.openssl("pkey", "-pubin", "-outform", "DER", input=self.openssl("x509", "-in", like, "-noout", "-pubkey"))
        there = self.openssl("pkey", "-in", stand_in, "-pubout", "-outform", "DER")
        assert made.count(there) == 1 and len(wanted) == len(there)
        body = first_element(made).replace(there, wanted)
        (folder / "body").write_bytes(body)
        signature = self.openssl("dgst", "-sha256", "-sign", self.ca / "ca.key", folder / "body")
        der = sequence(body + bytes.fromhex("300a06082a8648ce3d040302") + element(3, b"\0" + signature))
        if indexed:
            self.index(der, terminal, serial, wanted, begin, end)
        return self.openssl("x509", "-inform", "DER", input=der)

    @staticmethod
    def openssl(*words, input=None):
        return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, input=input, env=environment()).stdout

    def index(self, der, terminal, serial, public, begin, end):
        db = sqlite3.connect(self.ca / "ca.db", timeout=10)
        with db:
            db.execute("INSERT INTO certificate (serial, name, role, key, not_before_s, not_after_s, der) VALUES (?, ?, 'terminal', ?, ?, ?, ?)",
                       (bytes.fromhex(serial), terminal, hashlib.sha256(public).digest(), midnight(begin), midnight(end), der))
        db.close()

    def age(self, begin, end, **more):
        """The terminal's certificate becomes one of other days."""
        path = self.own / "tls/certificate.pem"
        path.write_bytes(self.certificate_of("borne-0001", begin, end, path, **more))

    def ask_est(self, path, *options, body=None, user=None):
        """(status, body) by a plain curl: somebody else's client."""
        words = ["curl", "-s", "--noproxy", "*", "-w", "\n%{http_code}", "--cacert", self.keys / "ca.pem", *options]
        if user:
            words += ["-u", user]
        if body is not None:
            words += ["-H", "Content-Type: application/pkcs10", "--data-binary", "@-"]
        done = subprocess.run([*words, f"https://localhost:{self.ca_port}{EST}{path}"], input=body, text=True, capture_output=True,
                              env=environment(), timeout=PATIENCE_S)
        text, _, status = done.stdout.rpartition("\n")
        return int(status), text


def midnight(offset):
    return (int(time.time()) // 86400 + offset) * 86400


def day(offset):
    return time.strftime("%Y%m%d000000Z", time.gmtime(midnight(offset)))


def element(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + content


def sequence(content):
    return element(0x30, content)


def first_element(der):
    """The first thing in a sequence, whole: of a certificate, what is signed."""
    def header(at):
        size = der[at + 1]
        more = size & 127 if size & 128 else 0
        return 2 + more, int.from_bytes(der[at + 2:at + 2 + more], "big") if more else size
    outer, _ = header(0)
    inner, size = header(outer)
    return der[outer:outer + inner + size]


def listening(port):
    """Looked up, not tried: who connects to a TPM's server is its client. proc(5): local address, remote address, state 0A."""
    return any(row.split()[1::2][0:2] == [f"0100007F:{port:04X}", "0A"] for row in Path("/proc/net/tcp").read_text().splitlines()[1:])
