# SPDX-License-Identifier: Apache-2.0
# CAN ports against things that are not ours: python-can's slcan on a pseudo terminal, an adapter
# that is unplugged, silent, confused or alone on its bus; recorded traffic as a source.
import os
import resource
import sys
import threading
import time
import tty

import can
import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "port"))

from hearth import Hearth  # noqa: E402
from probe import PATIENCE_S, Probe, refusal, wait_until  # noqa: E402


def counts(port):
    return {name: int(number) for name, number in
            (pair.split("=") for pair in port.ask("counts 0").split(" ")[1:])}


def slcan_bus(path):
    return can.Bus(interface="slcan", channel=str(path), bitrate=500000, sleep_after_open=0.05)


class Adapter:
    """A Lawicel adapter on a pseudo terminal of its own, found under the link `path`."""

    def __init__(self, path):
        self.path = path
        self.lines = []
        self.answers = True
        self.refuses = False
        self.plug_in()

    def plug_in(self):
        self.near, self.far = os.openpty()
        tty.setraw(self.far)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self.far))
        os.close(self.far)
        self.thread = threading.Thread(target=self._serve, args=(self.near,), daemon=True)
        self.thread.start()

    def unplug(self):
        self.path.unlink()
        near, self.near = self.near, None
        os.close(near)

    def say(self, data):
        os.write(self.near, data)

    def _answer(self, line):
        if line[:1] in (b"t", b"T"):
            return b"\a" if self.refuses else b"z\r"
        return b"F00\r" if line == b"F" else b"\r"

    def _serve(self, near):
        rest = b""
        while True:
            try:
                data = os.read(near, 4096)
            except OSError:
                if self.near != near:
                    return
                time.sleep(0.01)  # nobody has it open
                continue
            *lines, rest = (rest + data).split(b"\r")
            self.lines += lines
            if self.answers and self.near == near:
                os.write(near, b"".join(self._answer(line) for line in lines))

    def heard(self, line, times=1):
        wait_until(lambda: self.lines.count(line) >= times)


@pytest.fixture
def adapter(tmp_path):
    return Adapter(tmp_path / "tty")


def test_python_can_speaks_over_slcan_to_a_port_that_plays_the_adapter(tmp_path):
    with Probe(f"can=slcan:pty:{tmp_path}/can") as port:
        assert port.urls == [f"slcan:pty:{tmp_path}/can"]
        with slcan_bus(tmp_path / "can") as bus:
            assert bus.get_version(1) == (10, 13)
            assert bus.get_serial_number(1) == "HRTH"
            for identifier, extended, data in ((0x305, False, b"\0" * 8), (0x7FF, False, b""),
                                               (0x1FFFFFFF, True, b"\xff" * 8),
                                               (0x12, True, b"\2")):
                bus.send(can.Message(arbitration_id=identifier, is_extended_id=extended,
                                     data=data))
                name = f"{identifier:08X}" if extended else f"{identifier:03X}"
                assert port.line("frame").strip() == f"frame 0 {name} {data.hex().upper()}".strip()
            bus.send(can.Message(arbitration_id=0x100, is_extended_id=False, is_remote_frame=True,
                                 dlc=8))
            port.say("frame 0 351 3802DC05DC05E001")
            port.say("frame 0 18FF50E5 00")
            seen = []
            while len(seen) < 2:
                frame = bus.recv(PATIENCE_S)
                seen += [frame] if frame else []
            assert [(f.arbitration_id, f.is_extended_id, bytes(f.data)) for f in seen] == [
                (0x351, False, bytes.fromhex("3802DC05DC05E001")), (0x18FF50E5, True, b"\0")]
            wait_until(lambda: counts(port)["remote_frames"] == 1)
        assert counts(port)["lost_frames"] == 0


