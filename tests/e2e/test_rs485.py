# SPDX-License-Identifier: Apache-2.0
# Virtual packs in Pylon's and Voltronic's protocols, read over pseudo terminals by readers that were
# written from the protocols' own tables, and compared with what the same packs say over JK's Modbus
# on their other port, and with how they were started. The readers are proven by recorded frames.
import re
import subprocess
from pathlib import Path

import pytest
from pymodbus.client import ModbusSerialClient

import pylon_reader as pylon
import voltronic_reader as voltronic
from hearth import PROGRAM, Hearth, wait_for
from serial_port import Line, Pack, get

LOGS = Path(__file__).parent.parent / "protocols"
START = {"soc": 12, "nominal_mah": 314000, "cells": 16}
PASSWORD_NOT_CHANGED = 1 << 19  # of JK's alarm bits
PACKS = {
    "pylon_115200": ("pylon_rs485@115200", 0),
    "pylon_9600": ("pylon_rs485@9600", 0),
    "pylon_slave": ("pylon_rs485@115200", 5),
    "pylon_adr02": ("pylon_rs485:adr02", 5),
    "voltronic": ("voltronic_rs485", 0),
    "voltronic_slave": ("voltronic_rs485", 3),
}


class Packs:
    """All of them at once: each needs seconds until its output is connected."""

    def __init__(self, folder):
        self.started = {}
        for name, (protocol, dip) in PACKS.items():
            place = folder / name
            place.mkdir()
            self.started[name] = Pack(place, protocol, dip, "--soc", str(START["soc"]))
        self.host, self.slave = two_packs(folder)

    def __getitem__(self, name):
        return self.started[name].wait()

    def stop(self):
        codes = [pack.program.stop() for pack in (*self.started.values(), self.host, self.slave)
                 if pack is not self.host] + [self.host.program.stop()]
        assert codes == [0] * len(codes)


def two_packs(folder):
    """A host with Pylon on RS485-1 and a slave of another charge on its RS485-2."""
    place, bus = folder / "host", folder / "bus"
    place.mkdir()
    host = Pack(place, "pylon_rs485@115200", 0, "--soc", "12", "--rs485-2", "unix-listen:%s" % bus)
    slave = Hearth("pack", "--dip", "1", "--soc", "70", "--rs485-2", "unix:%s" % bus)
    slave.program = slave
    return host, slave


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    all_packs = Packs(tmp_path_factory.mktemp("packs"))
    yield all_packs
    all_packs.stop()


def recorded(log):
    """(request, answer, expected values) of the exchanges in a log of tests/protocols."""
    found, request = [], None
    for line in (LOGS / log).read_text().splitlines():
        match = re.match(r"\([\d.]+\) rs485 ([<>]) ([0-9A-F ]+)$", line)
        if match and match.group(1) == ">":
            request = bytes.fromhex(match.group(2))
        elif match:
            found.append((request, bytes.fromhex(match.group(2)), {}))
        elif line.startswith("= ") and found:
            name, value = line[2:].split(" ", 1)
            found[-1][2].setdefault(name, value)
    return found


def numbers(text):
    return [int(number) for number in text.split(",")]


# ---- The readers themselves ----

@pytest.mark.parametrize("log, least", [("pylon_rs485.log", 12), ("pylon_rs485_longrun.log", 1000)])
def test_the_pylon_reader_reads_recorded_packs(log, least):
    read = 0
    for request, data, expected in recorded(log):
        answer = pylon.Answer(data)
        if request is None or request[7:9] != b"42" or answer.code != pylon.NORMAL:
            continue
        group = request[13:15] == b"FF"
        found = pylon.analog(answer.info, True) if group else [pylon.analog(answer.info)[1]]
        for number, pack in enumerate(found):
            key = "@%d" % (answer.address + number) if group else ""
            for name in ("pack_ma", "pack_mv", "remaining_mah", "full_mah", "cycle_count"):
                assert pack[name] == int(expected[name + key]), (name, data)
            assert pack["temp_ddegc"] == numbers(expected["temp_ddegc" + key])
            if "cell_min_mv" + key in expected:
                assert min(pack["cell_mv"]) == int(expected["cell_min_mv" + key])
            else:
                assert pack["cell_mv"] == numbers(expected["cell_mv" + key])
        read += len(found)
    assert read >= least


