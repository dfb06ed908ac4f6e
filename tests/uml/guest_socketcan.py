# SPDX-License-Identifier: Apache-2.0
# Runs inside the guest of machine.py, which has CAN: can: ports against can-utils on vcan, and the
# kernel's own slcan driver against slcan:pty:. Everything that happens to an interface happens.
import contextlib
import os
import resource
import signal
import subprocess
import sys
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "port"))

from probe import PATIENCE_S, Probe, refusal, wait_until  # noqa: E402


def shell(line):
    subprocess.run(line, shell=True, check=True, timeout=PATIENCE_S)


def counts(port, index=0):
    return {name: int(number) for name, number in
            (pair.split("=") for pair in port.ask(f"counts {index}").split(" ")[1:])}


@contextlib.contextmanager
def candump(interface, path):
    with open(path, "w", encoding="ascii") as file:
        process = subprocess.Popen(["candump", "-L", interface], stdout=file)
        time.sleep(0.3)
        yield lambda: [line.split(" ")[2] for line in path.read_text().splitlines()]
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture
def vcan():
    shell("ip link add vcan0 type vcan && ip link set vcan0 up")
    yield "vcan0"
    subprocess.run("ip link del vcan0", shell=True, stderr=subprocess.DEVNULL)


def test_frames_pass_both_ways_to_can_utils(vcan, tmp_path):
    with Probe("can=can:vcan0") as port, candump(vcan, tmp_path / "log") as seen:
        assert port.urls == ["can:vcan0"]
        port.say("frame 0 351 3802DC05DC05E001")
        port.say("frame 0 18FF50E5 00")
        port.say("frame 0 7FF")
        wait_until(lambda: len(seen()) == 3)
        assert seen() == ["351#3802DC05DC05E001", "18FF50E5#00", "7FF#"]
        shell("cansend vcan0 305#0000000000000000; cansend vcan0 1FFFFFFF#FF; cansend vcan0 123#")
        assert [port.line("frame").strip() for _ in range(3)] == [
            "frame 0 305 0000000000000000", "frame 0 1FFFFFFF FF", "frame 0 123"]
        assert sum(counts(port).values()) == 0


def test_the_time_of_reception_is_the_kernels(vcan):
    with Probe("can=can:vcan0") as port:
        port.process.send_signal(signal.SIGSTOP)  # stopped while the frame comes
        shell("cansend vcan0 123#01")
        time.sleep(0.5)
        port.process.send_signal(signal.SIGCONT)
        port.line("frame")
        assert 500000 <= int(port.ask("age 0").split(" ")[1]) < 5000000


def test_remote_and_error_frames_are_counted_and_not_heard(vcan):
    with Probe("can=can:vcan0") as port:
        shell("cansend vcan0 351#R; cansend vcan0 20000004#0001000000000000; cansend vcan0 351#AA")
        assert port.line("frame") == "frame 0 351 AA"
        seen = counts(port)
        assert (seen["remote_frames"], seen["error_frames"], seen["bus_offs"]) == (1, 1, 0)


def test_bus_off_is_told_and_the_interface_started_again(vcan):
    with Probe("can=can:vcan0") as port:
        for turn in range(1, 3):
            shell("cansend vcan0 20000040#0000000000000000")
            wait_until(lambda: counts(port)["bus_offs"] == turn)
            assert port.ask("trouble 0") == "trouble ''vcan0' is off the bus'"
            wait_until(lambda: counts(port)["restarts"] == turn)
            shell("cansend vcan0 351#AA")
            assert port.line("frame") == "frame 0 351 AA"
        assert port.ask("trouble 0") == "trouble ''"


def test_a_kernel_that_restarts_by_itself_is_left_alone(vcan):
    with Probe("can=can:vcan0") as port:
        shell("cansend vcan0 20000040#0000000000000000; cansend vcan0 20000100#0000000000000000")
        wait_until(lambda: counts(port)["restarts"] == 1)
        time.sleep(4)
        assert counts(port)["restarts"] == 1
        assert port.ask("trouble 0") == "trouble ''"


def test_only_wanted_identifiers_are_received(vcan):
    with Probe("can=can:vcan0") as port:
        assert port.ask("filter 0 351") == "filter 0"
        shell("cansend vcan0 350#; cansend vcan0 00000351#; cansend vcan0 351#AA")
        assert port.line("frame") == "frame 0 351 AA"


