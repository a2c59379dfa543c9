/*
 * value_fit.c
 *		Fits the type clv by maximum likelihood.
 *
 *		SELECT align.clv_fit(input), align.log_likelihood(other_model, input);
 *
 * The likelihoods of BG/NBD and Gamma-Gamma depend on different parameters and
 * are maximised apart, each by Newton's method on the logarithms of its
 * parameters: the gradient is exact, the Hessian is made of its differences, and
 * is damped where the likelihood is not concave or a step does not help. It ends
 * where the gradient is zero and the Hessian that of a maximum; it fails where a
 * parameter runs away, which is how data say that they cannot tell it. Starts,
 * steps and their order are fixed, so the same input gives the same fit.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "value.h"

#define FIT_MAX_PARAMETERS	4
#define FIT_MAX_STEPS		200 /* of one start */
#define FIT_GRADIENT		1e-9	/* of the mean log likelihood: zero */
#define FIT_RANGE			9.210340371976184	/* ln 10,000: how far a
												 * parameter may go from its
												 * scale */

/* A log likelihood to maximise. */
typedef struct Problem
{
	const char *subject;		/* for an error */
	int			size;			/* number of parameters */
	const char *const *names;
	double		scales[FIT_MAX_PARAMETERS]; /* their natural size in the data */
	double		(*mean_log_likelihood) (const ClvInput *input, const double *parameters, double *gradient);
	const char *hint;
} Problem;

/*
 * The derivative of the logarithm of the gamma function, for x above 0: by
 * recurrence to 10, then its asymptotic series, to 1e-15.
 */
static double
digamma(double x)
{
	double		below = 0;
	double		square;

	for (; x < 10; x++)
		below += 1 / x;
	square = 1 / (x * x);
	return log(x) - 0.5 / x - below -
		square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square * (1.0 / 132 - square * (691.0 / 32760 - square / 12))))));
}

/*
 * BG/NBD (Fader, Hardie and Lee 2005, equation 6): parameters r, alpha, a, b;
 * the gradient, unless NULL, is by their logarithms. What depends on the number
 * of repeat purchases alone is made once for all rows that have it.
 */
