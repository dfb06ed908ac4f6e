# SPDX-License-Identifier: Apache-2.0
"""tools/mutate: which mutants a text has, and what is reported of those that no test finds."""
import os
import shutil
import subprocess
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tool import ROOT, load  # noqa: E402

mutate = load("mutate")


def mutants(text, operator=None):
    return [m for m in mutate.mutants_of("x.c", text) if operator in (None, m.operator)]


def afters(body, operator):
    """The lines after mutation of a function with the one line `body`."""
    text = "int f(int a, int b)\n{\n    " + body + "\n}\n"
    return sorted(m.after for m in mutants(text, operator))


@pytest.mark.parametrize("operator,body,expected", [
    ("relational", "return a < b;", ["return a <= b;", "return a >= b;"]),
    ("relational", "return a <= b;", ["return a < b;", "return a > b;"]),
    ("relational", "return a > b;", ["return a <= b;", "return a >= b;"]),
    ("relational", "return a >= b;", ["return a < b;", "return a > b;"]),
    ("relational", "return a == b;", ["return a != b;"]),
    ("relational", "return a != b;", ["return a == b;"]),
    ("relational", "return a->b;", []),
    ("arithmetic", "return a + b;", ["return a - b;"]),
    ("arithmetic", "return a - b;", ["return a + b;"]),
    ("arithmetic", "return a * b;", ["return a / b;"]),
    ("arithmetic", "return a / b;", ["return a * b;"]),
    ("arithmetic", "return a % b;", ["return a / b;"]),
    ("arithmetic", "return a << b;", ["return a >> b;"]),
    ("arithmetic", "return a >> b;", ["return a << b;"]),
    ("arithmetic", "return a & b;", ["return a | b;"]),
    ("arithmetic", "return a | b;", ["return a & b;"]),
    ("arithmetic", "return a && b;", ["return a || b;"]),
    ("arithmetic", "return a || b;", ["return a && b;"]),
    ("arithmetic", "a += b;", ["a -= b;"]),
    ("arithmetic", "return -a;", []),
    ("arithmetic", "return (int)-a;", []),
    ("arithmetic", "return (a)-b;", ["return (a)+b;"]),
    ("arithmetic", "return *(const int *)&a;", []),
    ("arithmetic", "return sizeof(int) * a;", ["return sizeof(int) / a;"]),
    ("arithmetic", "const uint8_t *c = &a;", []),
    ("arithmetic", "const struct ring *c = &a;", []),
    ("arithmetic", "a++;", []),
    ("constant", "return 7;", ["return 6;", "return 8;"]),
    ("constant", "return 0;", ["return (0 - 1);", "return 1;"]),
    ("constant", "return 0x0Fu;", ["return 0x0Eu;", "return 0x10u;"]),
    ("constant", "return 010;", ["return 7;", "return 9;"]),
    ("constant", "return 1.5f;", []),
    ("constant", "int c[4];", []),
    ("constant", "int c[4] = {5};", ["int c[4] = {4};", "int c[4] = {6};"]),
    ("constant", "return f(\"1\", '1');", []),
    ("constant", "ASSERT(a > 1);", []),
    ("constant", "_Static_assert(4 == 4, \"\");", []),
    ("constant", "return a; /* 5 */", []),
    ("condition", "if (a) b = a;", ["if (!(a)) b = a;"]),
    ("condition", "while (a && b) a = b;", ["while (!(a && b)) a = b;"]),
    ("condition", "do a = b; while (a);", ["do a = b; while (!(a));"]),
    ("condition", "for (int i = 0; i < a; i++) b = i;",
     ["for (int i = 0; !(i < a); i++) b = i;"]),
    ("condition", "for (;;) b = a;", []),
    ("condition", "return a ? b : f(b, a ? 1 : 2);",
     ["return !(a) ? b : f(b, a ? 1 : 2);", "return a ? b : f(b, !(a) ? 1 : 2);"]),
    ("condition", "a = f(b, a) < b ? a : b;", ["a = !(f(b, a) < b) ? a : b;"]),
    ("statement", "a = b; f(a, b);", ["; f(a, b);", "a = b; ;"]),
    ("statement", "if (a) return b;", ["if (a) ;"]),
    ("statement", "*c = a;", [";"]),
    ("statement", "for (int i = 0; i < a; i++) { b = i; }",
     ["for (int i = 0; i < a; i++) { ; }"]),
    ("statement", "switch (a) { case 1: b = 2; break; default: b = 3; }",
     ["switch (a) { case 1: ; break; default: b = 3; }",
      "switch (a) { case 1: b = 2; ; default: b = 3; }",
      "switch (a) { case 1: b = 2; break; default: ; }"]),
    ("statement", "int c = a;", []),
    ("statement", "(void)a;", []),
    ("statement", "ASSERT(a);", []),
])
def test_a_line_has_the_mutants_of_an_operator(operator, body, expected):
    assert afters(body, operator) == expected


def test_outside_of_functions_only_values_are_mutated():
    text = ('#include "x/1.h"\n#define SIZE (4 << 1)\nint f(int a[3]);\n'
            "struct s {\n    int a[3];\n};\nenum e { A = 5, B };\n"
            "static const struct { int a[3]; } table[] = {{{1}}, {{2}}};\nint g[9];\n")
    assert sorted({(m.line, m.operator) for m in mutants(text)}) == [
        (2, "arithmetic"), (2, "constant"), (7, "constant"), (8, "constant")]
    assert sum(m.line == 8 for m in mutants(text)) == 4


