/*
 * attribution_markov.c
 *		Which share of the outcomes would be lost without a channel: the removal
 *		effect in a first-order Markov chain (Anderl, Becker, von Wangenheim and
 *		Schumann 2016, "Mapping the customer journey", International Journal of
 *		Research in Marketing 33).
 *
 * The chain goes from start over channels to conversion or null. With Q the
 * transitions between channels, N = (I - Q)^-1 holds the expected visits
 * (Kemeny and Snell 1960, Finite Markov Chains). A channel k is ever reached with
 * probability h_k = (p N)_k / N_kk, p being the transitions out of start, and
 * from there converts with probability x_k. To remove it is to send all that
 * enters it to null, which loses exactly h_k x_k: so one inversion serves all
 * channels. Channels that repeat and paths that go in circles are no matter.
 */
#include "compat.h"

#include <math.h>

#include "miscadmin.h"

#include "attribution.h"

/*
 * Inverts a square matrix in place by Gauss-Jordan elimination. I - Q of a chain
 * in which every state can end is a nonsingular M-matrix, whose pivots stay above
 * zero without exchanging rows.
 */
static void
invert(double *a, int n)
{
	for (int k = 0; k < n; k++)
	{
		double		pivot = a[(Size) k * n + k];

		CHECK_FOR_INTERRUPTS();
		a[(Size) k * n + k] = 1;
		for (int j = 0; j < n; j++)
			a[(Size) k * n + j] /= pivot;
		for (int i = 0; i < n; i++)
		{
			double		factor = a[(Size) i * n + k];

			if (i == k || factor == 0)
				continue;
			a[(Size) i * n + k] = 0;
			for (int j = 0; j < n; j++)
				a[(Size) i * n + j] -= factor * a[(Size) k * n + j];
		}
	}
}

/*
 * The removal effect of each channel, from how often each transition was made:
 * rows are the channels and start, columns the channels, conversion and null.
 * Where no path converts, all effects are 0.
 */
void
align_attribution_removal(const int64 *counts, int channels, double *removal)
{
	int			n = channels;
	double	   *inverse = palloc_extended(Max((Size) n * n, 1) * sizeof(double), MCXT_ALLOC_HUGE);
	double	   *out = palloc0((n + 1) * sizeof(double));	/* transitions out of */
	double		converts = 0;

	for (int i = 0; i <= n; i++)
		for (int j = 0; j < CHAIN_COLUMNS(n); j++)
			out[i] += counts[(Size) i * CHAIN_COLUMNS(n) + j];

	/* who leaves for the same channel stays: that changes nothing but N_kk */
	for (int i = 0; i < n; i++)
	{
		const int64 *row = &counts[(Size) i * CHAIN_COLUMNS(n)];
		double		left = out[i] - row[i];

		for (int j = 0; j < n; j++)
			inverse[(Size) i * n + j] = i == j ? 1 : left > 0 ? -row[j] / left : 0;
		out[i] = left;
	}
	invert(inverse, n);

	for (int k = 0; k < n; k++)
	{
		const int64 *start = &counts[(Size) CHAIN_START(n) * CHAIN_COLUMNS(n)];
		double		visits = 0;
		double		from_here = 0;

		for (int i = 0; i < n; i++)
		{
			if (start[i] > 0)
				visits += start[i] / out[n] * inverse[(Size) i * n + k];
			if (out[i] > 0)
				from_here += inverse[(Size) k * n + i] * counts[(Size) i * CHAIN_COLUMNS(n) + CHAIN_CONVERSION(n)] / out[i];
		}
		removal[k] = visits / inverse[(Size) k * n + k] * from_here;
		if (start[k] > 0)
			converts += start[k] / out[n] * from_here;
	}
	for (int k = 0; k < n; k++)
		removal[k] = converts > 0 ? Min(removal[k] / converts, 1) : 0;
	pfree(inverse);
	pfree(out);
}
