/* SPDX-License-Identifier: Apache-2.0
 * Plays a story of app/what_if/what_if.h from standard input, built for the PC; play.mjs is its
 * twin for the module. Prints each sum.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/what_if/what_if.h"

static void give(uint32_t number, const char *text)
{
    snprintf(what_if_argument(number), 128, "%s", strcmp(text, "-") == 0 ? "" : text);
}

static void play(const char *line)
{
    char word[32];
    char name[2][64];
    int number[3] = {0, 0, 0};
    if (sscanf(line, "start %d %d %d", &number[0], &number[1], &number[2]) == 3)
        what_if_start((uint32_t)number[0], (uint32_t)number[1], (uint32_t)number[2]);
    else if (sscanf(line, "run %d", &number[0]) == 1)
        what_if_run((uint32_t)number[0]);
    else if (sscanf(line, "hold %d %d", &number[0], &number[1]) == 2)
        what_if_hold((uint32_t)number[0], number[1]);
    else if (sscanf(line, "release %d", &number[0]) == 1)
        what_if_release((uint32_t)number[0]);
    else if (sscanf(line, "do %63s %d %d %d %63s", name[0], &number[0], &number[1], &number[2],
                    name[1]) == 5) {
        give(0, name[0]);
        give(1, name[1]);
        printf("%s", what_if_command(number[0], number[1], number[2], 0));
    } else if (sscanf(line, "%31s", word) == 1 && strcmp(word, "sum") == 0)
        printf("%08x\n", (unsigned)what_if_sum());
    else if (line[0] != '#')
        exit(2);
}

int main(void)
{
    char line[256];
    while (fgets(line, sizeof(line), stdin))
        play(line);
    return 0;
}
