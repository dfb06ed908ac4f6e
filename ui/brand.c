/* SPDX-License-Identifier: Apache-2.0
 * The pick list joined with the registry of protocols and the table of sockets.
 */
#include "ui/brand.h"

#include "base/text.h"
#include "wire/can_rows.h"

const struct can_protocol *brand_profile(const struct brand *brand)
{
    return protocol_find_can(brand->use);
}

int brand_choice(const struct brand *brand)
{
    const struct can_protocol *can = brand_profile(brand);
    if (brand->bus != BUS_CAN)
        return brand->number;
    return can != NULL ? brand_number(can) : -1;
}

const struct cable_socket *brand_socket(const struct brand *brand)
{
    for (size_t i = 0; i < cable_socket_count; i++) {
        const struct cable_socket *socket = &cable_sockets[i];
        if (socket->bus == brand->bus && cable_brand_is(socket, brand->brand))
            return socket;
    }
    return NULL;
}

/* Two data lines of which each lies where the pack has the other one. */
static bool is_swapped(const struct cable_socket *port, const struct cable_socket *socket)
{
    struct cable_wire wires[CABLE_PIN_COUNT];
    size_t count = cable_wires(port, socket, wires);
    for (size_t i = 0; i + 1 < count; i++) {
        if (wires[i].pack_pin != wires[i].other_pin &&
            wires[i].pack_pin == wires[i + 1].other_pin &&
            wires[i].other_pin == wires[i + 1].pack_pin)
            return true;
    }
    return false;
}

enum brand_pins brand_pins(const struct brand *brand)
{
    const struct cable_socket *socket = brand_socket(brand);
    if (socket == NULL || !cable_is_known(socket))
        return BRAND_PINS_UNKNOWN;
    const struct cable_socket *port = cable_port_of(socket);
    if (cable_straight_fits(port, socket))
        return BRAND_PINS_FIT;
    return is_swapped(port, socket) ? BRAND_PINS_SWAPPED : BRAND_PINS_DIFFER;
}

void brand_pins_warning(struct text_writer *writer, const struct brand *brand)
{
    switch (brand_pins(brand)) {
    case BRAND_PINS_FIT:
        return;
    case BRAND_PINS_UNKNOWN:
        writer_text(writer, "pins not known");
        return;
    case BRAND_PINS_SWAPPED:
        writer_text(writer, brand->bus == BUS_CAN ? "swap CAN-H/CAN-L" : "swap A/B");
        break;
    case BRAND_PINS_DIFFER:
        writer_text(writer, "other pins");
        break;
    }
    writer_text(writer, ": hearth cable ");
    writer_text(writer, brand->brand);
}
