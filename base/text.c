/* SPDX-License-Identifier: Apache-2.0
 * Comparison of texts. Built on memcmp and strlen, which every target of the firmware has.
 */
#include "base/text.h"

#include <stddef.h>
#include <string.h>

bool text_equal(const char *a, const char *b)
{
    size_t size = strlen(a);
    return size == strlen(b) && memcmp(a, b, size) == 0;
}

const char *text_after(const char *text, const char *start)
{
    while (*start != '\0' && *text == *start) {
        text++;
        start++;
    }
    return *start == '\0' ? text : NULL;
}
