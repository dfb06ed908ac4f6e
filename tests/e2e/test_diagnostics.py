# SPDX-License-Identifier: Apache-2.0
# What does not belong on the CAN bus of the demonstration is counted by its cause and does no harm;
# what does is listed with its ages.
import os
import signal
import socket
import subprocess
import time

import can
from hearth import Hearth, Page, free_port, run_bank, wait_for

GROUP = "239.74.163.2"


def counts(page):
    return {(c["group"], c["name"]): c["number"] for c in page.get("/api/diagnostics")["counts"]}


def frame(identifier, data=bytes(8), **kind):
    kind.setdefault("is_extended_id", False)
    return can.Message(arbitration_id=identifier, data=data, **kind)


def test_frames_that_do_not_belong_here_are_counted_and_change_nothing():
    port = free_port(socket.SOCK_DGRAM)
    program = Hearth("run", "--port", "0", "--rs485", "tcp-listen:0", "--packs", "1",
                     "--can", f"udpcan:{GROUP}:{port}")
    with program, can.Bus(GROUP, interface="udp_multicast", port=port) as bus:
        page = Page(int(program.expect(r"http://127\.0\.0\.1:(\d+)").group(1)))
        wait_for(lambda: page.get("/api/bank")["site"]["inverter"] == "run")
        before = counts(page)
        foreign = [
            frame(0x123),                                     # unknown
            frame(0x351, is_extended_id=True),                # 29-bit twin
            frame(0x351, b"\x30\x02"),                        # short (56.0 V alone), and not of an inverter
            frame(0x356, b"\xff\x7f\xff\x7f\xff\x7f"),          # impossible values, likewise
            frame(0x35E, b"DY001\x00\x00\x00"),               # a name that contradicts ours
            frame(0x355),                                     # long: 8 bytes for 4
            frame(0x351, b""),                                # too short for any field
        ]
        for message in foreign:
            bus.send(message)
        bus.send(frame(0x305, b"", is_remote_frame=True, dlc=8))
        bus.send(frame(0x004, is_error_frame=True))
        wait_for(lambda: counts(page)[("battery", "ignored")] >=
                 before[("battery", "ignored")] + len(foreign))
        wait_for(lambda: counts(page)[("port", "remote_frames")] == 1)
        wait_for(lambda: counts(page)[("port", "error_frames")] == 1)
        after = counts(page)
        assert {name: number for (group, name), number in after.items()
                if group == "outside" and number} == {
            "unknown": 1, "twins": 1, "short_frames": 2, "long_frames": 1, "empty_frames": 1,
            "battery_frames": 3, "implausible": 1, "contradictions": 1}
        found = page.get("/api/diagnostics")
        assert found["protocol"] == "pylon_can" and found["bitrate"] == 500000
        assert 0 <= found["heartbeat_age_ms"] < 2000
        assert [c["name"] for c in found["counts"] if c["trouble"]] == [
            "ignored", "error_frames", "remote_frames", "battery_frames", "twins", "empty_frames",
            "implausible", "contradictions"]
        bank = page.get("/api/bank")
        assert bank["values"]["alarms"] == [] and bank["site"]["inverter"] == "run"
        program.process.send_signal(signal.SIGINT)
        line = program.expect(r"^CAN: ").string
        assert "1 remote frames" in line and "1 frames with values no battery has" in line


def test_frames_of_the_inverter_are_no_foreign_ones():
    port = free_port(socket.SOCK_DGRAM)
    program = Hearth("run", "--port", "0", "--rs485", "tcp-listen:0", "--packs", "1",
                     "--can", f"udpcan:{GROUP}:{port}")
    with program, can.Bus(GROUP, interface="udp_multicast", port=port) as bus:
        page = Page(int(program.expect(r"http://127\.0\.0\.1:(\d+)").group(1)))
        bus.send(frame(0x305))
        bus.send(frame(0x305, is_extended_id=True))
        wait_for(lambda: counts(page).get(("inverter", "decoded"), 0) > 10)
        assert counts(page)[("battery", "ignored")] == 0
        program.process.send_signal(signal.SIGINT)
        while (line := program.lines.get(timeout=20)) is not None:
            assert not line.startswith("CAN: "), line  # all is well


def messages(page):
    return {(m["from"], m["id"]): m for m in page.get("/api/diagnostics")["messages"]}


def test_each_message_is_there_with_its_ages():
    program, page = run_bank("--packs", "1")
    with program:
        wait_for(lambda: page.get("/api/bank")["site"]["inverter"] == "run")
        found = page.get("/api/diagnostics")
        assert found["title"] == "CAN-Bus-protocol-PYLON-low-voltage-V1.2-20180408"
        rows = messages(page)
        assert [(*key, m["name"], m["period_ms"]) for key, m in rows.items()] == [
            ("battery", "351", "limits", 1000), ("battery", "355", "state", 1000),
            ("battery", "356", "measurements", 1000), ("battery", "359", "alarms", 1000),
            ("battery", "35C", "requests", 1000), ("battery", "35E", "maker", 1000),
            ("battery", "370", "extremes", 0), ("battery", "371", "numbers", 0),
            ("inverter", "305", "heartbeat", 1000)]
        for (side, _), m in rows.items():
            if m["period_ms"] == 0:  # only read here
                assert m["sent_age_ms"] == m["heard_age_ms"] == -1
            else:
                assert 0 <= m["sent_age_ms"] <= 1000
                assert m["heard_age_ms"] == (m["sent_age_ms"] if side == "battery" else -1)


def test_the_page_has_them_in_a_table():
    program, page = run_bank("--packs", "1")
    with program:
        wait_for(lambda: page.get("/api/bank")["site"]["inverter"] == "run")
        script = os.path.join(os.path.dirname(__file__), "..", "web", "diagnostics.mjs")
        done = subprocess.run(
            ["node", script], capture_output=True, text=True, timeout=100,
            env={**os.environ, "HEARTH_URL": "http://127.0.0.1:%d/" % page.port})
        assert done.returncode == 0, done.stdout + done.stderr


def test_ages_go_on_when_a_message_stays_away():
    program, page = run_bank("--packs", "1")
    with program:
        wait_for(lambda: page.get("/api/bank")["site"]["inverter"] == "run")
        assert page.command(command="press", pack=0, hold_ms=5200)[0] == 202  # switched off
        wait_for(lambda: messages(page)["battery", "351"]["sent_age_ms"] > 2500)
        rows = messages(page)
        assert rows["battery", "351"]["heard_age_ms"] > 2500
        assert rows["inverter", "305"]["sent_age_ms"] <= 1000


def test_messages_of_each_pack_are_one_row_with_the_age_of_the_youngest():
    program, page = run_bank("--packs", "16", "--protocol", "deye_can:dy33")
    with program:
        def youngest():
            rows = messages(page)
            return all(0 <= rows["battery", number]["sent_age_ms"] <= 1000
                       for number in ("351", "110", "400"))
        wait_for(youngest)
        for _ in range(5):  # seconds: whose turn it is does not matter
            time.sleep(1)
            assert youngest()
