/* SPDX-License-Identifier: Apache-2.0
 * The first name that was heard decides, together with the kind of alarm frame; a frame that only
 * one protocol has decides alone.
 */
#include "protocols/can_guess.h"

#include <string.h>

#include "base/number.h"
#include "protocols/protocols.h"
#include "wire/can_table.h"

enum name { NO_NAME, NAME_DY, NAME_PYLON, NAME_OTHER };

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

static enum name name_of(const struct can_frame *frame)
{
    if (frame->size >= 2 && memcmp(frame->data, "DY", 2) == 0)
        return NAME_DY;
    if (frame->size >= 5 && memcmp(frame->data, "PYLON", 5) == 0)
        return NAME_PYLON;
    return NAME_OTHER;
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

void can_guess_take(struct can_guess *guess, const struct can_frame *frame)
{
    for (size_t i = 0; i < COUNT(telling_frames); i++) {
        bool same = telling_frames[i].id == frame->id;
        if (same && telling_frames[i].extended == frame->extended && guess->telling == NULL)
            guess->telling = telling_frames[i].use;
    }
    if (frame->extended)
        return;
    guess->pylon_alarms |= frame->id == 0x359;
    guess->pairs |= frame->id == 0x35A;
    if (frame->id == 0x35E)
        take_name(guess, frame);
}

const struct can_protocol *can_guess_protocol(const struct can_guess *guess)
{
    if (guess->cycles < CYCLE)
        return guess->telling != NULL ? protocol_find_can(guess->telling) : NULL;
    if (guess->name == NAME_DY)
        return protocol_find_can("deye_can:dy33");
    if (guess->pylon_alarms)
        return protocol_find_can("pylon_can:v12");
    if (guess->name == NAME_PYLON)
        return protocol_find_can("pylon_can:v13");
    return guess->pairs ? protocol_find_can("victron_can") : NULL;
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
