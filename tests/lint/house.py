# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the checkout against the rules of the house: house.py ROOT. TAP on standard output, one line a rule."""
import pathlib
import sys

import checks


def read_tree(root):
    """Text files of the checkout; what was built and what git keeps for itself is left out."""
    tree = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_dir() or name.startswith(("_", ".git/")) or "/__pycache__/" in name or ".pytest_cache" in name:
            continue
        try:
            tree[name] = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
    return tree


def main():
    tree = read_tree(pathlib.Path(sys.argv[1]))
    print(f"1..{len(checks.CHECKS)}")
    for number, check in enumerate(checks.CHECKS, 1):
        faults = list(check(tree))
        print(f'{"not ok" if faults else "ok"} {number} {check.__name__[6:]}: {check.__doc__}')
        for fault in faults:
            print(f"#   {fault}")
    return 0


sys.exit(main())
