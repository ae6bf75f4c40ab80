# SPDX-License-Identifier: GPL-3.0-or-later
"""The real terminal, shut in as it is, with the key that signs its envelopes in a TPM 2.0: what the person confirmed is what the caisse opens;
without the TPM nothing is called registered."""
import base64
import configparser
import pathlib
import subprocess
import tempfile

import pytest

from house import BUILD, Person, walk

# SubjectPublicKeyInfo of P-256, up to the point (RFC 5480).
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200" "04")


class Tpm:
    """Over a Unix socket: the one kind that is left to perron-kiosk."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pt-")
        self.path = pathlib.Path(self.folder.name)
        self.tcti = f"swtpm:path={self.path}/tpm"
        self.process = None

    def switch_on(self):
        """Comes back when both sockets listen."""
        self.process = subprocess.Popen(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.path},mode=0600", "--server",
                                         f"type=unixio,path={self.path}/tpm", "--ctrl", f"type=unixio,path={self.path}/tpm.ctrl", "--flags",
                                         "not-need-init,startup-clear", "--log", f"file={self.path}/log"], stderr=subprocess.DEVNULL)
        while subprocess.run(["tpm2_getcap", "-T", self.tcti, "properties-fixed"], capture_output=True, check=False).returncode != 0:
            assert self.process.poll() is None

    def switch_off(self):
        self.process.kill()
        self.process.wait()

    def make_key(self):
        """perron enrol makes the keys before it asks anybody; here nobody answers."""
        config = self.path / "perron.conf"
        config.write_text(f"[terminal]\nid=borne-0001\n[device]\nkeys=tpm\ntcti={self.tcti}\n[seal]\nsign_key={self.path}/sign\n"
                          f"[gateway]\nca={config}\nkey={self.path}/tls\ncertificate={self.path}/tls.pem\n[enrol]\nurl=https://localhost:1\n")
        done = subprocess.run([BUILD / "kiosk/ctl/perron", "--config", config, "enrol", "--code", "2222-2222"], capture_output=True, text=True,
                              check=False, timeout=60)
        assert done.returncode == 3, done.stdout + done.stderr
        return self.path / "sign"

    def public_key(self):
        note = configparser.ConfigParser()
        note.read(self.path / "sign")
        der = P256 + bytes.fromhex(note["tpm-key"]["x"] + note["tpm-key"]["y"])
        return f"-----BEGIN PUBLIC KEY-----\n{base64.encodebytes(der).decode()}-----END PUBLIC KEY-----\n"


@pytest.fixture
def tpm():
    made = Tpm()
    made.switch_on()
    yield made
    if made.process.poll() is None:
        made.switch_off()
    made.folder.cleanup()


def test_signed_in_the_tpm(tpm, open_stage):
    """It goes away just when the person confirms: nothing is registered, and the answers are still there when it is back."""
    stage = open_stage("--set", f"seal.sign_key={tpm.make_key()}", "--set", f"device.tcti={tpm.tcti}")
    (pathlib.Path(stage.env["KEYS"]) / "terminals/borne-0001.pem").write_text(tpm.public_key())
    with Person(stage) as person:
        walk(person, until="review")
        tpm.switch_off()
        person.do("touch option:confirm", "wait screen lost-seal")
        assert person.references() == [] and stage.perron("queue", "list") == []
        tpm.switch_on()
        person.do("touch option:retry", "wait screen ticket", "expect registered", "expect progress sent")
        [reference] = person.references()
        report = stage.collect()
        assert report["problems"] == [] and [entry["reference"] for entry in report["opened"]] == [reference]
