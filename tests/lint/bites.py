# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule of the house must bite: one good and at least one bad sample a rule. TAP on standard output."""
import sys

import checks

KEYS = 'STRING_KEY (A_B, "a", "b", "", "what it is")\n'
SPDX = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
PO = 'msgid "a"\nmsgstr "{name} x"\n\n'

# rule: (good tree, [bad trees])
SAMPLES = {
    checks.check_layers: (
        {"ui/a.c": '#include "kiosk/core/log.h"\n#include <glib.h>\n', "tests/ui/t.c": '#include "ui/a.h"\n'},
        [{"ui/a.c": '#include "hw/card/tlv.h"\n'}, {"ui/a.c": '#include "sync/store/outbox.h"\n'}, {"hw/card/a.c": '#include "i18n/po.h"\n'},
         {"kiosk/core/a.c": '#include "kiosk/journey/runner.h"\n'}, {"ui/a.c": '#include "a.h"\n'}, {"ui/a.c": '# include "../hw/x.h"\n'},
         {"sync/http/a.c": '#include "hw/card/tlv.h"\n'}, {"kiosk/journey/a.c": '#include "ui/window.h"\n'}]),
    checks.check_reserved: (
        {"sync/caisse/a.c": '#include "sync/seal/open.h"\n', "sync/http/b.c": "#include <curl/curl.h>\n"},
        [{"kiosk/app/a.c": '#include "sync/seal/open.h"\n'}, {"sync/daemon/a.c": '#include "sync/seal/open.h"\n'},
         {"kiosk/app/a.c": "#include <curl/curl.h>\n"}, {"sync/daemon/a.c": "#include <winscard.h>\n"}, {"hw/card/a.c": "#include <gtk/gtk.h>\n"},
         {"kiosk/app/a.c": "#include <nfc/nfc.h>\n"}, {"hw/card/a.c": "#include <nfc/nfc.h>\n"}]),
    checks.check_function_length: ({"a.c": "f (void)\n{\n" + "  x;\n" * 80 + "}\n"}, [{"a.c": "f (void)\n{\n" + "  x;\n" * 95 + "}\n"}]),
    checks.check_file_length: ({"a.c": "\n" * 400}, [{"a.c": "\n" * 501}, {"a.py": "\n" * 501}]),
    checks.check_line_length: ({"a.c": "x" * 140}, [{"a.c": "x" * 151}]),
    checks.check_spdx: ({"a.c": SPDX, "tests/run": "#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n"},
                        [{"a.c": "int x;\n"}, {"a.py": "x = 1\n"}, {"kiosk/run": "#!/bin/sh\n"}, {"i18n/po/fr.po": 'msgid ""\n'}, {"a.c": "\n\n\n" + SPDX}]),
    checks.check_goto: ({"a.c": 'f ("goto x");\n/* goto */\n'}, [{"a.c": "  goto out;\n"}, {"a.c": "  if (x) goto out; /* why */\n"}]),
    checks.check_sleep: ({"a.c": "/* no sleep (1) */ sleepy (1);\n", "a.sh": "echo sleep well\n"},
                         [{"a.c": "  sleep (1);\n"}, {"a.c": "g_usleep(5);\n"}, {"a.py": "    time.sleep(1)\n"}, {"a.sh": "  sleep 1\n"},
                          {"tests/run": "true; sleep 0.5\n"}, {"a.c": "nanosleep (&t, NULL);\n"}]),
    checks.check_unfinished: ({"a.c": "/* done, TODOS is a name */\n"}, [{"a.c": "/* TO" "DO: x */\n"}, {"a.py": "# FIX" "ME\n"}, {"ui/README.md": "TO" "DO\n"}]),
    checks.check_top_level: ({"ui/a.c": "", ".gitignore": "", "README.md": ""}, [{"src/a.c": ""}, {"notes.txt": ""}]),
    checks.check_pragma_once: ({"a.h": "#pragma once\n"}, [{"a.h": "#ifndef A\n"}]),
    checks.check_config_documented: (
        {"kiosk/core/config-keys.def": KEYS, "ui/a.c": "PERRON_CONFIG_A_B"},
        [{"kiosk/core/config-keys.def": KEYS.replace("what it is", ""), "ui/a.c": "PERRON_CONFIG_A_B"},
         {"kiosk/core/config-keys.def": KEYS + KEYS, "ui/a.c": "PERRON_CONFIG_A_B"}, {"kiosk/core/config-keys.def": KEYS},
         {"kiosk/core/config-keys.def": KEYS + "STRING_KEY (A_C)\n", "ui/a.c": "PERRON_CONFIG_A_B"}]),
    checks.check_config_files: ({"kiosk/core/config-keys.def": KEYS, "kiosk/x.conf.in": "# a\n[a]\nb=1\n"},
                                [{"kiosk/core/config-keys.def": KEYS, "kiosk/x.conf.in": "[a]\nc=1\n"},
                                 {"kiosk/core/config-keys.def": KEYS, "kiosk/x.conf.in": "[c]\nb=1\n"}]),
    checks.check_test_folders: ({"tests/ui/meson.build": "test('a', x)", "tests/ui/test-a.c": ""},
                                [{"tests/ui/meson.build": "# soon"}, {"tests/ui/meson.build": "test('a', x)", "tests/ui/test-lost.c": ""},
         {"tests/ui/meson.build": "test('a', x)", "tests/ui/test_lost.py": ""}]),
    checks.check_named_tests: (
        {"tests/P.md": "`net/test_a.py::test_b` `sync/test-c.c::test_d` `other.md`", "tests/net/test_a.py": "def test_b(x):\n",
         "tests/sync/test-c.c": "static void\ntest_d (void)\n"},
        [{"tests/P.md": "`net/test_a.py::test_b`", "tests/net/test_a.py": "def test_bc(x):\n"}, {"sync/README.md": "`net/test_a.py::test_b`"},
         {"tests/P.md": "`sync/test-c.c::test_d`", "tests/sync/test-c.c": "  test_d (1);\n"}]),
    checks.check_only_the_log_speaks: (
        {"ui/a.c": "perron_log (X);\n/* g_message (name) */\n", "kiosk/demo/a.c": 'g_printerr ("x");\n', "kiosk/ctl/a.c": 'g_print ("x");\n'},
        [{"ui/a.c": 'g_message ("%s", name);\n'}, {"sync/store/a.c": "syslog (1, name);\n"}, {"kiosk/app/a.c": 'g_printerr ("%s", name);\n'},
         {"hw/card/a.c": 'perror (name);\n'}]),
    checks.check_languages: ({"i18n/po/fr.po": PO, "i18n/po/en.po": PO},
                             [{"i18n/po/fr.po": PO, "i18n/po/en.po": ""}, {"i18n/po/fr.po": PO, "i18n/po/en.po": PO + PO.replace('"a"', '"b"')},
                              {"i18n/po/fr.po": PO, "i18n/po/en.po": 'msgid "a"\nmsgstr ""\n'}, {"i18n/po/fr.po": PO, "i18n/po/en.po": PO.replace("name", "phone")},
                              {"i18n/po/fr.po": PO, "i18n/po/en.po": "#, fuzzy\n" + PO}, {"i18n/po/fr.po": PO + PO, "i18n/po/en.po": PO},
                              {"i18n/po/fr.po": PO, "i18n/po/en.po": PO, "ui/a.c": 'say ("ui.nowhere");'}]),
    checks.check_readmes: ({"ui/a.c": "", "ui/README.md": "", "hw/x/a.c": "", "hw/README.md": ""}, [{"ui/a.c": ""}]),
}


def main():
    rules = checks.CHECKS
    print(f"1..{len(rules)}")
    for number, rule in enumerate(rules, 1):
        good, bad = SAMPLES.get(rule, ({}, []))
        barks = list(rule(good))
        silent = [sample for sample in bad if not list(rule(sample))]
        ok = bad and not barks and not silent
        print(f'{"ok" if ok else "not ok"} {number} {rule.__name__[6:]} bites on {len(bad)} bad samples')
        for line in [f"barks at a good sample: {bark}" for bark in barks] + [f"is silent at {sample}" for sample in silent]:
            print(f"#   {line}")
    return 0


sys.exit(main())
