/* SPDX-License-Identifier: Apache-2.0
 * Drives ports from a test: opens the URLs of its arguments, prints what they receive and obeys
 * lines on standard input: "write N HEX", "frame N ID HEX" (8-digit ID: extended), "echo N",
 * "flood N SIZE" (bytes or frames), "lost N", "trouble N", "counts N", "filter N ID", "age N" (of
 * the last frame), "tick PERIOD_MS COUNT", "quit CODE". N counts from 0.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/number.h"
#include "base/result.h"
#include "port/linux/can_port.h"
#include "port/linux/serial_port.h"

#define PORT_MAX 4
#define BYTES_MAX 4096

struct probe {
    int index;
    bool is_can;
    bool echo;
    uint64_t frame_us;
    struct serial_port serial;
    struct can_port can;
};

static struct probe probes[PORT_MAX];
static struct loop loop;
static struct loop_timer timer;
static unsigned ticks_left;

static void print_hex(const char *before, const uint8_t *bytes, size_t size)
{
    char text[2 * BYTES_MAX + 1];
    hex_format(bytes, size, text);
    printf("%s %s\n", before, text);
}

static void serial_received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct probe *probe = context;
    char before[64];
    snprintf(before, sizeof before, "bytes %d %s", probe->index,
             now_us <= clock_us() ? "good-time" : "bad-time");
    print_hex(before, bytes, size);
    if (probe->echo)
        serial_port_write(&probe->serial, bytes, size);
}

static void can_received(void *context, const struct can_frame *frame, uint64_t now_us)
{
    struct probe *probe = context;
    probe->frame_us = now_us;
    char before[64];
    snprintf(before, sizeof before, frame->extended ? "frame %d %08X" : "frame %d %03X",
             probe->index, (unsigned)frame->id);
    print_hex(before, frame->data, frame->size);
}

static void ticked(void *context, uint64_t due_us)
{
    (void)context;
    printf("tick %llu\n", (unsigned long long)due_us);
    if (--ticks_left == 0)
        loop_timer_stop(&timer);
}

static void write_frame(struct probe *probe, const char *id, const char *hex)
{
    struct can_frame frame = {.id = (uint32_t)strtoul(id, NULL, 16), .extended = strlen(id) == 8};
    frame.size = (uint8_t)hex_parse(hex, strlen(hex), frame.data, sizeof frame.data);
    can_port_write(&probe->can, &frame);
}

static void print_counts(const struct probe *probe)
{
    const struct can_counts *counts = can_port_counts(&probe->can);
    printf("counts");
#define PRINT_COUNT(name, label) printf(" %s=%u", #name, counts->name);
    CAN_COUNTS(PRINT_COUNT)
#undef PRINT_COUNT
    printf("\n");
}

static void filter(struct probe *probe, const char *id)
{
    struct can_id wanted = {(uint32_t)strtoul(id, NULL, 16), strlen(id) == 8};
    printf("filter %d\n", can_port_filter(&probe->can, &wanted, 1));
}

/* Frames of one identifier that count up. */
static void flood_frames(struct probe *probe, unsigned count)
{
    struct can_frame frame = {.id = 0x351, .size = 4};
    for (unsigned i = 0; i < count; i++) {
        put_u32be(frame.data, i);
        can_port_write(&probe->can, &frame);
    }
    printf("flooded %d\n", probe->index);
}

static void flood(struct probe *probe, unsigned size)
{
    uint8_t bytes[1000];
    for (unsigned sent = 0; sent < size; sent += sizeof bytes) {
        for (unsigned i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)((sent + i) % 251);
        serial_port_write(&probe->serial, bytes, sizeof bytes);
    }
    printf("flooded %d\n", probe->index);
}

