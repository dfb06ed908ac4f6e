/* SPDX-License-Identifier: Apache-2.0
 * Between the CAN receiver of an inverter and its behaviour: what the behaviour needs to know of
 * the link, and what the inverter tells the battery of itself.
 */
#ifndef HEARTH_SITE_INVERTER_LINK_H
#define HEARTH_SITE_INVERTER_LINK_H

#include "sim/inverter.h"
#include "wire/can_link.h"

/* A receiver for `can` that is as careful, or careless, as the brand. */
void inverter_link_init(struct can_receiver *receiver, const struct can_protocol *can,
                        const struct sim_brand *brand, uint64_t now_us);

/* Ages of the limits and of the state of charge, whatever frames carry them in this protocol. */
struct sim_link inverter_link_ages(const struct can_receiver *receiver, uint64_t now_us);

/* What it measures, and the state of charge and the charge voltage it goes by. */
void inverter_link_own(const struct sim_inverter *inverter, const struct sim_inverter_sight *sight,
                       struct snapshot *own);

/* The next frame to the battery; false when there is none, and always of a brand that is mute. */
bool inverter_link_transmit(struct can_receiver *receiver, const struct sim_inverter *inverter,
                            const struct sim_inverter_sight *sight, uint64_t now_us,
                            struct can_frame *frame);

#endif