def test_lines_keep_their_numbers_when_a_statement_of_several_lines_goes():
    text = "void f(void)\n{\n    f(1,\n      2);\n    f();\n}\n"
    gone = mutants(text, "statement")[0]
    mutated = text[:gone.start] + gone.new + text[gone.end:]
    assert gone.line == 3
    assert mutated.count("\n") == text.count("\n")


def test_a_sample_is_always_the_same_and_in_order():
    text = "int f(int a)\n{\n" + "    a = a + 3;\n" * 50 + "    return a;\n}\n"
    everything = mutants(text)
    chosen = mutate.sample(everything, 20)
    assert len(chosen) == 20
    assert chosen == mutate.sample(everything, 20)
    assert chosen == [m for m in everything if m in chosen]


def test_the_tree_has_at_least_500_mutants():
    assert len(mutate.Tree(ROOT).mutants()) >= mutate.MUTANTS_LEAST


def test_reasons_written_by_hand_survive_a_rerun_and_moved_lines():
    text = "int f(int a, int b)\n{\n    return a < b || a;\n}\n"
    survivors = mutants(text, "relational")
    first = mutate.markdown(survivors, {"x.c"}, "")
    written = first.replace("|  |\n", "| never equal |\n", 1)
    assert written != first
    moved = [m._replace(line=m.line + 4) for m in survivors]
    again = mutate.markdown(moved, {"x.c"}, written)
    assert "x.c:7" in again and again.count("never equal") == 1
    assert mutate.markdown(survivors, {"x.c"}, again) == written


def test_rows_of_other_files_stay_and_those_that_die_go():
    text = "int f(int a, int b)\n{\n    return a < b;\n}\n"
    survivors = mutants(text, "relational")
    others = [m._replace(file="y.c") for m in survivors]
    both = mutate.markdown(survivors + others, {"x.c", "y.c"}, "").replace("|  |", "| why |")
    assert both.count("\n| y.c:3 | relational |") == both.count("\n| x.c:3 | relational |") == 2
    assert mutate.markdown(survivors, {"x.c"}, both) == both
    fewer = mutate.markdown(survivors[:1], {"x.c"}, both)
    assert (fewer.count("| x.c"), fewer.count("| y.c"), fewer.count("why |")) == (1, 2, 4)


PLANTED = """#include "base/planted.h"

int larger(int a, int b)
{
    return a > b ? a : b;
}
"""
TEST = """#include "tests/support/test.h"
#include "base/planted.h"
static void larger_one_is_found(void **state)
{
    (void)state;
    assert_int_equal(larger(1, 2), 2);
    %s
}
int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(larger_one_is_found)};
    return RUN_TESTS(tests);
}
"""


def plant(folder, more=""):
    """A tree of one source and its test."""
    for name in ("tools/mutate", "tests/support/test.h", "tests/support/assert.c", "base/assert.h",
                 "base/number.h"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(os.path.join(ROOT, name), folder / name)
    (folder / "tests/base").mkdir()
    (folder / "base/planted.h").write_text("int larger(int a, int b);\n")
    (folder / "base/planted.c").write_text(PLANTED)
    (folder / "tests/base/planted.c").write_text(TEST % more)


def run(folder, *options):
    return subprocess.run([str(folder / "tools/mutate"), *options], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


def test_a_surviving_mutant_is_reported_with_its_place(tmp_path):
    plant(tmp_path, "assert_int_equal(larger(3, 1), 3);")
    result = run(tmp_path, "base/planted.c")
    assert result.stdout.split("\n") == [
        "base/planted.c:5: relational: return a > b ? a : b; -> return a >= b ? a : b;",
        "mutate: 3 mutants, 2 killed, 1 survived, 1 do not compile",
        "mutation score 66 %", ""]
    assert result.returncode == 1
    assert (tmp_path / "base/planted.c").read_text() == PLANTED


def test_a_score_that_is_high_enough_passes(tmp_path):
    plant(tmp_path, "assert_int_equal(larger(3, 1), 3);")
    assert run(tmp_path, "--least", "66", "base/planted.c").returncode == 0
    assert run(tmp_path, "--least", "67", "base/planted.c").returncode == 1


def test_too_few_mutants_in_the_whole_tree_fail(tmp_path):
    plant(tmp_path, "assert_int_equal(larger(3, 1), 3);")
    assert run(tmp_path, "--least", "0").returncode == 1
    assert run(tmp_path, "--least", "0", "--sample", "4").returncode == 0


def test_a_mutant_that_never_ends_is_killed(tmp_path):
    plant(tmp_path, "assert_int_equal(larger(3, 1), 3);")
    (tmp_path / "base/planted.c").write_text(
        PLANTED.replace("    return", "    for (int i = 0; i < 3;)\n        i++;\n    return"))
    result = run(tmp_path, "base/planted.c")
    assert "statement: i++; -> ;" not in result.stdout
    assert "base/planted.c:5: constant" in result.stdout  # how often it turns matters to nobody


def test_tests_that_fail_without_a_mutant_are_no_proof(tmp_path):
    plant(tmp_path, "assert_int_equal(larger(3, 1), 4);")
    result = run(tmp_path, "base/planted.c")
    assert result.returncode == 2
    assert "tests/base/planted.c fails without a mutant" in result.stderr
