# SPDX-License-Identifier: Apache-2.0
"""hearth conform against our own battery and inverter, and against one that is broken, over a bus."""
import json
import os
import socket
import subprocess
import threading

import can
import pytest

from hearth import Hearth, free_port

SECONDS = 6
GROUP = "239.74.163.2"


def bus_name():
    return "udpcan:%s:%d" % (GROUP, free_port(socket.SOCK_DGRAM))


def conform(*arguments):
    done = subprocess.run([os.environ["HEARTH"], "conform", *arguments], capture_output=True,
                          text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def judge(protocol, bus, role):
    """Exit code, rules by name, sums."""
    code, out, errors = conform(protocol, bus, "--role", role, "--json", "--seconds", str(SECONDS))
    assert not errors, errors
    lines = [json.loads(line) for line in out.splitlines()]
    return code, {line["rule"]: line for line in lines[:-1]}, lines[-1]


def failed(rules):
    return {name: rule["measured"] for name, rule in rules.items() if rule["result"] == "fail"}


def test_our_battery_passes():
    bus = bus_name()
    with Hearth("pack", "--can", bus) as pack:
        pack.expect("CAN: ")
        code, rules, sums = judge("pylon_can", bus, "battery")
    assert (code, failed(rules)) == (0, {})
    assert sums["fail"] == 0 and sums["pass"] >= 10 and sums["frames"] >= 6 * (SECONDS - 1)
    assert sums["pass"] + sums["not_testable"] == len(rules)
    assert rules["keep_alive_loss"]["result"] == "pass"
    assert rules["poll_answered"]["result"] == "not testable"


def test_our_inverter_passes():
    bus = bus_name()
    with Hearth("inverter", "--brand", "pylon", bus):
        code, rules, sums = judge("pylon_can", bus, "inverter")
    assert (code, failed(rules)) == (0, {})
    assert rules["scheduled_present"]["result"] == "pass"
    assert sums["frames"] >= SECONDS - 1


class Broken(threading.Thread):
    """Says the limits alone, twice a second, negative, with 29 bits as well, and the heartbeat."""

    def __init__(self, name):
        super().__init__(daemon=True)
        self.bus = can.Bus(interface="udp_multicast", channel=GROUP, port=int(name.split(":")[-1]))
        self.over = threading.Event()

    def run(self):
        limits = bytes.fromhex("3802E803FBFFCC01")
        while not self.over.wait(0.5):
            for number, extended, data in [(0x351, False, limits), (0x351, True, limits),
                                           (0x305, False, bytes(8))]:
                self.bus.send(can.Message(arbitration_id=number, is_extended_id=extended, data=data))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        self.bus.shutdown()


def test_a_broken_battery_fails_for_each_of_its_faults():
    name = bus_name()
    with Broken(name):
        code, rules, sums = judge("pylon_can", name, "battery")
    assert code == 1
    assert set(failed(rules)) == {"supervised_present", "scheduled_present", "period",
                                  "limits_not_negative", "identifier_length", "own_side"}
    assert "355 state" in failed(rules)["supervised_present"]
    assert sums["fail"] == 6


def test_a_silent_bus_fails():
    code, out, _ = conform("pylon_can", bus_name(), "--role", "battery", "--seconds", "5")
    assert code == 1
    assert "not heard: 351 limits, 355 state" in out
    assert out.splitlines()[-1] == "19 rules: 0 pass, 2 fail, 17 not testable"


@pytest.mark.parametrize("arguments", [
    [], ["pylon_can"], ["pylon_can", "udpcan:239.74.163.2:43113"],
    ["pylon_can", "udpcan:239.74.163.2:43113", "--role", "charger"],
    ["nothing", "udpcan:239.74.163.2:43113", "--role", "battery"],
    ["jk_rs485", "udpcan:239.74.163.2:43113", "--role", "battery"],
    ["pylon_can", "tcp:localhost:1", "--role", "battery"],
    ["pylon_can", "udpcan:239.74.163.2:43113", "--role", "battery", "--seconds", "4"]])
def test_bad_usage_is_said_and_ends_with_2(arguments):
    code, out, errors = conform(*arguments)
    assert code == 2
    assert errors.startswith("hearth conform: ") and not out
