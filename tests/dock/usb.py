# SPDX-License-Identifier: GPL-3.0-or-later
"""A world of USB readers that come and go, and the distribution's pcscd in it: usb.py DRIVERS PCSCD-COMMAND…, under umockdev-wrapper. One line
in ("plug N", "unplug N"), one out (the monotonic time in microseconds just before it happened). DRIVERS stands in for pcscd's folder of
drivers (facts/hardware.md 1.7)."""
import ctypes
import os
import signal
import subprocess
import sys
import time

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

libc = ctypes.CDLL(None)


def plug(bed, number):
    device = bed.add_device("usb", f"1-{number}", None,
                            ["idVendor", "1209", "idProduct", "0001", "manufacturer", "Perron", "product", "Dock reader", "busnum", "1",
                             "devnum", str(number), "bNumInterfaces", "1"],
                            ["DEVTYPE", "usb_device", "DEVNAME", f"/dev/bus/usb/001/{number:03}", "PRODUCT", "1209/1/100"])
    interface = bed.add_device("usb", f"1-{number}:1.0", device, ["bInterfaceNumber", "00", "bInterfaceClass", "0b", "interface", "CCID"],
                               ["DEVTYPE", "usb_interface", "PRODUCT", "1209/1/100"])
    now_us = time.monotonic_ns() // 1000
    bed.uevent(device, "add")
    bed.uevent(interface, "add")
    return now_us, (device, interface)


def main():
    bed = UMockdev.Testbed.new()
    plugged = {}
    plugged[1] = plug(bed, 1)[1]
    mount = 'mount --bind "$1" /usr/lib/pcsc/drivers && shift && exec "$@"'
    pcscd = subprocess.Popen(["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", mount, "sh", *sys.argv[1:]],
                             stdout=subprocess.DEVNULL, preexec_fn=lambda: libc.prctl(1, signal.SIGKILL))
    for line in sys.stdin:
        verb, number = line.split()
        if verb == "plug":
            now_us, plugged[int(number)] = plug(bed, int(number))
        else:
            device, interface = plugged.pop(int(number))
            now_us = time.monotonic_ns() // 1000
            bed.uevent(interface, "remove")
            bed.uevent(device, "remove")
            bed.remove_device(interface)
            bed.remove_device(device)
        print(now_us, flush=True)
    pcscd.kill()
    pcscd.wait()


main()
