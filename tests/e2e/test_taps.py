# SPDX-License-Identifier: GPL-3.0-or-later
"""Things held to the contactless reader, while somebody goes through the terminal; and perron-nfc killed and hung at every step."""
import os
import pathlib
import signal
import subprocess

from house import BUILD, Person, walk

# What is held leaves at once here: nobody has to read these sentences.
QUICK = ("--set", "nfc.linger_ms=0", "--set", "nfc.poll_ms=20")


def test_each_thing_is_told_kindly_in_words_and_voice(open_stage):
    stage = open_stage("--set", "nfc.poll_ms=20")
    with Person(stage) as person:
        person.do("wait screen welcome", "tap phone", "wait screen tap-phone", "expect text \"ne lit pas encore l’e-carte Vitale\"",
                  "expect said \"peut-être un téléphone\"", "expect said \"Insérez votre carte Vitale en plastique\"", "shot tap-phone")
        # Taken away within the time it takes to read: the sentence stays, until the person goes on.
        person.do("take-away", "expect text \"en plastique\"", "touch option:resume", "wait screen welcome")
        # A tap is a sign of life: another comes over it, and putting the card in is what was asked for.
        person.do("tap bank", "wait screen tap-payment", "expect text \"Rangez-la\"", "touch back", "wait screen welcome", "take-away")
        # A frame on which the library aborts, while it asks a passport: what speaks to the chip is replaced, and asks again.
        person.do("dock nfc nad", "tap passport-a.json", "wait screen tap-identity", "touch option:resume", "wait screen welcome", "take-away")


def badge(stage, *words):
    subprocess.run([BUILD / "kiosk/ctl/perron", "--config", f"{stage.env['CONF']}/perron.conf", "badge", *words], timeout=60, check=True)


def enrol(stage):
    stage.do("stop kiosk")  # one reader, and one who hears it
    stage_dock(stage, "tap", "desfire-badge.json")
    badge(stage, "enrol", "ACCUEIL 2")
    stage_dock(stage, "untap")
    stage.do("start kiosk")


def known_badge(stage):
    """In the middle of somebody's session it opens nothing, and says so; forgotten, it is any badge."""
    enrol(stage)
    with Person(stage) as person:
        person.do("wait screen welcome", "touch option:start", "wait screen language", "tap badge", "wait screen tap-badge-known",
                  "expect text \"ACCUEIL 2\"", "take-away", "wait screen language")
        badge(stage, "forget", "ACCUEIL 2")
        person.do("tap badge", "wait screen tap-badge", "expect no-text \"ACCUEIL 2\"", "take-away", "wait screen language",
                  "touch back", "wait screen welcome", "tap badge", "wait screen tap-badge", "take-away", "wait screen welcome")


def test_nothing_typed_is_lost_and_a_badge_has_its_name(open_stage):
    stage = open_stage(*QUICK)
    with Person(stage) as person:
        walk(person, until="phone")
        person.do("tap-type 063998", "expect text \"06 39 98\"")
        for thing, screen in (("bank", "tap-payment"), ("transport", "tap-transport"), ("identity", "tap-identity"), ("badge", "tap-badge")):
            person.do(f"tap {thing}", f"wait screen {screen}", "take-away", "wait screen phone", "expect text \"06 39 98\"")
        person.do("tap-type 0012", "expect text \"06 39 98 00 12\"", "touch submit", "wait screen slots")
        # Nothing but the travel document application was ever selected, and no identifier stands in any log.
        asked = stage_dock(stage, "status")
        assert "325041592E" not in asked and '"00A4040C07A0000002471001"' in asked
        for log in pathlib.Path(stage.env["LOGS"]).glob("*.log"):
            text = log.read_text(encoding="utf-8", errors="replace").upper()
            assert "A1B2C3D6" not in text and "04112233445566" not in text, log
    known_badge(stage)


def stage_dock(stage, *words):
    done = subprocess.run([BUILD / "hw/dock/perron-dock", "--control", f"{stage.env['RUN']}/dock", *words], capture_output=True, text=True,
                          timeout=30, check=True)
    return done.stdout


def members(pid):
    """The keeper and its worker."""
    found = [pid]
    for task in pathlib.Path("/proc").iterdir():
        if task.name.isdigit():
            try:
                if int((task / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(task.name))
            except OSError:
                continue
    return found


def test_killed_and_hung_at_every_step_it_costs_nothing(open_stage):
    stage = open_stage(*QUICK)
    steps = 0

    def replace_nfc():
        stage.do("kill nfc")
        stage_dock(stage, "nfc", "hang-up")  # a pseudo-terminal that the dock holds remembers TIOCEXCL (hw/nfc/README.md)
        stage.do("start nfc")

    def disturb(screen):
        nonlocal steps
        steps += 1
        if screen == "done":
            return
        if steps % 2:
            # Killed with a sentence on screen: what lay there is gone, as far as anybody can know.
            person.do("tap phone", "wait screen tap-phone")
            stage.do("kill nfc")
            person.do(f"wait screen {screen}", "take-away")
            replace_nfc()
            return
        for pid in members(stage.pid("nfc")):
            os.kill(pid, signal.SIGSTOP)  # the step is done with a reader that says nothing; then it is replaced
        hung.append(screen)

    def after_hang(screen):
        if hung:
            hung.clear()
            replace_nfc()
        disturb(screen)

    hung = []
    with Person(stage) as person:
        walk(person, before_step=after_hang)
        person.do("wait screen welcome")
        assert steps >= 20 and len(person.references()) == 1
        # It still hears: the last one that was started is the one that speaks.
        replace_nfc()
        person.do("tap badge", "wait screen tap-badge", "take-away", "wait screen welcome")
    assert len(stage.perron("queue", "list")) == 1, "the request was registered once"
