# SPDX-License-Identifier: Apache-2.0
# A SunSpec reader led by the models of the standard (sunspec/models: 1, 713, 802, 803), written down
# here as name, type, words, scale factor, mandatory or optional. It finds "SunS", walks from model
# to model by their lengths up to the end, and refuses what the standard does not allow. It knows
# nothing of Hearth.
import struct

BASES = (40000, 50000, 0)
READ_MAX = 125
END = 0xFFFF

MODEL_1 = """
ID uint16 1 - M
L uint16 1 - M
Mn string 16 - M
Md string 16 - M
Opt string 8 - O
Vr string 8 - O
SN string 16 - M
DA uint16 1 - O
Pad pad 1 - O
"""
MODEL_713 = """
ID uint16 1 - M
L uint16 1 - M
WHRtg uint16 1 WH_SF O
WHAvail uint16 1 WH_SF O
SoC uint16 1 Pct_SF O
SoH uint16 1 Pct_SF O
Sta enum16 1 - O
WH_SF sunssf 1 - O
Pct_SF sunssf 1 - O
"""
MODEL_802 = """
ID uint16 1 - M
L uint16 1 - M
AHRtg uint16 1 AHRtg_SF M
WHRtg uint16 1 WHRtg_SF M
WChaRteMax uint16 1 WChaDisChaMax_SF M
WDisChaRteMax uint16 1 WChaDisChaMax_SF M
DisChaRte uint16 1 DisChaRte_SF O
SoCMax uint16 1 SoC_SF O
SoCMin uint16 1 SoC_SF O
SocRsvMax uint16 1 SoC_SF O
SoCRsvMin uint16 1 SoC_SF O
SoC uint16 1 SoC_SF M
DoD uint16 1 DoD_SF O
SoH uint16 1 SoH_SF O
NCyc uint32 2 - O
ChaSt enum16 1 - O
LocRemCtl enum16 1 - M
Hb uint16 1 - O
CtrlHb uint16 1 - O
AlmRst uint16 1 - M
Typ enum16 1 - M
State enum16 1 - M
StateVnd enum16 1 - O
WarrDt uint32 2 - O
Evt1 bitfield32 2 - M
Evt2 bitfield32 2 - M
EvtVnd1 bitfield32 2 - M
EvtVnd2 bitfield32 2 - M
V uint16 1 V_SF M
VMax uint16 1 V_SF O
VMin uint16 1 V_SF O
CellVMax uint16 1 CellV_SF O
CellVMaxStr uint16 1 - O
CellVMaxMod uint16 1 - O
CellVMin uint16 1 CellV_SF O
CellVMinStr uint16 1 - O
CellVMinMod uint16 1 - O
CellVAvg uint16 1 CellV_SF O
A int16 1 A_SF M
AChaMax uint16 1 AMax_SF O
ADisChaMax uint16 1 AMax_SF O
W int16 1 W_SF M
ReqInvState enum16 1 - O
ReqW int16 1 W_SF O
SetOp enum16 1 - M
SetInvState enum16 1 - M
AHRtg_SF sunssf 1 - M
WHRtg_SF sunssf 1 - M
WChaDisChaMax_SF sunssf 1 - M
DisChaRte_SF sunssf 1 - O
SoC_SF sunssf 1 - M
DoD_SF sunssf 1 - O
SoH_SF sunssf 1 - O
V_SF sunssf 1 - M
CellV_SF sunssf 1 - M
A_SF sunssf 1 - M
AMax_SF sunssf 1 - M
W_SF sunssf 1 - O
"""
MODEL_803 = """
ID uint16 1 - M
L uint16 1 - M
NStr uint16 1 - M
NStrCon uint16 1 - M
ModTmpMax int16 1 ModTmp_SF M
ModTmpMaxStr uint16 1 - O
ModTmpMaxMod uint16 1 - O
ModTmpMin int16 1 ModTmp_SF M
ModTmpMinStr uint16 1 - O
ModTmpMinMod uint16 1 - O
ModTmpAvg int16 1 ModTmp_SF O
StrVMax uint16 1 V_SF O
StrVMaxStr uint16 1 - O
StrVMin uint16 1 V_SF O
StrVMinStr uint16 1 - O
StrVAvg uint16 1 V_SF O
StrAMax int16 1 A_SF O
StrAMaxStr uint16 1 - O
StrAMin int16 1 A_SF O
StrAMinStr uint16 1 - O
StrAAvg int16 1 A_SF O
NCellBal uint16 1 - O
CellV_SF sunssf 1 - M
ModTmp_SF sunssf 1 - M
A_SF sunssf 1 - M
SoH_SF sunssf 1 - O
SoC_SF sunssf 1 - M
V_SF sunssf 1 - O
"""
MODEL_803_BLOCK = """
StrNMod uint16 1 - M
StrSt bitfield32 2 - M
StrConFail enum16 1 - O
StrSoC uint16 1 SoC_SF M
StrSoH uint16 1 SoH_SF O
StrA int16 1 A_SF M
StrCellVMax uint16 1 CellV_SF M
StrCellVMaxMod uint16 1 - O
StrCellVMin uint16 1 CellV_SF M
StrCellVMinMod uint16 1 - O
StrCellVAvg uint16 1 CellV_SF M
StrModTmpMax int16 1 ModTmp_SF M
StrModTmpMaxMod uint16 1 - O
StrModTmpMin int16 1 ModTmp_SF M
StrModTmpMinMod uint16 1 - O
StrModTmpAvg int16 1 ModTmp_SF M
StrDisRsn enum16 1 - O
StrConSt bitfield32 2 - O
StrEvt1 bitfield32 2 - M
StrEvt2 bitfield32 2 - O
StrEvtVnd1 bitfield32 2 - O
StrEvtVnd2 bitfield32 2 - O
StrSetEna enum16 1 - O
StrSetCon enum16 1 - O
Pad1 pad 1 - M
Pad2 pad 1 - M
"""

