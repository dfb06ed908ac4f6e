# SPDX-License-Identifier: Apache-2.0
"""Instructions of one step of the core on this machine, counted by callgrind: mean and worst."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

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
for name, value in (("core_step_instructions", round(sum(counts) / len(counts))),
                    ("core_step_instructions_worst", max(counts))):
    print(json.dumps({"name": name, "value": value, "unit": "instructions"}))
