/* SPDX-License-Identifier: Apache-2.0
 * Plays a candump log: one timer, set for the next frame. A log whose time runs backwards is played
 * without a pause there.
 */
#include "port/linux/log_player.h"

#include <string.h>

#include "base/result.h"
#include "wire/log_text.h"

#define LINE_SIZE (3 * LOG_BYTES_MAX + 64)
#define ACCURACY_US 100

static void count_refusal(struct can_counts *counts, enum log_refusal refusal)
{
    counts->bad_frames += refusal == LOG_MALFORMED;
    counts->remote_frames += refusal == LOG_REMOTE_FRAME;
    counts->error_frames += refusal == LOG_ERROR_FRAME;
}

/* Reads on to the next CAN line. Returns false at the end. */
static bool read_frame(struct log_player *player, uint64_t *time_us)
{
    char text[LINE_SIZE];
    while (fgets(text, sizeof text, player->file)) {
        struct log_line line;
        struct log_error error;
        if (log_text_parse(text, strlen(text), &line, &error) != RESULT_OK) {
            count_refusal(&player->common->counts, error.refusal);
        } else if (line.kind == LOG_CAN) {
            player->next = line.frame;
            *time_us = line.time_us;
            return true;
        }
    }
    return false;
}

/* When a frame of the log is due by our clock. */
static uint64_t due_us(struct log_player *player, uint64_t time_us)
{
    int32_t speed = player->common->url.option;
    if (!player->is_begun)
        player->first_us = time_us;
    player->is_begun = true;
    if (speed == 0 || time_us < player->first_us)
        return player->start_us;
    return player->start_us + (time_us - player->first_us) / (uint32_t)speed;
}

/* Arms the timer for the next frame, or ends. */
static void go_on(struct log_player *player)
{
    uint64_t time_us;
    if (read_frame(player, &time_us)) {
        sd_event_source_set_time(player->source, due_us(player, time_us));
        sd_event_source_set_enabled(player->source, SD_EVENT_ONESHOT);
        return;
    }
    player->source = sd_event_source_disable_unref(player->source);
    strcpy(player->common->trouble, "the log is at its end");
}

static int due(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct log_player *player = context;
    can_common_receive(player->common, &player->next, clock_us());
    go_on(player);
    return 0;
}

int log_player_open(struct log_player *player, struct can_common *common, char *error)
{
    player->common = common;
    player->start_us = clock_us();
    player->file = fopen(common->url.name, "re");
    if (!player->file)
        return port_fail_errno(error, "cannot read '%.80s'", common->url.name);
    if (sd_event_add_time(common->loop->event, &player->source, CLOCK_MONOTONIC, player->start_us,
                          ACCURACY_US, due, player) < 0) {
        log_player_close(player);
        return port_fail(error, "cannot start a timer");
    }
    go_on(player);
    return RESULT_OK;
}

void log_player_close(struct log_player *player)
{
    player->source = sd_event_source_disable_unref(player->source);
    if (player->file)
        fclose(player->file);
    player->file = NULL;
}