NOTHING = {"uint16": 0xFFFF, "enum16": 0xFFFF, "bitfield16": 0xFFFF, "int16": 0x8000,
           "sunssf": 0x8000, "pad": 0x8000, "uint32": 0xFFFFFFFF, "bitfield32": 0xFFFFFFFF}


def rows(text):
    return [(name, kind, int(words), None if scale == "-" else scale, need == "M")
            for name, kind, words, scale, need in (line.split() for line in text.split("\n") if line)]


MODELS = {1: (rows(MODEL_1), []), 713: (rows(MODEL_713), []), 802: (rows(MODEL_802), []),
          803: (rows(MODEL_803), rows(MODEL_803_BLOCK))}


def size_of(points):
    return sum(words for _, _, words, _, _ in points)


class Model:
    """Points of one model by name: numbers scaled, None where not implemented; `raw` as on the wire."""

    def __init__(self, number, words):
        self.number = number
        points, block = MODELS[number]
        self.raw, self.points, self.strings = {}, {}, []
        self._take(points, words[:size_of(points)], self.points)
        self.raw = self._raw(points, words)
        rest = words[size_of(points):]
        assert not rest or block, "model %d is longer than the standard says" % number
        while rest:
            assert len(rest) >= size_of(block), "model %d: half a block" % number
            string = {}
            self._take(block, rest[:size_of(block)], string)
            self.strings.append(string)
            rest = rest[size_of(block):]

    @staticmethod
    def _raw(points, words):
        raw, at = {}, 0
        for name, _, count, _, _ in points:
            raw[name] = words[at:at + count]
            at += count
        return raw

    def _take(self, points, words, into):
        raw = self._raw(points, words)
        if not self.raw:
            self.raw = raw  # scale factors of a block are those of the model
        for name, kind, _, scale, mandatory in points:
            value = self._value(kind, raw[name])
            where = "model %d, %s" % (self.number, name)
            if kind == "pad":
                assert value is None, where + " is no pad"
            else:
                assert value is not None or not mandatory, where + " is mandatory"
            if scale and value is not None:
                power = self._value("sunssf", self.raw[scale])
                assert power is not None, where + " has no scale factor"
                value = round(value * 10.0 ** power, 6)
            into[name] = value

    @staticmethod
    def _value(kind, words):
        if kind == "string":
            data = b"".join(struct.pack(">H", word) for word in words)
            text = data.rstrip(b"\0")
            assert b"\0" not in text, "a string has bytes behind its end"
            return text.decode("ascii") or None
        number = words[0] if len(words) == 1 else words[0] << 16 | words[1]
        if number == NOTHING[kind]:
            return None
        if kind in ("int16", "sunssf") and number > 0x7FFF:
            number -= 0x10000
        if kind == "sunssf":
            assert -10 <= number <= 10, "a scale factor of %d" % number
        if kind == "bitfield32":
            assert number < 1 << 31, "bit 31 of a bit field"
        return number


def walk(read):
    """Models by number, in order. read(first, count) gives words, or None when refused."""
    for base in BASES:
        if read(base, 2) == [0x5375, 0x6E53]:
            break
    else:
        raise AssertionError("no SunS")
    at, found = base + 2, {}
    while True:
        number, length = read(at, 2)
        if number == END:
            assert length == 0
            return found
        words = [number, length]
        while len(words) < length + 2:
            count = min(READ_MAX, length + 2 - len(words))
            words += read(at + len(words), count)
        if number in MODELS:
            found[number] = Model(number, words)
        at += length + 2
