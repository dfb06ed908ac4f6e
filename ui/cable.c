/* SPDX-License-Identifier: Apache-2.0
 * The rows of ui/cables.def and what follows from them: the wires of the right cable, and what a
 * straight one would join wrongly. Knows nothing of words, screens or currents.
 */
#include "ui/cable.h"

#include "base/number.h"
#include "protocols/protocols.h"

#define PINS(a, b, c, d, e, f, g, h)                                                               \
    {                                                                                              \
        SIGNAL_##a, SIGNAL_##b, SIGNAL_##c, SIGNAL_##d, SIGNAL_##e, SIGNAL_##f, SIGNAL_##g,        \
            SIGNAL_##h                                                                             \
    }

const char *const signal_words[SIGNAL_COUNT] = {
#define SIGNAL(id, words) [SIGNAL_##id] = words,
#include "ui/cables.def"
};

const char *const cable_colour[CABLE_PIN_COUNT] = {
#define COLOUR(pin, words) [pin - 1] = words,
#include "ui/cables.def"
};

const struct cable_socket cable_ports[CABLE_PORT_COUNT] = {
#define PORT(id, bus, name, a, b, c, d, e, f, g, h, evidence, source, note)                        \
    [CABLE_PORT_##id] = {                                                                          \
        "Pack", name, BUS_##bus, EVIDENCE_##evidence, PINS(a, b, c, d, e, f, g, h), source, note},
#include "ui/cables.def"
};

const struct cable_socket cable_sockets[] = {
#define SOCKET(brand, bus, name, a, b, c, d, e, f, g, h, evidence, source, note)                   \
    {brand, name, BUS_##bus, EVIDENCE_##evidence, PINS(a, b, c, d, e, f, g, h), source, note},
#include "ui/cables.def"
};
const size_t cable_socket_count = COUNT(cable_sockets);

const char *const cable_topic_words[CABLE_TOPIC_COUNT] = {
#define TOPIC(id, words) [CABLE_TOPIC_##id] = words,
#include "ui/cables.def"
};

const struct cable_advice cable_advices[] = {
#define ADVICE(topic, words, source) {CABLE_TOPIC_##topic, words, source},
#include "ui/cables.def"
};
const size_t cable_advice_count = COUNT(cable_advices);

bool cable_is_known(const struct cable_socket *socket)
{
    for (size_t pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        if (socket->pins[pin] != SIGNAL_OPEN)
            return true;
    }
    return false;
}

const struct cable_socket *cable_port_of(const struct cable_socket *socket)
{
    static const uint8_t port_of_bus[] = {[BUS_CAN] = CABLE_PORT_CAN,
                                          [BUS_RS485] = CABLE_PORT_RS485_1,
                                          [BUS_RS232] = CABLE_PORT_RS232};
    ASSERT(socket->bus < COUNT(port_of_bus));
    return &cable_ports[port_of_bus[socket->bus]];
}

/* First pin, from 1, that carries the signal; 0 when none does. */
static uint8_t pin_of(const struct cable_socket *socket, uint8_t signal)
{
    for (uint8_t pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        if (socket->pins[pin] == signal)
            return pin + 1;
    }
    return 0;
}

/* Pin that carries the signal on both sides; 0 when there is none. */
static uint8_t shared_pin(const struct cable_socket *port, const struct cable_socket *socket,
                          uint8_t signal)
{
    for (uint8_t pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        if (port->pins[pin] == signal && socket->pins[pin] == signal)
            return pin + 1;
    }
    return 0;
}

size_t cable_wires(const struct cable_socket *port, const struct cable_socket *socket,
                   struct cable_wire wires[CABLE_PIN_COUNT])
{
    size_t count = 0;
    for (uint8_t signal = SIGNAL_OPEN + 1; signal < SIGNAL_COUNT; signal++) {
        uint8_t shared = shared_pin(port, socket, signal);
        uint8_t pack_pin = shared ? shared : pin_of(port, signal);
        uint8_t other_pin = shared ? shared : pin_of(socket, signal);
        if (pack_pin && other_pin)
            wires[count++] = (struct cable_wire){signal, pack_pin, other_pin};
    }
    return count;
}

/* A data line of the pack that reaches its partner only by another pin. */
static bool is_left_alone(const struct cable_socket *port, const struct cable_socket *socket,
                          uint8_t signal)
{
    return signal != SIGNAL_GROUND && pin_of(socket, signal) && !shared_pin(port, socket, signal);
}

uint8_t cable_straight_faults(const struct cable_socket *port, const struct cable_socket *socket)
{
    uint8_t faults = 0;
    for (unsigned pin = 0; pin < CABLE_PIN_COUNT; pin++) {
        uint8_t here = port->pins[pin];
        uint8_t there = socket->pins[pin];
        if (here == SIGNAL_OPEN || here == there)
            continue;
        if (there != SIGNAL_OPEN || is_left_alone(port, socket, here))
            faults |= (uint8_t)(1U << pin);
    }
    return faults;
}

bool cable_straight_fits(const struct cable_socket *port, const struct cable_socket *socket)
{
    return cable_is_known(socket) && cable_straight_faults(port, socket) == 0;
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

bool cable_brand_is(const struct cable_socket *socket, const char *brand)
{
    size_t at = 0;
    while (socket->brand[at] != '\0' && lower(socket->brand[at]) == lower(brand[at]))
        at++;
    return socket->brand[at] == '\0' && brand[at] == '\0';
}

bool cable_switch_on(unsigned address, unsigned position)
{
    return address >> position & 1;
}
