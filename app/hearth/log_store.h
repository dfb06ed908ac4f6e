/* SPDX-License-Identifier: Apache-2.0
 * The event log of a virtual pack read from the file that keeps its memory.
 */
#ifndef HEARTH_APP_HEARTH_LOG_STORE_H
#define HEARTH_APP_HEARTH_LOG_STORE_H

#include <stdbool.h>

#define LOG_STORE_PREFIX "store:"

/* Prints all events of the file, oldest first, with their numbers, rules and askers. Returns an
 * exit code. The file must not be in use by a pack. */
int log_store(const char *path, bool json);

#endif
