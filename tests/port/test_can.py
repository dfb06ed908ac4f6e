# SPDX-License-Identifier: Apache-2.0
# CAN ports through real sockets, against python-can's udp_multicast.
import os
import random
import re
import shutil
import socket
import subprocess

import can
import msgpack
import pytest

from probe import PATIENCE_S, PROGRAM, Probe, refusal

GROUP = "239.74.163.2"


@pytest.fixture
def number():
    """A UDP port that nobody uses, so that tests do not hear each other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def frames(bus, count):
    return [bus.recv(PATIENCE_S) for _ in range(count)]


def test_frames_pass_both_ways_to_python_can(number):
    with Probe(f"can=udpcan:{GROUP}:{number}") as port:
        assert port.urls == [f"udpcan:{GROUP}:{number}"]
        with can.Bus(interface="udp_multicast", channel=GROUP, port=number, hop_limit=0) as bus:
            port.say("frame 0 351 3802DC05DC05E001")
            port.say("frame 0 18FF50E5 00")
            port.say("frame 0 000001FF")
            port.say("frame 0 7FF")
            seen = frames(bus, 4)
            assert [(f.arbitration_id, f.is_extended_id, bytes(f.data), f.dlc) for f in seen] == [
                (0x351, False, bytes.fromhex("3802DC05DC05E001"), 8),
                (0x18FF50E5, True, b"\0", 1), (0x1FF, True, b"", 0), (0x7FF, False, b"", 0)]
            for identifier, extended, data in (
                    (0x305, False, b"\0" * 8), (0x7F, False, b"\1"), (0x80, False, b""),
                    (0x1FFFFFFF, True, b"\xff" * 8), (0x12, True, b"\2\3")):
                bus.send(can.Message(arbitration_id=identifier, is_extended_id=extended,
                                     data=data))
                name = f"{identifier:08X}" if extended else f"{identifier:03X}"
                assert port.line("frame") == f"frame 0 {name} {data.hex().upper()}"
        assert port.ask("lost 0") == "lost 0"


def test_ports_hear_each_other_but_not_themselves(number):
    url = f"can=udpcan:{GROUP}:{number}"
    with Probe(url, url) as two, Probe(url) as other:
        two.say("frame 0 123 AA")
        assert two.line("frame") == "frame 1 123 AA"
        assert other.line("frame") == "frame 0 123 AA"
        other.say("frame 0 124 BB")
        assert {two.line("frame"), two.line("frame")} == {"frame 0 124 BB", "frame 1 124 BB"}
        two.say("frame 1 125 CC")
        assert other.line("frame") == "frame 0 125 CC"  # nothing of its own came between
        assert two.line("frame") == "frame 0 125 CC"


def test_foreign_and_broken_datagrams_are_passed_over(number):
    good = {"arbitration_id": 0x100, "is_extended_id": False, "data": b"\1", "dlc": 1}
    whole = msgpack.packb(good)
    bad = [b"", b"\xc1", msgpack.packb([1]), msgpack.packb({"data": b""}),
           msgpack.packb({**good, "arbitration_id": 0x800}),
           msgpack.packb({**good, "arbitration_id": -1}),
           msgpack.packb({**good, "data": b"\1" * 9, "dlc": 9}),
           msgpack.packb({**good, "dlc": 2}), msgpack.packb({**good, "extra": [1, 2]}),
           msgpack.packb({**good, "is_remote_frame": True}),
           msgpack.packb({**good, "is_error_frame": True}),
           msgpack.packb({**good, "is_fd": True}), whole + b"\0"]
    bad += [whole[:size] for size in range(len(whole))]
    random.seed(1)
    bad += [random.randbytes(40) for _ in range(100)]
    with Probe(f"can=udpcan:{GROUP}:{number}") as port:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
            for datagram in bad:
                sender.sendto(datagram, (GROUP, number))
            last = {**good, "x": "s", "y": 1.5, "z": None, "dlc": None, "big": 2 ** 60}
            sender.sendto(msgpack.packb(last), (GROUP, number))
        assert port.line("frame") == "frame 0 100 01"


def test_log_writes_candump_text_that_python_can_reads(tmp_path):
    path = tmp_path / "bus.log"
    with Probe(f"can=log:{path}") as port:
        port.say("frame 0 351 AABB")
        port.say("frame 0 18FF50E5 01")
        assert port.ask("lost 0") == "lost 0"
    assert re.fullmatch(r"\(0\.\d{6}\) can0 351#AABB\n\(0\.\d{6}\) can0 18FF50E5#01\n",
                        path.read_text())
    seen = list(can.CanutilsLogReader(str(path)))
    assert [(f.arbitration_id, f.is_extended_id, bytes(f.data)) for f in seen] == [
        (0x351, False, b"\xaa\xbb"), (0x18FF50E5, True, b"\1")]


@pytest.mark.parametrize("url, told", [
    ("slcan:/does-not-exist/tty", "cannot open '/does-not-exist/tty': No such file"),
    ("slcan:/dev/null", "not a serial device"),
    ("slcan:/dev/null@x", "bad baud 'x' behind '@'"),
    ("slcan:/dev/null?bitrate=83333", "bad bitrate 83333; adapters have 10000 20000 50000 100000 "
     "125000 250000 500000 800000 1000000"),
    ("pty:x", "'pty:x' is not a CAN port; accepted: can: slcan: udpcan: log:"),
    ("log:/does-not-exist/log?speed=1", "cannot read '/does-not-exist/log': No such file"),
    ("udpcan:127.0.0.1:1", "bad group '127.0.0.1'; accepted is 224.0.0.0 to 239.255.255.255"),
    ("udpcan:239.1.1.1:1?ttl=256", "bad ttl '256'; accepted is a number from 0 to 255"),
    ("log:/does-not-exist/log", "No such file"),
])
def test_error_says_which_part_is_wrong(url, told):
    assert told in refusal("can=" + url)


def test_missing_multicast_route_is_told():
    alone = [shutil.which("unshare"), "--user", "--map-root-user", "--net"]
    done = subprocess.run([*alone, PROGRAM, f"can=udpcan:{GROUP}:43113"], capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, timeout=PATIENCE_S,
                          env=dict(os.environ))
    assert done.returncode == 2
    assert "no multicast route" in done.stderr
