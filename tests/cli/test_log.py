# SPDX-License-Identifier: Apache-2.0
# hearth log against hearth pack.
import json
import time

from packs import Pack, Stranger, hearth, write


def log_with(word, *arguments):
    """Asks until a word is in the log."""
    for _ in range(100):
        done = hearth("log", *arguments)
        if word in done.stdout:
            break
        time.sleep(0.1)
    return done


def log_of_a_started_pack(*arguments):
    return log_with("started", *arguments)


def test_the_log_shows_the_start_of_a_pack(tmp_path):
    with Pack(3, f"pty:{tmp_path}/pack"):
        done = log_of_a_started_pack(f"serial:{tmp_path}/pack", "--address", "3", "--json")
        assert done.returncode == 0, done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert events[0]["pack"] == 3
        assert [event["name"] for event in events].count("started") == 1
        assert all(event["code"] > 0 and event["time_s"] < 60 for event in events)


def test_the_table_has_time_code_and_event(tmp_path):
    with Pack(0, f"unix-listen:{tmp_path}/bus"):
        done = log_of_a_started_pack(f"unix:{tmp_path}/bus")
        assert done.returncode == 0 and done.stderr == ""
        head, *lines = done.stdout.splitlines()
        assert head.split() == ["run", "time", "date", "code", "event"]
        assert ["-", "01", "started"] in [line.split()[3:] for line in lines]


def test_a_pack_whose_clock_is_set_tells_dates(tmp_path):
    with Pack(0, f"unix-listen:{tmp_path}/bus"):
        url = f"unix:{tmp_path}/bus"
        log_of_a_started_pack(url)
        write(tmp_path / "bus", 0x1680, b"1234".ljust(16, b"\0"))
        write(tmp_path / "bus", 0x1612, (86400 + 3600).to_bytes(4, "big"))
        done = log_with("2020-01-02", url, "--json")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert events[-1]["name"] == "clock_set"
        assert events[-1]["date"].startswith("2020-01-02 01:00:0")
        assert "2020-01-02 00:59:50" < events[0]["date"] <= "2020-01-02 01:00:00"
        assert " 2020-01-02 01:00:0" in hearth("log", url).stdout.splitlines()[-1]


def test_a_switch_that_was_set_is_in_the_log(tmp_path):
    password = tmp_path / "password"
    password.write_text("1234\n")
    password.chmod(0o600)
    with Pack(0, f"unix-listen:{tmp_path}/bus"):
        url = f"unix:{tmp_path}/bus"
        log_of_a_started_pack(url)
        done = hearth("set", url, "--password-file", str(password), "discharge_enabled=0")
        assert done.returncode == 0, done.stderr
        done = hearth("log", url, "--json")
        names = [json.loads(line)["name"] for line in done.stdout.splitlines()]
        assert names[0] == "started" and names[-1] == "discharge_off_by_rs485"


def test_a_pack_that_does_not_understand_is_told(tmp_path):
    with Pack(3, f"unix-listen:{tmp_path}/bus"):
        done = hearth("log", f"unix:{tmp_path}/bus")
        assert done.returncode == 1 and done.stdout == ""
        assert "address 0: no answer" in done.stderr
    Stranger(tmp_path / "stranger")
    done = hearth("log", f"unix:{tmp_path}/stranger", "--address", "1")
    assert done.returncode == 1 and "broken answers only" in done.stderr


def test_bad_usage_exits_with_2():
    assert hearth("log").returncode == 2
    assert "too many" in hearth("log", "pty:a", "pty:b").stderr
