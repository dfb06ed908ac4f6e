# SPDX-License-Identifier: Apache-2.0
"""hearth describe --format dbc: an independent reader finds the same in frames as hearth decode.

For every protocol and profile: frames of recorded logs and frames of random bytes."""
import json
import os
import pathlib
import random
import re
import subprocess

import pytest

from dbc import Dbc

HEARTH = os.environ["HEARTH"]
LOGS = pathlib.Path(__file__).parent.parent / "protocols"
INT16 = (-0x8000, 0x7FFF)
INT32 = (-0x80000000, 0x7FFFFFFF)
RANDOM_FRAMES = 20
# Read by a hook: their rows alone say less than hearth decode does.
BY_HOOK = {("deye_can", "alarms"), ("deye_can", "pack_alarms"), ("megarevo_can", "blocks"),
           *((protocol, message) for protocol in ("goodwe_can", "seplos_can", "pylon_can", "sofar_can")
             for message in ("extremes", "numbers"))}


def hearth(*arguments, text=""):
    return subprocess.run([HEARTH, *arguments], input=text, capture_output=True, text=True, timeout=60)


def describe(protocol, layout):
    done = hearth("describe", protocol, "--format", layout)
    assert done.returncode == 0, done.stderr
    return done.stdout


def can_protocols():
    """NAME:PROFILE of all, or NAME where there is only one."""
    names = re.findall(r"^\|? ?(\w+_can)\b", hearth("protocols", "--markdown").stdout, re.MULTILINE)
    assert names
    found = []
    for name in sorted(set(names)):
        profiles = json.loads(describe(name, "json"))["profiles"]
        found += [f"{name}:{profile}" if profile else name for profile in profiles]
    return found


PROTOCOLS = can_protocols()


@pytest.fixture(scope="module", params=PROTOCOLS)
def protocol(request):
    return request.param


@pytest.fixture(scope="module")
def dbc(protocol):
    return Dbc(describe(protocol, "dbc"))


def recorded(protocol):
    """Frames (id, extended, bytes) of the logs of this protocol."""
    for log in sorted(LOGS.glob("*.log")):
        text = log.read_text()
        named = re.search(r"^# protocol: *(\S+)", text, re.MULTILINE)
        if named is None or named.group(1).split(":")[0] != protocol.split(":")[0]:
            continue
        for number, data in re.findall(r"^\([0-9.]+\) \S+ ([0-9A-F]{3}|[0-9A-F]{8})#([0-9A-F]*)\s*$",
                                       text, re.MULTILINE):
            yield int(number, 16), len(number) == 8, bytes.fromhex(data)


def made_up(dbc):
    source = random.Random(20261125)
    for message in dbc.messages.values():
        yield message.id, message.extended, bytes(message.size)
        for _ in range(RANDOM_FRAMES):
            yield message.id, message.extended, source.randbytes(message.size)


def decode(protocol, frames):
    lines = []
    for number, extended, data in frames:
        lines.append(f"(1.0) can0 {number:0{8 if extended else 3}X}#{data.hex().upper()}\n")
    done = hearth("decode", protocol, "-", text="".join(lines))
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(objects) == len(frames), done.stderr
    return objects


def held(value, bounds):
    return max(bounds[0], min(bounds[1], value))


def element(name):
    """Array and index of a signal that is an element of an array, else None."""
    match = re.fullmatch(r"(cell_mv|temp_ddegc|wire_mohm)_(\d+)", name)
    return (match.group(1), int(match.group(2))) if match else None


def value_of(values, name):
    if element(name) is None:
        return values.get(name)
    array, index = element(name)
    found = values.get(array, [])
    return found[index] if index < len(found) else None


def base(name):
    """NAME for NAME_2."""
    return name if element(name) else re.sub(r"_[2-9]$", "", name)


def places(message, name):
    """Signals of the same value: NAME, NAME_2, ..."""
    return [signal for other, signal in message.signals.items() if base(other) == name]


def is_alarm(signal):
    return signal.name.startswith(("alarm_", "warning_", "level_"))


