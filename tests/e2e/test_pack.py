# SPDX-License-Identifier: Apache-2.0
# hearth pack on a pseudo terminal: read by mbpoll and pymodbus, two independent Modbus clients, and
# by hearth get.
import json
import subprocess

import pytest
from pymodbus.client import ModbusSerialClient

from hearth import PROGRAM, Hearth


@pytest.fixture
def port(tmp_path):
    return str(tmp_path / "rs485")


def start(port, dip):
    program = Hearth("pack", "--dip", str(dip), "--rs485-1", "pty:" + port)
    program.expect("RS485-1: ")
    return program


def wait_for_pack(port, dip):
    """A pack answers from its start on; its first measurements need a second."""
    client = ModbusSerialClient(port=port, baudrate=115200, timeout=2)
    assert client.connect()
    for _ in range(100):
        answer = client.read_holding_registers(0x1290, 2, slave=dip)
        if not answer.isError() and answer.registers[1]:
            return client
    raise AssertionError("no measurement")


@pytest.mark.parametrize("dip", [0, 1, 15])
def test_pymodbus_reads_settings_and_status(port, dip):
    with start(port, dip):
        client = wait_for_pack(port, dip)
        settings = client.read_holding_registers(0x1000, 0x40, slave=dip).registers
        assert settings[0x0C // 2:0x0C // 2 + 2] == [0, 3650]
        assert settings[0x6C // 2:0x6C // 2 + 2] == [0, 16]
        cells = client.read_holding_registers(0x1200, 16, slave=dip).registers
        assert all(3000 < mv < 3600 for mv in cells)
        pack_mv = client.read_holding_registers(0x1290, 2, slave=dip).registers
        assert abs(pack_mv[1] - sum(cells)) < 500
        client.close()


def test_pymodbus_sees_refusals(port):
    with start(port, 1):
        client = wait_for_pack(port, 1)
        write = client.write_registers(0x100C, [0, 3600], slave=1)
        assert write.isError() and write.exception_code == 2
        outside = client.read_holding_registers(0x3000, 2, slave=1)
        assert outside.isError() and outside.exception_code == 2
        password = [0x3132, 0x3334, 0, 0, 0, 0, 0, 0]
        assert not client.write_registers(0x1680, password, slave=1).isError()
        client.close()


def test_mbpoll_reads_cells(port):
    with start(port, 1):
        wait_for_pack(port, 1).close()
        done = subprocess.run(
            ["mbpoll", "-m", "rtu", "-b", "115200", "-P", "none", "-a", "1", "-0", "-r", "4608",
             "-c", "16", "-t", "4", "-1", "-q", port], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
        values = [int(line.split(":")[1].split()[0]) for line in done.stdout.splitlines()
                  if line.startswith("[")]
        assert len(values) == 16 and all(3000 < mv < 3600 for mv in values)


def test_hearth_get_reads_a_pack(port):
    with start(port, 2):
        wait_for_pack(port, 2).close()
        done = subprocess.run([PROGRAM, "get", "serial:" + port,
                               "--address", "2"], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        blocks = [json.loads(line) for line in done.stdout.splitlines()]
        values = {}
        for block in blocks:
            values.update(block.get("values", {}))
        assert values["cell_ovp_mv"] == 3650
        assert len(values["cell_mv"]) == 16


def test_hearth_get_says_when_nobody_answers(port):
    with start(port, 2):
        done = subprocess.run([PROGRAM, "get", "serial:" + port, "--address", "3"],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert "3" in done.stderr
