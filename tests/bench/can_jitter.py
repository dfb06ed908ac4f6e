# SPDX-License-Identifier: Apache-2.0
"""How punctual the frames of the 1 s cycle of `hearth run` are with 16 packs: |interval - 1 s| of
0x351 as another program on this machine receives it, median, 99th percentile and worst."""
import os
import socket
import statistics
import sys

import can

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import hearth, print_figure

MEASURE_S = 100
GROUP = "239.74.163.2"

port = hearth.free_port(socket.SOCK_DGRAM)
program = hearth.Hearth("run", "--port", "0", "--rs485", "tcp-listen:0", "--packs", "16",
                        "--can", f"udpcan:{GROUP}:{port}")
with program, can.Bus(GROUP, interface="udp_multicast", port=port) as bus:
    program.expect(r"http://127\.0\.0\.1:\d+")
    times = []
    while len(times) <= MEASURE_S:
        frame = bus.recv(30)
        if frame is None:
            sys.exit("can_jitter: the battery fell silent")
        if frame.arbitration_id == 0x351:
            times.append(frame.timestamp)
late_ms = sorted(abs(b - a - 1) * 1000 for a, b in zip(times, times[1:]))
for statistic, value in (("median", statistics.median(late_ms)),
                         ("p99", late_ms[int(0.99 * (len(late_ms) - 1))]), ("worst", late_ms[-1])):
    print_figure("can_jitter_ms", round(value, 2), "ms", statistic=statistic, packs=16)
