# SPDX-License-Identifier: Apache-2.0
# What a virtual pack does with requests that are damaged, impossible or not allowed, on a pseudo
# terminal in every serial protocol: the exact bytes of its answer, or silence; and that it answers a
# good request as before. Expected bytes come from the documents, by the readers of pylon_reader.py
# and voltronic_reader.py, which know nothing of Hearth.
from collections import namedtuple

import pytest

import pylon_reader as pylon
from serial_port import Line, Pack
from voltronic_reader import BAD_CRC, seal

SILENCE = b""
TRIES = 5
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
CELLS, CELL_OVP_MV = 16, 3650


def h(text):
    return bytes.fromhex(text)


def modbus(text):
    """The frame of a body, its CRC put behind it."""
    return seal(h(text))


def read(unit, first, words, function=3):
    return modbus("%02X %02X %04X %04X" % (unit, function, first, words))


def exception(unit, code, function=3):
    return modbus("%02X %02X %02X" % (unit, 0x80 | function, code))


def write(unit, first, *words):
    return modbus("%02X 10 %04X %04X %02X" % (unit, first, len(words), 2 * len(words)) +
                  "".join("%04X" % word for word in words))


def login(password):
    """The frame that opens a session of JK's protocol."""
    padded = password.encode().ljust(2 * PASSWORD_WORDS, b"\0")
    return write(0, LOGIN_JK, *(int.from_bytes(padded[at:at + 2], "big")
                                for at in range(0, len(padded), 2)))


def wrong(frame, at=-1):
    """One bit of it is another."""
    at %= len(frame)
    return frame[:at] + bytes([frame[at] ^ 1]) + frame[at + 1:]


# A pack and a request whose answer never changes.
Port = namedtuple("Port", "protocol baud request answer")
PORTS = {
    "growatt": Port("growatt_rs485", 9600, read(1, 0x29, 1), modbus("01 03 02 %04X" % CELLS)),
    "pace": Port("pace_rs485", 9600, read(1, 65, 1), modbus("01 03 02 %04X" % CELL_OVP_MV)),
    "wow": Port("wow_rs485", 9600, read(1, 65, 1), modbus("01 03 02 %04X" % CELL_OVP_MV)),
    "jk": Port("jk_rs485", 115200, read(0, 0x106C, 2), modbus("00 03 04 0000 %04X" % CELLS)),
    "sunspec": Port("sunspec", 9600, read(1, 40000, 2), seal(h("01 03 04") + b"SunS")),
    "voltronic": Port("voltronic_rs485", 9600, read(1, 0x10, 1), modbus("01 03 0001 %04X" % CELLS)),
    "pylon": Port("pylon_rs485@115200", 115200, pylon.ask(2, 0x4F), pylon.frame(2, 0)),
}
CELL_OVP_PACE, CELL_OVP_JK, LOGIN_JK, PACK_MV_JK = 65, 0x100C, 0x1680, 0x1290
PASSWORD_WORDS = 8


def of_modbus(name):
    """What every Modbus map does."""
    port = PORTS[name]
    unit, first = port.request[0], int.from_bytes(port.request[2:4], "big")
    other = 9 if unit else 1
    return [
        (name, "CRC wrong", wrong(port.request), SILENCE),
        (name, "unit wrong", read(other, first, 1), SILENCE),
        (name, "unit damaged", wrong(port.request, 0), SILENCE),
        (name, "no register", read(unit, first, 0), exception(unit, ILLEGAL_VALUE)),
        (name, "126 registers", read(unit, first, 126), exception(unit, ILLEGAL_VALUE)),
        (name, "65535 registers", read(unit, first, 0xFFFF), exception(unit, ILLEGAL_VALUE)),
        (name, "function 01", read(unit, first, 1, 1), exception(unit, ILLEGAL_FUNCTION, 1)),
        (name, "function 41", modbus("%02X 41 0000 0001" % unit), SILENCE),
        (name, "outside of all", read(unit, 0xFFF0, 4), exception(unit, ILLEGAL_ADDRESS)),
        (name, "beyond the last", read(unit, 0xFFFF, 125), exception(unit, ILLEGAL_ADDRESS)),
        (name, "write of more than counted", modbus("%02X 10 %04X 0002 02 0000" % (unit, first)),
         exception(unit, ILLEGAL_VALUE, 0x10)),
        (name, "impossible length of a write", modbus("%02X 10 %04X 007F FE 0000" % (unit, first)),
         SILENCE),
        (name, "the last byte dropped", port.request[:-1], SILENCE),
        (name, "a byte dropped within", port.request[:3] + port.request[4:], SILENCE),
        (name, "half a frame before one", port.request[:4] + port.request, port.answer),
        (name, "stray bytes before a frame", b"\xFF\0" + port.request, port.answer),
        (name, "a damaged frame before one", wrong(port.request) + port.request, port.answer),
    ]


