# SPDX-License-Identifier: Apache-2.0
"""tools/coverage: a branch that no test takes is named; the failing one of an ASSERT is not."""
import json
import os
import subprocess
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tool import load  # noqa: E402

coverage = load("coverage")

SOURCE = """#include <stdlib.h>
#define ASSERT(condition) ((condition) ? (void)0 : abort())

int planted(int a, int b);
int planted(int a, int b)
{
    ASSERT(a < 100 &&
           b < 100);
    if (a > 0 && b > 0)
        return 1;
    return 0;
}
"""


def judged(folder, *calls, name="base/planted.c"):
    """What coverage says of SOURCE after a program with these calls; each call in its own run."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(SOURCE)
    main = "int planted(int, int); int main(void) { %s return 0; }" % "".join(
        f"planted({a}, {b});" for a, b in calls)
    (folder / "main.c").write_text(main)
    for command in (["gcc", "-O0", "--coverage", "-c", name, "-o", "planted.o"],
                    ["gcc", "--coverage", "main.c", "planted.o", "-o", "main"], ["./main"]):
        subprocess.run(command, cwd=folder, check=True)
    text = subprocess.run(["gcov", "--json-format", "--branch-probabilities", "-t", "planted.gcno"],
                          cwd=folder, check=True, capture_output=True, text=True).stdout
    reports = [json.loads(line) for line in text.split("\n") if line.startswith("{")]
    files = coverage.merged(reports, str(folder))
    return {file: coverage.judge(lines, SOURCE) for file, lines in files.items()}


def test_all_branches_taken_is_complete(tmp_path):
    assert judged(tmp_path, (1, 1), (0, 1), (1, 0)) == {"base/planted.c": (8, 8, [])}


def test_a_branch_that_is_not_taken_is_missing_with_its_line(tmp_path):
    taken, total, missing = judged(tmp_path, (1, 1), (0, 1))["base/planted.c"]
    assert (taken, total, missing) == (7, 8, [9])


def test_what_never_runs_is_missing_even_an_assert(tmp_path):
    taken, total, missing = judged(tmp_path)["base/planted.c"]
    assert (taken, total) == (0, 8)
    assert set(missing) == {7, 9}  # gcc gives both halves of the ASSERT to its first line


@pytest.mark.parametrize("name,counts", [("core/planted.c", False), ("core/limits_more.c", True)])
def test_only_the_files_that_must_be_proven_count(tmp_path, name, counts):
    assert (name in judged(tmp_path, (1, 1), name=name)) == counts


def test_runs_of_one_source_in_several_objects_add_up(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base/x.h").write_text("")

    def report(*counts):
        line = {"line_number": 3, "branches": [{"count": c} for c in counts]}
        return {"files": [{"file": "base/x.h", "lines": [line]}]}
    assert coverage.merged([report(1, 0), report(0, 2)], tmp_path) == {"base/x.h": {3: [1, 2]}}


def test_a_table_without_code_is_compiled_and_a_forgotten_source_is_not(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "table.c").write_text("const int table[] = {1};\n")
    subprocess.run(["gcc", "-O0", "--coverage", "-c", "base/table.c", "-o", "base/table.c.o"],
                   cwd=tmp_path, check=True)
    assert coverage.compiled("base/table.c", str(tmp_path))
    assert not coverage.compiled("base/forgotten.c", str(tmp_path))
