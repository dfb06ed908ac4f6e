# SPDX-License-Identifier: Apache-2.0
# What the tests of serial protocols share: virtual packs on pseudo terminals, a bare line to them,
# and what the same packs say over JK's Modbus on their other port.
import json
import subprocess
import time

import serial
from pymodbus.client import ModbusSerialClient

from hearth import PROGRAM, Hearth, wait_for

PATIENCE_S = 3
QUIET_S = 0.3
COMPARE_S = 10
STATUS, STATUS_WORDS, LAST_TEMPERATURES = 0x1200, 125, 0x12F8


class Line:
    """Bytes to and from a port."""

    def __init__(self, path, baud):
        self.port = serial.Serial(str(path), baud, timeout=PATIENCE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.port.close()

    def send(self, data):
        self.port.write(data)
        self.port.flush()

    def until(self, end):
        """What comes up to `end`, which has to come."""
        data = self.port.read_until(end)
        assert data.endswith(end), data
        return data

    def exactly(self, size):
        data = self.port.read(size)
        assert len(data) == size, (size, data.hex())
        return data

    def is_quiet(self):
        """Nothing comes for a time in which a pack would long have answered."""
        self.port.timeout = QUIET_S
        data = self.port.read(1)
        self.port.timeout = PATIENCE_S
        return data == b""


class Pack:
    """`hearth pack` with `protocol` on RS485-1 and JK's Modbus on RS232."""

    def __init__(self, folder, protocol, dip=0, *more):
        self.path, self.service, self.dip = folder / "rs485", folder / "rs232", dip
        self.program = Hearth("pack", "--dip", str(dip), "--rs485-1", "pty:%s" % self.path,
                              "--rs232", "pty:%s" % self.service,
                              "--protocol", "rs485-1=" + protocol, *more)
        self.program.expect("RS232: ")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        code = self.program.stop()
        if kind is None:
            assert code == 0, self.program.process.stderr.read()

    def wait(self):
        """Until it measures and has connected its output."""
        wait_for(lambda: (s := self.state()) and s["charge_on"] and s["discharge_on"])
        return self

    def get(self):
        """Everything `hearth get` prints of it over JK's Modbus."""
        values = {}
        for line in get("serial:%s" % self.service, "--address", str(self.dip)):
            values.update(line["values"])
        return values

    def state(self, client=None):
        """JK's real-time block, read by pymodbus; None before the first measurement. There,
        addresses count bytes: a word lies at every other one."""
        if client is None:
            with self.modbus() as client:
                return self.state(client)
        block = client.read_holding_registers(STATUS, STATUS_WORDS, slave=self.dip)
        last = client.read_holding_registers(LAST_TEMPERATURES, 3, slave=self.dip)
        if block.isError() or last.isError():
            return None
        data = b"".join(word.to_bytes(2, "big") for word in block.registers)

        def number(at, size, signed=False):
            return int.from_bytes(data[at:at + size], "big", signed=signed)
        temps = [number(0x9C, 2, True), number(0x9E, 2, True), *map(signed_word, last.registers)]
        state = {"cell_mv": [number(2 * cell, 2) for cell in range(16)],
                 "pack_mv": number(0x90, 4), "pack_ma": number(0x98, 4, True),
                 "temp_ddegc": temps, "mos_ddegc": number(0x8A, 2, True),
                 "alarms": number(0xA0, 4), "soc": data[0xA7], "remaining_mah": number(0xA8, 4),
                 "full_mah": number(0xAC, 4), "cycle_count": number(0xB0, 4), "soh": data[0xB8],
                 "charge_on": data[0xC0], "discharge_on": data[0xC1]}
        return state if state["pack_mv"] else None

    def modbus(self):
        client = ModbusSerialClient(port=str(self.service), baudrate=115200, timeout=PATIENCE_S)
        assert client.connect()
        return client

    def with_state(self, read):
        """What `read` gives, and what the pack measures then: the same before and after."""
        with self.modbus() as client:
            def agree():
                before, seen, after = self.state(client), read(), self.state(client)
                return before == after and (seen, before)
            return wait_for(agree)


    def compare(self, read, check):
        """check(what `read` gives, state) has to hold once: what a pack tells of its bank is up to a
        second older than its own measurements, which matters while its current changes."""
        deadline = time.monotonic() + COMPARE_S
        while True:
            try:
                return check(*self.with_state(read))
            except AssertionError:
                if time.monotonic() > deadline:
                    raise


def signed_word(word):
    return word - 0x10000 if word > 0x7FFF else word


def run_get(*arguments):
    return subprocess.run([PROGRAM, "get", *arguments], capture_output=True, text=True, timeout=30)


def get(*arguments):
    done = run_get(*arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
