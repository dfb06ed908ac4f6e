# SPDX-License-Identifier: Apache-2.0
# Every Modbus map of a virtual pack, read block by block by pymodbus and by mbpoll, two independent
# clients, and compared with what the same pack tells over JK's Modbus on its other port. What a
# register means is written here from the documents of the protocols; nothing is taken from Hearth.
import re
import subprocess
import time
from collections import namedtuple

import pytest
from pymodbus.client import ModbusSerialClient

from hearth import wait_for
from serial_port import COMPARE_S, PATIENCE_S, Pack, signed_word
from sunspec_reader import walk
from test_sunspec import bank, port_of, ready

SOC = 12
CELLS, SENSORS = range(16), range(4)

# ---- Two clients ----


def by_pymodbus(path, baud, unit):
    client = ModbusSerialClient(port=str(path), baudrate=baud, timeout=PATIENCE_S, retries=0)
    assert client.connect()

    def read(first, count):
        answer = client.read_holding_registers(first, count, slave=unit)
        assert not answer.isError(), answer
        return answer.registers
    return read, client.close


def mbpoll(unit, first, count, *how):
    done = subprocess.run(["mbpoll", *how[:-1], "-a", str(unit), "-0", "-r", str(first), "-c", str(count),
                           "-t", "4:hex", "-o", str(PATIENCE_S), "-1", "-q", how[-1]],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.findall(r"(?m)^\[(\d+)\]:\s+0x([0-9A-F]{4})$", done.stdout)
    assert [int(at) for at, _ in found] == list(range(first, first + count)), done.stdout
    return [int(word, 16) for _, word in found]


def by_mbpoll(path, baud, unit):
    def read(first, count):
        return mbpoll(unit, first, count, "-m", "rtu", "-b", str(baud), "-P", "none", str(path))
    return read, lambda: None


# ---- What registers mean ----

def text_of(words):
    return b"".join(word.to_bytes(2, "big") for word in words).decode("ascii").rstrip(" \0")


def growatt(words):
    """Rev 2.01, section 3.3: 0x0010..0x0029, cells from 0x0071."""
    return {"pack_ma": 10 * signed_word(words[0x17]), "pack_mv": 10 * words[0x16],
            "soc": words[0x15], "temp_max": 10 * signed_word(words[0x18]),
            "remaining_mah": 10 * words[0x1A], "full_mah": 10 * words[0x1B],
            "cycle_count": words[0x1E], "soh": words[0x20] & 0x7F,
            "cell_max": words[0x25], "cell_min": words[0x26], "cell_count": words[0x29],
            "cell_mv": [words[0x71 + cell] for cell in CELLS],
            "charge_on": words[0x13] >> 6 & 1, "discharge_on": words[0x13] >> 5 & 1}


def growatt_jk(words):
    """As a JK BMS has it: cells from 0x0070."""
    return {**growatt({**words, 0x80: 0}), "cell_mv": [words[0x70 + cell] for cell in CELLS]}


def pace(words):
    """V1.3: data 0..36, settings 60..114, texts 150..179."""
    settings = {"cell_ovp_mv": words[65], "cell_ovp_release_mv": words[66], "cell_uvp_mv": words[73],
                "cell_uvp_release_mv": words[74], "charge_ocp_ma": 1000 * words[77],
                "charge_ocp_delay_s": words[78] / 10, "discharge_ocp_ma": 1000 * words[80],
                "charge_otp_ddegc": signed_word(words[85]), "charge_utp_ddegc": signed_word(words[91]),
                "discharge_otp_ddegc": signed_word(words[88]),
                "discharge_utp_ddegc": signed_word(words[94]), "mos_otp_ddegc": signed_word(words[97]),
                "balance_start_mv": words[105], "balance_trigger_mv": words[106],
                "smart_sleep_mv": words[109], "scp_delay_us": 25 * words[111],
                "nominal_mah": 10 * words[6]}
    texts = {name: text_of([words[at + i] for i in range(10)])
             for name, at in (("software_version", 150), ("model", 160), ("serial_number", 170))}
    return {"pack_ma": 10 * signed_word(words[0]), "pack_mv": 10 * words[1], "soc": words[2],
            "soh": words[3], "remaining_mah": 10 * words[4], "full_mah": 10 * words[5],
            "cycle_count": words[7], "cell_mv": [words[15 + cell] for cell in CELLS],
            "temp_ddegc": [signed_word(words[31 + sensor]) for sensor in SENSORS],
            "mos_ddegc": signed_word(words[35]), "charge_on": words[11] >> 10 & 1,
            "discharge_on": words[11] >> 11 & 1, "settings": {**settings, **texts}}


def jk(words):
    """V1.1: an address counts bytes, a read counts words; numbers of 32 bits, high word first."""
    def long(at):
        return words[at] << 16 | words[at + 2]
    amperes = long(0x1298)
    settings = {"cell_uvp_mv": long(0x1004), "cell_ovp_mv": long(0x100C),
                "charge_ocp_ma": long(0x102C), "discharge_ocp_ma": long(0x1038),
                "charge_otp_ddegc": long(0x104C), "mos_otp_ddegc": long(0x1064),
                "cell_count": long(0x106C), "nominal_mah": long(0x107C),
                "balance_start_mv": long(0x1084)}
    return {"pack_ma": amperes - (amperes >> 31 << 32), "pack_mv": long(0x1290),
            "soc": words[0x12A6] & 0xFF, "soh": words[0x12B8] >> 8, "remaining_mah": long(0x12A8),
            "full_mah": long(0x12AC), "cycle_count": long(0x12B0), "mos_ddegc": signed_word(words[0x128A]),
            "cell_mv": [words[0x1200 + 2 * cell] for cell in CELLS],
            "temp_ddegc": [signed_word(words[at]) for at in (0x129C, 0x129E, 0x12F8, 0x12FA)],
            "charge_on": words[0x12C0] >> 8, "discharge_on": words[0x12C0] & 0xFF,
            "settings": {**settings, "model": text_of([words[0x1400 + 2 * i] for i in range(8)])}}


Map = namedtuple("Map", "protocol dip unit baud blocks step decode")
PACE_BLOCKS = ((0, 37), (60, 55), (150, 30))
JK_BLOCKS = ((0x1000, 68), (0x1200, 125), (0x12FA, 1), (0x1400, 8))
GROWATT_BLOCKS = ((0x01, 15), (0x10, 26), (0x70, 17))
MAPS = {
    "growatt": Map("growatt_rs485", 0, 1, 9600, GROWATT_BLOCKS, 1, growatt),
    "growatt_slave": Map("growatt_rs485", 5, 5, 9600, GROWATT_BLOCKS, 1, growatt),
    "growatt_jk": Map("growatt_rs485:jk", 0, 1, 9600, GROWATT_BLOCKS[:2] + ((0x70, 16),), 1, growatt_jk),
    "pace": Map("pace_rs485", 0, 1, 9600, PACE_BLOCKS, 1, pace),
    "wow": Map("wow_rs485", 3, 3, 9600, PACE_BLOCKS, 1, pace),
    "jk_115200": Map("jk_rs485@115200", 2, 2, 115200, JK_BLOCKS, 2, jk),
    "jk_9600": Map("jk_rs485@9600", 15, 15, 9600, JK_BLOCKS, 2, jk),
    "jk_host": Map("jk_rs485@9600", 0, 0, 9600, JK_BLOCKS, 2, jk),  # 0 is an address like any other
    "sunspec": Map("sunspec", 0, 1, 9600, None, 1, None),
}


# ---- The packs ----

@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    """All at once: each needs seconds until its output is connected."""
    started = {}
    for name, row in MAPS.items():
        folder = tmp_path_factory.mktemp(name)
        started[name] = Pack(folder, row.protocol, row.dip, "--soc", str(SOC))
    yield {name: pack for name, pack in started.items()}
    assert [pack.program.stop() for pack in started.values()] == [0] * len(started)


def words_of(row, read):
    words = {}
    for first, count in row.blocks:
        words.update(zip(range(first, first + row.step * count, row.step), read(first, count)))
    return words


STEPS = {"pack_ma": 100, "pack_mv": 5, "soc": 1, "temp_max": 5, "remaining_mah": 10}


def extremes(state):
    return {**state, "cell_max": max(state["cell_mv"]), "cell_min": min(state["cell_mv"]),
            "cell_count": len(state["cell_mv"]), "temp_max": max(state["temp_ddegc"])}


def lies_between(value, before, after, step):
    if isinstance(value, list):
        return all(map(lies_between, value, before, after, [step] * len(value)))
    return min(before, after) - step <= value <= max(before, after) + step


def compare(pack, read, check):
    """check(what `read` gives, state before, state after) has to hold once: what a pack tells of its
    bank is up to a second older than its own measurements."""
    deadline = time.monotonic() + COMPARE_S
    with pack.modbus() as client:
        while True:
            before, seen, after = pack.state(client), read(), pack.state(client)
            try:
                check(seen, extremes(before), extremes(after))
                return seen
            except AssertionError:
                if time.monotonic() > deadline:
                    raise


def check_values(values, before, after):
    assert len(set(after["cell_mv"])) > 2  # so that their order shows
    compared = set(values) - {"settings"}
    assert compared >= {"cell_mv", "pack_ma", "pack_mv", "soc", "remaining_mah", "charge_on"}
    for name in compared:
        assert lies_between(values[name], before[name], after[name], STEPS.get(name, 0)), name


# mbpoll knows unit 0 only as the broadcast, which nobody answers.
READS = [(name, client) for name, row in MAPS.items() if row.blocks
         for client in (by_pymodbus, by_mbpoll) if row.unit or client is by_pymodbus]


@pytest.mark.parametrize("name, dial", READS, ids=lambda part: getattr(part, "__name__", part))
def test_a_map_tells_what_the_pack_measures_and_how_it_is_set(packs, name, dial):
    row, pack = MAPS[name], packs[name].wait()
    read, close = dial(pack.path, row.baud, row.unit)
    values = compare(pack, lambda: row.decode(words_of(row, read)), check_values)
    close()
    settings, known = values.get("settings", {}), pack.get()
    assert settings == {setting: known[setting] for setting in settings}


def check_sunspec(models, before, after):
    battery, string = models[802].points, models[803].strings[0]
    for value, key, unit, step in (
            (battery["V"], "pack_mv", 1000, 100), (battery["A"], "pack_ma", 1000, 200),
            (battery["SoC"], "soc", 1, 1), (battery["SoH"], "soh", 1, 0),
            (battery["CellVMax"], "cell_max", 1000, 1), (string["StrCellVMin"], "cell_min", 1000, 1),
            (battery["AHRtg"], "full_mah", 1000, 100)):
        assert lies_between(unit * value, before[key], after[key], step + 1e-6), key


@pytest.mark.parametrize("dial", [by_pymodbus, by_mbpoll], ids=lambda dial: dial.__name__)
def test_sunspec_over_rtu_tells_what_the_pack_measures(packs, dial):
    row, pack = MAPS["sunspec"], packs["sunspec"].wait()
    read, close = dial(pack.path, row.baud, row.unit)
    compare(pack, lambda: walk(read), check_sunspec)
    close()


TOLD_BY_BOTH = (("V", "pack_mv", 1000, 100), ("A", "pack_ma", 1000, 200), ("SoC", "soc_permille", 10, 1),
                ("CellVMax", "cell_max_mv", 1000, 1.1), ("CellVMin", "cell_min_mv", 1000, 1.1))


def test_sunspec_over_tcp_read_by_mbpoll_tells_what_the_page_tells(tmp_path):
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)

        def read(first, count):
            return mbpoll(1, first, count, "-m", "tcp", "-p", str(port_of(program)), "127.0.0.1")

        def agree():
            before = page.get("/api/bank")["values"]
            battery = walk(read)[802].points
            after = page.get("/api/bank")["values"]
            return all(lies_between(unit * battery[name], before[key], after[key], step)
                       for name, key, unit, step in TOLD_BY_BOTH)
        wait_for(agree)
