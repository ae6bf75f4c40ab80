# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the meson tests that are not pytest: plan.py BUILD. pytest is run once for all of its files, so that its cases are counted."""
import json
import pathlib
import sys

tests = json.loads((pathlib.Path(sys.argv[1]) / "meson-info/intro-tests.json").read_text(encoding="utf-8"))
print(*(test["name"] for test in tests if "pytest" not in test["cmd"]))
