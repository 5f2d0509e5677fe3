"""proxy.py: a TCP proxy whose network can be made bad while it runs.

    proxy = Proxy(upstream_port); proxy.port
    proxy.cut()                  every connection is reset, in the middle of what it carries
    proxy.refuse()               the same, and new ones are refused
    proxy.stall()                bytes stay on the way, nobody is told
    proxy.slow(seconds)          each piece of 16 KiB takes so long
    proxy.mend()                 a good network again
"""
import socket
import struct
import threading

PIECE_BYTES = 16384
HOST = "127.0.0.1"


class Proxy:
    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.port = 0
        self.lock = threading.Lock()
        self.pairs = set()          # (client's socket, server's socket)
        self.listener = None
        self.moving = threading.Event()  # not set: stalled
        self.moving.set()
        self.delay_s = 0.0
        self.closed = threading.Event()
        self._listen()

    # --- what tests call --------------------------------------------------------------------------

    def cut(self):
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        for pair in pairs:
            for end in pair:
                self._reset(end)

    def refuse(self):
        with self.lock:
            listener, self.listener = self.listener, None
        if listener:
            # Closing alone does not wake the thread that accepts.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def stall(self):
        self.moving.clear()

    def slow(self, seconds):
        self.delay_s = seconds

    def mend(self):
        self.delay_s = 0.0
        self.moving.set()
        if self.listener is None:
            self._listen()

    def close(self):
        self.closed.set()
        self.refuse()
        self.moving.set()

    # --- threads ----------------------------------------------------------------------------------

    def _listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        with self.lock:
            self.listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # refuse() or close()
            try:
                server = socket.create_connection((HOST, self.upstream_port), timeout=10)
            except OSError:
                self._reset(client)
                continue
            server.settimeout(None)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                if self.listener is not listener:  # refused meanwhile
                    self._reset(client)
                    self._reset(server)
                    continue
                pair = (client, server)
                self.pairs.add(pair)
            for source, target in (pair, pair[::-1]):
                threading.Thread(target=self._pump, args=(source, target, pair), daemon=True).start()

    def _pump(self, source, target, pair):
        """One direction; when it ends the connection does: none of our clients closes by half."""
        try:
            while True:
                piece = source.recv(PIECE_BYTES)
                self.moving.wait()
                if self.delay_s:
                    self.closed.wait(self.delay_s)
                if not piece:
                    break
                target.sendall(piece)
        except OSError:
            pass
        self._forget(pair)

    def _forget(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)  # wakes the other thread
            except OSError:
                pass
            end.close()

    @staticmethod
    def _reset(end):
        """Closes with RST, also beneath a thread that reads from it."""
        try:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        end.close()