def two_at_once(name):
    """Not of JK's, whose masters leave 75 ms between frames."""
    return name, "two frames at once", 2 * PORTS[name].request, 2 * PORTS[name].answer


def of_pace(name):
    return [
        (name, "unit 0", read(0, 0, 1), SILENCE),
        (name, "read across a gap", read(1, 0, 49), exception(1, ILLEGAL_ADDRESS)),
        (name, "setting, nobody logged in", write(1, CELL_OVP_PACE, 3600),
         exception(1, ILLEGAL_VALUE, 0x10)),
        (name, "write of data", write(1, 2, 100), exception(1, ILLEGAL_ADDRESS, 0x10)),
        (name, "write across a gap", write(1, 114, 1, 1), exception(1, ILLEGAL_ADDRESS, 0x10)),
        (name, "write of the serial number", write(1, 170, 0x3030), exception(1, ILLEGAL_VALUE, 0x10)),
    ]


TABLE = [row for name in ("growatt", "pace", "wow", "jk", "sunspec") for row in of_modbus(name)]
TABLE += [two_at_once(name) for name in PORTS if name != "jk"]
TABLE += of_pace("pace") + of_pace("wow") + [
    ("growatt", "unit 0", read(0, 0x29, 1), SILENCE),
    ("growatt", "read across a gap", read(1, 0x25, 0x60), exception(1, ILLEGAL_ADDRESS)),
    ("growatt", "write of data", write(1, 0x15, 100), exception(1, ILLEGAL_ADDRESS, 0x10)),
    ("growatt", "write of the status word", h("01 10 00 13 00 01 02 00 00 A4 F3"),
     h("01 10 00 13 00 01 F0 0C")),  # is acknowledged, section 3.1
    ("sunspec", "unit 0", read(0, 40000, 2), SILENCE),
    ("jk", "function 04", read(0, 0x106C, 2, 4), exception(0, ILLEGAL_FUNCTION, 4)),
    ("jk", "setting, nobody logged in", write(0, CELL_OVP_JK, 0, 3600),
     exception(0, ILLEGAL_ADDRESS, 0x10)),
    ("jk", "wrong password", login("9999"), exception(0, ILLEGAL_VALUE, 0x10)),
    ("voltronic", "CRC wrong", wrong(PORTS["voltronic"].request), exception(1, BAD_CRC)),
    ("voltronic", "unit 0", read(0, 0x10, 1), SILENCE),
    ("voltronic", "another battery", read(9, 0x10, 1), SILENCE),
    ("voltronic", "126 registers", read(1, 0x10, 126), exception(1, 2)),
    ("voltronic", "no register", read(1, 0x10, 0), exception(1, 2)),
    ("voltronic", "write", write(1, 0x30, 0), exception(1, 2, 0x10)),
    ("voltronic", "outside of all", read(1, 0xFFF0, 2), modbus("01 03 0002 0000 0000")),
    ("voltronic", "the last byte dropped", PORTS["voltronic"].request[:-1], SILENCE),
]
VERSION = pylon.ask(2, 0x4F)


def lower_case(frame):
    """The sum is that of the characters as they are sent."""
    text = frame[1:-5].lower()
    return b"~" + text + b"%04x\r" % pylon.check_sum(text)


