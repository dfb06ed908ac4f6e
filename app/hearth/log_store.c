/* SPDX-License-Identifier: Apache-2.0
 * Unlike the log that travels over JK's protocol, a memory keeps events whole. Reads only: a file
 * that is not there is not made.
 */
#include "app/hearth/log_store.h"

#include <stdio.h>
#include <unistd.h>

#include "app/hearth/command.h"
#include "core/storage.h"
#include "service/store.h"
#include "ui/event.h"
#include "ui/json.h"

enum { LINE_SIZE = 512 };

static void print_json(const struct event *event)
{
    char line[LINE_SIZE];
    struct text_writer writer;
    writer_init(&writer, line, sizeof(line));
    json_open(&writer, '{');
    json_event(&writer, event);
    json_close(&writer, '}');
    puts(line);
}

static void print_line(const struct event *event)
{
    char words[LINE_SIZE];
    char details[LINE_SIZE];
    struct text_writer writer;
    uint32_t s = event->time_s;
    writer_init(&writer, words, sizeof(words));
    text_event(&writer, event);
    writer_init(&writer, details, sizeof(details));
    text_event_details(&writer, event);
    printf("%5u d %02u:%02u:%02u  %s%s%s%s\n", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60, words,
           details[0] ? " (" : "", details, details[0] ? ")" : "");
}

static int print_events(struct storage *storage, bool json)
{
    struct event event;
    uint32_t count = event_log_count(&storage->events);
    for (uint32_t i = 0; i < count; i++) {
        if (event_log_get(&storage->events, i, &event) < 0)
            continue; /* rotten since it was found */
        if (json)
            print_json(&event);
        else
            print_line(&event);
    }
    return EXIT_DONE;
}

int log_store(const char *path, bool json)
{
    char error[PORT_ERROR_SIZE];
    struct flash_file file;
    struct storage storage;
    if (access(path, R_OK) < 0)
        return usage_error("log", "%s: no such file, or not readable", path);
    if (flash_file_open(&file, path, STORE_PAGE_SIZE, STORE_PAGES, error) < 0)
        return usage_error("log", "%s", error);
    int code = EXIT_FAILED;
    if (storage_init(&storage, &file.flash) == 0)
        code = print_events(&storage, json);
    else
        fprintf(stderr, "hearth log: %s: cannot be read\n", path);
    flash_file_close(&file);
    return code;
}
