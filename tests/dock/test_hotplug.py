# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers that leave pcscd's list and come back (PnP) while the terminal's watch runs: udev played by umockdev, pcscd and the watch real.
Each change has its name within a second, measured from the event to the news."""
import os
import pathlib
import select
import shutil
import subprocess

import pytest

from conftest import BUILD, SOURCE, WAIT_S, World, die_with_the_test

LIMIT_US = 1_000_000

PLIST = """<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>libperron-ifd.so</string>
<key>ifdCapabilities</key><string>0x00000000</string>
<key>ifdManufacturerString</key><string>Perron</string>
<key>ifdProductString</key><string>Dock</string>
<key>ifdVendorID</key><array><string>0x1209</string></array>
<key>ifdProductID</key><array><string>0x0001</string></array>
<key>ifdFriendlyName</key><array><string>Dock USB reader</string></array>
</dict></plist>
"""


class UsbWorld(World):
    def __init__(self, folder):
        super().__init__(folder)
        dock = BUILD / "hw" / "dock"
        contents = folder / "drivers" / "perron.bundle" / "Contents"
        (contents / "Linux").mkdir(parents=True)
        (contents / "Info.plist").write_text(PLIST)
        shutil.copy(dock / "libperron-ifd.so", contents / "Linux")
        self.start_dock("--readers", 3)
        self.usb = self.start("umockdev-wrapper", "/usr/bin/python3", pathlib.Path(__file__).with_name("usb.py"), folder / "drivers",
                              dock / "perron-pcscd", "--socket", self.pcsc, "--conf", folder / "conf", "--udev", "--dock", self.slot,
                              wait_for=self.pcsc, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.watch = subprocess.Popen([BUILD / "tests/dock/watch-tool", SOURCE / "hw" / "profiles"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      bufsize=0, env={**os.environ, "PCSCLITE_CSOCK_NAME": str(self.pcsc)}, preexec_fn=die_with_the_test)
        self.processes.append(self.watch)

    def usb_do(self, line):
        self.usb.stdin.write(line + "\n")
        self.usb.stdin.flush()
        return int(self.usb.stdout.readline())

    def next_news(self):
        ready, _, _ = select.select([self.watch.stdout], [], [], WAIT_S)
        assert ready, "the watch says nothing"
        told_us, word, *names = self.watch.stdout.readline().decode().split()
        return int(told_us), word, names

    def until(self, status, since_us=None):
        """The news up to this one, [(status, names)]; the first of them in time, when it is known since when."""
        seen = []
        while not seen or seen[-1][0] != status:
            told_us, word, names = self.next_news()
            assert seen or since_us is None or told_us - since_us < LIMIT_US, (word, told_us - since_us)
            seen.append((word, names))
        return seen

    def end(self):
        for process in (self.watch, self.usb):
            process.stdin.close()
            process.wait(WAIT_S)
            process.stdout.close()
            self.processes.remove(process)
        super().end()


@pytest.fixture
def usb(tmp_path):
    if shutil.which("umockdev-wrapper") is None or subprocess.run(
            ["/usr/bin/python3", "-c", "import gi; gi.require_version('UMockdev', '1.0'); from gi.repository import UMockdev"],
            capture_output=True, check=False).returncode != 0:
        pytest.skip("umockdev or its bindings are not installed (packages umockdev, gir1.2-umockdev-1.0, python3-gi)")
    if subprocess.run(["unshare", "-m" if os.geteuid() == 0 else "-rm", "mount", "--bind", tmp_path, "/usr/lib/pcsc/drivers"],
                      capture_output=True, check=False).returncode != 0:
        pytest.skip("no mount namespaces for this user")
    place = UsbWorld(tmp_path)
    yield place
    place.end()


def test_the_only_reader_leaves_and_comes_back(usb):
    usb.until("no-card")
    for _ in range(3):
        usb.until("no-reader", usb.usb_do("unplug 1"))
        usb.until("no-card", usb.usb_do("plug 1"))


def test_with_a_card_in_it(usb):
    usb.until("no-card")
    usb.do("insert camille.json")
    assert usb.until("read")[-1] == ("read", ["CAMILLE"])
    usb.until("no-reader", usb.usb_do("unplug 1"))
    usb.do("remove")
    usb.do("insert lea.json")
    # Another card came while the reader was away: its name and number may be the same, its holder is not.
    seen = usb.until("read", usb.usb_do("plug 1"))
    assert [names for word, names in seen if word == "read"] == [["LEA"]]


def test_unplugged_while_it_reads(usb):
    usb.until("no-card")
    usb.do("insert camille.json mute@3")
    usb.until("reading")
    seen = usb.until("no-reader", usb.usb_do("unplug 1"))
    assert "read" not in [word for word, _ in seen]
    usb.do("remove")
    usb.until("no-card", usb.usb_do("plug 1"))
    usb.do("insert camille.json")
    usb.until("read")


def test_several_readers(usb):
    """A professional's card lives in one, a Vitale is in another, a third comes and goes: only what happens to the Vitale is told."""
    usb.until("no-card")
    usb.usb_do("plug 2")
    usb.do("insert cps.json slot=0")
    usb.do("insert camille.json slot=1")
    seen = usb.until("read")
    assert seen[-1] == ("read", ["CAMILLE"])
    usb.usb_do("plug 3")
    usb.usb_do("unplug 1")
    usb.usb_do("plug 1")
    usb.usb_do("unplug 3")
    usb.do("remove 1")
    assert [word for word, _ in usb.until("no-card")] == ["no-card"]
    usb.do("insert lea.json slot=1")
    assert usb.until("read")[-1] == ("read", ["LEA"])
    usb.usb_do("unplug 1")
    seen = usb.until("no-reader", usb.usb_do("unplug 2"))
    assert "read" not in [word for word, _ in seen]
