# SPDX-License-Identifier: Apache-2.0
"""Each gate of tools/check finds a violation planted in a copy of the tree, with file and line."""
import os
import re
import shutil
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# gate, file, text, line, words of the complaint. A file that exists is extended, else it is made.
HEAD = '#include "base/number.h"\n'
PLANTS = [
    ("format", "base/planted.c", "int  x;\n", 1, "clang-format"),
    ("layers", "bank/planted.c", HEAD + '#include "wire/modbus.h"\n', 2, "wire/modbus.h"),
    ("layers", "site/planted.c", HEAD + '#include "core/bms.h"\n', 2, "core/bms.h"),
    ("layers", "protocols/planted.c", HEAD + '#include "core/soc.h"\n', 2, "core/soc.h"),
    ("layers", "sim/planted.c", HEAD + '#include "core/params.h"\n', 2, "core/params.h"),
    ("headers", "core/planted.c", HEAD + "#include <stdio.h>\n", 2, "stdio.h"),
    ("headers", "ui/planted.c", HEAD + "#ifdef __linux__\n#endif\n", 2, "conditional"),
    ("purity", "wire/planted.c",
     HEAD + "int planted(void);\nint planted(void)\n{\n    static int calls;\n    return ++calls;\n}\n",
     5, "mutable static"),
    ("purity", "base/planted.c",
     "void *malloc(__SIZE_TYPE__);\nvoid *planted(void);\nvoid *planted(void)\n{\n"
     "    return malloc(3);\n}\n", 1, "malloc"),
    ("twins", "wire/planted.c", HEAD, 1, "no test twin"),
    ("twins", "sim/cell_planted.c", HEAD, 1, "no test twin"),
    ("twins", "protocols/planted.c", HEAD, 1, "planted.log"),
    ("sizes", "base/planted.c",
     "void planted(void);\nvoid planted(void)\n{\n" + "    ;\n" * 60 + "}\n", 2, "at most 60"),
    ("sizes", "base/planted.c", "/* " + "x" * 100 + " */\n", 1, "at most 100"),
    ("sizes", "base/planted.c",
     "void planted(void);\nvoid planted(void)\n{\n}\n" + "/* */\n" * 600, 601, "at most 600"),
    ("sizes", "base/planted.h", "/* */\n" * 121, 121, "at most 120"),
    ("sizes", "sim/cells_kernel.h", "/* */\n" * 601, 601, "at most 600"),
    ("gcc", "base/planted.c", "\nint planted(void) { return 0; }\n", 2, "prototype"),
    ("clang", "base/planted.c", "\nint planted(void) { return 0; }\n", 2, "prototype"),
    ("arm", "base/planted.c",
     "#include <stdint.h>\nuint16_t planted(uint32_t x);\nuint16_t planted(uint32_t x)\n{\n"
     "    return x;\n}\n", 5, "conversion"),
    ("battery", "wire/can_planted.c",
     '#include "wire/can_sides.h"\n\nextern const int planted[1];\n'
     "const int planted[1] = {READ_ONLY(1)};\n", 4, "empty initializer"),
]


@pytest.fixture
def tree(tmp_path):
    """A copy of what is or would be tracked."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, text=True,
                           capture_output=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        source = os.path.join(ROOT, name)
        if os.path.isfile(source):
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def check(tree, gate):
    return subprocess.run([str(tree / "tools/check"), gate], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("gate,name,planted,line,words", PLANTS,
                         ids=[f"{p[0]}-{p[4].replace(' ', '-')}" for p in PLANTS])
def test_a_gate_finds_what_is_planted(tree, gate, name, planted, line, words):
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(planted)
    result = check(tree, gate)
    assert result.returncode == 1
    pattern = rf"^{re.escape(name)}:{line}: .*{re.escape(words)}.*\[{gate}\]$"
    assert re.search(pattern, result.stdout, re.M), result.stdout


def gates():
    return subprocess.run([os.path.join(ROOT, "tools/check"), "--list"], capture_output=True,
                          text=True, check=True).stdout.split()


def test_every_gate_has_a_plant():
    assert set(gates()) == {plant[0] for plant in PLANTS}


@pytest.mark.parametrize("gate", gates())
def test_a_gate_passes_on_the_clean_tree(tree, gate):
    result = check(tree, gate)
    assert result.returncode == 0, result.stdout


def test_an_unknown_gate_is_bad_usage(tree):
    assert check(tree, "nonsense").returncode == 2