def test_the_pylon_reader_reads_jk_packs():
    seen = set()
    for _, data, expected in recorded("pylon_rs485_jk.log"):
        answer = pylon.Answer(data)
        if expected.get("message") == "system_analog":
            values = pylon.system_analog(answer.info)
            assert values["mv"] == int(expected["pack_mv"])
            assert values["cell_max"][0] == int(expected["cell_max_mv"])
            assert values["temp_min"][0] == int(expected["temp_min_ddegc"])
        elif expected.get("message") == "system_limits":
            values = pylon.limits(answer.info, False)
            assert values["charge_mv"] == int(expected["charge_limit_mv"])
            assert abs(values["discharge_ma"]) == int(expected["discharge_limit_ma"])
        seen.add(expected.get("message"))
    assert {"system_analog", "system_limits"} <= seen


def test_the_voltronic_reader_reads_a_recorded_pack():
    read = 0
    for request, data, expected in recorded("voltronic_rs485.log"):
        words = voltronic.words_of(data, request[0], int.from_bytes(request[4:6], "big"))
        if "pack_mv" in expected and request[2:4] == b"\0\x30":
            assert 100 * words[2] == int(expected["pack_mv"])
        if "cell_count" in expected:
            assert words[0] == int(expected["cell_count"])
        read += 1
    assert read > 0


# ---- Pylon ----

def pylon_ask(line, address, code, *info):
    line.send(pylon.ask(address, code, *info))
    answer = pylon.Answer(line.until(b"\r"))
    assert answer.code == pylon.NORMAL, hex(answer.code)
    return answer


def refusal(line, request):
    line.send(request)
    answer = pylon.Answer(line.until(b"\r"))
    assert answer.info == b""
    return answer.code


# Pack, baud, the address asked, the address of the answer.
PYLON = [("pylon_115200", 115200, 0x02, 0x02), ("pylon_115200", 115200, 0x12, 0x02),
         ("pylon_9600", 9600, 0x02, 0x02), ("pylon_slave", 115200, 0x07, 0x07),
         ("pylon_adr02", 9600, 0x07, 0x02)]
pylon_packs = pytest.mark.parametrize("name, baud, asked, told", PYLON)


@pylon_packs
def test_pylon_measurements_are_those_of_the_pack(packs, name, baud, asked, told):
    pack, number = packs[name], PACKS[name][1]

    def check_pack(answer, state):
        assert (answer.address, answer.version) == (told, 0x20)
        echo, analog = pylon.analog(answer.info)
        assert echo == told
        assert analog["cell_mv"] == state["cell_mv"]
        assert len(set(analog["cell_mv"])) > 3  # so that their order shows
        assert analog["temp_ddegc"] == [state["mos_ddegc"]] + state["temp_ddegc"]
        assert abs(analog["pack_ma"] - state["pack_ma"]) <= 100
        assert analog["pack_mv"] == state["pack_mv"]
        assert analog["remaining_mah"] == state["remaining_mah"]
        assert analog["full_mah"] == state["full_mah"] == START["nominal_mah"]
        assert START["soc"] - 1 < 100 * analog["remaining_mah"] / analog["full_mah"] < START["soc"] + 2
        assert analog["cycle_count"] == state["cycle_count"] == 0

    def check_system(answer, state):
        assert answer.address == told
        values, temps = pylon.system_analog(answer.info), state["temp_ddegc"]
        high, low = max(state["cell_mv"]), min(state["cell_mv"])
        assert values["mv"] == state["pack_mv"] and abs(values["ma"] - state["pack_ma"]) <= 50
        assert abs(values["soc"] - state["soc"]) <= 1 and values["soh"] == values["soh_min"] == 100
        assert values["cell_max"] == (high, number, state["cell_mv"].index(high) + 1)
        assert values["cell_min"] == (low, number, state["cell_mv"].index(low) + 1)
        assert values["temp_mean"] == pytest.approx(sum(temps) / len(temps), abs=1)
        assert values["temp_max"][:2] == (max(temps), number)
        assert temps[values["temp_max"][2] - 1] == max(temps)
        assert values["temp_min"] == (min(temps), number, temps.index(min(temps)) + 1)
        for part in ("mos", "bms"):
            assert values[part + "_mean"] == state["mos_ddegc"]
            assert values[part + "_max"] == values[part + "_min"] == (state["mos_ddegc"], number)

    with Line(pack.path, baud) as line:
        pack.compare(lambda: pylon_ask(line, asked, 0x42, asked), check_pack)
        pack.compare(lambda: pylon_ask(line, asked, 0x61), check_system)


