/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of protocols/jk_server.c: input is bursts, each after a byte for its size and one
 * for the pause before it; after an odd pause the CRC is added. Whatever comes in, an answer is an
 * exception, a sealed read or a frame with its acknowledge, and no command names what does not
 * exist.
 */
#include <stdlib.h>
#include <string.h>

#include "protocols/jk_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct bench {
    struct jk_server server;
    struct snapshot snapshot;
    struct params params;
    uint64_t now_us;
};

static void check(bool good)
{
    if (!good)
        abort();
}

/* As many events as there are kinds, of every detail there is. */
static uint32_t count_events(const void *context)
{
    (void)context;
    return 3 * EVENT_KIND_COUNT;
}

static bool get_event(const void *context, uint32_t index, struct event *event)
{
    const struct bench *bench = context;
    *event = (struct event){.time_s = index,
                            .kind = (uint8_t)(index % EVENT_KIND_COUNT),
                            .detail = (uint8_t)(bench->now_us >> 4),
                            .value = (int32_t)index % 2,
                            .session = (uint8_t)index};
    return index % 5 != 0;
}

static void check_commands(const struct jk_request *request)
{
    check(request->command_count <= JK_COMMAND_MAX);
    check(request->exception == 0 || request->command_count == 0);
    for (uint8_t i = 0; i < request->command_count; i++) {
        const struct command *command = &request->commands[i];
        check(command->kind < COMMAND_KIND_COUNT);
        check(command->session == SESSION_RS485_1);
        check(command->kind != COMMAND_SET_PARAM || command->id < PARAM_COUNT);
        check(command->kind != COMMAND_SET_TEXT || command->id < TEXT_PARAM_COUNT);
        check(memchr(command->text, 0, sizeof(command->text)) != NULL);
    }
}

static void check_answer(const struct jk_request *request, const uint8_t *answer, size_t size)
{
    size_t frame_size = size > MODBUS_SIZE_MAX ? JK_FRAME_SIZE : 0;
    check(frame_size == 0 || (size == JK_FRAME_SIZE + 8 && jk_frame_good(answer)));
    check(modbus_sealed(answer + frame_size, size - frame_size));
    check((answer[frame_size + 1] & ~MODBUS_EXCEPTION_BIT) == request->function);
    check(answer[frame_size] == 1);
}

static void serve(struct bench *bench, uint8_t result)
{
    struct jk_request request;
    uint8_t answer[JK_FRAME_SIZE + 8];
    if (!jk_server_take(&bench->server, &bench->params, &request))
        return;
    check_commands(&request);
    const struct event_source events = {bench, count_events, get_event};
    const struct jk_pack pack = {&bench->snapshot, &bench->params, result & 2 ? &events : NULL};
    jk_server_reply(&bench->server, &request, (enum command_result)(result % COMMAND_RESULT_COUNT),
                    &pack);
    check_answer(&request, answer, jk_server_transmit(&bench->server, answer, sizeof(answer)));
}

static void hear(struct bench *bench, const uint8_t *bytes, size_t size, bool sealed)
{
    uint8_t burst[UINT8_MAX + 2];
    memcpy(burst, bytes, size);
    if (sealed)
        size = modbus_seal(burst, size);
    jk_server_receive(&bench->server, burst, size, bench->now_us);
    jk_server_step(&bench->server, bench->now_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bench bench = {.now_us = 1000000};
    snapshot_init(&bench.snapshot);
    params_init(&bench.params);
    jk_server_init(&bench.server, 1, SESSION_RS485_1);
    size_t at = 0;
    while (size - at > 2) {
        size_t burst = bytes[at] < size - at - 2 ? bytes[at] : size - at - 2;
        uint8_t pause = bytes[at + 1];
        bench.now_us += pause * 100u;
        hear(&bench, bytes + at + 2, burst, pause & 1);
        serve(&bench, pause);
        at += 2 + burst;
    }
    return 0;
}
