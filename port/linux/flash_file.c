/* SPDX-License-Identifier: Apache-2.0
 * The three callbacks of struct flash over a file. Waits for the disk once per record rather than
 * once per piece: in the read that checks it.
 */
#include "port/linux/flash_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result.h"
#include "port/linux/error.h"

enum { PIECE_SIZE = 4096 };

static uint64_t file_size(const struct flash_file *file)
{
    return (uint64_t)file->flash.page_size * file->flash.page_count;
}

static bool lies_inside(const struct flash_file *file, uint32_t offset, uint32_t size)
{
    return (uint64_t)offset + size <= file_size(file);
}

static bool write_all(struct flash_file *file, uint64_t offset, const uint8_t *bytes, size_t size)
{
    file->unsaved = true;
    while (size > 0) {
        ssize_t done = pwrite(file->descriptor, bytes, size, (off_t)offset);
        if (done <= 0)
            return false;
        offset += (uint64_t)done;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

static bool write_blank(struct flash_file *file, uint64_t offset, uint64_t size)
{
    uint8_t blank[PIECE_SIZE];
    memset(blank, 0xFF, sizeof blank);
    while (size > 0) {
        size_t part = size < sizeof blank ? (size_t)size : sizeof blank;
        if (!write_all(file, offset, blank, part))
            return false;
        offset += part;
        size -= part;
    }
    return true;
}

static bool save(struct flash_file *file)
{
    if (file->unsaved && fdatasync(file->descriptor) < 0)
        return false;
    file->unsaved = false;
    return true;
}

static int read_bytes(void *context, uint32_t offset, void *bytes, uint32_t size)
{
    struct flash_file *file = context;
    if (!lies_inside(file, offset, size) || !save(file) ||
        pread(file->descriptor, bytes, size, (off_t)offset) != (ssize_t)size)
        return RESULT_IO;
    return RESULT_OK;
}

static int program_bytes(void *context, uint32_t offset, const void *bytes, uint32_t size)
{
    struct flash_file *file = context;
    const uint8_t *source = bytes;
    uint8_t piece[PIECE_SIZE];
    if (!lies_inside(file, offset, size))
        return RESULT_IO;
    for (uint32_t done = 0; done < size;) {
        uint32_t part = size - done < sizeof piece ? size - done : sizeof piece;
        if (pread(file->descriptor, piece, part, (off_t)offset + done) != (ssize_t)part)
            return RESULT_IO;
        for (uint32_t i = 0; i < part; i++)
            piece[i] &= source[done + i];
        if (!write_all(file, (uint64_t)offset + done, piece, part))
            return RESULT_IO;
        done += part;
    }
    return RESULT_OK;
}

static int erase_page(void *context, uint32_t page)
{
    struct flash_file *file = context;
    uint32_t size = file->flash.page_size;
    if (page >= file->flash.page_count || !save(file) ||
        !write_blank(file, (uint64_t)page * size, size) || !save(file))
        return RESULT_IO;
    return RESULT_OK;
}

/* Makes a new file full, checks the size of an old one. */
static int prepare(struct flash_file *file, const char *path, char *error)
{
    struct stat status;
    if (flock(file->descriptor, LOCK_EX | LOCK_NB) < 0)
        return port_fail(error, "'%.80s' is in use by another process", path);
    if (fstat(file->descriptor, &status) < 0 || !S_ISREG(status.st_mode))
        return port_fail(error, "'%.80s' is not a regular file", path);
    if ((uint64_t)status.st_size == file_size(file))
        return RESULT_OK;
    if (status.st_size != 0)
        return port_fail(error, "'%.80s' has %lld bytes, not %llu: not a flash of this pack", path,
                         (long long)status.st_size, (unsigned long long)file_size(file));
    if (write_blank(file, 0, file_size(file)) && save(file))
        return RESULT_OK;
    int result = port_fail_errno(error, "cannot fill '%.80s'", path);
    if (ftruncate(file->descriptor, 0) < 0)
        return port_fail_errno(error, "cannot fill '%.80s'; remove it", path);
    return result;
}

int flash_file_open(struct flash_file *file, const char *path, uint32_t page_size,
                    uint32_t page_count, char *error)
{
    *file = (struct flash_file){
        .flash = {.context = file,
                  .page_size = page_size,
                  .page_count = page_count,
                  .read = read_bytes,
                  .program = program_bytes,
                  .erase = erase_page},
        .descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600),
    };
    if (file->descriptor < 0)
        return port_fail_errno(error, "cannot open '%.80s'", path);
    int result = prepare(file, path, error);
    if (result < 0) {
        close(file->descriptor);
        file->descriptor = -1;
    }
    return result;
}

int flash_file_close(struct flash_file *file)
{
    if (file->descriptor < 0)
        return RESULT_OK;
    bool saved = save(file);
    bool closed = close(file->descriptor) == 0;
    file->descriptor = -1;
    return saved && closed ? RESULT_OK : RESULT_IO;
}
