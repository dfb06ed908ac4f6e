# SPDX-License-Identifier: Apache-2.0
# Recorded CAN traffic without a profile is decoded by the profile that fits it.
import json
import os
import pathlib
import subprocess

LOGS = pathlib.Path(__file__).parents[1] / "protocols"


def objects(protocol, path):
    done = subprocess.run([os.environ["HEARTH"], "decode", protocol, str(path)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def same(protocol, profile, log):
    path = LOGS / log
    found = objects(protocol, path)
    assert found == objects(f"{protocol}:{profile}", path)
    return found


def test_a_file_is_decoded_by_the_profile_that_fits_most_of_its_frames():
    found = same("pylon_can", "v13", "pylon_can_v13_us5000.log")
    assert "product" in [message["message"] for message in found]
    same("pylon_can", "v12", "pylon_can.log")
    same("deye_can", "dy33", "deye_can.log")
    same("deye_can", "dy33", "deye_can_vectors.log")
    same("deye_can", "pylon", "pylon_can_jk_to_deye.log")
    same("goodwe_can", "b", "goodwe_can_b_vectors.log")
    same("goodwe_can", "a", "goodwe_can_jk.log")
    same("sofar_can", "c", "sofar_can_c.log")
    same("sofar_can", "b", "sofar_can_b_vectors.log")
    same("sofar_can", "a", "sofar_can.log")


def test_what_cannot_be_read_twice_is_decoded_by_the_default_profile():
    text = (LOGS / "pylon_can_v13_us5000.log").read_text()
    pipe = subprocess.run([os.environ["HEARTH"], "decode", "pylon_can", "-"], input=text,
                          capture_output=True, text=True)
    names = [json.loads(line)["message"] for line in pipe.stdout.splitlines()]
    assert "unknown" in names and "limits" in names
