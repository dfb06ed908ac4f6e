/* SPDX-License-Identifier: Apache-2.0
 * Wiring as plain text, from the rows of ui/cable.h. Lines are short enough for a terminal, except
 * notes and advice, which are one paragraph each.
 */
#include "ui/cable_text.h"

#include <string.h>

#include "base/assert.h"
#include "protocols/protocols.h"

enum { COLUMN_PIN = 5, COLUMN_PACK = 20, COLUMN_COLOUR = 14 };

static void put_padded(struct text_writer *writer, const char *text, size_t width)
{
    writer_text(writer, text);
    for (size_t used = strlen(text); used < width; used++)
        writer_character(writer, ' ');
}

static void put_note(struct text_writer *writer, const char *label, const char *note)
{
    if (note == NULL)
        return;
    writer_text(writer, label);
    writer_text(writer, note);
    writer_character(writer, '\n');
}

static void put_pins(struct text_writer *writer, const struct cable_socket *port,
                     const struct cable_socket *socket)
{
    writer_text(writer, "  pin  ");
    put_padded(writer, "pack", COLUMN_PACK);
    writer_text(writer, socket->brand);
    writer_character(writer, '\n');
    for (unsigned pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        writer_text(writer, "  ");
        writer_integer(writer, pin + 1);
        put_padded(writer, "", COLUMN_PIN - 1);
        put_padded(writer, port->pins[pin] ? signal_words[port->pins[pin]] : "-", COLUMN_PACK);
        writer_text(writer, socket->pins[pin] ? signal_words[socket->pins[pin]] : "-");
        writer_character(writer, '\n');
    }
}

static void put_wires(struct text_writer *writer, const struct cable_socket *port,
                      const struct cable_socket *socket)
{
    struct cable_wire wires[CABLE_PIN_COUNT];
    size_t count = cable_wires(port, socket, wires);
    writer_text(writer, "  Wires (colours of a T568B plug at the pack's end):\n");
    for (size_t i = 0; i < count; i++) {
        writer_text(writer, "    ");
        put_padded(writer, cable_colour[wires[i].pack_pin - 1], COLUMN_COLOUR);
        writer_text(writer, "pack ");
        writer_integer(writer, wires[i].pack_pin);
        writer_text(writer, " -> inverter ");
        writer_integer(writer, wires[i].other_pin);
        writer_text(writer, "   ");
        writer_text(writer, signal_words[wires[i].signal]);
        writer_character(writer, '\n');
    }
}

static void put_verdict(struct text_writer *writer, const struct cable_socket *port,
                        const struct cable_socket *socket)
{
    if (cable_straight_fits(port, socket)) {
        writer_text(writer, "  A straight patch cable fits.\n");
        return;
    }
    uint8_t faults = cable_straight_faults(port, socket);
    writer_text(writer, "  WARNING: do not use a straight patch cable. It would connect\n");
    for (unsigned pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        if (!(faults >> pin & 1))
            continue;
        uint8_t there = socket->pins[pin];
        writer_text(writer, "    pin ");
        writer_integer(writer, pin + 1);
        writer_text(writer, ": ");
        writer_text(writer, signal_words[port->pins[pin]]);
        writer_text(writer, " of the pack to ");
        writer_text(writer, there ? signal_words[there] : "nothing");
        writer_text(writer, there ? " of the inverter\n" : "\n");
    }
}

/* "4 = CAN-L, 5 = CAN-H, 7 = ground" */
static void put_used_pins(struct text_writer *writer, const struct cable_socket *port)
{
    const char *separator = "";
    for (unsigned pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        if (port->pins[pin] == SIGNAL_OPEN)
            continue;
        writer_text(writer, separator);
        writer_integer(writer, pin + 1);
        writer_text(writer, " = ");
        writer_text(writer, signal_words[port->pins[pin]]);
        separator = ", ";
    }
}

