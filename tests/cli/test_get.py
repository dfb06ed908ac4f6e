# SPDX-License-Identifier: Apache-2.0
# hearth get against hearth pack, on a socket and on a pseudo terminal.
import json
import signal
import subprocess
import time

import pytest

from packs import HEARTH, Pack, hearth


def get(*arguments):
    return hearth("get", *arguments)


def check_answer(done, address):
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    blocks = [json.loads(line) for line in done.stdout.splitlines()]
    assert [block["message"] for block in blocks] == ["info", "settings", "status"]
    assert all(block["pack"] == address for block in blocks)
    info, settings, status = (block["values"] for block in blocks)
    assert info["serial_number"] and not any("password" in name for name in info
                                             if name.endswith("_password"))
    assert settings["cell_ovp_mv"] == 3650 and settings["cell_uvp_mv"] == 2700
    assert status["cell_count"] == 16 and len(status["cell_mv"]) == 16
    assert 3000 < min(status["cell_mv"]) <= max(status["cell_mv"]) < 3600
    assert status["soc_permille"] in range(480, 521)


def test_get_reads_all_blocks_over_tcp():
    with Pack(3, "tcp-listen:0") as pack:
        url = pack.url.replace("tcp-listen:", "tcp:")
        check_answer(get(url, "--address", "3", "--json"), 3)


def test_get_reads_all_blocks_over_a_pty_again_and_again(tmp_path):
    with Pack(0, f"pty:{tmp_path}/pack"):
        for _ in range(2):
            check_answer(get(f"serial:{tmp_path}/pack"), 0)


def test_wrong_address_gets_no_answer(tmp_path):
    with Pack(3, f"unix-listen:{tmp_path}/bus"):
        done = get(f"unix:{tmp_path}/bus", "--address", "4")
    assert done.returncode == 1 and done.stdout == ""
    assert "address 4: no answer" in done.stderr


def test_ctrl_c_ends_the_waiting(tmp_path):
    with Pack(3, f"unix-listen:{tmp_path}/bus"):
        process = subprocess.Popen([HEARTH, "get", f"unix:{tmp_path}/bus", "--address", "4"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=2)
        assert process.returncode == 1 and out == ""
        assert "interrupted" in error


def test_missing_connection_is_told(tmp_path):
    done = get(f"unix:{tmp_path}/bus")
    assert done.returncode == 1 and done.stdout == ""
    assert "no connection (No such file or directory)" in done.stderr


@pytest.mark.parametrize("arguments, told", [
    ([], "PORT is missing"),
    (["pty:a", "pty:b"], "'pty:b' is too many"),
    (["fax:1"], "unknown kind of port 'fax'"),
    (["serial:/dev/does-not-exist"], "cannot open '/dev/does-not-exist'"),
    (["pty:a", "--address", "16"], "from 0 to 15"),
])
def test_bad_usage_exits_with_2(arguments, told):
    done = get(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert told in done.stderr
