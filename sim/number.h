/* SPDX-License-Identifier: Apache-2.0
 * Arithmetic of the simulator: exponential and logarithm without libm, rounding at the doors,
 * clamping. The same bits on every machine. Inside sim/ physics is double in SI units (suffixes _v
 * _a _ohm _s _w _degc); what leaves the layer is integer in the units of the project.
 */
#ifndef HEARTH_SIM_NUMBER_H
#define HEARTH_SIM_NUMBER_H

#include <stdint.h>

/* e to the power x; relative error below 1e-13. x is held to -700..700. */
double sim_exp(double x);

/* 1 - exp(-x) for x >= 0, exact for small x too: the part of a step that a first-order state makes.
 */
double sim_approach(double x);

/* Natural logarithm of x > 0 (normal numbers only); absolute error below 1e-14 near 1. */
double sim_log(double x);

double sim_clamp(double value, double low, double high);

double sim_abs(double value);

/* Rounded half away from zero, saturated. */
int32_t sim_round(double value);

#endif
