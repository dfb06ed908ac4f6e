# SPDX-License-Identifier: Apache-2.0
"""A program of tests/bench/m4 on the emulated Cortex-M4: built with the flags of tools/check, run on
QEMU's mps2-an386, where virtual time counts instructions."""
import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from start import ROOT

QEMU = "qemu-system-arm"
MACHINE = ["-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none",
           "-chardev", "stdio,id=out", "-semihosting-config", "enable=on,target=native,chardev=out"]
ICOUNT_SHIFT = 10  # 1024 ns of virtual time per instruction: the timer resolves a single one
TICK_NS = 40       # of a timer of 25 MHz
RUN_S = 120        # the longest takes a few
LAYERS = ("base", "core", "wire", "protocols")
folder = os.path.join(os.path.abspath(sys.argv[1]), "m4")


def fail(reason):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {reason}")


def tools_check():
    """tools/check as a module: its compiler flags are the ones that count."""
    loader = importlib.machinery.SourceFileLoader("check", os.path.join(ROOT, "tools", "check"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", loader))
    loader.exec_module(module)
    return module


def run(*command):
    result = subprocess.run(command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode:
        fail(f"{os.path.basename(command[0])} failed:\n{result.stdout}")


def build(program, more):
    """The image of tests/bench/m4/PROGRAM.c; everything is compiled each time, what is not needed is
    left out."""
    check = tools_check()
    flags = [*check.ARM, *more, *check.WARNINGS, "-ffunction-sections", "-fdata-sections", "-I."]
    sources = [f for f in check.files(".c") if check.layer_of(f) in LAYERS]
    sources += ["tests/bench/support/battery.c", "tests/bench/m4/count.c",
                f"tests/bench/m4/{program}.c", "tests/bench/m4/start.S"]
    objects = [os.path.join(folder, source.replace("/", "_") + ".o") for source in sources]
    os.makedirs(folder, exist_ok=True)
    with ThreadPoolExecutor(check.CORES) as pool:
        list(pool.map(lambda one: run(*flags, "-c", one[0], "-o", one[1]), zip(sources, objects)))
    image = os.path.join(folder, f"{program}.elf")
    run(*flags, "-nostartfiles", "-Wl,--gc-sections", "-T", "tests/bench/m4/board.ld", *objects,
        "-o", image)
    return image


def lines_of(image):
    command = [QEMU, *MACHINE, "-icount", f"shift={ICOUNT_SHIFT}", "-kernel", image]
    try:
        result = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, timeout=RUN_S,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        fail(f"no end after {RUN_S} s")
    if result.returncode:
        fail(f"the program ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout.splitlines()


def checked(lines):
    """(ticks of nothing, the lines behind) of a run whose timer counts right."""
    empty = int(re.fullmatch(r"empty (\d+)", lines[0]).group(1))
    known, counted = map(int, re.fullmatch(r"spin (\d+) (\d+)", lines[1]).groups())
    if abs(instructions(counted) / known - 1) > 0.01:
        fail(f"{known} instructions were counted as {instructions(counted):.0f}")
    return empty, lines[2:]


def run_board(program, *more):
    """Builds and runs tests/bench/m4/PROGRAM.c, `more` being flags of the compiler; (ticks of nothing, its
    lines)."""
    for tool, package in ((QEMU, QEMU), ("arm-none-eabi-gcc", "gcc-arm-none-eabi")):
        if shutil.which(tool) is None:
            fail(f"{tool} is missing (package {package})")
    return checked(lines_of(build(program, more)))


def instructions(ticks):
    return ticks * TICK_NS / 2 ** ICOUNT_SHIFT
