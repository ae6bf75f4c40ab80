# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad line between terminal and nginx: a TCP relay whose behaviour is a small object a connection."""
import select
import socket
import struct
import threading


class Fine:
    """Lets everything through."""
    step = 65536

    def up(self, total):
        """Before bytes of the terminal go on; `total` with them. "pass", "cut" (reset), "hold" (swallow)."""
        return "pass"

    def down(self, total_up):
        return "pass"


class Cut(Fine):
    def __init__(self, after):
        self.after = after

    def up(self, total):
        return "cut" if total > self.after else "pass"


class Swallow(Fine):
    """The line dies under load without a word: what is above `after` bytes never arrives."""
    def __init__(self, after):
        self.after = after

    def up(self, total):
        return "hold" if total > self.after else "pass"


class LoseAnswer(Fine):
    """The whole request arrives, its answer does not: the line is cut once `arrived()` says that the other end has it."""
    def __init__(self, after, arrived):
        self.after, self.arrived = after, arrived

    def down(self, total_up):
        if total_up <= self.after:
            return "pass"
        return "cut" if self.arrived() else "hold"


class Slow(Fine):
    """A rural line: two kilobytes at a time."""
    step = 2048


class Proxy:
    def __init__(self, target, behaviours, port=0):
        """`behaviours`: one a connection, in order; the last one for all further ones. `target`: a port, or a socket in the file system;
        `port`: another such socket to listen at."""
        self.target, self.behaviours, self.connections = target, list(behaviours), 0
        if isinstance(port, int):
            self.listener = socket.create_server(("127.0.0.1", port))
            self.port = self.listener.getsockname()[1]
        else:
            self.port = port
            self.listener = socket.create_server(str(port), family=socket.AF_UNIX)
        self.stop_read, self.stop_write = socket.socketpair()
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def _accept(self):
        while True:
            ready, _, _ = select.select([self.listener, self.stop_read], [], [])
            if self.stop_read in ready:
                return
            client, _ = self.listener.accept()
            behaviour = self.behaviours[min(self.connections, len(self.behaviours) - 1)]
            self.connections += 1
            thread = threading.Thread(target=self._relay, args=(client, behaviour), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _connect(self):
        if isinstance(self.target, int):
            return socket.create_connection(("127.0.0.1", self.target))
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.target))
        return server

    def _relay(self, client, behaviour):
        with client, self._connect() as server:
            try:
                self._pump(client, server, behaviour)
            except OSError:
                pass

    def _pump(self, client, server, behaviour):
        total = 0
        while True:
            ready, _, _ = select.select([client, server, self.stop_read], [], [], 0.05)
            if self.stop_read in ready:
                return
            if client in ready:
                data = client.recv(behaviour.step)
                total += len(data)
                verdict = behaviour.up(total)
                if not data or verdict == "cut":
                    return self._reset(client)
                if verdict == "pass":
                    server.sendall(data)
            if server in ready or behaviour.down(total) != "pass":
                verdict = behaviour.down(total)
                if verdict == "cut":
                    return self._reset(client)
                if verdict == "pass":
                    data = server.recv(65536)
                    if not data:
                        return None
                    client.sendall(data)

    @staticmethod
    def _reset(client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop_write.send(b"x")
        for thread in self.threads:
            thread.join(30)
        for one in (self.listener, self.stop_read, self.stop_write):
            one.close()
        if not isinstance(self.port, int):
            self.port.unlink()
