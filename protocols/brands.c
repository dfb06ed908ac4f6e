/* SPDX-License-Identifier: Apache-2.0
 * The pick list as a table, and the numbers of CAN protocols in it.
 */
#include "protocols/brands.h"

#include "base/number.h"

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
        if (brands[i].number == number)
            return protocol_find_can(brands[i].use);
    }
    return NULL;
}

int brand_number(const struct can_protocol *can)
{
    for (size_t i = 0; i < COUNT(brands); i++) {
        if (brands[i].number >= 0 && protocol_find_can(brands[i].use) == can)
            return brands[i].number;
    }
    return -1;
}
