/* SPDX-License-Identifier: Apache-2.0
 * Alarms that are no threshold rule: lost measurements and sensors, wrong cell count, unchanged
 * password, bad settings.
 */
#ifndef HEARTH_CORE_FAULTS_H
#define HEARTH_CORE_FAULTS_H

#include "core/bms.h"

/* Adds the active faults to `alarms`; returns what they block (core/protect.h). */
uint8_t faults_collect(const struct bms *bms, uint32_t alarms[ALARM_WORDS]);

#endif
