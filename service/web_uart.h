/* SPDX-License-Identifier: Apache-2.0
 * The serial ports of a pack as the page shows them, by service/web_ports.def. What they can be set
 * to is protocols/uarts.def.
 */
#ifndef HEARTH_SERVICE_WEB_UART_H
#define HEARTH_SERVICE_WEB_UART_H

#include "service/web.h"
#include "service/web_diagnostics.h"
#include "ui/writer.h"

enum web_port_id {
#define PORT(name, ...) WEB_PORT_##name,
#include "service/web_ports.def"
#undef PORT
    WEB_PORT_COUNT
};

#define WEB_PORT_COUNTS_MAX 12

struct web_port {
    int32_t number;      /* of protocols/uarts.def: what it is set to */
    const char *state;   /* what it does, in words */
    uint32_t baud;       /* 0: it says nothing */
    int32_t address;     /* it answers at, as on the wire; -1: it has none */
    char outside[96];    /* URL of the way out of the program; "" none */
    const char *trouble; /* of that way; "" none */
    struct web_count counts[WEB_PORT_COUNTS_MAX]; /* since the protocol was chosen */
    size_t count;
};

/* The members "uarts" (what a port can be set to, with the brands that ask so) and "ports" of the
 * schema. */
void web_uart_schema(struct text_writer *writer);

/* The member "ports" of a pack, in the order of the schema; null where they are not known. */
void web_ports_json(struct text_writer *writer, const struct web_source *source, size_t position);

/* The port whose counts are this group; WEB_PORT_COUNT: none. */
enum web_port_id web_port_find(const char *group);

/* Name (the group of its counts) and label of a port. */
extern const char *const web_port_name[WEB_PORT_COUNT];
extern const char *const web_port_label[WEB_PORT_COUNT];

#endif
