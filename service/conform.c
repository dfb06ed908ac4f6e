/* SPDX-License-Identifier: Apache-2.0
 * The kit on the bus: what it hears is counted and timed per message and shown to the rules about
 * frames; what it says comes from the same senders and receivers as the product's. Whether that is
 * good or bad is for the rules to say.
 */
#include "service/conform.h"

#include <string.h>

#include "base/number.h"
#include "service/conform_parts.h"

const char *const conform_outcome_name[] = {"pass", "fail", "not testable"};

/* Shares of the time in percent. A battery is heard longest without a heartbeat: those that stop
 * do so after some seconds. */
static const uint8_t battery_shares[CONFORM_PHASE_COUNT] = {
    [CONFORM_TALK] = 40,
    [CONFORM_SILENT] = 60,
};
static const uint8_t inverter_shares[CONFORM_PHASE_COUNT] = {
    [CONFORM_LISTEN] = 15,
    [CONFORM_TALK] = 30,
    [CONFORM_STOP] = 40,
    [CONFORM_SILENT] = 15,
};

/* What the kit says: 16 cells at rest, half full. Whatever is not here is 0. */
static const struct {
    uint16_t value;
    int32_t number;
} sound[] = {
    {VALUE_pack_mv,             52800 },
    {VALUE_soc_permille,        550   },
    {VALUE_soh_permille,        1000  },
    {VALUE_remaining_mah,       172000},
    {VALUE_full_mah,            314000},
    {VALUE_cell_count,          16    },
    {VALUE_cell_mean_mv,        3300  },
    {VALUE_cell_min_mv,         3299  },
    {VALUE_cell_max_mv,         3301  },
    {VALUE_cell_spread_mv,      2     },
    {VALUE_temp_mean_ddegc,     250   },
    {VALUE_temp_min_ddegc,      245   },
    {VALUE_temp_max_ddegc,      255   },
    {VALUE_mos_ddegc,           260   },
    {VALUE_charge_limit_mv,     56800 },
    {VALUE_charge_limit_ma,     100000},
    {VALUE_discharge_limit_mv,  46400 },
    {VALUE_discharge_limit_ma,  100000},
    {VALUE_charge_allowed,      1     },
    {VALUE_discharge_allowed,   1     },
    {VALUE_charge_on,           1     },
    {VALUE_discharge_on,        1     },
    {VALUE_pack_count,          1     },
    {VALUE_packs_online,        1     },
    {VALUE_pack_fresh_mask,     1     },
    {VALUE_pack_charge_mask,    1     },
    {VALUE_pack_discharge_mask, 1     },
};

void conform_sound_bank(struct snapshot *bank)
{
    snapshot_init(bank);
    for (uint16_t id = 0; id < VALUE_NUMBER_COUNT; id++)
        snapshot_put(bank, (enum value_id)id, 0);
    for (size_t i = 0; i < COUNT(sound); i++)
        snapshot_put(bank, (enum value_id)sound[i].value, sound[i].number);
    for (uint16_t cell = 0; cell < 16; cell++)
        snapshot_put(bank, (enum value_id)(VALUE_cell_mv + cell), 3300);
    for (uint16_t sensor = 0; sensor < TEMP_MAX; sensor++)
        snapshot_put(bank, (enum value_id)(VALUE_temp_ddegc + sensor), 250);
    snapshot_set_have(bank, VALUE_alarms, true);
    snapshot_set_have(bank, VALUE_warnings, true);
}

void conform_init(struct conform *conform, const struct can_protocol *protocol,
                  enum conform_role role, uint64_t now_us, uint32_t duration_ms)
{
    const uint8_t *shares = role == CONFORM_BATTERY ? battery_shares : inverter_shares;
    uint64_t end_us = now_us;
    memset(conform, 0, sizeof(*conform));
    conform->protocol = protocol;
    conform->role = role;
    conform->begin_us = conform->last_us = now_us;
    for (size_t phase = 0; phase < CONFORM_PHASE_COUNT; phase++) {
        end_us += 10ull * duration_ms * shares[phase];
        conform->phase_end_us[phase] = end_us;
    }
    conform_sound_bank(&conform->bank);
    snapshot_init(&conform->told);
    can_receiver_init(&conform->listener, protocol, now_us);
    can_receiver_init(&conform->inverter, protocol, now_us);
    can_sender_init(&conform->battery, protocol, conform->phase_end_us[CONFORM_LISTEN]);
}

