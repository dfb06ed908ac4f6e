# SPDX-License-Identifier: Apache-2.0
# hearth set against hearth pack, and against a captured pack that is none of ours.
import json

import pytest

from packs import Pack, Stranger, hearth


@pytest.fixture
def url(tmp_path):
    with Pack(3, f"unix-listen:{tmp_path}/bus"):
        yield f"unix:{tmp_path}/bus"


@pytest.fixture
def password(tmp_path):
    """Writes a password file; gives its path."""
    def write(text="666666\n", mode=0o600):
        path = tmp_path / "password"
        path.write_text(text)
        path.chmod(mode)
        return str(path)
    return write


def change(url, *arguments):
    return hearth("set", url, "--address", "3", *arguments)


def settings(url, address="3"):
    done = hearth("get", url, "--address", address)
    assert done.returncode == 0, done.stderr
    found = {}
    for line in done.stdout.splitlines():
        block = json.loads(line)
        if block["message"] != "status":
            found.update(block["values"])
    return found


def test_numbers_switches_and_texts_are_set_and_read_back(url, password):
    before = settings(url)
    done = change(url, "--password-file", password(), "cell_ovp_mv=3640", "charge_enabled=false",
                  "contact_intermittent=1", "absorption_s=7200", "device_name=Cellar 2")
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "cell_ovp_mv: 3650 -> 3640 mV"
    assert "changed charge_enabled: 1 -> 0" in lines
    assert "changed device_name: 'Hearth' -> 'Cellar 2'" in lines
    assert len(lines) == 10
    after = settings(url)
    asked = {"cell_ovp_mv": 3640, "charge_enabled": False, "contact_intermittent": True,
             "absorption_s": 7200, "device_name": "Cellar 2"}
    counters = {name: after[name] for name in ("run_time_s", "start_count")}
    assert after == {**before, **asked, **counters}


def test_it_works_over_a_pty(tmp_path, password):
    with Pack(0, f"pty:{tmp_path}/pack"):
        done = hearth("set", f"serial:{tmp_path}/pack", "--password-file", password("1234\n"),
                      "user_data=by hand")
        assert done.returncode == 0, done.stderr
        assert settings(f"serial:{tmp_path}/pack", "0")["user_data"] == "by hand"


def test_without_password_nothing_changes_and_the_reason_is_told(url):
    before = settings(url)
    done = change(url, "cell_ovp_mv=3640", "device_name=Cellar")
    assert done.returncode == 1
    assert done.stdout.count("changed") == 0
    assert done.stderr.count("log in with --password-file") == 2
    assert settings(url)["cell_ovp_mv"] == before["cell_ovp_mv"]


def test_the_users_password_does_not_open_what_is_the_installers(url, password):
    done = change(url, "--password-file", password("1234\n"), "cell_ovp_mv=3640",
                  "device_name=Cellar")
    assert done.returncode == 1
    assert "changed device_name" in done.stdout
    assert "cell_ovp_mv is not 3640: no access with this password" in done.stderr


def test_a_wrong_password_ends_it(url, password):
    done = change(url, "--password-file", password("guess\n"), "device_name=Cellar")
    assert done.returncode == 1
    assert "the password is not accepted" in done.stderr
    assert settings(url)["device_name"] == "Hearth"


def test_dry_run_shows_the_difference_and_writes_nothing(url, password):
    done = change(url, "--dry-run", "--password-file", password(), "cell_ovp_mv=3640")
    assert done.returncode == 0
    assert done.stdout == "cell_ovp_mv: 3650 -> 3640 mV\n"
    assert settings(url)["cell_ovp_mv"] == 3650


def test_what_is_so_already_is_not_written(url):
    done = change(url, "cell_ovp_mv=3650")
    assert done.returncode == 0
    assert done.stdout == "cell_ovp_mv: 3650 -> 3650 mV\n"


@pytest.mark.parametrize("steps", [
    ["soc_full_mv=3580", "charge_request_mv=3600"],
    ["charge_request_mv=3600", "soc_full_mv=3580"],
    ["cell_uvp_mv=2850", "cell_uvp_release_mv=2950"],
])
def test_an_order_is_found_in_which_each_step_is_allowed(url, password, steps):
    path = password()
    first = change(url, "--password-file", path, "cell_uvp_release_mv=2800")
    assert first.returncode == 0, first.stderr
    done = change(url, "--password-file", path, *steps)
    assert done.returncode == 0, done.stderr
    after = settings(url)
    for step in steps:
        name, value = step.split("=")
        assert after[name] == int(value)


