# SPDX-License-Identifier: Apache-2.0
"""Instructions of one CAN frame on a Cortex-M4, encoded and decoded again: tests/bench/m4/can.c on the
emulated board, with -O2. Per profile mean and worst over its frames of a calm battery; "all": over all
profiles, also with every alarm active."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from start import print_figure  # noqa: E402
from m4 import instructions, run_board  # noqa: E402


def measure(empty, lines):
    """{(state, profile): [("PROFILE ID", encode, decode)]} of the lines of a run."""
    found = {}
    for line in lines:
        state, profile, identifier, *ticks = line.split()
        profile = profile.rstrip(":")
        costs = [round(instructions(int(t) - empty)) for t in ticks]
        found.setdefault((state, profile), []).append((f"{profile} {identifier}", *costs))
    return found


def report(state, profile, rows):
    for column, function in ((1, "can_encode"), (2, "can_decode")):
        costs = [row[column] for row in rows]
        name = {"profile": profile, "battery": state, "function": function, "frames": len(rows)}
        print_figure("can_m4_instructions", round(sum(costs) / len(costs)), "instructions", **name,
                     statistic="mean")
        worst = max(rows, key=lambda row: row[column])
        print_figure("can_m4_instructions", worst[column], "instructions", **name,
                     statistic="worst", frame=worst[0])


found = measure(*run_board("can", "-O2"))
for (state, profile), rows in found.items():
    if state == "calm":
        report(state, profile, rows)
for state in ("calm", "alarms"):
    report(state, "all", [row for key, rows in found.items() if key[0] == state for row in rows])
