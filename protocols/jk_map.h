/* SPDX-License-Identifier: Apache-2.0
 * The registers of a JK PB pack and what they are to us, from protocols/jk_map.def: blocks as
 * 300-byte frames (little-endian) and as Modbus registers (big-endian, byte pairs keep their order;
 * a register address is block base + byte offset, a quantity counts 16-bit words).
 * Decoders take what is there and never check a range. JK BMS RS485 Modbus general protocol V1.1.
 */
#ifndef HEARTH_PROTOCOLS_JK_MAP_H
#define HEARTH_PROTOCOLS_JK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command.h"
#include "core/params.h"
#include "core/snapshot.h"
#include "wire/jk_frame.h"

#define JK_BLOCK_SIZE 292 /* bytes of a block that registers reach */

enum jk_block {
    JK_BLOCK_SETTINGS = 0x1000,
    JK_BLOCK_STATUS = 0x1200,
    JK_BLOCK_INFO = 0x1400,
    JK_BLOCK_CONTROL = 0x1600,
};

/* Encodes the settings, status or info frame. `counter` is byte 5. Passwords are blank unless
 * params->passwords_readable. */
void jk_map_encode_frame(uint8_t type, uint8_t counter, const struct snapshot *snapshot,
                         const struct params *params, uint8_t frame[JK_FRAME_SIZE]);

/* Adds what a good frame says: `have` bits tell. Status goes to the snapshot, settings to params,
 * info to both. Other types: NOT_MINE (enum decode). */
int jk_map_decode_frame(const uint8_t frame[JK_FRAME_SIZE], struct snapshot *snapshot,
                        struct params *params);

/* The same from Modbus data of a read that began at `address`; a field cut by an end is left out.
 */
int jk_map_decode_words(uint16_t address, const uint8_t *data, size_t size,
                        struct snapshot *snapshot, struct params *params);

/* The fields we have no value for, as raw numbers with a name. Start with *cursor = 0; false at the
 * end. */
bool jk_map_raw(const uint8_t frame[JK_FRAME_SIZE], size_t *cursor, const char **name,
                int32_t *value);

/* Data of a Modbus read, 2 * words bytes. Returns 0 or an exception code (enum modbus_exception).
 */
int jk_map_read(uint16_t address, uint16_t words, const struct snapshot *snapshot,
                const struct params *params, uint8_t *out);

/* What a Modbus write asks for: the number of commands (session left 0), or a negative exception
 * code. `params` are the present settings, for the untouched half of byte pairs and switch bits. */
int jk_map_write(uint16_t address, const uint8_t *bytes, size_t size, const struct params *params,
                 struct command *commands, size_t capacity);

/* The register of a setting: address and size in bytes, and the data which would set it to the
 * value. Settings that share a word with others (bits, byte pairs) take the rest from `params`.
 * Returns the number of bytes, 0 when a JK pack has no such writable register. `data` holds 16. */
size_t jk_map_setting(enum param_id id, int32_t value, const struct params *params,
                      uint16_t *address, uint8_t *data);

/* The same for a setting that is text; what is longer than its register is cut. */
size_t jk_map_setting_text(enum text_param_id id, const char *text, uint16_t *address,
                           uint8_t *data);

#endif
