/* SPDX-License-Identifier: Apache-2.0
 * A flash memory in a regular file, for packs on a PC. Behaves like NOR: programming only clears
 * bits. One process at a time. What was written is on the disk before the next read or erase
 * returns; storage reads back all it writes.
 */
#ifndef HEARTH_PORT_LINUX_FLASH_FILE_H
#define HEARTH_PORT_LINUX_FLASH_FILE_H

#include <stdbool.h>

#include "base/flash.h"

struct flash_file {
    struct flash flash; /* hand this to storage */
    int descriptor;
    bool unsaved; /* written since the disk was last waited for */
};

/* Opens the file, or makes it, full of FF, readable by its owner only (it will hold passwords).
 * Must not move while open. Returns 0, or RESULT_IO with `error` (PORT_ERROR_SIZE) filled: cannot
 * be opened, has another size, or another process uses it. */
int flash_file_open(struct flash_file *file, const char *path, uint32_t page_size,
                    uint32_t page_count, char *error);

/* Returns 0, or RESULT_IO when the last writes did not reach the disk. */
int flash_file_close(struct flash_file *file);

#endif
