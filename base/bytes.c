/* SPDX-License-Identifier: Apache-2.0
 * Byte order and hexadecimal text. Knows no frame layout.
 */
#include "base/bytes.h"

#include "base/result.h"

uint16_t get_u16le(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint16_t get_u16be(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

uint32_t get_u32le(const uint8_t *bytes)
{
    return (uint32_t)get_u16le(bytes) | (uint32_t)get_u16le(bytes + 2) << 16;
}

uint32_t get_u32be(const uint8_t *bytes)
{
    return (uint32_t)get_u16be(bytes) << 16 | (uint32_t)get_u16be(bytes + 2);
}

void put_u16le(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

void put_u16be(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

void put_u32le(uint8_t *bytes, uint32_t value)
{
    put_u16le(bytes, (uint16_t)value);
    put_u16le(bytes + 2, (uint16_t)(value >> 16));
}

void put_u32be(uint8_t *bytes, uint32_t value)
{
    put_u16be(bytes, (uint16_t)(value >> 16));
    put_u16be(bytes + 2, (uint16_t)value);
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

int hex_parse(const char *text, size_t size, uint8_t *bytes, size_t capacity)
{
    size_t count = 0;
    for (size_t i = 0; i < size;) {
        if (text[i] == ' ') {
            i++;
            continue;
        }
        int high = hex_digit(text[i]);
        int low = hex_digit(i + 1 < size ? text[i + 1] : ' ');
        if (high < 0 || low < 0)
            return RESULT_BAD_FORMAT;
        if (count == capacity)
            return RESULT_NO_SPACE;
        bytes[count++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    return (int)count;
}

void hex_format(const uint8_t *bytes, size_t size, char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
}
