# SPDX-License-Identifier: Apache-2.0
# `hearth get --protocol=NAME` against batteries that are not Hearth: pymodbus serves the Modbus maps,
# a few lines here answer for Pylon and Voltronic. Registers and INFO are filled by the documents of
# the protocols; what is printed has to be what was put in.
import asyncio
import json
import socket
import struct
import threading
from contextlib import suppress

import pytest
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer

import pylon_reader as pylon
import voltronic_reader as voltronic
from hearth import PATIENCE_S
from serial_port import run_get
from sunspec_reader import MODELS, NOTHING, size_of

KELVIN = 2731
TRIES = 5
CELL_MV = [3301 + 7 * cell % 16 for cell in range(16)]
TEMP_DDEGC = [-124, 231, 232, 255]
# What all of them are filled with: nothing of it is a default of Hearth.
BATTERY = {"pack_mv": sum(CELL_MV), "pack_ma": -12300, "soc_permille": 660, "soh_permille": 970,
           "remaining_mah": 211200, "full_mah": 320000, "cycle_count": 37, "cell_mv": CELL_MV,
           "charge_limit_ma": 160000, "discharge_limit_ma": 319000, "charge_limit_mv": 56800,
           "temp_ddegc": TEMP_DDEGC, "mos_ddegc": 280}


# ---- Two kinds of servers: RTU frames over TCP, where hearth get has tcp:HOST:PORT ----

class Pymodbus:
    """Registers by number behind a unit; what is not in them is refused."""

    def __init__(self, unit, registers):
        block = ModbusSparseDataBlock(registers)
        slave = ModbusSlaveContext(hr=block, ir=block, zero_mode=True)
        self.context = ModbusServerContext(slaves={unit: slave}, single=False)
        self.started, self.loop = threading.Event(), asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.run(),),
                                       daemon=True)

    async def run(self):
        self.end = asyncio.Event()
        server = ModbusTcpServer(self.context, framer=ModbusRtuFramer, address=("127.0.0.1", 0),
                                 ignore_missing_slaves=True)
        task = asyncio.ensure_future(server.serve_forever())
        await server.serving
        self.port = server.server.sockets[0].getsockname()[1]
        self.started.set()
        await self.end.wait()
        await server.server_close()
        task.cancel()

    def __enter__(self):
        self.thread.start()
        assert self.started.wait(PATIENCE_S)
        return self.port

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


class Answering:
    """answer(request) for each request that `split` finds in what has come."""

    def __init__(self, split, answer):
        self.split, self.answer = split, answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            while True:
                with self.listener.accept()[0] as connection, suppress(ConnectionError):
                    self.serve(connection)
        except OSError:
            pass  # shut down

    def serve(self, connection):
        came = b""
        while data := connection.recv(4096):
            came += data
            while (size := self.split(came)) and len(came) >= size:
                connection.sendall(self.answer(came[:size]))
                came = came[size:]

    def __enter__(self):
        self.thread.start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(PATIENCE_S)
        self.listener.close()
        assert not self.thread.is_alive()


def asked(server, protocol, *more):
    """The values that hearth get prints, of all messages. It waits for an answer as long as the
    protocol says and asks twice, which a busy machine may miss all the same."""
    with server as port:
        for _ in range(TRIES):
            done = run_get("tcp:127.0.0.1:%d" % port, "--protocol=" + protocol, *more)
            if done.returncode == 0:
                break
        assert done.returncode == 0, done.stderr
    values = {}
    for line in done.stdout.splitlines():
        values.update(json.loads(line)["values"])
    return values


def compare(values, names, **other):
    """`names` as in BATTERY, but for `other`, where the protocol says less or more."""
    expected = {**{name: BATTERY[name] for name in names.split()}, **other}
    assert {name: values.get(name) for name in expected} == expected


# ---- Modbus maps ----

def word(number):
    return number & 0xFFFF


