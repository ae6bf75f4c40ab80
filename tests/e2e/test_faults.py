# SPDX-License-Identifier: GPL-3.0-or-later
"""When things go wrong: a named screen and a sentence, never a dead end, on the real terminal with the distribution's pcscd."""
import json
import os
import pathlib
import subprocess

import pytest

from house import BUILD, ROOT, Person, Stage, inputs, walk

WRONG_CARDS = {
    "mute.json": "card-mute",
    "vitale-1.json": "card-vitale-1",
    "cps.json": "card-professional",
    "cps4.json": "card-professional",
    "cpam-agent.json": "card-staff",
    "cnie.json": "card-identity",
    "payment.json": "card-payment",
    "student.json": "card-student",
    "transport.json": "card-transport",
    "italian.json": "card-foreign",
    "sim.json": "card-sim",
    "unknown.json": "card-not-vitale",
    "liar.json": "card-not-vitale",
    "blank.json": "card-unreadable",
    "unreadable.json": "card-unreadable",
    "camille.json pull@2": "card-removed",
}


@pytest.fixture(scope="module")
def slot(tmp_path_factory):
    """One terminal for all the cards: after each the next must work, or the terminal could be confused for the rest of the day."""
    with Stage(tmp_path_factory.mktemp("slot") / "world") as stage, Person(stage) as person:
        walk(person, until="card")
        yield person


@pytest.mark.parametrize("card, screen", WRONG_CARDS.items())
def test_a_wrong_card_then_the_right_one(slot, card, screen):
    slot.do(f"dock insert {card}", f"wait screen {screen}", "expect target option:hand", "expect target option:none")
    assert slot.seen["text"].strip()
    slot.ask("dock remove")  # a pulled card has left already
    slot.do("dock insert camille.json", "wait screen confirm", 'expect text "CAMILLE D."', "dock remove")
    slot.do("touch back", "wait screen adult", "touch option:yes", "wait screen card")


def test_an_atr_is_nowhere(slot):
    """The ATR of a transport card holds a number of its owner: no log, no file of the terminal has it, in any spelling."""
    atr = bytes.fromhex(json.loads((ROOT / "hw/dock/cards/transport.json").read_text(encoding="utf-8"))["atr"])
    slot.do("dock insert transport.json", "wait screen card-transport", "dock remove")
    own = atr[6:16]  # without what all cards of this family share
    spellings = [own, *(join.join(f"{byte:{form}}" for byte in own).encode() for join in ("", " ", ":") for form in ("02X", "02x"))]
    searched = 0
    for path in pathlib.Path(slot.stage.folder).rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            searched += len(content)
            assert not [spelling for spelling in spellings if spelling in content], path
    log = pathlib.Path(f"{slot.stage.folder}.stage.log").read_bytes()
    assert searched > 10000 and not [spelling for spelling in spellings if spelling in log]


