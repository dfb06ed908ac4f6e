/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/pylon_rs485_pack.c: which temperatures go where, both forms of the capacity,
 * states of 44 for every alarm, and the same read back.
 */
#include "tests/support/pylon_bench.h"

static struct pylon_bench bench;

/* A pack as the core has it: five sensors at the cells, one at the switches. */
static void with_cell_sensors_only(struct snapshot *pack)
{
    for (int i = 0; i < TEMP_MAX; i++)
        snapshot_set_have(pack, (enum value_id)(VALUE_temp_ddegc + i), false);
    for (int i = 0; i < 5; i++)
        snapshot_put(pack, (enum value_id)(VALUE_temp_ddegc + i), 200 + i);
    snapshot_put(pack, VALUE_mos_ddegc, 350);
}

static void read_back(uint8_t code, struct pylon_bench_reading *read)
{
    char request[] = "~20024642E00202FD33";
    if (code == PYLON_ALARMS)
        memcpy(request, "~20024644E00202FD31", sizeof(request));
    assert_int_equal(pylon_bench_take(request, pylon_bench_ask(&bench, request), 0, read), DECODED);
}

static void the_switches_stand_for_the_board_before_the_sensors_of_cells(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    static const int32_t wanted[] = {350, 200, 201, 202, 203, 204};
    pylon_bench_init(&bench, 1);
    with_cell_sensors_only(&bench.pack[0]);
    read_back(PYLON_ANALOG, &read);
    for (size_t i = 0; i < COUNT(wanted); i++)
        assert_int_equal(read.values.temp_ddegc[i], wanted[i]);
    assert_false(snapshot_have(&read.values, (enum value_id)(VALUE_temp_ddegc + 6)));
    assert_int_equal(read.values.temp_min_ddegc, 200);
    assert_int_equal(read.values.temp_max_ddegc, 204);
    assert_int_equal(read.values.temp_mean_ddegc, 202);
    pylon_bench_ask(&bench, "~200246610000FDAB");
    assert_memory_equal(bench.reply + 13 + 46, "0005", 4); /* the hottest sensor */
    assert_memory_equal(bench.reply + 13 + 54, "0001", 4);
    assert_memory_equal(bench.reply + 13 + 78, "0C090C0900000C090000", 20); /* boards: 35.0 */
}

static void a_lost_sensor_keeps_its_place(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    pylon_bench_init(&bench, 1);
    with_cell_sensors_only(&bench.pack[0]);
    snapshot_set_have(&bench.pack[0], (enum value_id)(VALUE_temp_ddegc + 2), false);
    read_back(PYLON_ANALOG, &read);
    assert_int_equal(read.values.temp_ddegc[3], 233); /* the mean */
    assert_int_equal(read.values.temp_ddegc[5], 204);
    read_back(PYLON_ALARMS, &read);
    assert_true(alarm_get(read.values.alarms, ALARM_temp_sensor));
}

static void a_lost_cell_reads_0_and_is_marked(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    pylon_bench_init(&bench, 1);
    snapshot_set_have(&bench.pack[0], (enum value_id)(VALUE_cell_mv + 4), false);
    read_back(PYLON_ANALOG, &read);
    assert_int_equal(read.values.cell_mv[4], 0);
    assert_int_equal(read.values.cell_count, 16);
    read_back(PYLON_ALARMS, &read);
    assert_true(alarm_get(read.values.alarms, ALARM_open_wire));
    assert_memory_equal(bench.reply + strlen(bench.reply) - 8, "1000", 4); /* cell 5 has failed */
}

