# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole house under test: perron-stage and perron-person as objects. Every wait is theirs, and bounded."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PERRON_BUILD_ROOT", ROOT / "_build"))
STAGE = BUILD / "kiosk/demo/perron-stage"
PERSON = BUILD / "kiosk/demo/perron-person"


class Stage:
    """A world in a folder of its own; gone, with every process, at the end of the with."""

    def __init__(self, folder, *arguments):
        self.folder = pathlib.Path(folder)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.log = open(f"{folder}.stage.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([STAGE, "--dir", folder, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)
        first = self.process.stdout.readline()
        if first != "ready\n":
            self.end()
            raise AssertionError(f"the stage did not get ready: {pathlib.Path(self.log.name).read_text(encoding='utf-8')}")
        self.env = json.loads(self.ask("env"))

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def do(self, line):
        answer = self.ask(line)
        assert answer.startswith("ok"), f"{line}: {answer}"
        return answer[3:]

    def pid(self, name):
        return int(self.do(f"pid {name}"))

    def collect(self):
        """What the caisse has opened so far."""
        return json.loads(pathlib.Path(self.do("collect")).read_text(encoding="utf-8"))

    def perron(self, *arguments):
        """The perron command on this world's configuration, parsed."""
        done = subprocess.run([BUILD / "kiosk/ctl/perron", *arguments, "--config", f"{self.env['CONF']}/perron.conf", "--json"],
                              env={**os.environ, **{name: self.env[name] for name in ("PCSCLITE_CSOCK_NAME", "ALSA_CONFIG_PATH")}},
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def end(self):
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Person:
    """Somebody at the terminal of a stage."""

    def __init__(self, stage, patience_ms=30000):
        self.stage = stage
        self.seen = {}
        self.process = subprocess.Popen([PERSON, "--patience", str(patience_ms), "--transcript", f"{stage.folder}/transcript-{id(self)}.txt"],
                                        env={**os.environ, **stage.env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        self.seen = json.loads(self.process.stdout.readline())
        return self.seen

    def do(self, *lines):
        for line in lines:
            answer = self.ask(line)
            assert answer["ok"], f"{line}: {answer.get('error')}"
        return self.seen

    def history(self, kind):
        return [item[1:] for item in self.seen.get("history", []) if item[0] == kind]

    def references(self):
        return [item[0] for item in self.history("registered")]

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


# The main job as steps: on this screen, these things are done, which lead to the next.
STEPS = [
    ("welcome", ["touch option:start"]),
    ("language", ["touch option:fr"]),
    ("voice", ["touch option:off"]),
    ("size", ["touch option:size-0"]),
    ("notice", ["touch option:yes"]),
    ("adult", ["touch option:yes"]),
    ("card", ["dock insert camille.json"]),
    ("confirm", ["touch option:yes"]),
    ("what-is", ["touch next"]),
    ("who-sees", ["touch next"]),
    ("your-say", ["touch next"]),
    ("wish", ["touch option:later"]),
    ("offer", ["touch option:call"]),
    ("topic", ["touch option:carte"]),
    ("phone", ["tap-type {phone}", "touch submit"]),
    ("slots", ["touch option:lundi-matin", "touch option:vendredi-apres-midi", "touch submit"]),
    ("voicemail", ["touch option:no"]),
    ("review", ["touch option:confirm"]),
    ("ticket", ["touch option:finish"]),
    ("done", ["dock remove", "touch next"]),
]


def walk(person, until=None, phone="0639980012", before_step=None, steps=None):
    """Goes through the steps; stops on the screen `until`, before anything is done there."""
    for screen, lines in steps or STEPS:
        person.do(f"wait screen {screen}")
        if before_step:
            before_step(screen)
        if screen == until:
            return
        person.do(*(line.format(phone=phone) for line in lines))


def inputs(opened):
    """{name: value} of the Task in an opened envelope."""
    task = resource(opened, "Task")
    return {item["type"]["coding"][0]["code"]: item.get("valueString", item.get("valueDecimal")) for item in task["input"]}


def resource(opened, kind):
    """The one resource of that kind in an opened envelope; None when there is none."""
    found = [entry["resource"] for entry in opened["content"]["entry"] if entry["resource"]["resourceType"] == kind]
    assert len(found) <= 1
    return found[0] if found else None
