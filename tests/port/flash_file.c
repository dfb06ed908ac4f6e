/* SPDX-License-Identifier: Apache-2.0
 * Drives a flash in a file from a test: opens PATH PAGE_SIZE PAGE_COUNT, prints "ready" or why not,
 * and obeys lines on standard input, each answered by one: "read OFFSET SIZE", "program OFFSET
 * HEX", "erase PAGE", "start" (storage on it), "event TIME" (stores one), "close".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "core/storage.h"
#include "port/linux/error.h"
#include "port/linux/flash_file.h"

#define BYTES_MAX 8192

static struct flash_file file;
static struct storage storage;

static int read_command(uint32_t offset, const char *text)
{
    static uint8_t bytes[BYTES_MAX];
    static char hex[2 * BYTES_MAX + 1];
    uint32_t size = (uint32_t)strtoul(text, NULL, 10);
    if (size > sizeof bytes)
        return -1;
    int result = file.flash.read(file.flash.context, offset, bytes, size);
    hex_format(bytes, result < 0 ? 0 : size, hex);
    printf("%s ", hex);
    return result;
}

static int program_command(uint32_t offset, const char *text)
{
    static uint8_t bytes[BYTES_MAX];
    int size = hex_parse(text, strlen(text), bytes, sizeof bytes);
    if (size < 0)
        return size;
    return file.flash.program(file.flash.context, offset, bytes, (uint32_t)size);
}

static int start_command(void)
{
    struct params params;
    params_init(&params);
    int result = storage_init(&storage, &file.flash);
    if (result < 0)
        return result;
    int trouble = (int)storage_load_params(&storage, &params);
    printf("%d %u ", trouble, (unsigned)event_log_count(&storage.events));
    return trouble == STORAGE_BLANK ? storage_save_params(&storage, &params) : 0;
}

static int obey(const char *word, uint32_t number, const char *text)
{
    struct event event = {.time_s = number};
    if (strcmp(word, "read") == 0)
        return read_command(number, text);
    if (strcmp(word, "program") == 0)
        return program_command(number, text);
    if (strcmp(word, "erase") == 0)
        return file.flash.erase(file.flash.context, number);
    if (strcmp(word, "start") == 0)
        return start_command();
    if (strcmp(word, "event") == 0)
        return event_log_put(&storage.events, &event);
    return flash_file_close(&file);
}

int main(int count, char **words)
{
    static char line[2 * BYTES_MAX + 64], word[16], text[2 * BYTES_MAX + 1];
    char error[PORT_ERROR_SIZE];
    if (count != 4)
        return 2;
    if (flash_file_open(&file, words[1], (uint32_t)atoi(words[2]), (uint32_t)atoi(words[3]),
                        error) < 0) {
        printf("%s\n", error);
        return 1;
    }
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        unsigned number = 0;
        text[0] = '\0';
        if (sscanf(line, "%15s %u %16384s", word, &number, text) < 1)
            continue;
        printf("%d\n", obey(word, number, text));
        fflush(stdout);
    }
    return flash_file_close(&file) < 0;
}
