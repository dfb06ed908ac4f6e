/* SPDX-License-Identifier: Apache-2.0
 * The assert hook on a PC: says where and aborts.
 */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

noreturn void hearth_assert_failed(const char *file, int line)
{
    fprintf(stderr, "%s:%d: internal error\n", file, line);
    abort();
}