def growatt(first_cell):
    """Rev 2.01; `first_cell` is 0x71 by the document, 0x70 as JK has it."""
    registers = dict.fromkeys([*range(0x01, 0x31), *range(0x70, 0x91)], 0)
    registers.update({0x13: 0x0C6B, 0x15: 66, 0x16: BATTERY["pack_mv"] // 10,
                      0x10: word(-1230), 0x17: word(-1230), 0x18: 23, 0x19: 16000, 0x1A: 21120,
                      0x1B: 32000, 0x1E: 37, 0x20: 97, 0x21: 5680, 0x23: 31900,
                      0x25: max(CELL_MV), 0x26: min(CELL_MV), 0x27: CELL_MV.index(max(CELL_MV)) + 1,
                      0x28: CELL_MV.index(min(CELL_MV)) + 1, 0x29: len(CELL_MV)})
    registers.update(zip(range(first_cell, first_cell + 16), CELL_MV))
    return registers


@pytest.mark.parametrize("first_cell", [0x70, 0x71])
@pytest.mark.parametrize("profile", ["", ":jk"])
@pytest.mark.parametrize("unit", [1, 5])
def test_growatt(first_cell, profile, unit):
    values = asked(Pymodbus(unit, growatt(first_cell)), "growatt_rs485" + profile, "--address", str(unit))
    compare(values, "pack_ma soc_permille soh_permille remaining_mah full_mah cycle_count cell_mv "
            "charge_limit_ma discharge_limit_ma charge_limit_mv",
            pack_mv=BATTERY["pack_mv"] // 10 * 10, temp_max_ddegc=230, charge_allowed=True,
            discharge_allowed=True, cell_max_mv=max(CELL_MV), cell_min_mv=min(CELL_MV),
            cell_max_index=CELL_MV.index(max(CELL_MV)), alarms=[])


def pace():
    registers = {**dict.fromkeys(range(37), 0), **dict.fromkeys(range(60, 115), 0)}
    registers.update({0: word(-1230), 1: BATTERY["pack_mv"] // 10, 2: 66, 3: 97, 4: 21120, 5: 32000,
                      6: 31000, 7: 37, 10: 1 << 12, 11: 0x0E00, 35: 280, 36: word(-2000),
                      65: 3655, 66: 3555, 73: 2750, 77: 111, 78: 30, 86: 456, 91: word(-15), 106: 12})
    registers.update(zip(range(15, 31), CELL_MV))
    registers.update(zip(range(31, 35), map(word, TEMP_DDEGC)))
    return registers


@pytest.mark.parametrize("protocol", ["pace_rs485", "wow_rs485"])
def test_pace_and_wow(protocol):
    compare(asked(Pymodbus(1, pace()), protocol),
            "pack_ma soc_permille soh_permille remaining_mah full_mah cycle_count cell_mv temp_ddegc "
            "mos_ddegc", pack_mv=BATTERY["pack_mv"] // 10 * 10, charge_on=True, discharge_on=True,
            alarms=["mos_over_temp"], nominal_mah=310000, cell_ovp_mv=3655, cell_ovp_release_mv=3555,
            cell_uvp_mv=2750, charge_ocp_ma=111000, charge_ocp_delay_s=3, charge_otp_release_ddegc=456,
            charge_utp_ddegc=-15, balance_trigger_mv=12)


# Points of the models that are filled, as on the wire; the scale factors are those of this battery.
SUNSPEC = {
    1: {"Mn": "Somebody", "Md": "Box", "SN": "12", "DA": 1},
    713: {},
    802: {"AHRtg": 3200, "AHRtg_SF": -1, "WHRtg": 1638, "WHRtg_SF": 1, "SoC": 660, "SoC_SF": -1,
          "SoH": 970, "SoH_SF": -1, "V": BATTERY["pack_mv"] // 100, "V_SF": -1, "A": -123, "A_SF": -1,
          "CellVMax": max(CELL_MV), "CellVMin": min(CELL_MV), "CellV_SF": -3, "AChaMax": 1600,
          "ADisChaMax": 3190, "AMax_SF": -1, "VMax": 568, "NCyc": 37, "State": 3},
    803: {"NStr": 1, "NStrCon": 1, "ModTmpMax": 255, "ModTmpMin": -124, "CellVMax": max(CELL_MV),
          "CellVMin": min(CELL_MV), "CellV_SF": -3, "ModTmp_SF": -1, "A_SF": -1, "SoH_SF": -1,
          "SoC_SF": -1, "V_SF": -1},
}


