# SPDX-License-Identifier: Apache-2.0
# hearth sim as its user runs it: stories of the shipped scenarios, files it writes, an end by
# Ctrl-C, and scenarios that are refused with line and reason before anything runs.
import csv
import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

PROGRAM = os.environ["HEARTH"]
SCENARIOS = pathlib.Path(__file__).parents[2] / "scenarios"


def sim(*arguments, code=0):
    done = subprocess.run([PROGRAM, "sim", *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120)
    assert done.returncode == code, done.stderr
    return done


def play(scenario, folder, *arguments):
    """Events, summary and rows of a shipped scenario."""
    done = sim(SCENARIOS / f"{scenario}.yaml", "-o", folder, "--no-chart", *arguments)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    with open(folder / f"{scenario}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return said[:-1], said[-1], rows


def first(events, **members):
    for event in events:
        if all(event.get(name) == value for name, value in members.items()):
            return event["t"]
    raise AssertionError(f"no {members}")


def write(folder, text):
    path = folder / "x.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_scenario_is_well_formed(path):
    assert sim("--check", path).stdout == ""


def test_the_manual_ends_with_what_the_program_lists():
    manual = (SCENARIOS.parent / "docs" / "scenarios.md").read_text()
    assert manual.endswith("\n\n" + sim("--list").stdout)


def test_at_least_ten_scenarios_are_shipped():
    assert len(list(SCENARIOS.glob("*.yaml"))) >= 10


def test_a_day_leaves_rows_of_both_kinds_and_a_summary(tmp_path):
    events, summary, rows = play("day", tmp_path)
    assert summary["event"] == "end" and summary["t"] == 86400 and summary["steps"] == 86400
    assert len(rows) == summary["rows"] == 1440
    assert float(rows[-1]["time_s"]) == 86400
    for pack in summary["packs"]:
        assert abs(pack["soc_permille"] - pack["real_soc_permille"]) < 50
    lines = [json.loads(line) for line in open(tmp_path / "day.jsonl")]
    numbers = [line for line in lines if "event" not in line]
    assert len(numbers) == 1440 and len(lines) == 1440 + len(events)
    assert str(numbers[700]["bank.pack_mv"]) == rows[700]["bank.pack_mv"]
    assert max(int(row["world.solar_w"]) for row in rows) > 9000


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path):
    text = "duration: 1 h\npacks: 2\nseed: %d\nstart: {time: \"12:00\"}\n"
    seen = []
    for number, seed in enumerate([5, 5, 6]):
        folder = tmp_path / str(number)
        folder.mkdir()
        sim(write(folder, text % seed), "-o", folder, "--no-chart")
        seen.append((folder / "x.csv").read_bytes())
    assert seen[0] == seen[1] != seen[2]


def test_a_lost_slave_lowers_the_limits_and_a_lost_link_stops_the_inverter(tmp_path):
    events, _, rows = play("lost_slave", tmp_path)
    assert 120 < first(events, event="alarm", bank=True, alarm="pack_stale") < 123
    assert 240 < first(events, event="alarm_over", bank=True, alarm="pack_stale") < 250
    at = {float(row["time_s"]): row for row in rows}
    assert int(at[125]["bank.charge_limit_ma"]) < 0.7 * int(at[115]["bank.charge_limit_ma"])
    assert 360 < first(events, event="inverter", state="lost") < 380


def test_a_welded_switch_is_found_and_the_other_one_opens(tmp_path):
    events, _, _ = play("welded_mosfet", tmp_path)
    over = first(events, event="alarm", pack=0, alarm="cell_over_voltage")
    welded = first(events, event="alarm", pack=0, alarm="charge_mos")
    assert 900 < over <= welded < over + 5
    assert first(events, event="switch_opened", switch="discharge") <= welded + 1


def test_a_thermal_event_stops_the_bank(tmp_path):
    events, summary, rows = play("thermal_event", tmp_path)
    thermal = first(events, event="alarm", pack=2, alarm="thermal_event")
    assert first(events, event="alarm", bank=True, alarm="bank_stopped") <= thermal + 2
    assert "extinguisher" in summary["packs"][2]["alarms"]
    assert rows[-1]["bank.charge_limit_ma"] == rows[-1]["bank.discharge_limit_ma"] == "0"


def test_damaged_bursts_are_never_believed(tmp_path):
    _, _, rows = play("noisy_bus", tmp_path)
    for row in rows[5:]:
        if row["bank.pack_mv"]:
            assert 50000 < int(row["bank.pack_mv"]) < 56000, row
        if row["bank.soc_permille"]:
            assert 530 < int(row["bank.soc_permille"]) < 600, row
    fresh = {float(row["time_s"]): row["bank.pack_fresh_mask"] for row in rows}
    assert fresh[50] == fresh[595] == "15" and fresh[350] == "1"


def test_boards_come_back_from_a_power_cut(tmp_path):
    events, _, rows = play("power_cut", tmp_path)
    assert 120 < first(events, event="switch_opened", pack=1) < 121
    at = {float(row["time_s"]): row for row in rows}
    assert at[140]["pack1.soc_permille"] == "" and at[160]["pack1.soc_permille"] != ""
    assert at[315]["bank.soc_permille"] == ""
    drift = [abs(int(row["pack1.soc_permille"]) - int(row["real1.soc_permille"]))
             for row in rows if row["pack1.soc_permille"]]
    assert max(drift) < 30


def test_a_week_with_a_wrong_shunt_stays_within_the_interval(tmp_path):
    _, _, rows = play("home_week", tmp_path, "-q")
    real = [int(row["real0.soc_permille"]) for row in rows]
    shown = [int(row["pack0.soc_permille"]) for row in rows]
    errors = [abs(a - b) for a, b in zip(shown, real)]
    assert max(errors) <= 32 and (sum(e * e for e in errors) / len(errors)) ** 0.5 <= 16
    inside = [int(row["pack0.soc_low_permille"]) <= truth <= int(row["pack0.soc_high_permille"])
              for row, truth in zip(rows, real)]
    assert sum(inside) >= 0.95 * len(rows)
    steps = [abs(b - a) for a, b in zip(shown, shown[1:])]
    assert max(steps) <= 30  # in a minute, at up to 60 A: nothing jumps


def test_recorded_sun_and_household_are_taken_from_the_file(tmp_path):
    _, _, rows = play("recorded_day", tmp_path)
    with open(SCENARIOS / "recorded_day.csv", newline="") as file:
        recorded = list(csv.DictReader(file))
    for day in range(3):
        row = rows[day * 1440 + 12 * 60]
        assert row["world.load_w"] == recorded[48]["load_w"]
        assert row["world.solar_w"] == recorded[48]["solar_w"]


def test_a_chart_is_drawn_in_both_formats(tmp_path):
    path = write(tmp_path, "title: it's a test\nduration: 10 min\nstep: 1 s\n"
                           "events: [{at: 2 min, what: heat_w, pack: 0, value: 500}]\n")
    sim(path, "-o", tmp_path)
    text = (tmp_path / "x.svg").read_text()
    assert "it's a test" in text and "Heat into all cells" in text and "</svg>" in text
    sim(path, "-o", tmp_path, "--png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_without_gnuplot_the_record_is_complete_and_the_reason_is_said(tmp_path):
    path = write(tmp_path, "duration: 1 min\nrecord: {every: 10 s}\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to("/bin/sh")
    done = subprocess.run([PROGRAM, "sim", path, "-o", tmp_path], capture_output=True, text=True,
                          env={"PATH": str(tmp_path / "bin")}, timeout=60)
    assert done.returncode == 1 and "gnuplot is missing" in done.stderr
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 7


def test_control_c_leaves_complete_files(tmp_path):
    path = write(tmp_path, "duration: 3650 d\npacks: 1\nstep: 10 s\nrecord: {every: 10 s}\n")
    process = subprocess.Popen([PROGRAM, "sim", path, "-o", tmp_path], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    rows = tmp_path / "x.csv"
    deadline = time.monotonic() + 60
    while (not rows.exists() or rows.stat().st_size < 100000) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    summary = json.loads(said.splitlines()[-1])
    assert process.returncode == 1 and summary["event"] == "interrupted"
    lines = rows.read_text().split("\n")
    assert lines[-1] == "" and len(lines) == summary["rows"] + 2
    assert len({line.count(",") for line in lines[:-1]}) == 1
    assert float(lines[-2].split(",")[0]) == summary["t"]
    assert (tmp_path / "x.svg").read_text().rstrip().endswith("</svg>")


def test_progress_says_how_much_and_how_long(tmp_path):
    path = write(tmp_path, "duration: 3650 d\npacks: 4\n")
    leader, follower = os.openpty()
    process = subprocess.Popen([PROGRAM, "sim", path, "-o", tmp_path, "--no-chart"],
                               stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    said = b""
    while b" left" not in said:
        said += os.read(leader, 1000)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 1
    os.close(leader)
    assert b"% " in said and b"times real time" in said


BASE = "duration: 1 h\n"
EVENT = "packs: 2\nevents:\n  - "
REFUSED = {
    "unknown key": ("duration: 1 h\nduraton: 2 h\n", "2:1", "unknown key duraton"),
    "unknown key in a group": ("world:\n  sun: 3\n", "2:3", "unknown key world.sun"),
    "unknown key in an event": (BASE + EVENT + "{at: 1 s, when: 2 s}", "4:15", "unknown key when"),
    "a key twice": ("packs: 2\npacks: 3\n", "2:1", "twice"),
    "impossible value": ("packs: 17\n", "1:8", "from 1 to 16"),
    "text for a number": ("packs: three\n", "1:8", "whole number"),
    "no duration": ("duration: 10\n", "1:11", "duration is expected"),
    "too long a step": ("step: 2 min\n", "1:7", "10 ms to 60000 ms"),
    "a list for a value": ("packs: [1, 2]\n", "1:8", "single value"),
    "broken syntax": ("packs: [1\n", "2:1", ""),
    "a record out of step": ("step: 7 s\nrecord: {every: 10 s}\n", "", "multiple of step"),
    "more charges than packs": ("packs: 1\nstart: {soc_percent: [1, 2]}\n", "2:26", "more charges than packs"),
    "unknown setting": ("settings: {cell_ovp: 3}\n", "1:12", "no setting 'cell_ovp'"),
    "setting out of range": ("settings: {cell_ovp_mv: 9000}\n", "1:12", "whole number from"),
    "unknown brand": ("inverter: {brand: acme}\n", "1:19", "no inverter 'acme'"),
    "two languages": ("inverter: {brand: [deye, victron]}\n", "1:26", "victron hears"),
    "missing file": ("world: {csv: gone.csv}\n", "1:14", "No such file"),
    "repeat without a file": ("world: {repeat: 1 h}\n", "", "no world.csv"),
    "no such cell": ("cells:\n  - {pack: 0, cell: 17}\n", "2:21", "from 1 to 16"),
    "cell without pack": ("cells:\n  - {cell: 1}\n", "2:5", "pack and cell"),
    "cell of no pack": ("packs: 1\ncells:\n  - {pack: 1, cell: 1}\n", "3:5", "no pack 1"),
    "unknown fault": (BASE + EVENT + "{at: 1 s, what: fire}", "4:5", "no fault or action 'fire'"),
    "fault without time": (BASE + EVENT + "{what: heat_w, pack: 0}", "4:5", "at is missing"),
    "fault without pack": (BASE + EVENT + "{at: 1 s, what: heat_w}", "4:5", "pack is missing"),
    "fault without cell": (BASE + EVENT + "{at: 1 s, what: leak_ma, pack: 0}", "4:5", "cell is missing"),
    "fault with a cell": (BASE + EVENT + "{at: 1 s, what: heat_w, pack: 0, cell: 1}", "4:5", "no single cell"),
    "pack of the bus": (BASE + EVENT + "{at: 1 s, what: bus_short_mohm, pack: 0}", "4:5", "no single pack"),
    "action without value": (BASE + EVENT + "{at: 1 s, what: dip, pack: 0}", "4:5", "value is missing"),
    "fault after the end": (BASE + EVENT + "{at: 2 h, what: heat_w, pack: 0}", "4:5", "over before"),
    "bus fault in long steps": (BASE + EVENT + "{at: 1 s, what: rs485_echo}", "4:5", "10 ms"),
    "contradiction": (BASE + EVENT + "{at: 1 s, what: heater_stuck, pack: 0}\n  - "
                      "{at: 9 s, what: heater_dead, pack: 0}", "5:5", "opposite"),
    "unknown column": ("record: {columns: [bank.volts]}\n", "1:20", "no such number"),
    "column of no pack": ("record: {columns: [pack7.pack_mv]}\n", "1:20", "no such pack"),
    "column of nothing": ("record: {columns: [moon.load_w]}\n", "1:20", "world."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_scenario_is_refused_where_and_why(name, tmp_path):
    text, where, why = REFUSED[name]
    path = write(tmp_path, text)
    done = sim(path, "-o", tmp_path, code=2)
    assert f"{path}:{where}" in done.stderr and why in done.stderr, done.stderr
    assert done.stdout == "" and [file.name for file in tmp_path.iterdir()] == ["x.yaml"]


CSV_REFUSED = {
    "empty": ("", "0", "no header"),
    "no rows": ("time_s,load_w\n", "1", "no values"),
    "no time": ("load_w\n1\n", "1", "time_s is missing"),
    "only time": ("time_s\n1\n", "1", "needs one of"),
    "unknown column": ("time_s,watts\n0,1\n", "1", "unknown column 'watts'"),
    "column twice": ("time_s,load_w,load_w\n0,1,1\n", "1", "twice"),
    "text in numbers": ("time_s,load_w\n0,1\n60,many\n", "3", "'many' is no number"),
    "not a number": ("time_s,load_w\n0,nan\n", "2", "'nan' is no number"),
    "missing field": ("time_s,load_w\n0\n", "2", "load_w is missing"),
    "too many fields": ("time_s,load_w\n0,1,2\n", "2", "more fields"),
    "time goes back": ("time_s,load_w\n10,1\n5,2\n", "3", "have to rise"),
    "beyond the repeat": ("time_s,load_w\n0,1\n7200,2\n", "3", "beyond the time"),
}


@pytest.mark.parametrize("name", CSV_REFUSED)
def test_a_bad_profile_is_refused_where_and_why(name, tmp_path):
    text, line, why = CSV_REFUSED[name]
    (tmp_path / "p.csv").write_text(text)
    done = sim(write(tmp_path, "world: {csv: p.csv, repeat: 1 h}\n"), "-o", tmp_path, code=2)
    assert f"p.csv:{line}: " in done.stderr and why in done.stderr, done.stderr


def test_what_cannot_be_read_or_written_is_said(tmp_path):
    assert "No such file" in sim(tmp_path / "none.yaml", code=2).stderr
    path = write(tmp_path, BASE)
    assert "No such file" in sim(path, "-o", tmp_path / "nowhere", code=2).stderr
    assert "a scenario is expected" in sim(code=2).stderr