@pytest.fixture
def other(slot):
    """Another program that wants the reader."""
    tool = subprocess.Popen([BUILD / "tests/dock/hold-tool"], env={**os.environ, **slot.stage.env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(line):
        print(line, file=tool.stdin, flush=True)
        answer = tool.stdout.readline()
        assert answer == "ok\n", (line, answer)

    yield do
    tool.stdin.close()
    tool.wait(30)
    tool.stdout.close()


@pytest.mark.parametrize("how", ["exclusive", "transaction"])
def test_another_program_has_the_reader(slot, other, how):
    """Nobody at the terminal can mend that, so nobody is asked to: the card is read when the other program lets go."""
    slot.do("touch back", "wait screen adult")
    other("empty")
    slot.do("dock insert camille.json")
    other(how)
    slot.do("touch option:yes", "wait screen card-held", "expect target option:hand", "expect target option:none")
    assert "Laissez-la" in slot.seen["text"] and "carte de test" not in slot.seen["text"]
    other("release")
    slot.do("wait screen confirm", 'expect text "CAMILLE D."', "dock remove")
    slot.do("touch back", "wait screen adult", "touch option:yes", "wait screen card")


def test_turned_first_then_wiped(slot):
    """Nothing tells a card that is upside down from one with a dirty chip: neither answers. So the likely cause is mended first."""
    slot.do("dock insert mute.json", "wait screen card-mute", "dock remove", "wait screen card-turned", "dock insert mute.json", "wait screen card-dirty")
    slot.do("dock remove", "dock insert camille.json", "wait screen confirm", "dock remove")
    slot.do("touch back", "wait screen adult", "touch option:yes", "wait screen card")


def test_another_card_in_its_place(stage, person):
    """A swap while somebody is shown: what the first card said is gone before the second is shown."""
    walk(person, until="card")
    person.do("dock insert camille.json", "wait screen confirm", 'expect text "CAMILLE D."')
    person.do("dock remove", "dock insert lea.json", 'expect text "LEA"', "wait screen confirm", 'expect no-text "CAMILLE"')


def test_without_pcscd_and_back(stage, person):
    walk(person, until="card")
    stage.do("kill pcscd")
    person.do("wait screen card-no-reader", "expect target option:hand")
    stage.do("start pcscd")
    person.do("wait screen card", "dock insert camille.json", "wait screen confirm")


def test_test_identity_is_refused_in_production(open_stage):
    """The observer itself is refused in production, so it is the command that is asked: the same reading, the same rule."""
    stage = open_stage()
    conf = pathlib.Path(stage.env["CONF"]) / "perron.conf"
    production = conf.with_name("production.conf")
    text = conf.read_text(encoding="utf-8").replace("mode=demo", "mode=production")
    production.write_text(text, encoding="utf-8")
    with Person(stage) as person:
        person.do("dock insert test-identity.json")
    done = subprocess.run([BUILD / "kiosk/ctl/perron", "card", "read", "--json", "--reveal", "--timeout", "10", "--config", production],
                          env={**os.environ, "PCSCLITE_CSOCK_NAME": stage.env["PCSCLITE_CSOCK_NAME"]}, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and json.loads(done.stdout)["status"] == "refused" and json.loads(done.stdout)["holders"] == []
    done = subprocess.run([BUILD / "kiosk/app/perron-kiosk", "--config", production], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "DISPLAY": stage.env["DISPLAY"]})
    assert done.returncode != 0 and "[observer] socket" in done.stderr


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=900m", "perron-test", folder], check=False).returncode != 0:
        pytest.skip("only root can make a small disk here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_no_room_on_the_disk(small_disk):
    """Less free space than the mark: NOT registered, in plain words, with what to do instead; nothing is stored."""
    with Stage(small_disk / "world", "--set", "queue.low_space_kib=1048576") as stage, Person(stage) as person:
        walk(person, until="review")
        person.do("touch option:confirm", "wait screen lost-disk-full", "expect target option:retry", "expect target option:finish")
        assert person.references() == []
        assert stage.perron("queue", "list") == []


def test_too_many_wait(open_stage):
    stage = open_stage("--set", "queue.max_waiting=1")
    with Person(stage) as person:
        person.do("dock net cut")
        walk(person, until="ticket")
        person.do("expect registered", "touch option:finish", "wait screen done", "dock remove", "touch next")
        walk(person, until="review")
        person.do("touch option:confirm", "wait screen lost-too-many", "expect target option:finish")
        assert len(person.references()) == 1
    assert len(stage.perron("queue", "list")) == 1


def test_a_terminal_that_the_gateway_does_not_know(open_stage):
    """Its certificate is of another authority: the request waits, the person is told the truth, nothing is lost."""
    stage = open_stage()
    keys = pathlib.Path(stage.env["KEYS"])
    stage.do("stop sync")
    for name in ("terminal-tls.pem", "terminal-tls.key"):
        (keys / name).rename(keys / f"{name}.right")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=borne-0001",
                    "-days", "2", "-keyout", keys / "terminal-tls.key", "-out", keys / "terminal-tls.pem"], check=True, capture_output=True)
    stage.do("start sync")
    with Person(stage) as person:
        walk(person, until="ticket")
        person.do("expect registered", "expect progress waiting")
        stage.do("stop sync")
        for name in ("terminal-tls.pem", "terminal-tls.key"):
            (keys / f"{name}.right").rename(keys / name)
        stage.do("start sync")
        person.do("expect progress sent")
        [opened] = stage.collect()["opened"]
        assert inputs(opened)["phone"] == "0639980012"


def test_nobody_moves(open_stage):
    """Asked, extended by one touch, asked again, then everything is wiped and the first screen is there for the next."""
    stage = open_stage("--set", "session.idle_s=5", "--set", "session.answer_s=5")
    with Person(stage) as person:
        walk(person, until="card")
        person.do("wait screen idle", "touch option:stay", "wait screen card")
        person.do("wait screen idle", "wait screen welcome", "expect wiped")
