# SPDX-License-Identifier: Apache-2.0
# RS485-1 of the first pack led out of the demonstration bank: a client reads it in one protocol, the
# protocol is changed at the running pack as the page does it, a client reads it in the other.
import http.client
import json
import os
import select
import signal
import socket
import subprocess

import pytest

from hearth import PROGRAM, run_bank, wait_for

USER = "1234"
JK, PYLON, MUTE = 1, 14, 127
SILENCE_S = 1.0  # a client that gets nothing for so long gives up
POLL_S = 0.2
CHANGE_S = 1.0  # from the order to the first answer in the new protocol


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def jk_request():
    """Pack voltage of address 0."""
    body = bytes([0, 3, 0x12, 0x90, 0, 2])
    return body + crc(body)


def jk_volts(answer):
    assert answer[:3] == bytes([0, 3, 4]) and answer[7:] == crc(answer[:7])
    return int.from_bytes(answer[3:7], "big") / 1000


def pylon_request():
    """System information (61) of address 2."""
    body = b"200246610000"
    total = -sum(body) & 0xFFFF
    return b"~" + body + b"%04X\r" % total


def pylon_volts(answer):
    body = answer[1:-5]
    assert answer[:1] == b"~" and answer[-1:] == b"\r"
    assert int(answer[-5:-1], 16) == -sum(body) & 0xFFFF and body[6:8] == b"00"
    return int(body[12:16], 16) / 1000


class Line:
    """A client on the other end of a pseudo terminal or a socket."""

    def __init__(self, place):
        self.socket = None
        if isinstance(place, int):
            self.socket = socket.create_connection(("127.0.0.1", place), timeout=10)
            self.end = self.socket.fileno()
        else:
            self.end = os.open(place, os.O_RDWR | os.O_NOCTTY)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.socket:
            self.socket.close()
        else:
            os.close(self.end)

    def ask(self, request, whole, patience_s=SILENCE_S):
        """What came back: until `whole` says so, or nothing more comes."""
        os.write(self.end, request)
        heard = b""
        while not whole(heard) and select.select([self.end], [], [], patience_s)[0]:
            heard += os.read(self.end, 4096)
        return heard

    def jk(self, patience_s=SILENCE_S):
        return self.ask(jk_request(), lambda heard: len(heard) >= 9, patience_s)

    def pylon(self, patience_s=SILENCE_S):
        return self.ask(pylon_request(), lambda heard: heard.endswith(b"\r"), patience_s)


def first_answer(ask):
    """Of a client that asks again every POLL_S. A change counts from the next step of the pack on."""
    return wait_for(lambda: ask(POLL_S), CHANGE_S)


def ready(page):
    return wait_for(lambda: (b := page.get("/api/bank")["values"]).get("pack_fresh_mask") == 7
                    and b.get("charge_limit_ma", 0) > 0 and b)


class Session:
    """A browser that has logged in to pack 0."""

    def __init__(self, page):
        self.connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=30)
        self.cookie = ""
        assert self.order("login", password=USER)[0] == 202

    def order(self, word, **members):
        self.connection.request("POST", "/api/packs/0/" + word, json.dumps(members),
                                {"Content-Type": "application/json", "Cookie": self.cookie})
        answer = self.connection.getresponse()
        body = json.loads(answer.read())
        self.cookie = (answer.headers.get("Set-Cookie") or self.cookie).split(";")[0]
        return answer.status, body

    def speak(self, number, setting="uart1_protocol"):
        status, body = self.order("set", name=setting, value=number)
        assert (status, body["state"]) == (202, "done"), body


def state(page):
    """What an alarm or a disturbed inverter would change."""
    bank = page.get("/api/bank")
    events = page.get("/api/packs/0/events?count=500")["events"]
    return (bank["values"]["alarms"], bank["values"]["warnings"], bank["site"]["inverter"],
            [event for event in events if "alarm" in event])


def test_a_client_reads_on_while_the_protocol_is_changed_at_the_running_pack(tmp_path):
    place = str(tmp_path / "rs485-1")
    program, page = run_bank("--rs485-1", "pty:" + place)
    with program:
        ready(page)
        wait_for(lambda: page.get("/api/bank")["site"]["inverter"] == "run")
        before = state(page)
        session = Session(page)
        with Line(place) as line:
            assert jk_volts(line.jk()) == pytest.approx(52.8, abs=3)
            assert line.pylon() == b"", "Pylon is not spoken yet"
            session.speak(PYLON)
            assert pylon_volts(first_answer(line.pylon)) == pytest.approx(52.8, abs=3)
            assert line.jk() == b"", "JK's is not spoken any more"
            assert pylon_volts(line.pylon()) == pytest.approx(52.8, abs=3), "nor does it disturb"
            session.speak(JK)
            assert jk_volts(first_answer(line.jk)) == pytest.approx(52.8, abs=3)
            assert line.pylon() == b""
            session.speak(MUTE)
            wait_for(lambda: line.jk() == b"", CHANGE_S + SILENCE_S)
            assert line.pylon() == b""
            session.speak(JK)
            assert jk_volts(first_answer(line.jk)) == pytest.approx(52.8, abs=3)
        assert state(page) == before, "no alarm, and the inverter never noticed"


