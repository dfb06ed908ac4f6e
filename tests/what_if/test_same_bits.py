# SPDX-License-Identifier: Apache-2.0
# The module for the browser and the same source built for this machine: every real state of every
# cell and every byte of the JSON is equal, after faults, cables and commands.
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
STORY = (HERE / "story.txt").read_text()


def play(*command, story=STORY):
    done = subprocess.run(command, input=story, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.skipif(not os.environ["WHAT_IF_MODULE"], reason="no WebAssembly tool chain")
def test_browser_and_pc_have_the_same_bits():
    native = play(os.environ["WHAT_IF_PLAY"])
    assert len(native) == STORY.splitlines().count("sum") and len(set(native)) == len(native)
    assert play("node", HERE / "play.mjs", os.environ["WHAT_IF_MODULE"]) == native


def test_a_sum_sees_a_single_milliampere():
    told = play(os.environ["WHAT_IF_PLAY"])
    other = play(os.environ["WHAT_IF_PLAY"], story=STORY.replace("4000 6", "4001 6"))
    assert told[:2] == other[:2] and told[2] != other[2]


def test_what_does_not_exist_is_refused_and_changes_nothing():
    begin = "start 1 2 0\nrun 100\n"
    wrong = "do fault 5 1 0 leak_ma\ndo nonsense 0 1 0 -\ndo fault 0 1 0 nothing\n"
    sum_of_nothing = play(os.environ["WHAT_IF_PLAY"], story=begin + "sum\n")[0]
    told = " ".join(play(os.environ["WHAT_IF_PLAY"], story=begin + wrong + "sum\n"))
    assert told == "no such packno such commandno such fault" + sum_of_nothing
