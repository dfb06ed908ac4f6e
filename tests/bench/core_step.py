# SPDX-License-Identifier: Apache-2.0
"""Instructions of one step of the core on this machine, counted by callgrind: mean and worst."""
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import print_figure

STEPS = 600  # as in core_step.c
program = os.path.join(sys.argv[1], "tests/bench/bench_core_step")
with tempfile.TemporaryDirectory() as folder:
    out = os.path.join(folder, "step")
    # One dump after each call; only what happens inside bms_step() is counted.
    subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=bms_step",
                    "--dump-after=bms_step", f"--callgrind-out-file={out}", program],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    counts = []
    for name in glob.glob(out + ".*"):
        with open(name, encoding="utf-8") as file:
            match = re.search(r"(?m)^(?:totals|summary): (\d+)", file.read())
        if match and int(match.group(1)):
            counts.append(int(match.group(1)))
if len(counts) != STEPS:
    sys.exit(f"core_step: {len(counts)} steps counted, not {STEPS}")
for statistic, value in (("mean", round(sum(counts) / len(counts))), ("worst", max(counts))):
    print_figure("core_step_instructions", value, "instructions", statistic=statistic)
