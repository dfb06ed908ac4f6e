/* SPDX-License-Identifier: Apache-2.0
 * Names and words of the reasons behind a limit, made from core/reasons.def. Decides nothing.
 */
#include "core/reasons.h"

const struct reason_info reason_info[REASON_COUNT] = {
#define REASON(id, subject, words) [REASON_##id] = {#id, REASON_SUBJECT_##subject},
#include "core/reasons.def"
#undef REASON
};
