# SPDX-License-Identifier: Apache-2.0
"""Time from the start of `hearth run` to the first limits an inverter hears, by python-can."""
import os
import socket
import sys
import time

import can

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import hearth, print_figure

GROUP = "239.74.163.2"
LIMITS = 0x351

port = hearth.free_port(socket.SOCK_DGRAM)
with can.Bus(interface="udp_multicast", channel=GROUP, port=port) as bus:
    start_s = time.monotonic()
    with hearth.Hearth("run", "--port", "0", "--rs485", "tcp-listen:0",
                       "--can", f"udpcan:{GROUP}:{port}"):
        hearth.wait_for(lambda: (m := bus.recv(1)) and m.arbitration_id == LIMITS)
        passed_s = time.monotonic() - start_s
print_figure("first_inverter_frame_s", round(passed_s, 3), "s")
