# SPDX-License-Identifier: Apache-2.0
# The pick list: hearth protocols for people, as Markdown and as JSON Lines, and what the page gets.
import json
import os
import pathlib
import subprocess

import pytest

from hearth import run_bank, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))


def protocols(*arguments):
    return subprocess.run([os.environ["HEARTH"], "protocols", *arguments],
                          capture_output=True, text=True, timeout=20)


def rows():
    done = protocols("--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def cells(text, heading):
    """The rows of the Markdown table whose heading begins so, as lists of cells."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(heading))
    table = []
    for line in lines[start + 2:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line[1:-1].split(" | ")])
    return table


def test_the_table_is_aligned_and_not_too_wide():
    lines = protocols().stdout.splitlines()
    heading = lines[0]
    assert heading.split() == ["Brand", "Bus", "bit/s", "Protocol", "Menu", "of", "the", "inverter",
                               "Evidence", "Pins"]
    assert max(map(len, lines)) <= 120
    columns = [heading.index(word) for word in ("Bus", "bit/s", "Protocol", "Menu", "Evidence", "Pins")]
    brands = [line for line in lines[1:] if not line.startswith(" ")]
    assert len(brands) == len(rows())
    for line in brands:
        for column in columns[:-1]:
            assert line[column - 1] == " " and line[column] != " ", line


def test_people_are_warned_of_pins():
    text = protocols().stdout
    assert "swap CAN-H/CAN-L: hearth cable SMA\n" in text
    assert "other pins: hearth cable Victron\n" in text
    deye = next(line for line in text.splitlines() if line.startswith("Deye "))
    assert deye.endswith("pins not known")


def test_advice_stands_below_its_row():
    lines = protocols().stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("GoodWe "))
    assert lines[at + 1] == "    Tested by the pack's maker on GW5000-ES-20."


def test_layouts_have_a_title_and_an_evidence_and_no_brand():
    lines = protocols("--layouts").stdout.splitlines()
    assert lines[0].split() == ["Name", "Bus", "bit/s", "Evidence", "Official", "name"]
    pylon = next(line for line in lines if line.startswith("pylon_can "))
    assert pylon.split() == ["pylon_can", "can", "500000", "capture",
                             "CAN-Bus-protocol-PYLON-low-voltage-V1.2-20180408"]


def test_markdown_has_both_tables():
    text = protocols("--markdown").stdout
    layouts = {row[0]: row for row in cells(text, "| Name ")}
    brands = cells(text, "| Brand ")
    assert len(brands) == len(rows())
    assert all(len(row) == 9 for row in brands)
    assert all(len(row) == 5 for row in layouts.values())
    for row in brands:
        if row[3] != "-":
            less = {"deye_can:pylon": "document"}
            assert row[6] == less.get(row[3], layouts[row[3].split(":")[0]][3]), row
    only = protocols("--markdown", "--layouts").stdout
    assert "| Brand " not in only and len(cells(only, "| Name ")) == len(layouts)


def test_every_pin_cell_says_something():
    for row in cells(protocols("--markdown").stdout, "| Brand "):
        assert row[7], row
    pylon = [row for row in cells(protocols("--markdown").stdout, "| Brand ")
             if row[:2] == ["Pylontech", "rs485"]]
    assert pylon and all(row[7] == "straight cable" for row in pylon)


def test_the_tables_in_the_docs_are_those_of_the_program():
    root = pathlib.Path(HERE).parents[1]
    assert (root / "docs" / "brands.md").read_text() == protocols("--markdown").stdout, \
        "make it anew: hearth protocols --markdown > docs/brands.md"
    assert protocols("--markdown", "--layouts").stdout in (root / "README.md").read_text(), \
        "the README has another table than hearth protocols --markdown --layouts"


def test_json_lines_say_the_same():
    growatt = next(row for row in rows() if row["brand"] == "Growatt")
    assert growatt["use"] == "growatt_can:rev05"
    assert (growatt["bus"], growatt["bitrate"], growatt["number"]) == ("can", 500000, 3)
    assert growatt["pin_warning"] == "swap CAN-H/CAN-L: hearth cable Growatt"
    voltronic = next(row for row in rows() if row["brand"] == "Voltronic")
    assert "number" not in voltronic and "RS485" in voltronic["advice"]


@pytest.mark.parametrize("arguments", [["Growatt"], ["--layouts", "--json"], ["--colour"]])
def test_a_bad_request_is_refused(arguments):
    done = protocols(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("hearth protocols: ")


def test_the_page_gets_the_same_rows():
    program, page = run_bank("--packs", "1")
    with program:
        assert page.get("/api/brands") == {"brands": rows()}


def test_an_owner_picks_a_brand_on_the_page():
    program, page = run_bank("--packs", "1")
    with program:
        done = subprocess.run(
            ["node", os.path.join(HERE, "..", "web", "brand.mjs")], timeout=200,
            capture_output=True, text=True,
            env={**os.environ, "HEARTH_URL": "http://127.0.0.1:%d/" % page.port})
        assert done.returncode == 0, done.stdout + done.stderr
        sma = next(row for row in rows() if row["brand"] == "SMA")
        wait_for(lambda: page.get("/api/packs/0")["params"]["can_protocol"] == sma["number"])
