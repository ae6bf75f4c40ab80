# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts what the runners reported, lists skips and failures, looks for processes left behind: summary.py RESULTS RUNNER_STATUS."""
import os
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


def read_cases(path):
    """(name, outcome, reason) of each test case of a JUnit file."""
    for suite in ElementTree.parse(path).iter("testsuite"):
        # meson keeps the reason of a skipped TAP line only in the output of the test
        reasons = dict(re.findall(r"^ok (\d+ .*?)\s*# SKIP\s*(.*)$", suite.findtext("system-out") or "", re.MULTILINE))
        for case in suite.findall("testcase"):
            name = f'{suite.get("name")}: {case.get("name")}'
            for tag, outcome in (("failure", "failed"), ("error", "failed"), ("skipped", "skipped")):
                node = case.find(tag)
                if node is not None:
                    yield name, outcome, (node.get("message") or node.text or reasons.get(case.get("name")) or "").strip()
                    break
            else:
                yield name, "passed", ""


def left_behind(word):
    """Processes that still carry the word of this run, but for this one and those that wait for it."""
    ours = set()
    pid = os.getpid()
    while pid > 1:
        ours.add(pid)
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rpartition(")")[2].split()[1])
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) in ours:
            continue
        try:
            if f"PERRON_TEST_RUN={word}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                yield entry.name, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue


def main():
    results, status = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    cases = [case for path in sorted(results.glob("*.xml")) for case in read_cases(path)]
    fuzz = results / "fuzz.status"
    if fuzz.exists():
        code = int(fuzz.read_text())
        cases.append(("fuzz: the card path and the parsers", {0: "passed", 77: "skipped"}.get(code, "failed"), f"tests/fuzz/run ended with {code}"))
    for pid, command in left_behind(os.environ["PERRON_TEST_RUN"]):
        cases.append((f"left behind: process {pid}", "failed", command))

    count = {outcome: [case for case in cases if case[1] == outcome] for outcome in ("passed", "failed", "skipped")}
    count["failed"] += [(name, "failed", "skipped without a reason") for name, _, reason in count["skipped"] if not reason]
    if status != 0 and not count["failed"]:
        count["failed"].append(("a runner failed without naming a test", "failed", f"status {status}"))
    print()
    for name, _, reason in count["failed"]:
        print(f"FAILED   {name}: {reason.splitlines()[0] if reason else 'see above'}")
    for name, _, reason in count["skipped"]:
        print(f"SKIPPED  {name}: {reason.splitlines()[0] if reason else '(none given)'}")
    print(f'{len(count["passed"])} passed, {len(count["failed"])} failed, {len(count["skipped"])} skipped')
    sys.exit(1 if count["failed"] or not count["passed"] else 0)


main()
