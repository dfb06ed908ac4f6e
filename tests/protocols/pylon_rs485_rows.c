/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/pylon_rs485_rows.c: numbers at their ends, and the places of the rows.
 */
#include "protocols/pylon_rs485_rows.h"

#include "tests/support/test.h"

static void numbers_round_and_saturate(void **state)
{
    (void)state;
    static const struct {
        uint8_t form;
        int32_t value;
        uint32_t raw; /* of the form's size */
    } rows[] = {
        {PYLON_MV,             56800,     0xDDE0},
        {PYLON_MV,             65536,     0xFFFF}, /* a charge limit above 65.535 V */
        {PYLON_MV,             -1,        0     },
        {PYLON_CENTIAMPS,      -12300,    0xFB32},
        {PYLON_CENTIAMPS,      400000,    0x7FFF}, /* two packs at full current */
        {PYLON_CENTIAMPS,      -400000,   0x8001},
        {PYLON_DECIAMPS,       -12350,    0xFF84}, /* half away from zero */
        {PYLON_DECIAMPS,       INT32_MAX, 0x7FFF},
        {PYLON_DECIAMPS,       INT32_MIN, 0x8001},
        {PYLON_MINUS_DECIAMPS, 100000,    0xFC18},
        {PYLON_MINUS_DECIAMPS, INT32_MAX, 0x8001},
        {PYLON_KELVIN,         255,       2986  },
        {PYLON_KELVIN,         -124,      2607  },
        {PYLON_KELVIN,         -3000,     0     },
        {PYLON_PERCENT,        1000,      100   },
        {PYLON_PERCENT,        995,       100   },
        {PYLON_PERCENT,        1100,      100   },
        {PYLON_SOC,            660,       66    },
        {PYLON_SOC,            999,       99    }, /* not full */
        {PYLON_SOC,            1000,      100   },
        {PYLON_SOC,            1,         1     }, /* not empty */
        {PYLON_SOC,            0,         0     },
        {PYLON_SOC,            2000,      100   },
        {PYLON_WORD,           70000,     0xFFFF},
        {PYLON_BYTE,           300,       0xFF  },
        {PYLON_NUMBER,         15,        16    },
        {PYLON_NUMBER,         300,       0xFF  },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum pylon_form form = (enum pylon_form)rows[i].form;
        uint32_t mask = (1u << 8 * pylon_form_size(form)) - 1;
        assert_int_equal(pylon_raw(form, rows[i].value) & mask, rows[i].raw);
    }
}

static void every_number_on_the_wire_comes_back(void **state)
{
    (void)state;
    for (int form = 0; form < PYLON_FORM_COUNT; form++) {
        uint32_t mask = (1u << 8 * pylon_form_size((enum pylon_form)form)) - 1;
        bool percent = form == PYLON_PERCENT || form == PYLON_SOC;
        uint32_t top = percent ? 100 : mask;
        for (uint32_t raw = 0; raw <= top; raw++) {
            int32_t value = pylon_value((enum pylon_form)form, raw);
            if (value == pylon_value(PYLON_DECIAMPS, 0x8000) ||
                value == pylon_value(PYLON_MINUS_DECIAMPS, 0x8000) ||
                value == pylon_value(PYLON_CENTIAMPS, 0x8000))
                continue; /* never sent: the ends are alike on both sides */
            assert_int_equal(pylon_raw((enum pylon_form)form, value) & mask, raw);
        }
    }
}

static void what_is_not_known_is_no_invented_alarm(void **state)
{
    (void)state;
    assert_int_equal(pylon_absent(PYLON_MV), 0);
    assert_int_equal(pylon_absent(PYLON_PERCENT), 100);
    assert_int_equal(pylon_value(PYLON_KELVIN, pylon_absent(PYLON_KELVIN)), 250);
}

static void the_fields_of_61_fill_49_bytes_and_each_value_is_read_once(void **state)
{
    (void)state;
    size_t size = 0;
    for (size_t i = 0; i < PYLON_SYSTEM_ANALOG_FIELDS; i++) {
        size += pylon_form_size((enum pylon_form)pylon_system_analog[i].form);
        for (size_t j = 0; j < i; j++)
            assert_false(pylon_system_analog[i].read && pylon_system_analog[j].read &&
                         pylon_system_analog[i].value == pylon_system_analog[j].value);
    }
    assert_int_equal(size, PYLON_SYSTEM_ANALOG_SIZE);
}

/* Reading takes the first of neighbours. */
static void check_places(const struct can_alarm *rows, size_t count, uint8_t bytes)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(can_alarm_byte(&rows[i]) < bytes);
        for (size_t j = 0; j + 1 < i; j++)
            assert_true(rows[j].place != rows[i].place || rows[j + 1].place == rows[i].place);
    }
}

static void alarms_of_one_place_stand_together(void **state)
{
    (void)state;
    check_places(pylon_system_bits, pylon_system_bit_count, 4);
    check_places(pylon_pack_bits, pylon_pack_bit_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_round_and_saturate),
        cmocka_unit_test(every_number_on_the_wire_comes_back),
        cmocka_unit_test(what_is_not_known_is_no_invented_alarm),
        cmocka_unit_test(the_fields_of_61_fill_49_bytes_and_each_value_is_read_once),
        cmocka_unit_test(alarms_of_one_place_stand_together),
    };
    return RUN_TESTS(tests);
}
