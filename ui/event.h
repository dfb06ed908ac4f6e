/* SPDX-License-Identifier: Apache-2.0
 * Events of a pack in words for people, and as JSON. A sentence is the kind of event and what it
 * speaks of: "Alarm: Cell over-voltage". Its numbers go apart, with their unit. The words of
 * answers to commands stand here too, because an event tells of refusals.
 */
#ifndef HEARTH_UI_EVENT_H
#define HEARTH_UI_EVENT_H

#include "core/command.h"
#include "core/io.h"
#include "ui/writer.h"

/* "done", or why not. */
const char *text_command_result(enum command_result result);

/* The sentence, without numbers, rule and asker. */
void text_event(struct text_writer *writer, const struct event *event);

/* What it measured, in words: "3.71 V, threshold 3.65 V, rule cell_ov", "3.64 V, was 3.65 V", and
 * who asked. Nothing for an event without numbers, rule and asker. */
void text_event_details(struct text_writer *writer, const struct event *event);

/* Members (no braces): time_s, kind, words; for an alarm its name; where there are
 * numbers unit, value and before; rule and quantity (what the rule compares) of a rule; by: who
 * asked. */
void json_event(struct text_writer *writer, const struct event *event);

#endif
