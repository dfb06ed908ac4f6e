# SPDX-License-Identifier: Apache-2.0
"""A firmware that is only a battery (wire/can_sides.h) sends the same frames as one with both sides,
knows the inverter's, and gives the same answers on serial lines."""
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

# Answers of every serial protocol to the requests that it is given as "NUMBER HEX"; "ask": prints
# those that the asking side of each has.
ANSWERS = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "protocols/jk_map.h"
#include "protocols/rs485.h"

_Noreturn void hearth_assert_failed(const char *file, int line)
{
    fprintf(stderr, "%s:%d\n", file, line);
    abort();
}

static const struct serial_protocol *const all[] = {
    &pylon_rs485[0], &pylon_rs485[1], &pace_rs485[0], &wow_rs485[0], &jk_uart[0], &growatt_rs485[0],
    &growatt_rs485[1], &voltronic_rs485[0], &sunspec[0]};
static struct snapshot values;
static struct params params;

static void fill(unsigned seed)
{
    snapshot_init(&values);
    params_init(&params);
    for (unsigned id = 0; id < VALUE_NUMBER_COUNT; id++) {
        snapshot_put(&values, (enum value_id)id, (int32_t)((id + 1) * seed * 7919 % 65537) - 300);
        snapshot_set_have(&values, (enum value_id)id, (id + seed) % 11 != 0);
    }
    snapshot_put(&values, VALUE_cell_count, 16);
    for (unsigned id = 0; id < ALARM_COUNT; id++) {
        alarm_put(values.alarms, (enum alarm)id, (id * seed + 1) % 5 == 0);
        alarm_put(values.warnings, (enum alarm)id, (id * seed + 1) % 3 == 0);
    }
}

static void print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%02X", bytes[i]);
    putchar('\n');
}

static void answer(unsigned number, const uint8_t *request, size_t size)
{
    for (unsigned seed = 0; seed < 20; seed++) {
        static uint8_t reply[SERIAL_REPLY_MAX];
        struct serial_battery battery = {.own = &values, .params = &params, .ready = true};
        size_t reply_size = 0;
        fill(seed);
        battery.view.bank = &values;
        for (unsigned i = 0; i < 3; i++)
            battery.view.pack[i] = &values;
        int kind = all[number]->answer(&battery, request, size, reply, &reply_size);
        printf("%s:%s %d ", all[number]->name, all[number]->profile, kind);
        print_hex(reply, reply_size);
    }
}

static void ask(unsigned number)
{
    for (unsigned address = all[number]->address_first; address <= all[number]->address_last; address++) {
        for (unsigned question = 0; question < all[number]->question_count; question++) {
            uint8_t request[SERIAL_REQUEST_MAX];
            size_t size = all[number]->ask(question, (uint8_t)address, request);
            printf("%u ", number);
            print_hex(request, size);
        }
    }
}

static void show_jk(void)
{
    static const uint8_t types[] = {JK_SETTINGS, JK_STATUS, JK_INFO};
    for (unsigned i = 0; i < 60; i++) {
        static uint8_t frame[JK_FRAME_SIZE];
        fill(i);
        jk_map_encode_frame(types[i % 3], 0, &values, &params, frame);
        printf("jk_rs485 ");
        print_hex(frame, sizeof(frame));
    }
}

int main(int argc, char **argv)
{
    char line[2 * SERIAL_REQUEST_MAX + 8];
    if (argc > 1 && strcmp(argv[1], "ask") == 0) {
        for (unsigned i = 0; i < COUNT(all); i++)
            ask(i);
        return 0;
    }
    while (fgets(line, sizeof(line), stdin) != NULL) {
        uint8_t request[SERIAL_REQUEST_MAX];
        size_t size = 0;
        unsigned number, byte;
        int at = 0, step;
        sscanf(line, "%u %n", &number, &at);
        for (; sscanf(line + at, "%2x%n", &byte, &step) == 1; at += step)
            request[size++] = (uint8_t)byte;
        if (size > 0)
            answer(number, request, size);
    }
    show_jk();
    return 0;
}
"""
CAN_PARTS = ["protocols/*_can.c", "protocols/can_351.c", "protocols/growatt.c"]


def pylon(command):
    """A request to the first pack, sealed: the low 16 bits of the negative sum of its characters."""
    text = f"200246{command:02X}E00202"
    return (b"~%s%04X\r" % (text.encode(), -sum(text.encode()) & 0xFFFF)).hex()


# Requests that no client of ours makes, with what their good answer begins with.
PYLON_REQUESTS = {f"0 {pylon(command)}": "pylon_rs485:v35 0 " + b"~20024600".hex().upper()
                  for command in (0x47, 0x51, 0x60, 0x93, 0x96)}


def compiled(folder, text, patterns, *form):
    """A program of this text and what it needs, compiled in a form."""
    folder.mkdir(exist_ok=True)
    source = folder / "program.c"
    source.write_text(text)
    parts = [f for pattern in [*patterns, "wire/*.c", "base/*.c"]
             for f in sorted(glob.glob(os.path.join(ROOT, pattern)))]
    parts += [os.path.join(ROOT, "core", name) for name in ("snapshot.c", "alarms.c", "params.c")]
    program = folder / "program"
    subprocess.run(["gcc", "-std=c11", "-O1", "-I", ROOT, *form, str(source), *parts, "-o",
                    str(program)], check=True, stdin=subprocess.DEVNULL)
    return str(program)


def output(program, *arguments, given=""):
    return subprocess.run([program, *arguments], check=True, text=True, capture_output=True,
                          input=given).stdout.splitlines()


def said(folder, *form):
    """What the program with the CAN frames prints."""
    return output(compiled(folder / "frames", PROGRAM, CAN_PARTS, *form))


def test_a_battery_alone_sends_the_same_frames(tmp_path):
    both = said(tmp_path)
    assert said(tmp_path, "-DHEARTH_ONLY_BATTERY") == both
    for name in ("growatt_can:rev05 311", "victron_can: 379", "jk_can:500k 18F528F4"):
        assert any(line.startswith(name + " every 1000 ") or line.startswith(name + " every 500 ")
                   for line in both), name
    assert "sma_can: hears 305" in both


def test_a_battery_alone_answers_the_same_on_serial_lines(tmp_path):
    both = compiled(tmp_path / "both", ANSWERS, ["protocols/*.c"])
    battery = compiled(tmp_path / "battery", ANSWERS, ["protocols/*.c"], "-DHEARTH_ONLY_BATTERY")
    requests = output(both, "ask") + list(PYLON_REQUESTS)
    answers = output(both, given="\n".join(requests) + "\n")
    assert output(battery, given="\n".join(requests) + "\n") == answers
    for request, begin in PYLON_REQUESTS.items():
        assert any(line.startswith(begin) for line in output(both, given=request + "\n")), request
    for name in ("pylon_rs485:v35 0 7E", "pace_rs485: 0 01", "jk_uart: 0 4E57", "growatt_rs485:jk 0 01",
                 "voltronic_rs485: 0 01", "sunspec: 0 01", "jk_rs485 55AAEB90"):
        assert any(line.startswith(name) for line in answers), name
