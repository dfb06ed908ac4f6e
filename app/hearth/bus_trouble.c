/* SPDX-License-Identifier: Apache-2.0
 * Prints the rows of service/live_diagnostics.c that are worth a look.
 */
#include "app/hearth/bus_trouble.h"

#include <stdio.h>

#include "service/live_diagnostics.h"
#include "service/web_uart.h"

/* One line of the counts that belong to a serial port, or with WEB_PORT_COUNT to CAN. */
static void print_line(const struct web_diagnostics *found, enum web_port_id id, const char *name)
{
    bool said = false;
    for (size_t i = 0; i < found->count; i++) {
        const struct web_count *count = &found->counts[i];
        if (web_port_find(count->group) != id || !count->trouble || count->number == 0)
            continue;
        printf("%s%s%u %s", said ? "" : name, said ? "; " : ": ", (unsigned)count->number,
               count->label);
        said = true;
    }
    if (said)
        putchar('\n');
}

void bus_trouble_print(struct live *live)
{
    struct web_diagnostics found;
    live_diagnostics(live, &found);
    print_line(&found, WEB_PORT_COUNT, "CAN");
    for (int id = 0; id < WEB_PORT_COUNT; id++)
        print_line(&found, (enum web_port_id)id, web_port_label[id]);
}
