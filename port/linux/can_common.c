/* SPDX-License-Identifier: Apache-2.0
 * The way of a received frame to whoever listens.
 */
#include "port/linux/can_common.h"

static bool is_wanted(const struct can_common *common, const struct can_frame *frame)
{
    for (size_t i = 0; i < common->wanted_count; i++)
        if (common->wanted[i].id == frame->id && common->wanted[i].extended == frame->extended)
            return true;
    return common->wanted_count == 0;
}

void can_common_receive(struct can_common *common, const struct can_frame *frame, uint64_t now_us)
{
    if (common->listener.receive && is_wanted(common, frame))
        common->listener.receive(common->listener.context, frame, now_us);
}
