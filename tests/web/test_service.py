# SPDX-License-Identifier: Apache-2.0
"""The web service with a made-up bank: who is let in, what is answered, how streams end.

WEB_FAKE names the program of tests/web/fake.c.
"""
import http.client
import json
import os
import signal
import socket
import subprocess
import time

import pytest

JSON = {"Content-Type": "application/json"}


class Service:
    def __init__(self):
        self.process = subprocess.Popen(
            [os.environ["WEB_FAKE"]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline())

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, command, **headers):
        body = command if isinstance(command, str) else json.dumps(command)
        answer = self.ask("POST", "/api/commands", body, {**JSON, **headers})
        return answer, json.loads(answer.text)

    def order(self, path, **members):
        answer = self.ask("POST", path, json.dumps(members), JSON)
        return answer, json.loads(answer.text)

    def raw(self, request):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        connection.sendall(request)
        return connection

    def stream(self):
        return Stream(self.raw(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        errors = self.process.communicate(timeout=5)[1]
        return self.process.returncode, errors


class Stream:
    """Reads Server-Sent Events; ignores the lines of the chunked transfer around them."""

    def __init__(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")
        self.status = int(self.file.readline().split()[1])

    def event(self, wanted, accept=lambda data: True):
        deadline = time.monotonic() + 5
        kind = None
        text = b""
        while time.monotonic() < deadline:
            line = self.file.readline()
            assert line, "stream ended"
            if line.startswith(b"event: "):
                kind = line[7:].strip().decode()
            elif line.startswith(b"data: ") and kind == wanted:
                text = line[6:]
                while not text.endswith(b"\n") or text.endswith(b"\r\n"):
                    text = text.rstrip(b"\r\n")
                    self.file.readline()  # size of the next chunk
                    text += self.file.readline()
                data = json.loads(text)
                if accept(data):
                    return data
        raise AssertionError(f"no event {wanted}")

    def close(self):
        self.file.close()
        self.connection.close()


@pytest.fixture
def service():
    service = Service()
    yield service
    if service.process.poll() is None:
        code, errors = service.stop()
        assert (code, errors) == (0, "")


def test_the_page_and_its_files_are_served(service):
    page = service.get("/")
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "app.js" in page.text
    script = service.get("/app.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert service.get("/app.js", **{"If-None-Match": script.headers["ETag"]}).status == 304
    assert service.ask("HEAD", "/app.css").status == 200


def test_the_schema_is_sent_once(service):
    first = service.get("/api/schema")
    schema = json.loads(first.text)
    assert set(schema) == {
        "params", "texts", "values", "alarms", "reasons", "units", "power_states",
        "contact_sources", "protocols", "faults", "uarts", "ports",
    }
    uarts = {row["name"]: row for row in schema["uarts"]}
    assert uarts[14]["use"] == "pylon_rs485" and uarts[14]["baud"] == 9600
    assert [brand["brand"] for brand in uarts[14]["brands"]] == ["Pylontech"]
    assert not uarts[2]["built"] and "use" not in uarts[2]
    assert [row["param"] for row in schema["ports"]] == [
        "uart1_protocol", "uart3_protocol", "uart2_protocol"]
    again = service.get("/api/schema", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.text) == (304, "")
    assert service.get("/api/schema", **{"If-None-Match": '"other"'}).status == 200


def test_bank_and_packs_show_values_under_the_names_of_the_tables(service):
    bank = json.loads(service.get("/api/bank").text)
    names = {row["name"] for row in json.loads(service.get("/api/schema").text)["values"]}
    assert bank["values"]["charge_limit_ma"] == 3 * 54900
    assert bank["words"]["charge_limit_reason"] == "sum of the packs"
    assert bank["site"]["speed"] == 1
    assert set(bank["values"]) <= names
    packs = json.loads(service.get("/api/packs").text)
    assert [pack["pack"] for pack in packs] == [0, 1, 2]
    assert packs[2]["name"] == 'Pack "C" <1>'
    assert len(packs[0]["values"]["cell_mv"]) == 16
    assert "params" not in packs[0]


def test_one_pack_shows_its_settings_without_secrets(service):
    pack = json.loads(service.get("/api/packs/1").text)
    assert pack["params"]["cell_ovp_mv"] == 3650
    assert pack["words"]["charge_limit_reason"] == (
        "cell voltage is high: taper, cell 7 at 3.452 V"
    )
    assert not [name for name in pack["params"] if "password" in name and name != "passwords_readable"]
    for wrong in ("3", "99", "-1", "x", "", "1x"):
        assert service.get(f"/api/packs/{wrong}").status == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.x:80", ""])
def test_a_foreign_host_is_refused(service, host):
    answer = service.get("/api/bank", Host=host)
    assert answer.status == 403
    assert "error" in json.loads(answer.text)
    assert service.get("/", Host=host).status == 403


def test_local_names_are_served_on_any_port(service):
    assert service.get("/api/bank", Host=f"localhost:{service.port}").status == 200
    assert service.get("/api/bank", Host="LOCALHOST:9000").status == 200


def test_a_foreign_origin_is_refused_even_for_events(service):
    own = f"http://localhost:{service.port}"
    host = {"Host": f"localhost:{service.port}"}
    assert service.get("/api/bank", Origin=own, **host).status == 200
    for origin in ("http://evil.example", "null", f"https://localhost:{service.port}", own + "0"):
        for path in ("/api/bank", "/events"):
            assert service.get(path, Origin=origin, **host).status == 403
        answer, _ = service.post({"command": "speed", "value": 60}, Origin=origin, **host)
        assert answer.status == 403
    assert json.loads(service.get("/api/bank").text)["site"]["speed"] == 1


def test_what_does_not_exist_is_404_and_wrong_methods_are_405(service):
    for path in ("/nothing", "/api", "/api/bankx", "/../etc/passwd", "/api/results/1"):
        answer = service.get(path)
        assert answer.status == 404
        assert "error" in json.loads(answer.text)
    for method, path, allow in (
        ("POST", "/api/bank", "GET"),
        ("DELETE", "/api/packs/0", "GET, POST"),
        ("GET", "/api/fault", "POST"),
        ("GET", "/api/commands", "POST"),
        ("POST", "/index.html", "GET, HEAD"),
        ("HEAD", "/events", "GET"),
    ):
        answer = service.ask(method, path)
        assert (answer.status, answer.headers["Allow"]) == (405, allow)


def test_a_command_gets_a_ticket_and_a_result(service):
    stream = service.stream()
    answer, body = service.post({"command": "cable", "pack": 1, "connected": False})
    assert answer.status == 202
    result = stream.event("result")
    assert result == body
    assert (result["state"], result["pack"]) == ("done", 1)
    assert json.loads(service.get(f"/api/results/{body['ticket']}").text) == result
    pack = stream.event("pack", lambda pack: pack["pack"] == 1 and pack["excluded"])
    assert (pack["connected"], pack["fresh"]) == (False, False)
    bank = json.loads(service.get("/api/bank").text)
    assert bank["words"]["charge_limit_reason"] == "a pack does not answer, pack 1"
    assert bank["values"]["alarms"] == ["pack_stale"]
    stream.close()


@pytest.mark.parametrize(
    "body, words",
    [
        ("", "end of file"),
        ("{", "expected"),
        ("[]", "object"),
        ('"x"', "expected"),
        ("{}", "no such command"),
        ('{"command":"explode"}', "no such command"),
        ('{"command":5}', "wrong type"),
        ('{"command":"speed"}', "missing member: value"),
        ('{"command":"speed","value":0}', "out of range"),
        ('{"command":"speed","value":61}', "out of range"),
        ('{"command":"speed","value":1.5}', "wrong type"),
        ('{"command":"speed","value":99999999999}', "wrong type"),
        ('{"command":"speed","value":"2"}', "out of range"),
        ('{"command":"speed","value":2,"pack":1}', "does not belong"),
        ('{"command":"speed","value":2,"value":60}', "duplicate"),
        ('{"command":"speed","value":2,"colour":1}', "unknown member"),
        ('{"command":"cable","pack":1,"connected":1}', "wrong type"),
        ('{"command":"cable","pack":16,"connected":true}', "wrong type or range"),
    ],
)
def test_a_malformed_command_is_refused(service, body, words):
    answer, error = service.post(body)
    assert answer.status == 400
    assert words in error["error"]


def test_commands_come_as_json_of_bounded_size(service):
    command = json.dumps({"command": "speed", "value": 60})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
        assert service.ask("POST", "/api/commands", command, {"Content-Type": kind}).status == 415
    assert service.ask("POST", "/api/commands", command).status == 415
    answer, _ = service.post(command, **{"Content-Type": "application/json; charset=utf-8"})
    assert answer.status == 202
    assert service.post(command + " " * (2048 - len(command)))[0].status == 202
    assert service.post(command + " " * (2049 - len(command)))[0].status == 413
    assert service.post(command + " " * 200000)[0].status == 413


def test_the_menu_of_faults_stands_in_the_schema(service):
    faults = {row["name"]: row for row in json.loads(service.get("/api/schema").text)["faults"]}
    assert faults["cell_heat_w"] == {
        "name": "cell_heat_w", "label": "Heat in one cell", "scope": "pack", "index": "cell",
        "count": 16, "unit": "W", "min": 0, "max": 10000, "typical": 300,
    }
    assert faults["breaker_open"]["index"] == "none"
    assert {row["scope"] for row in faults.values()} == {"pack", "plant", "inverter", "bus"}


def test_faults_of_packs_and_of_the_inverter_are_set_shown_and_cleared(service):
    answer, body = service.order("/api/packs/1/fault", name="cell_heat_w", index=0, value=300)
    assert (answer.status, body["state"], body["command"]) == (202, "done", "fault")
    assert service.order("/api/packs/1/fault", name="breaker_open", value=True)[0].status == 202
    assert service.order("/api/fault", name="disobedience", value=3)[1]["state"] == "done"
    pack = json.loads(service.get("/api/packs/1").text)
    assert pack["faults"] == [
        {"name": "breaker_open", "value": 1}, {"name": "cell_heat_w", "index": 0, "value": 300},
    ]
    assert json.loads(service.get("/api/packs/0").text)["faults"] == []
    site = json.loads(service.get("/api/bank").text)["site"]
    assert site["faults"] == [{"name": "disobedience", "value": 3}]
    assert service.post({"command": "clear_faults", "pack": 1})[1]["state"] == "done"
    assert json.loads(service.get("/api/packs/1").text)["faults"] == []
    assert service.post({"command": "clear_faults"})[1]["state"] == "done"
    assert json.loads(service.get("/api/bank").text)["site"]["faults"] == []


@pytest.mark.parametrize(
    "path, body, status, words",
    [
        ("/api/packs/1/fault", {"name": "cell_heat_w"}, 400, "missing member: value"),
        ("/api/packs/1/fault", {"name": "cell_heat_w", "value": "1"}, 400, "wrong type"),
        ("/api/packs/1/fault", {"name": "cell_heat_w", "value": 1, "index": -1}, 400, "index"),
        ("/api/packs/1/fault", {"name": "x", "value": 1, "pack": 2}, 400, "does not belong"),
        ("/api/packs/1/fault", {"name": "x", "value": 1, "command": "set"}, 400, "does not belong"),
        ("/api/packs/2/fault", {"name": "breaker_open", "value": 1}, 403, "remote"),
        ("/api/packs/3/fault", {"name": "breaker_open", "value": 1}, 404, "no such pack"),
        ("/api/packs/16/fault", {"name": "breaker_open", "value": 1}, 404, "no such pack"),
        ("/api/packs/1/explode", {}, 400, "no such command"),
        ("/api/packs/1/button", {"pressed": 1}, 400, "wrong type"),
        ("/api/packs/1/press", {"hold_ms": 0}, 400, "out of range"),
        ("/api/packs/1/press", {"hold_ms": 30001}, 400, "out of range"),
        ("/api/packs/1/press", {"hold_ms": 100, "times": 11}, 400, "wrong type or range: times"),
        ("/api/packs/1/dip", {"value": 16}, 400, "out of range"),
        ("/api/packs/1/shut_down", {}, 401, "log in"),
        ("/api/packs/1/emergency", {"value": 2}, 400, "out of range"),
    ],
)
def test_a_wrong_order_is_refused_with_its_reason(service, path, body, status, words):
    answer, error = service.order(path, **body)
    assert answer.status == status
    assert words in error["error"]


def test_a_fault_that_does_not_exist_is_refused_by_the_source(service):
    answer, body = service.order("/api/packs/0/fault", name="rust", value=1)
    assert (answer.status, body["state"], body["reason"]) == (202, "refused", "no such fault")


def test_orders_come_from_this_page_as_json(service):
    order = json.dumps({"pressed": True})
    path = "/api/packs/0/button"
    assert service.ask("POST", path, order, {"Content-Type": "text/plain"}).status == 415
    assert service.ask("POST", path, order, {**JSON, "Origin": "http://evil.example"}).status == 403
    assert json.loads(service.get("/api/packs/0").text)["plate"]["held_ms"] == 0


def test_the_front_plate_has_a_button_and_an_address(service):
    assert service.order("/api/packs/1/button", pressed=True)[1]["state"] == "done"
    pack = json.loads(service.get("/api/packs/1").text)
    assert (pack["plate"]["held_ms"], pack["pack"], pack["dip"]) == (1200, 1, 1)
    service.order("/api/packs/1/button", pressed=False)
    service.order("/api/packs/1/dip", value=9)
    pack = json.loads(service.get("/api/packs/1").text)
    assert (pack["plate"]["held_ms"], pack["pack"], pack["dip"]) == (0, 1, 9)
    service.order("/api/packs/1/press", hold_ms=300, times=3)
    assert json.loads(service.get("/api/packs/1").text)["plate"]["held_ms"] == 900
    assert "plate" not in json.loads(service.get("/api/packs/2").text)


def test_events_come_in_words_with_their_numbers_newest_first(service):
    answer = json.loads(service.get("/api/packs/0/events?count=3").text)
    assert (answer["pack"], answer["kept"]) == (0, 60)
    assert answer["events"] == [
        {"time_s": 7000, "kind": "alarm_set", "words": "Alarm: Cell over-voltage",
         "alarm": "cell_over_voltage", "unit": "mV", "value": 3655, "before": 3650,
         "rule": "cell_ov", "quantity": "highest cell"},
        {"time_s": 570, "kind": "power", "words": "Power: on"},
    ]
    assert len(json.loads(service.get("/api/packs/0/events").text)["events"]) == 49
    assert json.loads(service.get("/api/packs/1/events").text)["events"] == []
    for count in ("0", "501", "x", ""):
        assert service.get(f"/api/packs/0/events?count={count}").status == 400
    for path in ("/api/packs/9/events", "/api/packs/0/", "/api/packs/0/news", "/api/packs/0/events/"):
        assert service.get(path).status == 404


def test_the_role_is_told_only_to_who_has_logged_in(service):
    answer, _ = service.post({"command": "login", "pack": 0, "password": "1234"})
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    assert json.loads(service.get("/api/packs/0", Cookie=cookie).text)["role"] == "user"
    assert json.loads(service.get("/api/packs/1", Cookie=cookie).text)["role"] == "none"
    assert json.loads(service.get("/api/packs/0").text)["role"] == "none"
    assert service.post({"command": "logout", "pack": 0}, Cookie=cookie)[1]["state"] == "done"
    assert json.loads(service.get("/api/packs/0", Cookie=cookie).text)["role"] == "none"
    assert service.post({"command": "release", "pack": 0}, Cookie=cookie)[0].status == 401


def test_a_pack_that_does_not_exist_is_404(service):
    answer, _ = service.post({"command": "cable", "pack": 9, "connected": False})
    assert answer.status == 404


def test_settings_need_a_login_to_that_pack(service):
    change = {"command": "set", "pack": 0, "name": "balance_enabled", "value": False}
    assert service.post(change)[0].status == 401
    answer, body = service.post({"command": "login", "pack": 0, "password": "0000"})
    assert (answer.status, body["state"], body["reason"]) == (202, "refused", "wrong password")
    assert answer.headers["Set-Cookie"] is None
    answer, body = service.post({"command": "login", "pack": 0, "password": "1234"})
    assert body["state"] == "done"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    cookie = cookie.split(";")[0]
    assert service.post(change, Cookie=cookie)[1]["state"] == "done"
    assert json.loads(service.get("/api/packs/0").text)["params"]["balance_enabled"] is False
    assert service.post({**change, "pack": 1}, Cookie=cookie)[0].status == 401
    assert service.post(change, Cookie="hearth_session=" + "0" * 32)[0].status == 401
    # Another browser takes the pack over.
    service.post({"command": "login", "pack": 0, "password": "1234"})
    assert service.post(change, Cookie=cookie)[0].status == 401


def test_settings_of_a_remote_pack_are_never_written(service):
    answer, body = service.post({"command": "login", "pack": 2, "password": "1234"})
    assert (answer.status, "remote" in body["error"]) == (403, True)
    change = {"command": "set", "pack": 2, "name": "balance_enabled", "value": 0}
    assert service.post(change)[0].status == 403


def test_a_pending_command_is_finished_later_and_eight_are_enough(service):
    answer, _ = service.post({"command": "login", "pack": 0, "password": "1234"})
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    change = {"command": "set", "pack": 0, "name": "balance_trigger_mv", "value": 5}
    stream = service.stream()
    tickets = [service.post(change, Cookie=cookie)[1] for _ in range(9)]
    assert [ticket["state"] for ticket in tickets] == ["pending"] * 8 + ["refused"]
    assert tickets[8]["reason"] == "busy"
    last = tickets[7]["ticket"]
    result = stream.event("result", lambda result: result["ticket"] == last)
    assert result["state"] == "done"
    stream.close()


def test_a_stream_starts_with_everything_and_goes_on_every_second(service):
    stream = service.stream()
    assert stream.status == 200
    assert stream.event("bank")["values"]["soc_permille"] == 872
    assert [stream.event("pack")["pack"] for _ in range(3)] == [0, 1, 2]
    frame = stream.event("frame")
    assert (frame["id"], frame["bytes"]) == ("351", "38026F068F10C001")
    assert frame["values"]["charge_limit_mv"] == 56800
    begin = time.monotonic()
    stream.event("bank")
    stream.event("bank")
    assert 0.5 < time.monotonic() - begin < 3
    stream.close()


def test_the_ninth_stream_is_told_why_and_a_closed_one_makes_room(service):
    streams = [service.stream() for _ in range(8)]
    answer = service.get("/events")
    assert answer.status == 503
    assert "at most 8" in json.loads(answer.text)["error"]
    assert answer.headers["Retry-After"]
    streams.pop().close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        stream = service.stream()
        if stream.status == 200:
            break
        stream.close()
        time.sleep(0.2)
    assert stream.status == 200
    for open_stream in streams + [stream]:
        open_stream.close()


def test_it_stops_cleanly_with_open_and_slow_streams(service):
    live = service.stream()
    live.event("bank")
    stuck = service.raw(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")  # never reads
    half = service.raw(b"POST /api/commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
    time.sleep(1.2)
    assert service.stop() == (0, "")
    live.close()
    stuck.close()
    half.close()
