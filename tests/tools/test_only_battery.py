# SPDX-License-Identifier: Apache-2.0
"""A firmware that is only a battery (wire/can_sides.h) sends the same frames as one with both sides,
and knows the inverter's."""
import glob
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tool import ROOT  # noqa: E402

# Prints what every profile sends of banks made of its number, and what it hears of the inverter.
PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>

#include "protocols/can.h"
#include "wire/can_table.h"

_Noreturn void hearth_assert_failed(const char *file, int line)
{
    fprintf(stderr, "%s:%d\n", file, line);
    abort();
}

#define ALL(profiles) {profiles, COUNT(profiles)}
static const struct { const struct can_protocol *profiles; size_t count; } all[] = {
    ALL(deye_can), ALL(goodwe_can), ALL(growatt_can), ALL(invt_can), ALL(jk_can),
    ALL(luxpower_can), ALL(megarevo_can), ALL(must_can), ALL(pylon_can), ALL(seplos_can),
    ALL(sma_can), ALL(sofar_can), ALL(victron_can)};

static void fill(struct snapshot *bank, unsigned seed)
{
    snapshot_init(bank);
    for (unsigned id = 0; id < VALUE_NUMBER_COUNT; id++)
        snapshot_put(bank, (enum value_id)id, (int32_t)((id + 1) * seed * 7919 % 65537));
    for (unsigned id = 0; id < ALARM_COUNT; id++) {
        alarm_put(bank->alarms, (enum alarm)id, (id * seed + 1) % 5 == 0);
        alarm_put(bank->warnings, (enum alarm)id, (id * seed + 1) % 3 == 0);
    }
}

static void send(const struct can_protocol *can, const struct can_message *message)
{
    for (unsigned seed = 0; seed < 40; seed++) {
        struct snapshot bank, pack;
        struct can_frame frame;
        fill(&bank, seed);
        fill(&pack, seed + 100);
        struct view view = {&bank, {&pack}};
        if (!can_encode(can, message, &view, 0, &frame))
            continue;
        printf("%s:%s %X every %u", can->name, can->profile, (unsigned)frame.id, message->period_ms);
        for (unsigned i = 0; i < frame.size; i++)
            printf(" %02X", frame.data[i]);
        putchar('\n');
    }
}

int main(void)
{
    for (size_t i = 0; i < COUNT(all); i++) {
        for (size_t n = 0; n < all[i].count; n++) {
            const struct can_protocol *can = &all[i].profiles[n];
            for (size_t k = 0; k < can->message_count; k++) {
                if (can->messages[k].period_ms > 0 || can->messages[k].form & POLL)
                    send(can, &can->messages[k]);
            }
            for (size_t k = 0; k < can->answer_count; k++)
                printf("%s:%s hears %X\n", can->name, can->profile, (unsigned)can->answers[k].id);
        }
    }
    return 0;
}
"""


def said(folder, *form):
    """Lines of the program, compiled in a form."""
    source = folder / "frames.c"
    source.write_text(PROGRAM)
    patterns = ["protocols/*_can.c", "protocols/can_351.c", "protocols/growatt.c", "wire/*.c", "base/*.c"]
    parts = [f for pattern in patterns for f in sorted(glob.glob(os.path.join(ROOT, pattern)))]
    parts += [os.path.join(ROOT, "core", name) for name in ("snapshot.c", "alarms.c", "params.c")]
    program = folder / "frames"
    subprocess.run(["gcc", "-std=c11", "-O1", "-I", ROOT, *form, str(source), *parts, "-o",
                    str(program)], check=True, stdin=subprocess.DEVNULL)
    return subprocess.run([str(program)], check=True, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL).stdout.splitlines()


def test_a_battery_alone_sends_the_same_frames(tmp_path):
    both = said(tmp_path)
    assert said(tmp_path, "-DHEARTH_ONLY_BATTERY") == both
    for name in ("growatt_can:rev05 311", "victron_can: 379", "jk_can:500k 18F528F4"):
        assert any(line.startswith(name + " every 1000 ") or line.startswith(name + " every 500 ")
                   for line in both), name
    assert "sma_can: hears 305" in both
