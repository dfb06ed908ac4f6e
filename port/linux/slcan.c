/* SPDX-License-Identifier: Apache-2.0
 * Lawicel adapters, from either side of the serial line. One timer of a second looks after the
 * adapter: opens it when it is gone, asks it for its state when it is silent, starts it again when
 * that does not help.
 */
#include "port/linux/slcan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

#include "base/number.h"
#include "base/result.h"
#include "port/linux/tty.h"

#define BAUD_USUAL 115200
#define WATCH_MS 1000
#define ASK_AFTER_S 2 /* of silence */
#define PATIENCE_MIN_S 5
#define PATIENCE_MAX_S 60
#define REFUSALS_MAX 16 /* in a row; then its memory is full or it has left the bus */
#define BUS_ERROR 0x80  /* in the answer to "F", CAN232 manual */

static const char pty_prefix[] = "pty:";

/* What an adapter answers to the commands of a program. */
static const struct {
    char letter;
    const char *answer;
} answers[] = {
    {'C', "\r"     },
    {'S', "\r"     },
    {'s', "\r"     },
    {'O', "\r"     },
    {'L', "\r"     },
    {'M', "\r"     },
    {'m', "\r"     },
    {'Z', "\r"     },
    {'X', "\r"     },
    {'V', "V1013\r"},
    {'N', "NHRTH\r"},
    {'F', "F00\r"  },
};

static void say(struct slcan *slcan, const char *text)
{
    channel_write(slcan->channel, (const uint8_t *)text, strlen(text));
}

/* Sends what waits, one line at a time, so that what the far side does not take stays a frame that
 * can be dropped whole. */
static void pump(void *context)
{
    struct slcan *slcan = context;
    const struct can_frame *frame;
    while (channel_is_open(slcan->channel) && slcan->channel->output.size == 0 &&
           (frame = can_queue_first(&slcan->queue, clock_us()))) {
        char text[SLCAN_FRAME_SIZE];
        size_t size = slcan_format_frame(frame, text);
        can_queue_sent(&slcan->queue);
        channel_write(slcan->channel, (const uint8_t *)text, size);
    }
}

/* Close, set the rate, open: also what empties the memory of a confused adapter. */
static void start_adapter(struct slcan *slcan)
{
    char text[] = "C\rS?\rO\r";
    text[3] = slcan_rate_digit(slcan->common->url.option);
    say(slcan, text);
    slcan->refusals_in_row = 0;
    slcan->is_off_bus = false;
    slcan->silent_s = 0;
}

static void start_again(struct slcan *slcan)
{
    slcan->common->counts.restarts++;
    can_queue_clear(&slcan->queue);
    start_adapter(slcan);
}

static void answer(struct slcan *slcan, const char *line)
{
    if (line[0] == 'C') { /* a program begins: nothing old for it */
        tcflush(slcan->by.pty.far_descriptor, TCIFLUSH);
        can_queue_clear(&slcan->queue);
    }
    for (size_t i = 0; i < COUNT(answers); i++)
        if (answers[i].letter == line[0])
            say(slcan, answers[i].answer);
}

static void heard_command(struct slcan *slcan)
{
    const char *line = slcan->reader.line;
    if (slcan->is_adapter)
        answer(slcan, line);
    else if (line[0] == 'F' && strtoul(line + 1, NULL, 16) & BUS_ERROR)
        slcan->common->counts.error_frames++;
}

static void heard_frame(struct slcan *slcan, uint64_t now_us)
{
    if (slcan->is_adapter)
        say(slcan, slcan->reader.frame.extended ? "Z\r" : "z\r");
    can_common_receive(slcan->common, &slcan->reader.frame, now_us);
}

static void heard_bus_off(struct slcan *slcan)
{
    slcan->common->counts.bus_offs++;
    slcan->is_off_bus = true;
}

static void heard_bad(struct slcan *slcan)
{
    slcan->common->counts.bad_frames++;
    if (slcan->is_adapter)
        say(slcan, "\a");
}

static void heard(struct slcan *slcan, enum slcan_kind kind, uint64_t now_us)
{
    struct can_counts *counts = &slcan->common->counts;
    slcan->refusals_in_row = kind == SLCAN_NO ? slcan->refusals_in_row + 1 : 0;
    if (kind == SLCAN_FRAME)
        heard_frame(slcan, now_us);
    else if (kind == SLCAN_COMMAND)
        heard_command(slcan);
    else if (kind == SLCAN_BUS_OFF)
        heard_bus_off(slcan);
    else if (kind == SLCAN_BAD)
        heard_bad(slcan);
    counts->remote_frames += kind == SLCAN_REMOTE;
    counts->error_frames += kind == SLCAN_ERROR;
    counts->refusals += kind == SLCAN_NO;
    if (kind == SLCAN_BAD)
        return; /* the wrong rate of the line sounds like this */
    slcan->silent_s = 0;
    slcan->patience_s = PATIENCE_MIN_S;
    slcan->common->trouble[0] = '\0';
}

