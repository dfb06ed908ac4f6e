/* SPDX-License-Identifier: Apache-2.0
 * One map with string keys and flat values, as python-can writes it. Format: the msgpack
 * specification (maps 8x DE, strings Ax D9, binary C4..C6, integers, floats, booleans, nil).
 */
#include "port/linux/msgpack.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"

#define STANDARD_ID_MAX 0x7FFu
#define EXTENDED_ID_MAX 0x1FFFFFFFu

struct reader {
    const uint8_t *bytes;
    size_t size;
    size_t at;
    bool bad; /* the input ended early or holds something we do not take */
};

enum kind { NIL, BOOLEAN, INTEGER, BLOB, OTHER };

/* A value: BOOLEAN and INTEGER in number, BLOB (string or binary) in bytes and size. */
struct value {
    uint8_t kind; /* enum kind */
    uint64_t number;
    const uint8_t *bytes;
    size_t size;
};

static const uint8_t *take(struct reader *reader, uint64_t size)
{
    if (reader->bad || size > reader->size - reader->at) {
        reader->bad = true;
        return NULL;
    }
    const uint8_t *start = reader->bytes + reader->at;
    reader->at += (size_t)size;
    return start;
}

/* Big-endian number of 1, 2, 4 or 8 bytes; 0 after the end. */
static uint64_t take_number(struct reader *reader, size_t size)
{
    const uint8_t *bytes = take(reader, size);
    uint64_t number = 0;
    for (size_t i = 0; bytes && i < size; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* How the values behind a one-byte type are stored: `size` bytes of number, or of length. */
static const struct {
    uint8_t type;
    uint8_t kind;
    uint8_t size;
} formats[] = {
    {0xC4, BLOB,    1},
    {0xC5, BLOB,    2},
    {0xC6, BLOB,    4},
    {0xCA, OTHER,   4},
    {0xCB, OTHER,   8},
    {0xCC, INTEGER, 1},
    {0xCD, INTEGER, 2},
    {0xCE, INTEGER, 4},
    {0xCF, INTEGER, 8},
    {0xD0, OTHER,   1},
    {0xD1, OTHER,   2},
    {0xD2, OTHER,   4},
    {0xD3, OTHER,   8},
    {0xD9, BLOB,    1},
    {0xDA, BLOB,    2},
    {0xDB, BLOB,    4},
};

static struct value take_formatted(struct reader *reader, uint8_t type)
{
    struct value value = {.kind = OTHER};
    for (size_t i = 0; i < COUNT(formats); i++) {
        if (formats[i].type != type)
            continue;
        value.kind = formats[i].kind;
        value.number = take_number(reader, formats[i].size);
        if (value.kind == BLOB) {
            value.bytes = take(reader, value.number);
            value.size = (size_t)value.number;
        }
        return value;
    }
    reader->bad = true; /* array, map or extension */
    return value;
}

static struct value take_value(struct reader *reader)
{
    uint8_t type = (uint8_t)take_number(reader, 1);
    if (reader->bad)
        return (struct value){.kind = OTHER};
    if (type < 0x80)
        return (struct value){.kind = INTEGER, .number = type};
    if (type >= 0xE0)
        return (struct value){.kind = OTHER}; /* small negative number */
    if (type == 0xC0)
        return (struct value){.kind = NIL};
    if (type == 0xC2 || type == 0xC3)
        return (struct value){.kind = BOOLEAN, .number = type & 1u};
    if ((type & 0xE0) == 0xA0) {
        size_t size = type & 0x1Fu;
        return (struct value){.kind = BLOB, .bytes = take(reader, size), .size = size};
    }
    return take_formatted(reader, type);
}

static uint32_t take_map(struct reader *reader)
{
    uint8_t type = (uint8_t)take_number(reader, 1);
    if ((type & 0xF0) == 0x80)
        return type & 0x0Fu;
    if (type == 0xDE)
        return (uint32_t)take_number(reader, 2);
    reader->bad = true;
    return 0;
}

/* The keys that matter; the other ones are skipped. */
enum key { KEY_ID, KEY_EXTENDED, KEY_REMOTE, KEY_ERROR, KEY_FD, KEY_DATA, KEY_DLC, KEY_COUNT };

static const struct {
    const char *name;
    uint8_t kind; /* enum kind of its value */
} keys[KEY_COUNT] = {
    [KEY_ID] = {"arbitration_id",  INTEGER},
    [KEY_EXTENDED] = {"is_extended_id",  BOOLEAN},
    [KEY_REMOTE] = {"is_remote_frame", BOOLEAN},
    [KEY_ERROR] = {"is_error_frame",  BOOLEAN},
    [KEY_FD] = {"is_fd",           BOOLEAN},
    [KEY_DATA] = {"data",            BLOB   },
    [KEY_DLC] = {"dlc",             INTEGER},
};

static int find_key(const struct value *name)
{
    for (int i = 0; i < KEY_COUNT; i++)
        if (strlen(keys[i].name) == name->size && !memcmp(keys[i].name, name->bytes, name->size))
            return i;
    return -1;
}

/* Reads one pair; false when the message cannot be used. */
static bool take_pair(struct reader *reader, struct value *values)
{
    struct value name = take_value(reader);
    struct value value = take_value(reader);
    if (reader->bad || name.kind != BLOB)
        return false;
    int key = find_key(&name);
    if (key < 0)
        return true;
    if (value.kind != keys[key].kind)
        return value.kind == NIL; /* as if it were left out */
    values[key] = value;
    return true;
}

static enum msgpack_kind kind_of(const struct value *values)
{
    if (values[KEY_ERROR].number)
        return MSGPACK_ERROR;
    if (values[KEY_REMOTE].number)
        return MSGPACK_REMOTE;
    return values[KEY_FD].number ? MSGPACK_FD : MSGPACK_DATA;
}

static enum decode to_frame(struct can_frame *frame, const struct value *values)
{
    if (values[KEY_ID].kind != INTEGER)
        return BAD;
    if (kind_of(values) != MSGPACK_DATA)
        return NOT_MINE;
    /* python-can takes a frame without the key as extended. */
    bool extended = values[KEY_EXTENDED].kind != BOOLEAN || values[KEY_EXTENDED].number;
    const struct value *data = &values[KEY_DATA];
    bool size_good = data->size <= sizeof frame->data &&
                     (values[KEY_DLC].kind != INTEGER || values[KEY_DLC].number == data->size);
    if (!size_good || values[KEY_ID].number > (extended ? EXTENDED_ID_MAX : STANDARD_ID_MAX))
        return BAD;
    *frame = (struct can_frame){
        .id = (uint32_t)values[KEY_ID].number, .extended = extended, .size = (uint8_t)data->size};
    if (data->size > 0)
        memcpy(frame->data, data->bytes, data->size);
    return DECODED;
}

enum decode msgpack_decode_frame(struct can_frame *frame, enum msgpack_kind *kind,
                                 const uint8_t *bytes, size_t size)
{
    struct reader reader = {.bytes = bytes, .size = size};
    struct value values[KEY_COUNT] = {0};
    uint32_t pairs = take_map(&reader);
    for (uint32_t i = 0; i < pairs; i++)
        if (!take_pair(&reader, values))
            return BAD;
    if (reader.bad || reader.at != size)
        return BAD;
    *kind = kind_of(values);
    return to_frame(frame, values);
}

static size_t put_text(uint8_t *bytes, size_t at, const char *text)
{
    size_t size = strlen(text);
    bytes[at++] = (uint8_t)(0xA0 | size); /* all keys are shorter than 32 */
    memcpy(bytes + at, text, size);
    return at + size;
}

static size_t put_boolean(uint8_t *bytes, size_t at, const char *name, bool value)
{
    at = put_text(bytes, at, name);
    bytes[at++] = value ? 0xC3 : 0xC2;
    return at;
}

static size_t put_time(uint8_t *bytes, size_t at, uint64_t time_us)
{
    double seconds = (double)time_us / 1e6;
    uint64_t image;
    memcpy(&image, &seconds, sizeof image);
    bytes[at++] = 0xCB;
    put_u32be(bytes + at, (uint32_t)(image >> 32));
    put_u32be(bytes + at + 4, (uint32_t)image);
    return at + 8;
}

size_t msgpack_encode_frame(const struct can_frame *frame, uint64_t time_us, uint8_t *bytes)
{
    size_t at = 0;
    bytes[at++] = 0x80 | 11;
    at = put_text(bytes, at, "timestamp");
    at = put_time(bytes, at, time_us);
    at = put_text(bytes, at, "arbitration_id");
    bytes[at++] = 0xCE;
    put_u32be(bytes + at, frame->id);
    at += 4;
    at = put_boolean(bytes, at, "is_extended_id", frame->extended);
    at = put_boolean(bytes, at, "is_remote_frame", false);
    at = put_boolean(bytes, at, "is_error_frame", false);
    at = put_text(bytes, at, "channel");
    bytes[at++] = 0xC0;
    at = put_text(bytes, at, "dlc");
    bytes[at++] = frame->size;
    at = put_text(bytes, at, "data");
    bytes[at++] = 0xC4;
    bytes[at++] = frame->size;
    memcpy(bytes + at, frame->data, frame->size);
    at += frame->size;
    at = put_boolean(bytes, at, "is_fd", false);
    at = put_boolean(bytes, at, "bitrate_switch", false);
    return put_boolean(bytes, at, "error_state_indicator", false);
}
