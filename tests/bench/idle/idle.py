# SPDX-License-Identifier: GPL-3.0-or-later
"""Wake-ups a second of the whole terminal while nobody is there: kiosk, sync, NFC helper and pcscd as the stage runs them, reader attached,
no card. Counted by the kernel: times each thread went to sleep of its own (voluntary_ctxt_switches of /proc/PID/task/TID/status), over
SECONDS; to be put off the processor for somebody else is no wake-up. The budget is for the terminal's own processes and its pcscd together;
the others are told: idle.py [SECONDS]."""
import os
import pathlib
import select
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "e2e"))
from house import Person, Stage  # noqa: E402

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
SETTLE_S = 45.0  # what is said on arrival is over, and the card watch has become quiet
BUDGET = 5.0
HURRIED = ("idle_s", "retry_base_ms", "retry_cap_ms", "poll_ms", "look_ms")
OWN = ("perron-kiosk", "perron-sync", "perron-nfc", "pcscd")


def list_processes(root):
    """{pid: name} of everything under this process."""
    parents, names = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
            names[int(entry.name)], parents[int(entry.name)] = name, int(rest[1])
    below = {root}
    for _ in range(20):
        below |= {pid for pid, parent in parents.items() if parent in below}
    return {pid: names[pid] for pid in below if pid in names}


def count(pid):
    """Of each thread: its name and how often it slept and woke."""
    ran = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            slept = next(line for line in (task / "status").read_text().splitlines() if line.startswith("voluntary_ctxt_switches:"))
            ran[task.name] = ((task / "comm").read_text().strip(), int(slept.split()[1]))
        except OSError:
            pass
    return ran


def pause(seconds):
    """The thing that is measured is time passing."""
    select.select([], [], [], seconds)


def be_the_product(stage):
    """The stage is in a hurry, for demonstrations and tests; a terminal keeps its defaults."""
    conf = pathlib.Path(stage.env["CONF"]) / "perron.conf"
    lines = conf.read_text(encoding="utf-8").splitlines(keepends=True)
    conf.write_text("".join(line for line in lines if line.partition("=")[0] not in HURRIED), encoding="utf-8")
    for name in ("sync", "nfc", "kiosk"):
        stage.do(f"restart {name}")


def main():
    with tempfile.TemporaryDirectory() as folder, Stage(f"{folder}/world") as stage:
        be_the_product(stage)
        with Person(stage) as person:
            person.do("wait screen welcome")
        pause(SETTLE_S)
        processes = list_processes(os.getpid())
        before = {pid: count(pid) for pid in processes}
        pause(SECONDS)
        own = 0.0
        for pid, name in sorted(processes.items(), key=lambda item: item[1]):
            threads = [(word, ran - before[pid].get(task, ("", ran))[1]) for task, (word, ran) in count(pid).items()]
            rate = sum(ran for _, ran in threads) / SECONDS
            own += rate if name in OWN else 0
            busy = ", ".join(f"{word} {ran / SECONDS:.2f}" for word, ran in sorted(threads, key=lambda item: -item[1]) if ran > 0)
            print(f"wakeups {name:<16} {rate:6.2f} a second ({busy})")
    print(f"wakeups idle-terminal {own:.2f} a second (budget {BUDGET:g})")
    print(f"ratio idle-terminal {own / BUDGET:.2f} (of the budget)")
    sys.exit(0 if own < BUDGET else 1)


main()
