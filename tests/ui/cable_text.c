/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/cable_text.c.
 */
#include "tests/support/test.h"

#include "ui/cable_text.h"

static char text[CABLE_TEXT_SIZE_MAX];
static struct text_writer writer;

/* The text of every row of a brand. */
static void show(const char *brand)
{
    writer_init(&writer, text, sizeof(text));
    for (size_t i = 0; i < cable_socket_count; i++) {
        if (cable_brand_is(&cable_sockets[i], brand))
            cable_text_socket(&writer, &cable_sockets[i]);
    }
    assert_false(writer.overflow);
    assert_true(writer.used > 0);
}

static void a_swapped_socket_gets_wires_and_a_warning(void **state)
{
    (void)state;
    show("SMA");
    assert_non_null(strstr(text, "  4    CAN-L               CAN-H\n"));
    assert_non_null(strstr(text, "white-blue    pack 5 -> inverter 4   CAN-H\n"));
    assert_non_null(strstr(text, "WARNING: do not use a straight patch cable"));
    assert_non_null(strstr(text, "pin 4: CAN-L of the pack to CAN-H of the inverter\n"));
    assert_non_null(strstr(text, "FSS-ConnectingBat-TI-en-10, evidence document\n"));
}

static void a_line_that_ends_nowhere_is_told(void **state)
{
    (void)state;
    show("Victron");
    assert_non_null(strstr(text, "pin 4: CAN-L of the pack to nothing\n"));
    assert_non_null(strstr(text, "pin 7: ground of the pack to CAN-H of the inverter\n"));
}

static void unknown_pins_are_said_to_be_unknown(void **state)
{
    (void)state;
    show("Deye");
    assert_non_null(strstr(text, "Pins not known: see your inverter's manual, look for CAN-H"));
    assert_null(strstr(text, "Wires"));
    assert_null(strstr(text, "cable fits"));
    show("SRNE");
    assert_non_null(strstr(text, "look for RS485 A, RS485 B"));
}

static void a_brand_whose_rs485_fits_is_warned_of_can_only(void **state)
{
    (void)state;
    show("sol-ark");
    const char *fits = strstr(text, "A straight patch cable fits.");
    assert_non_null(fits);
    assert_true(strstr(text, "WARNING") < fits);
    assert_null(strstr(fits, "WARNING"));
}

static void the_service_socket_has_its_three_pins(void **state)
{
    (void)state;
    writer_init(&writer, text, sizeof(text));
    cable_text_service(&writer);
    assert_non_null(strstr(text, "3 = RS232 TX (sends), 4 = RS232 RX (receives), 5 = ground."));
}

static void sixteen_packs_fit_with_their_switches_and_chain(void **state)
{
    (void)state;
    writer_init(&writer, text, sizeof(text));
    cable_text_parallel(&writer, CABLE_PACK_MAX);
    assert_false(writer.overflow);
    assert_non_null(strstr(text, "   0  off off off off  host, wired to the inverter\n"));
    assert_non_null(strstr(text, "   5  ON  off ON  off  slave\n"));
    assert_non_null(strstr(text, "  15  ON  ON  ON  ON   slave\n"));
    assert_non_null(strstr(text, " 13 - 14 - 15\n"));
    assert_non_null(strstr(text, "\nTermination\n"));
}

static void two_packs_have_no_third(void **state)
{
    (void)state;
    writer_init(&writer, text, sizeof(text));
    cable_text_parallel(&writer, 2);
    assert_non_null(strstr(text, "\n  0 - 1\n"));
    assert_null(strstr(text, "\n   2 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_swapped_socket_gets_wires_and_a_warning),
        cmocka_unit_test(a_line_that_ends_nowhere_is_told),
        cmocka_unit_test(unknown_pins_are_said_to_be_unknown),
        cmocka_unit_test(a_brand_whose_rs485_fits_is_warned_of_can_only),
        cmocka_unit_test(the_service_socket_has_its_three_pins),
        cmocka_unit_test(sixteen_packs_fit_with_their_switches_and_chain),
        cmocka_unit_test(two_packs_have_no_third),
    };
    return RUN_TESTS(tests);
}
