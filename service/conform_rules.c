/* SPDX-License-Identifier: Apache-2.0
 * The table of rules, and the verdict on each. Where a rule is not in the document of the protocol,
 * its source names the report of the trouble that it prevents.
 */
#include <string.h>

#include "base/number.h"
#include "service/conform_parts.h"

#define FRAME_RULE(function) .check = conform_check_##function
#define TIME_RULE(function) .measure = conform_measure_##function

/* clang-format off */
const struct conform_rule_row conform_rules[] = {
    {{"supervised_present", "Every message without which the other side stops is heard",
      "document: frames and time-outs", CONFORM_BATTERY}, TIME_RULE(supervised)},
    {{"scheduled_present", "Every scheduled message is heard",
      "document: list of frames", CONFORM_BOTH}, TIME_RULE(scheduled)},
    {{"period", "Average period within 20 %",
      "document: cycle", CONFORM_BOTH}, TIME_RULE(period)},
    {{"jitter", "No gap differs from the average by more than half a period",
      "own rule", CONFORM_BOTH}, TIME_RULE(jitter)},
    {{"size", "No frame is too short for its alarms and mandatory values",
      "document: layout of frames", CONFORM_BOTH}, FRAME_RULE(size)},
    {{"mandatory", "Mandatory values are in every frame",
      "document: layout of frames", CONFORM_BOTH}, FRAME_RULE(mandatory)},
    {{"plausible", "Values are those of a 48 V battery",
      "own rule: 30 to 70 V, SOC 0 to 100 %, -60 to 150 degC", CONFORM_BATTERY},
     FRAME_RULE(plausible)},
    {{"ranges", "Values stay within the ranges of the protocol",
      "document: ranges of values", CONFORM_BATTERY}, FRAME_RULE(ranges)},
    {{"saturation", "What is too large saturates below the reserved codes",
      "own rule", CONFORM_BATTERY}, FRAME_RULE(codes)},
    {{"order", "Highest is not below lowest, charge voltage is above discharge voltage",
      "own rule: at least 1 V apart", CONFORM_BATTERY}, FRAME_RULE(order)},
    {{"limits_not_negative", "Limits are never negative",
      "diyBMS issue 87, bms-to-inverter issue 46", CONFORM_BATTERY}, FRAME_RULE(negative)},
    {{"stop_said_twice", "Without permission the current limit is 0 too",
      "Battery-Emulator issue 1534", CONFORM_BATTERY}, FRAME_RULE(stop), .twice = true},
    {{"protection_limits", "A protection is told together with a current limit of 0",
      "own rule", CONFORM_BATTERY}, FRAME_RULE(protection), .twice = true},
    {{"undefined_bits", "Alarm bits without a meaning are not set",
      "document: alarm bits", CONFORM_BATTERY}, FRAME_RULE(bits)},
    {{"complete_start", "It starts with a complete set",
      "own rule: within one and a half cycles", CONFORM_BATTERY}, TIME_RULE(start)},
    {{"before_partner", "It speaks before a battery is there",
      "captures of inverters without a battery", CONFORM_INVERTER}, TIME_RULE(before)},
    {{"with_partner", "It goes on while the other side speaks",
      "document: cycle", CONFORM_INVERTER}, TIME_RULE(during)},
    {{"keep_alive_loss", "It goes on when the other side has fallen silent",
      "esphome-yambms issue 268", CONFORM_BOTH}, TIME_RULE(after)},
    {{"poll_answered", "Every poll is answered",
      "document: polls", CONFORM_BATTERY}, TIME_RULE(polls)},
    {{"limits_obeyed", "Limits of 0 stop the current",
      "document: meaning of the limits; within 12 s", CONFORM_INVERTER}, TIME_RULE(obeyed)},
    {{"identifier_length", "Identifiers have the length of the protocol, 11 or 29 bits",
      "bms-to-inverter issue 63", CONFORM_BOTH}, FRAME_RULE(format)},
    {{"own_side", "It sends no frames of the other side (or a second device is on the bus)",
      "document: directions", CONFORM_BOTH}, FRAME_RULE(side)},
};
/* clang-format on */

const size_t conform_rule_count = COUNT(conform_rules);

_Static_assert(COUNT(conform_rules) <= CONFORM_RULE_MAX, "one finding per rule");

/* The place in the table of the rule with that index in its role; the end if there is none. */
static size_t find(enum conform_role role, size_t index)
{
    size_t place = 0;
    for (; place < conform_rule_count; place++) {
        if (conform_rules[place].rule.roles & role && index-- == 0)
            break;
    }
    return place;
}

const struct conform_rule *conform_rule(enum conform_role role, size_t index)
{
    size_t place = find(role, index);
    return place < conform_rule_count ? &conform_rules[place].rule : NULL;
}

static enum conform_outcome judge_finding(const struct conform_finding *finding,
                                          struct text_writer *detail)
{
    if (finding->checked == 0) {
        writer_text(detail, "no frame that says anything about it");
        return CONFORM_NOT_TESTABLE;
    }
    writer_integer(detail, finding->offences > 0 ? finding->offences : finding->checked);
    if (finding->offences == 0) {
        writer_text(detail, " frames");
        return CONFORM_PASS;
    }
    writer_text(detail, " of ");
    writer_integer(detail, finding->checked);
    writer_text(detail, " frames; first ");
    writer_text(detail, finding->first);
    return CONFORM_FAIL;
}

void conform_judge(const struct conform *conform, size_t index, struct conform_verdict *verdict)
{
    size_t place = find(conform->role, index);
    struct text_writer detail;
    writer_init(&detail, verdict->measured, sizeof(verdict->measured));
    verdict->outcome = conform_rules[place].measure != NULL
                           ? conform_rules[place].measure(conform, &detail)
                           : judge_finding(&conform->findings[place], &detail);
}