@pylon_packs
def test_pylon_states_of_a_sound_pack(packs, name, baud, asked, told):
    def check(answers, state):
        (echo, alarms), system = answers
        assert state["alarms"] == PASSWORD_NOT_CHANGED  # which Pylon cannot say
        assert echo == told and system == bytes(4)
        assert alarms["cells"] == [0] * START["cells"] and alarms["temperatures"] == [0] * 6
        assert (alarms["charge_current"], alarms["voltage"], alarms["discharge_current"]) == (0, 0, 0)
        assert alarms["status"][1] & 0x07 == 0x06  # both switches on, pre-charge over
        assert alarms["status"][2] & 0xC0 == (0x80 if state["pack_ma"] > 100 else
                                              0x40 if state["pack_ma"] < -100 else 0)
        assert alarms["status"][0] == alarms["status"][3] == alarms["status"][4] == 0

    pack = packs[name]
    with Line(pack.path, baud) as line:
        pack.compare(lambda: (pylon.alarms(pylon_ask(line, asked, 0x44, asked).info),
                              pylon_ask(line, asked, 0x62).info), check)


def defaults():
    listed = subprocess.run([PROGRAM, "params"], capture_output=True, text=True, timeout=30).stdout
    return {words[0]: int(words[1]) for words in (line.split() for line in listed.splitlines())
            if len(words) > 3 and re.fullmatch(r"-?\d+", words[1])}


@pylon_packs
def test_pylon_settings_and_identity(packs, name, baud, asked, told):
    pack = packs[name]
    with Line(pack.path, baud) as line:
        settings = pylon.settings(pylon_ask(line, asked, 0x47).info)
        version = pylon_ask(line, asked, 0x4F)
        maker = pylon.maker(pylon_ask(line, asked, 0x51).info)
        system = pylon.system_info(pylon_ask(line, asked, 0x60).info)
        serial = pylon.serial_number(pylon_ask(line, asked, 0x93, asked).info)
        firmware = pylon.firmware(pylon_ask(line, asked, 0x96, asked).info)
    told_by_jk, known = pack.get(), defaults()
    for ours, theirs in (("cell_high_mv", "cell_ovp_mv"), ("cell_low_mv", "cell_uvp_mv"),
                         ("charge_hot_ddegc", "charge_otp_ddegc"),
                         ("charge_cold_ddegc", "charge_utp_ddegc"), ("charge_ma", "charge_ocp_ma"),
                         ("discharge_hot_ddegc", "discharge_otp_ddegc"),
                         ("discharge_cold_ddegc", "discharge_utp_ddegc")):
        assert settings[ours] == told_by_jk[theirs], ours
    assert settings["discharge_ma"] == -told_by_jk["discharge_ocp_ma"]
    for ours, theirs in (("cell_low_alarm_mv", "cell_uv_warning_mv"),
                         ("module_high_mv", "pack_ovp_mv"), ("module_low_mv", "pack_uvp_mv"),
                         ("module_low_alarm_mv", "pack_uv_warning_mv")):
        assert settings[ours] == known[theirs], ours
    assert version.info == b"" and version.version == 0x20
    numbers_of_version = tuple(int(part) for part in told_by_jk["software_version"].split("."))
    assert maker["name"] == system["name"] == told_by_jk["model"][:10]
    assert maker["version"] == system["version"] == numbers_of_version[:2]
    assert maker["maker"] == system["maker"] == "Hearth".ljust(20, "-")
    assert serial == (told, told_by_jk["serial_number"].ljust(16, "\0"))
    assert system["serials"] == [serial[1]]
    assert firmware[:2] == (told, numbers_of_version[:2])
    assert firmware[2][:2] == numbers_of_version[:2]


