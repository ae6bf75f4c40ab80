# SPDX-License-Identifier: GPL-3.0-or-later
"""Who signs content: keys by openssl, root 1, and packs."""
import os
import pathlib
import subprocess

PACK = pathlib.Path(os.environ["PERRON_BUILD_ROOT"]) / "sync/content/perron-pack"


class Signers:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        for role in ("root", "content", "certificates"):
            for number in "123":
                subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.key(role, number)], check=True, capture_output=True)
        self.anchor = self.make_root(1)

    def key(self, role, number):
        return self.folder / f"{role}{number}.key"

    def make_root(self, version):
        path = self.folder / f"root-{version}"
        keys = [word for role in ("root", "content", "certificates") for number in "123" for word in (f"--{role}-key", self.key(role, number))]
        self.run("root", "--version", version, "--expires", "2040-01-01T00:00:00Z", *keys, "--sign", self.key("root", 1), "--sign", self.key("root", 2),
                 "--out", path)
        return path

    def run(self, *words):
        subprocess.run([str(word) for word in (PACK, *words)], check=True)

    def make(self, version, role="content", text="one", signers="12", by=None, expires="2040-01-01T00:00:00Z", files=None):
        source = self.folder / f"source-{role}-{version}-{len(text)}"
        for name, content in (files or {"i18n/po/fr.po": text}).items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path = self.folder / f"{role}-{version}.pack"
        keys = [word for number in signers for word in ("--sign", self.key(by or role, number))]
        self.run("build", source, "--role", role, "--version", version, "--expires", expires, "--out", path, *keys)
        return path
