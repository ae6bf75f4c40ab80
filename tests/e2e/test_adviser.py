# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a request: the caisse answers, the person comes back with the reference and hears it; the adviser's badge opens the list."""
import os
import subprocess

from house import BUILD, Person, walk
from test_taps import QUICK, enrol


# The reader has seen that the badge went away: something else was there.
ANOTHER = ("take-away", "tap phone", "wait screen tap-phone", "take-away", "wait screen welcome")


def answer(stage, reference, code):
    done = subprocess.run([BUILD / "sync/caisse/perron-caisse", "--config", f"{stage.env['CONF']}/caisse.conf", "reply", reference, code],
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def ask(person):
    """The main job, to its end; the reference."""
    walk(person, until="ticket")
    person.do("expect registered")
    [reference] = person.references()
    person.do("touch option:finish", "wait screen done", "dock remove", "touch next", "wait screen welcome")
    return reference


def come_back(person, reference):
    person.do("touch option:reference", "wait screen reference", f"tap-type {reference.replace('-', '').lower()}", "touch submit")


def test_the_answer_of_the_caisse_is_heard(stage, person):
    reference = ask(person)
    stage.collect()
    answer(stage, reference, "come-to-desk")
    come_back(person, reference)
    person.do("wait screen replied", f"expect text {reference}", "expect text \"Votre caisse vous demande de venir à l’accueil.\"",
              "expect said \"Votre caisse vous demande de venir\"", "shot replied")
    # It answers again while the person reads.
    answer(stage, reference, "done")
    person.do("expect progress done", "expect text \"Traitée par votre caisse.\"", "expect said \"Traitée par votre caisse\"",
              "touch option:finish", "wait screen done", "expect wiped")


def test_an_adviser_sees_the_list_and_nobody(open_stage):
    stage = open_stage(*QUICK)
    enrol(stage)
    with Person(stage) as person:
        person.do("wait screen welcome", "dock net cut")
        reference = ask(person)
        person.do("tap badge", "wait screen list", f"expect text {reference}", "expect text \"Attendent ici : 1\"",
                  "expect text \"Attend sur cette borne.\"", "expect text \"aujourd’hui à\"", "shot adviser-list",
                  "expect said \"Demandes à suivre: 1\"", "keypad next", f"expect said \"{', '.join(reference.replace('-', ''))}\"", "shot adviser-line")
        for word in ("DUPONT", "CAMILLE", "06 39", "0176", "carte", "rappel"):
            assert word not in person.seen["text"], "the terminal does not know, and does not say, who asked what"
        person.do("take-away", "dock net up", "expect text \"pas encore confirmée\"", "expect text \"Attendent ici : 0\"")
        stage.collect()
        person.do("expect text \"Reçue par la caisse\"")
        answer(stage, reference, "call-missed")
        person.do("expect text \"appel sans réponse de la personne\"", "touch option:next", "expect text \"appel sans réponse\"")
        # The second tap leaves; so does the button; and the list is of no person's session.
        person.do("tap badge", "wait screen welcome", *ANOTHER, "tap badge", "wait screen list", "take-away", "touch option:quit",
                  "wait screen welcome")
        # What is done needs nobody any more.
        answer(stage, reference, "done")
        person.do(*ANOTHER[1:], "tap badge", "wait screen list", "expect text \"Aucune demande à suivre.\"", "take-away", "touch foot:leave", "wait screen leave",
                  "touch option:quit", "wait screen welcome")
        # Nobody can bring the list back who has no badge: not by going back, not by the person's own leaving.
        person.do("touch option:start", "wait screen language", "touch back", "wait screen welcome")
        come_back(person, reference)
        person.do("wait screen replied", "expect text \"Traitée par votre caisse.\"")


def test_the_list_closes_when_nobody_moves(open_stage):
    stage = open_stage(*QUICK, "--set", "session.idle_s=5", "--set", "session.answer_s=5")
    enrol(stage)
    with Person(stage) as person:
        person.do("wait screen welcome", "tap badge", "wait screen list", "take-away", "wait screen idle", "wait screen welcome")
