# SPDX-License-Identifier: GPL-3.0-or-later
"""Content packs on the real line: perron-sync fetches them through nginx as it ships; hostile ones are refused by name, and the one in use stays."""
import json
import os
import pathlib
import subprocess

import pytest

from packs import Signers
from world import BUILD, environment, until

PERRON = BUILD / "kiosk/ctl/perron"


@pytest.fixture(scope="module")
def signers(tmp_path_factory):
    return Signers(tmp_path_factory.mktemp("signers") / "keys")


class House:
    def __init__(self, world, signers, **content):
        self.world, self.signers, self.published = world, signers, 0
        self.folder = world.folder / "data/content"
        world.queue("fill", 0)  # an outbox: content comes after a good pass
        with open(world.config, "a", encoding="utf-8") as config:
            config.write(f"[content]\nenabled=true\nroot={signers.anchor}\nfolder={self.folder}\n")
            config.writelines(f"{key}={value}\n" for key, value in content.items())

    def publish(self, pack, role="content", name="nginx"):
        folder = self.world.folder / name / "content"
        folder.mkdir(exist_ok=True)
        fresh = folder / "fresh"
        fresh.write_bytes(pack.read_bytes() if isinstance(pack, pathlib.Path) else pack)
        # nginx makes the ETag of size and second: tests publish more often than people.
        self.published += 1
        os.utime(fresh, (1_700_000_000 + self.published,) * 2)
        os.replace(fresh, folder / f"{role}.pack")

    def fetch(self, env=None):
        """One pass of perron-sync; its log."""
        done = subprocess.run([BUILD / "sync/daemon/perron-sync", "--config", self.world.config, "--once"], env=env or environment(), text=True,
                              stderr=subprocess.PIPE, timeout=60)
        assert "Sanitizer" not in done.stderr, done.stderr
        assert done.returncode in (0, 1, 3), done.stderr
        return done.stderr

    def in_use(self, role="content"):
        done = subprocess.run([PERRON, "--config", self.world.config, "content", "list", "--json"], env=environment(), text=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)[role]["version"]


@pytest.fixture
def house(line, signers):
    return House(line, signers)


def test_fetched_and_taken_once(house):
    assert house.in_use() == 0
    log = house.fetch()
    assert "content-" not in log.replace("certificates", ""), log
    house.publish(house.signers.make(5))
    assert '"content-installed"' in house.fetch()
    assert house.in_use() == 5
    assert "content-" not in house.fetch()  # 304
    (house.folder / "content/download.seen").unlink()
    assert "content-" not in house.fetch()  # the whole head again: it is here already
    house.publish(house.signers.make(6, text="two"))
    assert '"content-installed"' in house.fetch()
    assert house.in_use() == 6
    assert not (house.folder / "content/download").exists()


def test_the_gateway_is_told_what_is_in_use(house):
    """Each heartbeat says it; the next pass after an installation is soon enough."""
    world = house.world
    world.config.write_text(world.config.read_text().replace("[sync]\n", "[sync]\nheartbeat_s=1\n"))
    house.publish(house.signers.make(5))
    house.fetch()
    sync = world.start_sync()
    until(lambda: any(json.loads(row[0])["content"] == "content 5, certificates package" for row in world.ask_gateway("SELECT body FROM heartbeat")),
          "the heartbeat")
    assert sync.process.poll() is None


def test_damage_is_mended_by_the_same_pack(house):
    house.publish(house.signers.make(5))
    house.fetch()
    for path in house.folder.glob("content/?/5/i18n/po/fr.po"):
        path.write_text("xyz")
    assert house.in_use() == 0
    assert '"content-installed"' in house.fetch()
    assert house.in_use() == 5


