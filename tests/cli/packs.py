# SPDX-License-Identifier: Apache-2.0
# What the tests of subcommands that speak to a pack share: `hearth pack` on a port, and a small
# stand-in for a pack of another maker that answers with captured frames.
import os
import re
import signal
import socket
import subprocess
import threading
from pathlib import Path

HEARTH = os.environ["HEARTH"]
LOGS = Path(__file__).parent.parent / "protocols"
PATIENCE_S = 20


class Pack:
    """`hearth pack` with RS485-1 on a URL, until the end of a `with` block."""

    def __init__(self, dip, url):
        self.process = subprocess.Popen(
            [HEARTH, "pack", "--dip", str(dip), "--rs485-1", url], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("RS485-1: "):
                self.url = line.split(": ", 1)[1].strip()
                return
        raise AssertionError("the pack did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.stdout.close()
        assert self.process.wait(PATIENCE_S) == 0


def hearth(*arguments):
    return subprocess.run([HEARTH, *arguments], capture_output=True, text=True, timeout=PATIENCE_S)


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def write(path, register, data, address=0):
    """One FC10 write on a Unix socket, which has to be acknowledged."""
    request = bytes([address, 0x10]) + register.to_bytes(2, "big")
    request += (len(data) // 2).to_bytes(2, "big")
    acknowledge = request + crc(request)
    request += bytes([len(data)]) + data
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE_S)
        line.connect(str(path))
        line.sendall(request + crc(request))
        answer = line.recv(256)
        assert answer == acknowledge, answer.hex()


def captured_frame(log, kind):
    """The first 300-byte frame of a type in a log."""
    for line in (LOGS / log).read_text().splitlines():
        found = re.match(r"\([\d.]+\) \w+ < (55 AA EB 90 .*)", line)
        frame = bytes.fromhex(found.group(1)) if found else b""
        if len(frame) == 300 and frame[4] == kind:
            return frame
    raise AssertionError(f"no frame of type {kind} in {log}")


class Stranger(threading.Thread):
    """A captured pack at address 1 on a Unix socket. It acknowledges every write, and takes those
    of 32-bit settings; `writes` tells what was asked."""

    def __init__(self, path):
        super().__init__(daemon=True)
        log = "jk_rs485_framefetch.log"
        self.fetches = {0x161C: bytearray(captured_frame(log, 3)),
                        0x161E: bytearray(captured_frame(log, 1))}
        self.writes = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(1)
        self.start()

    def run(self):
        line, _ = self.socket.accept()
        while request := line.recv(256):
            if request[0] == 1 and request[-2:] == crc(request[:-2]):
                line.sendall(self.answer(request))

    def answer(self, request):
        address = int.from_bytes(request[2:4], "big")
        acknowledge = request[:6] + crc(request[:6])
        if address in self.fetches:
            return bytes(self.fetches[address]) + acknowledge
        data = request[7:-2]
        self.writes.append((address, data))
        if address >> 8 in (0x10, 0x11) and len(data) == 4:
            settings = self.fetches[0x161E]
            at = 6 + address - 0x1000
            settings[at:at + 4] = data[::-1]
            settings[299] = sum(settings[:299]) & 0xFF
        return acknowledge
