# SPDX-License-Identifier: Apache-2.0
# hearth cable: what an installer reads at the terminal, and the same as JSON Lines.
import json
import os
import subprocess

import pytest

from hearth import run_bank


def cable(*arguments):
    return subprocess.run([os.environ["HEARTH"], "cable", *arguments],
                          capture_output=True, text=True, timeout=20)


def rows(*arguments):
    done = cable(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("brand", ["Growatt", "growatt", "GROWATT"])
def test_a_brand_with_swapped_pins_gets_a_warning_in_any_case(brand):
    done = cable(brand)
    assert done.returncode == 0
    assert "pack 5 -> inverter 4   CAN-H" in done.stdout
    assert "WARNING" in done.stdout
    assert "3 = RS232 TX" in done.stdout


def test_a_brand_without_known_pins_is_sent_to_its_manual():
    done = cable("deye")
    assert done.returncode == 0
    assert "Pins not known: see your inverter's manual" in done.stdout
    assert "Wires" not in done.stdout


def test_an_unknown_brand_gets_the_list_of_known_ones():
    done = cable("Acme")
    assert done.returncode == 2
    assert done.stdout == ""
    for brand in ("Growatt", "Victron", "SMA", "Voltronic"):
        assert brand in done.stderr


def test_json_says_the_same_as_the_text():
    can, rs485, service = rows("sol-ark")
    assert (can["bus"], rs485["bus"]) == ("can", "rs485")
    assert can["straight_fits"] is False and rs485["straight_fits"] is True
    assert {"signal": "CAN-L", "pack_pin": 4, "inverter_pin": 5, "colour": "blue"} in can["wires"]
    assert service["socket"] == "RS232"
    assert service["pins"].index("RS232 RX (receives)") == 3


@pytest.mark.parametrize("count", [2, 7, 16])
def test_parallel_packs_have_one_address_each(count):
    lines = rows("parallel", str(count))
    packs = [line for line in lines if "pack" in line]
    addresses = [sum(on << bit for bit, on in enumerate(pack["dip"])) for pack in packs]
    assert addresses == list(range(count))
    assert [pack["role"] for pack in packs] == ["host"] + ["slave"] * (count - 1)
    assert {"Address", "Chain", "Termination", "Power"} == {
        line["topic"] for line in lines if "topic" in line}
    text = cable("parallel", str(count)).stdout
    assert " - ".join(map(str, range(count))) + "\n" in text


@pytest.mark.parametrize("arguments", [
    ["parallel"], ["parallel", "1"], ["parallel", "17"], ["parallel", "-3"], ["parallel", "3x"],
    ["parallel", ""], ["parallel", "3", "4"], ["Growatt", "3"], [], ["--colour", "Growatt"]])
def test_a_bad_request_is_refused(arguments):
    done = cable(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("hearth cable: ")


def test_the_page_gets_all_of_it():
    program, page = run_bank("--packs", "1")
    with program:
        answer = page.get("/api/cable")
    assert answer["sockets"] == [row for brand in dict.fromkeys(
        row["brand"] for row in answer["sockets"]) for row in rows(brand)[:-1]]
    assert [pack["pack"] for pack in answer["packs"]] == list(range(16))
    assert len(answer["ports"]) == 4 and len(answer["advice"]) > 5


def test_the_page_draws_cables_and_parallel_packs():
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "web", "wiring.mjs")
    program, page = run_bank("--packs", "1")
    with program:
        done = subprocess.run(
            ["node", script], timeout=200, capture_output=True, text=True,
            env={**os.environ, "HEARTH_URL": "http://127.0.0.1:%d/" % page.port})
    assert done.returncode == 0, done.stdout + done.stderr