const struct can_message *conform_rows(const struct conform *conform, size_t *count)
{
    const struct can_protocol *protocol = conform->protocol;
    bool battery = conform->role == CONFORM_BATTERY;
    *count = battery ? protocol->message_count : protocol->answer_count;
    return battery ? protocol->messages : protocol->answers;
}

uint64_t conform_phase_start_us(const struct conform *conform, enum conform_phase phase)
{
    return phase == CONFORM_LISTEN ? conform->begin_us : conform->phase_end_us[phase - 1];
}

static enum conform_phase phase_at(const struct conform *conform, uint64_t now_us)
{
    size_t phase = 0;
    while (phase + 1 < CONFORM_PHASE_COUNT && now_us >= conform->phase_end_us[phase])
        phase++;
    return (enum conform_phase)phase;
}

bool conform_over(const struct conform *conform, uint64_t now_us)
{
    return now_us >= conform->phase_end_us[CONFORM_SILENT];
}

/* Hearing */

static void count_gap(struct conform_message *message, uint64_t gap_us)
{
    if (message->gaps == 0 || gap_us < message->gap_min_us)
        message->gap_min_us = gap_us;
    if (gap_us > message->gap_max_us)
        message->gap_max_us = gap_us;
    message->gap_sum_us += gap_us;
    message->gaps++;
}

static void count_message(struct conform *conform, size_t index, uint64_t now_us)
{
    struct conform_message *message = &conform->messages[index];
    if (message->count == 0)
        message->first_us = now_us;
    else if (message->last_us >= message->rested_us)
        count_gap(message, now_us - message->last_us);
    message->count++;
    message->last_us = now_us;
    message->last_in_us[phase_at(conform, now_us)] = now_us;
}

/* Its row; or, if it has none, whether it would have one with an identifier of the other length. */
static void identify(const struct conform *conform, struct conform_heard *heard)
{
    size_t count;
    const struct can_message *rows = conform_rows(conform, &count);
    const struct can_message *found = can_find(conform->protocol, heard->frame);
    if (found >= rows && found < rows + count) {
        heard->message = found;
        return;
    }
    heard->other_side = found != NULL;
    struct can_frame twin = *heard->frame;
    twin.extended = !twin.extended;
    heard->other_format = found == NULL && can_find(conform->protocol, &twin) != NULL;
}

static void decode(struct conform *conform, struct conform_heard *heard, uint64_t now_us)
{
    uint32_t implausible = conform->listener.implausible;
    snapshot_init(&heard->values);
    if (heard->message == NULL)
        return;
    can_decode(conform->protocol, heard->message, heard->frame, &heard->values);
    if (conform->role == CONFORM_BATTERY)
        can_receiver_receive(&conform->listener, heard->frame, now_us);
    else
        can_decode(conform->protocol, heard->message, heard->frame, &conform->told);
    heard->implausible = conform->listener.implausible != implausible;
}

static void apply(struct conform *conform, const struct conform_heard *heard)
{
    for (size_t i = 0; i < conform_rule_count; i++) {
        const struct conform_rule_row *row = &conform_rules[i];
        struct conform_finding *finding = &conform->findings[i];
        char detail[CONFORM_TEXT_SIZE];
        struct text_writer writer;
        if (row->check == NULL || !(row->rule.roles & conform->role))
            continue;
        writer_init(&writer, detail, sizeof(detail));
        enum conform_outcome outcome = row->check(conform, heard, &writer);
        if (outcome == CONFORM_NOT_TESTABLE)
            continue;
        finding->checked++;
        finding->streak = outcome == CONFORM_FAIL ? finding->streak + 1 : 0;
        if (finding->streak <= (row->twice ? 1u : 0u))
            continue;
        if (finding->offences++ == 0)
            memcpy(finding->first, detail, sizeof(detail));
    }
}

