# SPDX-License-Identifier: Apache-2.0
# Serial ports through real descriptors: hubs, clients, pseudo terminals, logs, errors.
import os
import re
import socket
import stat
import time
import tty

import pytest

from probe import PATIENCE_S, Probe, refusal, wait_until

ALL_BYTES = bytes(range(256))


def connect(url):
    peer = socket.socket(socket.AF_UNIX if url.startswith("unix") else socket.AF_INET)
    peer.settimeout(PATIENCE_S)
    address = url.split(":", 1)[1]
    if url.startswith("unix"):
        peer.connect(address)
    else:
        host, port = address.rsplit(":", 1)
        peer.connect((host, int(port)))
    return peer


def join(hub):
    """A new client of a hub; returns once the hub has taken it. The others hear its '!'."""
    peer = connect(hub.urls[0])
    peer.sendall(b"!")
    assert hub.bytes(0, 1) == b"!"
    return peer


def take(peer, size):
    found = b""
    while len(found) < size:
        piece = peer.recv(size - len(found))
        assert piece, "closed early"
        found += piece
    return found


def assert_silent(peer):
    peer.setblocking(False)
    with pytest.raises(BlockingIOError):
        peer.recv(1)
    peer.settimeout(PATIENCE_S)


@pytest.mark.parametrize("scheme", ["tcp", "unix"])
def test_hub_hands_bytes_to_all_but_the_sender(tmp_path, scheme):
    name = "tcp-listen:0" if scheme == "tcp" else f"unix-listen:{tmp_path}/hub"
    with Probe(name) as hub:
        first, second, third = join(hub), join(hub), join(hub)
        assert take(first, 2) == b"!!" and take(second, 1) == b"!"
        first.sendall(ALL_BYTES)
        assert take(second, 256) == ALL_BYTES and take(third, 256) == ALL_BYTES
        assert hub.bytes(0, 256) == ALL_BYTES
        assert_silent(first)
        hub.say("write 0 " + ALL_BYTES.hex())
        for peer in (first, second, third):
            assert take(peer, 256) == ALL_BYTES
        second.close()
        first.sendall(b"still here")
        assert take(third, 10) == b"still here"


def test_hub_listens_on_loopback_and_reports_the_port_it_got():
    with Probe("tcp-listen:0") as hub:
        assert re.fullmatch(r"tcp-listen:127\.0\.0\.1:[1-9][0-9]*", hub.urls[0])
    with Probe("tcp-listen:[::1]:0") as hub:
        assert re.fullmatch(r"tcp-listen:\[::1\]:[1-9][0-9]*", hub.urls[0])


def test_client_that_does_not_read_loses_oldest_bytes_and_others_lose_none():
    with Probe("tcp-listen:0") as hub:
        deaf, good = join(hub), join(hub)
        assert take(deaf, 1) == b"!"
        total = 0
        pattern = bytes(i % 251 for i in range(20000))
        while int(hub.ask("lost 0").split()[1]) == 0:  # fill the kernel's buffers
            hub.say("flood 0 20000")
            assert take(good, 20000) == pattern
            total += 20000
            assert total < 50_000_000
        hub.say("write 0 FFFEFD")
        assert take(good, 3) == b"\xff\xfe\xfd"
        found = b""
        while not found.endswith(b"\xff\xfe\xfd"):  # the newest bytes are there
            found += deaf.recv(65536)
        assert len(found) < total + 3


def test_clients_reach_a_hub_and_echo(tmp_path):
    with Probe("tcp-listen:0", f"unix-listen:{tmp_path}/bus") as hub:
        tcp = "tcp" + hub.urls[0][len("tcp-listen"):]
        with Probe(tcp, f"unix:{tmp_path}/bus") as client:
            for index in (0, 1):
                client.say(f"echo {index}")
                wait_until(lambda: client.ask(f"trouble {index}") == "trouble ''")
                client.say(f"write {index} 48690A")
                assert hub.bytes(index, 3) == b"Hi\n"
                hub.say(f"write {index} 00112233")
                assert client.bytes(index, 4) == bytes.fromhex("00112233")
                assert hub.bytes(index, 4) == bytes.fromhex("00112233")


def test_client_connects_again_after_its_hub_was_away(tmp_path):
    path = f"{tmp_path}/bus"
    with Probe(f"unix:{path}") as client:
        assert "No such file" in client.ask("trouble 0")
        client.say("write 0 0102")
        assert client.ask("lost 0") == "lost 2"
        for _ in range(2):
            with Probe(f"unix-listen:{path}") as hub:
                wait_until(lambda: client.ask("trouble 0") == "trouble ''")
                client.say("write 0 A5")
                assert hub.bytes(0, 1) == b"\xa5"
            wait_until(lambda: client.ask("trouble 0") != "trouble ''")


def test_refused_connection_is_told():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with Probe(f"tcp:127.0.0.1:{unused.getsockname()[1]}") as client:
            wait_until(lambda: "Connection refused" in client.ask("trouble 0"))


def test_pty_passes_every_byte_both_ways_and_survives_its_visitors(tmp_path):
    path = f"{tmp_path}/pack"
    with Probe(f"pty:{path}") as port:
        assert port.urls == [f"pty:{path}"]
        for _ in range(2):
            visitor = os.open(path, os.O_RDWR | os.O_NOCTTY)
            special = bytes([0x00, 0x03, 0x0A, 0x0D, 0x11, 0x13, 0xFF]) + ALL_BYTES
            os.write(visitor, special)
            assert port.bytes(0, len(special)) == special
            port.say("write 0 " + special.hex())
            found = b""
            while len(found) < len(special):
                found += os.read(visitor, 4096)
            assert found == special
            os.close(visitor)
    assert not os.path.lexists(path)


