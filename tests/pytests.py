# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the meson tests that are pytest files, each with the environment it was registered with: pytests.py BUILD RESULTS [SUITE…].
One JUnit file each, so that cases are counted and not files. Those that may run beside others go two at a time, before those that
may not."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

from plan import read_tests


def run(test, results):
    more = os.environ.get("PERRON_PYTEST", "").split()
    command = [*test["cmd"], *more, "-rs", f"--junitxml={results / ('pytest-' + test['name'] + '.xml')}", "-o", f"junit_suite_name={test['name']}"]
    start = time.monotonic()
    # A limit for what hangs, far over what it takes: a loaded machine must not fail a test.
    limit = 3 * test["timeout"]
    try:
        done = subprocess.run(command, env={**os.environ, **test["env"]}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=limit, check=False)
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        status, output = 1, f"{late.output or b''}\nstopped after {limit} s"
    took = time.monotonic() - start
    good = status in (0, 5)  # 5: nothing selected by PERRON_PYTEST
    print(f"{test['name']:<24} {'ok' if good else 'FAILED':<8}{took:6.1f} s", flush=True)
    if not good:
        print(output, flush=True)
        if not list(results.glob(f"pytest-{test['name']}.xml")):
            (results / f"pytest-{test['name']}.xml").write_text(
                f'<testsuites><testsuite name="{test["name"]}"><testcase name="run"><error message="ended with {status}"/></testcase>'
                "</testsuite></testsuites>", encoding="utf-8")
    return good


def main():
    results = pathlib.Path(sys.argv[2])
    tests = [test for test in read_tests(sys.argv[1], sys.argv[3:]) if "pytest" in test["cmd"]]
    beside = [test for test in tests if test["is_parallel"]]
    alone = [test for test in tests if not test["is_parallel"]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        good = list(pool.map(lambda test: run(test, results), beside))
    good += [run(test, results) for test in alone]
    sys.exit(0 if all(good) else 1)


main()
