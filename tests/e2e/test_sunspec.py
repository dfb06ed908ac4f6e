# SPDX-License-Identifier: Apache-2.0
# SunSpec over Modbus TCP (hearth run) and RTU (hearth pack), read as the standard says by a reader
# that is led by its models, through pymodbus; and by mbpoll.
import random
import socket
import subprocess
import time

import pytest
from pymodbus.client import ModbusSerialClient, ModbusTcpClient

from hearth import Hearth, run_bank, wait_for
from sunspec_reader import walk

BASE = 40000
BUSY, NO_TARGET = 6, 11
CONFIGURATION_WARNING = 1 << 29


def bank(tmp_path, *more, packs=3, url="modbus-tcp:0"):
    file = tmp_path / "hearth.yaml"
    file.write_text('packs: %d\nmodbus:\n  url: "%s"\n' % (packs, url))
    return run_bank("-c", str(file), *more)


def port_of(program):
    for line in program.said:
        if line.startswith("Modbus TCP (SunSpec): "):
            host, port = line.rsplit(":", 2)[1:]
            assert host == "127.0.0.1"
            return int(port)
    raise AssertionError(program.said)


def reader(client, unit):
    def read(first, count):
        answer = client.read_holding_registers(first, count, slave=unit)
        return None if answer.isError() else answer.registers
    return read


def ready(page, packs):
    return wait_for(lambda: (b := page.get("/api/bank")["values"]).get("packs_online") == packs
                    and b.get("charge_limit_ma", 0) > 0 and b)


def close_to(value, expected, step):
    return abs(value - expected) <= step


@pytest.mark.parametrize("unit", [0, 1, 255])
def test_a_model_driven_reader_walks_the_bank(tmp_path, unit):
    program, page = bank(tmp_path)
    with program:
        ready(page, 3)
        client = ModbusTcpClient("127.0.0.1", port=port_of(program))
        assert client.connect()
        models = wait_for(lambda: (m := walk(reader(client, unit)))[803].points["NStrCon"] == 3 and m)
        assert list(models) == [1, 713, 802, 803]
        assert models[1].points["Mn"] == "Hearth"
        assert models[1].points["Md"] == "HEARTH_16S200A"
        assert models[1].points["DA"] == 1
        battery, strings = models[802].points, models[803]
        assert battery["Typ"] == 4 and battery["LocRemCtl"] == 1 and battery["State"] == 3
        assert close_to(battery["AHRtg"], 3 * 314, 1)
        assert close_to(battery["WHRtg"], 3 * 314 * 51.2, 10)
        assert models[713].points["WHRtg"] == battery["WHRtg"]
        assert close_to(battery["DoD"], 100 - battery["SoC"], 1e-6)
        assert strings.points["NStr"] == len(strings.strings) == 3
        assert sum(s["StrA"] for s in strings.strings) == pytest.approx(battery["A"], abs=5)
        assert all(s["StrSt"] == 3 for s in strings.strings)
        assert {s["StrEvt1"] for s in strings.strings} == {CONFIGURATION_WARNING}  # the password
        assert {round(s["StrSoC"]) for s in strings.strings} == {48, 50, 52}
        client.close()


def test_values_and_limits_are_those_of_the_page(tmp_path):
    program, page = bank(tmp_path)
    with program:
        ready(page, 3)
        client = ModbusTcpClient("127.0.0.1", port=port_of(program))
        assert client.connect()
        agreed = []

        def agree():
            before = page.get("/api/bank")["values"]
            battery = walk(reader(client, 1))[802].points
            after = page.get("/api/bank")["values"]
            if before["charge_limit_ma"] != after["charge_limit_ma"] or not before["charge_limit_ma"]:
                return False
            for name, key, unit, step in (("V", "pack_mv", 1000, 0.2), ("SoC", "soc_permille", 10, 0.2),
                                          ("A", "pack_ma", 1000, 20), ("W", "power_w", 1, 1000),
                                          ("CellVMax", "cell_max_mv", 1000, 0.02),
                                          ("CellVMin", "cell_min_mv", 1000, 0.02),
                                          ("VMax", "charge_limit_mv", 1000, 0.05)):
                assert close_to(battery[name], before[key] / unit, step), name
            assert 0 <= before["charge_limit_ma"] / 1000 - battery["AChaMax"] < 0.1001
            assert 0 <= after["discharge_limit_ma"] / 1000 - battery["ADisChaMax"] < 2
            agreed.append(battery)
            return True
        wait_for(agree)
        assert agreed[0]["AChaMax"] > 0  # limits rise from 0 at the start
        client.close()