def test_a_conflict_that_no_order_solves_is_told_with_its_other_side(url, password):
    done = change(url, "--password-file", password(), "soc_full_mv=3600", "soc_empty_mv=2900")
    assert done.returncode == 1
    assert "changed soc_empty_mv: 2800 -> 2900 mV" in done.stdout
    assert ("soc_full_mv is not 3600: refused: out of range, or in conflict with another setting "
            "(soc_full_mv has to stay below charge_request_mv)") in done.stderr


def test_a_new_password_is_set_and_never_shown(url, password):
    done = change(url, "--password-file", password(), "device_password=kitchen7")
    assert done.returncode == 0, done.stderr
    assert "kitchen7" not in done.stdout + done.stderr
    done = change(url, "--password-file", password("kitchen7\n"), "device_name=Cellar")
    assert done.returncode == 0, done.stderr


def test_a_pack_of_another_maker_gets_single_writes_and_no_password(tmp_path, password):
    stranger = Stranger(tmp_path / "stranger")
    done = hearth("set", f"unix:{tmp_path}/stranger", "--address", "1", "--password-file",
                  password(), "cell_uvp_release_mv=2700", "cell_uvp_mv=2600", "device_name=Mine")
    assert "is not a Hearth pack, the password is not sent" in done.stderr
    assert [write[0] for write in stranger.writes] == [0x1004, 0x1008, 0x1428]
    assert stranger.writes[0][1] == (2600).to_bytes(4, "big")
    assert "changed cell_uvp_mv: 2580 -> 2600 mV" in done.stdout
    assert done.returncode == 1
    assert "device_name is not Mine: acknowledged, but not changed" in done.stderr


def test_a_setting_that_the_pack_does_not_have_stops_all(tmp_path):
    stranger = Stranger(tmp_path / "stranger")
    done = hearth("set", f"unix:{tmp_path}/stranger", "--address", "1",
                  "discharge_utp_ddegc=-100", "cell_uvp_mv=2600")
    assert done.returncode == 1
    assert "discharge_utp_ddegc: this pack does not have it" in done.stderr
    assert stranger.writes == []


def test_a_password_file_that_others_can_read_is_warned_of(url, password):
    done = change(url, "--password-file", password(mode=0o644), "user_data=x")
    assert done.returncode == 0
    assert "can be read by others" in done.stderr


@pytest.mark.parametrize("text", ["", "\n", "x" * 17 + "\n"])
def test_a_file_without_a_password_is_bad_usage(url, password, text):
    done = change(url, "--password-file", password(text), "user_data=x")
    assert done.returncode == 2
    assert "a password of 1 to 16 letters" in done.stderr


@pytest.mark.parametrize("arguments, told", [
    ([], "PORT is missing"),
    (["pty:a"], "NAME=VALUE is missing"),
    (["pty:a", "cell_ovp_mv"], "NAME=VALUE is expected"),
    (["pty:a", "cel_ovp=1"], "nearest are cell_ovp_mv"),
    (["pty:a", "name=1"], "device_name"),
    (["pty:a", "cell_ovp_mv=3751"], "from 1200 to 3750 mV"),
    (["pty:a", "cell_ovp_mv=3.6"], "a whole number"),
    (["pty:a", "charge_enabled=2"], "from 0 to 1"),
    (["pty:a", "cell_uvp_delay_ms=500"], "no register"),
    (["pty:a", "absorption_s=7300"], "7200 is the nearest"),
    (["pty:a", "serial_number=1"], "cannot be changed"),
    (["pty:a", "device_name=12345678901234567"], "at most 16 letters"),
    (["pty:a", "user_data=a", "user_data=b"], "is there twice"),
    (["pty:a", "--password-file", "/does/not/exist", "user_data=a"], "No such file"),
    (["fax:1", "user_data=a"], "unknown kind of port 'fax'"),
])
def test_bad_usage_exits_with_2(arguments, told):
    done = hearth("set", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert told in done.stderr