def test_pylon_limits_of_one_pack_are_those_of_its_system(packs):
    pack = packs["pylon_115200"]
    with Line(pack.path, 115200) as line:
        def agree():
            before = pylon.limits(pylon_ask(line, 2, 0x63).info, False)
            one = pylon.limits(pylon_ask(line, 2, 0x92, 2).info, True)
            after = pylon.limits(pylon_ask(line, 2, 0x63).info, False)
            return before == after and (one, after)
        one, system = wait_for(agree)
    state = pack.get()
    assert one["echo"] == 2 and one["discharge_ma"] <= 0 <= system["discharge_ma"]
    assert one["discharge_ma"] == -system["discharge_ma"]
    for name in ("charge_mv", "discharge_mv", "charge_ma", "status"):
        assert one[name] == system[name]
    assert system["status"] == pylon.CHARGE_ENABLE | pylon.DISCHARGE_ENABLE
    assert system["charge_mv"] == state["charge_request_mv"] * START["cells"]
    assert state["cell_uvp_mv"] * START["cells"] < system["discharge_mv"] < state["pack_mv"]
    assert 0 < system["charge_ma"] <= state["charge_ocp_ma"]
    assert 0 < system["discharge_ma"] <= state["discharge_ocp_ma"]


def test_pylon_answers_version_and_maker_at_address_0_of_a_host_alone(packs):
    with Line(packs["pylon_115200"].path, 115200) as line:
        assert pylon_ask(line, 0, 0x4F).address == 0
        assert pylon.maker(pylon_ask(line, 0, 0x51).info)["name"].startswith("HEARTH")
        line.send(pylon.ask(0, 0x42, 0))
        assert line.is_quiet()
    with Line(packs["pylon_slave"].path, 115200) as line:
        line.send(pylon.ask(0, 0x4F) + pylon.ask(2, 0x4F) + pylon.ask(6, 0x42, 6))
        assert line.is_quiet()  # 7 is its address


@pytest.mark.parametrize("version", [0x20, 0x25, 0x28, 0x35])
def test_pylon_answers_in_the_version_it_is_asked_in(packs, version):
    with Line(packs["pylon_115200"].path, 115200) as line:
        line.send(pylon.ask(2, 0x42, 2, version=version))
        assert pylon.Answer(line.until(b"\r")).version == version


def test_pylon_refuses_what_it_has_not(packs):
    pack = packs["pylon_115200"]
    with Line(pack.path, 115200) as line:
        before = pack.get()
        limits = bytes.fromhex("02 DDE0 AF00 03E8 FC18")
        assert refusal(line, pylon.frame(2, 0x94, limits)) == pylon.UNKNOWN
        assert refusal(line, pylon.ask(2, 0x95, 2)) == pylon.UNKNOWN  # nobody logged in
        assert refusal(line, pylon.ask(2, 0x43, 2)) == pylon.UNKNOWN
        assert refusal(line, pylon.ask(2, 0x42)) == pylon.BAD_FORMAT
        assert refusal(line, pylon.ask(2, 0x92, pylon.ALL)) == pylon.BAD_DATA
        pylon_ask(line, 2, 0x42, 2)
        after = pack.get()
    assert after["discharge_on"] and after["charge_on"]
    assert {name: after[name] for name in after if name.endswith("enabled")} == \
        {name: before[name] for name in before if name.endswith("enabled")}
    with Line(packs["pylon_slave"].path, 115200) as line:
        assert refusal(line, pylon.ask(7, 0x42, pylon.ALL)) == pylon.BAD_ADDRESS


