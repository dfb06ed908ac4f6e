/* SPDX-License-Identifier: Apache-2.0
 * Serial protocols that are a register map over Modbus RTU or something near it: Growatt, PACE,
 * WOW, Voltronic. The map is tables (wire/register_map.h); here is what they have in common:
 * addresses, functions, exceptions, both ends. Sources: Modbus Application Protocol V1.1b3, section
 * 6; Voltronic "Inverter and BMS 485 communication protocol", 2020-03-25, for counts in words.
 */
#ifndef HEARTH_PROTOCOLS_REGISTER_SERIAL_H
#define HEARTH_PROTOCOLS_REGISTER_SERIAL_H

#include "base/result.h"
#include "protocols/serial.h"
#include "wire/can_sides.h"
#include "wire/register_map.h"

/* One read of a full poll. */
struct register_question {
    const char *name; /* of the message */
    uint16_t first;
    uint16_t words;
};

struct register_protocol {
    const struct register_map *map;
    const struct register_question *questions;
    uint8_t question_count;
    bool counts_words; /* a read's answer counts its words in two bytes */
    /* What rows cannot say; any may be NULL. fill: after the rows, into what of the span is there.
     * take: after the rows; `span` holds what came. write: the whole of it or nothing. */
    enum modbus_exception (*fill)(const struct serial_battery *battery,
                                  const struct register_span *span);
    void (*take)(const struct register_span *span, struct serial_reading *reading);
    enum modbus_exception (*write)(const struct serial_battery *battery,
                                   const struct register_span *span);
};

/* The exception that a refused command is answered with. */
enum modbus_exception register_refusal(enum command_result result);

/* Shapes: requests; answers of Modbus; answers of Voltronic, those of Modbus understood too. */
extern const struct serial_shape register_request_shape;
extern const struct serial_shape register_reply_shape;
extern const struct serial_shape register_words_shape;

/* Bodies of the functions of struct serial_protocol. The host answers at 1, a pack at its DIP
 * number; nobody at 0. Functions 03, 04 as 03, 10h, 06 as 10h of one word. */
enum serial_answer_kind register_answer(const struct register_protocol *protocol,
                                        const struct serial_battery *battery,
                                        const struct serial_token *request, uint8_t *reply,
                                        size_t *size);
size_t register_ask(const struct register_protocol *protocol, unsigned question, uint8_t address,
                    uint8_t request[SERIAL_REQUEST_MAX]);
enum decode register_take(const struct register_protocol *protocol,
                          const struct serial_token *request, const struct serial_token *reply,
                          struct serial_reading *reading);
void register_explain(const struct register_protocol *protocol, const struct serial_token *request,
                      struct serial_reading *reading);

/* The four functions of struct serial_protocol for the table `protocol`, named NAME_answer etc. */
#define REGISTER_FUNCTIONS(name, protocol)                                                         \
    static enum serial_answer_kind name##_answer(const struct serial_battery *battery,             \
                                                 const uint8_t *request, size_t request_size,      \
                                                 uint8_t reply[SERIAL_REPLY_MAX], size_t *size)    \
    {                                                                                              \
        const struct serial_token token = {SERIAL_FRAME, (uint16_t)request_size, request};         \
        return register_answer(&(protocol), battery, &token, reply, size);                         \
    }                                                                                              \
    static size_t name##_ask(unsigned question, uint8_t address,                                   \
                             uint8_t request[SERIAL_REQUEST_MAX])                                  \
    {                                                                                              \
        return register_ask(&(protocol), question, address, request);                              \
    }                                                                                              \
    static enum decode name##_take(const struct serial_token *request,                             \
                                   const struct serial_token *reply, unsigned part,                \
                                   struct serial_reading *reading)                                 \
    {                                                                                              \
        return part > 0 ? NOT_MINE : register_take(&(protocol), request, reply, reading);          \
    }                                                                                              \
    static void name##_explain(const struct serial_token *request, struct serial_reading *reading) \
    {                                                                                              \
        register_explain(&(protocol), request, reading);                                           \
    }

#define REGISTER_USES(name_, questions, shape)                                                     \
    .request = &register_request_shape, .reply = READER(&(shape)),                                 \
    .question_count = COUNT(questions), .answer = name_##_answer, .ask = READER(name_##_ask),      \
    .take = READER(name_##_take), .explain = READER(name_##_explain)

#endif