static void put_unknown(struct text_writer *writer, const struct cable_socket *port,
                        const struct cable_socket *socket)
{
    bool is_can = socket->bus == BUS_CAN;
    writer_text(writer, "  Pins not known: see your inverter's manual, look for ");
    writer_text(writer, is_can ? "CAN-H, CAN-L" : "RS485 A, RS485 B");
    writer_text(writer, " and ground.\n  Pins of the pack: ");
    put_used_pins(writer, port);
    writer_text(writer, ".\n");
    if (is_can)
        writer_text(writer, "  Many inverters have CAN-H on 4 and CAN-L on 5: there a straight "
                            "patch cable does not work.\n");
}

/* Document and confidence of the pins. */
static void put_source(struct text_writer *writer, const struct cable_socket *socket)
{
    writer_text(writer, "  Source: ");
    if (cable_is_known(socket)) {
        writer_text(writer, socket->source);
        writer_text(writer, ", evidence ");
    } else {
        writer_text(writer, "none, ");
    }
    writer_text(writer, evidence_name[socket->evidence]);
    writer_character(writer, '\n');
}

void cable_text_socket(struct text_writer *writer, const struct cable_socket *socket)
{
    const struct cable_socket *port = cable_port_of(socket);
    writer_text(writer, "Pack \"");
    writer_text(writer, port->name);
    writer_text(writer, "\" to ");
    writer_text(writer, socket->brand);
    writer_text(writer, " \"");
    writer_text(writer, socket->name);
    writer_text(writer, "\"\n");
    if (cable_is_known(socket)) {
        put_pins(writer, port, socket);
        put_wires(writer, port, socket);
        put_verdict(writer, port, socket);
    } else {
        put_unknown(writer, port, socket);
    }
    put_note(writer, "  Inverter: ", socket->note);
    put_note(writer, "  Pack: ", port->note);
    put_source(writer, socket);
    writer_character(writer, '\n');
}

void cable_text_service(struct text_writer *writer)
{
    const struct cable_socket *port = &cable_ports[CABLE_PORT_RS232];
    writer_text(writer, "Service socket \"");
    writer_text(writer, port->name);
    writer_text(writer, "\" of the pack: ");
    put_used_pins(writer, port);
    writer_text(writer, ".\n  ");
    writer_text(writer, port->note);
    writer_character(writer, '\n');
}

static void put_switches(struct text_writer *writer, unsigned address)
{
    for (unsigned position = 0; position < CABLE_SWITCH_COUNT; position++)
        writer_text(writer, cable_switch_on(address, position) ? " ON " : " off");
}

/* A topic is headed where it begins. */
static void put_advice(struct text_writer *writer, size_t row)
{
    const struct cable_advice *advice = &cable_advices[row];
    if (row == 0 || advice->topic != cable_advices[row - 1].topic) {
        writer_character(writer, '\n');
        writer_text(writer, cable_topic_words[advice->topic]);
        writer_character(writer, '\n');
    }
    writer_text(writer, "  ");
    writer_text(writer, advice->words);
    writer_text(writer, " [");
    writer_text(writer, advice->source);
    writer_text(writer, "]\n");
}

void cable_text_parallel(struct text_writer *writer, unsigned pack_count)
{
    ASSERT(pack_count >= 2 && pack_count <= CABLE_PACK_MAX);
    writer_text(writer, "DIP switches\n  pack  1   2   3   4\n");
    for (unsigned address = 0; address < pack_count; address++) {
        writer_text(writer, address < 10 ? "   " : "  ");
        writer_integer(writer, address);
        writer_text(writer, " ");
        put_switches(writer, address);
        writer_text(writer, address == 0 ? "  host, wired to the inverter\n" : "  slave\n");
    }
    writer_text(writer, "\nRS485-2 chain\n  ");
    for (unsigned address = 0; address < pack_count; address++) {
        writer_text(writer, address > 0 ? " - " : "");
        writer_integer(writer, address);
    }
    writer_text(writer, "\n  ");
    put_used_pins(writer, &cable_ports[CABLE_PORT_RS485_2]);
    writer_character(writer, '\n');
    for (size_t i = 0; i < cable_advice_count; i++)
        put_advice(writer, i);
}