/* How an inverter that tells its current obeys. */
static void watch_current(struct conform *conform, const struct conform_heard *heard,
                          uint64_t now_us)
{
    int32_t now_ma;
    uint64_t stop_us = conform_phase_start_us(conform, CONFORM_STOP);
    uint64_t end_us = conform->phase_end_us[CONFORM_STOP];
    if (conform->role != CONFORM_INVERTER || !snapshot_get(&heard->values, VALUE_pack_ma, &now_ma))
        return;
    if (now_us < stop_us) {
        conform->flow_told = true;
        conform->flow_ma = max32(conform->flow_ma, abs32(now_ma));
    } else if (now_us >= end_us - (end_us - stop_us) / 3 && now_us < end_us) {
        conform->stop_told = true;
        conform->stopped_ma = max32(conform->stopped_ma, abs32(now_ma));
    }
}

void conform_receive(struct conform *conform, const struct can_frame *frame, uint64_t now_us)
{
    struct conform_heard heard = {.frame = frame};
    size_t count;
    const struct can_message *rows = conform_rows(conform, &count);
    identify(conform, &heard);
    if (conform->role == CONFORM_INVERTER) /* it may ask */
        can_sender_receive(&conform->battery, frame, now_us);
    decode(conform, &heard, now_us);
    conform->heard++;
    conform->last_us = now_us;
    conform->unknown += heard.message == NULL && !heard.other_side && !heard.other_format;
    if (heard.message != NULL) {
        count_message(conform, (size_t)(heard.message - rows), now_us);
        if (heard.message->form & POLL)
            conform->poll_us = 0;
    }
    watch_current(conform, &heard, now_us);
    apply(conform, &heard);
}

/* Speaking */

/* Asked: what is scheduled may rest for the patience of the protocol. */
static void note_poll(struct conform *conform, uint64_t now_us)
{
    uint64_t patience_us = 1000ull * conform->protocol->poll_patience_ms;
    conform->polls++;
    conform->polls_early += conform->heard == 0;
    conform->polls_unanswered += conform->poll_us != 0;
    conform->poll_us = conform->heard > 0 ? now_us : 0;
    for (size_t i = 0; patience_us > 0 && i < CAN_MESSAGE_MAX; i++)
        conform->messages[i].rested_us = now_us + patience_us;
}

static bool speak_as_inverter(struct conform *conform, uint64_t now_us, struct can_frame *frame)
{
    if (!can_receiver_transmit(&conform->inverter, &conform->bank, now_us, frame))
        return false;
    const struct can_message *message = can_find(conform->protocol, frame);
    if (message != NULL && message->form & POLL)
        note_poll(conform, now_us);
    return true;
}

static void allow_no_current(struct snapshot *bank)
{
    static const uint16_t zero[] = {VALUE_charge_limit_ma, VALUE_discharge_limit_ma,
                                    VALUE_charge_allowed, VALUE_discharge_allowed};
    for (size_t i = 0; i < COUNT(zero); i++)
        snapshot_put(bank, (enum value_id)zero[i], 0);
}

static bool speak_as_battery(struct conform *conform, uint64_t now_us, struct can_frame *frame)
{
    struct view view = {&conform->bank, {&conform->bank}};
    can_sender_step(&conform->battery, &view, now_us);
    return can_sender_transmit(&conform->battery, &view, frame);
}

bool conform_transmit(struct conform *conform, uint64_t now_us, struct can_frame *frame)
{
    enum conform_phase phase = phase_at(conform, now_us);
    if (phase == CONFORM_LISTEN || phase == CONFORM_SILENT)
        return false;
    if (conform->role == CONFORM_BATTERY)
        return speak_as_inverter(conform, now_us, frame);
    if (phase == CONFORM_STOP)
        allow_no_current(&conform->bank);
    return speak_as_battery(conform, now_us, frame);
}
