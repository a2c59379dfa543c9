/*
 * base_special.h
 *		Tails and quantiles of the distributions that tests and intervals need.
 */
#ifndef ALIGN_BASE_SPECIAL_H
#define ALIGN_BASE_SPECIAL_H

#include "compat.h"

#include <math.h>

/* 97.5 % of a normal distribution lie below it */
#define ALIGN_NORMAL_975	1.959963984540054

extern double align_normal_density(double z);
extern double align_normal_tail(double z);
extern double align_normal_quantile(double p);
extern double align_log_rising(double a, double n);
extern double align_log_beta_shift(double a, double b, double c);
extern double align_beta_below(double x, double a, double b);
extern double align_beta_quantile(double p, double a, double b);
extern double align_chi_square_tail(double x, double df);
extern double align_student_two_tails(double t, double df);
extern double align_student_quantile(double p, double df);
extern double align_f_tail(double f, double df1, double df2);
extern void align_wilson(double won, double of, double *low, double *high);

#endif							/* ALIGN_BASE_SPECIAL_H */
