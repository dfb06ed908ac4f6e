# SPDX-License-Identifier: Apache-2.0
# hearth characterise on logs of a made-up cell whose voltages are known, and on logs that are none.
import csv
import os
import subprocess

import pytest

PROGRAM = os.environ["HEARTH"]
CAPACITY_AH = 10.0
CURRENT_A = 0.5
STEP_S = 60


def discharge_v(soc):
    return 3.0 + 0.3 * soc + (0.2 * (soc - 0.9) if soc > 0.9 else 0.0)


def charge_v(soc):
    return discharge_v(soc) + 0.02


def rows(direction, branch, start_s=0):
    """A rest, then a whole run in one direction."""
    steps = int(CAPACITY_AH / CURRENT_A * 3600 / STEP_S)
    yield from ((start_s + i * STEP_S, 0.0, branch(0.0 if direction > 0 else 1.0)) for i in range(10))
    for i in range(steps + 1):
        part = i / steps
        soc = part if direction > 0 else 1.0 - part
        yield start_s + (10 + i) * STEP_S, direction * CURRENT_A, branch(soc)


def write(path, lines, header="time_s,current_a,voltage_v,step"):
    path.write_text("# made up\n" + header + "\n" + "".join("%g,%g,%.6f,1\n" % line for line in lines))
    return path


def characterise(*arguments, code=0):
    done = subprocess.run([PROGRAM, "characterise", *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == code, done.stderr
    return done


def check(folder, name="cell"):
    with open(folder / (name + ".csv"), newline="") as file:
        table = list(csv.DictReader(file))
    assert [float(row["soc"]) for row in table] == [i / 100 for i in range(101)]
    for row in table:
        assert abs(float(row["ocv_discharge_v"]) - discharge_v(float(row["soc"]))) < 1e-3, row
        assert abs(float(row["ocv_charge_v"]) - charge_v(float(row["soc"]))) < 1e-3, row
    cell = dict(line.split(": ") for line in (folder / (name + ".yaml")).read_text().splitlines())
    assert abs(float(cell["capacity_ah"]) - CAPACITY_AH) < 0.02
    assert cell["ocv"] == name + ".csv" and cell["v_min"] == "3.000"
    return cell


def test_two_logs_make_a_cell(tmp_path):
    one = write(tmp_path / "d.csv", rows(-1, discharge_v))
    two = write(tmp_path / "c.csv", rows(1, charge_v))
    done = characterise(one, two, "-o", tmp_path / "cell", "--nominal", "9.5")
    assert check(tmp_path)["nominal_ah"] == "9.5000"
    assert "log 2 of 2" in done.stderr and "20.0 mV between them" in done.stderr


def test_one_log_of_both_and_other_names_of_columns(tmp_path):
    lines = [*rows(-1, discharge_v), *rows(1, charge_v, 10**6)]
    path = write(tmp_path / "all.csv", lines, "t,I,U,step")
    characterise(path, "--time", "t", "--current", "I", "--voltage", "U", "-o", tmp_path / "x")
    check(tmp_path, "x")


def test_a_resistance_is_taken_out(tmp_path):
    ohm = 0.01
    lines = [(t, i, u + ohm * i) for t, i, u in [*rows(-1, discharge_v), *rows(1, charge_v, 10**6)]]
    characterise(write(tmp_path / "a.csv", lines), "--resistance", 1e3 * ohm, "-o", tmp_path / "cell")
    check(tmp_path)


WRONG = {
    "no column": ("time_s,current_a\n0,1\n", 2, ":1: column voltage_v is missing"),
    "text": ("time_s,current_a,voltage_v\n0,1,3\n1,many,3\n", 2, ":3: current_a: 'many' is no number"),
    "nan": ("time_s,current_a,voltage_v\n0,1,nan\n", 2, ":2: voltage_v: 'nan' is no number"),
    "time back": ("time_s,current_a,voltage_v\n5,1,3\n5,1,3\n", 2, ":3: time_s: 5 comes after 5"),
    "empty": ("time_s,current_a,voltage_v\n", 2, ":1: there are no values"),
    "no charge": ("time_s,current_a,voltage_v\n0,-1,3\n3600,-1,3\n", 1, "there is no charge"),
    "half a charge": ("time_s,current_a,voltage_v\n0,-1,3\n7200,-1,3\n7300,1,3\n10000,1,3\n", 1,
                      "not a full one"),
    "too fast": ("time_s,current_a,voltage_v\n0,-1,3\n3600,-1,3\n3700,1,3\n7300,1,3\n", 1,
                 "faster than C/10"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_log_is_refused_with_line_and_reason(name, tmp_path):
    text, code, why = WRONG[name]
    path = tmp_path / "log.csv"
    path.write_text(text)
    done = characterise(path, "-o", tmp_path / "cell", code=code)
    assert why in done.stderr, done.stderr
    assert not (tmp_path / "cell.csv").exists()


def test_a_missing_log_and_no_log_are_told():
    assert "No such file" in characterise("/nowhere.csv", code=2).stderr
    assert "a log is expected" in characterise(code=2).stderr