static double
purchase_likelihood(const ClvInput *input, const double *parameters, double *gradient)
{
	double		r = parameters[0];
	double		alpha = parameters[1];
	double		a = parameters[2];
	double		b = parameters[3];
	int64		repeats = -1;
	double		common = 0;
	double		common_gradient[4] = {0};
	double		customers = 0;
	double		sum = 0;
	double		slopes[4] = {0};

	for (int i = 0; i < input->count; i++)
	{
		const ClvCustomer *row = &input->customers[i];
		double		x = row->repeats;
		double		alive;		/* logarithms of the likelihood when it has
								 * not left since the last purchase, */
		double		gone;		/* and when it has */
		double		high;
		double		share = 0;	/* of gone */

		if (row->repeats != repeats)
		{
			repeats = row->repeats;
			common = lgamma(r + x) - lgamma(r) + r * log(alpha) + lgamma(a + b) - lgamma(a + b + x) + lgamma(b + x) - lgamma(b);
			if (gradient != NULL)
			{
				double		both = digamma(a + b) - digamma(a + b + x);

				common_gradient[0] = digamma(r + x) - digamma(r) + log(alpha);
				common_gradient[1] = r / alpha;
				common_gradient[2] = both;
				common_gradient[3] = both + digamma(b + x) - digamma(b);
			}
		}
		alive = high = -(r + x) * log(alpha + row->age);
		if (x > 0)
		{
			gone = log(a / (b + x - 1)) - (r + x) * log(alpha + row->recency);
			high = Max(alive, gone);
			share = 1 / (1 + exp(alive - gone));
			high += log(exp(alive - high) + exp(gone - high));
		}
		sum += row->count * (common + high);
		customers += row->count;
		if (gradient != NULL)
		{
			slopes[0] += row->count * (common_gradient[0] - (1 - share) * log(alpha + row->age) - share * log(alpha + row->recency));
			slopes[1] += row->count * (common_gradient[1] - (r + x) * ((1 - share) / (alpha + row->age) + share / (alpha + row->recency)));
			slopes[2] += row->count * (common_gradient[2] + share / a);
			slopes[3] += row->count * (common_gradient[3] - (x > 0 ? share / (b + x - 1) : 0));
		}
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (int k = 0; gradient != NULL && k < 4; k++)
		gradient[k] = slopes[k] * parameters[k] / customers;
	return sum / customers;
}

/*
 * Gamma-Gamma (Fader and Hardie 2013, equation 1a) over the customers whose mean
 * amount is known: parameters p, q, gamma.
 */
static double
spend_likelihood(const ClvInput *input, const double *parameters, double *gradient)
{
	double		p = parameters[0];
	double		q = parameters[1];
	double		scale = parameters[2];
	int64		repeats = -1;
	double		common = 0;
	double		common_gradient[2] = {0};
	double		customers = 0;
	double		sum = 0;
	double		slopes[3] = {0};

	for (int i = 0; i < input->count; i++)
	{
		const ClvCustomer *row = &input->customers[i];
		double		x = row->repeats;
		double		total = x * row->mean;

		if (row->mean == 0)
			continue;
		if (row->repeats != repeats)
		{
			repeats = row->repeats;
			common = lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * log(scale);
			if (gradient != NULL)
			{
				common_gradient[0] = x * (digamma(p * x + q) - digamma(p * x));
				common_gradient[1] = digamma(p * x + q) - digamma(q) + log(scale);
			}
		}
		sum += row->count * (common - log(row->mean) + p * x * log(total) - (p * x + q) * log(scale + total));
		customers += row->count;
		if (gradient != NULL)
		{
			slopes[0] += row->count * (common_gradient[0] + x * (log(total) - log(scale + total)));
			slopes[1] += row->count * (common_gradient[1] - log(scale + total));
			slopes[2] += row->count * (q / scale - (p * x + q) / (scale + total));
		}
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (int k = 0; gradient != NULL && k < 3; k++)
		gradient[k] = slopes[k] * parameters[k] / customers;
	return sum / customers;
}

/*
 * Solves (hessian + damping) step = gradient by Cholesky's method; false when
 * that matrix is not positive definite.
 */
static bool
solve(int size, double hessian[][FIT_MAX_PARAMETERS], double damping, const double *gradient, double *step)
{
	double		root[FIT_MAX_PARAMETERS][FIT_MAX_PARAMETERS];

	for (int i = 0; i < size; i++)
		for (int j = 0; j <= i; j++)
		{
			double		rest = hessian[i][j] + (i == j ? damping : 0);

			for (int k = 0; k < j; k++)
				rest -= root[i][k] * root[j][k];
			if (i != j)
				root[i][j] = rest / root[j][j];
			else if (!(rest > 1e-14 * fabs(hessian[i][i])))
				return false;
			else
				root[i][i] = sqrt(rest);
		}
	for (int i = 0; i < size; i++)
	{
		step[i] = gradient[i];
		for (int k = 0; k < i; k++)
			step[i] -= root[i][k] * step[k];
		step[i] /= root[i][i];
	}
	for (int i = size - 1; i >= 0; i--)
	{
		for (int k = i + 1; k < size; k++)
			step[i] -= root[k][i] * step[k];
		step[i] /= root[i][i];
	}
	return true;
}

/*
 * One climb from parameters, which become those where it ended. NULL when that
 * is the maximum, else what was wrong.
 */
static const char *
climb(const Problem *problem, const ClvInput *input, double *parameters)
{
	int			size = problem->size;
	double		damping = 1e-3;
	double		gradient[FIT_MAX_PARAMETERS];
	double		likelihood = problem->mean_log_likelihood(input, parameters, gradient);

	for (int steps = 0; steps < FIT_MAX_STEPS; steps++)
	{
		double		hessian[FIT_MAX_PARAMETERS][FIT_MAX_PARAMETERS];
		double		step[FIT_MAX_PARAMETERS];
		double		steepest = 0;

		for (int i = 0; i < size; i++)
		{
			double		moved[FIT_MAX_PARAMETERS];
			double		above[FIT_MAX_PARAMETERS];
			double		below[FIT_MAX_PARAMETERS];

			memcpy(moved, parameters, sizeof(moved));
			moved[i] = parameters[i] * exp(1e-4);
			problem->mean_log_likelihood(input, moved, above);
			moved[i] = parameters[i] * exp(-1e-4);
			problem->mean_log_likelihood(input, moved, below);
			for (int j = 0; j < size; j++)
				hessian[i][j] = (below[j] - above[j]) / 2e-4;
			steepest = Max(steepest, fabs(gradient[i]));
		}
		for (int i = 0; i < size; i++)
			for (int j = 0; j < i; j++)
				hessian[i][j] = hessian[j][i] = (hessian[i][j] + hessian[j][i]) / 2;
		if (steepest <= FIT_GRADIENT && solve(size, hessian, 0, gradient, step))
			return NULL;

		/* a step that helps, or none within reason */
		for (;;)
		{
			double		tried[FIT_MAX_PARAMETERS];
			double		tried_gradient[FIT_MAX_PARAMETERS];
			double		reached;

			if (damping > 1e10)
				return "the likelihood is flat there";
			if (solve(size, hessian, damping, gradient, step))
			{
				for (int i = 0; i < size; i++)
					tried[i] = parameters[i] * exp(Max(-2, Min(2, step[i])));
				reached = problem->mean_log_likelihood(input, tried, tried_gradient);
				if (reached >= likelihood - 1e-13 * fabs(likelihood))
				{
					memcpy(parameters, tried, sizeof(tried));
					memcpy(gradient, tried_gradient, sizeof(gradient));
					likelihood = reached;
					damping = damping > 1e-10 ? damping / 10 : 0;
					break;
				}
			}
			damping = Max(damping * 10, 1e-6);
		}
		for (int i = 0; i < size; i++)
			if (fabs(log(parameters[i] / problem->scales[i])) > FIT_RANGE)
				return psprintf("%s runs away", problem->names[i]);
	}
	return "the likelihood still rises";
}

/*
 * Finds the maximum, from one start after the other; the first one that ends in
 * a maximum decides.
 */
static void
fit(const Problem *problem, const ClvInput *input, double *parameters)
{
	static const double starts[][FIT_MAX_PARAMETERS] = {
		{1, 1, 1, 2}, {0.3, 0.3, 0.5, 3}, {5, 3, 0.2, 0.5}, {20, 20, 5, 20}
	};
	const char *fault = NULL;
	StringInfoData ended;

	for (int start = 0; start < lengthof(starts); start++)
	{
		for (int i = 0; i < problem->size; i++)
			parameters[i] = starts[start][i] * problem->scales[i];
		fault = climb(problem, input, parameters);
		if (fault == NULL)
			return;
	}
	initStringInfo(&ended);
	for (int i = 0; i < problem->size; i++)
		appendStringInfo(&ended, "%s%s = %.4g", i > 0 ? ", " : "", problem->names[i], parameters[i]);
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s: no fit", problem->subject),
			 errdetail("Tried were %d starts of up to %d steps each; the last ended at %s: %s.",
					   (int) lengthof(starts), FIT_MAX_STEPS, ended.data, fault),
			 errhint("%s", problem->hint)));
}

