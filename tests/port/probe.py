# SPDX-License-Identifier: Apache-2.0
# Drives the program tests/port/probe.c: starts it on URLs, sends it lines, waits for its lines.
import os
import queue
import subprocess
import threading
import time

PROGRAM = os.path.join(os.environ["TEST_PROGRAMS"], "test_port_probe")
PATIENCE_S = 15


class Probe:
    def __init__(self, *urls):
        self.process = subprocess.Popen(
            [PROGRAM, *urls], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, bufsize=1)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.urls = [self.line("open").split(" ", 2)[2] for _ in urls]
        self.line("ready")

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        assert self.process.wait(PATIENCE_S) == 0, self.process.stderr.read()

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def line(self, word, patience_s=PATIENCE_S):
        """Next line that starts with `word`; others are skipped."""
        deadline = time.monotonic() + patience_s
        while True:
            line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            assert line is not None, self.process.stderr.read()
            if line.split(" ")[0] == word:
                return line

    def ask(self, question):
        self.say(question)
        return self.line(question.split(" ")[0])

    def bytes(self, index, size):
        """The next `size` bytes that a port receives, in however many pieces they come."""
        found = b""
        while len(found) < size:
            _, number, stamp, text = self.line("bytes").split(" ")
            assert int(number) == index and stamp == "good-time"
            found += bytes.fromhex(text)
        return found


def refusal(*urls):
    """Error text of URLs that cannot be opened."""
    done = subprocess.run([PROGRAM, *urls], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    return done.stderr.strip()


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
