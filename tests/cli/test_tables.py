# SPDX-License-Identifier: Apache-2.0
"""hearth decode, describe, protocols, params, alarms: what they print and how they end."""
import json
import os
import pathlib
import subprocess

import pytest

HEARTH = os.environ["HEARTH"]
LOGS = pathlib.Path(__file__).parent.parent / "protocols"


def hearth(*arguments, text=""):
    return subprocess.run([HEARTH, *arguments], input=text, capture_output=True, text=True, timeout=20)


def unique(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), names
    return dict(pairs)


def decode(protocol, text):
    done = hearth("decode", protocol, "-", text=text)
    objects = [json.loads(line, object_pairs_hook=unique) for line in done.stdout.splitlines()]
    return done.returncode, objects, done.stderr


def protocol_of(log):
    return log.read_text().split("# protocol:", 1)[1].split("\n", 1)[0].strip()


def test_a_frame_becomes_one_object_with_fixed_names():
    code, objects, _ = decode("pylon_can", "(12.345678) can0 351#1402740E740ECC01\n")
    assert code == 0
    assert objects == [{
        "t": 12.345678, "from": "battery", "message": "limits", "id": "351",
        "values": {"charge_limit_mv": 53200, "charge_limit_ma": 370000,
                   "discharge_limit_mv": 46000, "discharge_limit_ma": 370000}}]


def test_unknown_identifiers_are_no_error():
    code, objects, _ = decode("pylon_can", "(1.0) can0 123#00\n(1.0) can0 00000351#4002E803DC05\n")
    assert code == 0
    assert [o["message"] for o in objects] == ["unknown", "unknown"]


def test_broken_traffic_is_an_object_and_the_rest_goes_on():
    code, objects, _ = decode("pylon_can", "(1.0) can0 351#40\n(2.0) can0 355#1A006400\n")
    assert code == 1
    assert objects[0]["error"] and objects[0]["bytes"] == "40"
    assert objects[1]["values"]["soc_permille"] == 260


def test_a_line_that_is_no_traffic_is_named_with_its_place():
    code, objects, errors = decode("pylon_can", "# a comment\n(1.0) can0 351#R\n(2.0) can0 355#1A006400\n")
    assert code == 2
    assert errors.startswith("-:2:16: ")
    assert len(objects) == 1


def test_traffic_of_the_other_kind_of_bus_is_refused():
    code, objects, errors = decode("pylon_can", "(1.0) rs485 > 01 03\n")
    assert (code, objects) == (2, [])
    assert errors.startswith("-:1:")


@pytest.mark.parametrize("log", sorted(LOGS.glob("*.log")), ids=lambda log: log.name)
def test_every_log_gives_proper_json(log):
    done = hearth("decode", protocol_of(log), str(log))
    assert done.returncode in (0, 1), done.stderr
    objects = [json.loads(line, object_pairs_hook=unique) for line in done.stdout.splitlines()]
    assert objects
    assert (done.returncode == 1) == any("error" in o for o in objects)


@pytest.mark.parametrize("arguments", [
    ["decode"], ["decode", "pylon_can"], ["decode", "nothing", "-"], ["decode", "pylon_can", "/nowhere"],
    ["decode", "pylon_can", "-", "more"], ["describe"], ["describe", "nothing"],
    ["describe", "pylon_can", "--format", "xml"], ["protocols", "more"], ["params", "--preset", "1"],
    ["params", "more"], ["alarms", "more"], ["nothing"], []])
def test_bad_usage_is_said_and_ends_with_2(arguments):
    done = hearth(*arguments)
    assert done.returncode == 2
    assert done.stderr and not done.stdout


def test_help_lists_every_subcommand():
    done = hearth("--help")
    assert done.returncode == 0
    for name in ("run", "pack", "get", "decode", "describe", "protocols", "params", "alarms"):
        assert f"\n  {name} " in done.stdout


def test_json_description_has_every_frame_of_the_protocol():
    described = json.loads(hearth("describe", "pylon_can", "--format", "json").stdout)
    frames = {m["id"]: m for m in described["messages"]}
    assert list(frames) == [0x351, 0x355, 0x356, 0x359, 0x35C, 0x35E, 0x370, 0x371, 0x305]
    assert frames[0x351]["fields"][0] == {
        "value": "charge_limit_mv", "byte": 0, "type": "U16LE", "unit": "mV", "num": 1, "den": 100,
        "offset": 0, "rounding": "down", "required": True}


def test_dbc_has_each_message_and_each_signal_once():
    text = hearth("describe", "pylon_can", "--format", "dbc").stdout
    assert "BO_ 849 limits: 8 Battery" in text
    assert ' SG_ charge_limit_ma : 16|16@1- (100,0) [0|0] "mA" Vector__XXX' in text
    for block in text.split("BO_ ")[1:]:
        names = [line.split()[1] for line in block.splitlines() if line.startswith(" SG_ ")]
        assert len(names) == len(set(names)), names


def test_markdown_description_is_the_default():
    done = hearth("describe", "pylon_can")
    assert "| 0 | U16LE | charge_limit_mv | mV | x 1 / 100 + 0 | down | not sent |" in done.stdout


def test_protocols_name_their_evidence():
    rows = hearth("protocols", "--markdown", "--layouts").stdout.splitlines()[2:]
    assert len(rows) >= 3
    for row in rows:
        assert row.split(" | ")[3] in ("capture", "document", "implementation", "unverified")


@pytest.mark.parametrize("arguments, capacity", [([], "314000"), (["--preset", "320"], "320000"),
                                                 (["--preset", "314"], "314000")])
def test_params_follow_the_preset(arguments, capacity):
    rows = hearth("params", *arguments).stdout.splitlines()
    assert [row.split()[1] for row in rows if row.startswith("nominal_mah ")] == [capacity]


def test_params_show_no_password():
    assert "666666" not in hearth("params").stdout


def test_the_alarm_matrix_says_what_stops_and_what_is_sent():
    rows = hearth("alarms", "--matrix").stdout.splitlines()
    row = next(row for row in rows if row.startswith("| cell_over_voltage |"))
    assert row == "| cell_over_voltage | protection | charge | yes | 4 | 4 |"
    names = [line.split(":")[0] for line in hearth("alarms").stdout.splitlines()
             if line and not line.startswith(" ")]
    assert [name for name in names if f"| {name} |" not in "\n".join(rows)] == []


def test_an_alarm_is_printed_with_all_that_its_tables_say():
    text = hearth("alarms").stdout
    start = text.index("\ncell_over_voltage: Cell over-voltage\n")
    rows = text[start:].splitlines()[1:6]
    assert rows[1] == "    protection; LED ALM; contact sources 4 10; JK bit 4; event 0x11, over 0x12"
    assert rows[2] == "    cell_ov               acts    highest cell"
    assert rows[3] == ("        trip >= 3.65 V after 1.0 s; release < 3.45 V for 10.0 s and more; "
                       "opens charge")
    assert "discharge_oc3" in text and "trip >= 350.0 A after 0.1 s" in text
    assert "trip >= 3.80 V after 0.2 s" in text and "by installer" in text


@pytest.mark.parametrize("model, weight", [("standing", "119 kg"), ("lying", "138 kg")])
def test_the_two_models_of_the_manual_are_presets(model, weight):
    rows = hearth("params", "--preset", model).stdout.splitlines()
    assert rows[0].startswith(f"# preset {model}: {model} model") and rows[0].endswith(weight)
    assert [row.split()[1] for row in rows if row.startswith("nominal_mah ")] == ["320000"]
