# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the meson tests that are not pytest: plan.py BUILD [SUITE…]. tests/pytests.py runs the others, so that each of their
cases is counted."""
import json
import pathlib
import sys


def read_tests(build, suites):
    """Every registered test of these suites (all, when none is named), in order of registration."""
    tests = json.loads((pathlib.Path(build) / "meson-info/intro-tests.json").read_text(encoding="utf-8"))
    return [test for test in tests if not suites or {suite.partition(":")[2] for suite in test["suite"]} & set(suites)]


if __name__ == "__main__":
    print(*(test["name"] for test in read_tests(sys.argv[1], sys.argv[2:]) if "pytest" not in test["cmd"]))
