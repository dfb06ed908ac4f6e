/* SPDX-License-Identifier: Apache-2.0
 * The assert hook of unit tests: hands a failed ASSERT to cmocka, so that expect_assert_failure()
 * sees it.
 */
#include "tests/support/test.h"

#include "base/assert.h"

noreturn void hearth_assert_failed(const char *file, int line)
{
    mock_assert(0, "ASSERT", file, line);
    abort();
}
