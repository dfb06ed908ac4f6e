/* SPDX-License-Identifier: Apache-2.0
 * Victron's CAN-bus BMS protocol of 2017-07-17, both ends. Its document is under an agreement; the
 * layout is from public restatements ("MG Energy Master LV communication guide", Safiery manual
 * V5.1) and captures of BYD, Seplos, Pytes and Discover with a GX device. Evidence: capture. Charge
 * stops by the charge voltage lowered to the present one, which is what a GX device obeys, and by
 * current 0. Without a fresh pack: BMS internal is set, measured frames stop. Energy counters,
 * serial numbers and the family are known by name, not sent: no value of ours. Some senders put the
 * remaining charge into 35F, others the installed one; 379 is always the installed one.
 */
#include "protocols/can.h"
#include "protocols/can_351_messages.h"
#include "wire/can_table.h"

static const struct can_field charge_now[] = {
    {FROM(force_charge), 0, U8, TIMES_255, REQUIRED},
};

/* clang-format off */
static const struct can_message battery[] = {
    CAN_351_LIMITS(3000), CAN_351_STATE_FINE(10000), CAN_351_MEASUREMENTS, CAN_351_PAIRS,
    CAN_351_EVENTS, CAN_351_MAKER("Hearth  "),
    {0x35F, 1000, 0, CAN_11_BIT | HOOKED, 8, NAME_product,    .fill = "LI\1\0\0\0\0\0", FIELDS(can_351_product)},
    {0x360, 1000, 0, CAN_11_BIT,          8, NAME_charge_now, FIELDS(charge_now)},
    {0x370, 1000, 0, CAN_11_BIT,          8, NAME_name_1,     .fill = "Hearth b"},
    {0x371, 1000, 0, CAN_11_BIT,          8, NAME_name_2,     .fill = "ank\0\0\0\0"},
    CAN_351_FLEET, CAN_351_KELVIN, CAN_351_PLACES,
    READ_ONLY({0x378, 0, 0, CAN_11_BIT | ASIDE, 8, NAME_energy, NO_ROWS})
    CAN_351_CAPACITY,
    READ_ONLY({0x380, 0, 0, CAN_11_BIT | ASIDE, 8, NAME_serial_1, NO_ROWS})
    READ_ONLY({0x381, 0, 0, CAN_11_BIT | ASIDE, 8, NAME_serial_2, NO_ROWS})
    READ_ONLY({0x382, 0, 0, CAN_11_BIT | ASIDE, 8, NAME_family,   NO_ROWS})
};

/* A GX device names itself: a marker and "VIC". */
static const struct can_message gx[] = {
    CAN_351_HEARTBEAT,
    {0x306, 1000, 0, CAN_11_BIT, 8, NAME_reserved, NO_ROWS},
    {0x307, 1000, 0, CAN_11_BIT, 8, NAME_identity, .fill = "\x12\x34\x56\x78VIC"},
};
/* clang-format on */

/* What is less than the installed capacity is what remains. */
static bool decode(const struct can_message *message, const struct can_frame *frame,
                   struct snapshot *values)
{
    const struct can_field *field = &can_351_product[0];
    int32_t known_mah;
    if (message->fields != can_351_product || frame->size < field->byte + 2 ||
        !snapshot_get(values, VALUE_full_mah, &known_mah))
        return false;
    int64_t raw = field_get(can_field_type(field), frame->data + field->byte);
    return raw * can_field_scale(field)->den < known_mah;
}

const struct can_protocol victron_can[1] = {
    {
     .name = "victron_can",
     .profile = "",
     .bitrate = 500000,
     BATTERY(battery),
     INVERTER(gx),
     .encode = can_351_encode_places,
     .decode = READER(decode),
     .stop_lowers_voltage = true,
     },
};
