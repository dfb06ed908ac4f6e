/* SPDX-License-Identifier: Apache-2.0
 * The assert hook: what cannot happen. The platform supplies hearth_assert_failed(); on a PC it
 * prints and aborts, in firmware it opens the FETs and resets. It never returns.
 */
#ifndef HEARTH_BASE_ASSERT_H
#define HEARTH_BASE_ASSERT_H

#include <stdnoreturn.h>

noreturn void hearth_assert_failed(const char *file, int line);

#define ASSERT(condition) ((condition) ? (void)0 : hearth_assert_failed(__FILE__, __LINE__))

#endif