def test_pylon_host_answers_for_its_bank(packs):
    host = packs.host.wait()
    with Line(host.path, 115200) as line:
        def whole():
            found = pylon.analog(pylon_ask(line, 2, 0x42, pylon.ALL).info, group=True)
            return len(found) == 2 and found

        def agree():
            group = whole()
            if not group:
                return False
            line.send(pylon.ask(3, 0x42, 3))
            second = pylon.Answer(line.until(b"\r"))
            line.send(pylon.ask(2, 0x61))
            total = pylon.Answer(line.until(b"\r"))
            if second.code or group != whole():
                return False
            system = pylon.system_analog(total.info)
            is_sum = abs(system["ma"] - sum(pack["pack_ma"] for pack in group)) <= 500
            return is_sum and (group, second, system)
        group, second, total = wait_for(agree)
        line.send(pylon.ask(2, 0x92, 2) + pylon.ask(2, 0x63))
        one = pylon.limits(pylon.Answer(line.until(b"\r")).info, True)
        system = pylon.limits(pylon.Answer(line.until(b"\r")).info, False)
        states = pylon.alarms(pylon_ask(line, 2, 0x44, pylon.ALL).info, group=True)
        serials = pylon.system_info(pylon_ask(line, 2, 0x60).info)["serials"]
        line.send(pylon.ask(4, 0x42, 4))
        assert line.is_quiet()  # there is no third
    assert second.address == 3 and pylon.analog(second.info) == (3, group[1])
    assert [round(100 * p["remaining_mah"] / p["full_mah"]) for p in group] == [12, 70]
    assert len(states) == 2 and all(s["cells"] == [0] * START["cells"] for s in states)
    assert total["soc"] == pytest.approx(41, abs=1)
    assert total["cell_max"][:2] == (max(group[1]["cell_mv"]), 1)
    assert total["cell_min"][:2] == (min(group[0]["cell_mv"]), 0)
    assert one["charge_ma"] <= system["charge_ma"] / 2 + 200
    assert len(serials) == 2 and set(serials[1]) == {"-"}  # a host knows only its own


# ---- Voltronic ----

def voltronic_read(line, address, block):
    first, words = block
    line.send(voltronic.ask(address, first, words))
    return voltronic.words_of(line.exactly(6 + 2 * words), address, words)


