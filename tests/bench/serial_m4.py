# SPDX-License-Identifier: Apache-2.0
"""Instructions of a serial answer on a Cortex-M4, from the whole request to the last byte of the answer:
tests/bench/m4/serial.c on the emulated board. Of every protocol the worst answer found, of the host of
a bank of 16 packs, beside what an answer may take. Compiled for size, as a board has it. Ends with code
1 when one takes more."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import print_figure  # noqa: E402
from m4 import instructions, run_board  # noqa: E402

ANSWER_S = 0.005  # after the end of the request
CLOCK_HZ = 80e6   # of the smallest board thought of
CYCLES = 2        # of an instruction, waiting for flash and interrupts included: a careful guess
BUDGET = round(ANSWER_S * CLOCK_HZ / CYCLES)


def report(empty, lines):
    """Whether all stay within the budget."""
    good = True
    for line in lines:
        state, protocol, ticks, size, request = line.split()
        count = round(instructions(int(ticks) - empty))
        print_figure("serial_m4_instructions", count, "instructions", protocol=protocol.rstrip(":"),
                     battery=state, statistic="worst", request=request, answer_bytes=int(size),
                     budget=BUDGET, ratio=round(count / BUDGET, 3))
        good = good and count <= BUDGET
    return good


if not report(*run_board("serial")):
    sys.exit("serial_m4: an answer takes more than its budget")
