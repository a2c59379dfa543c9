/*
 * base_special.c
 *		Tails and quantiles of the normal, beta, chi-square, Student and F
 *		distributions, and differences of log-gammas.
 *
 *		align_chi_square_tail(3.841459, 1) is 0.05
 *
 * All stay exact for large parameters: where log-gammas of n would cancel, the
 * powers are written as deviations from their mode (Loader 2000, "Fast and
 * accurate computation of binomial probabilities"), with Stirling's error apart.
 * Numbers in the tests are those of printed tables.
 */
#include "compat.h"

#include <float.h>

#include "miscadmin.h"

#include "base_special.h"

#define HALF_LOG_TWO_PI	0.918938533204672741780
#define SQRT_TWO_PI		2.506628274631000502416
#define TINY			1e-300

/* past so many degrees of freedom Student's t is the normal to 1e-9 */
#define STUDENT_IS_NORMAL	1e9

double
align_normal_density(double z)
{
	return exp(-z * z / 2) / SQRT_TWO_PI;
}

/* The share of a normal distribution above z. */
double
align_normal_tail(double z)
{
	return erfc(z * M_SQRT1_2) / 2;
}

/*
 * The z below which a share p of a normal distribution lies, 0 < p < 1: formula
 * 26.2.23 of Abramowitz and Stegun (error below 4.5e-4), made exact by two steps
 * of Halley's method, each of which cubes the error.
 */
double
align_normal_quantile(double p)
{
	double		tail = Min(p, 1 - p);
	double		t = sqrt(-2 * log(tail));
	double		z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
	(1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

	for (int i = 0; i < 2; i++)
	{
		double		step = (align_normal_tail(z) - tail) / align_normal_density(z);

		z += step / (1 - step * z / 2);
	}
	return p < 0.5 ? -z : z;
}

/* lgamma(x) less (x - 1/2) ln x - x + ln(2 pi) / 2 */
static double
stirling_error(double x)
{
	double		r = 1 / (x * x);

	if (x < 15)
		return lgamma(x) - ((x - 0.5) * log(x) - x + HALF_LOG_TWO_PI);
	return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / x;
}

/* ln(x / mode) - (x / mode - 1), also where both are near each other */
static double
log_less(double x, double mode)
{
	double		u = (x - mode) / mode;
	double		r = u / (2 + u);
	double		power = r * r;
	double		sum = 0;

	if (fabs(u) > 0.3)
		return log(x / mode) - u;
	/* ln(1 + u) = 2 (r + r^3 / 3 + r^5 / 5 + ...) */
	for (int i = 3; i < 25; i += 2, power *= r * r)
		sum += power / i;
	return r * (2 * sum - u);
}

/* ln of gamma(a + n) / gamma(a) */
double
align_log_rising(double a, double n)
{
	return (a - 0.5) * log1p(n / a) + n * (log(a + n) - 1) +
		stirling_error(a + n) - stirling_error(a);
}

/* ln of B(a, b + c) / B(a, b) */
double
align_log_beta_shift(double a, double b, double c)
{
	double		sum = a + b + c;

	return (b - 0.5) * log1p(a / b * (c / sum)) + c * log1p(-a / sum) + a * log1p(-c / sum) +
		stirling_error(b + c) - stirling_error(b) - stirling_error(sum) + stirling_error(a + b);
}

/* x^a (1 - x)^b / B(a, b) */
static double
beta_power(double x, double a, double b)
{
	double		mode = a / (a + b);
	double		rest = b / (a + b);

	return exp(a * log_less(x, mode) + b * log_less(1 - x, rest) +
			   stirling_error(a + b) - stirling_error(a) - stirling_error(b)) *
		sqrt(a * rest) / SQRT_TWO_PI;
}

/*
 * A continued fraction 1 / (1 + d1 / (1 + d2 / ...)), evaluated by Lentz's
 * method: one step of it.
 */
typedef struct Fraction
{
	double		c;
	double		d;
	double		value;
} Fraction;

static double
no_zero(double x)
{
	return fabs(x) < TINY ? TINY : x;
}

static bool
fraction_step(Fraction *f, double numerator, double term)
{
	double		delta;

	f->d = 1 / no_zero(term + numerator * f->d);
	f->c = no_zero(term + numerator / f->c);
	delta = f->c * f->d;
	f->value *= delta;
	return fabs(delta - 1) < 4 * DBL_EPSILON;
}

/*
 * The share of a beta distribution below x, I_x(a, b): continued fraction
 * 8.17.22 of the NIST Digital Library of Mathematical Functions, which takes in
 * the order of sqrt(a + b) steps.
 */
double
align_beta_below(double x, double a, double b)
{
	Fraction	f = {1, 0, 1};

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	if (x > (a + 1) / (a + b + 2))
		return 1 - align_beta_below(1 - x, b, a);
	f.d = 1 / no_zero(1 - (a + b) * x / (a + 1));
	f.value = f.d;
	for (double m = 1;; m++)
	{
		fraction_step(&f, m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), 1);
		if (fraction_step(&f, -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1))
			break;
		CHECK_FOR_INTERRUPTS();
	}
	return Min(beta_power(x, a, b) / a * f.value, 1);
}

