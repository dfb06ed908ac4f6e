# SPDX-License-Identifier: Apache-2.0
"""Time from the last byte of a request to the first byte of the answer of a virtual pack on a pseudo
terminal, for every serial protocol, as another program on this machine sees it: median, 99th
percentile and worst, beside the aim of the 99th percentile. The requests are those of a poll."""
import os
import select
import sys
import tempfile
import time
from collections import namedtuple
from pathlib import Path

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import print_figure  # noqa: E402, finds the modules of the end-to-end tests

import pylon_reader as pylon  # noqa: E402
import voltronic_reader as voltronic  # noqa: E402
from serial_port import Line, Pack  # noqa: E402

AIM_P99_MS = 2
REQUESTS = 300
PATIENCE_S = 10
PAUSE_S = 0.01  # longer than 3.5 characters at 9600 Bd


def of_modbus(words):
    """A whole answer to a read of so many words."""
    return lambda data: len(data) >= 5 + 2 * words


def of_uart(data):
    """JK's older frames begin with their size less the first two bytes."""
    return len(data) >= 4 and len(data) >= 2 + int.from_bytes(data[2:4], "big")


# NW, length, terminal, read all, from a computer, request, all items, record, end, sum of the bytes.
UART_BODY = bytes.fromhex("4E57 0013 00000000 06 03 00 00 00000000 68 0000")
Row = namedtuple("Row", "protocol baud request whole")
ROWS = (
    Row("jk_rs485@115200", 115200, voltronic.ask(0, 0x1200, 125), of_modbus(125)),
    Row("jk_rs485@9600", 9600, voltronic.ask(0, 0x1200, 125), of_modbus(125)),
    Row("growatt_rs485", 9600, voltronic.ask(1, 0x10, 26), of_modbus(26)),
    Row("pace_rs485", 9600, voltronic.ask(1, 0, 37), of_modbus(37)),
    Row("wow_rs485", 9600, voltronic.ask(1, 0, 37), of_modbus(37)),
    Row("sunspec", 9600, voltronic.ask(1, 40079, 64), of_modbus(64)),
    Row("voltronic_rs485", 9600, voltronic.ask(1, 0x30, 16), lambda data: len(data) >= 6 + 2 * 16),
    Row("pylon_rs485@115200", 115200, pylon.ask(2, 0x42, 2), lambda data: data.endswith(b"\r")),
    Row("pylon_rs485@9600", 9600, pylon.ask(2, 0x42, 2), lambda data: data.endswith(b"\r")),
    Row("jk_uart", 115200, UART_BODY + sum(UART_BODY).to_bytes(2, "big"), of_uart),
)


def read_some(fd):
    if not select.select([fd], [], [], PATIENCE_S)[0]:
        raise TimeoutError
    return os.read(fd, 4096)


def exchange_ms(fd, row):
    start_ns = time.perf_counter_ns()
    os.write(fd, row.request)
    data = read_some(fd)
    first_ns = time.perf_counter_ns()
    while not row.whole(data):
        data += read_some(fd)
    return (first_ns - start_ns) / 1e6


def measure(row, folder):
    with Pack(folder, row.protocol) as pack, Line(pack.wait().path, row.baud) as line:
        times = []
        for _ in range(REQUESTS):
            time.sleep(PAUSE_S)
            times.append(exchange_ms(line.port.fileno(), row))
    return sorted(times)


def report(row):
    """Whether the aim is reached."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            times = measure(row, Path(folder))
        except TimeoutError:
            sys.exit("serial_latency: %s fell silent" % row.protocol)
    figures = {"p50": times[len(times) // 2], "p99": times[int(0.99 * (len(times) - 1))],
               "worst": times[-1]}
    for statistic, value in figures.items():
        aim = {"aim": AIM_P99_MS, "reached": value <= AIM_P99_MS} if statistic == "p99" else {}
        print_figure("serial_latency_ms", round(value, 3), "ms", protocol=row.protocol, baud=row.baud,
                     statistic=statistic, requests=REQUESTS, **aim)


for one in ROWS:
    report(one)
