/* SPDX-License-Identifier: Apache-2.0
 * The pick list as a table, and the numbers of CAN protocols in it.
 */
#include "protocols/brands.h"

#include "base/number.h"
#include "protocols/uarts.h"
#include "wire/can_rows.h"

const struct brand brands[] = {
#define BRAND(brand, bus, use, number, tested, menu, advice)                                       \
    {brand, use, tested, menu, advice, number, BUS_##bus},
#include "protocols/brands.def"
#undef BRAND
};

const size_t brand_count = COUNT(brands);

const struct can_protocol *brand_can(int32_t number)
{
    for (size_t i = 0; number >= 0 && i < COUNT(brands); i++) {
        if (brands[i].bus == BUS_CAN && brands[i].number == number)
            return protocol_find_can(brands[i].use);
    }
    return NULL;
}

uint32_t brand_bitrate(const struct brand *brand)
{
    const struct can_protocol *can = protocol_find_can(brand->use);
    const struct uart *uart = brand->bus != BUS_CAN ? uart_find(brand->number) : NULL;
    const struct protocol *protocol = protocol_find(brand->use);
    if (can != NULL)
        return can->bitrate;
    if (uart != NULL)
        return uart->baud;
    return protocol != NULL ? protocol->bitrate : 0;
}

int brand_number(const struct can_protocol *can)
{
    for (size_t i = 0; i < COUNT(brands); i++) {
        if (brands[i].bus == BUS_CAN && brands[i].number >= 0 &&
            protocol_find_can(brands[i].use) == can)
            return brands[i].number;
    }
    return -1;
}
