/* SPDX-License-Identifier: Apache-2.0
 * Explains recorded traffic of the protocols of protocols/serial.h: requests by name and address, a
 * reply by the request before it, part by part; what is broken or noise is reported as such.
 */
#ifndef HEARTH_PROTOCOLS_SERIAL_EXPLAIN_H
#define HEARTH_PROTOCOLS_SERIAL_EXPLAIN_H

#include "protocols/protocols.h"
#include "protocols/serial.h"

/* All zero is the start. */
struct exchange_explainer {
    struct serial_line line[2]; /* by enum side */
    uint8_t request[SERIAL_REQUEST_MAX];
    uint16_t request_size; /* the last one, 0 none */
};

/* What came from one side at once; size 0: the end, what still waits is reported. */
struct serial_burst_heard {
    enum side from;
    const uint8_t *bytes;
    size_t size;
};

void serial_explain(struct serial_explainer *explainer, const struct serial_protocol *protocol,
                    const struct serial_burst_heard *burst, message_function *report,
                    void *context);

#endif
