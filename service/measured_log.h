/* SPDX-License-Identifier: Apache-2.0
 * A measured log of one cell from a CSV file, whole in memory: rising times, current (+ = charge),
 * voltage and, where there are, temperature and a reference state of charge.
 */
#ifndef HEARTH_SERVICE_MEASURED_LOG_H
#define HEARTH_SERVICE_MEASURED_LOG_H

#include <stddef.h>

/* Names of its columns. */
struct measured_names {
    const char *time;      /* s */
    const char *current;   /* A */
    const char *voltage;   /* V */
    const char *temp;      /* degC; may be missing in the file */
    const char *reference; /* 0..1; NULL: none is wanted */
};

#define MEASURED_NAMES                                                                             \
    {                                                                                              \
        "time_s", "current_a", "voltage_v", "temp_c", NULL                                         \
    }

/* Arrays of `count` from malloc(). */
struct measured_log {
    size_t count;
    double *time_s;
    double *current_a;
    double *voltage_v;
    double *temp_degc; /* NULL: not in the file */
    double *reference; /* NULL: not wanted */
};

/* Returns 0, or -1 with `error` "FILE:LINE: reason" and nothing to free. */
int measured_log_load(struct measured_log *log, const char *path,
                      const struct measured_names *names, char *error, size_t error_size);
void measured_log_free(struct measured_log *log);

#endif
