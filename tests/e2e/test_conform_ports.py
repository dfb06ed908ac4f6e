# SPDX-License-Identifier: Apache-2.0
"""hearth conform over a serial line with SLCAN: through a pair of terminals that socat joins, with
one end as the adapter, and over a line that spoils one kind of frame. All at once: each listens."""
import json
import os
import subprocess
import threading
import tty
from contextlib import ExitStack, contextmanager, suppress

import pytest

from hearth import Hearth, wait_for

SECONDS = 6


@contextmanager
def socat(one, two):
    """A null-modem cable."""
    line = subprocess.Popen(["socat", f"PTY,link={one},raw,echo=0", f"PTY,link={two},raw,echo=0"])
    try:
        wait_for(lambda: os.path.islink(one) and os.path.islink(two))
        yield
    finally:
        line.terminate()
        line.wait()


class Spoiling:
    """A cable too, on which no state of charge arrives whole."""

    def __init__(self, one, two):
        self.masters = []
        self.ends = []
        for path in (one, two):
            master, end = os.openpty()
            tty.setraw(end)
            os.symlink(os.ttyname(end), path)
            self.masters.append(master)
            self.ends.append(end)  # held open: no hang-up before both are there

    def __enter__(self):
        for source, sink in (self.masters, reversed(self.masters)):
            threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        rest = b""
        with suppress(OSError):  # both ends are closed
            while True:
                *lines, rest = (rest + os.read(source, 4096)).split(b"\r")
                for line in lines:
                    os.write(sink, line.replace(b"t3554", b"t355x") + b"\r")

    def __exit__(self, *_):
        for end in self.ends:
            os.close(end)


def conform(url, role):
    return subprocess.Popen(
        [os.environ["HEARTH"], "conform", "pylon_can", url, "--role", role, "--json",
         "--seconds", str(SECONDS)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def battery(url):
    return Hearth("pack", "--can", url)


def inverter(url):
    return Hearth("inverter", "--brand", "pylon", url)


class Judged:
    def __init__(self, kit):
        out, self.errors = kit.communicate(timeout=30)
        lines = [json.loads(line) for line in out.splitlines()]
        self.code, self.sums = kit.returncode, lines[-1]
        self.rules = {line["rule"]: line for line in lines[:-1]}
        self.failed = {name: rule["measured"] for name, rule in self.rules.items()
                       if rule["result"] == "fail"}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """By name of the line and role."""
    ends = {"battery": battery, "inverter": inverter}
    kits = {}
    with ExitStack() as stack:
        for role, start in ends.items():
            folder = tmp_path_factory.mktemp(role)
            stack.enter_context(socat(folder / "one", folder / "two"))
            stack.enter_context(start(f"slcan:{folder}/one"))
            kits["cable", role] = conform(f"slcan:{folder}/two", role)
            stack.enter_context(start(f"slcan:pty:{folder}/adapter"))
            wait_for((folder / "adapter").is_symlink)
            kits["adapter", role] = conform(f"slcan:{folder}/adapter", role)
        stack.enter_context(Spoiling(folder / "spoilt", folder / "end"))
        stack.enter_context(battery(f"slcan:{folder}/spoilt"))
        kits["spoilt", "battery"] = conform(f"slcan:{folder}/end", "battery")
        yield {name: Judged(kit) for name, kit in kits.items()}


@pytest.mark.parametrize("line", ["cable", "adapter"])
def test_our_battery_passes_over_a_serial_line(judged, line):
    found = judged[line, "battery"]
    assert (found.code, found.failed, found.errors) == (0, {}, "")
    assert found.sums["pass"] >= 10 and found.sums["frames"] >= 6 * (SECONDS - 1)
    assert found.sums["unknown_frames"] == 0
    assert found.rules["keep_alive_loss"]["result"] == "pass"


@pytest.mark.parametrize("line", ["cable", "adapter"])
def test_our_inverter_passes_over_a_serial_line(judged, line):
    found = judged[line, "inverter"]
    assert (found.code, found.failed, found.errors) == (0, {}, "")
    assert found.rules["scheduled_present"]["result"] == "pass"
    assert found.sums["frames"] >= SECONDS - 1


def test_a_line_that_spoils_one_kind_of_frame_fails_for_what_is_missing(judged):
    found = judged["spoilt", "battery"]
    assert found.code == 1
    assert found.failed == dict.fromkeys(["supervised_present", "scheduled_present"],
                                         "not heard: 355 state")