def test_the_heartbeat_counts_seconds(tmp_path):
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)
        client = ModbusTcpClient("127.0.0.1", port=port_of(program))
        assert client.connect()
        beat = lambda: client.read_holding_registers(40079 + 18, 1, slave=1).registers[0]
        first, begun = beat(), time.monotonic()
        wait_for(lambda: beat() >= first + 3)
        assert 1.5 < time.monotonic() - begun < 8
        client.close()


def test_sixteen_packs_need_several_reads(tmp_path):
    program, page = bank(tmp_path, packs=16)
    with program:
        ready(page, 16)
        client = ModbusTcpClient("127.0.0.1", port=port_of(program))
        assert client.connect()
        models = walk(reader(client, 1))
        assert len(models[803].strings) == 16
        assert close_to(models[802].points["WHRtg"], 16 * 314 * 51.2, 10)
        client.close()


def test_writes_gaps_and_other_units_are_refused_by_exception(tmp_path):
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)
        client = ModbusTcpClient("127.0.0.1", port=port_of(program))
        assert client.connect()
        end = 40171 + 32 + 2
        for answer, code in (
                (client.write_register(40079 + 50, 2, slave=1), 3),  # SetOp: disconnect
                (client.write_registers(40079 + 50, [2, 1], slave=1), 3),
                (client.write_register(30000, 1, slave=1), 2),
                (client.read_holding_registers(BASE - 1, 2, slave=1), 2),
                (client.read_holding_registers(end - 1, 2, slave=1), 2),
                (client.read_holding_registers(0, 2, slave=1), 2),
                (client.read_coils(0, 1, slave=1), 1),
                (client.read_holding_registers(BASE, 2, slave=2), NO_TARGET)):
            assert answer.isError() and answer.exception_code == code
        assert client.read_holding_registers(end - 2, 2, slave=1).registers == [0xFFFF, 0]
        assert client.read_input_registers(BASE, 2, slave=1).registers == [0x5375, 0x6E53]
        assert walk(reader(client, 1))[802].points["SetOp"] == 1
        client.close()


def ask(transaction, first=BASE, words=2, unit=1):
    return (transaction.to_bytes(2, "big") + b"\0\0\0\6" + bytes([unit, 3])
            + first.to_bytes(2, "big") + words.to_bytes(2, "big"))


