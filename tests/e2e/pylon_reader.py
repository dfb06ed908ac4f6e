# SPDX-License-Identifier: Apache-2.0
# A master of the "PYLON low voltage Protocol RS485" V3.3 (42..96) and V3.5 (60..63), written from
# the layouts of the protocol: it makes requests and takes answers apart. It knows nothing of Hearth.
# Voltages are mV, currents mA (positive while charging), temperatures 0.1 degC, charges mAh.
NORMAL, BAD_VERSION, BAD_SUM, BAD_LENGTH, UNKNOWN, BAD_FORMAT, BAD_DATA = range(7)
BAD_ADDRESS, PACK_LOST = 0x90, 0x91
CHARGE_ENABLE, DISCHARGE_ENABLE, ALL = 0x80, 0x40, 0xFF
KELVIN = 2731


class Wrong(Exception):
    pass


def check_sum(text):
    return -sum(text) & 0xFFFF


def length_of(lenid):
    return (-sum(lenid >> shift & 15 for shift in (0, 4, 8)) & 15) << 12 | lenid


def frame(address, code, info=b"", version=0x20, device=0x46, length=None, total=None):
    """The bytes of a frame; `length` and `total` instead of the right ones."""
    text = b"%02X%02X%02X%02X" % (version, address, device, code)
    text += b"%04X" % (length_of(2 * len(info)) if length is None else length)
    text += info.hex().upper().encode()
    return b"~" + text + b"%04X\r" % (check_sum(text) if total is None else total)


def ask(address, code, *info, **more):
    return frame(address, code, bytes(info), **more)


class Answer:
    """A frame that is right in every place; .code is the return code."""

    def __init__(self, data):
        if data[:1] != b"~" or data[-1:] != b"\r" or len(data) < 18:
            raise Wrong("no whole frame: %r" % data)
        text = data[1:-1]
        if any(character not in b"0123456789ABCDEF" for character in text):
            raise Wrong("a character that is no upper-case hexadecimal digit: %r" % data)
        if int(text[-4:], 16) != check_sum(text[:-4]):
            raise Wrong("check sum: %r" % data)
        length = int(text[8:12], 16)
        if length != length_of(length & 0xFFF) or length & 0xFFF != len(text) - 16:
            raise Wrong("length: %r" % data)
        self.version, self.address, self.device, self.code = bytes.fromhex(text[:8].decode())
        self.info = bytes.fromhex(text[12:-4].decode())
        if self.device != 0x46:
            raise Wrong("CID1 is %02X" % self.device)


class Fields:
    """INFO from its beginning to its end."""

    def __init__(self, info):
        self.info, self.at = info, 0

    def number(self, size, signed=False):
        if self.at + size > len(self.info):
            raise Wrong("INFO ends too early: %s" % self.info.hex())
        self.at += size
        return int.from_bytes(self.info[self.at - size:self.at], "big", signed=signed)

    def numbers(self, size):
        return [self.number(size) for _ in range(self.number(1))]

    def celsius(self):
        return self.number(2) - KELVIN

    def text(self, size):
        raw = self.info[self.at:self.at + size]
        self.number(size)
        return raw.decode("ascii")

    def end(self):
        if self.at != len(self.info):
            raise Wrong("%d bytes too many: %s" % (len(self.info) - self.at, self.info.hex()))


def analog_pack(fields):
    pack = {"cell_mv": fields.numbers(2)}
    pack["temp_ddegc"] = [raw - KELVIN for raw in fields.numbers(2)]
    pack["pack_ma"] = 100 * fields.number(2, signed=True)
    pack["pack_mv"] = fields.number(2)
    remaining, items, full = fields.number(2), fields.number(1), fields.number(2)
    pack["cycle_count"] = fields.number(2)
    if items > 2:
        if items != 4 or (remaining, full) != (0xFFFF, 0xFFFF):
            raise Wrong("a pack with %d items" % items)
        remaining, full = fields.number(3), fields.number(3)
    pack["remaining_mah"], pack["full_mah"] = remaining, full
    return pack


def alarms_pack(fields):
    pack = {"cells": fields.numbers(1), "temperatures": fields.numbers(1)}
    for name in ("charge_current", "voltage", "discharge_current"):
        pack[name] = fields.number(1)
    pack["status"] = [fields.number(1) for _ in range(5)]
    return pack


def packs(info, take, group):
    """42 and 44: of one pack the echo of its address and the pack, of a group all of them."""
    fields = Fields(info)
    fields.number(1)  # INFOFLAG
    first = fields.number(1)
    found = [take(fields) for _ in range(first if group else 1)]
    fields.end()
    return found if group else (first, found[0])


def analog(info, group=False):
    return packs(info, analog_pack, group)


def alarms(info, group=False):
    return packs(info, alarms_pack, group)


SETTINGS = (("cell_high_mv", 1), ("cell_low_alarm_mv", 1), ("cell_low_mv", 1),
            ("charge_hot_ddegc", 0), ("charge_cold_ddegc", 0), ("charge_ma", 100),
            ("module_high_mv", 1), ("module_low_alarm_mv", 1), ("module_low_mv", 1),
            ("discharge_hot_ddegc", 0), ("discharge_cold_ddegc", 0), ("discharge_ma", 100))


def settings(info):
    fields = Fields(info)
    fields.number(1)  # INFOFLAG
    found = {name: factor * fields.number(2, signed=factor == 100) if factor else fields.celsius()
             for name, factor in SETTINGS}
    fields.end()
    return found


def limits(info, echo):
    """92 has the echo of the address before it, 63 has not."""
    fields = Fields(info)
    found = {"echo": fields.number(1)} if echo else {}
    found["charge_mv"], found["discharge_mv"] = fields.number(2), fields.number(2)
    found["charge_ma"] = 100 * fields.number(2, signed=True)
    found["discharge_ma"] = 100 * fields.number(2, signed=True)
    found["status"] = fields.number(1)
    fields.end()
    return found


def system_analog(info):
    fields = Fields(info)
    found = {"mv": fields.number(2), "ma": 10 * fields.number(2, signed=True),
             "soc": fields.number(1), "cycles": fields.number(2), "cycles_max": fields.number(2),
             "soh": fields.number(1), "soh_min": fields.number(1)}
    for end in ("cell_max", "cell_min"):
        found[end] = (fields.number(2), fields.number(1), fields.number(1))  # mV, pack, cell
    found["temp_mean"] = fields.celsius()
    for end in ("temp_max", "temp_min"):
        found[end] = (fields.celsius(), fields.number(1), fields.number(1))
    for part in ("mos", "bms"):
        found[part + "_mean"] = fields.celsius()
        for end in ("_max", "_min"):
            found[part + end] = (fields.celsius(), fields.number(2))
    fields.end()
    return found


def system_info(info):
    fields = Fields(info)
    found = {"name": fields.text(10), "maker": fields.text(20),
             "version": (fields.number(1), fields.number(1))}
    found["serials"] = [fields.text(16) for _ in range(fields.number(1))]
    fields.end()
    return found


def maker(info):
    fields = Fields(info)
    found = {"name": fields.text(10), "version": (fields.number(1), fields.number(1)),
             "maker": fields.text(20)}
    fields.end()
    return found


def serial_number(info):
    fields = Fields(info)
    found = fields.number(1), fields.text(16)
    fields.end()
    return found


def firmware(info):
    fields = Fields(info)
    found = [fields.number(1) for _ in range(6)]
    fields.end()
    return found[0], tuple(found[1:3]), tuple(found[3:])
