/* SPDX-License-Identifier: Apache-2.0
 * Every 300-byte frame of the captures is decoded, encoded again and compared byte by byte. What
 * may differ is listed here with its reason, nothing else. The event log is made of events, which
 * have their own test (jk_event.c).
 */
#include <dirent.h>
#include <stdio.h>

#include "protocols/jk_map.h"
#include "tests/support/test.h"
#include "wire/log_text.h"

struct free_bytes {
    uint8_t type;
    uint16_t first; /* byte of the frame */
    uint16_t last;
};

static const struct free_bytes free_bytes[] = {
    {JK_SETTINGS, 284, 285}, /* before firmware 15.41 another meaning: not read */
    {JK_SETTINGS, 291, 294}, /* capabilities of a firmware */
    {JK_SETTINGS, 296, 297}, /* discharge under-temperature: firmware 19 only */
    {JK_STATUS,   154, 157}, /* power: we keep whole watts */
    {JK_STATUS,   216, 229}, /* corrections and sense voltages of the board: no value of ours */
    {JK_STATUS,   234, 235}, /* 0.01 V: packs truncate, we round */
    {JK_STATUS,   238, 244}, /* not documented: 00 01 01 01 00 06 00 where all is well */
    {JK_STATUS,   246, 249}, /* time since start in 0.1 s: we keep whole seconds */
    {JK_STATUS,   260, 261}, /* not documented */
    {JK_STATUS,   275, 275}, /* battery type: ours is LiFePO4 */
    {JK_STATUS,   276, 277}, /* not documented */
    {JK_STATUS,   282, 298}, /* not documented */
    {JK_INFO,     6,   37 }, /* behind the NUL of a text lie leftovers; texts are compared below */
    {JK_INFO,     46,  149},
    {JK_INFO,     150, 165}, /* capabilities */
    {JK_INFO,     166, 183},
    {JK_INFO,     218, 233}, /* protocols offered on RS485-2 */
    {JK_INFO,     282, 298}, /* capabilities */
};

static bool is_free(uint8_t type, size_t byte)
{
    for (size_t i = 0; i < COUNT(free_bytes); i++) {
        const struct free_bytes *row = &free_bytes[i];
        if (row->type == type && byte >= row->first && byte <= row->last)
            return true;
    }
    return false;
}

/* Texts of an information frame: equal up to their end. */
static void compare_texts(const uint8_t *frame, const uint8_t *again)
{
    static const uint16_t texts[][2] = {
        {6,   16},
        {22,  8 },
        {30,  8 },
        {46,  16},
        {62,  16},
        {78,  8 },
        {86,  16},
        {102, 16},
        {118, 16},
        {134, 16},
    };
    if (frame[4] != JK_INFO)
        return;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(strncmp((const char *)frame + texts[i][0],
                                 (const char *)again + texts[i][0], texts[i][1]),
                         0);
}

static void compare(const char *file, const uint8_t *frame)
{
    struct snapshot snapshot;
    struct params params;
    uint8_t again[JK_FRAME_SIZE];
    snapshot_init(&snapshot);
    params_init(&params);
    assert_int_equal(jk_map_decode_frame(frame, &snapshot, &params), DECODED);
    params.passwords_readable = 1;
    jk_map_encode_frame(frame[4], frame[5], &snapshot, &params, again);
    compare_texts(frame, again);
    for (size_t i = 0; i < JK_FRAME_SIZE - 1; i++) {
        if (is_free(frame[4], i) || frame[i] == again[i])
            continue;
        print_error("%s: type %u byte %zu: captured %02X, again %02X\n", file, frame[4], i,
                    frame[i], again[i]);
        fail();
    }
}

static size_t compare_file(const char *name)
{
    char path[512];
    char text[4096];
    size_t count = 0;
    snprintf(path, sizeof(path), "%s/protocols/%s", TEST_DATA, name);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    while (fgets(text, sizeof(text), stream)) {
        struct log_line line;
        struct log_error error;
        if (log_text_parse(text, strlen(text), &line, &error) != 0 || line.kind != LOG_SERIAL ||
            line.size != JK_FRAME_SIZE || line.bytes[4] == JK_EVENT_LOG)
            continue;
        assert_true(jk_frame_good(line.bytes));
        compare(name, line.bytes);
        count++;
    }
    fclose(stream);
    return count;
}

static void captured_frames_are_encoded_again_as_they_were(void **state)
{
    (void)state;
    size_t count = 0;
    DIR *folder = opendir(TEST_DATA "/protocols");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        const char *end = strrchr(entry->d_name, '.');
        if (strncmp(entry->d_name, "jk_", 3) == 0 && end && strcmp(end, ".log") == 0)
            count += compare_file(entry->d_name);
    }
    closedir(folder);
    print_message("%zu frames\n", count);
    assert_true(count >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captured_frames_are_encoded_again_as_they_were),
    };
    return RUN_TESTS(tests);
}
