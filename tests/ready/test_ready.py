# SPDX-License-Identifier: GPL-3.0-or-later
"""perron ready in a whole house in which one thing after the other is broken and mended. Each break must be named, and only that."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))
from house import BUILD, ROOT, Stage  # noqa: E402
from packs import Signers  # noqa: E402

DOCK = BUILD / "hw" / "dock" / "perron-dock"
ALL = {"card-reader", "speech", "sound", "printer", "jack", "keypad", "contactless", "outbox", "seal", "link", "clock", "journey", "texts", "content", "identity"}


class House:
    def __init__(self, folder):
        self.desk = folder / "desk"
        self.desk.mkdir()
        self.signers = Signers(folder / "keys")
        self.packs = folder / "packs"
        self.stage = Stage(folder / "world", "--set", f"content.root={self.signers.anchor}", "--set", f"content.folder={self.packs}",
                           "--set", f"printer.device={self.desk / 'printer'}", "--set", f"keys.device={self.desk / 'keypad'}",
                           "--set", f"keys.keypads={ROOT / 'hw' / 'keys' / 'keypads'}")
        self.config = pathlib.Path(self.stage.env["CONF"]) / "perron.conf"
        self.dock = None
        self.plug_desk_in()

    def plug_desk_in(self):
        """A second dock: printer and keypad stand before it listens, and it says so by answering."""
        assert self.dock is None
        self.dock = subprocess.Popen([DOCK, "--control", self.desk / "control", "--printer", self.desk / "printer", "--keypad", self.desk / "keypad"],
                                     stdout=subprocess.DEVNULL)
        while subprocess.run([DOCK, "--control", self.desk / "control", "status"], capture_output=True, check=False).returncode != 0:
            assert self.dock.poll() is None

    def pull_desk(self):
        self.do("quit")
        self.dock.wait(20)
        self.dock = None

    def do(self, *words):
        subprocess.run([DOCK, "--control", self.desk / "control", *words], check=True, stdout=subprocess.DEVNULL, timeout=20)

    def run(self, *words, config=None):
        return subprocess.run([BUILD / "kiosk/ctl/perron", "--config", config or self.config, "ready", *words], capture_output=True, text=True, timeout=60,
                              env={**os.environ, **{name: self.stage.env[name] for name in ("PCSCLITE_CSOCK_NAME", "ALSA_CONFIG_PATH")}}, check=False)

    def look(self, config=None):
        """{id: state} of what is not plainly ready; the clock's and the link's mere attention, and the open paper of nobody, left out."""
        done = self.run("--json", config=config)
        answer = json.loads(done.stdout)
        states = {check["id"]: check["state"] for check in answer["checks"]}
        assert set(states) == ALL
        assert all(check["says"] and check["proves"] and check["does_not_prove"] for check in answer["checks"])
        assert answer["ready"] == ("not-ready" not in states.values()) == (done.returncode == 0)
        assert not re.search(r"\d{13}", done.stdout.replace(" ", "")), "a number as long as a person's"
        return {name: state for name, state in states.items() if state != "ready" and not (state == "attention" and name in ("clock", "link"))}

    def variant(self, **settings):
        """The configuration with some settings changed: group_key=value."""
        lines, group = [], None
        for line in self.config.read_text(encoding="utf-8").splitlines():
            group = line[1:-1] if line.startswith("[") else group
            name = f"{group}_{line.split('=')[0]}"
            lines.append(f"{line.split('=')[0]}={settings.pop(name)}" if name in settings else line)
        assert not settings, "a setting that the demonstration does not have"
        path = self.config.with_name("variant.conf")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def end(self):
        if self.dock is not None:
            self.dock.kill()
            self.dock.wait(20)
        self.stage.end()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    if not (BUILD / "kiosk/app/perron-kiosk").exists():
        pytest.skip("perron-kiosk is not in this build")
    place = House(tmp_path_factory.mktemp("ready"))
    yield place
    place.end()


def test_all_is_well(house):
    assert house.look() == {}
    words = house.run()
    assert words.returncode == 0 and words.stdout.endswith("La borne est prête.\n")
    assert words.stdout.count("ne prouve pas : ") == len(ALL)


def test_printer(house):
    for word, state in (("out", "not-ready"), ("cover", "not-ready"), ("fault", "not-ready"), ("stuck", "not-ready"), ("low", "attention")):
        house.do("paper", word)
        assert house.look() == {"printer": state}
    house.do("paper", "in")
    assert house.look() == {}


def test_desk_pulled(house):
    house.pull_desk()
    assert house.look() == {"printer": "not-ready", "keypad": "not-ready"}
    house.plug_desk_in()
    assert house.look() == {}


@pytest.mark.parametrize("service, check", [("pcscd", "card-reader"), ("sound", "sound"), ("nfc", "contactless")])
def test_service_away(house, service, check):
    house.stage.do(f"stop {service}")
    assert house.look() == {check: "not-ready"}
    house.stage.do(f"start {service}")
    assert house.look() == {}


@pytest.mark.parametrize("settings, expected", [
    ({"nfc_device": "/nonexistent"}, {"contactless": "not-ready"}),
    ({"nfc_device": "/dev/null"}, {"contactless": "not-ready"}),
    ({"nfc_badge_key": "/nonexistent.key"}, {"contactless": "not-ready"}),
    ({"nfc_badges": "/dev"}, {"contactless": "not-ready"}),
    ({"seal_caisse_certificate": "/nonexistent.pem"}, {"seal": "not-ready"}),
    ({"seal_sign_key": "/nonexistent.pem"}, {"seal": "not-ready", "identity": "not-ready"}),
    ({"gateway_certificate": "/nonexistent.pem"}, {"link": "not-ready", "identity": "not-ready"}),
    ({"gateway_url": ""}, {"link": "not-configured"}),
    ({"queue_database": "/nonexistent/outbox.db"}, {"outbox": "not-ready", "link": "not-ready"}),
    ({"queue_low_space_kib": "1048576000"}, None),
    ({"paths_journeys": "/nonexistent"}, {"journey": "not-ready"}),
    ({"paths_texts": "/nonexistent"}, {"journey": "not-ready", "texts": "not-ready", "speech": "not-ready"}),
    ({"paths_profiles": "/nonexistent"}, {"card-reader": "not-ready"}),
    ({"printer_device": ""}, {"printer": "not-configured"}),
    ({"printer_device": "pdf:/nonexistent"}, {"printer": "not-ready"}),
    ({"keys_device": "/nonexistent/event0"}, {"keypad": "not-ready"}),
    ({"keys_keypads": "/nonexistent"}, {"keypad": "not-ready"}),
    ({"content_root": ""}, {"content": "not-configured"}),
    ({"content_root": "/nonexistent"}, {"content": "not-ready"}),
    ({"sound_jack": ""}, {"jack": "not-configured"}),
    ({"sound_jack": "hw:77"}, {"jack": "not-ready"}),
], ids=lambda value: "-".join(value) if isinstance(value, dict) else None)
def test_setting_wrong(house, settings, expected):
    config = house.variant(**settings)
    if expected is None:  # out of the range of that setting: the configuration itself is refused
        assert house.run(config=config).returncode == 3
    else:
        assert house.look(config) == expected


def test_certificate_out_of_date(house, tmp_path):
    """Yesterday was its last day: requests are sealed for the escrow alone, and readiness does not call that ready."""
    key, request, certificate = tmp_path / "key.pem", tmp_path / "request.pem", tmp_path / "certificate.pem"
    for command in (["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key],
                    ["req", "-new", "-key", key, "-subj", "/CN=caisse-000", "-out", request],
                    ["x509", "-req", "-in", request, "-signkey", key, "-days", "-1", "-out", certificate]):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    answer = json.loads(house.run("--json", config=house.variant(seal_caisse_certificate=certificate)).stdout)
    seal = next(check for check in answer["checks"] if check["id"] == "seal")
    assert seal["state"] == "not-ready" and seal["facts"]["caisse_days"] < 0
    assert seal["says"] == "Le certificat « caisse » n’est plus valable."


def test_packs(house):
    """One that ends in three days; then a damaged one. The terminal works with both, and somebody is told."""
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3 * 86400))
    certificate = (pathlib.Path(house.stage.env["KEYS"]) / "caisse.pem").read_bytes()
    pack = house.signers.make(3, role="certificates", expires=end, files={"caisses/000.pem": certificate})
    subprocess.run([BUILD / "kiosk/ctl/perron", "--config", house.config, "content", "install", pack], check=True, capture_output=True, timeout=60)
    try:
        assert house.look() == {"content": "attention"}
        answer = json.loads(house.run("--json").stdout)
        content = next(check for check in answer["checks"] if check["id"] == "content")
        assert content["facts"]["certificates_version"] == 3 and content["facts"]["certificates_days"] == 2
        next(house.packs.glob("certificates/a/3/caisses/000.pem")).write_text("x")
        assert house.look() == {"content": "attention"}
        content = next(check for check in json.loads(house.run("--json").stdout)["checks"] if check["id"] == "content")
        assert content["facts"]["certificates_version"] == 0 and content["says"].endswith("ce qui est venu avec le programme sert.")
    finally:
        shutil.rmtree(house.packs)
    assert house.look() == {}


def test_bad_command_line(house):
    assert house.run("--nonsense").returncode == 2