TABLE += [
    ("pylon", "sum wrong", pylon.ask(2, 0x42, 2, total=0x1234), pylon.frame(2, pylon.BAD_SUM)),
    ("pylon", "length nibble wrong", pylon.ask(2, 0x42, 2, length=0x1002),
     pylon.frame(2, pylon.BAD_LENGTH)),
    ("pylon", "length longer than INFO", pylon.ask(2, 0x42, 2, length=pylon.length_of(0x12)),
     pylon.frame(2, pylon.BAD_FORMAT)),
    ("pylon", "impossible length", pylon.ask(2, 0x42, 2, length=pylon.length_of(0xFFF)),
     pylon.frame(2, pylon.BAD_FORMAT)),
    ("pylon", "unknown CID2", pylon.ask(2, 0x43, 2), pylon.frame(2, pylon.UNKNOWN)),
    ("pylon", "unknown CID1", pylon.ask(2, 0x42, 2, device=0x47), pylon.frame(2, pylon.UNKNOWN)),
    ("pylon", "version of another time", pylon.ask(2, 0x43, 2, version=0x99),
     pylon.frame(2, pylon.UNKNOWN, version=0x99)),
    ("pylon", "INFO missing", pylon.ask(2, 0x42), pylon.frame(2, pylon.BAD_FORMAT)),
    ("pylon", "a pack that is none of the bank", pylon.ask(9, 0x42, 9), SILENCE),
    ("pylon", "another battery's", pylon.ask(0x52, 0x42, 0x52), SILENCE),
    ("pylon", "shut down, nobody logged in", pylon.ask(2, 0x95, 2), pylon.frame(2, pylon.UNKNOWN)),
    ("pylon", "lower-case digits", lower_case(VERSION), PORTS["pylon"].answer),
    ("pylon", "lower-case digits, the sum of upper case", VERSION[:-5].lower() + VERSION[-5:],
     pylon.frame(2, pylon.BAD_SUM)),
    ("pylon", "truncated", VERSION[:-3] + b"\r", SILENCE),
    ("pylon", "no more than a head", VERSION[:9] + b"\r", SILENCE),
    ("pylon", "end missing", VERSION[:-1], SILENCE),
    ("pylon", "no hexadecimal digit", VERSION[:3] + b"X" + VERSION[4:], SILENCE),
    ("pylon", "a byte dropped within", VERSION[:6] + VERSION[7:], SILENCE),
    ("pylon", "half a frame before one", VERSION[:7] + VERSION, PORTS["pylon"].answer),
    ("pylon", "stray bytes before a frame", b"\0\xFF\r" + VERSION, PORTS["pylon"].answer),
]


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    started = {name: Pack(tmp_path_factory.mktemp(name), port.protocol) for name, port in PORTS.items()}
    yield started
    assert [pack.program.stop() for pack in started.values()] == [0] * len(started)


@pytest.fixture(scope="module")
def lines(packs):
    dialled = {name: Line(packs[name].wait().path, port.baud) for name, port in PORTS.items()}
    yield dialled
    for line in dialled.values():
        line.port.close()


def ask(line, port):
    """The answer to the good request. What a broken frame has left may swallow it: a client repeats."""
    for _ in range(TRIES):
        line.send(port.request)
        answer = line.port.read(len(port.answer))
        if answer:
            return answer
    raise AssertionError("no answer any more")


@pytest.mark.parametrize("name, what, sent, answer", TABLE, ids=["%s: %s" % row[:2] for row in TABLE])
def test_bad_input(lines, name, what, sent, answer):
    line, port = lines[name], PORTS[name]
    assert ask(line, port) == port.answer
    line.send(sent)
    if answer == SILENCE:
        assert line.is_quiet()
    else:
        assert line.exactly(len(answer)).hex(" ") == answer.hex(" ")
    assert ask(line, port) == port.answer


def refused(code):
    return exception(0, code, 0x10)


def acknowledged(frame):
    return seal(frame[:6])


# In this order, on the other port of a pack.
SESSION = [
    ("setting before the login", write(0, CELL_OVP_JK, 0, 3600), refused(ILLEGAL_ADDRESS)),
    ("login as user", login("1234"), acknowledged(login("1234"))),
    ("setting of an installer", write(0, CELL_OVP_JK, 0, 3600), refused(ILLEGAL_ADDRESS)),
    ("login as installer", login("666666"), acknowledged(login("666666"))),
    ("beyond the hard bound", write(0, CELL_OVP_JK, 0, 3751), refused(ILLEGAL_VALUE)),
    ("far out of range", write(0, CELL_OVP_JK, 0xFFFF, 0xFFFF), refused(ILLEGAL_VALUE)),
    ("below its own release", write(0, CELL_OVP_JK, 0, 3400), refused(ILLEGAL_VALUE)),
    ("within a number", write(0, CELL_OVP_JK + 2, 3600), refused(ILLEGAL_ADDRESS)),
    ("half a number", write(0, CELL_OVP_JK, 0), refused(ILLEGAL_ADDRESS)),
    ("a measurement", write(0, PACK_MV_JK, 0, 52000), refused(ILLEGAL_ADDRESS)),
    ("outside of all", write(0, 0x3000, 0, 1), refused(ILLEGAL_ADDRESS)),
    ("damaged", wrong(write(0, CELL_OVP_JK, 0, 3600)), SILENCE),
    ("is as it was", read(0, CELL_OVP_JK, 2), modbus("00 03 04 0000 %04X" % CELL_OVP_MV)),
]


def test_writes_of_somebody_who_logged_in(packs):
    with Line(packs["growatt"].wait().service, PORTS["jk"].baud) as line:
        for what, sent, answer in SESSION:
            line.send(sent)
            heard = line.is_quiet() if answer == SILENCE else line.exactly(len(answer))
            assert heard == (answer or True), what
            assert ask(line, PORTS["jk"]) == PORTS["jk"].answer, what
