# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house, as functions: a tree {path: text} in, faults "path:line: what" out. Pure, so that test_checks can feed them."""
import re

C_FILES = (".c", ".h", ".def")
CODE_FILES = C_FILES + (".py", ".sh", ".css")
FUNCTION_LINES_MAX = 90
FILE_LINES_MAX = 500
LINE_CHARS_MAX = 150

TOP_LEVEL = {"kiosk", "ui", "i18n", "sync", "hw", "tests", "meson.build", "README.md", "LICENSE", "meson_options.txt"}

# room: rooms whose headers it may include, besides its own. A room is the longest prefix that matches.
LAYERS = {
    "kiosk/core": (),
    "hw": ("kiosk/core",),
    "i18n": ("kiosk/core",),
    "sync": ("kiosk/core",),
    "kiosk/journey": ("kiosk/core", "i18n"),
    "ui": ("kiosk/core", "kiosk/journey", "i18n"),
    "kiosk/app": ("kiosk/core", "kiosk/journey", "ui", "i18n", "hw", "sync"),
    "kiosk/ctl": ("kiosk/core", "kiosk/journey", "i18n", "hw", "sync"),
    "kiosk/demo": ("kiosk/core",),
    "tests": ("kiosk/core", "kiosk/journey", "kiosk/app", "kiosk/ctl", "kiosk/demo", "ui", "i18n", "hw", "sync"),
}

# What only some rooms may touch: part of an include, rooms.
RESERVED = {
    "sync/seal/open.h": ("sync/seal", "sync/caisse", "tests"),
    "gtk/gtk.h": ("ui", "kiosk/app", "hw/dock", "tests"),
    "winscard.h": ("hw/pcsc", "hw/dock", "tests"),
    "ifdhandler.h": ("hw/dock", "tests"),
    "sqlite3.h": ("sync/db", "tests"),
    "curl/": ("sync/http", "sync/daemon", "sync/caisse", "tests"),
    "microhttpd.h": ("sync/gateway", "sync/enrol", "tests"),
    "espeak-ng/": ("hw/speech", "tests"),
    "alsa/": ("hw/keys", "hw/dock", "tests"),
    "pulse/": ("hw/speech", "hw/audio", "hw/dock", "tests"),
    "nfc/": ("hw/nfc", "tests"),
    "tss2/": ("sync/device", "tests"),
    "X11/": ("kiosk/demo", "tests"),
}

# Rooms that see a person, or what is sealed of one.
SILENT = ("kiosk/core/", "kiosk/app/", "kiosk/journey/", "ui/", "hw/card/", "hw/pcsc/", "hw/speech/", "hw/audio/", "hw/print/", "sync/")


def room_of(path, rooms):
    return max((room for room in rooms if path.startswith(room + "/")), key=len, default=None)


def lines_of(tree, endings):
    for path, text in sorted(tree.items()):
        if path.endswith(endings):
            for number, line in enumerate(text.splitlines(), 1):
                yield path, number, line


def check_layers(tree):
    """A room includes only rooms under it, by root-relative paths."""
    for path, number, line in lines_of(tree, C_FILES):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match:
            continue
        room, target = room_of(path, LAYERS), room_of(match[1], LAYERS)
        if target is None:
            yield f'{path}:{number}: "{match[1]}" does not begin at the root of the house'
        elif room is None or (target != room and target not in LAYERS[room]):
            yield f'{path}:{number}: {room or "this folder"} may not include {target} ("{match[1]}")'


def check_reserved(tree):
    """Devices, network, toolkit and the opening of envelopes belong to named rooms."""
    for path, number, line in lines_of(tree, C_FILES):
        match = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
        for part, rooms in RESERVED.items() if match else ():
            if match[1].startswith(part) and not path.startswith(tuple(room + "/" for room in rooms)):
                yield f"{path}:{number}: only {', '.join(rooms)} may include {match[1]}"


def check_function_length(tree):
    """A function is taken in at one look."""
    begin = None
    for path, number, line in lines_of(tree, (".c",)):
        if line == "{":
            begin = number
        elif line in ("}", "};") and begin is not None:
            if number - begin > FUNCTION_LINES_MAX:
                yield f"{path}:{begin}: a function of {number - begin} lines (at most {FUNCTION_LINES_MAX})"
            begin = None


def check_file_length(tree):
    """A file has one subject."""
    for path, text in sorted(tree.items()):
        count = text.count("\n")
        if path.endswith((".c", ".h", ".py", ".sh")) and count > FILE_LINES_MAX:
            yield f"{path}:1: {count} lines (at most {FILE_LINES_MAX})"


