# SPDX-License-Identifier: Apache-2.0
# hearth run: independent clients on its ports, and how it ends.
import re
import socket
import subprocess
import time

import can

from hearth import PROGRAM, Hearth, Page, free_port, run_bank, wait_for


def ready(page):
    return wait_for(lambda: (b := page.get("/api/bank")["values"]).get("pack_fresh_mask") == 7
                    and b.get("charge_limit_ma", 0) > 0 and b)


def test_python_can_receives_the_pylon_set_that_agrees_with_the_page():
    program, page = run_bank()
    with program:
        url = program.expect(r"udpcan:([\d.]+):(\d+)")
        ready(page)
        with can.Bus(interface="udp_multicast", channel=url.group(1), port=int(url.group(2))) as bus:
            frames = {}
            wait_for(lambda: (m := bus.recv(1)) and frames.__setitem__(m.arbitration_id, m.data)
                     or len(frames) >= 7)
            bank = page.get("/api/bank")["values"]
        assert set(frames) >= {0x351, 0x355, 0x356, 0x359, 0x35C, 0x35E, 0x305}
        word = lambda i, at: int.from_bytes(frames[i][at:at + 2], "little", signed=True)
        assert abs(word(0x351, 0) * 100 - bank["charge_limit_mv"]) <= 100
        assert abs(word(0x356, 0) * 10 - bank["pack_mv"]) <= 300
        assert abs(word(0x355, 0) * 10 - bank["soc_permille"]) <= 10
        assert frames[0x359][4] == 3
        assert bytes(frames[0x359][5:7]) == b"PN"
        assert bytes(frames[0x35E]) == b"PYLON   "


def test_limits_reach_the_bus_as_they_stand_on_the_page():
    program, page = run_bank("--start", "20:00")
    with program:
        url = program.expect(r"udpcan:([\d.]+):(\d+)")
        # Wait until the limits no longer rise, so that page and bus cannot differ by a second.
        seen = []

        def steady():
            seen.append(page.get("/api/bank")["values"].get("discharge_limit_ma"))
            time.sleep(0.5)
            return len(seen) > 2 and seen[-1] and seen[-1] == seen[-2] == seen[-3]
        wait_for(steady, 60)
        with can.Bus(interface="udp_multicast", channel=url.group(1), port=int(url.group(2))) as bus:
            data = wait_for(lambda: (m := bus.recv(1)) and m.arbitration_id == 0x351 and m.data)
        on_bus = int.from_bytes(data[4:6], "little") * 100
        assert 0 <= page.get("/api/bank")["values"]["discharge_limit_ma"] - on_bus < 100


def test_the_rs485_hub_shows_the_parallel_bus():
    program, page = run_bank()
    with program:
        hub = int(program.expect(r"tcp-listen:(?:127\.0\.0\.1:)?(\d+)").group(1))
        with socket.create_connection(("127.0.0.1", hub), timeout=10) as client:
            heard = b""
            while heard.count(b"\x55\xaa\xeb\x90") < 4:
                heard += client.recv(4096)


def test_it_ends_cleanly_with_an_open_stream():
    program, page = run_bank()
    ready(page)
    stream = socket.create_connection(("127.0.0.1", page.port), timeout=10)
    stream.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % page.port)
    assert b"200" in stream.recv(64)
    assert program.stop() == 0
    assert program.process.stderr.read() == ""
    stream.close()


def test_a_pulled_cable_lowers_limits_and_says_why():
    program, page = run_bank()
    with program:
        before = wait_for(lambda: (b := ready(page))["charge_limit_ma"] > 200000 and b, 60)
        assert page.command(command="cable", pack=1, connected=False)[0] == 202
        after = wait_for(lambda: (b := page.get("/api/bank")["values"])["pack_fresh_mask"] == 5 and b)
        assert after["charge_limit_ma"] < before["charge_limit_ma"] * 0.75
        assert after["charge_limit_reason"] == "bank_stale"
        pack = page.get("/api/packs/1")
        assert pack["excluded"]
        page.command(command="cable", pack=1, connected=True)
        wait_for(lambda: page.get("/api/bank")["values"]["pack_fresh_mask"] == 7)


def refused(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=30)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_bad_usage_says_what_and_where(tmp_path):
    assert refused("fly")[0] == 2
    code, text = refused("run", "--packs", "17")
    assert code == 2 and "--packs '17'" in text and "1 to 16" in text
    code, text = refused("run", "--rs485", "carrier:pigeon")
    assert code == 2 and "carrier" in text
    file = tmp_path / "bad.yaml"
    file.write_text("packs: 3\nweb:\n  prot: 1\n")
    code, text = refused("run", "-c", str(file))
    assert code == 2 and "bad.yaml:3:3: unknown key web.prot" in text
    file.write_text("packs: many\n")
    code, text = refused("run", "-c", str(file))
    assert code == 2 and "bad.yaml:1:8" in text
    code, text = refused("run", "-c", str(tmp_path / "none.yaml"))
    assert code == 2 and "No such file" in text


def test_a_port_in_use_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, text = refused("run", "--port", str(port), "--rs485", "tcp-listen:0")
        assert code != 0 and str(port) in text and "in use" in text
        code, text = refused("run", "--port", "0", "--rs485", "tcp-listen:%d" % port)
        assert code == 2 and str(port) in text


def test_a_configuration_is_obeyed(tmp_path):
    file = tmp_path / "hearth.yaml"
    file.write_text("packs: 2\nspeed: 10\nweb:\n  port: 0\nrs485:\n  url: tcp-listen:0\n")
    with Hearth("run", "-c", str(file)) as program:
        assert program.expect(r"^(\d+) virtual packs.*:(\d+)$").group(1) == "2"
        page = Page(int(re.search(r":(\d+)$", program.said[-1]).group(1)))
        assert len(page.get("/api/packs")) == 2