def receive(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            break
        data += more
    return data


def closes(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def dial(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    return connection


def test_requests_in_one_burst_and_in_pieces_are_answered_in_turn(tmp_path):
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)
        with dial(port_of(program)) as connection:
            connection.sendall(b"".join(ask(i) for i in range(200)))
            answers = receive(connection, 200 * 13)
            assert answers == b"".join(
                i.to_bytes(2, "big") + b"\0\0\0\7\1\3\4SunS" for i in range(200))
            for byte in ask(7) + ask(8):
                connection.sendall(bytes([byte]))
                time.sleep(0.005)
            assert receive(connection, 26) == (b"\0\7\0\0\0\7\1\3\4SunS"
                                               b"\0\10\0\0\0\7\1\3\4SunS")


def test_what_is_no_modbus_tcp_closes_that_client_only(tmp_path):
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)
        port = port_of(program)
        with dial(port) as good:
            for bad in (b"\0\1\0\1\0\6\1\3\0\0\0\1", b"\0\1\0\0\0\0", b"\0\1\0\0\1\6",
                        b"GET / HTTP/1.1\r\n\r\n"):
                with dial(port) as connection:
                    connection.sendall(bad)
                    assert closes(connection)
            with dial(port) as connection:  # a good request, then nonsense
                connection.sendall(ask(1) + b"\xff" * 12)
                assert receive(connection, 13)[:2] == b"\0\1"
                assert closes(connection)
            with dial(port) as half:
                begun = time.monotonic()
                half.sendall(ask(3)[:9])
                assert closes(half)
                assert 3 < time.monotonic() - begun < 15
            # a wrong length inside is an error of that request
            good.sendall(b"\0\1\0\0\0\3\1\3\0")
            assert receive(good, 9) == b"\0\1\0\0\0\3\1\x83\3"
            good.sendall(ask(9, words=126))
            assert receive(good, 9) == b"\0\t\0\0\0\3\1\x83\3"
            good.sendall(ask(5))
            assert receive(good, 13)[:2] == b"\0\5"
        assert program.stop() == 0
        program.expect("clients closed: 5 broken, 1 half a request")


def test_damaged_streams_leave_other_clients_alone(tmp_path):
    chance = random.Random(5)
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)
        port = port_of(program)
        with dial(port) as good:
            for number in range(300):
                stream = bytearray(b"".join(ask(i, BASE + chance.randrange(220), chance.randrange(130))
                                            for i in range(5)))
                for _ in range(chance.randrange(1, 4)):
                    stream[chance.randrange(len(stream))] = chance.randrange(256)
                del stream[chance.randrange(len(stream)):]
                with dial(port) as connection:
                    connection.sendall(stream)
                good.sendall(ask(number))
                assert receive(good, 13) == number.to_bytes(2, "big") + b"\0\0\0\7\1\3\4SunS"


def test_another_address_has_to_be_asked_for(tmp_path):
    program, page = bank(tmp_path, packs=1, url="modbus-tcp:0.0.0.0:0")
    with program:
        assert any(line.startswith("Modbus TCP (SunSpec): modbus-tcp:0.0.0.0:")
                   for line in program.said)


def test_clients_beyond_the_limit_are_turned_away(tmp_path):
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)
        port = port_of(program)
        served = [dial(port) for _ in range(16)]
        for number, connection in enumerate(served):
            connection.sendall(ask(number))
        for number, connection in enumerate(served):
            assert receive(connection, 13)[1] == number
        with dial(port) as late:
            assert closes(late)
        served.pop().close()

        def place_is_free():
            with dial(port) as again:
                again.sendall(ask(1))
                try:
                    return receive(again, 13)[:2] == b"\0\1"
                except ConnectionResetError:
                    return False
        wait_for(place_is_free)
        for connection in served:
            connection.close()


def test_a_client_that_does_not_read_harms_nobody(tmp_path):
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)
        port = port_of(program)
        with dial(port) as deaf, dial(port) as good:
            deaf.settimeout(5)
            with pytest.raises(ConnectionError):
                for _ in range(4000):
                    deaf.sendall(ask(1, words=125) * 100)
            good.sendall(ask(5))
            assert receive(good, 13)[:2] == b"\0\5"
        assert program.stop() == 0
        program.expect("1 not reading")


def test_before_the_first_reading_nothing_is_said(tmp_path):
    # The first measurements of a pack take a second.
    program, page = bank(tmp_path, packs=1)
    with program:
        client = ModbusTcpClient("127.0.0.1", port=port_of(program))
        assert client.connect()
        refused = 0
        while True:
            answer = client.read_holding_registers(40079 + 11, 1, slave=1)
            if not answer.isError():
                break
            assert answer.exception_code in (BUSY, NO_TARGET)
            refused += 1
            time.sleep(0.02)
        assert refused > 0
        assert 400 <= answer.registers[0] <= 600
        client.close()


