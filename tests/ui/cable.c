/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/cable.c: every row is consistent, and the right cable and the warning follow from it.
 */
#include "tests/support/test.h"

#include "protocols/protocols.h"
#include "ui/cable.h"

static const struct cable_socket *find(const char *brand, enum bus bus)
{
    for (size_t i = 0; i < cable_socket_count; i++) {
        if (cable_brand_is(&cable_sockets[i], brand) && cable_sockets[i].bus == bus)
            return &cable_sockets[i];
    }
    fail_msg("no row for %s", brand);
    return NULL;
}

static bool carries(const struct cable_socket *socket, uint8_t signal)
{
    return memchr(socket->pins, signal, CABLE_PIN_COUNT) != NULL;
}

static void assert_wire(const struct cable_socket *socket, enum signal signal, uint8_t pack_pin,
                        uint8_t other_pin)
{
    struct cable_wire wires[CABLE_PIN_COUNT];
    size_t count = cable_wires(cable_port_of(socket), socket, wires);
    for (size_t i = 0; i < count; i++) {
        if (wires[i].signal != signal)
            continue;
        assert_int_equal(wires[i].pack_pin, pack_pin);
        assert_int_equal(wires[i].other_pin, other_pin);
        return;
    }
    fail_msg("no wire for %s", signal_words[signal]);
}

static void known_pins_have_both_data_lines_a_document_and_evidence(void **state)
{
    (void)state;
    for (size_t i = 0; i < cable_socket_count; i++) {
        const struct cable_socket *socket = &cable_sockets[i];
        bool known = cable_is_known(socket);
        assert_int_equal(socket->source != NULL, known);
        assert_int_equal(socket->evidence != EVIDENCE_UNVERIFIED, known);
        if (!known)
            continue;
        assert_true(carries(socket, socket->bus == BUS_CAN ? SIGNAL_CAN_H : SIGNAL_A));
        assert_true(carries(socket, socket->bus == BUS_CAN ? SIGNAL_CAN_L : SIGNAL_B));
        assert_false(carries(socket, socket->bus == BUS_CAN ? SIGNAL_A : SIGNAL_CAN_H));
        assert_false(carries(socket, socket->bus == BUS_CAN ? SIGNAL_B : SIGNAL_CAN_L));
    }
}

static void brands_are_in_order_and_have_one_row_per_bus(void **state)
{
    (void)state;
    for (size_t i = 1; i < cable_socket_count; i++) {
        const struct cable_socket *before = &cable_sockets[i - 1];
        const struct cable_socket *socket = &cable_sockets[i];
        if (cable_brand_is(socket, before->brand))
            assert_true(before->bus < socket->bus);
        else
            for (size_t other = 0; other < i; other++)
                assert_false(cable_brand_is(&cable_sockets[other], socket->brand));
    }
}

static void a_cable_uses_no_pin_twice_and_joins_equal_signals(void **state)
{
    (void)state;
    for (size_t i = 0; i < cable_socket_count; i++) {
        const struct cable_socket *socket = &cable_sockets[i];
        const struct cable_socket *port = cable_port_of(socket);
        struct cable_wire wires[CABLE_PIN_COUNT];
        unsigned pack_pins = 0;
        unsigned other_pins = 0;
        size_t count = cable_wires(port, socket, wires);
        assert_true(cable_is_known(socket) ? count >= 2 : count == 0);
        for (size_t wire = 0; wire < count; wire++) {
            assert_int_equal(port->pins[wires[wire].pack_pin - 1], wires[wire].signal);
            assert_int_equal(socket->pins[wires[wire].other_pin - 1], wires[wire].signal);
            assert_false(pack_pins >> wires[wire].pack_pin & 1);
            assert_false(other_pins >> wires[wire].other_pin & 1);
            pack_pins |= 1U << wires[wire].pack_pin;
            other_pins |= 1U << wires[wire].other_pin;
        }
    }
}

static void the_pack_has_the_pins_of_its_manual(void **state)
{
    (void)state;
    const struct cable_socket *can = &cable_ports[CABLE_PORT_CAN];
    assert_int_equal(can->pins[3], SIGNAL_CAN_L);
    assert_int_equal(can->pins[4], SIGNAL_CAN_H);
    assert_int_equal(can->pins[6], SIGNAL_GROUND);
    const struct cable_socket *rs485 = &cable_ports[CABLE_PORT_RS485_1];
    assert_int_equal(rs485->pins[1], SIGNAL_A);
    assert_int_equal(rs485->pins[6], SIGNAL_A);
    const struct cable_socket *rs232 = &cable_ports[CABLE_PORT_RS232];
    assert_int_equal(rs232->pins[2], SIGNAL_TX);
    assert_int_equal(rs232->pins[3], SIGNAL_RX);
    assert_int_equal(rs232->pins[4], SIGNAL_GROUND);
}

