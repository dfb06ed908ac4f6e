/* SPDX-License-Identifier: Apache-2.0
 * Which wire goes where: between a pack and an inverter of some brand, and among packs in parallel.
 * The pins are rows of ui/cables.def; everything said about a cable is worked out from them. What
 * is not known is never guessed.
 */
#ifndef HEARTH_UI_CABLE_H
#define HEARTH_UI_CABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CABLE_PIN_COUNT 8
#define CABLE_PACK_MAX 16
#define CABLE_SWITCH_COUNT 4

enum signal {
#define SIGNAL(id, words) SIGNAL_##id,
#include "ui/cables.def"
    SIGNAL_COUNT
};

enum cable_port {
#define PORT(id, ...) CABLE_PORT_##id,
#include "ui/cables.def"
    CABLE_PORT_COUNT
};

enum cable_topic {
#define TOPIC(id, words) CABLE_TOPIC_##id,
#include "ui/cables.def"
    CABLE_TOPIC_COUNT
};

struct cable_socket {
    const char *brand; /* "Pack" for the pack's own */
    const char *name;
    uint8_t bus;      /* enum bus */
    uint8_t evidence; /* enum evidence */
    uint8_t pins[CABLE_PIN_COUNT];
    const char *source; /* document; NULL without one */
    const char *note;   /* NULL without one */
};

/* One wire; pins count from 1. */
struct cable_wire {
    uint8_t signal;
    uint8_t pack_pin;
    uint8_t other_pin;
};

struct cable_advice {
    uint8_t topic; /* enum cable_topic */
    const char *words;
    const char *source;
};

extern const char *const signal_words[SIGNAL_COUNT];
extern const char *const cable_colour[CABLE_PIN_COUNT]; /* of a T568B patch cable, by pin - 1 */
extern const struct cable_socket cable_ports[CABLE_PORT_COUNT];
extern const struct cable_socket cable_sockets[];
extern const size_t cable_socket_count;
extern const char *const cable_topic_words[CABLE_TOPIC_COUNT];
extern const struct cable_advice cable_advices[];
extern const size_t cable_advice_count;

/* False when no document tells the pins. */
bool cable_is_known(const struct cable_socket *socket);

/* The pack's socket that such a one is wired to. */
const struct cable_socket *cable_port_of(const struct cable_socket *socket);

/* The wires of the right cable, signal by signal; returns their count. Two sides of an equal pin
 * are preferred, so that a straight cable is used where it fits. */
size_t cable_wires(const struct cable_socket *port, const struct cable_socket *socket,
                   struct cable_wire wires[CABLE_PIN_COUNT]);

/* Pins (bit n is pin n + 1) where a straight patch cable joins two lines that do not belong
 * together, or leaves a data line of the pack that has a partner elsewhere without one. */
uint8_t cable_straight_faults(const struct cable_socket *port, const struct cable_socket *socket);

/* A straight patch cable joins every data line and nothing wrong. */
bool cable_straight_fits(const struct cable_socket *port, const struct cable_socket *socket);

/* Names are equal, letters without regard to case. */
bool cable_brand_is(const struct cable_socket *socket, const char *brand);

/* Position of DIP switch 0..3 of the pack with this address: true is ON. */
bool cable_switch_on(unsigned address, unsigned position);

#endif