/* clv_fit(clv_input) */
PG_FUNCTION_INFO_V1(align_clv_fit);
Datum
align_clv_fit(PG_FUNCTION_ARGS)
{
	static const char *const purchase_names[] = {"r", "alpha", "a", "b"};
	static const char *const spend_names[] = {"p", "q", "gamma"};
	ClvInput   *input = align_clv_input_get(PG_GETARG_DATUM(0), CurrentMemoryContext);
	Problem		purchases = {
		"how often customers buy", 4, purchase_names, {1, 1, 1, 1}, purchase_likelihood,
		"Customers must differ in how often they buy and in when they stop. Take more of them or a longer time, or give a clv of known parameters."
	};
	Problem		spend = {
		"how much customers spend", 3, spend_names, {1, 1, 1}, spend_likelihood,
		"Customers must differ in what they spend, beyond what one customer's purchases do. Take more of them, or leave out the amounts."
	};
	double		parameters[FIT_MAX_PARAMETERS];
	double		customers = 0;
	double		repeaters = 0;
	double		spenders = 0;
	double		ages = 0;
	double		means = 0;
	Clv			clv;

	align_clv_input_sort(input);
	for (int i = 0; i < input->count; i++)
	{
		const ClvCustomer *row = &input->customers[i];

		customers += row->count;
		ages += row->count * row->age;
		if (row->repeats > 0)
			repeaters += row->count;
		if (row->mean > 0)
		{
			spenders += row->count;
			means += row->count * log(row->mean);
		}
	}
	if (customers == 0)
		PG_RETURN_NULL();
	if (repeaters == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("how often customers buy: no fit"),
				 errdetail("None of %.0f customers bought again.", customers),
				 errhint("Take more customers or a longer time.")));
	purchases.scales[1] = ages / customers;
	fit(&purchases, input, parameters);
	clv.r = parameters[0];
	clv.alpha = parameters[1];
	clv.a = parameters[2];
	clv.b = parameters[3];
	clv.log_likelihood = purchase_likelihood(input, parameters, NULL) * customers;
	clv.customer_count = customers;
	clv.spender_count = spenders;
	clv.p = clv.q = clv.gamma = clv.spend_log_likelihood = get_float8_nan();
	if (spenders > 0)
	{
		spend.scales[2] = exp(means / spenders);
		fit(&spend, input, parameters);
		clv.p = parameters[0];
		clv.q = parameters[1];
		clv.gamma = parameters[2];
		clv.spend_log_likelihood = spend_likelihood(input, parameters, NULL) * spenders;
	}
	PG_RETURN_DATUM(align_clv_datum(&clv));
}