def test_a_wrong_url_names_the_key(tmp_path):
    file = tmp_path / "hearth.yaml"
    file.write_text('modbus:\n  url: "tcp-listen:0"\n')
    program = Hearth("run", "--port", "0", "--rs485", "tcp-listen:0", "-c", str(file))
    assert program.process.wait(30) == 2
    said = program.process.stderr.read()
    assert "modbus.url" in said and "modbus-tcp:[HOST:]PORT" in said


@pytest.fixture
def port(tmp_path):
    return str(tmp_path / "rs485")


def start_pack(port, dip):
    program = Hearth("pack", "--dip", str(dip), "--rs485-1", "pty:" + port,
                     "--protocol", "rs485-1=sunspec")
    program.expect("RS485-1: ")
    return program


def dial_pack(port, unit):
    client = ModbusSerialClient(port=port, baudrate=9600, timeout=2, retries=0)
    assert client.connect()
    wait_for(lambda: not (a := client.read_holding_registers(40079 + 34, 1, slave=unit)).isError()
             and a.registers[0] not in (0, 0xFFFF))
    return client


@pytest.mark.parametrize("dip, unit", [(0, 1), (1, 1), (5, 5)])
def test_the_reader_walks_a_pack_over_rtu(port, dip, unit):
    with start_pack(port, dip):
        client = dial_pack(port, unit)
        models = walk(reader(client, unit))
        assert list(models) == [1, 713, 802, 803]
        assert models[1].points["DA"] == unit
        assert len(models[803].strings) == 1
        string = models[803].strings[0]
        assert string["StrSoC"] == pytest.approx(models[802].points["SoC"], abs=0.2)
        assert models[802].points["V"] == pytest.approx(52.8, abs=4)
        assert 2.9 < string["StrCellVMin"] <= string["StrCellVAvg"] <= string["StrCellVMax"] < 3.6
        answer = client.write_register(40079 + 51, 1, slave=unit)
        assert answer.isError() and answer.exception_code == 3
        client.close()


def test_mbpoll_reads_the_marker(port):
    with start_pack(port, 0):
        dial_pack(port, 1).close()
        done = subprocess.run(
            ["mbpoll", "-m", "rtu", "-b", "9600", "-P", "none", "-a", "1", "-0", "-r", "40000",
             "-c", "4", "-t", "4:hex", "-1", "-q", port], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
        words = [line.split(":")[1].split()[0] for line in done.stdout.splitlines()
                 if line.startswith("[")]
        assert words == ["0x5375", "0x6E53", "0x0001", "0x0042"]


def test_mbpoll_reads_the_bank_over_tcp(tmp_path):
    program, page = bank(tmp_path, packs=1)
    with program:
        ready(page, 1)
        done = subprocess.run(
            ["mbpoll", "-m", "tcp", "-p", str(port_of(program)), "-a", "1", "-0", "-r", "40079",
             "-c", "2", "-t", "4", "-1", "-q", "127.0.0.1"], capture_output=True, text=True,
            timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
        words = [line.split(":")[1].split()[0] for line in done.stdout.splitlines()
                 if line.startswith("[")]
        assert words == ["802", "62"]


def test_unit_0_is_not_answered_on_a_shared_line(port):
    with start_pack(port, 0):
        dial_pack(port, 1).close()
        with ModbusSerialClient(port=port, baudrate=9600, timeout=1, retries=0) as client:
            frame = bytes.fromhex("0003 9C40 0002")
            crc = 0xFFFF
            for byte in frame:
                crc ^= byte
                for _ in range(8):
                    crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
            client.send(frame + crc.to_bytes(2, "little"))
            assert client.recv(1) == b""
            assert not client.read_holding_registers(BASE, 2, slave=1).isError()