REFUSED = {
    "older-version": dict(version=4),
    "expired": dict(version=6, expires="2020-01-01T00:00:00Z"),
    "one-of-three": dict(version=6, signers="1"),
    "swapped-role": dict(version=6, by="certificates"),
    "other-role": dict(version=6, role="certificates", files={"caisses/000.pem": "x"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_pack_is_refused(house, case):
    house.publish(house.signers.make(5))
    house.fetch()
    house.publish(house.signers.make(**REFUSED[case]))
    log = house.fetch()
    assert '"content-refused"' in log and '"content-installed"' not in log
    assert house.in_use() == 5


@pytest.mark.parametrize("change", ["cut", "longer", "altered", "html", "endless-head", "mixed"])
def test_hostile_bytes_are_refused(house, change):
    good = house.signers.make(5, text="a" * 5000).read_bytes()
    head = good.index(b"\n\n") + 2
    bad = {"cut": good[:-1], "longer": good + b"x" * 100000, "altered": good[:-1] + b"b", "html": b"<html>\n\n<p>Bienvenue au portail</p>",
           "endless-head": b"perron-manifest 1\n" + b"file\n" * 200000,
           "mixed": good[:head] + house.signers.make(6, text="b" * 5000).read_bytes()[-5000:]}[change]
    house.publish(bad)
    log = house.fetch()
    assert '"content-refused"' in log and '"content-installed"' not in log
    assert house.in_use() == 0
    house.publish(good)
    assert '"content-installed"' in house.fetch()
    assert house.in_use() == 5


def big(size):
    return {"i18n/po/fr.po": "x", "journeys/a/data": os.urandom(size)}


def test_larger_than_allowed_is_not_fetched(line, signers):
    house = House(line, signers, max_kib=64)
    house.publish(signers.make(5, text="large", files=big(200_000)))
    assert '"content-refused"' in house.fetch()
    assert house.in_use() == 0


def watched(rate=None):
    """nginx as it ships, but slow if asked, and telling what was asked of it."""
    def change(text):
        text = text.replace("access_log off;", "log_format asked '$uri $http_range $status $body_bytes_sent';\n  access_log asked.log asked;")
        return text.replace("max_ranges 1;", f"max_ranges 1;\n      limit_rate {rate};") if rate else text
    return change


def asked(world, name="nginx"):
    """(range, status) of each question for content."""
    lines = (world.folder / name / "asked.log").read_text().splitlines()
    return [tuple(line.split()[1:3]) for line in lines if line.startswith("/content/content.pack")]


def part(house):
    path = house.folder / "content/download"
    return path.stat().st_size if path.exists() else 0


@pytest.fixture
def slow(world, signers):
    world.start_gateway()
    world.nginx = world.start_nginx(watched("40k"))
    return House(world, signers, every_s=1)


def test_request_goes_out_while_a_pack_comes_down(slow):
    """A slow line: the pack comes piece by piece; a request of a person does not wait for its end."""
    slow.publish(slow.signers.make(5, text="slow", files=big(250_000)))
    sync = slow.world.start_sync()
    until(lambda: part(slow) > 20_000, "the first pieces")
    ids = slow.world.fill(1)
    until(lambda: slow.world.states()[ids[0]] == "sent", "the request")
    assert sync.count('"content-installed"') == 0, "the pack was down before: the test shows nothing"
    sync.wait_line('"content-installed"')
    assert slow.in_use() == 5
    slow.world.assert_exactly_once(ids)
    assert [status for _, status in asked(slow.world)].count("206") >= 1


def test_killed_download_goes_on_where_it_was(slow):
    slow.publish(slow.signers.make(5, text="killed", files=big(250_000)))
    sync = slow.world.start_sync()
    until(lambda: part(slow) > 20_000, "the first pieces")
    sync.kill()
    before = part(slow)
    assert 20_000 < before < 250_000
    slow.world.nginx.end()
    slow.world.nginx = slow.world.start_nginx(watched())
    assert '"content-installed"' in slow.fetch()
    assert slow.in_use() == 5
    assert (f"bytes={before}-", "206") in asked(slow.world)


def test_another_pack_meanwhile_is_fetched_from_its_beginning(slow):
    """If-Range: half of one pack and half of another are never put together."""
    slow.publish(slow.signers.make(5, text="before", files=big(250_000)))
    sync = slow.world.start_sync()
    until(lambda: part(slow) > 20_000, "the first pieces")
    sync.kill()
    slow.world.nginx.end()
    slow.world.nginx = slow.world.start_nginx(watched())
    slow.publish(slow.signers.make(6, text="after", files=big(250_000)))
    assert '"content-installed"' in slow.fetch()
    assert slow.in_use() == 6
    assert asked(slow.world)[-1][1] == "200"


def test_nobody_without_a_certificate_gets_a_pack(house):
    house.publish(house.signers.make(5))
    done = subprocess.run(["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", f"https://localhost:{house.world.port}/content/content.pack"],
                          env={"PATH": "/usr/bin:/bin"}, text=True, stdout=subprocess.PIPE, check=False)
    assert done.stdout == "400"


def certificate(world, name):
    return (pathlib.Path(world.keys) / f"{name}.pem").read_text()


def test_certificates_pack_is_used_for_receipts_and_line(house):
    """The caisse of the configuration is another's now: receipts count by the certificate that came in the pack, pinned by its code."""
    world = house.world
    ids = world.fill(2)
    text = world.config.read_text()
    world.config.write_text(text.replace(f"caisse_certificate={world.keys}/caisse.pem", f"caisse_certificate={world.keys}/other-caisse.pem"))
    house.publish(house.signers.make(3, role="certificates",
                                     files={"caisses/000.pem": certificate(world, "caisse"), "gateway-ca.pem": certificate(world, "ca")}), "certificates")
    assert '"content-installed"' in house.fetch()
    assert {world.states()[i] for i in ids} == {"sent"}
    assert world.caisse("collect").returncode == 0
    log = house.fetch()
    assert '"receipt-refused"' not in log
    assert {world.states()[i] for i in ids} == {"received"}


def test_pack_for_another_caisse_changes_nothing(house):
    world = house.world
    house.publish(house.signers.make(3, role="certificates", files={"caisses/999.pem": certificate(world, "other-caisse")}), "certificates")
    assert '"content-installed"' in house.fetch()
    ids = world.fill(1)
    house.fetch()
    assert world.caisse("collect").returncode == 0
    assert '"receipt-refused"' not in house.fetch()
    assert world.states()[ids[0]] == "received"