def words_of(kind, words, value):
    if kind == "string":
        data = (value or "").encode().ljust(2 * words, b"\0")
    else:
        number = NOTHING[kind] if value is None else value & (1 << 16 * words) - 1
        data = number.to_bytes(2 * words, "big")
    return list(struct.unpack(">%dH" % words, data))


def sunspec():
    line = [0x5375, 0x6E53]
    for number, values in SUNSPEC.items():
        points, block = MODELS[number]
        length = size_of(points) - 2 + (size_of(block) if number == 803 else 0)
        for name, kind, words, _, _ in [*points, *(block if number == 803 else [])]:
            value = {"ID": number, "L": length, **values}.get(name)
            line += words_of(kind, words, value)
    line += [0xFFFF, 0]
    return dict(enumerate(line, 40000))


def test_sunspec():
    compare(asked(Pymodbus(1, sunspec()), "sunspec"), "pack_ma soc_permille soh_permille",
            pack_mv=BATTERY["pack_mv"] // 100 * 100, cell_max_mv=max(CELL_MV), cell_min_mv=min(CELL_MV),
            charge_limit_ma=160000, discharge_limit_ma=319000, charge_limit_mv=56800)


# ---- Pylon and Voltronic ----

def be(number, size=2):
    return (number & (1 << 8 * size) - 1).to_bytes(size, "big")


def pylon_infos(address):
    """INFO of the answers by command, sections 2.5 to 2.8."""
    temps = [BATTERY["mos_ddegc"], *TEMP_DDEGC]
    kelvins = b"".join(be(t + KELVIN) for t in temps)
    cells = b"".join(map(be, CELL_MV))
    analog = be(0x11, 1) + be(address, 1) + be(16, 1) + cells + be(len(temps), 1) + kelvins + be(-123) + \
        be(BATTERY["pack_mv"]) + be(0xFFFF) + be(4, 1) + be(0xFFFF) + be(37) + be(211200, 3) + \
        be(320000, 3)
    alarms = be(0, 1) + be(address, 1) + be(16, 1) + bytes(16) + be(len(temps), 1) + bytes(len(temps)) + \
        bytes(3) + bytes([0, 0x06, 0x40, 0, 0])
    limits = be(56800) + be(44800) + be(1600)
    return {0x42: analog, 0x44: alarms, 0x92: be(address, 1) + limits + be(-3190) + be(0xC0, 1),
            0x63: limits + be(3190) + be(0xC0, 1), 0x62: bytes(4),
            0x61: be(BATTERY["pack_mv"]) + be(-1230) + be(66, 1) + be(37) + be(37) + be(97, 1) +
            be(97, 1) + be(max(CELL_MV)) + b"\0\1" + be(min(CELL_MV)) + b"\0\2" +
            be(231 + KELVIN) + be(255 + KELVIN) + b"\0\4" + be(-124 + KELVIN) + b"\0\1" +
            2 * (be(280 + KELVIN) + 2 * (be(280 + KELVIN) + b"\0\0"))}


def pylon_battery(address):
    def answer(request):
        frame = pylon.Answer(request)
        if frame.address != address:
            return b""
        info = pylon_infos(address).get(frame.code)
        return pylon.frame(address, pylon.UNKNOWN if info is None else 0, info or b"")
    return Answering(lambda came: came.find(b"\r") + 1, answer)


@pytest.mark.parametrize("address", [2, 5])
def test_pylon(address):
    values = asked(pylon_battery(address), "pylon_rs485", "--address", str(address))
    compare(values, "pack_mv pack_ma remaining_mah full_mah cycle_count cell_mv discharge_limit_ma "
            "charge_limit_ma charge_limit_mv", charge_allowed=True, discharge_allowed=True,
            temp_ddegc=[BATTERY["mos_ddegc"], *TEMP_DDEGC])  # as on the wire, the board first
    if address == 2:  # the only one that is asked for its system
        compare(values, "soc_permille soh_permille mos_ddegc")


