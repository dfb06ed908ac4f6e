/* SPDX-License-Identifier: Apache-2.0
 * What `hearth alarms --matrix` prints, and what it takes from the list of alarms.
 */
#ifndef HEARTH_APP_HEARTH_ALARM_MATRIX_H
#define HEARTH_APP_HEARTH_ALARM_MATRIX_H

#include <stddef.h>

extern const char *const severity_name[]; /* by enum severity */

/* What the rules that raise this alarm stop. Alarms without a rule are raised elsewhere. */
const char *alarm_stops(size_t alarm);

/* Markdown on standard output: docs/alarm-matrix.md. */
void alarm_matrix_print(void);

#endif
