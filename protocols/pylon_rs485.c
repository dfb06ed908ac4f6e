/* SPDX-License-Identifier: Apache-2.0
 * "PYLON low voltage Protocol RS485 V3.5", both ends. Sources: V3.3 (2018-08-21) for 42 to 4F, 51
 * and 92 to 96; V3.5 from implementations and answers of JK packs for 60 to 63. Evidence: capture
 * (42, 47, 4F, 51, 61, 62, 63, 92), document (44, 93, 95, 96), implementation (60). Pack n is at
 * 02h + n; 94 is refused: the core has no limit that falls back after 10 s. "adr02" answers with
 * address 02 whatever was asked, which SRNE wants. Here: names, questions and profiles.
 */
#include "protocols/pylon_rs485.h"

#include "base/number.h"
#include "protocols/rs485.h"
#include "wire/can_sides.h"

static const struct {
    uint8_t code;
    const char *name;
} commands[] = {
    {PYLON_ANALOG,        READER("analog")       },
    {PYLON_ALARMS,        READER("alarms")       },
    {PYLON_SETTINGS,      READER("settings")     },
    {PYLON_VERSION,       READER("version")      },
    {PYLON_MAKER,         READER("maker")        },
    {PYLON_SYSTEM,        READER("system")       },
    {PYLON_SYSTEM_ANALOG, READER("system_analog")},
    {PYLON_SYSTEM_ALARMS, READER("system_alarms")},
    {PYLON_SYSTEM_LIMITS, READER("system_limits")},
    {PYLON_LIMITS,        READER("limits")       },
    {PYLON_SERIAL,        READER("serial_number")},
    {PYLON_SET_LIMITS,    READER("set_limits")   },
    {PYLON_SHUT_DOWN,     READER("shut_down")    },
    {PYLON_FIRMWARE,      READER("firmware")     },
};

const char *pylon_command_name(unsigned code)
{
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (commands[i].code == code)
            return commands[i].name;
    }
    return NULL;
}

/* Of every pack, then once of the system. */
static const struct {
    uint8_t code;
    bool names_pack; /* INFO is the address */
} questions[] = {
    {PYLON_ANALOG,        true },
    {PYLON_ALARMS,        true },
    {PYLON_LIMITS,        true },
    {PYLON_SYSTEM_ANALOG, false},
    {PYLON_SYSTEM_ALARMS, false},
    {PYLON_SYSTEM_LIMITS, false},
};

static size_t ask(unsigned question, uint8_t address, uint8_t request[SERIAL_REQUEST_MAX])
{
    struct pylon_writer writer;
    bool first = address % PYLON_GROUP == PYLON_ADDRESS_FIRST;
    if (question >= COUNT(questions) || (!questions[question].names_pack && !first))
        return 0;
    const struct pylon_head head = {0x20, address, PYLON_DEVICE, questions[question].code};
    pylon_begin(&writer, request, SERIAL_REQUEST_MAX, &head);
    if (questions[question].names_pack)
        pylon_put(&writer, address, 1);
    return pylon_end(&writer);
}

/* A pack of 16 cells answers 42 within 180 ms at 9600 Bd. */
#define PROFILE(name_)                                                                             \
    {                                                                                              \
        .name = "pylon_rs485", .profile = #name_, .baud = 9600,                                    \
        .address_first = PYLON_ADDRESS_FIRST, .address_last = PYLON_ADDRESS_FIRST + PACK_MAX - 1,  \
        .counts_host = true, .pause_ms = 5, .timeout_ms = 500, .question_count = COUNT(questions), \
        .request = &pylon_request_shape, .reply = READER(&pylon_reply_shape),                      \
        .answer = pylon_answer_##name_, .ask = READER(ask), .take = READER(pylon_take_##name_),    \
        .explain = READER(pylon_explain)                                                           \
    }

const struct serial_protocol pylon_rs485[2] = {
    PROFILE(v35),
    PROFILE(adr02),
};
