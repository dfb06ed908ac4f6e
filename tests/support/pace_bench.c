/* SPDX-License-Identifier: Apache-2.0
 * The PACE battery of tests. Writes are judged by a real pack, and applied at once.
 */
#include "tests/support/pace_bench.h"

#include "tests/support/test.h"

#include "base/bytes.h"
#include "wire/modbus.h"

static enum command_result ask_pack(void *context, const struct command *commands, uint8_t count)
{
    struct pace_bench *bench = context;
    uint8_t refused;
    bench->requests++;
    bench->bms.params = bench->params;
    enum command_result result = bms_check_all(&bench->bms, commands, count, &refused);
    if (result != COMMAND_ACCEPTED)
        return result;
    memcpy(bench->commands, commands, count * sizeof(commands[0]));
    bench->count = count;
    for (uint8_t i = 0; i < count; i++)
        bench->params.value[commands[i].id] = commands[i].value;
    return COMMAND_ACCEPTED;
}

void pace_put(struct pace_bench *bench, enum value_id id, int32_t value)
{
    snapshot_put(&bench->bank, id, value);
    snapshot_put(&bench->own, id, value);
}

/* The battery of the worked answer. */
void pace_start(struct pace_bench *bench)
{
    static const struct stored nothing;
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    bench->params.nominal_mah = 320000;
    bench->params.rs485_write_role = ROLE_INSTALLER;
    bms_init(&bench->bms, &bench->params, &nothing);
    snapshot_init(&bench->bank);
    snapshot_init(&bench->own);
    pace_put(bench, VALUE_pack_ma, -12300);
    pace_put(bench, VALUE_pack_mv, 52936);
    pace_put(bench, VALUE_soc_permille, 660);
    pace_put(bench, VALUE_soh_permille, 1000);
    pace_put(bench, VALUE_remaining_mah, 211200);
    pace_put(bench, VALUE_full_mah, 320000);
    pace_put(bench, VALUE_cycle_count, 37);
    pace_put(bench, VALUE_charge_allowed, 1);
    pace_put(bench, VALUE_discharge_allowed, 1);
    pace_put(bench, VALUE_mos_ddegc, 280);
    for (unsigned i = 0; i < 16; i++)
        snapshot_put(&bench->own, (enum value_id)(VALUE_cell_mv + i), 3301 + (int32_t)i);
    for (unsigned i = 0; i < 4; i++)
        snapshot_put(&bench->own, (enum value_id)(VALUE_temp_ddegc + i), 231 + (int32_t)i);
    bench->battery = (struct serial_battery){
        .view = {.bank = &bench->bank},
        .own = &bench->own,
        .params = &bench->params,
        .session = SESSION_RS485_1,
        .ready = true,
        .request = ask_pack,
        .context = bench,
    };
}

enum serial_answer_kind pace_ask(struct pace_bench *bench, const uint8_t *request, size_t size)
{
    return pace_rs485[0].answer(&bench->battery, request, size, bench->reply, &bench->size);
}

uint16_t pace_word(const struct pace_bench *bench, unsigned index)
{
    return get_u16be(bench->reply + PACE_DATA + 2 * index);
}

void pace_read_words(struct pace_bench *bench, uint16_t first, uint16_t words)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    size_t size = modbus_read_request(request, 1, first, words);
    assert_int_equal(pace_ask(bench, request, size), SERIAL_ANSWERED);
    assert_int_equal(bench->size, 5 + 2u * words);
}

uint16_t pace_read(struct pace_bench *bench, uint16_t address)
{
    pace_read_words(bench, address, 1);
    return pace_word(bench, 0);
}

/* 0, or the exception. */
static int outcome(const struct pace_bench *bench, enum serial_answer_kind kind)
{
    if (kind == SERIAL_ANSWERED)
        return 0;
    assert_int_equal(kind, SERIAL_REFUSED);
    assert_int_equal(bench->size, 5);
    assert_true(bench->reply[1] & MODBUS_EXCEPTION_BIT);
    return bench->reply[2];
}

int pace_read_outcome(struct pace_bench *bench, uint16_t first, uint16_t words)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    size_t size = modbus_read_request(request, 1, first, words);
    return outcome(bench, pace_ask(bench, request, size));
}

int pace_write_words(struct pace_bench *bench, uint16_t first, const uint16_t *words,
                     uint16_t count)
{
    uint8_t data[2 * MODBUS_WORDS_MAX];
    uint8_t request[SERIAL_REQUEST_MAX];
    for (unsigned i = 0; i < count; i++)
        put_u16be(data + 2 * i, words[i]);
    bench->count = 0;
    size_t size = modbus_write_request(request, 1, first, data, count);
    return outcome(bench, pace_ask(bench, request, size));
}

int pace_write(struct pace_bench *bench, uint16_t address, int value)
{
    uint16_t words[] = {(uint16_t)value};
    return pace_write_words(bench, address, words, 1);
}

const char *pace_exchange(struct pace_bench *bench, unsigned question,
                          struct serial_reading *reading)
{
    uint8_t bytes[SERIAL_REQUEST_MAX];
    size_t size = pace_rs485[0].ask(question, 1, bytes);
    assert_int_equal(pace_ask(bench, bytes, size), SERIAL_ANSWERED);
    const struct serial_token request = {SERIAL_FRAME, (uint16_t)size, bytes};
    const struct serial_token reply = {SERIAL_FRAME, (uint16_t)bench->size, bench->reply};
    assert_int_equal(pace_rs485[0].take(&request, &reply, 0, reading), DECODED);
    assert_int_equal(pace_rs485[0].take(&request, &reply, 1, reading), NOT_MINE);
    return reading->name;
}
