/* SPDX-License-Identifier: Apache-2.0
 * The map, the hooks and the battery of the small register protocols.
 */
#include "tests/support/small_registers.h"

#include "base/bytes.h"
#include "tests/support/test.h"

static const struct can_field fields[] = {
    {FROM(pack_mv), WORD(0), U16BE, BY_10, REQUIRED},
};

static const struct register_setting settings[] = {
    {1, PARAM_cell_ovp_mv, U16BE, PLAIN},
};

static const struct can_field alone[] = {
    {FROM(soh_permille), WORD(0), U16BE, BY_10, ZERO},
};

static const struct register_block blocks[] = {
    {ALONE,   1, REGISTER_OF_BANK, BLOCK_FIELDS(alone) },
    {PACK_MV, 3, REGISTER_OF_BANK, BLOCK_FIELDS(fields), BLOCK_SETTINGS(settings)},
    {LARGE,       125,    REGISTER_OF_BANK,           .fill = NULL           },
};

static const struct register_map map = {blocks, COUNT(blocks), false};

/* Fails where it is told to: by the word of the setting. */
static enum modbus_exception fill(const struct serial_battery *battery,
                                  const struct register_span *span)
{
    uint8_t *word = register_at(span, HOOKED);
    if (word != NULL)
        put_u16be(word, 0x4321);
    return battery->params->cell_ovp_mv == 1 ? MODBUS_BUSY : MODBUS_NO_EXCEPTION;
}

static void take(const struct register_span *span, struct serial_reading *reading)
{
    const uint8_t *word = register_at(span, HOOKED);
    if (word != NULL)
        snapshot_put(reading->values, VALUE_cycle_count, get_u16be(word));
}

static enum modbus_exception write_words(const struct serial_battery *battery,
                                         const struct register_span *span)
{
    struct small_written *written = battery->context;
    written->calls++;
    written->first = span->first;
    written->words = span->words;
    memcpy(written->data, span->data, 2u * span->words);
    return written->outcome;
}

static const struct register_question questions[] = {
    {"state", PACK_MV, 3  },
    {"large", LARGE,   125},
    {"alone", ALONE,   1  },
};

static const struct register_protocol plain = {.map = &map,
                                               .questions = questions,
                                               .question_count = COUNT(questions),
                                               .fill = fill,
                                               .take = take,
                                               .write = write_words};
static const struct register_protocol counted = {.map = &map,
                                                 .questions = questions,
                                                 .question_count = COUNT(questions),
                                                 .counts_words = true,
                                                 .fill = fill,
                                                 .take = take};

REGISTER_FUNCTIONS(plain, plain)
REGISTER_FUNCTIONS(counted, counted)

#define PROTOCOL(name_, shape)                                                                     \
    {                                                                                              \
        .name = #name_, .profile = "", .baud = 9600, .address_first = 1, .address_last = 15,       \
        .pause_ms = 5, .timeout_ms = 200, REGISTER_USES(name_, questions, shape),                  \
    }

const struct serial_protocol small_protocols[2] = {
    PROTOCOL(plain, register_reply_shape),
    PROTOCOL(counted, register_words_shape),
};

void small_start(struct small_bench *bench, unsigned protocol)
{
    memset(bench, 0, sizeof(*bench));
    bench->protocol = &small_protocols[protocol];
    params_init(&bench->params);
    params_init(&bench->taken);
    snapshot_init(&bench->bank);
    snapshot_init(&bench->values);
    snapshot_put(&bench->bank, VALUE_pack_mv, 52940);
    bench->battery = (struct serial_battery){.view = {.bank = &bench->bank},
                                             .own = &bench->bank,
                                             .params = &bench->params,
                                             .ready = true,
                                             .context = &bench->written};
    bench->reading = (struct serial_reading){.values = &bench->values, .params = &bench->taken};
}

size_t small_frame(const char *hex, uint8_t *frame)
{
    int size = hex_parse(hex, strlen(hex), frame, MODBUS_SIZE_MAX);
    assert_true(size > 0);
    return modbus_seal(frame, (size_t)size);
}

enum serial_answer_kind small_ask(struct small_bench *bench, const char *hex)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    size_t size = small_frame(hex, request);
    assert_int_equal(register_request_shape.size(request, size), size);
    assert_true(register_request_shape.good(request, size));
    return bench->protocol->answer(&bench->battery, request, size, bench->reply, &bench->size);
}

void small_expect_reply(const struct small_bench *bench, const char *hex)
{
    uint8_t wanted[MODBUS_SIZE_MAX + 2];
    assert_int_equal(bench->size, small_frame(hex, wanted));
    assert_memory_equal(bench->reply, wanted, bench->size);
}
