# SPDX-License-Identifier: Apache-2.0
# A small reader of DBC files, by the grammar that Vector published ("DBC File Format Documentation"
# 1.0.5). Whatever it does not know is an error. It shares nothing with the program that writes them.
import re
from dataclasses import dataclass, field

NAME = r"[A-Za-z_][A-Za-z_0-9]*"
NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
TEXT = r'"([^"]*)"'
EXTENDED = 0x80000000


@dataclass
class Signal:
    name: str
    start: int
    length: int
    little_endian: bool
    signed: bool
    factor: float
    offset: float
    low: float
    high: float
    unit: str
    comment: str = ""
    texts: dict = field(default_factory=dict)

    def bits(self):
        """Numbers of its bits, the lowest first: bit n is bit n % 8 of byte n / 8."""
        if self.little_endian:
            return list(range(self.start, self.start + self.length))
        bits, position = [], self.start
        for _ in range(self.length):
            bits.append(position)
            position = position - 1 if position % 8 else position + 15
        return bits[::-1]

    def raw(self, data):
        value = sum((data[bit // 8] >> bit % 8 & 1) << place for place, bit in enumerate(self.bits()))
        if self.signed and value >> (self.length - 1):
            value -= 1 << self.length
        return value

    def physical(self, data):
        return self.raw(data) * self.factor + self.offset


@dataclass
class Message:
    number: int
    name: str
    size: int
    sender: str
    comment: str = ""
    cycle_ms: int = 0
    signals: dict = field(default_factory=dict)

    @property
    def extended(self):
        return bool(self.number & EXTENDED)

    @property
    def id(self):
        return self.number & ~EXTENDED


class Dbc:
    def __init__(self, text):
        self.messages = {}
        self.nodes = []
        self.comment = ""
        self.attributes = {}
        self.current = None
        for line in text.splitlines():
            if line.strip():
                self._line(line)

    def _line(self, line):
        for pattern, take in self.RULES:
            match = re.fullmatch(pattern, line)
            if match:
                take(self, *match.groups())
                return
        raise AssertionError("not DBC: " + line)

    def _nothing(self, *_):
        pass

    def _nodes(self, names):
        self.nodes = names.split()

    def _message(self, number, name, size, sender):
        number, size = int(number), int(size)
        assert number not in self.messages, name
        assert all(other.name != name for other in self.messages.values()), name
        assert sender in self.nodes and size <= 8 and len(name) <= 32
        assert number & ~EXTENDED <= (0x1FFFFFFF if number & EXTENDED else 0x7FF)
        self.current = self.messages[number] = Message(number, name, size, sender)

    def _signal(self, name, start, length, order, sign, factor, offset, low, high, unit, _receivers):
        signal = Signal(name, int(start), int(length), order == "1", sign == "-", float(factor),
                        float(offset), float(low), float(high), unit)
        message = self.current
        assert name not in message.signals and len(name) <= 32, name
        assert signal.factor != 0 and 1 <= signal.length <= 64
        assert all(bit < 8 * message.size for bit in signal.bits()), name
        message.signals[name] = signal

    def _comment(self, text):
        self.comment = text

    def _message_comment(self, number, text):
        self.messages[int(number)].comment = text

    def _signal_comment(self, number, name, text):
        self.messages[int(number)].signals[name].comment = text

    def _define(self, name, low, high):
        self.attributes[name] = (int(low), int(high))

    def _default(self, name, value):
        assert name in self.attributes and int(value) >= self.attributes[name][0]

    def _attribute(self, name, number, value):
        low, high = self.attributes[name]
        assert low <= int(value) <= high
        self.messages[int(number)].cycle_ms = int(value)

    def _texts(self, number, name, pairs):
        signal = self.messages[int(number)].signals[name]
        assert not signal.texts, name
        signal.texts = {int(value): text for value, text in re.findall(r'(-?\d+) "([^"]*)"', pairs)}

    RULES = [
        (r'VERSION "[^"]*"', _nothing),
        (r"NS_ :", _nothing),
        (r"BS_:", _nothing),
        (rf"BU_:((?: {NAME})*)", _nodes),
        (rf"BO_ (\d+) ({NAME}): (\d+) ({NAME})", _message),
        (rf" SG_ ({NAME}) : (\d+)\|(\d+)@([01])([-+]) \(({NUMBER}),({NUMBER})\) "
         rf"\[({NUMBER})\|({NUMBER})\] {TEXT} +({NAME}(?:, *{NAME})*)", _signal),
        (rf"CM_ {TEXT};", _comment),
        (rf"CM_ BO_ (\d+) {TEXT};", _message_comment),
        (rf"CM_ SG_ (\d+) ({NAME}) {TEXT};", _signal_comment),
        (rf'BA_DEF_ BO_ +"({NAME})" INT (-?\d+) (-?\d+);', _define),
        (rf'BA_DEF_DEF_ +"({NAME})" (-?\d+);', _default),
        (rf'BA_ "({NAME})" BO_ (\d+) (-?\d+);', _attribute),
        (rf'VAL_ (\d+) ({NAME})((?: -?\d+ "[^"]*")+) ;', _texts),
    ]
