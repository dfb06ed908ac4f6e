/* SPDX-License-Identifier: Apache-2.0
 * The memories of virtual packs in files, so that they outlive the program. Only what a pack
 * remembers is kept; its cells begin with the charge that the pack remembers, as cells of a pack
 * that was switched off would have kept it.
 */
#ifndef HEARTH_SERVICE_STORE_H
#define HEARTH_SERVICE_STORE_H

#include <stdint.h>

#include "port/linux/error.h"
#include "port/linux/flash_file.h"
#include "site/site.h"

/* Of each file: 256 KiB. */
#define STORE_PAGE_SIZE 4096
#define STORE_PAGES 64

struct store {
    struct flash_file file[PACK_MAX];
    struct params params;            /* of the setup, with the capacity that the file holds */
    int32_t remaining_mah[PACK_MAX]; /* that the files hold; -1 none */
    uint8_t count;                   /* files that are open */
};

/* Both go between filling `setup` and site_init(): they give packs their memory and replace
 * `setup->soc_permille` where one holds a state. A path that is NULL or empty opens nothing. The
 * store must not move and outlives the site. Return 0, or RESULT_IO with `error` (PORT_ERROR_SIZE)
 * filled and nothing open. */

/* The memory of a lone pack. Its cells get the nominal capacity that the file holds. */
int store_open_file(struct store *store, const char *path, struct site_setup *setup, char *error);

/* One file per pack, pack-NN.flash by its DIP; the directory is made where it is missing. Cells
 * have the capacity of the setup, whatever the settings of a pack say. */
int store_open_directory(struct store *store, const char *path, struct site_setup *setup,
                         char *error);

/* Returns 0, or RESULT_IO when the last writes did not reach the disk. */
int store_close(struct store *store);

#endif
