/*
 * value.h
 *		What customers are worth: the type clv, the sufficient input of its fit, and
 *		the arithmetic between the files of this capability.
 */
#ifndef ALIGN_VALUE_H
#define ALIGN_VALUE_H

#include "compat.h"

#include <math.h>

#include "base_state.h"

#define CLV_INPUT_MAX_ROWS	25000000	/* different ones; they fit into 1 GB */

/* A fitted model; NaN for what is not known. */
typedef struct Clv
{
	double		r;				/* BG/NBD: purchases of a customer alive */
	double		alpha;			/* in the unit of recency and age */
	double		a;				/* leaving after a purchase */
	double		b;
	double		p;				/* Gamma-Gamma: the mean amount of a purchase */
	double		q;
	double		gamma;
	double		log_likelihood;
	double		spend_log_likelihood;
	double		customer_count; /* on which it was fitted; a whole number */
	double		spender_count;	/* of these, with a known mean amount */
} Clv;

/* What the models need of a customer: the two forms of its past. */
typedef struct ClvCustomer
{
	int64		repeats;		/* purchases after the first one */
	double		recency;		/* from the first to the last one */
	double		age;			/* from the first one until now */
	double		mean;			/* amount of a repeated one; 0 when not known */
	int64		count;			/* customers of this kind */
} ClvCustomer;

typedef struct ClvInput
{
	State		state;
	int			count;
	int			size;
	bool		sorted;			/* by align_clv_input_sort: each kind once */
	ClvCustomer *customers;
} ClvInput;

/* value.c */
extern void align_clv_check_customer(int64 repeats, double recency, double age);
extern double align_clv_check_mean(double mean);
extern Clv *align_clv_get(Datum datum);
extern Datum align_clv_datum(const Clv *clv);

/* value_input.c */
extern ClvInput *align_clv_input_get(Datum datum, MemoryContext parent);
extern void align_clv_input_sort(ClvInput *input);

#endif							/* ALIGN_VALUE_H */
