/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_doubt.c with frames of real packs: they give no doubt, and each value that
 * they tell twice gives one when it is told differently. Rules by made frames: jk_trust.c.
 */
#include "tests/support/test.h"

#include <stdio.h>

#include "base/bytes.h"
#include "base/number.h"
#include "protocols/jk_doubt.h"
#include "protocols/jk_map.h"

/* All bytes of a log in one row. */
static size_t read_log(const char *name, uint8_t *bytes, size_t size)
{
    char path[300], line[4000];
    size_t count = 0;
    snprintf(path, sizeof(path), "%s/protocols/%s", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        const char *text = line[0] == '(' ? strpbrk(line, "<>") : NULL;
        if (text == NULL)
            continue;
        int got = hex_parse(text + 1, strcspn(text + 1, "\r\n"), bytes + count, size - count);
        assert_true(got >= 0);
        count += (size_t)got;
    }
    fclose(file);
    return count;
}

static void frames_of_real_packs_give_no_doubt(void **state)
{
    (void)state;
    static const char *const logs[] = {"jk_rs485_bus_lost_found.log", "jk_rs485_bus_timed.log",
                                       "jk_ble_contacts.log", "jk_ble_fw15_38.log"};
    static uint8_t bytes[100000];
    struct params params;
    int frames = 0;
    for (size_t i = 0; i < COUNT(logs); i++) {
        size_t size = read_log(logs[i], bytes, sizeof(bytes));
        for (size_t at = 0; at + JK_FRAME_SIZE <= size; at++) {
            struct snapshot snapshot;
            if (!jk_frame_good(bytes + at) || bytes[at + 4] != JK_STATUS)
                continue;
            snapshot_init(&snapshot);
            jk_map_decode_frame(bytes + at, &snapshot, &params);
            if (jk_doubts(bytes + at, &snapshot) != 0)
                fail_msg("%s, byte %u: %X", logs[i], (unsigned)at,
                         (unsigned)jk_doubts(bytes + at, &snapshot));
            frames++;
        }
    }
    assert_true(frames >= 24);
}

/* What no rule may miss in any real frame: {offset, bits flipped, doubt}. */
static const struct {
    uint16_t offset;
    uint8_t bits;
    enum jk_doubt doubt;
} flips[] = {
    {0x006, 0x40, JK_DOUBT_CELL_MEAN  }, /* cell 3 */
    {0x044, 0x08, JK_DOUBT_CELL_MEAN  },
    {0x047, 0x08, JK_DOUBT_CELL_SPREAD},
    {0x091, 0x10, JK_DOUBT_CELL_SUM   },
    {0x0E4, 0x10, JK_DOUBT_PACK_COPY  },
    {0x099, 0x80, JK_DOUBT_POWER      },
    {0x0A7, 0x20, JK_DOUBT_SOC        },
    {0x0A3, 0x40, JK_DOUBT_FLAGS      },
    {0x0C6, 0x01, JK_DOUBT_TIMERS     },
    {0x0A6, 0x08, JK_DOUBT_RANGE      },
};

static void what_a_real_frame_tells_differently_is_seen(void **state)
{
    (void)state;
    static uint8_t bytes[100000];
    struct snapshot snapshot;
    struct params params;
    size_t size = read_log("jk_ble_fw15_38.log", bytes, sizeof(bytes));
    size_t at = 0;
    while (at + JK_FRAME_SIZE <= size && (!jk_frame_good(bytes + at) || bytes[at + 4] != JK_STATUS))
        at++;
    assert_true(at + JK_FRAME_SIZE <= size);
    for (size_t i = 0; i < COUNT(flips); i++) {
        uint8_t frame[JK_FRAME_SIZE];
        memcpy(frame, bytes + at, sizeof(frame));
        frame[JK_FRAME_DATA + flips[i].offset] ^= flips[i].bits;
        snapshot_init(&snapshot);
        jk_map_decode_frame(frame, &snapshot, &params);
        assert_true(jk_doubts(frame, &snapshot) >> flips[i].doubt & 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_real_packs_give_no_doubt),
        cmocka_unit_test(what_a_real_frame_tells_differently_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
