# SPDX-License-Identifier: Apache-2.0
# hearth soc over logs: a cell made here (curve, resistance, no noise), right and wrong starts, a
# bias, gaps and other headers; logs and cell files that are refused with line and reason.
import json
import os
import subprocess

import pytest

PROGRAM = os.environ["HEARTH"]
CAPACITY_AH = 100.0
OHM = 0.0006


def soc(*arguments, code=0):
    done = subprocess.run([PROGRAM, "soc", *map(str, arguments)], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == code, done.stderr
    return done


def ocv(z):
    """A lithium iron phosphate cell: knees, two plateaus, a step."""
    v = 3.285 + 0.010 * z
    v -= max(0.0, 0.15 - z) * 4.0
    v += max(0.0, z - 0.96) * 4.0
    v += min(max(z - 0.55, 0.0), 0.10) * 0.36
    return v - max(0.0, 0.35 - z) * 0.15


CYCLE = [-60, 10, -20, 0, -80, 40, -10]  # A, 20 s each


def rows(start=0.95, end=0.06, step_s=2):
    """(time, current, voltage, truth) of drive cycles with a rest every half hour."""
    t, z = 0.0, start
    while z > end:
        resting = (t % 2400) >= 1800
        a = 0.0 if resting else CYCLE[int(t / 20) % len(CYCLE)]
        z += a * step_s / 3600 / CAPACITY_AH
        t += step_s
        yield t, a, ocv(z) + OHM * a, z


def write(path, lines, header="time_s,current_a,voltage_v,truth"):
    path.write_text(header + "\n" + "".join(lines))
    return path


def text(values):
    return ",".join(f"{v:.6g}" if i < 3 else f"{v:.6f}" for i, v in enumerate(values)) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("soc")
    (path / "ocv.csv").write_text("soc,ocv_v\n" + "".join(
        f"{i / 100},{ocv(i / 100):.5f}\n" for i in range(101)))
    (path / "cell.yaml").write_text(
        f"capacity_ah: {CAPACITY_AH}\nv_min: 2.5\nv_max: 3.65\nocv: ocv.csv\n"
        "hysteresis_mv: 0\n")
    write(path / "log.csv", map(text, rows()))
    return path


def score(folder, *arguments, log="log.csv"):
    done = soc(folder / log, "--cell", folder / "cell.yaml", "--reference", "truth", "--quiet",
               *arguments)
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def test_lines_carry_charge_sigma_and_interval(folder):
    done = soc(folder / "log.csv", "--cell", folder / "cell.yaml", "--start", 95)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) > 1000
    for line in lines:
        assert set(line) == {"t", "soc_permille", "sigma_permille", "low_permille", "high_permille"}
        assert 0 <= line["low_permille"] <= line["soc_permille"] + 10
        assert line["high_permille"] <= 1000
    assert lines[0]["soc_permille"] == pytest.approx(950, abs=20)
    assert lines[-1]["soc_permille"] == pytest.approx(60, abs=25)


def test_reference_is_the_last_line(folder):
    done = soc(folder / "log.csv", "--cell", folder / "cell.yaml", "--start", 95,
               "--reference", "truth", "--every", 600)
    last = json.loads(done.stdout.splitlines()[-1])
    assert set(last) == {"rmse_points", "max_points", "coverage", "mean_width_points", "samples"}
    assert last["samples"] > 5000


def test_true_start_stays_true(folder):
    result = score(folder, "--start", 95)
    assert result["rmse_points"] < 0.5 and result["coverage"] > 0.95


@pytest.mark.parametrize("error", [-80, -30])
def test_wrong_start_is_found(folder, error):
    result = score(folder, "--start-error", error, "--settle", 7200)
    assert result["rmse_points"] < 2.5 and result["coverage"] > 0.9


@pytest.mark.parametrize("bias", [-1, 1])
def test_bias_is_found(folder, bias):
    result = score(folder, "--start", 95, "--bias", bias, "--settle", 600)
    assert result["rmse_points"] < 1.0 and result["max_points"] < 2.0


