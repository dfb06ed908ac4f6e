# SPDX-License-Identifier: Apache-2.0
"""tools/size: planted excesses fail, and the bound of the stack is the most expensive way down."""
import os
import re
import shutil
import subprocess
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tool import ROOT, load  # noqa: E402

size = load("size")

CORE = """#include "core/bms.h"

#include "base/deep.h"

static uint32_t door(uint32_t x)
{
    return deep(x) + x;
}

uint32_t bms_init(uint32_t x)
{
    return door(x) + 1;
}

uint32_t bms_request(uint32_t x)
{
    return x;
}

static uint32_t shallow(uint32_t x)
{
    return x + 1;
}

static uint32_t through_a_table(uint32_t x)
{
    volatile uint32_t bytes[100] = {x};
    return bytes[x % 100];
}

uint32_t bms_step(uint32_t x)
{
    static uint32_t (*const table[])(uint32_t) = {shallow, through_a_table};
    return table[x % 2](x) + 1;
}
"""
BASE = """#include "base/deep.h"

uint32_t deep(uint32_t x)
{
    volatile uint32_t bytes[50] = {x};
    return bytes[x % 50];
}
"""


@pytest.fixture
def tree(tmp_path):
    """A small tree with the three doors."""
    for folder in ("tools", "core", "base"):
        (tmp_path / folder).mkdir()
    for name in ("tools/size", "tools/check"):
        shutil.copy2(os.path.join(ROOT, name), tmp_path / name)
    (tmp_path / "core/bms.h").write_text(
        "#include <stdint.h>\nstruct bms { uint8_t bytes[8192]; };\nuint32_t bms_init(uint32_t x);\n"
        "uint32_t bms_request(uint32_t x);\nuint32_t bms_step(uint32_t x);\n")
    (tmp_path / "core/bms.c").write_text(CORE)
    (tmp_path / "base/deep.h").write_text("#include <stdint.h>\nuint32_t deep(uint32_t x);\n")
    (tmp_path / "base/deep.c").write_text(BASE)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def run(tree):
    return subprocess.run([str(tree / "tools/size")], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


def test_limits_that_are_just_met_pass(tree):
    result = run(tree)
    assert result.returncode == 0, result.stdout
    assert "struct bms: 8192 of 8192 bytes\n" in result.stdout
    assert result.stdout.endswith("size: 2 passed, 0 failed\n")


def test_one_byte_too_much_in_the_pack_fails(tree):
    header = tree / "core/bms.h"
    header.write_text(header.read_text().replace("8192", "8193"))
    result = run(tree)
    assert result.returncode == 1
    assert "struct bms: 8193 of 8192 bytes, TOO MUCH" in result.stdout
    assert result.stdout.endswith("size: 1 passed, 1 failed\n")


def test_too_much_flash_fails(tree):
    with open(tree / "base/deep.c", "a", encoding="utf-8") as file:
        file.write("extern const uint8_t filler[54272];\nconst uint8_t filler[54272] = {1};\n")
    result = run(tree)
    assert result.returncode == 1
    assert re.search(r"flash of base and core: \d+ of 54272 bytes, TOO MUCH", result.stdout)


def with_can_tables(tree, more):
    """All CAN protocols just meet their limits, plus some bytes."""
    for folder in ("protocols", "wire"):
        (tree / folder).mkdir()
    shutil.copy2(os.path.join(ROOT, "wire/can_sides.h"), tree / "wire/can_sides.h")
    both, battery = size.CAN_MOST + more[0], size.BATTERY_MOST + more[1]
    (tree / "protocols/planted_can.c").write_text(
        '#include "wire/can_sides.h"\n\n'
        f"#define SIZE (CAN_BOTH_SIDES ? {both} : {battery})\n"
        "extern const char planted_can[SIZE];\nconst char planted_can[SIZE] = {1};\n")
    return run(tree)


def test_can_tables_are_measured_for_both_sides_and_for_a_battery(tree):
    result = with_can_tables(tree, (0, 0))
    assert result.returncode == 0, result.stdout
    assert result.stdout.endswith("size: 5 passed, 0 failed\n")


@pytest.mark.parametrize("more,words", [((1, 0), "flash of the CAN protocols: "),
                                        ((0, 1), "flash of the CAN protocols, only a battery: ")])
def test_one_byte_too_much_in_the_can_tables_fails(tree, more, words):
    result = with_can_tables(tree, more)
    assert result.returncode == 1
    assert re.search(rf"{words}\d+ of \d+ bytes, TOO MUCH", result.stdout)
    assert result.stdout.endswith("size: 4 passed, 1 failed\n")


SERIAL_PROTOCOL = """
extern const struct serial_protocol planted_rs485[1];
const struct serial_protocol planted_rs485[1] = {{answer, READER(take)}};
"""


def with_serial_protocol(tree, answer_size, more=""):
    """A protocol that answers out of a table and reads by another, and all doors."""
    for folder in ("protocols", "wire"):
        (tree / folder).mkdir(exist_ok=True)
    shutil.copy2(os.path.join(ROOT, "wire/can_sides.h"), tree / "wire/can_sides.h")
    (tree / "protocols/rs485.h").write_text("extern const struct serial_protocol planted_rs485[1];\n")
    (tree / "protocols/can.h").write_text("extern const struct can_protocol planted_bus[1];\n")
    doors = [*size.SERVER_DOORS, *size.CAN_DOORS, *sum(size.SERIAL_DOORS.values(), [])]
    (tree / "protocols/doors.c").write_text(
        "".join(f"void {door}(void);\nvoid {door}(void)\n{{\n}}\n" for door in doors))
    (tree / "protocols/planted.c").write_text(
        '#include <stddef.h>\n\n#include "wire/can_sides.h"\n\n'
        f"static const char answer[{answer_size}] = {{1}};\nstatic const char take[5000] = {{1}};\n"
        "struct serial_protocol { const char *answer, *take; };\n" + SERIAL_PROTOCOL +
        "struct can_protocol { const char *name; };\nextern const struct can_protocol planted_bus[1];\n"
        'const struct can_protocol planted_bus[1] = {{"bus"}};\n' + more)
    return run(tree)


def serial_size(result):
    return int(re.search(r"serial protocols, only a battery, aim \d+: (\d+) of", result.stdout).group(1))


def test_of_serial_protocols_only_what_a_battery_reaches_is_measured(tree):
    result = with_serial_protocol(tree, 1000)
    assert 1000 <= serial_size(result) <= 1100, result.stdout
    assert re.search(r"(?m)^ +10\d\d planted_rs485$", result.stdout)
    assert result.returncode == 0


def test_one_byte_too_much_in_the_serial_protocols_fails(tree):
    least = serial_size(with_serial_protocol(tree, 1000)) - 1000
    full = size.SERIAL_MOST - least & ~3
    assert with_serial_protocol(tree, full).returncode == 0
    result = with_serial_protocol(tree, full + 4)
    assert result.returncode == 1
    assert re.search(r"serial protocols, only a battery, aim \d+: \d+ of \d+ bytes, TOO MUCH", result.stdout)


def test_a_door_that_is_gone_fails(tree):
    assert with_serial_protocol(tree, 1000).returncode == 0
    doors = tree / "protocols/doors.c"
    doors.write_text(doors.read_text().replace("jk_lcd_step", "jk_lcd_stride"))
    result = run(tree)
    assert result.returncode == 1
    assert "jk_lcd_step" in result.stdout


def test_a_serial_protocol_that_nobody_defines_fails(tree):
    assert with_serial_protocol(tree, 1000).returncode == 0
    (tree / "protocols/rs485.h").write_text("extern const struct serial_protocol lost_rs485[1];\n")
    result = run(tree)
    assert result.returncode == 1
    assert "lost_rs485: defined nowhere" in result.stdout


def bound(result, door):
    return int(re.search(rf"stack of {door}: at most (\d+) bytes", result.stdout).group(1))


def test_the_stack_adds_up_along_the_deepest_chain(tree):
    result = run(tree)
    assert 200 <= bound(result, "bms_init") - size.LIBRARY_STACK <= 260
    assert re.search(r"stack of bms_init: .* > deep \d+ > memset\n", result.stdout)
    assert bound(result, "bms_request") == 0


def test_a_call_through_a_table_counts_as_its_most_expensive_row(tree):
    result = run(tree)
    assert 400 <= bound(result, "bms_step") - size.LIBRARY_STACK <= 460
    assert "through_a_table" in result.stdout


def test_recursion_has_no_bound_and_fails(tree):
    (tree / "base/deep.c").write_text(
        '#include "base/deep.h"\n\nuint32_t bms_init(uint32_t x);\n'
        "uint32_t deep(uint32_t x)\n{\n    return x > 9 ? x : bms_init(x) * 3;\n}\n")
    result = run(tree)
    assert result.returncode == 1
    assert re.search(r"size: recursion: .*deep.*\n", result.stdout)


def test_a_library_routine_counts_with_a_fixed_bound():
    frames, calls = size.call_graph([
        'node: { title: "a" label: "a\\nx.c:1:1\\n24 bytes (static)" }\n'
        'node: { title: "memcpy" label: "memcpy" shape : ellipse }\n'
        'edge: { sourcename: "a" targetname: "memcpy" }\n'])
    assert size.deepest("a", frames, calls) == (24 + size.LIBRARY_STACK, ["a 24", "memcpy"])


def test_a_stack_that_grows_at_run_time_has_no_bound():
    with pytest.raises(size.Broken):
        size.call_graph(['node: { title: "a" label: "a\\nx.c:1:1\\n24 bytes (dynamic)" }'])
