/* SPDX-License-Identifier: Apache-2.0
 * What is known about one kind of cell: parameters over charge at one temperature, their factors
 * over temperature, and constants. Data only; sim/cells.h makes them into what a step reads.
 */
#ifndef HEARTH_SIM_CELL_DATA_H
#define HEARTH_SIM_CELL_DATA_H

struct sim_cell_row {
    double soc_percent;
    double ocv_discharge_v;
    double ocv_charge_v;
    double entropy_mv_per_k;
    double r0_mohm;
    double r1_mohm;
    double r2_mohm;
    double r2_charge_mohm; /* while charge polarisation is left, like the next */
    double tau2_charge_s;
};

struct sim_cell_factor_row {
    double degc;
    double factor1; /* of R0 and R1 */
    double factor2; /* of R2 */
    double usable;  /* part of the capacity at 0.2C, to compare with; no step uses it */
};

struct sim_cell_data {
    const struct sim_cell_row *rows; /* rising from 0 to 100 %, at multiples of 0.5 % */
    int row_count;
    const struct sim_cell_factor_row *factors; /* rising; held beyond the ends */
    int factor_count;
    double tau1_s;
    double tau2_s;
    double charge_efficiency;  /* of the charge, 0..1 */
    double hysteresis_per_soc; /* 1 over the charge that brings 63 % of the way */
    double overcharge_v_per_soc;
    double overdischarge_v_per_soc;
    double reference_degc; /* of the rows */
    double heat_j_per_k;
    double air_w_per_k; /* to the air around */
};

/* A prismatic LiFePO4 cell of 314 Ah in a pack of 16. */
extern const struct sim_cell_data sim_cell_lfp314;

#endif