def test_settling_time_leaves_samples_out(folder):
    assert score(folder, "--settle", 3600)["samples"] < score(folder)["samples"]


def test_steps_of_every_length(folder):
    for step_s in (1, 30, 60):
        write(folder / "steps.csv", map(text, rows(step_s=step_s)))
        assert score(folder, "--start", 95, log="steps.csv")["rmse_points"] < 1.5


def test_gap_is_crossed_and_widens(folder):
    lines = [text(row) for row in rows() if not 4000 < row[0] < 4600]
    write(folder / "gap.csv", lines)
    result = score(folder, "--start", 95, log="gap.csv")
    assert result["max_points"] < 4.0 and result["coverage"] > 0.95


def test_after_a_gap_of_years_little_is_believed(folder):
    write(folder / "years.csv", ["0,1,3.3,0.5\n", "60,1,3.3,0.5\n", "1e12,1,3.3,0.5\n",
                                 "1000000000060,1,3.3,0.5\n"])
    done = soc(folder / "years.csv", "--cell", folder / "cell.yaml", "--start", 50)
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["high_permille"] - last["low_permille"] > 500


def test_missing_voltages_are_counted_over(folder):
    lines = [text(row) if i % 3 == 0 else f"{row[0]},{row[1]},,{row[3]:.6f}\n"
             for i, row in enumerate(rows())]
    write(folder / "holes.csv", lines)
    assert score(folder, "--start", 95, log="holes.csv")["rmse_points"] < 1.0


def test_other_headers_and_columns_nobody_asked_for(folder):
    lines = [f"x,{text(row)[:-1]},\n" for row in rows(end=0.9)]
    write(folder / "other.csv", lines, "name,Zeit,Strom,U,truth,rest")
    done = soc(folder / "other.csv", "--cell", folder / "cell.yaml", "--time", "Zeit", "--current",
               "Strom", "--voltage", "U", "--start", 95)
    assert done.stdout.count("\n") > 100


def test_swapped_current_is_said(folder):
    write(folder / "swapped.csv", (text((t, -a, v, z)) for t, a, v, z in rows(end=0.5)))
    done = soc(folder / "swapped.csv", "--cell", folder / "cell.yaml", "--start", 95, "--quiet")
    assert "sign of the current" in done.stderr


def test_percent_and_two_branches(folder):
    (folder / "both.csv").write_text("soc,ocv_discharge_v,ocv_charge_v\n" + "".join(
        f"{i},{ocv(i / 100) - 0.01:.5f},{'' if i < 5 else f'{ocv(i / 100) + 0.01:.5f}'}\n"
        for i in range(2, 101, 2)))
    (folder / "both.yaml").write_text("capacity_ah: 100\nnominal_ah: 100\nocv: both.csv\n")
    done = soc(folder / "log.csv", "--cell", folder / "both.yaml", "--start-error", 0, "--reference",
               "truth", "--quiet")
    assert json.loads(done.stdout)["rmse_points"] < 3


def test_curve_without_branches_is_believed_less(folder):
    (folder / "one.yaml").write_text("capacity_ah: 100\nocv: ocv.csv\n")
    def width(cell):
        done = soc(folder / "log.csv", "--cell", folder / cell, "--reference", "truth", "--quiet")
        return json.loads(done.stdout)["mean_width_points"]
    assert width("one.yaml") > width("cell.yaml") + 1


def test_curve_of_another_temperature_is_believed_less(folder):
    (folder / "cold.yaml").write_text(
        (folder / "cell.yaml").read_text() + "ocv_temp_c: -10\n")
    (folder / "warm.yaml").write_text(
        (folder / "cell.yaml").read_text() + "ocv_temp_c: 24\n")
    write(folder / "temp.csv", (f"{t},{a},{v:.6f},25,{z:.6f}\n" for t, a, v, z in rows()),
          "time_s,current_a,voltage_v,temp_c,truth")
    def width(cell):
        done = soc(folder / "temp.csv", "--cell", folder / cell, "--reference", "truth", "--quiet")
        return json.loads(done.stdout)["mean_width_points"]
    assert width("cold.yaml") > width("warm.yaml") + 1


