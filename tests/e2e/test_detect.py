# SPDX-License-Identifier: Apache-2.0
# hearth detect on lines with packs of every protocol, with several packs, with a master, with nobody.
# A pseudo terminal has no bit rate of its own; these lines speak at one only and garble all others.
import json
import os
import pty
import select
import subprocess
import termios
import threading
import time
import tty

import pytest

from hearth import PROGRAM, Hearth

SPEEDS = {9600: termios.B9600, 115200: termios.B115200}


class Line:
    """A serial line at one rate: two ends, `near` for who looks, `far` for the packs behind it."""

    def __init__(self, baud):
        self.baud = baud
        self.masters, self.paths = [], []
        self.asked = bytearray()
        self.slaves = []
        for _ in range(2):
            master, slave = pty.openpty()
            tty.setraw(slave)
            self.masters.append(master)
            settings = termios.tcgetattr(slave)
            settings[4] = settings[5] = SPEEDS[baud]
            termios.tcsetattr(slave, termios.TCSANOW, settings)
            self.slaves.append(slave)
            self.paths.append(os.ttyname(slave))
        self.near, self.far = self.paths
        self.running = True
        self.thread = threading.Thread(target=self._carry)
        self.thread.start()

    def _in_rate(self):
        return all(termios.tcgetattr(slave)[4] == SPEEDS[self.baud] for slave in self.slaves)

    def _carry(self):
        while self.running:
            for ready in select.select(self.masters, [], [], 0.05)[0]:
                data = os.read(ready, 4096)
                if ready == self.masters[0]:
                    self.asked += data
                other = self.masters[1 - self.masters.index(ready)]
                os.write(other, data if self._in_rate() else bytes(b ^ 0x5A for b in data))

    def send(self, data):
        os.write(self.masters[0], data if self._in_rate() else bytes(b ^ 0x5A for b in data))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running = False
        self.thread.join()
        for descriptor in self.masters + self.slaves:
            os.close(descriptor)


def detect(port, *arguments):
    began = time.monotonic()
    done = subprocess.run([PROGRAM, "detect", f"serial:{port}", *arguments], text=True,
                          capture_output=True, timeout=90)
    return done, time.monotonic() - began


def pack(path, use, dip):
    program = Hearth("pack", "--dip", str(dip), "--rs485-1", "serial:" + path, "--protocol",
                     "rs485-1=" + use)
    program.expect("RS485-1: ")
    time.sleep(1.5)  # the first measurements of a pack
    return program


PACKS = [("jk_rs485@115200", 0, 115200, 0), ("jk_rs485@9600", 15, 9600, 15),
         ("pylon_rs485@115200", 0, 115200, 2), ("pylon_rs485@9600", 0, 9600, 2),
         ("growatt_rs485", 0, 9600, 1), ("voltronic_rs485", 0, 9600, 1), ("pace_rs485", 0, 9600, 1)]


@pytest.mark.parametrize("use, dip, baud, address", PACKS)
def test_each_protocol_is_found_within_ten_seconds(use, dip, baud, address):
    with Line(baud) as line, pack(line.far, use, dip):
        done, _ = detect(line.near)
        assert done.returncode == 0, done.stdout + done.stderr
        found, addresses = done.stdout.splitlines()
        name, rest = found.split(" at ")
        assert name == use.split("@")[0]
        assert rest.startswith(f"{baud} baud, after ")
        assert float(rest.split("after ")[1].split(" s")[0]) < 10
        assert addresses.split(" (")[0] == f"addresses: {address}"


def test_a_line_with_a_master_is_left_alone():
    request = bytes.fromhex("01 03 00 10 00 1A C5 C4")
    with Line(9600) as line:
        stop = threading.Event()

        def ask():
            while not stop.wait(0.3):
                line.send(request)
        master = threading.Thread(target=ask)
        master.start()
        done, _ = detect(line.near, "--json")
        stop.set()
        master.join()
        assert done.returncode == 1
        assert json.loads(done.stdout) == {"in_use": True, "speaks": "Modbus RTU or JK",
                                           "baud": 9600}
        assert not line.asked


def test_an_empty_line_is_told_after_reads_only():
    with Line(9600) as line:
        done, seconds = detect(line.near)
        assert done.returncode == 1 and done.stdout.startswith("Nobody answers")
        assert seconds < 60
        written = [bytes([address, function]) for address in range(17) for function in (5, 6, 15, 16)]
        assert line.asked.count(b"\x03\x12\x90\x00\x02") == 2 * 16  # at both rates, each address
        assert not any(line.asked.startswith(start) for start in written)
        assert line.asked.count(b"~") > 16
        commands = {request[6:8] for request in bytes(line.asked).split(b"~")[1:]}
        assert commands <= {b"4F", b"42", b"44", b"51", b"61", b"92"}
