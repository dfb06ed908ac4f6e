# SPDX-License-Identifier: Apache-2.0
# SocketCAN for real: the tests of guest_socketcan.py on a kernel that has CAN.
import os
import re

import machine


def test_socketcan_ports_on_a_kernel_with_can(tmp_path):
    program = os.path.join(machine.HERE, "guest_socketcan.py")
    with open(program, encoding="utf-8") as file:
        expected = len(re.findall(r"(?m)^def test_", file.read()))
    passed, said = machine.run(program, tmp_path)
    print(said)
    assert passed == expected > 0