def check_line_length(tree):
    """A line fits a screen."""
    for path, number, line in lines_of(tree, C_FILES):
        if len(line) > LINE_CHARS_MAX and not path.endswith(".def") and "/data/" not in path:
            yield f"{path}:{number}: {len(line)} characters (at most {LINE_CHARS_MAX})"


def check_spdx(tree):
    """Each file says its licence."""
    for path, text in sorted(tree.items()):
        if path.endswith(CODE_FILES + (".po",)) or path.endswith("/run") or text.startswith("#!"):
            if "SPDX-License-Identifier: GPL-3.0-or-later" not in "\n".join(text.splitlines()[:3]):
                yield f"{path}:1: no SPDX line in the first three"


def without_words(line):
    """The line without what stands in quotes or in a comment of that line."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return re.sub(r"/\*.*?(\*/|$)|//.*$", "", line)


def check_goto(tree):
    """Clean-up is by scope."""
    for path, number, line in lines_of(tree, C_FILES):
        if re.search(r"\bgoto\b", without_words(line)) and not line.lstrip().startswith("*"):
            yield f"{path}:{number}: goto"


def check_sleep(tree):
    """Nothing waits for time to pass when it can wait for the thing itself."""
    pattern = re.compile(r"\b(sleep|usleep|nanosleep|clock_nanosleep|g_usleep)\s*\(|\btime\.sleep\b")
    for path, number, line in lines_of(tree, C_FILES + (".py",)):
        if pattern.search(without_words(line)) and not path.startswith("tests/lint/"):
            yield f"{path}:{number}: sleeps"
    for path, number, line in lines_of(tree, (".sh", "/run")):
        if re.match(r"\s*(.*[;&|]\s*)?sleep\s+[\d$]", line):
            yield f"{path}:{number}: sleeps"


def check_unfinished(tree):
    """What is missing is an issue, not a note in the code."""
    for path, number, line in lines_of(tree, CODE_FILES + ("/run", "meson.build", ".in", ".md")):
        if re.search(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b", line):
            yield f"{path}:{number}: an unfinished note"


def check_top_level(tree):
    """The top of the house is fixed."""
    for name in sorted({path.split("/")[0] for path in tree}):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{name}:1: not one of the folders and files of the top level"


def check_pragma_once(tree):
    """Headers are read once."""
    for path, text in sorted(tree.items()):
        if path.endswith(".h") and "#pragma once" not in text:
            yield f"{path}:1: no #pragma once"


def table_of_config(tree):
    text = tree.get("kiosk/core/config-keys.def", "")
    return re.findall(r'^[A-Z]+_KEY \((\w+), "(\w+)", "(\w+)",.*"([^"]*)"\)$', text, re.MULTILINE)


def check_config_documented(tree):
    """Each setting says what it is, once, and some program reads it."""
    seen = set()
    rows = table_of_config(tree)
    declared = len(re.findall(r"^[A-Z]+_KEY \(", tree.get("kiosk/core/config-keys.def", ""), re.MULTILINE))
    if len(rows) != declared:
        yield f"kiosk/core/config-keys.def:1: {declared - len(rows)} rows are not of the documented form"
    code = "\n".join(text for path, text in tree.items() if path.endswith(".c") and not path.startswith(("kiosk/core/", "tests/")))
    for name, group, key, meaning in rows:
        if len(meaning) < 8:
            yield f"kiosk/core/config-keys.def:1: [{group}] {key} is not explained"
        if (group, key) in seen:
            yield f"kiosk/core/config-keys.def:1: [{group}] {key} stands twice"
        if f"PERRON_CONFIG_{name}" not in code:
            yield f"kiosk/core/config-keys.def:1: [{group}] {key} is read by no program"
        seen.add((group, key))


def check_config_files(tree):
    """Configuration templates name only settings that exist."""
    known = {(group, key) for _, group, key, _ in table_of_config(tree)}
    for path in sorted(path for path in tree if path.endswith(".conf.in") and path.startswith("kiosk/")):
        group = ""
        for number, line in enumerate(tree[path].splitlines(), 1):
            if match := re.match(r"\[(\w+)\]", line):
                group = match[1]
            elif (match := re.match(r"(\w+)=", line)) and (group, match[1]) not in known:
                yield f"{path}:{number}: there is no [{group}] {match[1]}"


def check_test_folders(tree):
    """Each folder of tests has tests, and each test is run."""
    folders = sorted({"/".join(path.split("/")[:2]) for path in tree if re.match(r"tests/[^/]+/", path)})
    for folder in folders:
        files = [path for path in tree if path.startswith(folder + "/")]
        build = tree.get(f"{folder}/meson.build", "")
        if not re.search(r"\b(test|benchmark|subdir)\s*\(", build) and f"{folder}/run" not in tree:
            yield f"{folder}:1: a folder of tests without a test"
        for path in files:
            name = re.search(r"/test-([\w-]+)\.c$|/test_(\w+)\.py$", path)
            if name and (name[1] or name[2]) not in build:
                yield f"{path}:1: no line of {folder}/meson.build runs it"


def check_named_tests(tree):
    """A test that a document names as proof is there."""
    for path, text in sorted(tree.items()):
        if not re.match(r"(tests|sync)/.*\.md$", path):
            continue
        for match in re.finditer(r"`([\w/-]+\.(?:py|c))::(\w+)`", text):
            source = tree.get(f"tests/{match[1]}", "")
            if not re.search(rf"^(def |int |test )?{match[2]} ?\(", source, re.MULTILINE):
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: there is no {match[1]}::{match[2]}"


def check_only_the_log_speaks(tree):
    """What sees a person writes nothing but events: no sentence with a value in it reaches a log by another door."""
    pattern = re.compile(r"\b(g_log|g_message|g_info|syslog|sd_journal_print|sd_journal_send|g_print|g_printerr|perror)\s*\(")
    for path, number, line in lines_of(tree, C_FILES):
        if path.startswith(SILENT) and pattern.search(without_words(line)) and not line.lstrip().startswith("*"):
            yield f"{path}:{number}: writes past the log"


def read_po(text):
    """{(context, key): text} of a simple PO file, and the faults of its form."""
    entries, faults, current, field = {}, [], {}, None
    for number, line in enumerate(text.splitlines() + [""], 1):
        match = re.match(r'(msgctxt|msgid|msgstr)?\s*"(.*)"$', line)
        if line.startswith("#,") and "fuzzy" in line:
            faults.append(f"{number}: fuzzy")
        if (not match or match[1] in ("msgctxt", "msgid")) and "msgstr" in current:
            key = (current.get("msgctxt", ""), current.get("msgid", ""))
            if key in entries:
                faults.append(f'{number}: "{" ".join(key)}" stands twice')
            entries[key] = current["msgstr"]
            current, field = {}, None
        if match:
            field = match[1] or field
            current[field] = current.get(field, "") + match[2]
    return entries, faults


def check_languages(tree):
    """Each language says the same things, about the same facts."""
    books = {path: read_po(text) for path, text in tree.items() if re.match(r"i18n/po/[^/]+\.po$", path)}
    reference = books.get("i18n/po/fr.po", ({}, []))[0]
    for path, (entries, faults) in sorted(books.items()):
        yield from (f"{path}:{fault}" for fault in faults)
        for key in sorted(set(reference) ^ set(entries)):
            if not key[0]:  # a spoken form is given only where the written one would be read wrong
                yield f'{path}:1: "{key[1]}" {"is missing" if key in reference else "is unknown to French"}'
        for key in sorted(set(reference) & set(entries) - {("", "")}):
            if not entries[key]:
                yield f'{path}:1: "{" ".join(key)}" is empty'
            if set(re.findall(r"\{[\w.-]+\}", entries[key])) != set(re.findall(r"\{[\w.-]+\}", reference[key])):
                yield f'{path}:1: "{" ".join(key)}" names other facts than French does'
    # What the code asks for by name must be there: a missing key would be said aloud as it is written. "ui.mode." is only a beginning.
    for path, text in sorted(tree.items()):
        if not re.match(r"(ui|kiosk|i18n|hw)/.*\.c$", path):
            continue
        for match in re.finditer(r'"(ui\.[a-z0-9.-]*[a-z0-9])"', text):
            if ("", match[1]) not in reference:
                yield f'{path}:{text.count(chr(10), 0, match.start()) + 1}: "{match[1]}" has no text'


def check_readmes(tree):
    """Each room says what it is for."""
    rooms = {path.rsplit("/", 1)[0] for path in tree if path.endswith((".c", ".h")) and not path.startswith("tests/")}
    for room in sorted(rooms):
        parent = room.rsplit("/", 1)[0]
        if f"{room}/README.md" not in tree and f"{parent}/README.md" not in tree:
            yield f"{room}:1: no README.md here or above"


CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]