static void received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct slcan *slcan = context;
    for (size_t i = 0; i < size; i++) {
        enum slcan_kind kind = slcan_reader_take(&slcan->reader, bytes[i]);
        if (kind != SLCAN_MORE)
            heard(slcan, kind, now_us);
    }
}

static void hung_up(struct channel *channel, int error)
{
    struct slcan *slcan = channel->context;
    channel_close(channel);
    can_queue_clear(&slcan->queue);
    snprintf(slcan->common->trouble, PORT_ERROR_SIZE, "the adapter is gone: %s",
             error ? strerror(error) : "end of file");
}

static int open_adapter(struct slcan *slcan, char *error)
{
    int descriptor = tty_open(slcan->path, slcan->baud, error);
    if (descriptor < 0)
        return descriptor;
    if (channel_open(slcan->channel, slcan->common->loop, descriptor) != RESULT_OK)
        return port_fail(error, "cannot add the adapter to the loop");
    slcan_reader_init(&slcan->reader);
    slcan->patience_s = PATIENCE_MIN_S;
    start_adapter(slcan);
    return RESULT_OK;
}

/* An adapter that never answers (some do not) is started again ever more rarely. */
static void look_after_silent(struct slcan *slcan)
{
    if (slcan->silent_s < slcan->patience_s) {
        say(slcan, "F\r");
        return;
    }
    slcan->patience_s = (uint32_t)min32(2 * (int32_t)slcan->patience_s, PATIENCE_MAX_S);
    snprintf(slcan->common->trouble, PORT_ERROR_SIZE, "the adapter does not answer");
    start_again(slcan);
}

static void watch(void *context, uint64_t due_us)
{
    (void)due_us;
    struct slcan *slcan = context;
    if (!channel_is_open(slcan->channel)) {
        if (open_adapter(slcan, slcan->common->trouble) == RESULT_OK) {
            slcan->common->counts.restarts++;
            slcan->common->trouble[0] = '\0';
        }
        return;
    }
    slcan->silent_s++;
    if (slcan->is_off_bus || slcan->refusals_in_row >= REFUSALS_MAX)
        start_again(slcan);
    else if (slcan->silent_s >= ASK_AFTER_S)
        look_after_silent(slcan);
}

/* Takes the path and "@BAUD" from the URL. */
static int read_url(struct slcan *slcan, char *error)
{
    const struct url *url = &slcan->common->url;
    if (!slcan_rate_digit(url->option))
        return port_fail(error, "bad bitrate %d; adapters have " SLCAN_RATES, (int)url->option);
    slcan->is_adapter = !strncmp(url->name, pty_prefix, sizeof pty_prefix - 1);
    strcpy(slcan->path, url->name + (slcan->is_adapter ? sizeof pty_prefix - 1 : 0));
    slcan->baud = BAUD_USUAL;
    char *at = strrchr(slcan->path, '@');
    if (!at || slcan->is_adapter)
        return RESULT_OK;
    *at = '\0';
    slcan->baud = (int32_t)strtol(at + 1, NULL, 10); /* tty_open() knows which there are */
    return slcan->baud > 0 ? RESULT_OK : port_fail(error, "bad baud '%.20s' behind '@'", at + 1);
}

int slcan_open(struct slcan *slcan, struct can_common *common, char *error)
{
    slcan->common = common;
    int result = read_url(slcan, error);
    if (result != RESULT_OK)
        return result;
    slcan->channel = slcan->is_adapter ? &slcan->by.pty.channel : &slcan->by.channel;
    slcan->channel->context = slcan;
    slcan->channel->receive = received;
    slcan->channel->hang_up = hung_up;
    slcan->channel->drained = pump;
    slcan->watch.context = slcan;
    slcan->watch.tick = watch;
    can_queue_init(&slcan->queue, &common->counts.lost_frames);
    slcan_reader_init(&slcan->reader);
    if (slcan->is_adapter)
        return pty_open(&slcan->by.pty, common->loop, slcan->path, error);
    result = open_adapter(slcan, error);
    if (result == RESULT_OK && loop_timer_start(&slcan->watch, common->loop, WATCH_MS) < 0) {
        slcan_close(slcan);
        result = port_fail(error, "cannot start a timer");
    }
    return result;
}

void slcan_write(struct slcan *slcan, const struct can_frame *frame)
{
    if (!channel_is_open(slcan->channel)) {
        slcan->common->counts.lost_frames++;
        return;
    }
    can_queue_put(&slcan->queue, frame, clock_us());
    pump(slcan);
}

void slcan_close(struct slcan *slcan)
{
    loop_timer_stop(&slcan->watch);
    if (slcan->is_adapter)
        pty_close(&slcan->by.pty);
    else
        channel_close(slcan->channel);
}