static void swapped_can_lines_are_a_fault_of_a_straight_cable(void **state)
{
    (void)state;
    static const char *const brands[] = {"Growatt", "SMA", "INVT", "Sol-Ark"};
    for (size_t i = 0; i < COUNT(brands); i++) {
        const struct cable_socket *socket = find(brands[i], BUS_CAN);
        assert_int_equal(cable_straight_faults(cable_port_of(socket), socket), 0x18);
        assert_false(cable_straight_fits(cable_port_of(socket), socket));
        assert_wire(socket, SIGNAL_CAN_H, 5, 4);
        assert_wire(socket, SIGNAL_CAN_L, 4, 5);
    }
}

static void every_can_socket_that_differs_from_the_pack_has_a_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < cable_socket_count; i++) {
        const struct cable_socket *socket = &cable_sockets[i];
        if (socket->bus != BUS_CAN || !cable_is_known(socket))
            continue;
        bool same = socket->pins[3] == SIGNAL_CAN_L && socket->pins[4] == SIGNAL_CAN_H;
        assert_int_equal(cable_straight_faults(cable_port_of(socket), socket) == 0, same);
    }
}

static void a_straight_cable_to_victron_leaves_lines_alone_and_grounds_can_h(void **state)
{
    (void)state;
    const struct cable_socket *socket = find("victron", BUS_CAN);
    assert_int_equal(cable_straight_faults(cable_port_of(socket), socket), 0x58);
    assert_wire(socket, SIGNAL_CAN_H, 5, 7);
    assert_wire(socket, SIGNAL_CAN_L, 4, 8);
    assert_wire(socket, SIGNAL_GROUND, 7, 3);
}

static void a_straight_cable_fits_where_equal_pins_meet(void **state)
{
    (void)state;
    const struct cable_socket *socket = find("Sol-Ark", BUS_RS485);
    assert_true(cable_straight_fits(cable_port_of(socket), socket));
    assert_wire(socket, SIGNAL_A, 2, 2);
    const struct cable_socket *invt = find("INVT", BUS_RS485);
    assert_wire(invt, SIGNAL_A, 7, 7);
    assert_int_equal(cable_straight_faults(cable_port_of(invt), invt), 0x02);
}

static void a_supply_of_five_volts_is_never_wired(void **state)
{
    (void)state;
    const struct cable_socket *socket = find("EPever", BUS_RS485);
    struct cable_wire wires[CABLE_PIN_COUNT];
    size_t count = cable_wires(cable_port_of(socket), socket, wires);
    for (size_t i = 0; i < count; i++)
        assert_true(wires[i].other_pin > 2);
    assert_int_equal(cable_straight_faults(cable_port_of(socket), socket) & 3, 3);
}

static void unknown_pins_neither_fit_nor_get_a_wire(void **state)
{
    (void)state;
    const struct cable_socket *socket = find("Deye", BUS_CAN);
    assert_false(cable_is_known(socket));
    assert_false(cable_straight_fits(cable_port_of(socket), socket));
}

static void brands_are_found_in_any_case_but_only_whole(void **state)
{
    (void)state;
    const struct cable_socket *socket = find("sOL-aRK", BUS_CAN);
    assert_false(cable_brand_is(socket, "Sol"));
    assert_false(cable_brand_is(socket, "Sol-Ark2"));
    assert_false(cable_brand_is(socket, ""));
}

static void switches_are_the_bits_of_the_address(void **state)
{
    (void)state;
    for (unsigned address = 0; address < CABLE_PACK_MAX; address++) {
        unsigned sum = 0;
        for (unsigned position = 0; position < CABLE_SWITCH_COUNT; position++)
            sum += cable_switch_on(address, position) ? 1U << position : 0;
        assert_int_equal(sum, address);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_pins_have_both_data_lines_a_document_and_evidence),
        cmocka_unit_test(brands_are_in_order_and_have_one_row_per_bus),
        cmocka_unit_test(a_cable_uses_no_pin_twice_and_joins_equal_signals),
        cmocka_unit_test(the_pack_has_the_pins_of_its_manual),
        cmocka_unit_test(swapped_can_lines_are_a_fault_of_a_straight_cable),
        cmocka_unit_test(every_can_socket_that_differs_from_the_pack_has_a_fault),
        cmocka_unit_test(a_straight_cable_to_victron_leaves_lines_alone_and_grounds_can_h),
        cmocka_unit_test(a_straight_cable_fits_where_equal_pins_meet),
        cmocka_unit_test(a_supply_of_five_volts_is_never_wired),
        cmocka_unit_test(unknown_pins_neither_fit_nor_get_a_wire),
        cmocka_unit_test(brands_are_found_in_any_case_but_only_whole),
        cmocka_unit_test(switches_are_the_bits_of_the_address),
    };
    return RUN_TESTS(tests);
}
