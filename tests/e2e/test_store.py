# SPDX-License-Identifier: Apache-2.0
# Virtual packs whose memory lies in files: what outlives a kill, a shut-down and bit rot, and what
# is refused.
import http.client
import json
import subprocess

import pytest
from pymodbus.client import ModbusSerialClient

from hearth import PROGRAM, Hearth, run_bank, wait_for

FILE_SIZE = 256 * 1024
PAGE_SIZE = 4096
ON = 2  # power_state


@pytest.fixture
def port(tmp_path):
    return str(tmp_path / "rs485")


@pytest.fixture
def store(tmp_path):
    return tmp_path / "pack.flash"


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text("666666\n")
    path.chmod(0o600)
    return str(path)


def start(port, store, *more):
    program = Hearth("pack", "--rs485-1", "pty:" + port, "--store", str(store), *more)
    assert program.expect("memory: (.*)").group(1) == str(store)
    program.expect("RS485-1: ")
    return program


def kill(program):
    program.process.kill()
    program.process.wait()


def hearth(*arguments, folder=None):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                          cwd=folder)


def ask(subcommand, port, *more):
    done = hearth(subcommand, "serial:" + port, *more)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def values(port):
    return {name: value for block in ask("get", port) for name, value in block["values"].items()}


def values_with(port, **wanted):
    """All values, as soon as these have come."""
    def look():
        now = values(port)
        return now.items() >= wanted.items() and now
    return wait_for(look)


def log(port):
    return [(event["time_s"], event["name"]) for event in ask("log", port, "--json")]


def change(port, password, *assignments):
    done = hearth("set", "serial:" + port, "--password-file", password, *assignments)
    assert done.returncode == 0, done.stderr


def test_settings_charge_counters_and_events_outlive_a_kill(port, store, password):
    program = start(port, store, "--soc", "80")
    before = values_with(port, charge_on=True)
    assert before["soc_permille"] == 800 and before["start_count"] == 1
    change(port, password, "device_name=Cellar 2", "cell_ovp_mv=3640", "discharge_enabled=0")
    log_before = log(port)
    kill(program)

    program = start(port, store, "--soc", "20")
    with program:
        after = values_with(port, charge_on=True)
        log_after = log(port)
    assert after["device_name"] == "Cellar 2" and after["cell_ovp_mv"] == 3640
    assert after["discharge_enabled"] is False and after["discharge_on"] is False
    assert after["start_count"] == 2
    assert after["run_time_s"] >= log_before[-1][0]
    assert abs(after["remaining_mah"] - before["remaining_mah"]) < 500
    assert log_after[:len(log_before)] == log_before
    assert [name for _, name in log_after].count("started") == 2
    assert log_after[-1][0] >= log_before[-1][0]


def test_the_cells_hold_what_the_pack_remembers(port, store):
    with start(port, store, "--soc", "96"):
        full = values_with(port, charge_on=True)
    with start(port, store, "--soc", "4"):
        again = values_with(port, charge_on=True)
    with start(port, store.with_name("empty.flash"), "--soc", "4"):
        empty = values_with(port, charge_on=True)
    assert abs(again["cell_mean_mv"] - full["cell_mean_mv"]) < 20
    assert again["cell_mean_mv"] - empty["cell_mean_mv"] > 100


def test_what_the_file_holds_wins_over_the_preset(port, store):
    with start(port, store, "--preset", "standing", "--soc", "50"):
        assert values_with(port, charge_on=True)["full_mah"] == 320000
    with start(port, store, "--preset", "314", "--soc", "10"):
        after = values_with(port, charge_on=True)
    assert after["nominal_mah"] == after["full_mah"] == 320000
    assert after["soc_permille"] == 500


def shut_down(port):
    with ModbusSerialClient(port=port, baudrate=115200, timeout=2) as client:
        assert client.connect()
        password = [0x3132, 0x3334, 0, 0, 0, 0, 0, 0]
        assert not client.write_registers(0x1680, password, slave=0).isError()
        assert not client.write_registers(0x1604, [1], slave=0).isError()


