/* SPDX-License-Identifier: Apache-2.0
 * What a scenario can hold, from the tables, as Markdown: docs/scenarios.md ends with it.
 */
#ifndef HEARTH_APP_HEARTH_SIM_LIST_H
#define HEARTH_APP_HEARTH_SIM_LIST_H

void sim_list_print(void);

#endif
