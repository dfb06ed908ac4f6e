/* SPDX-License-Identifier: Apache-2.0
 * The first name that was heard decides, together with signs of other frames; a frame that only one
 * protocol has decides where there is no name. A minimal set of Victron and one of SMA are the same
 * bytes as long as every number is valid, and so are Pylon's bits and GoodWe's without a name and a
 * map of packs: then the one that reads both is taken.
 */
#include "protocols/can_guess.h"

#include <string.h>

#include "base/number.h"
#include "protocols/protocols.h"
#include "wire/can_table.h"

enum name { NO_NAME, NAME_DY, NAME_PYLON, NAME_GOODWE, NAME_SHORT, NAME_OTHER };

/* What was heard besides. */
enum sign {
    BITS = 0x01,      /* 0x359 */
    PAIRS = 0x02,     /* 0x35A */
    PACKS = 0x04,     /* 0x359 with a map of packs instead of Pylon's mark */
    GX = 0x08,        /* a frame that only Victron's batteries add to pairs */
    NOT_VALID = 0x10, /* a number that SMA's document calls not valid */
    ORDER = 0x20,     /* 0x30F, which a battery sends to a Sofar */
};

enum { CYCLE = 2 }; /* names that make a whole cycle */

static const struct {
    uint32_t id;
    bool extended;
    const char *use;
} telling_frames[] = {
    {0x311,      false, "growatt_can" },
    {0x456,      false, "goodwe_can:b"},
    {0x1F000300, true,  "megarevo_can"},
    {0x2F4,      false, "jk_can"      },
    {0x351,      true,  "sofar_can:c" },
};

/* Numbers of frames with 11 bits, from one to another. */
static const struct {
    uint16_t first;
    uint16_t last;
    uint8_t sign;
} sign_frames[] = {
    {0x30F, 0x30F, ORDER},
    {0x359, 0x359, BITS },
    {0x35A, 0x35A, PAIRS},
    {0x360, 0x360, GX   },
    {0x372, 0x379, GX   },
    {0x380, 0x382, GX   },
};

/* The code of no valid number in each of the four words of a frame; 0: the word has none. */
static const struct {
    uint16_t id;
    uint16_t code[4];
} not_valid[] = {
    {0x351, {0xFFFF, 0x8000, 0x8000, 0xFFFF}},
    {0x355, {0xFFFF, 0xFFFF, 0xFFFF, 0}     },
    {0x356, {0x8000, 0x8000, 0x8000, 0}     },
};

static const struct {
    const char *start;
    uint8_t size;
    uint8_t name;
} names[] = {
    {"DY",     2, NAME_DY    },
    {"PYLON",  5, NAME_PYLON },
    {"GoodWe", 6, NAME_GOODWE},
};

/* The first row that fits. NO_NAME: any name; all of the needed signs, none of the others. */
static const struct {
    uint8_t name;
    uint8_t needed;
    uint8_t without;
    const char *use;
} verdicts[] = {
    {NAME_DY,     0,                    0,  "deye_can:dy33" },
    {NAME_PYLON,  BITS,                 0,  "pylon_can:v12" },
    {NAME_PYLON,  0,                    0,  "pylon_can:v13" },
    {NAME_GOODWE, BITS,                 0,  "goodwe_can:a"  },
    {NAME_GOODWE, PAIRS,                0,  "goodwe_can:sma"},
    {NO_NAME,     BITS | PAIRS | ORDER, 0,  "sofar_can:b"   },
    {NAME_SHORT,  PACKS,                0,  "seplos_can"    },
    {NO_NAME,     PACKS,                0,  "goodwe_can:a"  },
    {NO_NAME,     BITS,                 0,  "pylon_can:v12" },
    {NO_NAME,     PAIRS | NOT_VALID,    GX, "sma_can"       },
    {NO_NAME,     PAIRS,                0,  "victron_can"   },
};

static enum name name_of(const struct can_frame *frame)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        if (frame->size >= names[i].size && memcmp(frame->data, names[i].start, names[i].size) == 0)
            return (enum name)names[i].name;
    }
    return frame->size == 2 ? NAME_SHORT : NAME_OTHER;
}

static void take_name(struct can_guess *guess, const struct can_frame *frame)
{
    enum name name = name_of(frame);
    if (guess->name == NO_NAME)
        guess->name = (uint8_t)name;
    if (guess->name != name)
        guess->contradictions++;
    else if (guess->cycles < CYCLE)
        guess->cycles++;
}

static bool has_map(const struct can_frame *frame)
{
    const uint8_t *data = frame->data;
    return frame->id == 0x359 && frame->size == 8 && data[5] == 0 && data[6] == 0 && data[7] != 0;
}

static bool has_code(const struct can_frame *frame)
{
    for (size_t i = 0; i < COUNT(not_valid); i++) {
        for (uint8_t k = 0; not_valid[i].id == frame->id && 2 * k + 1 < frame->size; k++) {
            unsigned word = frame->data[2 * k] | (unsigned)frame->data[2 * k + 1] << 8;
            if (word == not_valid[i].code[k] && word != 0)
                return true;
        }
    }
    return false;
}

static uint8_t signs_of(const struct can_frame *frame)
{
    uint8_t signs = 0;
    for (size_t i = 0; i < COUNT(sign_frames); i++) {
        if (frame->id >= sign_frames[i].first && frame->id <= sign_frames[i].last)
            signs |= sign_frames[i].sign;
    }
    signs |= has_map(frame) ? PACKS : 0;
    signs |= has_code(frame) ? NOT_VALID : 0;
    return signs;
}

void can_guess_take(struct can_guess *guess, const struct can_frame *frame)
{
    for (size_t i = 0; i < COUNT(telling_frames); i++) {
        bool same = telling_frames[i].id == frame->id;
        if (same && telling_frames[i].extended == frame->extended && guess->telling == NULL)
            guess->telling = telling_frames[i].use;
    }
    if (frame->extended)
        return;
    guess->signs |= signs_of(frame);
    if (frame->id == 0x35E)
        take_name(guess, frame);
}

const struct can_protocol *can_guess_protocol(const struct can_guess *guess)
{
    if (guess->cycles < CYCLE)
        return guess->telling != NULL ? protocol_find_can(guess->telling) : NULL;
    for (size_t i = 0; i < COUNT(verdicts); i++) {
        bool named = verdicts[i].name == NO_NAME || verdicts[i].name == guess->name;
        bool signs = (guess->signs & verdicts[i].needed) == verdicts[i].needed;
        if (named && signs && !(guess->signs & verdicts[i].without))
            return protocol_find_can(verdicts[i].use);
    }
    return NULL;
}

/* Two letters tell all names apart that are in use. */
static bool is_own_name(const struct can_message *message, const struct can_frame *frame)
{
    return message->field_count > 0 && message->fields[0].value == VALUE_maker &&
           message->fill != NULL && frame->size >= 2 && memcmp(message->fill, frame->data, 2) == 0;
}

unsigned can_guess_fit(const struct can_protocol *can, const struct can_frame *frame)
{
    const struct can_message *message = can_find(can, frame);
    if (message == NULL)
        return 0;
    return is_own_name(message, frame) ? 2 : 1;
}
