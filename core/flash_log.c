/* SPDX-License-Identifier: Apache-2.0
 * The records of an area of flash. A page begins with a header that names its area and counts the
 * pages opened and the records written so far: that is the wear, and it tells the newest page. A
 * page is erased right before it is opened, so a broken erase leaves nothing that is taken for
 * good. Behind a record that was broken off, or that has rotted, the next good one is looked for
 * word by word.
 */
#include "core/flash_log.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/crc.h"
#include "base/result.h"

enum {
    PAGE_MAGIC = 0x48544C50,
    RECORD_MAGIC = 0x5248,
    RECORD_HEADER_SIZE = 8,
    CRC_SIZE = 4,
};

struct page_header {
    uint32_t erases;
    uint32_t records; /* before this page */
};

static bool is_newer(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

static uint32_t address(const struct flash_log *log, uint32_t page, uint32_t offset)
{
    return (log->first_page + page) * log->flash->page_size + offset;
}

/* What cannot be read is neither blank nor valid. */
static bool read_page(struct flash_log *log, uint32_t page, uint32_t offset, void *bytes,
                      uint32_t size)
{
    if (log->flash->read(log->flash->context, address(log, page, offset), bytes, size) >= 0)
        return true;
    memset(bytes, 0, size);
    log->read_errors++;
    return false;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* End of what is programmed in a page, at least `from`, rounded up to whole words. */
static uint32_t end_of_used(struct flash_log *log, uint32_t page, uint32_t from)
{
    uint8_t piece[FLASH_LOG_PIECE_SIZE];
    uint32_t end = from;
    for (uint32_t at = from; at < log->flash->page_size; at += sizeof piece) {
        uint32_t size = smaller(sizeof piece, log->flash->page_size - at);
        read_page(log, page, at, piece, size);
        for (uint32_t i = 0; i < size; i++) {
            if (piece[i] != 0xFF)
                end = at + i + 1;
        }
    }
    return (end + FLASH_LOG_WORD_SIZE - 1) / FLASH_LOG_WORD_SIZE * FLASH_LOG_WORD_SIZE;
}

static void put_page_header(const struct flash_log *log, uint8_t *bytes)
{
    memset(bytes, 0xFF, FLASH_LOG_PAGE_HEADER_SIZE);
    put_u32le(bytes, PAGE_MAGIC);
    put_u16le(bytes + 4, FLASH_LOG_VERSION);
    put_u16le(bytes + 6, log->area);
    put_u32le(bytes + 8, log->erases);
    put_u32le(bytes + 12, log->records);
    put_u32le(bytes + 20, crc32(bytes, 20));
}

static bool read_page_header(struct flash_log *log, uint32_t page, struct page_header *header)
{
    uint8_t bytes[FLASH_LOG_PAGE_HEADER_SIZE];
    if (!read_page(log, page, 0, bytes, sizeof bytes))
        return false;
    header->erases = get_u32le(bytes + 8);
    header->records = get_u32le(bytes + 12);
    return get_u32le(bytes) == PAGE_MAGIC && get_u16le(bytes + 4) == FLASH_LOG_VERSION &&
           get_u16le(bytes + 6) == log->area && get_u32le(bytes + 20) == crc32(bytes, 20);
}

/* Whether header, payload and CRC of a record that would end inside the page belong together. */
static bool is_complete(struct flash_log *log, const struct flash_record *record)
{
    uint8_t piece[FLASH_LOG_PIECE_SIZE];
    uint32_t rest = RECORD_HEADER_SIZE + record->size;
    uint32_t at = record->offset;
    uint32_t crc = 0;
    while (rest > 0) {
        uint32_t size = smaller(sizeof piece, rest);
        if (!read_page(log, record->page, at, piece, size))
            return false;
        crc = crc32_more(crc, piece, size);
        at += size;
        rest -= size;
    }
    return read_page(log, record->page, at, piece, CRC_SIZE) && get_u32le(piece) == crc;
}

/* Reads the record at record->page, record->offset if there is one. */
static bool read_record(struct flash_log *log, struct flash_record *record)
{
    uint8_t header[RECORD_HEADER_SIZE];
    if (!read_page(log, record->page, record->offset, header, sizeof header))
        return false;
    record->size = get_u16le(header + 2);
    record->sequence = get_u32le(header + 4);
    return get_u16le(header) == RECORD_MAGIC && record->size > 0 &&
           record->offset + FLASH_LOG_RECORD_SIZE(record->size) <= log->flash->page_size &&
           is_complete(log, record);
}

bool flash_log_next(struct flash_log *log, struct flash_record *record)
{
    struct page_header header;
    struct flash_record next = *record;
    if (!read_page_header(log, record->page, &header))
        return false;
    next.offset = record->size ? record->offset + FLASH_LOG_RECORD_SIZE(record->size)
                               : FLASH_LOG_PAGE_HEADER_SIZE;
    for (; next.offset + FLASH_LOG_RECORD_SIZE(1) <= log->flash->page_size;
         next.offset += FLASH_LOG_WORD_SIZE) {
        if (!read_record(log, &next) || is_newer(header.records, next.sequence))
            continue;
        *record = next;
        return true;
    }
    return false;
}

int flash_log_read(struct flash_log *log, const struct flash_record *record, uint32_t offset,
                   void *bytes, uint32_t size)
{
    ASSERT(offset + size <= record->size);
    offset += record->offset + RECORD_HEADER_SIZE;
    return read_page(log, record->page, offset, bytes, size) ? RESULT_OK : RESULT_IO;
}

bool flash_log_was_used(struct flash_log *log, uint32_t page)
{
    struct page_header header;
    if (read_page_header(log, page, &header))
        return header.records > 0;
    return end_of_used(log, page, 0) > FLASH_LOG_PAGE_HEADER_SIZE;
}

/* The page that was opened last; false when there is none. */
static bool find_page(struct flash_log *log)
{
    bool found = false;
    for (uint32_t page = 0; page < log->page_count; page++) {
        struct page_header header;
        if (!read_page_header(log, page, &header) ||
            (found && !is_newer(header.erases, log->erases)))
            continue;
        found = true;
        log->page = page;
        log->erases = header.erases;
        log->records = header.records;
    }
    return found;
}

/* The last record in the page opened last, or else in the one before and so on. */
static void find_newest(struct flash_log *log)
{
    for (uint32_t back = 0; back < log->page_count && log->newest.size == 0; back++) {
        struct flash_record record = {.page =
                                          (log->page + log->page_count - back) % log->page_count};
        while (flash_log_next(log, &record))
            log->newest = record;
    }
    if (log->newest.size > 0 && !is_newer(log->records, log->newest.sequence))
        log->records = log->newest.sequence + 1;
}

int flash_log_init(struct flash_log *log)
{
    ASSERT(log->page_count >= 2);
    log->page = log->page_count - 1;
    log->position = log->flash->page_size;
    if (find_page(log)) {
        find_newest(log);
        uint32_t from = FLASH_LOG_PAGE_HEADER_SIZE;
        if (log->newest.size > 0 && log->newest.page == log->page)
            from = log->newest.offset + FLASH_LOG_RECORD_SIZE(log->newest.size);
        log->position = end_of_used(log, log->page, from);
    }
    return log->read_errors ? RESULT_IO : RESULT_OK;
}

static int program(struct flash_log *log, uint32_t offset, const uint8_t *bytes, uint32_t size)
{
    const struct flash *flash = log->flash;
    return flash->program(flash->context, address(log, log->page, offset), bytes, size);
}

/* Takes the next page of the ring into use; that which holds the newest record is passed over. */
static int open_page(struct flash_log *log)
{
    const struct flash *flash = log->flash;
    uint8_t bytes[FLASH_LOG_PAGE_HEADER_SIZE];
    struct page_header header;
    log->page = (log->page + 1) % log->page_count;
    if (log->newest.size > 0 && log->page == log->newest.page)
        log->page = (log->page + 1) % log->page_count;
    log->position = flash->page_size;
    log->erases++;
    put_page_header(log, bytes);
    if (flash->erase(flash->context, log->first_page + log->page) < 0 ||
        end_of_used(log, log->page, 0) > 0 || program(log, 0, bytes, sizeof bytes) < 0 ||
        !read_page_header(log, log->page, &header) || header.erases != log->erases)
        return RESULT_IO;
    log->position = FLASH_LOG_PAGE_HEADER_SIZE;
    return RESULT_OK;
}

static void flush(struct flash_writer *writer, uint32_t size)
{
    if (writer->result == RESULT_OK &&
        program(writer->log, writer->position, writer->piece, size) < 0)
        writer->result = RESULT_IO;
    writer->position += size;
    writer->filled = 0;
}

void flash_log_begin(struct flash_log *log, struct flash_writer *writer, uint32_t size)
{
    uint8_t header[RECORD_HEADER_SIZE];
    *writer = (struct flash_writer){.log = log};
    if (size == 0 || size > UINT16_MAX || FLASH_LOG_PER_PAGE(log->flash->page_size, size) == 0)
        writer->result = RESULT_NO_SPACE;
    else if (log->page_per_record ||
             log->position + FLASH_LOG_RECORD_SIZE(size) > log->flash->page_size)
        writer->result = open_page(log);
    if (writer->result != RESULT_OK)
        return;
    writer->position = log->position;
    writer->record = (struct flash_record){log->page, log->position, size, log->records};
    log->position += FLASH_LOG_RECORD_SIZE(size);
    put_u16le(header, RECORD_MAGIC);
    put_u16le(header + 2, (uint16_t)size);
    put_u32le(header + 4, writer->record.sequence);
    flash_log_put(writer, header, sizeof header);
}

void flash_log_put(struct flash_writer *writer, const void *bytes, uint32_t size)
{
    const uint8_t *source = bytes;
    writer->crc = crc32_more(writer->crc, source, size);
    while (size > 0) {
        uint32_t part = smaller(size, sizeof writer->piece - writer->filled);
        memcpy(writer->piece + writer->filled, source, part);
        writer->filled += part;
        source += part;
        size -= part;
        if (writer->filled == sizeof writer->piece)
            flush(writer, sizeof writer->piece);
    }
}

int flash_log_end(struct flash_writer *writer)
{
    struct flash_record *record = &writer->record;
    struct flash_record found = *record;
    uint8_t crc[CRC_SIZE];
    if (writer->result != RESULT_OK)
        return writer->result;
    ASSERT(writer->position + writer->filled == record->offset + RECORD_HEADER_SIZE + record->size);
    put_u32le(crc, writer->crc);
    flash_log_put(writer, crc, sizeof crc);
    uint32_t rest = record->offset + FLASH_LOG_RECORD_SIZE(record->size) - writer->position;
    memset(writer->piece + writer->filled, 0xFF, sizeof writer->piece - writer->filled);
    if (rest > 0)
        flush(writer, smaller(rest, sizeof writer->piece));
    if (writer->result != RESULT_OK)
        return writer->result;
    if (!read_record(writer->log, &found) || found.size != record->size ||
        found.sequence != record->sequence)
        return RESULT_IO;
    writer->log->newest = *record;
    writer->log->records++;
    return RESULT_OK;
}
