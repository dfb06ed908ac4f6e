# SPDX-License-Identifier: Apache-2.0
# hearth inverter against a virtual pack on a multicast bus, as two programs: it charges, and says on
# its display what happened when the battery is gone. python-can hears what it sends.
import json
import socket
import subprocess
import time

import can
import pytest

from hearth import PROGRAM, Hearth, free_port


def new_bus():
    return "udpcan:239.74.163.2:%d" % free_port(socket.SOCK_DGRAM)


def pack(bus):
    program = Hearth("pack", "--can", bus)
    program.expect("CAN: udpcan:")
    return program


def start(bus, brand, *more):
    program = Hearth("inverter", "--brand", brand, *more, bus)
    program.expect("on udpcan:")
    return program


def test_deye_charges_stops_with_f58_and_comes_back():
    bus = new_bus()
    battery = pack(bus)
    with start(bus, "deye", "--solar", "5000") as deye:
        deye.expect(r"charging$")
        assert battery.stop() == 0
        cut = time.monotonic()
        deye.expect(r"\+0\.0 A  stopped; F58 BMS communication fault$")
        assert 8 < time.monotonic() - cut < 13
        with pack(bus):
            deye.expect(r"charging$")


def test_two_brands_on_one_bus_lose_the_battery_each_at_its_time():
    bus = new_bus()
    battery = pack(bus)
    with start(bus, "pylon") as pylon, start(bus, "victron", "--protocol", "pylon_can") as victron:
        pylon.expect(r"charging$")
        victron.expect(r"charging$")
        assert battery.stop() == 0
        cut = time.monotonic()
        victron.expect(r"stopped; BMS connection lost$")
        assert 2 < time.monotonic() - cut < 6
        pylon.expect(r"stopped; battery communication fault$")
        assert 8 < time.monotonic() - cut < 13


@pytest.mark.parametrize("protocol, title", [
    ("pylon_can:v12", "Pylon compatible, pylon_can:v12"),
    ("victron_can", "Victron GX, victron_can"),
    ("deye_can:dy33", "Deye, own batteries, deye_can:dy33")])
def test_the_protocol_is_found_by_listening(protocol, title):
    bus = new_bus()
    with Hearth("pack", "--protocol", "can=" + protocol, "--can", bus), \
            Hearth("inverter", "--brand", "auto", bus) as inverter:
        inverter.expect("listens for the battery's protocol")
        inverter.expect("^" + title + " on udpcan:")
        inverter.expect(r"charging$")


def test_json_lines_tell_limits_and_currents():
    bus = new_bus()
    with pack(bus):
        inverter = subprocess.run(
            [PROGRAM, "inverter", "--brand", "deye", "--json", "--seconds", "8", "--solar", "0",
             "--load", "2000", bus], capture_output=True, text=True, timeout=30, check=True)
    lines = [json.loads(line) for line in inverter.stdout.splitlines()]
    last = lines[-1]
    assert 8 <= len(lines) <= 14
    assert last["state"] == "run" and last["display"] == ["discharging"]
    assert last["brand"] == "deye" and last["protocol"] == "deye_can" and last["profile"] == "pylon"
    assert 48000 < last["pack_mv"] < 58000
    assert -45000 < last["pack_ma"] < -30000
    assert last["discharge_limit_ma"] >= -last["pack_ma"]
    assert last["bad"] == last["implausible"] == 0


def test_the_heartbeat_is_heard_by_python_can():
    port = free_port(socket.SOCK_DGRAM)
    with can.Bus(interface="udp_multicast", channel="239.74.163.2", port=port) as listener, \
            start("udpcan:239.74.163.2:%d" % port, "sma"):
        heard = {}
        deadline = time.monotonic() + 10
        while len(heard) < 2 and time.monotonic() < deadline:
            message = listener.recv(1)
            if message is not None:
                heard[message.arbitration_id] = message
    assert set(heard) >= {0x305, 0x306}
    assert bytes(heard[0x306].data)[2:4] == b"\x0a\x01"


def test_impossible_values_show_w31():
    port = free_port(socket.SOCK_DGRAM)
    with can.Bus(interface="udp_multicast", channel="239.74.163.2", port=port) as battery, \
            start("udpcan:239.74.163.2:%d" % port, "deye") as deye:
        battery.send(can.Message(arbitration_id=0x351, is_extended_id=False,
                                 data=[1, 0, 1, 0, 1, 0, 0, 0]))
        deye.expect("W31 battery communication")


def test_a_sofar_sends_nothing():
    port = free_port(socket.SOCK_DGRAM)
    with can.Bus(interface="udp_multicast", channel="239.74.163.2", port=port) as listener, \
            start("udpcan:239.74.163.2:%d" % port, "sofar"):
        assert listener.recv(3) is None


def test_bad_usage_is_told():
    for arguments, text in [
            (["--brand", "acme", new_bus()], "deye"),
            (["--brand", "deye"], "PORT"),
            (["--brand", "deye", "--protocol", "acme", new_bus()], "hearth protocols"),
            (["--brand", "deye", "--seconds", "x", new_bus()], "whole number"),
            (["--brand", "deye", "nowhere:1"], "nowhere")]:
        done = subprocess.run([PROGRAM, "inverter", *arguments], capture_output=True, text=True,
                              timeout=30)
        assert done.returncode == 2, arguments
        assert text in done.stderr


def test_brands_are_listed():
    done = subprocess.run([PROGRAM, "inverter", "--brand", "list"], capture_output=True, text=True,
                          timeout=30, check=True)
    for brand in "deye victron sma goodwe growatt pylon sofar solis luxpower megarevo invt must srne " \
                 "seplos".split():
        assert any(line.split()[0] == brand for line in done.stdout.splitlines()), brand