static void small_packs_have_two_items_unless_a_large_one_is_beside_them(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    pylon_bench_init(&bench, 2);
    for (int i = 0; i < 2; i++) {
        snapshot_put(&bench.pack[i], VALUE_remaining_mah, 23500);
        snapshot_put(&bench.pack[i], VALUE_full_mah, 50000);
    }
    read_back(PYLON_ANALOG, &read);
    size_t small = strlen(bench.reply);
    assert_int_equal(read.values.remaining_mah, 23500);
    assert_int_equal(read.values.full_mah, 50000);
    assert_int_equal(read.values.soc_permille, 470);
    snapshot_put(&bench.pack[1], VALUE_full_mah, 65001);
    read_back(PYLON_ANALOG, &read);
    assert_int_equal(strlen(bench.reply), small + 12);
    assert_int_equal(read.values.remaining_mah, 23500);
    assert_int_equal(read.values.full_mah, 50000);
    snapshot_put(&bench.pack[1], VALUE_full_mah, 65000);
    read_back(PYLON_ANALOG, &read);
    assert_int_equal(strlen(bench.reply), small);
}

static void a_capacity_beyond_three_bytes_saturates(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    pylon_bench_init(&bench, 1);
    snapshot_put(&bench.pack[0], VALUE_full_mah, 20000000);
    snapshot_put(&bench.pack[0], VALUE_remaining_mah, -5);
    read_back(PYLON_ANALOG, &read);
    assert_int_equal(read.values.full_mah, 0xFFFFFF);
    assert_int_equal(read.values.remaining_mah, 0);
}

/* What an alarm, or its warning, is read as. */
static void every_alarm_of_44_has_a_place(void **state)
{
    (void)state;
    static const struct {
        uint8_t set; /* enum alarm */
        uint8_t read;
        uint8_t warned; /* what a warning is read as */
    } rows[] = {
        {ALARM_cell_over_voltage,       ALARM_cell_over_voltage,      ALARM_cell_over_voltage     },
        {ALARM_cell_over_voltage_2,     ALARM_cell_over_voltage,      ALARM_cell_over_voltage     },
        {ALARM_pack_over_voltage,       ALARM_pack_over_voltage,      ALARM_pack_over_voltage     },
        {ALARM_cell_under_voltage,      ALARM_cell_under_voltage,     ALARM_cell_under_voltage    },
        {ALARM_deep_discharge,          ALARM_cell_under_voltage,     ALARM_cell_under_voltage    },
        {ALARM_pack_under_voltage,      ALARM_pack_under_voltage,     ALARM_pack_under_voltage    },
        {ALARM_charge_over_current,     ALARM_charge_over_current,    ALARM_charge_over_current   },
        {ALARM_charge_short_circuit,    ALARM_charge_over_current,    ALARM_charge_over_current   },
        {ALARM_discharge_over_current,  ALARM_discharge_over_current, ALARM_discharge_over_current},
        {ALARM_discharge_short_circuit, ALARM_discharge_over_current, ALARM_discharge_over_current},
        {ALARM_charge_over_temp,        ALARM_charge_over_temp,       ALARM_battery_over_temp     },
        {ALARM_discharge_over_temp,     ALARM_discharge_over_temp,    ALARM_battery_over_temp     },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pylon_bench_reading read;
        uint32_t wanted[ALARM_WORDS] = {0};
        uint32_t none[ALARM_WORDS] = {0};
        pylon_bench_init(&bench, 1);
        alarm_put(bench.pack[0].alarms, (enum alarm)rows[i].set, true);
        read_back(PYLON_ALARMS, &read);
        alarm_put(wanted, (enum alarm)rows[i].read, true);
        assert_memory_equal(read.values.alarms, wanted, sizeof(wanted));
        assert_memory_equal(read.values.warnings, none, sizeof(none));
        alarm_put(wanted, (enum alarm)rows[i].read, false);
        pylon_bench_init(&bench, 1);
        alarm_put(bench.pack[0].warnings, (enum alarm)rows[i].set, true);
        read_back(PYLON_ALARMS, &read);
        alarm_put(wanted, (enum alarm)rows[i].warned, true);
        assert_memory_equal(read.values.alarms, none, sizeof(none));
        assert_memory_equal(read.values.warnings, wanted, sizeof(wanted));
    }
}