def test_down_and_up_and_gone_and_back_for_ever(vcan, tmp_path):
    with Probe("can=can:vcan0") as port:
        for turn in range(1, 5):
            shell("ip link set vcan0 down" if turn % 2 else "ip link del vcan0")
            wait_until(lambda: port.ask("trouble 0") != "trouble ''")
            port.say("frame 0 351 AA")
            wait_until(lambda: counts(port)["lost_frames"] == turn)
            time.sleep(1.2)  # at least one look in vain
            told = "is down; try: ip link set vcan0 up" if turn % 2 else "no interface 'vcan0'"
            assert told in port.ask("trouble 0")
            shell("ip link set vcan0 up" if turn % 2 else
                  "ip link add vcan0 type vcan && ip link set vcan0 up")
            wait_until(lambda: counts(port)["restarts"] == turn)
            shell("cansend vcan0 123#01")
            assert port.line("frame") == "frame 0 123 01"
            with candump(vcan, tmp_path / f"log{turn}") as seen:
                port.say("frame 0 351 BB")
                wait_until(lambda: seen() == ["351#BB"])


def test_an_interface_that_is_down_is_waited_for(vcan):
    shell("ip link set vcan0 down")
    with Probe("can=can:vcan0") as port:
        assert "is down; try: ip link set vcan0 up" in port.ask("trouble 0")
        shell("ip link set vcan0 up")
        wait_until(lambda: port.ask("trouble 0") == "trouble ''")
        shell("cansend vcan0 123#01")
        assert port.line("frame") == "frame 0 123 01"


def test_an_interface_that_does_not_exist_is_an_error_that_helps():
    told = refusal("can=can:can7")
    assert "no interface 'can7'" in told and "ip link set can7 up type can bitrate" in told
    assert "cannot use 'lo' for CAN" in refusal("can=can:lo")


@contextlib.contextmanager
def slcand(path, options="-o -c -s6"):
    """The kernel's slcan driver on the pseudo terminal `path`, as interface slcan0."""
    device = os.path.realpath(path)
    process = subprocess.Popen(["slcand", "-F", *options.split(), device, "slcan0"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: os.path.exists("/sys/class/net/slcan0"))
    shell("ip link set slcan0 up")
    yield "slcan0"
    process.terminate()
    process.wait(PATIENCE_S)


def test_the_kernels_slcan_driver_speaks_to_our_adapter(tmp_path):
    with Probe(f"can=slcan:pty:{tmp_path}/tty") as port, slcand(tmp_path / "tty"):
        with candump("slcan0", tmp_path / "log") as seen:
            port.say("frame 0 351 3802DC05DC05E001")
            port.say("frame 0 18FF50E5 00")
            wait_until(lambda: len(seen()) == 2)
            assert seen() == ["351#3802DC05DC05E001", "18FF50E5#00"]
        shell("cansend slcan0 305#0000000000000000; cansend slcan0 1FFFFFFF#FF")
        shell("cansend slcan0 100#R")
        assert port.line("frame") == "frame 0 305 0000000000000000"
        assert port.line("frame") == "frame 0 1FFFFFFF FF"
        wait_until(lambda: counts(port)["remote_frames"] == 1)
        assert counts(port)["bad_frames"] == 0


def read_some(descriptor):
    with contextlib.suppress(BlockingIOError):
        return os.read(descriptor, 65536)
    return b""


def test_a_queue_that_nobody_empties_recovers_with_fresh_frames(tmp_path):
    near, far = os.openpty()  # an adapter that is stuck: nobody reads
    os.set_blocking(near, False)
    (tmp_path / "tty").symlink_to(os.ttyname(far))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with slcand(tmp_path / "tty") as interface, Probe(f"can=can:{interface}") as port:
        port.say("flood 0 3000")
        port.line("flooded")
        assert counts(port)["lost_frames"] > 2000
        time.sleep(3)  # no busy loop meanwhile, and what waits becomes too old
        port.say("frame 0 352 AABB")
        heard = b""

        def fresh_one_came():
            nonlocal heard
            heard += read_some(near)
            return b"t3522AABB\r" in heard
        wait_until(fresh_one_came)
        assert b"t351400000000\r" in heard  # what the kernel had taken over
        assert b"t351400000BB7\r" not in heard  # the last of the flood, too old by now
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
