# SPDX-License-Identifier: GPL-3.0-or-later
"""A thief's view: after 100 requests nothing of a person is in any file of the queue, nor in what is exported from it."""
import base64
import contextlib
import json
import os
import pathlib
import subprocess

BUILD = pathlib.Path(os.environ["PERRON_BUILD"])


def hits(needles, folder):
    """Files of the folder in which the beginning of a needle stands, in UTF-8, UTF-16, hex or base64 (three alignments)."""
    forms = set()
    for needle in {needle[:9] for needle in needles}:
        text = needle.encode()
        forms |= {text, needle.encode("utf-16-le"), text.hex().encode()}
        forms |= {base64.b64encode(b"\0" * lead + text)[4 if lead else 0:-4] for lead in range(3) if len(text) > 8}
    texts = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    return [name for name, text in texts.items() if any(form in text for form in forms)]


def read_until_ready(child):
    lines = set()
    for line in child.stdout:
        if line == "ready\n":
            return lines
        lines.add(line.rstrip("\n"))
    raise AssertionError("the requester ended early: " + child.stderr.read())


def test_traces(tmp_path):
    queue, stick = tmp_path / "queue", tmp_path / "stick"
    queue.mkdir()
    (tmp_path / "perron.conf").write_text(f"[queue]\ndatabase={queue}/outbox.db\n")
    child = subprocess.Popen([BUILD / "tests/sync/requester", queue, "100"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
    with contextlib.closing(child.stdout), contextlib.closing(child.stderr):
        secrets = read_until_ready(child)
        assert len(secrets) == 501
        assert {path.name for path in queue.iterdir()} == {"outbox.db", "outbox.db-wal", "outbox.db-shm"}
        # The method bites: what is outside the seal is found.
        assert "outbox.db-wal" in hits({"borne-0001"}, queue) or "outbox.db" in hits({"borne-0001"}, queue)
        assert hits(secrets, queue) == []
        subprocess.run([BUILD / "kiosk/ctl/perron", "--config", tmp_path / "perron.conf", "queue", "export", stick], check=True,
                       capture_output=True, timeout=60)
        assert len(list(stick.iterdir())) == 100
        assert hits(secrets, stick) == []
        for path in list(stick.iterdir()):
            (stick / f"{path.name}.cms").write_bytes(base64.b64decode(json.loads(path.read_text())["sealed"]))
        assert hits(secrets, stick) == []
        child.stdin.close()
        # All locked memory was given back, and the log carried nothing.
        assert child.stdout.read() == "0\n"
        log = child.stderr.read()
        assert child.wait() == 0
    assert log.count("request-registered") == 100
    assert not [secret for secret in secrets - {"rappel"} if secret in log]
    assert hits(secrets, queue) == []
