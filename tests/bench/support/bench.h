/* SPDX-License-Identifier: Apache-2.0
 * What the programs of tests/bench share: the clock they measure with. A figure is one line
 * {"name","value","unit"} on standard output, with further members where a name has several.
 */
#ifndef HEARTH_TESTS_BENCH_SUPPORT_BENCH_H
#define HEARTH_TESTS_BENCH_SUPPORT_BENCH_H

/* Processor time of this program: what others do on the machine hardly shows in it. */
double bench_cpu_s(void);

#endif
