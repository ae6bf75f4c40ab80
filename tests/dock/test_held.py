# SPDX-License-Identifier: GPL-3.0-or-later
"""Another program has the reader, while the terminal's watch runs: it has its own name, which is not that of a card that is
refused or mute, and the card is read when the program lets go, without a hand."""
import os
import select
import subprocess

import pytest

from conftest import BUILD, SOURCE, WAIT_S, die_with_the_test


class Talker:
    """A program of this test that is asked in lines and answers in lines."""

    def __init__(self, world, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, preexec_fn=die_with_the_test,
                                        env={**os.environ, "PCSCLITE_CSOCK_NAME": str(world.pcsc)})

    def hear(self):
        ready, _, _ = select.select([self.process.stdout], [], [], WAIT_S)
        assert ready, "nothing is said"
        return self.process.stdout.readline().decode().split()

    def ask(self, line):
        self.process.stdin.write(line.encode() + b"\n")

    def do(self, line):
        self.ask(line)
        assert self.hear() == ["ok"], line

    def until(self, *statuses):
        """The news up to one of these: [(microseconds, status, names…)]."""
        seen = []
        while not seen or seen[-1][1] not in statuses:
            told_us, *rest = self.hear()
            seen.append((int(told_us), *rest))
        return seen

    def end(self):
        self.process.stdin.close()
        self.process.wait(WAIT_S)
        self.process.stdout.close()


@pytest.fixture
def other(reader):
    program = Talker(reader, BUILD / "tests/dock/hold-tool")
    yield program
    program.end()


@pytest.fixture
def watch(reader):
    reader.ask("remove")  # what an earlier test left in
    program = Talker(reader, BUILD / "tests/dock/watch-tool", SOURCE / "hw" / "profiles")
    program.until("no-card")
    yield program
    program.end()


@pytest.mark.parametrize("how", ["exclusive", "transaction"])
def test_held_when_the_terminal_comes(reader, other, how):
    reader.ask("remove")
    other.do("empty")
    reader.do("insert camille.json")
    other.do(how)
    watch = Talker(reader, BUILD / "tests/dock/watch-tool", SOURCE / "hw" / "profiles")
    seen = watch.until("held")
    assert {item[1] for item in seen} <= {"reading", "held"}, seen  # what is out of date is not told
    other.do("release")
    assert [item[1:] for item in watch.until("read")][-1] == ("read", "CAMILLE")
    watch.end()


def test_held_the_moment_it_is_seen(reader, other, watch):
    """A program that takes every card for itself as it comes, and lets go: whoever is first, the card is read in the end."""
    for _ in range(8):
        other.ask("grab")
        assert other.hear() == ["waiting"]
        reader.do("insert camille.json")
        assert other.hear() == ["ok"]
        other.do("release")
        assert watch.until("read")[-1][2:] == ("CAMILLE",)
        reader.do("remove")
        watch.until("no-card")


def test_taken_back_while_it_is_held(reader, other, watch):
    """Who is tired of waiting takes the card: the slot is empty, and nobody is told of having been too quick."""
    reader.do("insert camille.json")
    watch.until("read")
    reader.do("remove")
    watch.until("no-card")
    other.ask("grab")
    assert other.hear() == ["waiting"]
    reader.do("insert lea.json")
    assert other.hear() == ["ok"]
    watch.until("held", "read")  # whoever was first
    reader.do("remove")
    assert [item[1] for item in watch.until("no-card")] == ["no-card"]
    other.do("release")


@pytest.mark.parametrize("how", ["exclusive", "transaction"])
def test_the_command_says_so(reader, other, how):
    """A transaction ends when it ends: the command ends when its time is over."""
    reader.ask("remove")
    other.do("empty")
    reader.do("insert camille.json")
    other.do(how)
    assert reader.read_card("--timeout", "1")["status"] == "held"
    other.do("release")
    assert reader.read_card()["status"] == "read"
