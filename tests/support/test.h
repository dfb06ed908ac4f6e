/* SPDX-License-Identifier: Apache-2.0
 * What every unit test includes: cmocka and the headers it needs.
 */
#ifndef HEARTH_TESTS_SUPPORT_TEST_H
#define HEARTH_TESTS_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

#define RUN_TESTS(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
