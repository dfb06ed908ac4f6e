/* SPDX-License-Identifier: Apache-2.0
 * A site in real time on real ports: advances it every 10 ms, N times at xN, and carries bytes and
 * frames between its buses and the outside. At N != 1 ports to the outside only show, nothing comes
 * in. Decides nothing.
 */
#ifndef HEARTH_SERVICE_LIVE_H
#define HEARTH_SERVICE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "port/linux/can_port.h"
#include "port/linux/error.h"
#include "port/linux/loop.h"
#include "port/linux/serial_port.h"
#include "service/can_witness.h"
#include "service/stage.h"

/* URLs of the ports to open; NULL where there is none. */
struct live_ports {
    const char *rs485_2; /* the parallel bus */
    const char *rs485_1; /* of the first pack */
    const char *rs232;   /* of the first pack */
    const char *can;     /* of the host */
};

struct live;

/* A serial port that belongs to the first pack alone. */
struct live_own {
    struct live *live;
    enum device_port device_port;
    struct serial_port port;
    uint32_t refused_bytes; /* came in at N != 1 */
};

struct live {
    struct stage stage; /* first: a pointer to it is one to the live site */
    struct loop_timer timer;
    struct serial_port bus;
    struct live_own own[2]; /* RS485-1, RS232 */
    struct can_port can;
    struct can_witness witness; /* of the frames from outside */
    uint32_t refused_bytes;     /* came in from the parallel bus at N != 1 */
    uint32_t refused_frames;
};

/* Opens the ports and starts the clock. Large (about 2 MB) and must not move. Returns 0, or a
 * negative enum result with `error` (PORT_ERROR_SIZE) filled and everything closed again. */
int live_start(struct live *live, struct loop *loop, const struct site_setup *setup,
               const struct live_ports *ports, char *error);
void live_stop(struct live *live);

/* Opens the CAN port of a live site that has none yet. */
int live_open_can(struct live *live, struct loop *loop, const char *url, char *error);

/* What the page shows of it. The source refers to `live`, which outlives the web service. */
void live_source(struct live *live, struct web_source *source);

#endif
