/* SPDX-License-Identifier: Apache-2.0
 * Explains recorded JK traffic: jk_rs485 (FC03, FC10, whole-block fetches, the parallel bus) and
 * jk_ble (300-byte frames and 20-byte commands). A frame over RS485 carries no address: it is
 * reported when its acknowledge comes, or at the next frame, or at the end.
 */
#ifndef HEARTH_PROTOCOLS_JK_EXPLAIN_H
#define HEARTH_PROTOCOLS_JK_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "protocols/protocols.h"
#include "wire/jk_frame.h"
#include "wire/jk_line.h"

struct jk_explainer {
    struct serial_line line[2];   /* by enum side */
    uint8_t frame[JK_FRAME_SIZE]; /* good, its sender not yet known */
    uint8_t frame_side;
    uint8_t asked_address;  /* of the last request */
    uint8_t asked_function; /* 0 none */
    uint16_t asked_register;
    uint16_t asked_words;
    uint16_t frame_size; /* 0 none */
};

/* The signature of protocols.h. size 0 is the end: what is still waiting is reported. */
void jk_rs485_explain(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                      size_t size, message_function *report, void *context);
void jk_ble_explain(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                    size_t size, message_function *report, void *context);

#endif
