/* SPDX-License-Identifier: Apache-2.0
 * The words of the core's tables for people: labels of settings, values and alarms, reasons of
 * limits, quantities, states. The core itself carries names only, so that they cost a board that
 * shows nothing no flash.
 */
#ifndef HEARTH_UI_WORDS_H
#define HEARTH_UI_WORDS_H

#include <stdint.h>

#include "core/alarms.h"
#include "core/params.h"
#include "core/reasons.h"
#include "core/snapshot.h"

extern const char *const param_words[PARAM_COUNT];
extern const char *const text_param_words[TEXT_PARAM_COUNT];
extern const char *const value_words[VALUE_ROW_COUNT];
extern const char *const alarm_words[ALARM_COUNT];

enum reason_subject { REASON_SUBJECT_NONE, REASON_SUBJECT_CELL, REASON_SUBJECT_PACK };

/* A const row of core/reasons.def. */
struct reason_info {
    const char *name;
    const char *words;
    uint8_t subject; /* enum reason_subject: what the index beside the reason counts */
};

extern const struct reason_info reason_info[REASON_COUNT];

/* By their numbers; NULL for numbers without a row. */
const char *power_words(uint8_t state);
const char *contact_source_words(uint8_t source);
const char *quantity_words(uint8_t quantity);
const char *soc_reason_words(int32_t reason); /* of the value soc_reason */

#endif