@pytest.mark.parametrize("header, lines, reason", [
    ("time_s,voltage_v", ["0,3.3\n"], ":1: column current_a is missing"),
    ("time_s,current_a", ["0,1\n"], ":1: column voltage_v is missing"),
    ("time_s,current_a,voltage_v", ["0,1,3.3\n", "1,one,3.3\n"], ":3: current_a: 'one' is no number"),
    ("time_s,current_a,voltage_v", ["0,1,3.3\n", "1,nan,3.3\n"], ":3: current_a: 'nan' is no number"),
    ("time_s,current_a,voltage_v", ["0,1,3.3\n", "1,,3.3\n"], ":3: current_a: '' is no number"),
    ("time_s,current_a,voltage_v", ["5,1,3.3\n", "4,1,3.3\n"], ":3: time_s: 4 comes after 5"),
    ("time_s,current_a,voltage_v", ["0,1,3.3\n", "1,1\n"], ":3: voltage_v is missing"),
    ("time_s,current_a,voltage_v,time_s", [], "column time_s stands here twice"),
    ("time_s,current_a,voltage_v", [], "there are no samples"),
])
def test_bad_log_is_refused_with_line_and_reason(folder, header, lines, reason):
    write(folder / "bad.csv", lines, header)
    done = soc(folder / "bad.csv", "--cell", folder / "cell.yaml", code=2)
    assert reason in done.stderr and "bad.csv" in done.stderr


def test_missing_reference_column_is_named(folder):
    done = soc(folder / "log.csv", "--cell", folder / "cell.yaml", "--reference", "wahr", code=2)
    assert "column wahr is missing" in done.stderr


@pytest.mark.parametrize("yaml, reason", [
    ("v_min: 2.5\nocv: ocv.csv\n", "capacity_ah: is missing"),
    ("capacity_ah: 100\n", "ocv: is missing"),
    ("capacity_ah: ten\nocv: ocv.csv\n", "capacity_ah: is no number"),
    ("capacity_ah: -5\nocv: ocv.csv\n", "is outside"),
    ("capacity_ah: 100\nv_min: 4\nv_max: 3\nocv: ocv.csv\n", "is not below v_max"),
    ("capacity_ah: 100\ncolour: red\nocv: ocv.csv\n", "colour"),
    ("capacity_ah: 100\nocv: none.csv\n", "none.csv: No such file"),
    ("capacity_ah: 100\nocv: short.csv\n", "at least 5 points"),
    ("capacity_ah: 100\nocv: falling.csv\n", ":3: soc has to rise"),
    ("capacity_ah: 100\nocv: log.csv\n", "column soc is missing"),
])
def test_bad_cell_file_is_refused(folder, yaml, reason):
    (folder / "short.csv").write_text("soc,ocv_v\n0,2.5\n1,3.4\n")
    (folder / "falling.csv").write_text("soc,ocv_v\n0.5,3.3\n0.4,3.2\n")
    (folder / "bad.yaml").write_text(yaml)
    done = soc(folder / "log.csv", "--cell", folder / "bad.yaml", code=2)
    assert reason in done.stderr


@pytest.mark.parametrize("arguments, reason", [
    (["--start", "120"], "--start '120'"),
    (["--start", "abc"], "--start 'abc'"),
    (["--start-error", "30"], "--start-error needs --reference"),
    (["--reference", "truth", "--start", "50", "--start-error", "30"], "exclude each other"),
    (["--settle", "-1"], "--settle"),
])
def test_bad_options_are_refused(folder, arguments, reason):
    done = soc(folder / "log.csv", "--cell", folder / "cell.yaml", *arguments, code=2)
    assert reason in done.stderr