def test_who_opens_late_hears_no_old_frames(tmp_path):
    with Probe(f"can=slcan:pty:{tmp_path}/can") as port:
        port.say("flood 0 10000")
        port.line("flooded")
        assert counts(port)["lost_frames"] > 1000  # nobody takes them: bounded and counted
        with slcan_bus(tmp_path / "can") as bus:
            bus.get_version(1)
            port.say("frame 0 123 AB")
            frame = None
            while frame is None:
                frame = bus.recv(PATIENCE_S)
            assert (frame.arbitration_id, bytes(frame.data)) == (0x123, b"\xab")


def test_a_full_queue_drops_the_oldest_copy_of_an_identifier_first(tmp_path):
    with Probe(f"can=slcan:pty:{tmp_path}/can") as port:
        port.say("flood 0 10000")  # nobody reads: the terminal and the queue are full
        port.line("flooded")
        port.say("frame 0 100 AB\nflood 0 500\nframe 0 101 CD")
        port.line("flooded")
        heard = b""
        with open(tmp_path / "can", "rb", buffering=0) as far:
            while b"t1011CD\r" not in heard:
                heard += far.read(4096)
        assert b"t1001AB\r" in heard  # 500 frames of another identifier did not push it out
        assert heard.index(b"t1001AB\r") < heard.rindex(b"t3514000001F3\r")


def test_hearth_pack_is_heard_by_python_can_over_slcan(tmp_path):
    with Hearth("pack", "--can", f"slcan:pty:{tmp_path}/can") as pack:
        wait_until((tmp_path / "can").is_symlink)
        with slcan_bus(tmp_path / "can") as bus:
            seen = {}
            wait_until(lambda: (frame := bus.recv(0.2)) is None
                       or seen.update({frame.arbitration_id: bytes(frame.data)})
                       or {0x351, 0x355, 0x356, 0x35E} <= set(seen))
        assert seen[0x35E][:5] == b"PYLON"
        assert 4000 < int.from_bytes(seen[0x356][:2], "little") < 6000
        assert pack.process.poll() is None


def test_two_ports_speak_slcan_to_each_other(tmp_path):
    with Probe(f"can=slcan:pty:{tmp_path}/can") as one:
        with Probe(f"can=slcan:{tmp_path}/can?bitrate=250000") as two:
            one.say("frame 0 351 AA")
            assert two.line("frame") == "frame 0 351 AA"
            two.say("frame 0 305 BB")
            assert one.line("frame") == "frame 0 305 BB"
            assert counts(two)["bad_frames"] == counts(one)["bad_frames"] == 0


@pytest.mark.parametrize("bitrate, digit", [(10000, 0), (20000, 1), (50000, 2), (100000, 3),
                                            (125000, 4), (250000, 5), (500000, 6), (800000, 7),
                                            (1000000, 8)])
def test_an_adapter_is_closed_set_and_opened(adapter, bitrate, digit):
    with Probe(f"can=slcan:{adapter.path}?bitrate={bitrate}"):
        wait_until(lambda: adapter.lines[:3] == [b"C", b"S%d" % digit, b"O"])


def test_garbage_and_long_lines_are_counted_and_spoil_nothing(adapter):
    with Probe(f"can=slcan:{adapter.path}") as port:
        adapter.heard(b"O")
        adapter.say(b"garbage\r" + b"t" * 100000 + b"\r" + b"t9991\r" + b"\xff\xfe\r"
                    + b"r3518\r" + b"e1a\r" + b"\a" + b"t3511AA1234\r" + b"T1FFFFFFF0\r")
        assert port.line("frame") == "frame 0 351 AA"
        assert port.line("frame").strip() == "frame 0 1FFFFFFF"
        seen = counts(port)
        assert (seen["bad_frames"], seen["remote_frames"], seen["error_frames"],
                seen["refusals"]) == (4, 1, 1, 1)


def test_an_adapter_that_was_unplugged_is_opened_again_for_ever(adapter):
    with Probe(f"can=slcan:{adapter.path}") as port:
        for turn in range(1, 4):
            adapter.heard(b"O", turn)
            adapter.say(b"t1230\r")
            port.line("frame")
            adapter.unplug()
            wait_until(lambda: port.ask("trouble 0") != "trouble ''")
            before = counts(port)["lost_frames"]
            port.say("flood 0 100")
            port.line("flooded")
            assert counts(port)["lost_frames"] == before + 100
            time.sleep(1.5)  # at least one attempt in vain
            adapter.plug_in()
            wait_until(lambda: counts(port)["restarts"] == turn)
        adapter.heard(b"O", 4)
        port.say("frame 0 351 AA")
        adapter.heard(b"t3511AA")
        assert b"t351400000000" not in adapter.lines  # nothing old
        assert port.ask("trouble 0") == "trouble ''"