static Datum
likelihood_of(FunctionCallInfo fcinfo, bool of_spend)
{
	const Clv  *clv = align_clv_get(PG_GETARG_DATUM(0));
	ClvInput   *input = align_clv_input_get(PG_GETARG_DATUM(1), CurrentMemoryContext);
	double		purchase_parameters[] = {clv->r, clv->alpha, clv->a, clv->b};
	double		spend_parameters[] = {clv->p, clv->q, clv->gamma};
	double		customers = 0;
	double		result;

	align_clv_input_sort(input);
	for (int i = 0; i < input->count; i++)
		if (!of_spend || input->customers[i].mean > 0)
			customers += input->customers[i].count;
	if (customers == 0)
		PG_RETURN_NULL();
	result = customers * (of_spend ? spend_likelihood(input, spend_parameters, NULL)
						  : purchase_likelihood(input, purchase_parameters, NULL));
	if (isnan(result) || isinf(result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

/* log_likelihood(clv, clv_input) */
PG_FUNCTION_INFO_V1(align_clv_log_likelihood);
Datum
align_clv_log_likelihood(PG_FUNCTION_ARGS)
{
	return likelihood_of(fcinfo, false);
}

/* spend_log_likelihood(clv, clv_input) */
PG_FUNCTION_INFO_V1(align_clv_spend_log_likelihood);
Datum
align_clv_spend_log_likelihood(PG_FUNCTION_ARGS)
{
	return likelihood_of(fcinfo, true);
}
