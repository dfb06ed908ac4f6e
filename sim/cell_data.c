/* SPDX-License-Identifier: Apache-2.0
 * The cell's parameters at 25 degC over charge, and their factors over temperature. Parameters from
 * impedance spectra of one 314 Ah LiFePO4 cell and inferred values. Measured: discharge rest
 * voltage and R0, R1, R2 of the rows 20..95 %. Inferred: all other rows, every charge branch (no
 * rest data after charging were found for this cell), the charge side of R2 and its time constant.
 * Entropy: from a small A123 cell of the same chemistry, ends smoothed.
 */
#include "sim/cell_data.h"

#include "base/number.h"

/* SOC %; rest voltage after discharge, after charge, V; entropy, mV/K; R0, R1, R2, R2 while charge
 * polarisation is left, milliohm; slow time constant then, s. The other time constants are 1.25 s
 * and 20 s throughout. */
static const struct sim_cell_row ROWS[] = {
    {0.0,   2.6,    2.63,   0.2,   0.235,  0.16,   2.6,    2.6,    20.0 },
    {1.0,   2.8,    2.828,  0.2,   0.23,   0.15,   2.2,    2.2,    20.0 },
    {2.0,   2.92,   2.946,  0.2,   0.226,  0.14,   1.9,    1.9,    20.0 },
    {3.0,   3.0,    3.025,  0.2,   0.223,  0.135,  1.6,    1.6,    20.0 },
    {5.0,   3.105,  3.129,  0.2,   0.219,  0.125,  1.25,   1.25,   20.0 },
    {7.5,   3.17,   3.193,  0.085, 0.215,  0.115,  1.0,    1.0,    20.0 },
    {10.0,  3.203,  3.225,  -0.03, 0.213,  0.108,  0.85,   0.85,   20.0 },
    {15.0,  3.227,  3.247,  -0.02, 0.211,  0.101,  0.66,   0.66,   20.0 },
    {20.0,  3.2486, 3.2666, -0.08, 0.2088, 0.095,  0.5517, 0.5517, 20.0 },
    {25.0,  3.2642, 3.2822, -0.08, 0.2097, 0.0922, 0.5095, 0.5095, 20.0 },
    {30.0,  3.2814, 3.2964, -0.09, 0.2099, 0.09,   0.4745, 0.4745, 20.0 },
    {35.0,  3.2852, 3.3002, 0.0,   0.2093, 0.0881, 0.4439, 0.4439, 20.0 },
    {40.0,  3.2861, 3.3016, 0.13,  0.2086, 0.0858, 0.4201, 0.4201, 20.0 },
    {45.0,  3.2868, 3.3023, 0.19,  0.2081, 0.0836, 0.4003, 0.4003, 20.0 },
    {50.0,  3.2878, 3.3038, 0.17,  0.2065, 0.0818, 0.3836, 0.3836, 20.0 },
    {55.0,  3.2899, 3.3079, 0.13,  0.2064, 0.0813, 0.3807, 0.3807, 20.0 },
    {60.0,  3.3073, 3.3253, 0.1,   0.2058, 0.0844, 0.4275, 0.4275, 20.0 },
    {65.0,  3.3261, 3.3391, 0.08,  0.2049, 0.0816, 0.3911, 0.3911, 20.0 },
    {70.0,  3.3263, 3.3395, 0.06,  0.2048, 0.0792, 0.3757, 0.3757, 20.0 },
    {75.0,  3.3267, 3.3399, 0.05,  0.2062, 0.077,  0.3592, 0.3592, 20.0 },
    {80.0,  3.327,  3.3402, 0.02,  0.203,  0.0732, 0.3448, 0.3448, 20.0 },
    {85.0,  3.3273, 3.3405, -0.01, 0.202,  0.0699, 0.3295, 0.3295, 20.0 },
    {90.0,  3.3274, 3.3408, -0.05, 0.2013, 0.0662, 0.3134, 0.3134, 20.0 },
    {95.0,  3.3275, 3.3415, -0.1,  0.2014, 0.0612, 0.3063, 0.3063, 20.0 },
    {97.0,  3.3277, 3.3427, -0.1,  0.201,  0.062,  0.31,   0.45,   25.0 },
    {98.0,  3.329,  3.346,  -0.1,  0.201,  0.065,  0.34,   0.8,    30.0 },
    {99.0,  3.336,  3.36,   -0.1,  0.202,  0.075,  0.42,   1.8,    40.0 },
    {99.5,  3.352,  3.386,  -0.1,  0.203,  0.09,   0.55,   3.5,    60.0 },
    {100.0, 3.4,    3.45,   -0.1,  0.205,  0.12,   0.8,    33.0,   150.0},
};

/* degC; factor of R0 and R1; factor of R2; part of the capacity that 0.2C brings to 2.5 V
 * (inferred; a result to compare with, no step uses it). Shape of the factors from an A123 cell at
 * eight temperatures, 20 and 30 degC from the 314 Ah cell, above 45 degC extrapolated. */
static const struct sim_cell_factor_row FACTORS[] = {
    {-25.0, 14.1,  7.276, 0.72 },
    {-20.0, 9.432, 5.382, 0.78 },
    {-15.0, 6.31,  3.981, 0.83 },
    {-10.0, 4.387, 3.031, 0.87 },
    {-5.0,  3.05,  2.308, 0.905},
    {0.0,   2.356, 1.902, 0.935},
    {5.0,   1.82,  1.567, 0.955},
    {10.0,  1.508, 1.361, 0.97 },
    {15.0,  1.25,  1.182, 0.985},
    {20.0,  1.117, 1.135, 0.995},
    {25.0,  1.0,   1.0,   1.0  },
    {30.0,  0.944, 0.909, 1.003},
    {35.0,  0.873, 0.903, 1.006},
    {40.0,  0.83,  0.87,  1.007},
    {45.0,  0.789, 0.837, 1.008},
    {50.0,  0.758, 0.812, 1.008},
    {55.0,  0.728, 0.788, 1.008},
    {60.0,  0.7,   0.765, 1.006},
};

/* Heat: 116 kJ/K of a pack in 16 cells behind 0.11 K/W (estimates; cell and pack facts, section
 * 1.2). Efficiency and what lies beyond empty and full: inferred (sections 1.2 and 1.5). */
const struct sim_cell_data sim_cell_lfp314 = {
    .rows = ROWS,
    .row_count = COUNT(ROWS),
    .factors = FACTORS,
    .factor_count = COUNT(FACTORS),
    .tau1_s = 1.25,
    .tau2_s = 20.0,
    .charge_efficiency = 0.999,
    .hysteresis_per_soc = 10.0,
    .overcharge_v_per_soc = 15.0,
    .overdischarge_v_per_soc = 80.0,
    .reference_degc = 25.0,
    .heat_j_per_k = 116000.0 / 16,
    .air_w_per_k = 1.0 / (0.11 * 16),
};
