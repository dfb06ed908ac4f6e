/* SPDX-License-Identifier: Apache-2.0
 * Records appended to a ring of flash pages; when the ring is full its oldest page is erased. The
 * page of the newest record is never erased, so a record stays until a newer one is complete. Every
 * word of 8 bytes is programmed once per erase. Knows nothing of what the records mean.
 */
#ifndef HEARTH_CORE_FLASH_LOG_H
#define HEARTH_CORE_FLASH_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/flash.h"

#define FLASH_LOG_VERSION 1
#define FLASH_LOG_WORD_SIZE 8
#define FLASH_LOG_PIECE_SIZE 64        /* read or programmed at once */
#define FLASH_LOG_PAGE_HEADER_SIZE 24  /* magic, version, area, sequences, CRC-32 */
#define FLASH_LOG_RECORD_EXTRA_SIZE 12 /* magic, size, sequence; CRC-32 behind the payload */

/* Bytes that a record with a payload of `size` takes up, and how many fit into a page. */
#define FLASH_LOG_RECORD_SIZE(size)                                                                \
    (((uint32_t)(size) + FLASH_LOG_RECORD_EXTRA_SIZE + FLASH_LOG_WORD_SIZE - 1) /                  \
     FLASH_LOG_WORD_SIZE * FLASH_LOG_WORD_SIZE)
#define FLASH_LOG_PER_PAGE(page_size, size)                                                        \
    (((page_size)-FLASH_LOG_PAGE_HEADER_SIZE) / FLASH_LOG_RECORD_SIZE(size))

/* Where a complete record lies; `page` is an index inside the area. */
struct flash_record {
    uint32_t page;
    uint32_t offset; /* of its header, inside the page */
    uint32_t size;   /* of the payload, bytes; 0: there is no record */
    uint32_t sequence;
};

struct flash_log {
    const struct flash *flash;
    uint32_t first_page;
    uint32_t page_count;
    uint8_t area;         /* tells its pages from those of other areas */
    bool page_per_record; /* every record opens a page of its own */
    uint32_t page;        /* opened last */
    uint32_t position;    /* free from here on in that page */
    uint32_t erases;      /* so far; the sequence number of the page opened last */
    uint32_t records;     /* written so far; the sequence number of the next record */
    struct flash_record newest;
    uint32_t read_errors; /* since start */
};

/* Finds what is stored. Set flash, first_page, page_count (>= 2), area and page_per_record before,
 * all else 0. Returns 0 or RESULT_IO when the flash could not be read. */
int flash_log_init(struct flash_log *log);

/* The next complete record in `record->page` behind `record`; start with {.page = index}. */
bool flash_log_next(struct flash_log *log, struct flash_record *record);

/* Reads a part of the payload; the caller stays inside it. Returns 0 or RESULT_IO. */
int flash_log_read(struct flash_log *log, const struct flash_record *record, uint32_t offset,
                   void *bytes, uint32_t size);

/* Whether a page holds, or has held, more than an interrupted attempt to write the first record. */
bool flash_log_was_used(struct flash_log *log, uint32_t page);

/* A record being written. */
struct flash_writer {
    struct flash_log *log;
    struct flash_record record;
    uint32_t position; /* of what is in `piece` */
    uint32_t filled;   /* bytes of `piece` */
    uint32_t crc;
    int result; /* first failure */
    uint8_t piece[FLASH_LOG_PIECE_SIZE];
};

/* Begin, put exactly `size` bytes (1 to a page) in any pieces, end. Failures are remembered until
 * the end; it reads the record back and only then makes it the newest. Returns 0, RESULT_NO_SPACE
 * (larger than a page) or RESULT_IO: then the newest record is still the one before. */
void flash_log_begin(struct flash_log *log, struct flash_writer *writer, uint32_t size);
void flash_log_put(struct flash_writer *writer, const void *bytes, uint32_t size);
int flash_log_end(struct flash_writer *writer);

#endif