/* The x below which a share p of a beta distribution lies, by bisection. */
double
align_beta_quantile(double p, double a, double b)
{
	double		low = 0;
	double		high = 1;

	for (int i = 0; i < 1100 && high - low > 2 * DBL_EPSILON * high; i++)
	{
		double		x = (low + high) / 2;

		if (align_beta_below(x, a, b) < p)
			low = x;
		else
			high = x;
	}
	return (low + high) / 2;
}

/*
 * The share of a chi-square distribution above x, which is the upper incomplete
 * gamma function Q(df / 2, x / 2): its series 8.11.4 or its continued fraction
 * 8.9.2 of the NIST Digital Library of Mathematical Functions.
 */
double
align_chi_square_tail(double x, double df)
{
	double		a = df / 2;
	double		factor;

	x /= 2;
	if (x <= 0)
		return 1;
	factor = exp(a * log_less(x, a) - stirling_error(a)) * sqrt(a) / SQRT_TWO_PI;
	if (x < a + 1)
	{
		double		term = 1 / a;
		double		sum = term;

		for (double n = 1; term > sum * DBL_EPSILON; n++)
		{
			term *= x / (a + n);
			sum += term;
			CHECK_FOR_INTERRUPTS();
		}
		return 1 - factor * sum;
	}
	else
	{
		double		term = x + 1 - a;
		Fraction	f = {1 / TINY, 1 / term, 1 / term};

		for (double n = 1;; n++)
		{
			if (fraction_step(&f, -n * (n - a), term += 2))
				break;
			CHECK_FOR_INTERRUPTS();
		}
		return factor * f.value;
	}
}

/* The share of Student's distribution that is farther from 0 than t. */
double
align_student_two_tails(double t, double df)
{
	if (df > STUDENT_IS_NORMAL)
		return 2 * align_normal_tail(fabs(t));
	if (t * t < df)
		return 1 - align_beta_below(t * t / (df + t * t), 0.5, df / 2);
	return align_beta_below(1 / (1 + t / df * t), df / 2, 0.5);
}

/* The t below which a share p of Student's distribution lies, 0.5 < p < 1. */
double
align_student_quantile(double p, double df)
{
	double		y;

	if (df > STUDENT_IS_NORMAL)
		return align_normal_quantile(p);
	y = align_beta_quantile(2 * p - 1, 0.5, df / 2);
	return sqrt(df * y / (1 - y));
}

/* The share of an F distribution above f. */
double
align_f_tail(double f, double df1, double df2)
{
	return align_beta_below(1 / (1 + f * (df1 / df2)), df2 / 2, df1 / 2);
}

/* The 95 % interval of a rate (Wilson 1927, without continuity correction). */
void
align_wilson(double won, double of, double *low, double *high)
{
	const double z = ALIGN_NORMAL_975;
	double		rate = won / of;
	double		middle = (won + z * z / 2) / (of + z * z);
	double		half = z / (of + z * z) * sqrt(won * (1 - rate) + z * z / 4);

	*low = won == 0 ? 0 : middle - half;
	*high = won == of ? 1 : middle + half;
}