def rounded(numbers_, step):
    return [(number + step // 2) // step * step for number in numbers_]


@pytest.mark.parametrize("name, address", [("voltronic", 1), ("voltronic_slave", 3)])
def test_voltronic_measurements_are_those_of_the_pack(packs, name, address):
    pack = packs[name]
    settings = pack.get()

    def check(blocks, state):
        cells, temps, totals, limits = blocks
        assert voltronic.cells(cells) == rounded(state["cell_mv"], 100)
        assert voltronic.temperatures(temps) == state["temp_ddegc"] + [state["mos_ddegc"]]
        values = voltronic.totals(totals)
        assert abs(values["pack_ma"] - state["pack_ma"]) <= 100
        assert abs(values["pack_mv"] - state["pack_mv"]) <= 50
        assert abs(values["soc"] - state["soc"]) <= 1 and values["packs"] == 1
        assert values["full_mah"] == values["design_mah"] == START["nominal_mah"]
        assert values["alarms"] == [0, 0] and values["protections"] == [0] * 4
        told = voltronic.limits(limits)
        assert told["charge_mv"] == settings["charge_request_mv"] * START["cells"]
        assert settings["cell_uvp_mv"] * START["cells"] < told["discharge_mv"] < state["pack_mv"]
        assert 0 < told["charge_ma"] <= settings["charge_ocp_ma"]
        assert 0 < told["discharge_ma"] <= settings["discharge_ocp_ma"]
        assert told["status"] == voltronic.CHARGE_ENABLE | voltronic.DISCHARGE_ENABLE
        assert abs(told["remaining_mah"] - state["remaining_mah"]) <= 50
        minutes = told["run_time_min"]
        assert minutes == 65535 if values["pack_ma"] >= 0 else minutes < 65535

    with Line(pack.path, 9600) as line:
        pack.compare(lambda: [voltronic_read(line, address, block) for block in (
            voltronic.CELLS, voltronic.TEMPERATURES, voltronic.TOTALS, voltronic.LIMITS)], check)


def test_voltronic_states_of_a_sound_pack_and_what_does_not_exist(packs):
    with Line(packs["voltronic"].path, 9600) as line:
        cells = voltronic.states(voltronic_read(line, 1, voltronic.CELL_STATES))
        temps = voltronic.states(voltronic_read(line, 1, voltronic.TEMPERATURE_STATES))
        assert cells == [0] * START["cells"] and temps == [0] * 6
        assert voltronic_read(line, 1, voltronic.STATES) == [0] * 10
        assert voltronic_read(line, 1, (0x78, 125)) == [0] * 125  # reads 0, without an error
        assert voltronic_read(line, 1, (0x20, 125))[0x3F - 0x20] == START["nominal_mah"] & 0xFFFF


def test_voltronic_error_codes(packs):
    with Line(packs["voltronic"].path, 9600) as line:
        def error(request, address=1, function=3):
            line.send(request)
            return voltronic.error_of(line.exactly(5), address, function)
        damaged = bytearray(voltronic.ask(1, 0x30, 16))
        damaged[-1] ^= 1
        assert error(bytes(damaged)) == voltronic.BAD_CRC
        assert error(voltronic.ask(17, 0x30, 16), 17) == voltronic.BAD_ADDRESS
        assert error(voltronic.seal(bytes.fromhex("01 10 0030 0001 02 0000")), 1, 0x10) == \
            voltronic.BAD_COMMAND
        assert voltronic_read(line, 1, (0x10, 1)) == [START["cells"]]
    with Line(packs["voltronic_slave"].path, 9600) as line:
        line.send(voltronic.ask(1, 0x30, 16) + voltronic.ask(17, 0x30, 16))
        assert line.is_quiet()  # the host answers those
        assert voltronic_read(line, 3, (0x10, 1)) == [START["cells"]]


# ---- Two protocols on the two ports of one pack ----

def test_pylon_and_growatt_tell_the_same_limits(tmp_path):
    program = Hearth("pack", "--rs485-1", "pty:%s" % (tmp_path / "a"), "--rs232",
                     "pty:%s" % (tmp_path / "b"), "--protocol", "rs485-1=pylon_rs485@115200",
                     "--protocol", "rs232=growatt_rs485")
    with program:
        program.expect("RS232: ")
        client = ModbusSerialClient(port=str(tmp_path / "b"), baudrate=9600, timeout=2, retries=0)
        assert client.connect()
        with Line(tmp_path / "a", 115200) as line:
            def agree():
                def read():
                    return client.read_holding_registers(0x19, 11, slave=1)
                before = read()
                line.send(pylon.ask(2, 0x63))
                told = pylon.limits(pylon.Answer(line.until(b"\r")).info, False)
                after = read()
                if before.isError() or before.registers[0::10] != after.registers[0::10]:
                    return False
                return told["discharge_ma"] > 0 and (told, after.registers)
            told, words = wait_for(agree)
        client.close()
    assert told["charge_mv"] == 10 * words[0x21 - 0x19]
    assert told["charge_ma"] == 10 * words[0] // 100 * 100
    assert told["discharge_ma"] == 10 * words[0x23 - 0x19] // 100 * 100
