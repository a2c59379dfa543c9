/*
 * forecast_student.c
 *		Student's t distribution: the share below a value, and the value below
 *		which a share lies.
 */
#include "compat.h"

#include "forecast.h"

/*
 * The continued fraction of the regularized incomplete beta function I_x(a, b)
 * (DLMF 8.17.22), by the modified method of Lentz. It ends quickly for x below
 * (a + 1) / (a + b + 2).
 */
static double
beta_fraction(double x, double a, double b)
{
	const double tiny = 1e-300;
	double		c = 1;
	double		d = 1 - (a + b) * x / (a + 1);
	double		value;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	value = d;
	for (int m = 1; m <= 1000; m++)
	{
		double		even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double		odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double		change;

		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		value *= d * c;
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		change = d * c;
		value *= change;
		if (fabs(change - 1) < 1e-15)
			break;
	}
	return value;
}

static double
incomplete_beta(double x, double a, double b)
{
	double		front;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(x, a, b) / a;
	return 1 - front * beta_fraction(1 - x, b, a) / b;
}

/*
 * The share of Student's t distribution below t; t may be infinite.
 */
double
align_student_below(double t, double degrees)
{
	double		tail;

	if (isinf(t))
		return t > 0 ? 1 : 0;
	tail = incomplete_beta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
	return t > 0 ? 1 - tail : tail;
}

/*
 * The value below which a share between one half and 1 lies. The distribution is
 * concave above 0, so that the steps of Newton's method from there never pass it.
 */
double
align_student_quantile(double share, double degrees)
{
	double		peak = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * M_PI);
	double		t = 0;

	for (int i = 0; i < 100; i++)
	{
		double		density = peak * pow(1 + t * t / degrees, -(degrees + 1) / 2);
		double		step = (share - align_student_below(t, degrees)) / density;

		t += step;
		if (step <= 1e-14 * t)
			break;
	}
	return t;
}
