# SPDX-License-Identifier: Apache-2.0
# A master of the "Voltronic Inverter and BMS 485 communication protocol" of 2020-03-25, written from
# its tables: like Modbus, but an answer counts its words, in two bytes. It knows nothing of Hearth.
# Voltages are mV, currents mA (positive while charging), temperatures 0.1 degC, charges mAh.
BAD_ADDRESS, BAD_COMMAND, BAD_CRC = 1, 2, 3
CHARGE_ENABLE, DISCHARGE_ENABLE, CHARGE_NOW = 0x80, 0x40, 0x20
KELVIN = 2731
CELLS, TEMPERATURES, TOTALS, CELL_STATES, TEMPERATURE_STATES, STATES, LIMITS = (
    (0x10, 21), (0x25, 11), (0x30, 16), (0x40, 11), (0x50, 6), (0x60, 10), (0x70, 8))


class Wrong(Exception):
    pass


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def seal(data):
    return data + crc(data)


def ask(address, first, words, function=3):
    return seal(bytes([address, function]) + first.to_bytes(2, "big") + words.to_bytes(2, "big"))


def words_of(data, address, words):
    """The words of a right answer to a read of `words` words."""
    if len(data) != 6 + 2 * words or data[-2:] != crc(data[:-2]):
        raise Wrong("size or check sum: %s" % data.hex())
    if data[:4] != bytes([address, 3]) + words.to_bytes(2, "big"):
        raise Wrong("head: %s" % data.hex())
    return [int.from_bytes(data[at:at + 2], "big") for at in range(4, len(data) - 2, 2)]


def error_of(data, address, function=3):
    if len(data) != 5 or data[-2:] != crc(data[:-2]) or data[:2] != bytes([address, function | 0x80]):
        raise Wrong("no error answer: %s" % data.hex())
    return data[2]


def cells(words):
    if any(words[1 + words[0]:]):
        raise Wrong("numbers behind the last cell: %r" % words)
    return [100 * word for word in words[1:1 + words[0]]]


def temperatures(words):
    if any(words[1 + words[0]:]):
        raise Wrong("numbers behind the last temperature: %r" % words)
    return [word - KELVIN for word in words[1:1 + words[0]]]


def totals(words):
    charge, discharge = words[0], words[1]
    if charge and discharge:
        raise Wrong("charge and discharge at once: %r" % words)
    return {"pack_ma": 100 * (charge - discharge), "pack_mv": 100 * words[2], "soc": words[3],
            "full_mah": words[4] << 16 | words[5], "packs": words[6], "alarms": words[7:9],
            "protections": words[9:13], "state": words[13], "design_mah": words[14] << 16 | words[15]}


def states(words):
    """Counted states, two to a word, the first in the high byte."""
    halves = [half for word in words[1:] for half in (word >> 8, word & 0xFF)]
    if any(halves[words[0]:]):
        raise Wrong("states behind the last: %r" % words)
    return halves[:words[0]]


def limits(words):
    return {"charge_mv": 100 * words[0], "discharge_mv": 100 * words[1], "charge_ma": 100 * words[2],
            "discharge_ma": 100 * words[3], "status": words[4], "run_time_min": words[5],
            "remaining_mah": words[6] << 16 | words[7]}
