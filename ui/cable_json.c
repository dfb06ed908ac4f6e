/* SPDX-License-Identifier: Apache-2.0
 * Wiring as JSON from the rows of ui/cable.h: numbers of pins and words of signals, no layout.
 */
#include "ui/cable_json.h"

#include "protocols/protocols.h"
#include "ui/json.h"
#include "ui/schema.h"

static void put_pins(struct text_writer *writer, const char *name,
                     const struct cable_socket *socket)
{
    json_key(writer, name);
    json_open(writer, '[');
    for (size_t pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        if (socket->pins[pin] == SIGNAL_OPEN)
            json_add_null(writer);
        else
            json_add_string(writer, signal_words[socket->pins[pin]]);
    }
    json_close(writer, ']');
}

static void put_note(struct text_writer *writer, const char *name, const char *text)
{
    if (text != NULL)
        json_put_string(writer, name, text);
}

static void put_wires(struct text_writer *writer, const struct cable_socket *port,
                      const struct cable_socket *socket)
{
    struct cable_wire wires[CABLE_PIN_COUNT];
    size_t count = cable_wires(port, socket, wires);
    json_key(writer, "wires");
    json_open(writer, '[');
    for (size_t i = 0; i < count; i++) {
        json_open(writer, '{');
        json_put_string(writer, "signal", signal_words[wires[i].signal]);
        json_put_integer(writer, "pack_pin", wires[i].pack_pin);
        json_put_integer(writer, "inverter_pin", wires[i].other_pin);
        json_put_string(writer, "colour", cable_colour[wires[i].pack_pin - 1]);
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

static void put_faults(struct text_writer *writer, const struct cable_socket *port,
                       const struct cable_socket *socket)
{
    uint8_t faults = cable_straight_faults(port, socket);
    json_key(writer, "straight_faults");
    json_open(writer, '[');
    for (unsigned pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        if (!(faults >> pin & 1))
            continue;
        json_open(writer, '{');
        json_put_integer(writer, "pin", pin + 1);
        json_put_string(writer, "pack", signal_words[port->pins[pin]]);
        if (socket->pins[pin] != SIGNAL_OPEN)
            json_put_string(writer, "inverter", signal_words[socket->pins[pin]]);
        json_close(writer, '}');
    }
    json_close(writer, ']');
}

void cable_json_socket(struct text_writer *writer, size_t row)
{
    const struct cable_socket *socket = &cable_sockets[row];
    const struct cable_socket *port = cable_port_of(socket);
    bool known = cable_is_known(socket);
    json_put_string(writer, "brand", socket->brand);
    json_put_string(writer, "bus", bus_name[socket->bus]);
    json_put_string(writer, "socket", socket->name);
    json_put_string(writer, "pack_socket", port->name);
    json_put_boolean(writer, "pins_known", known);
    json_put_string(writer, "evidence", evidence_name[socket->evidence]);
    put_note(writer, "source", socket->source);
    put_note(writer, "note", socket->note);
    put_note(writer, "pack_note", port->note);
    put_pins(writer, "pack_pins", port);
    if (!known)
        return;
    put_pins(writer, "inverter_pins", socket);
    put_wires(writer, port, socket);
    json_put_boolean(writer, "straight_fits", cable_straight_fits(port, socket));
    put_faults(writer, port, socket);
}

void cable_json_port(struct text_writer *writer, size_t row)
{
    const struct cable_socket *port = &cable_ports[row];
    json_put_string(writer, "socket", port->name);
    json_put_string(writer, "bus", bus_name[port->bus]);
    put_note(writer, "note", port->note);
    json_put_string(writer, "source", port->source);
    put_pins(writer, "pins", port);
}

void cable_json_pack(struct text_writer *writer, size_t address)
{
    json_put_integer(writer, "pack", (int64_t)address);
    json_put_string(writer, "role", address == 0 ? "host" : "slave");
    json_key(writer, "dip");
    json_open(writer, '[');
    for (unsigned position = 0; position < CABLE_SWITCH_COUNT; position++)
        json_add_boolean(writer, cable_switch_on((unsigned)address, position));
    json_close(writer, ']');
}

void cable_json_advice(struct text_writer *writer, size_t row)
{
    json_put_string(writer, "topic", cable_topic_words[cable_advices[row].topic]);
    json_put_string(writer, "words", cable_advices[row].words);
    json_put_string(writer, "source", cable_advices[row].source);
}

void cable_json(struct text_writer *writer)
{
    json_open(writer, '{');
    schema_table(writer, "sockets", cable_socket_count, cable_json_socket);
    schema_table(writer, "ports", CABLE_PORT_COUNT, cable_json_port);
    schema_table(writer, "packs", CABLE_PACK_MAX, cable_json_pack);
    schema_table(writer, "advice", cable_advice_count, cable_json_advice);
    json_close(writer, '}');
}
