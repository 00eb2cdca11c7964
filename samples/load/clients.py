"""Many clients in one thread that cost little: what makes the load should not take the processor from what it loads.

A request is made once and sent on connections that are used again, each by one request at a time; epoll says where
something has come. What this takes stands among the figures of the run.
"""
import json
import select
import socket
import time


class Heard:
    """One whole answer. Header names are in lower case."""

    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds


def post(path, data):
    raw = json.dumps(data).encode()
    return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(raw)}\r\n\r\n").encode() + raw


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number, self.waiting, self.begun, self.data = self.socket.fileno(), None, 0.0, b""

    def answer(self):
        """The answer that has come, or None while some of it is missing."""
        end = self.data.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self.data[:end].decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        if "content-length" not in headers:
            raise ValueError("an answer without Content-Length")
        if len(self.data) < end + 4 + int(headers["content-length"]):
            return None
        return Heard(int(first[9:12]), headers, self.data[end + 4:], time.perf_counter() - self.begun)


class Clients:
    """Sends without waiting; `then` hears each answer, or the exception that came instead of it."""

    def __init__(self, port):
        self.port, self.epoll, self.open, self.idle, self.waiting = port, select.epoll(), {}, [], 0

    def send(self, request, then, keep=True):
        """keep: on a connection that is used again, else on a new one that is closed after it"""
        try:
            connection = self.idle.pop() if keep and self.idle else self.connect()
        except OSError as e:
            then(e)
            return
        self.waiting += 1
        connection.waiting, connection.begun, connection.data, connection.keep = then, time.perf_counter(), b"", keep
        try:
            if connection.socket.send(request) < len(request):
                raise OSError("a request does not fit the socket's buffer")
        except OSError as e:
            self.end(connection, e)

    def connect(self):
        connection = Connection(self.port)
        self.open[connection.number] = connection
        self.epoll.register(connection.number, select.EPOLLIN)
        return connection

    def drop(self, connection):
        del self.open[connection.number]
        connection.socket.close()

    def end(self, connection, heard):
        then, connection.waiting = connection.waiting, None
        self.waiting -= 1
        keep = connection.keep and isinstance(heard, Heard) and heard.headers.get("connection") != "close"
        self.idle.append(connection) if keep else self.drop(connection)
        then(heard)

    def turn(self, seconds):
        """Waits so long at most for something to come, and hears what has."""
        for number, _ in self.epoll.poll(max(0, seconds)):
            connection = self.open.get(number)
            if connection is not None:
                self.receive(connection)

    def receive(self, connection):
        try:
            data = connection.socket.recv(1 << 16)
            if not data:
                raise EOFError("the connection was closed")
            connection.data += data
            heard = connection.answer()
        except (OSError, EOFError, ValueError) as e:
            heard = e
        if connection.waiting is None:                                  # closed by the service while nobody used it
            self.idle.remove(connection)
            self.drop(connection)
        elif heard is not None:
            self.end(connection, heard)

    def close(self):
        for connection in list(self.open.values()):
            self.drop(connection)
        self.epoll.close()