def test_an_adapter_that_does_not_answer_is_asked_and_started_again(adapter):
    adapter.answers = False
    with Probe(f"can=slcan:{adapter.path}") as port:
        adapter.heard(b"F", 2)
        adapter.heard(b"O", 2)
        assert port.ask("trouble 0") == "trouble 'the adapter does not answer'"
        assert counts(port)["restarts"] == 1
        adapter.answers = True
        wait_until(lambda: port.ask("trouble 0") == "trouble ''")
        time.sleep(3)
        assert counts(port)["restarts"] == 1  # it answers now


def test_an_adapter_alone_on_its_bus_is_started_again_until_somebody_hears(adapter):
    adapter.refuses = True  # its memory is full: nobody acknowledges
    with Probe(f"can=slcan:{adapter.path}") as port:
        for turn in range(2, 4):
            port.say("flood 0 20")
            adapter.heard(b"O", turn)
        adapter.refuses = False
        port.say("frame 0 351 AA")
        adapter.heard(b"t3511AA")
        assert counts(port)["refusals"] == 40
        assert counts(port)["restarts"] == 2


def test_an_adapter_that_left_the_bus_is_started_again(adapter):
    with Probe(f"can=slcan:{adapter.path}") as port:
        adapter.heard(b"O")
        adapter.say(b"sb256256\r")
        adapter.heard(b"O", 2)
        seen = counts(port)
        assert (seen["bus_offs"], seen["restarts"]) == (1, 1)


def test_only_wanted_identifiers_are_received(adapter):
    with Probe(f"can=slcan:{adapter.path}") as port:
        adapter.heard(b"O")
        assert port.ask("filter 0 351") == "filter 0"
        adapter.say(b"t3500\rT000003510\rt3511AA\r")
        assert port.line("frame") == "frame 0 351 AA"


def test_a_waiting_port_uses_no_processor_time(adapter):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Probe(f"can=slcan:{adapter.path}", f"can=slcan:pty:{adapter.path}.pty") as port:
        adapter.heard(b"O")
        adapter.unplug()
        port.say("flood 1 5000")  # its queue is full, nobody reads
        time.sleep(4)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


LOG = """# recorded by a stranger
(1000.000000) can0 351#AA
(1000.200000) can0 18FF50E5#01
nonsense
(1000.200000) can0 100#R
(1000.200000) can0 20000088#0000000000000000
(1000.400000) can0 356#
"""


@pytest.mark.parametrize("speed, least_s, most_s", [(0, 0, 0.3), (1, 0.39, 2), (4, 0.09, 1)])
def test_a_log_is_played_at_its_own_time_or_at_once(tmp_path, speed, least_s, most_s):
    path = tmp_path / "bus.log"
    path.write_text(LOG)
    start = time.monotonic()
    with Probe(f"can=log:{path}?speed={speed}") as port:
        seen = [port.line("frame").strip() for _ in range(3)]
        spent_s = time.monotonic() - start
        assert seen == ["frame 0 351 AA", "frame 0 18FF50E5 01", "frame 0 356"]
        assert least_s <= spent_s <= most_s
        assert port.ask("trouble 0") == "trouble 'the log is at its end'"
        port.say("frame 0 351 BB")
        assert counts(port)["lost_frames"] == 1
        seen = counts(port)
        assert (seen["bad_frames"], seen["remote_frames"], seen["error_frames"]) == (1, 1, 1)
    assert path.read_text() == LOG


def test_serial_ports_do_not_play_logs(tmp_path):
    assert "only the log of a CAN port" in refusal(f"log:{tmp_path}/x?speed=1")
