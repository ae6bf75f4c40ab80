# SPDX-License-Identifier: GPL-3.0-or-later
"""A content pack on a running terminal: shown between two people, never under one; what is wrong is not shown at all."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))
from house import BUILD, ROOT, Person, Stage  # noqa: E402
from packs import Signers  # noqa: E402


def shipped():
    """{name in the pack: bytes}: all content of this checkout."""
    files = {}
    for folder, prefix in ((ROOT / "kiosk/journeys", "journeys"), (ROOT / "i18n/po", "i18n/po"), (ROOT / "i18n/keyboards", "i18n/keyboards"),
                           (ROOT / "i18n/lexicon", "i18n/lexicon"), (ROOT / "ui/pictures", "ui/pictures")):
        files.update({f"{prefix}/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    files["i18n/languages.json"] = (ROOT / "i18n/languages.json").read_bytes()
    return files


def with_text(key, text):
    """The same, with another text in French."""
    files = shipped()
    lines = files["i18n/po/fr.po"].decode().splitlines(keepends=True)
    at = lines.index(f'msgid "{key}"\n')
    assert lines[at + 1].startswith('msgstr "')
    after = at + 2
    while lines[after].startswith('"'):
        del lines[after]
    lines[at + 1] = f'msgstr "{text}"\n'
    files["i18n/po/fr.po"] = "".join(lines).encode()
    return files


class House:
    def __init__(self, folder):
        self.signers = Signers(folder / "keys")
        self.stage = Stage(folder / "world", "--set", f"content.root={self.signers.anchor}", "--set", f"content.folder={folder / 'content'}", "--set",
                           "content.enabled=true", "--set", "content.every_s=1", "--set", "content.look_s=1")

    def publish(self, version, files, **how):
        pack = self.signers.make(version, text=f"text {version}", files=files, **how)
        folder = pathlib.Path(self.stage.env["DIR"]) / "nginx/content"
        folder.mkdir(exist_ok=True)
        fresh = folder / "fresh"
        fresh.write_bytes(pack.read_bytes())
        os.utime(fresh, (1_700_000_000 + version,) * 2)
        os.replace(fresh, folder / "content.pack")

    def wait_log(self, service, event, count=None):
        """Until that line stands in the log of a service; read as it grows."""
        path = pathlib.Path(self.stage.env["LOGS"]) / f"{service}.log"
        with subprocess.Popen(["timeout", "60", "tail", "-n", "+1", "-F", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as tail:
            for line in tail.stdout:
                if not line.startswith("{"):
                    continue
                entry = json.loads(line)
                if entry.get("event") == event and count in (None, entry.get("count")):
                    tail.terminate()
                    return
        raise AssertionError(f"{service}: no {event} {count}")

    def installed(self):
        config = f"{self.stage.env['CONF']}/perron.conf"
        done = subprocess.run([BUILD / "kiosk/ctl/perron", "content", "list", "--json", "--config", config], capture_output=True, text=True, timeout=60)
        return json.loads(done.stdout)["content"]["version"]


@pytest.fixture
def house(tmp_path):
    if not (BUILD / "kiosk/app/perron-kiosk").exists():
        pytest.skip("perron-kiosk is not in this build")
    place = House(tmp_path)
    yield place
    place.stage.end()


def test_new_text_between_two_people(house):
    with Person(house.stage) as person:
        person.do("wait screen welcome")
        house.publish(1, with_text("adulte.welcome.title", "Première nouvelle phrase"))
        person.do('expect text "Première nouvelle phrase"', "touch option:start", "wait screen language")

        # Somebody is there: the pack comes down and waits.
        house.publish(2, with_text("adulte.welcome.title", "Deuxième nouvelle phrase"))
        house.wait_log("sync", "content-installed", 2)
        person.do("touch option:fr", "wait screen voice", "touch option:off", "wait screen size", "touch option:size-0", "wait screen notice")
        assert house.installed() == 2
        house.stage.do("stop sync")  # nothing else comes down meanwhile
        person.do("touch back", "wait screen size", "touch back", "wait screen voice", "touch back", "wait screen language", "touch back")
        person.do("wait screen welcome", 'expect text "Première nouvelle phrase"')
        person.do("touch option:start", "wait screen language", "touch foot:leave", "wait screen leave", "touch option:erase", "wait screen done", "touch next")
        person.do("wait screen welcome", 'expect text "Deuxième nouvelle phrase"')
        house.stage.do("start sync")

        # Not signed by enough: not even installed.
        house.publish(3, with_text("adulte.welcome.title", "Phrase de personne"), signers="1")
        house.wait_log("sync", "content-refused")
        # Genuine, but a consent changed under its old version: installed, never shown, not after a restart either.
        house.publish(4, with_text("adulte.review.consent", "Je suis d’accord pour tout."))
        house.wait_log("sync", "content-installed", 4)
        house.wait_log("kiosk", "content-unfit")
        assert house.installed() == 4
        person.do('expect text "Deuxième nouvelle phrase"')
    house.stage.do("restart kiosk")
    with Person(house.stage) as person:
        person.do("wait screen welcome", 'expect text "Deuxième nouvelle phrase"', 'expect no-text "Phrase de personne"')