static void states_name_the_cell_and_the_sensor_at_the_end(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 1);
    snapshot_put(&bench.pack[0], VALUE_cell_max_index, 2);
    alarm_put(bench.pack[0].warnings, ALARM_cell_over_voltage, true);
    alarm_put(bench.pack[0].alarms, ALARM_cell_under_voltage, true);
    alarm_put(bench.pack[0].warnings, ALARM_charge_under_temp, true);
    alarm_put(bench.pack[0].warnings, ALARM_charge_over_temp, true);
    alarm_put(bench.pack[0].warnings, ALARM_mos_over_temp, true);
    const char *info = pylon_bench_ask(&bench, "~20024644E00202FD31") + 13;
    assert_memory_equal(info,
                        "000210"
                        "01000200000000000000000000000000"
                        "06"
                        "020100000200",
                        52);
}

static void switches_and_activity_are_said(void **state)
{
    (void)state;
    static const struct {
        uint8_t value;
        int32_t number;
        const char *states; /* status 2 and 3 */
    } rows[] = {
        {VALUE_charge_on,    0,    "0C40"},
        {VALUE_discharge_on, 0,    "0A40"},
        {VALUE_precharging,  1,    "0F40"},
        {VALUE_pack_ma,      -100, "0E00"},
        {VALUE_pack_ma,      101,  "0E80"},
        {VALUE_heating_on,   1,    "0E60"},
        {VALUE_soc_permille, 1000, "0E48"},
        {VALUE_soc_permille, 999,  "0E40"},
        {VALUE_contacts,     4,    "0E41"},
        {VALUE_contacts,     3,    "0E40"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pylon_bench_init(&bench, 1);
        snapshot_put(&bench.pack[0], (enum value_id)rows[i].value, rows[i].number);
        const char *reply = pylon_bench_ask(&bench, "~20024644E00202FD31");
        assert_memory_equal(reply + strlen(reply) - 12, rows[i].states, 4);
    }
}

static void cells_that_have_failed_are_marked(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 1);
    snapshot_put(&bench.pack[0], VALUE_cell_mv, 4201);
    snapshot_put(&bench.pack[0], (enum value_id)(VALUE_cell_mv + 1), 4200);
    snapshot_put(&bench.pack[0], (enum value_id)(VALUE_cell_mv + 8), 999);
    snapshot_put(&bench.pack[0], (enum value_id)(VALUE_cell_mv + 9), 1000);
    const char *reply = pylon_bench_ask(&bench, "~20024644E00202FD31");
    assert_memory_equal(reply + strlen(reply) - 8, "0101", 4);
}

static void a_pack_without_alarms_or_cells_is_not_described(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 1);
    snapshot_set_have(&bench.pack[0], VALUE_alarms, false);
    pylon_bench_ask(&bench, "~20024644E00202FD31");
    assert_int_equal(pylon_bench_code(&bench), PYLON_PACK_LOST);
    pylon_bench_init(&bench, 1);
    for (int i = 0; i < CELL_MAX; i++)
        snapshot_set_have(&bench.pack[0], (enum value_id)(VALUE_cell_mv + i), false);
    pylon_bench_ask(&bench, "~20024644E00202FD31");
    assert_int_equal(pylon_bench_code(&bench), PYLON_PACK_LOST);
    pylon_bench_ask(&bench, "~20024642E00202FD33");
    assert_int_equal(pylon_bench_code(&bench), PYLON_PACK_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_switches_stand_for_the_board_before_the_sensors_of_cells),
        cmocka_unit_test(a_lost_sensor_keeps_its_place),
        cmocka_unit_test(a_lost_cell_reads_0_and_is_marked),
        cmocka_unit_test(small_packs_have_two_items_unless_a_large_one_is_beside_them),
        cmocka_unit_test(a_capacity_beyond_three_bytes_saturates),
        cmocka_unit_test(every_alarm_of_44_has_a_place),
        cmocka_unit_test(states_name_the_cell_and_the_sensor_at_the_end),
        cmocka_unit_test(switches_and_activity_are_said),
        cmocka_unit_test(cells_that_have_failed_are_marked),
        cmocka_unit_test(a_pack_without_alarms_or_cells_is_not_described),
    };
    return RUN_TESTS(tests);
}