def test_our_own_client_reads_the_pack_in_both_protocols(tmp_path):
    place = str(tmp_path / "rs485-1")

    def get(*how):
        done = subprocess.run([PROGRAM, "get", "serial:" + place, *how], capture_output=True,
                              text=True, timeout=60)
        values = {}
        for line in done.stdout.splitlines():
            values.update(json.loads(line).get("values", {}))
        return done.returncode, values

    program, page = run_bank("--rs485-1", "pty:" + place)
    with program:
        ready(page)
        session = Session(page)
        code, values = get("--address", "0")
        assert code == 0 and values["uart1_protocol"] == JK
        session.speak(PYLON)
        code, values = get("--protocol", "pylon_rs485")
        soc = page.get("/api/bank")["values"]["soc_permille"]
        assert code == 0 and abs(values["soc_permille"] - soc) <= 10
        assert get("--address", "0")[0] == 1


def test_rs232_is_led_out_by_the_configuration(tmp_path):
    file = tmp_path / "hearth.yaml"
    file.write_text('rs232:\n  url: "tcp-listen:0"\nrs485_1:\n  url: "pty:%s"\n' % (tmp_path / "a"))
    program, page = run_bank("-c", str(file))
    with program:
        program.expect(r"RS485-1 of the first pack: pty:")
        assert program.expect(r"speaks (\w+) at (\d+) baud").groups() == ("jk_rs485", "115200")
        port = int(program.expect(r"RS232 of the first pack: tcp-listen:\S*?(\d+)$").group(1))
        ready(page)
        with Line(port) as line:
            assert jk_volts(line.jk()) == pytest.approx(52.8, abs=3)
            Session(page).speak(PYLON, "uart3_protocol")
            assert pylon_volts(first_answer(line.pylon)) == pytest.approx(52.8, abs=3)


def ports(page, pack=0):
    return {port["name"]: {**port, **{count["name"]: count["number"] for count in port["counts"]}}
            for port in page.get("/api/packs/%d" % pack)["ports"]}


def test_the_page_tells_what_the_ports_speak_and_have_counted(tmp_path):
    place = str(tmp_path / "rs485-1")
    program, page = run_bank("--rs485-1", "pty:" + place)
    with program:
        ready(page)
        schema = page.get("/api/schema")
        session = Session(page)
        with Line(place) as line:
            session.speak(PYLON)
            first_answer(line.pylon)
            before = ports(page)["rs485_1"]
            assert line.pylon() and line.jk() == b""
            after = ports(page)["rs485_1"]
        assert (after["number"], after["baud"], after["address"]) == (PYLON, 9600, 2)
        assert after["outside"] == "pty:" + place and after["state"] == "answers"
        assert after["answered"] == before["answered"] + 1
        assert after["noise"] == before["noise"] + len(jk_request())
        counted = {count["name"]: count for count in page.get("/api/diagnostics")["counts"]
                   if count["group"] == "rs485_1"}
        assert counted["answered"]["number"] == after["answered"]
        assert counted["noise"]["trouble"]
        assert [row["name"] for row in schema["ports"]] == list(ports(page)) == list(ports(page, 2))
        assert ports(page)["rs485_2"]["state"] == "asks the other packs"
        assert ports(page, 2)["rs485_2"]["address"] == 2 and not ports(page, 2)["rs485_1"]["outside"]
        program.process.send_signal(signal.SIGINT)
        said = program.expect(r"^RS485-1: ").string
        assert "%d bytes of no frame" % after["noise"] in said


def test_every_number_can_be_spoken_and_back(tmp_path):
    program, page = run_bank("--packs", "1")
    with program:
        session = Session(page)
        rows = page.get("/api/schema")["uarts"]
        assert len(rows) > 16 and [row["name"] for row in rows] == sorted(r["name"] for r in rows)
        for row in rows:
            session.speak(row["name"])
            now = wait_for(lambda: (p := ports(page)["rs485_1"])["number"] == row["name"] and p)
            assert now["baud"] == row.get("baud", 0)
            assert now["state"].startswith("silent") != row["built"]
        status, body = session.order("set", name="uart1_protocol", value=256)
        assert body["state"] == "refused" and body["reason"]
        assert ports(page)["rs485_1"]["number"] == rows[-1]["name"]


def test_at_another_speed_nothing_comes_in(tmp_path):
    place = str(tmp_path / "rs485-1")
    program, page = run_bank("--rs485-1", "pty:" + place)
    with program, Line(place) as line:
        ready(page)
        assert page.command(command="speed", value=2)[0] == 202
        assert line.jk() == b""
        assert page.command(command="speed", value=1)[0] == 202
        assert jk_volts(first_answer(line.jk)) == pytest.approx(52.8, abs=3)


@pytest.mark.parametrize("option, key", [("--rs485-1", "rs485_1"), ("--rs232", "rs232")])
def test_a_wrong_url_is_refused_with_its_name(option, key, tmp_path):
    file = tmp_path / "hearth.yaml"
    file.write_text('%s:\n  url: "carrier:pigeon"\n' % key)
    for arguments in ([option, "carrier:pigeon"], ["-c", str(file)]):
        done = subprocess.run([PROGRAM, "run", "--port", "0", "--rs485", "tcp-listen:0", *arguments],
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 2 and "carrier" in done.stderr and done.stdout == ""