def is_silent(port):
    done = hearth("get", "serial:" + port)
    return done.returncode == 1 and "no answer" in done.stderr


def test_a_pack_that_was_switched_off_stays_off_until_its_button_is_pressed(port, store):
    with start(port, store):
        values_with(port, charge_on=True)
        shut_down(port)
        wait_for(lambda: is_silent(port))
    with start(port, store) as program:
        assert "switched off; --on presses its button" in program.said
        assert is_silent(port)
    with start(port, store, "--on") as program:
        assert "switched off; its button is pressed now" in program.said
        assert values_with(port, charge_on=True)["start_count"] == 3
        assert [name for _, name in log(port)].count("shut_down_by_rs485") == 1
    with start(port, store, "--on") as program:
        assert not [line for line in program.said if "switched off" in line]
        values_with(port, charge_on=True)


def rot(store, copies):
    """A bit tips over in copies of the settings, one in each of the first two pages."""
    memory = bytearray(store.read_bytes())
    for page in copies:
        at = memory.index(b"Hearth", page * PAGE_SIZE, (page + 1) * PAGE_SIZE)
        memory[at] ^= 0x04
    store.write_bytes(memory)


def test_settings_that_are_lost_keep_the_pack_blocked(port, store, password):
    with start(port, store):
        values_with(port, charge_on=True)
        change(port, password, "cell_ovp_mv=3640")
    rot(store, (0, 1))
    with start(port, store):
        wait_for(lambda: len(values(port).get("cell_mv", [])) == 16)
        now = values_with(port, cell_ovp_mv=3650, charge_allowed=False, discharge_allowed=False)
        assert now["charge_on"] is False and now["discharge_on"] is False


def test_one_rotten_copy_costs_nothing(port, store, password):
    with start(port, store):
        values_with(port, charge_on=True)
        change(port, password, "cell_ovp_mv=3640")
    rot(store, (1,))
    for _ in range(2):
        with start(port, store):
            values_with(port, charge_on=True, cell_ovp_mv=3640)
    rot(store, (0, 1))  # the copy has been written anew, else there would be nothing to rot


def events(page, pack):
    return [event["words"] for event in page.get("/api/packs/%d/events" % pack)["events"]]


