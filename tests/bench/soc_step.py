# SPDX-License-Identifier: Apache-2.0
"""What the estimator of the charge costs on this machine: instructions of a second, counted by callgrind
over two hours, and bytes of state; both of a pack, and shared by its 16 cells."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import print_figure  # noqa: E402

CELLS = 16
INSTRUCTIONS_AIM, BYTES_AIM = 600, 96  # of a cell
program = os.path.join(sys.argv[1], "tests/bench/bench_soc_step")
with tempfile.TemporaryDirectory() as folder:
    out = os.path.join(folder, "step")
    run = subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=soc_filter_step",
                          f"--callgrind-out-file={out}", program],
                         check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True)
    steps, size = map(int, run.stdout.split())
    with open(out, encoding="utf-8") as file:
        total = int(re.search(r"(?m)^(?:totals|summary): (\d+)", file.read()).group(1))
print_figure("soc_instructions_per_s", round(total / steps), "instructions", of="pack")
print_figure("soc_instructions_per_s", round(total / steps / CELLS), "instructions", of="cell",
             aim=INSTRUCTIONS_AIM)
print_figure("soc_state", size, "bytes", of="pack")
print_figure("soc_state", round(size / CELLS), "bytes", of="cell", aim=BYTES_AIM)