def voltronic_registers():
    registers = dict.fromkeys(range(0x80), 0)
    registers.update({0x10: 16, 0x25: 6, 0x31: 123, 0x32: BATTERY["pack_mv"] // 100, 0x33: 66,
                      0x34: 320000 >> 16, 0x35: 320000 & 0xFFFF, 0x36: 1, 0x70: 568, 0x71: 448,
                      0x72: 1600, 0x73: 3190, 0x74: 0xC0, 0x76: 211200 >> 16, 0x77: 211200 & 0xFFFF})
    registers.update(zip(range(0x11, 0x21), (round(mv / 100) for mv in CELL_MV)))
    registers.update(zip(range(0x26, 0x2C), (t + KELVIN for t in [*TEMP_DDEGC, 240, 280])))
    return registers


def voltronic_battery(registers, standard):
    """A `standard` battery only claims the protocol: it counts bytes, as Modbus does."""
    def answer(request):
        unit, function, first, words = struct.unpack(">BBHH", request[:6])
        assert request == voltronic.ask(unit, first, words) and (unit, function) == (1, 3)
        head = bytes([unit, 3, 2 * words]) if standard else bytes([unit, 3]) + be(words)
        return voltronic.seal(head + b"".join(be(registers.get(first + i, 0)) for i in range(words)))
    return Answering(lambda came: 8, answer)


@pytest.mark.parametrize("standard", [False, True])
def test_voltronic(standard):
    compare(asked(voltronic_battery(voltronic_registers(), standard), "voltronic_rs485"),
            "pack_ma soc_permille full_mah remaining_mah charge_limit_ma discharge_limit_ma charge_limit_mv",
            pack_mv=BATTERY["pack_mv"] // 100 * 100, cell_mv=[3300] * 16, mos_ddegc=280,
            charge_allowed=True, discharge_allowed=True)


# ---- Batteries that do wrong ----

def damaged(frame):
    return frame[:-3] + bytes([frame[-3] ^ 1]) + frame[-2:]


def pylon_line(answer):
    return Answering(lambda came: came.find(b"\r") + 1, answer)


@pytest.mark.parametrize("protocol, server, cause", [
    ("pylon_rs485", lambda: pylon_line(lambda _: damaged(pylon.frame(2, 0, pylon_infos(2)[0x42]))),
     "wrong check sum or length"),
    ("pylon_rs485", lambda: pylon_line(lambda _: pylon.frame(2, pylon.BAD_SUM)), "refuses"),
    ("pylon_rs485", lambda: pylon_line(lambda _: pylon.frame(9, 0, pylon_infos(9)[0x42])),
     "another address"),
    ("pylon_rs485", lambda: pylon_line(lambda _: pylon.frame(2, 0, pylon_infos(2)[0x42])[:40]),
     "wrong check sum or length"),
    ("voltronic_rs485", lambda: Answering(lambda came: 8, lambda _: damaged(bytes(38))),
     "no answer"),  # nothing of it looks like a frame
    ("growatt_rs485", lambda: Answering(lambda came: 8, lambda _: voltronic.seal(b"\1\x83\2")),
     "with code 2"),
    ("pace_rs485", lambda: Answering(lambda came: 8, lambda request: request),  # only an echo
     "no answer"),
    ("pace_rs485", lambda: Pymodbus(9, {0: 0}), "no answer"),
], ids=["damaged", "refusing", "foreign", "cut", "nonsense", "exception", "echo", "silent"])
def test_no_value_is_made_of_a_wrong_answer_and_its_cause_is_said(protocol, server, cause):
    with server() as port:
        done = run_get("tcp:127.0.0.1:%d" % port, "--protocol=" + protocol)
    assert done.returncode == 1 and cause in done.stderr, done.stderr
    assert "pack_mv" not in done.stdout


def test_a_missed_answer_is_asked_for_again():
    missed = []

    def answer(request):
        if request not in missed:
            missed.append(request)
            return b""
        frame = pylon.Answer(request)
        info = pylon_infos(2).get(frame.code)
        return pylon.frame(2, pylon.UNKNOWN if info is None else 0, info or b"")
    with pylon_line(answer) as port:
        done = run_get("tcp:127.0.0.1:%d" % port, "--protocol=pylon_rs485")
    assert done.returncode == 0 and '"pack_mv":%d' % BATTERY["pack_mv"] in done.stdout
