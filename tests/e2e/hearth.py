# SPDX-License-Identifier: Apache-2.0
# Starts the program as a user would and reads what it says; ends it with Ctrl-C.
import http.client
import json
import os
import queue
import re
import signal
import socket
import subprocess
import threading
import time

PROGRAM = os.environ["HEARTH"]
PATIENCE_S = 30


class Hearth:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.said = []
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        code = self.stop()
        if kind is None:
            assert code == 0, self.process.stderr.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)

    def expect(self, pattern):
        """The first match of `pattern` in what the program says."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            assert line is not None, self.process.stderr.read()
            self.said.append(line)
            match = re.search(pattern, line)
            if match:
                return match


class Page:
    def __init__(self, port):
        self.port = port

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == 200, (path, answer.status, body)
        return json.loads(body)

    def command(self, **command):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request("POST", "/api/commands", json.dumps(command),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, json.loads(body)


def wait_for(look, patience_s=PATIENCE_S):
    """Repeats `look` until it gives something true; returns that."""
    deadline = time.monotonic() + patience_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_bank(*more):
    """`hearth run` on free ports: the program and its page."""
    program = Hearth("run", "--port", "0", "--rs485", "tcp-listen:0",
                     "--can", "udpcan:239.74.163.2:%d" % free_port(socket.SOCK_DGRAM), *more)
    port = int(program.expect(r"http://127\.0\.0\.1:(\d+)").group(1))
    return program, Page(port)