def test_pty_that_nobody_reads_drops_and_counts(tmp_path):
    with Probe(f"pty:{tmp_path}/pack") as port:
        port.say("flood 0 100000")
        port.line("flooded")
        assert int(port.ask("lost 0").split()[1]) > 50000


def test_pty_replaces_a_link_but_no_file(tmp_path):
    (tmp_path / "file").write_text("precious")
    assert "not a symbolic link" in refusal(f"pty:{tmp_path}/file")
    assert (tmp_path / "file").read_text() == "precious"
    os.symlink("/nowhere", tmp_path / "link")
    with Probe(f"pty:{tmp_path}/link") as _:
        assert os.readlink(tmp_path / "link").startswith("/dev/pts/")


def test_serial_device_is_opened_raw_at_its_rate(tmp_path):
    near, far = os.openpty()
    with Probe(f"serial:{os.ttyname(far)}?baud=9600") as port:
        settings = tty.tcgetattr(far)
        assert settings[tty.ISPEED] == settings[tty.OSPEED] == tty.B9600
        assert not settings[tty.LFLAG] & (tty.ICANON | tty.ECHO | tty.ISIG)
        assert not settings[tty.IFLAG] & (tty.IXON | tty.ICRNL)
        os.write(near, ALL_BYTES)
        assert port.bytes(0, 256) == ALL_BYTES
        port.say("write 0 0D0A11")
        assert os.read(near, 10) == b"\r\n\x11"
        os.close(far)
        os.close(near)  # the adapter is unplugged
        wait_until(lambda: port.ask("trouble 0") != "trouble ''")


def test_socket_files_are_removed_and_stale_ones_replaced(tmp_path):
    path = f"{tmp_path}/bus"
    left = socket.socket(socket.AF_UNIX)
    left.bind(path)
    left.close()
    assert stat.S_ISSOCK(os.lstat(path).st_mode)
    with Probe(f"unix-listen:{path}"):
        assert "in use" in refusal(f"unix-listen:{path}")
        connect(f"unix:{path}").close()
    assert not os.path.exists(path)


def test_log_gets_a_line_per_write(tmp_path):
    for _ in range(2):  # appends
        with Probe(f"log:{tmp_path}/traffic") as port:
            port.say("write 0 010300FF")
            port.say("trouble 0")
            port.line("trouble")
    lines = (tmp_path / "traffic").read_text().splitlines()
    assert len(lines) == 2
    assert all(re.fullmatch(r"\(0\.\d{6}\) rs485 < 01 03 00 FF", line) for line in lines)


@pytest.mark.parametrize("url, told", [
    ("fax:1", "unknown kind of port 'fax'; accepted: serial: pty:"),
    ("nothing", "unknown kind of port 'nothing'"),
    ("pty:", "address missing; accepted is pty:PATH"),
    ("pty:" + "x" * 300, "address too long"),
    ("serial:/dev/does-not-exist", "cannot open '/dev/does-not-exist': No such file"),
    ("serial:/dev/null", "not a serial device"),
    ("serial:/dev/null?baud=fast", "bad baud 'fast'"),
    ("serial:/dev/null?parity=9", "unknown option 'parity=9'"),
    ("tcp:localhost", "port number missing in 'localhost'; accepted is tcp:HOST:PORT"),
    ("tcp:localhost:0", "bad port number '0'"),
    ("tcp-listen:70000", "bad port number '70000'"),
    ("tcp::1", "host missing"),
    ("pty:x?baud=9600", "unknown option 'baud=9600'; accepted is pty:PATH"),
    ("udpcan:239.1.1.1:1", "is not a serial port; accepted: serial: pty: tcp:"),
    ("unix-listen:/does-not-exist/bus", "No such file"),
    ("unix:" + "x" * 120, "107 characters at most"),
    ("log:/does-not-exist/log", "cannot write '/does-not-exist/log': No such file"),
    ("pty:/does-not-exist/pty", "cannot make the symbolic link"),
])
def test_error_says_which_part_is_wrong(url, told):
    assert told in refusal(url)


def test_odd_baud_is_refused_with_the_list():
    near, far = os.openpty()
    assert "bad baud 12345; accepted: 1200" in refusal(f"serial:{os.ttyname(far)}?baud=12345")
    os.close(near)
    os.close(far)


def test_port_in_use_is_told():
    with Probe("tcp-listen:0") as hub:
        number = hub.urls[0].rsplit(":", 1)[1]
        assert refusal(f"tcp-listen:{number}") == f"port {number} is in use"


def test_timer_is_called_for_every_period_without_drift():
    with Probe() as loop:
        loop.say("tick 10 50")
        due = [int(loop.line("tick").split()[1]) for _ in range(50)]
    assert [b - a for a, b in zip(due, due[1:])] == [10000] * 49


def test_timer_catches_up_after_a_pause():
    with Probe() as loop:
        loop.say("tick 10 100")
        first = int(loop.line("tick").split()[1])
        loop.process.send_signal(19)  # SIGSTOP
        wait_until(lambda: "T" in open(f"/proc/{loop.process.pid}/stat").read().split()[2])
        deadline = time.monotonic() + 0.3
        wait_until(lambda: time.monotonic() > deadline)
        loop.process.send_signal(18)  # SIGCONT
        due = [first] + [int(loop.line("tick").split()[1]) for _ in range(99)]
    assert due[-1] - first == 99 * 10000


def test_signal_ends_the_loop_with_code_0_and_quit_with_its_own():
    for number in (2, 15):
        with Probe() as loop:
            loop.process.send_signal(number)
            assert loop.process.wait(PATIENCE_S) == 0
    loop = Probe()
    loop.say("quit 7")
    assert loop.process.wait(PATIENCE_S) == 7
