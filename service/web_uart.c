/* SPDX-License-Identifier: Apache-2.0
 * The tables of ports and of what they can be set to, and the ports of one pack, as JSON. The
 * numbers and their names are those of protocols/uarts.def, brands those of protocols/brands.def.
 */
#include "service/web_uart.h"

#include "base/number.h"
#include "base/text.h"
#include "core/params.h"
#include "protocols/brands.h"
#include "protocols/uarts.h"
#include "service/web_json.h"
#include "ui/json.h"
#include "ui/schema.h"

const char *const web_port_name[] = {
#define PORT(name, ...) [WEB_PORT_##name] = #name,
#include "service/web_ports.def"
#undef PORT
};

const char *const web_port_label[] = {
#define PORT(name, device, param, label, use) [WEB_PORT_##name] = label,
#include "service/web_ports.def"
#undef PORT
};

static const struct port_row {
    enum param_id param;
    const char *use;
} port_rows[] = {
#define PORT(name, device, param, label, use) [WEB_PORT_##name] = {PARAM_##param, use},
#include "service/web_ports.def"
#undef PORT
};

enum web_port_id web_port_find(const char *group)
{
    int id = 0;
    while (id < WEB_PORT_COUNT && !text_equal(web_port_name[id], group))
        id++;
    return (enum web_port_id)id;
}

static void put_known(struct text_writer *writer, const char *name, const char *text)
{
    if (!text_equal(text, BRAND_NO_PROTOCOL))
        json_put_string(writer, name, text);
}

/* Those whose line of the pick list names this number. */
static void put_brands(struct text_writer *writer, const struct uart *uart)
{
    json_key(writer, "brands");
    json_open(writer, '[');
    for (size_t i = 0; i < brand_count; i++) {
        const struct brand *brand = &brands[i];
        if (brand->bus != BUS_RS485 || brand->number != uart->number)
            continue;
        json_open(writer, '{');
        json_put_string(writer, "brand", brand->brand);
        put_known(writer, "menu", brand->menu);
        put_known(writer, "advice", brand->advice);
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

static void put_uart(struct text_writer *writer, size_t row)
{
    const struct uart *uart = &uarts[row];
    json_put_integer(writer, "name", uart->number);
    json_put_string(writer, "title", uart->title);
    json_put_boolean(writer, "built", uart->kind != UART_NONE);
    put_brands(writer, uart);
    if (uart->kind == UART_NONE)
        return;
    json_put_string(writer, "use", uart->use);
    json_put_integer(writer, "baud", uart->baud);
    json_put_string(writer, "evidence", evidence_name[protocol_evidence(uart->use)]);
}

static void put_port(struct text_writer *writer, size_t row)
{
    json_put_string(writer, "name", web_port_name[row]);
    json_put_string(writer, "label", web_port_label[row]);
    json_put_string(writer, "param", param_info[port_rows[row].param].name);
    json_put_string(writer, "use", port_rows[row].use);
}

void web_uart_schema(struct text_writer *writer)
{
    schema_table(writer, "uarts", uart_count, put_uart);
    schema_table(writer, "ports", WEB_PORT_COUNT, put_port);
}

static void put_state(struct text_writer *writer, enum web_port_id id, const struct web_port *port)
{
    json_open(writer, '{');
    json_put_string(writer, "name", web_port_name[id]);
    json_put_integer(writer, "number", port->number);
    json_put_string(writer, "state", port->state);
    json_put_integer(writer, "baud", port->baud);
    json_put_integer(writer, "address", port->address);
    json_put_string(writer, "outside", port->outside);
    json_put_string(writer, "trouble", port->trouble);
    json_key(writer, "counts");
    json_open(writer, '[');
    for (size_t i = 0; i < port->count; i++)
        web_json_count(writer, &port->counts[i]);
    json_close(writer, ']');
    json_close(writer, '}');
}

void web_ports_json(struct text_writer *writer, const struct web_source *source, size_t position)
{
    struct web_port ports[WEB_PORT_COUNT];
    json_key(writer, "ports");
    if (source->ports == NULL) {
        json_add_null(writer);
        return;
    }
    source->ports(source->context, position, ports);
    json_open(writer, '[');
    for (int id = 0; id < WEB_PORT_COUNT; id++)
        put_state(writer, (enum web_port_id)id, &ports[id]);
    json_close(writer, ']');
}
