# SPDX-License-Identifier: Apache-2.0
# hearth decode on what people note down or paste, beside candump's own lines.
import json
import os
import subprocess

# A read of eight cells by Modbus as noted by an owner, and one frame of CAN.
GROWATT = """# menu protocol 006, 9600 8N1
TX hex 01 03 00 71 00 08 14 17
@0.040 RX hex 01 03 10 0C D9 0C D9 0C DA 0C DA
   0C D9 0C DA 0C DA 00 00 5F 2F
"""


def decode(protocol, text):
    done = subprocess.run([os.environ["HEARTH"], "decode", protocol, "-"], input=text, timeout=20,
                          capture_output=True, text=True)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_noted_bytes_over_several_lines():
    code, messages, errors = decode("growatt_rs485", GROWATT)
    assert (code, errors) == (0, "")
    assert [message["from"] for message in messages] == ["asking", "battery"]
    assert messages[1]["t"] == 0.04
    assert messages[1]["values"]["cell_mv"][:7] == [3289, 3289, 3290, 3290, 3289, 3290, 3290]


def test_a_noted_ascii_frame():
    code, messages, errors = decode("pylon_rs485", "5.454 TX ~20024642E002FFFD09 | all packs\n")
    assert (code, errors) == (0, "")
    assert messages[0]["t"] == 5.454 and messages[0]["from"] == "asking"


def test_a_noted_can_frame():
    code, messages, errors = decode("jk_can", "CAN> 2F4 13 01 D7 11 33\n")
    assert (code, errors) == (0, "")
    assert messages[0]["values"]["pack_mv"] == 27500
    assert messages[0]["values"]["soc_permille"] == 510


def test_lines_that_are_none_are_named_and_the_rest_is_decoded():
    code, messages, errors = decode("growatt_rs485", "  01 02\nsent 01 02\n" + GROWATT)
    assert code == 2
    assert len(messages) == 2
    assert errors.splitlines() == [
        "-:1:1: bytes without a line before that they go on from",
        "-:2:1: a line begins with (seconds), '#' or '=', or with TX, RX, H>, B>, CAN>"]
