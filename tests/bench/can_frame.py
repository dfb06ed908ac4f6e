# SPDX-License-Identifier: Apache-2.0
"""Instructions of one CAN frame on this machine (x86-64, callgrind): encoded, and decoded again;
mean over all frames of all profiles, calm battery."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import print_figure

program = os.path.join(sys.argv[1], "tests/bench/bench_can_frame")


def count(function):
    """Instructions inside `function` and what it calls, and the frames of the run."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "frame")
        said = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--toggle-collect={function}",
             f"--callgrind-out-file={out}", program], check=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        with open(out, encoding="utf-8") as file:
            total = int(re.search(r"(?m)^(?:totals|summary): (\d+)", file.read()).group(1))
    return total, sum(int(line.split()[-1]) for line in said.splitlines())


for name in ("can_encode", "can_decode"):
    instructions, frames = count(name)
    if not frames or not instructions:
        sys.exit(f"can_frame: no call of {name} was counted")
    print_figure("can_frame_instructions", round(instructions / frames), "instructions",
                 function=name, frames=frames)
