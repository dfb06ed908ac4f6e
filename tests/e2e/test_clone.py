# SPDX-License-Identifier: Apache-2.0
# hearth clone between two packs on serial lines: difference first, nothing without the password, then
# equal settings, read back; what makes a pack itself stays.
import json
import subprocess

import pytest

from hearth import PROGRAM, Hearth

CHANGED = {"cell_ovp_mv": 3640, "balance_trigger_mv": 12, "nominal_mah": 320000}


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], text=True, capture_output=True, timeout=60)


def settings(port, dip):
    done = run("get", f"serial:{port}", "--address", str(dip))
    assert done.returncode == 0, done.stderr
    blocks = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: value for block in blocks if block["message"] == "settings"
            for name, value in block["values"].items()}


@pytest.fixture
def packs(tmp_path):
    ports = [str(tmp_path / name) for name in ("source", "target")]
    password = tmp_path / "password"
    password.write_text("666666\n")
    password.chmod(0o600)
    source = Hearth("pack", "--dip", "1", "--rs485-1", "pty:" + ports[0])
    target = Hearth("pack", "--dip", "2", "--rs485-1", "pty:" + ports[1])
    with source, target:
        source.expect("RS485-1: ")
        target.expect("RS485-1: ")
        done = run("set", f"serial:{ports[0]}", "--address", "1", "--password-file", str(password),
                   "device_name=Source", *(f"{name}={value}" for name, value in CHANGED.items()))
        assert done.returncode == 0, done.stderr
        yield *ports, str(password)


def clone(packs, *arguments):
    return run("clone", f"serial:{packs[0]}", f"serial:{packs[1]}", "--from", "1", "--address",
               "2", *arguments)


def test_a_pack_gets_the_settings_of_another_one(packs):
    before = settings(packs[1], 2)
    plan = clone(packs, "--dry-run")
    assert plan.returncode == 0
    assert sorted(plan.stdout.splitlines()) == [
        "balance_trigger_mv: 10 -> 12 mV", "cell_ovp_mv: 3650 -> 3640 mV",
        "nominal_mah: 314000 -> 320000 mAh"]
    assert settings(packs[1], 2) == before

    refused = clone(packs)
    assert refused.returncode == 1 and refused.stderr.count("log in with --password-file") == 3
    assert settings(packs[1], 2) == before

    done = clone(packs, "--password-file", packs[2])
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("changed ") == 3
    assert settings(packs[1], 2) == before | CHANGED

    again = clone(packs, "--password-file", packs[2])
    assert (again.returncode, again.stdout) == (0, "nothing differs\n")


def test_without_a_source_nothing_is_written(packs):
    before = settings(packs[1], 2)
    done = run("clone", f"serial:{packs[0]}", f"serial:{packs[1]}", "--from", "7", "--address", "2",
               "--password-file", packs[2])
    assert done.returncode == 1 and "address 7: no answer" in done.stderr
    assert settings(packs[1], 2) == before


def test_bad_use_is_told():
    done = run("clone", "pty:only")
    assert done.returncode == 2 and "SOURCE and PORT are needed" in done.stderr