def order(page, command, cookie=None, **more):
    """A command to pack 1 that is done at once; returns the cookie of the session."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=30)
    headers = {"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {})}
    connection.request("POST", "/api/commands",
                       json.dumps({"command": command, "pack": 1, **more}), headers)
    answer = connection.getresponse()
    assert json.loads(answer.read())["state"] == "done"
    return (answer.headers["Set-Cookie"] or "").split(";")[0]


def pack_of(page, number, power_state):
    """Values of a pack, as soon as it is in this state of power."""
    def look():
        found = page.get("/api/packs")[number]["values"]
        return found.get("power_state") == power_state and found
    return wait_for(look)


@pytest.fixture
def bank(tmp_path):
    """Starts `hearth run` with its memories in a folder."""
    folder = tmp_path / "bank"

    def start_bank():
        program, page = run_bank("--store", str(folder))
        assert program.expect("Memories of the packs: (.*)").group(1) == str(folder)
        return program, page
    start_bank.folder = folder
    return start_bank


def test_a_bank_keeps_its_packs(bank):
    program, page = bank()
    with program:
        before = [pack_of(page, i, ON) for i in range(3)]
    files = sorted(bank.folder.iterdir())
    assert [file.name for file in files] == ["pack-%02d.flash" % i for i in range(3)]
    assert all(file.stat().st_size == FILE_SIZE for file in files)

    program, page = bank()
    with program:
        for i in range(3):
            after = pack_of(page, i, ON)
            assert after["start_count"] == 2
            assert abs(after["remaining_mah"] - before[i]["remaining_mah"]) < 500
            assert not [words for words in events(page, i) if words.startswith("Memory")]


def test_lost_settings_are_an_alarm_and_an_event_until_the_installer_confirms(bank):
    program, page = bank()
    with program:
        pack_of(page, 1, ON)
    rot(bank.folder / "pack-01.flash", (0, 1))

    program, page = bank()
    with program:
        pack_of(page, 0, ON)
        wait_for(lambda: "internal" in page.get("/api/packs")[1]["values"]["alarms"])
        lost = page.get("/api/packs")[1]["values"]
        assert lost["charge_allowed"] is False and lost["discharge_allowed"] is False
        assert "Memory: settings are lost and must be confirmed" in events(page, 1)
        cookie = order(page, "login", password="666666")
        order(page, "release", cookie)
        pack_of(page, 1, ON)

    program, page = bank()
    with program:
        assert "internal" not in pack_of(page, 1, ON)["alarms"]
        words = events(page, 1)
        assert len([text for text in words if text.startswith("Memory")]) == 1


def refused(folder, *arguments):
    done = hearth(*arguments, folder=folder)
    assert done.returncode == 2 and done.stdout == ""
    return done.stderr


def test_the_second_user_of_a_file_is_refused(port, tmp_path):
    with start(port, tmp_path / "pack-02.flash"):
        one = refused(tmp_path, "pack", "--store", "pack-02.flash")
        assert one == "hearth pack: 'pack-02.flash' is in use by another process\n"
        three = refused(tmp_path, "run", "--port", "0", "--store", ".")
        assert three == "hearth run: './pack-02.flash' is in use by another process\n"
        values_with(port, charge_on=True)


@pytest.mark.parametrize("store, reason", [
    ("letter", "'letter' has 9 bytes, not %d" % FILE_SIZE),
    (".", "cannot open '.': Is a directory"),
    ("none/file", "cannot open 'none/file': No such file or directory"),
])
def test_what_is_no_memory_of_a_pack_is_refused_and_left_alone(tmp_path, store, reason):
    letter = tmp_path / "letter"
    letter.write_text("Dear Anna")
    assert reason in refused(tmp_path, "pack", "--store", store)
    assert letter.read_text() == "Dear Anna" and list(tmp_path.iterdir()) == [letter]


@pytest.mark.parametrize("store, reason", [
    ("letter", "cannot open 'letter/pack-00.flash': Not a directory"),
    ("none/deep", "cannot make the directory 'none/deep': No such file or directory"),
    ("x" * 128, "--store '%s': at most 127 characters are expected" % ("x" * 128)),
])
def test_a_bank_needs_a_folder(tmp_path, store, reason):
    (tmp_path / "letter").write_text("Dear Anna")
    assert reason in refused(tmp_path, "run", "--port", "0", "--store", store)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_folder_may_stand_in_the_configuration(tmp_path):
    (tmp_path / "site.yaml").write_text("packs: 1\nstore: none/deep\n")
    assert "'none/deep'" in refused(tmp_path, "run", "-c", "site.yaml")


def test_the_memory_itself_tells_every_event_whole(port, store, password):
    program = start(port, store)
    values_with(port, charge_on=True)
    change(port, password, "cell_ovp_mv=3640")
    refused = hearth("log", f"store:{store}")
    assert refused.returncode == 2 and str(store)[-20:] in refused.stderr
    kill(program)

    events = [json.loads(line) for line in hearth("log", f"store:{store}", "--json").stdout.splitlines()]
    setting = next(event for event in events if event["kind"] == "setting")
    assert (setting["value"], setting["before"], setting["unit"]) == (3640, 3650, "mV")
    assert setting["by"]
    alarm = next(event for event in events if event["kind"] == "alarm_set")
    assert alarm["alarm"] == "password_not_changed" and alarm["rule"] == "passwords"
    text = hearth("log", f"store:{store}").stdout
    assert "Setting: Cell over-voltage (3.64 V, was 3.65 V, by " in text


def test_a_memory_that_is_not_there_is_not_made(tmp_path):
    done = hearth("log", f"store:{tmp_path}/none.flash")
    assert done.returncode == 2 and "none.flash" in done.stderr
    assert not (tmp_path / "none.flash").exists()
