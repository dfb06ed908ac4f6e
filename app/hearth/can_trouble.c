/* SPDX-License-Identifier: Apache-2.0
 * Prints the rows of service/live_diagnostics.c that are worth a look.
 */
#include "app/hearth/can_trouble.h"

#include <stdio.h>

#include "service/live_diagnostics.h"
#include "service/web_diagnostics.h"

void can_trouble_print(struct live *live)
{
    struct web_diagnostics found;
    live_diagnostics(live, &found);
    const char *before = "CAN: ";
    for (size_t i = 0; i < found.count; i++) {
        const struct web_count *count = &found.counts[i];
        if (!count->trouble || count->number == 0)
            continue;
        printf("%s%u %s", before, (unsigned)count->number, count->label);
        before = "; ";
    }
    if (before[0] == ';')
        putchar('\n');
}
