# SPDX-License-Identifier: Apache-2.0
# A Linux machine of our own for what the host's kernel may not have: user-mode-linux with the
# host's files as its root. Needs neither root nor virtualisation; a run takes some seconds.
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE_S = 240
# Command and Debian package: what is missing is an error of the set-up, never a reason to skip.
NEEDED = {"linux.uml": "user-mode-linux", "insmod": "kmod", "ip": "iproute2",
          "candump": "can-utils", "slcand": "can-utils"}


def missing():
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    return sorted({package for command, package in NEEDED.items()
                   if not shutil.which(command, path=path)})


def run(program, share):
    """Runs the pytest file `program` in the guest; returns how many passed, and what it said. The
    kernel's own exit code says nothing, so the sum that pytest writes has to be there."""
    assert not missing(), "packages missing: " + " ".join(missing())
    with open(os.path.join(share, "console"), "wb") as console:
        subprocess.run(
            ["linux.uml", "mem=256M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro",
             f"init={HERE}/guest.sh", f"uml_share={share}", f"uml_program={program}",
             f"uml_tests={os.environ['TEST_PROGRAMS']}", "con=null", "con0=null,fd:1", "quiet"],
            stdin=subprocess.DEVNULL, stdout=console, stderr=console, timeout=PATIENCE_S,
            env={"PATH": os.environ["PATH"], "TMPDIR": str(share), "HOME": str(share)})
    said = ""
    for name in ("console", "output", "code"):
        path = os.path.join(share, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                said += f"--- {name}\n{file.read()}\n"
    passed = re.search(r"(?m)^(\d+) passed", said)
    ended_well = said.rstrip().endswith("--- code\n0")
    return (int(passed.group(1)) if passed and ended_well else 0), said
