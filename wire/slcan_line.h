/* SPDX-License-Identifier: Apache-2.0
 * Lawicel ASCII ("SLCAN") as CAN adapters on a serial line speak it: "t35180011223344556677" and CR
 * is a frame of 11 bits, "T" one of 29, "r" and "R" are remote frames; a lone CR answers yes, BEL
 * no. Knows no port and no time. Source: Lawicel AB, CAN232 manual, Version 3; "e" and "s" lines as
 * the Linux driver slcan reads them.
 */
#ifndef HEARTH_WIRE_SLCAN_LINE_H
#define HEARTH_WIRE_SLCAN_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/can.h"

#define SLCAN_FRAME_SIZE 27 /* "T", 8 digits, size, 16 digits, CR */
#define SLCAN_LINE_SIZE 36  /* that with a time stamp of 4 or 8 digits, rounded up */

enum slcan_kind {
    SLCAN_MORE,    /* the line goes on */
    SLCAN_FRAME,   /* reader.frame */
    SLCAN_REMOTE,  /* well formed; no protocol here has them */
    SLCAN_YES,     /* CR alone, or "z" and "Z" after a frame */
    SLCAN_NO,      /* BEL */
    SLCAN_COMMAND, /* another known letter, a command or its answer: reader.line */
    SLCAN_ERROR,   /* the adapter tells of an error on the bus */
    SLCAN_BUS_OFF, /* the adapter tells that it has left the bus */
    SLCAN_BAD,     /* garbage, or too long */
};

struct slcan_reader {
    uint8_t size;               /* of the line so far */
    bool spoilt;                /* by a wrong character, or too long */
    char line[SLCAN_LINE_SIZE]; /* the last whole line, with NUL */
    struct can_frame frame;
};

void slcan_reader_init(struct slcan_reader *reader);

/* Takes one received byte and says what it completed. */
enum slcan_kind slcan_reader_take(struct slcan_reader *reader, uint8_t byte);

/* Writes the line of a frame with its CR, without NUL; returns its size. */
size_t slcan_format_frame(const struct can_frame *frame, char text[SLCAN_FRAME_SIZE]);

/* The digit n of the command "Sn", or NUL when adapters have no such bit rate. */
char slcan_rate_digit(int32_t bits_per_s);

/* The rates that slcan_rate_digit() knows, for error texts. */
#define SLCAN_RATES "10000 20000 50000 100000 125000 250000 500000 800000 1000000"

#endif