def check_text(signal, data, values):
    text = data[signal.start // 8:]
    end = next((i for i, byte in enumerate(text) if not 0x20 <= byte <= 0x7E), len(text))
    assert values.get("maker", "") == text[:end].decode("ascii").rstrip(" ")


def numbers(signals, data):
    """What may be read: the places in order, those that say "not known" left out."""
    for signal in signals:
        if signal.texts.get(signal.raw(data)) == "not known":
            continue
        bounds = INT16 if element(signal.name) else INT32
        physical = signal.physical(data)
        yield signal, held(abs(physical) if "limit, rounded" in signal.comment else physical, bounds)


def check_number(signals, data, found):
    expected = None
    for signal, value in numbers(signals, data):
        if "finer" not in signal.comment or expected is None or abs(value - expected) <= 10:
            expected = value
    if expected is None:
        assert found is None
    elif signals[0].unit == "flag":
        assert found == (abs(expected) >= 0.5), signals[0].name
    else:
        assert found == pytest.approx(expected, abs=0.5001, rel=1e-8), signals[0].name


def check_alarms(message, data, values):
    told = {"alarm": {}, "warning": {}}
    for signal in filter(is_alarm, message.signals.values()):
        now = signal.texts.get(signal.raw(data))
        for text in signal.texts.values():
            kind, _, name = text.partition(" ")
            if kind in told and now != "not said":
                told[kind][name] = now == text
    for kind, alarms in told.items():
        expected = sorted(name for name, active in alarms.items() if active)
        assert sorted(values.get(kind + "s", [])) == expected, message.name


def check_frame(message, data, values):
    for name, signal in message.signals.items():
        if is_alarm(signal):
            continue
        if signal.comment.startswith("text"):
            check_text(signal, data, values)
        elif signal.texts.get(1) == "yes" and signal.length == 1:
            said = any(place.raw(data) for place in places(message, base(name)))
            assert bool(values[base(name)]) == said, name
        elif base(name) == name:
            check_number(places(message, name), data, value_of(values, name))
    check_alarms(message, data, values)


def test_the_reader_says_what_hearth_decode_says(protocol, dbc):
    frames = [*recorded(protocol), *made_up(dbc)]
    checked = 0
    for (number, extended, data), found in zip(frames, decode(protocol, frames)):
        message = dbc.messages.get(number | (0x80000000 if extended else 0))
        if message is None:
            assert found["message"] == "unknown" or not dbc_names(dbc, number), found
            continue
        assert found["from"] == message.sender.lower(), message.name
        hooked = "rules that no row says" in message.comment
        if hooked and (protocol.split(":")[0], re.sub(r"_pack_.*|_[0-9A-F]+$", "", message.name)) in BY_HOOK:
            continue
        if len(data) < message.size:
            continue
        check_frame(message, data, found.get("values", {}))
        checked += 1
    assert checked >= RANDOM_FRAMES


def dbc_names(dbc, number):
    """Frames that are taken with both lengths stand in the file once."""
    return not any(message.id == number and "29 bits too" in message.comment
                   for message in dbc.messages.values())


def test_every_message_and_value_has_a_comment_and_no_bit_has_two_meanings(protocol, dbc):
    assert protocol.split(":")[0] in dbc.comment and "Evidence: " in dbc.comment
    for message in dbc.messages.values():
        assert message.comment.startswith("From the " + message.sender.lower())
        used = set()
        for signal in message.signals.values():
            assert is_alarm(signal) or "Evidence: " in signal.comment
            assert not used & set(signal.bits()), (message.name, signal.name)
            used |= set(signal.bits())


def test_pairs_have_two_bits_and_names_for_them():
    messages = {m.id: m for m in Dbc(describe("pylon_can:v13", "dbc")).messages.values()}
    signal = messages[0x35A].signals["alarm_cell_over_voltage"]
    assert signal.length == 2
    assert signal.texts == {0: "not said", 1: "alarm cell_over_voltage", 2: "none", 3: "not said"}


def test_big_endian_signals_start_at_their_highest_bit():
    messages = {m.id: m for m in Dbc(describe("growatt_can", "dbc")).messages.values()}
    signal = messages[0x311].signals["charge_limit_mv"]
    assert (signal.start, signal.length, signal.little_endian) == (7, 16, False)
    assert signal.physical(bytes.fromhex("0238000000000000")) == 56800


def test_messages_of_packs_stand_there_for_each_pack():
    with_packs = 0
    for protocol in PROTOCOLS:
        dbc = Dbc(describe(protocol, "dbc"))
        first = [m for m in dbc.messages.values() if m.name.endswith("_pack_0")]
        for message in first:
            others = [m for m in dbc.messages.values() if m.name == message.name[:-1] + "1"]
            assert [list(m.signals) for m in others] == [list(message.signals)]
            with_packs += 1
    assert with_packs > 0


def test_the_alarm_matrix_in_the_docs_is_the_one_of_the_program():
    document = pathlib.Path(__file__).parents[2] / "docs" / "alarm-matrix.md"
    assert document.read_text() == hearth("alarms", "--matrix").stdout, \
        "make it anew: hearth alarms --matrix > docs/alarm-matrix.md"
