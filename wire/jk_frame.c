/* SPDX-License-Identifier: Apache-2.0
 * The 300-byte frame of JK packs as an envelope: marker, type, counter, sum. Knows no field.
 */
#include "wire/jk_frame.h"

#include <string.h>

#include "base/crc.h"

static const uint8_t marker[JK_MARKER_SIZE] = {0x55, 0xAA, 0xEB, 0x90};

void jk_frame_begin(uint8_t frame[JK_FRAME_SIZE], uint8_t type, uint8_t counter)
{
    memset(frame, 0, JK_FRAME_SIZE);
    memcpy(frame, marker, JK_MARKER_SIZE);
    frame[4] = type;
    frame[5] = counter;
}

void jk_frame_seal(uint8_t frame[JK_FRAME_SIZE])
{
    frame[JK_FRAME_SIZE - 1] = sum8(frame, JK_FRAME_SIZE - 1);
}

bool jk_frame_good(const uint8_t frame[JK_FRAME_SIZE])
{
    return memcmp(frame, marker, JK_MARKER_SIZE) == 0 &&
           sum8(frame, JK_FRAME_SIZE - 1) == frame[JK_FRAME_SIZE - 1];
}

size_t jk_frame_find(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        size_t left = size - at;
        if (memcmp(bytes + at, marker, left < JK_MARKER_SIZE ? left : JK_MARKER_SIZE) == 0)
            return at;
    }
    return size;
}
