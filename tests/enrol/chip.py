# SPDX-License-Identifier: GPL-3.0-or-later
"""What /dev/tpmrm0 is to a program: a character device that takes one command and gives one answer. A pseudo-terminal before a swtpm."""
import os
import select
import socket
import threading
import tty


class Chip:
    def __init__(self, port):
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.tpm = socket.create_connection(("127.0.0.1", port))
        self.stop_read, self.stop_write = os.pipe()
        self.commands = 0
        self.thread = threading.Thread(target=self._relay, daemon=True)
        self.thread.start()

    def _relay(self):
        waiting = b""
        while True:
            ready, _, _ = select.select([self.master, self.stop_read], [], [])
            if self.stop_read in ready:
                return
            waiting += os.read(self.master, 4096)
            # TPM 2.0 part 1, 18: tag (2 bytes), size of the whole (4).
            while len(waiting) >= 10 and len(waiting) >= int.from_bytes(waiting[2:6], "big"):
                size = int.from_bytes(waiting[2:6], "big")
                self.tpm.sendall(waiting[:size])
                waiting = waiting[size:]
                os.write(self.master, self._answer())
                self.commands += 1

    def _answer(self):
        data = b""
        while len(data) < 10 or len(data) < int.from_bytes(data[2:6], "big"):
            piece = self.tpm.recv(4096)
            assert piece, "the TPM went away"
            data += piece
        return data

    def end(self):
        os.write(self.stop_write, b"x")
        self.thread.join(10)
        self.tpm.close()
        for fd in (self.master, self.slave, self.stop_read, self.stop_write):
            os.close(fd)
