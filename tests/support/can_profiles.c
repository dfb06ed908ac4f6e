/* SPDX-License-Identifier: Apache-2.0
 * The walk over the registry and the values for it.
 */
#include "tests/support/can_profiles.h"

#include "tests/support/test.h"

static uint32_t random_state;

static uint32_t random_u32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static int64_t random_between(int64_t low, int64_t high)
{
    uint64_t wide = (uint64_t)random_u32() << 32 | random_u32();
    return low + (int64_t)(wide % (uint64_t)(high - low + 1));
}

/* Walking the registry */

const struct can_protocol *profile_now;

/* All packs are alike. */
struct view profile_view(const struct snapshot *source)
{
    struct view view = {.bank = source};
    for (size_t i = 0; i < PACK_MAX; i++)
        view.pack[i] = source;
    return view;
}

bool profile_encode(const struct can_message *message, const struct snapshot *source,
                    struct can_frame *frame)
{
    struct view view = profile_view(source);
    return can_encode(profile_now, message, &view, 0, frame);
}

/* What only a hook holds back (no charger, no alarm) is not profile_built. */
bool profile_built(const struct can_message *message, const struct snapshot *source,
                   struct can_frame *frame)
{
    bool sent = profile_encode(message, source, frame);
    assert_true(sent || (message->form & HOOKED && profile_now->encode != NULL));
    return sent;
}

void each_profile(protocol_check *check)
{
    unsigned count = 0;
    random_state = 20261125;
    for (size_t i = 0; i < protocol_count; i++) {
        if (protocols[i].can == NULL)
            continue;
        for (size_t n = 0; n < protocols[i].can_count; n++) {
            profile_now = &protocols[i].can[n];
            check(profile_now);
            count++;
        }
    }
    assert_true(count > 0);
}

bool field_is_bit(const struct can_field *field)
{
    return can_field_type(field)->bits == 1;
}

bool field_is_limit(const struct can_field *field)
{
    uint8_t rounding = field->type & ROUNDING_MASK;
    return rounding == DOWN || rounding == UP;
}

/* Fields whose bytes follow the value. */
bool field_is_sent(const struct can_field *field)
{
    return !(field->type & FIXED);
}

/* Values that every field of a protocol can carry and a receiver believes */

struct range {
    int64_t low;
    int64_t high;
};

static struct range believable(uint16_t value)
{
    switch (value) {
    case VALUE_pack_mv:
    case VALUE_charge_limit_mv:
        return (struct range){40000, 65000};
    case VALUE_soh_permille:
        return (struct range){0, 1000};
    case VALUE_charge_allowed: /* else the charge voltage is lowered */
        return (struct range){1, 1};
    case VALUE_charge_limit_ma:
        return (struct range){1000, INT32_MAX};
    case VALUE_pack_ma:
        return (struct range){-1500000, 1500000};
    case VALUE_soc_permille:
        return (struct range){0, 1000};
    case VALUE_temp_mean_ddegc:
    case VALUE_temp_min_ddegc: /* anything may look like text */
    case VALUE_temp_max_ddegc:
        return (struct range){-500, 1000};
    default:
        return value < VALUE_SCALAR_COUNT ? (struct range){INT32_MIN, INT32_MAX}
                                          : (struct range){INT16_MIN, INT16_MAX};
    }
}

static void narrow(struct range *range, const struct can_field *field)
{
    const struct field_type_info *type = can_field_type(field);
    if (field_is_bit(field)) {
        *range = (struct range){clamp64(range->low, 0, 1), clamp64(range->high, 0, 1)};
        return;
    }
    const struct can_scale *scale = can_field_scale(field);
    int64_t one = (type->min - scale->offset) * scale->den / scale->num;
    int64_t other = (type->max - scale->offset) * scale->den / scale->num;
    int64_t low = one < other ? one : other;
    int64_t high = one < other ? other : one;
    if (field_is_limit(field) && scale->num > 0 && low < 0)
        low = 0;
    range->low = clamp64(range->low, low, high);
    range->high = clamp64(range->high, low, high);
}

static struct range profile_range(const struct can_protocol *can, uint16_t value)
{
    struct range range = believable(value);
    for (size_t i = 0; i < can->range_count; i++) {
        const struct can_range *row = &can->ranges[i];
        if (row->value == value)
            range = (struct range){clamp64(range.low, row->min, row->max),
                                   clamp64(range.high, row->min, row->max)};
    }
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        for (size_t k = 0; k < message->field_count; k++) {
            const struct can_field *field = &message->fields[k];
            if (field_is_sent(field) && field->value == value)
                narrow(&range, field);
        }
    }
    return range;
}

/* Complete: every number and set is known. */
struct snapshot profile_snapshot(const struct can_protocol *can)
{
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    for (uint16_t id = 0; id < VALUE_NUMBER_COUNT; id++) {
        struct range range = profile_range(can, id);
        snapshot_put(&snapshot, (enum value_id)id, (int32_t)random_between(range.low, range.high));
    }
    snapshot_set_have(&snapshot, VALUE_alarms, true);
    snapshot_set_have(&snapshot, VALUE_warnings, true);
    return snapshot;
}