static void obey(const char *line)
{
    static char first[2 * BYTES_MAX], second[2 * BYTES_MAX];
    char word[16] = "";
    unsigned number = 0;
    first[0] = second[0] = '\0';
    sscanf(line, "%15s %u %8191s %8191s", word, &number, first, second);
    struct probe *probe = &probes[number % PORT_MAX];
    if (!strcmp(word, "write")) {
        uint8_t bytes[BYTES_MAX];
        int size = hex_parse(first, strlen(first), bytes, sizeof bytes);
        serial_port_write(&probe->serial, bytes, (size_t)size);
    } else if (!strcmp(word, "frame")) {
        write_frame(probe, first, second);
    } else if (!strcmp(word, "echo")) {
        probe->echo = true;
    } else if (!strcmp(word, "flood")) {
        (probe->is_can ? flood_frames : flood)(probe, (unsigned)atoi(first));
    } else if (!strcmp(word, "lost")) {
        printf("lost %u\n", probe->is_can ? can_port_counts(&probe->can)->lost_frames
                                          : serial_port_lost_bytes(&probe->serial));
    } else if (!strcmp(word, "trouble")) {
        printf("trouble '%s'\n",
               probe->is_can ? can_port_trouble(&probe->can) : serial_port_trouble(&probe->serial));
    } else if (!strcmp(word, "counts")) {
        print_counts(probe);
    } else if (!strcmp(word, "filter")) {
        filter(probe, first);
    } else if (!strcmp(word, "age")) {
        printf("age %llu\n", (unsigned long long)(clock_us() - probe->frame_us));
    } else if (!strcmp(word, "tick")) {
        ticks_left = (unsigned)atoi(first);
        timer.tick = ticked;
        loop_timer_start(&timer, &loop, number);
    } else if (!strcmp(word, "quit")) {
        loop_stop(&loop, (int)number);
    }
}

/* Lines are short and written whole, so a read holds complete lines except for a cut last one. */
static int input_ready(sd_event_source *source, int descriptor, uint32_t events, void *context)
{
    (void)source;
    (void)events;
    (void)context;
    static char text[4 * BYTES_MAX];
    static size_t used;
    ssize_t size = read(descriptor, text + used, sizeof text - 1 - used);
    if (size <= 0) {
        loop_stop(&loop, 0);
        return 0;
    }
    used += (size_t)size;
    text[used] = '\0';
    char *line = text;
    for (char *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        obey(line);
    }
    used = strlen(line);
    memmove(text, line, used);
    return 0;
}

static int open_port(struct probe *probe, const char *url)
{
    char error[PORT_ERROR_SIZE], text[URL_TEXT_SIZE + 32];
    struct serial_listener serial = {probe, serial_received};
    struct can_listener can = {probe, can_received};
    probe->is_can = !strncmp(url, "can=", 4);
    int result = probe->is_can ? can_port_open(&probe->can, &loop, url + 4, &can, error)
                               : serial_port_open(&probe->serial, &loop, url, &serial, error);
    if (result != RESULT_OK) {
        fprintf(stderr, "%s\n", error);
        return result;
    }
    if (probe->is_can)
        can_port_describe(&probe->can, text, sizeof text);
    else
        serial_port_describe(&probe->serial, text, sizeof text);
    printf("open %d %s\n", probe->index, text);
    return RESULT_OK;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc - 1 > PORT_MAX || loop_init(&loop) != RESULT_OK)
        return 1;
    int code = 0;
    for (int i = 0; i < argc - 1 && code == 0; i++) {
        probes[i].index = i;
        code = open_port(&probes[i], argv[i + 1]) == RESULT_OK ? 0 : 2;
    }
    if (code == 0) {
        sd_event_add_io(loop.event, NULL, STDIN_FILENO, EPOLLIN, input_ready, NULL);
        printf("ready\n");
        code = loop_run(&loop);
    }
    for (int i = 0; i < PORT_MAX; i++) {
        serial_port_close(&probes[i].serial);
        can_port_close(&probes[i].can);
    }
    loop_free(&loop);
    return code;
}
