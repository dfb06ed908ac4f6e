# SPDX-License-Identifier: Apache-2.0
"""Memory and processor time of `hearth run` at the speed of real time, all its packs fresh."""
import os
import re
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import hearth, print_figure

MEASURE_S = 10


def cpu_s(pid):
    """Processor time of all threads so far, by the clock that clock_getcpuclockid(3) gives."""
    return time.clock_gettime(~pid << 3 | 2)


def rss_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"(?m)^VmRSS:\s+(\d+) kB", file.read()).group(1))


def measure(packs):
    program, page = hearth.run_bank("--packs", str(packs))
    with program:
        everyone = (1 << packs) - 1
        hearth.wait_for(
            lambda: page.get("/api/bank")["values"].get("pack_fresh_mask") == everyone)
        pid = program.process.pid
        start_s, start_cpu_s = time.monotonic(), cpu_s(pid)
        time.sleep(MEASURE_S)
        used_s, passed_s = cpu_s(pid) - start_cpu_s, time.monotonic() - start_s
        memory_kb = rss_kb(pid)
    print_figure("run_rss_kb", memory_kb, "kB", packs=packs)
    print_figure("run_cpu_percent", round(100 * used_s / passed_s, 2), "percent", packs=packs)


for number in (3, 16):
    measure(number)
