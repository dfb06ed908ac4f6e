/* SPDX-License-Identifier: Apache-2.0
 * The clock and the assert hook of the bench programs. A program that meets an impossible state
 * ends without a figure.
 */
#include "tests/bench/support/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/assert.h"

noreturn void hearth_assert_failed(const char *file, int line)
{
    fprintf(stderr, "%s:%d: assertion failed\n", file, line);
    abort();
}

double bench_cpu_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
