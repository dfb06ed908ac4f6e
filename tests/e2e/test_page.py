# SPDX-License-Identifier: Apache-2.0
# The page of a running bank in headless Chromium: tests/web/*.mjs do the looking.
import os
import subprocess

from hearth import run_bank, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))


def look(script, page):
    done = subprocess.run(
        ["node", os.path.join(HERE, "..", "web", script)], timeout=280,
        env={**os.environ, "HEARTH_URL": "http://127.0.0.1:%d/" % page.port},
        capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_shows_three_packs_and_a_pulled_cable():
    program, page = run_bank()
    with program:
        # Limits rise slowly after the start; a fall is only seen once they are up.
        wait_for(lambda: page.get("/api/bank")["values"].get("discharge_limit_ma", 0) > 500000, 60)
        look("page.mjs", page)


def test_a_newcomer_tries_button_switches_settings_and_faults_by_hand():
    program, page = run_bank("--packs", "1")
    with program:
        look("plate.mjs", page)


def test_the_serial_ports_are_shown_and_changed_by_hand():
    program, page = run_bank("--packs", "2")
    with program:
        wait_for(lambda: page.get("/api/bank")["values"].get("pack_fresh_mask") == 3)
        look("ports.mjs", page)


def test_what_if_is_a_bank_in_the_browser():
    program, page = run_bank("--packs", "1")
    with program:
        look("whatif.mjs", page)
