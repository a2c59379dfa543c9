/*
 * recency.c
 *		Does the mix of effort follow the last win? And how concentrated is it?
 *
 *		SELECT p, reaction FROM align.recency_test(mix, wins);
 *		SELECT hhi, effective_count FROM align.concentration('{40,30,20,10}');
 *
 * Both are pure functions of arrays. A matrix has a row per period, in order, and
 * a column per category; rows are made shares. Of each period t it takes
 *
 *		shift		d(t) = mix(t) - mix(t-1)
 *		surprise	s(t) = share of wins(t-1) - record(t-1)
 *
 * where record(t) is the share of all wins before t, to which one period is added
 * that is won as usual(t), the mean mix before t: a short record weighs little.
 * What the longer history supports is three vectors:
 *
 *		record(t) - mix(t-1)	to what has won, the last wins among it
 *		usual(t) - mix(t-1)		back to the usual
 *		mix(t-1) - mix(t-2)		on as before
 *
 * From shift and surprise each category's mean over periods is taken, and all
 * that these three explain. What is left of both is correlated over all cells.
 * By chance it would be as it is with the periods of the one in any other order.
 */
#include "compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "base.h"

#define MAX_PERIODS			600
#define MAX_CATEGORIES		1000
#define MAX_PERMUTATIONS	1000000
#define MAX_AMOUNT			1e100
#define MIN_SHIFTS			8
#define SUPPORTS			3	/* vectors of what history supports */

/* of what history leaves of the shift, the last wins explain: a trap from here on */
#define TRAP_EXPLAINED		0.05
#define TRAP_P				0.05

/* squares of shares below are rounding */
#define NOTHING				1e-20
/* correlations nearer than that are one */
#define SLACK				1e-10

typedef struct Matrix
{
	int			rows;
	int			columns;
	double	   *cells;			/* shares, by rows */
	double	   *totals;			/* of each row, before it was made shares */
} Matrix;

/* What is added to the sums when period i of the surprise meets period j of the shift. */
typedef struct Meeting
{
	double		product;
	double		supported[SUPPORTS];
} Meeting;

typedef struct Shifts
{
	int			count;			/* of periods with all that is needed */
	int			cells;			/* times categories */
	double	   *shift;
	double	   *surprise;
	double	   *support[SUPPORTS];
	double		shift_squares;	/* once the means are taken */
	double		rest_squares;	/* of shift, once the supports are taken */
	double		surprise_squares;
} Shifts;

/* SplitMix64 (Steele, Lea and Flood 2014) */
static inline uint64
draw(uint64 *state)
{
	uint64		z = (*state += UINT64CONST(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static void
check_amount(double amount, bool is_null, const char *place)
{
	if (is_null)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("invalid amount%s: NULL", place),
				 errdetail("An amount is a number."),
				 errhint("Write 0 where there was nothing.")));
	if (!(amount >= 0 && amount <= MAX_AMOUNT))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid amount%s: %s", place, float8out_internal(amount)),
				 errdetail("An amount is 0 to 1e100."),
				 errhint("Write 0 where more came back than went out.")));
}

static Matrix
read_matrix(FunctionCallInfo fcinfo, int argument, const char *name)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);
	Matrix		matrix = {0};
	Datum	   *values;
	bool	   *nulls;
	int			count;

	if (ARR_NDIM(array) == 0)
		return matrix;
	if (ARR_NDIM(array) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid %s: an array of %d dimensions", name, ARR_NDIM(array)),
				 errdetail("It has a row per period and in it an amount per category."),
				 errhint("Gather it by array_agg of array_agg.")));
	matrix.rows = ARR_DIMS(array)[0];
	matrix.columns = ARR_DIMS(array)[1];
	if (matrix.rows > MAX_PERIODS || matrix.columns > MAX_CATEGORIES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too large %s: %d periods of %d categories", name, matrix.rows, matrix.columns),
				 errdetail("At most %d periods of %d categories are read.", MAX_PERIODS, MAX_CATEGORIES),
				 errhint("Take longer periods, or put small categories together.")));
	deconstruct_array(array, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values, &nulls, &count);
	matrix.cells = palloc(count * sizeof(double));
	matrix.totals = palloc0(matrix.rows * sizeof(double));
	for (int i = 0; i < count; i++)
	{
		matrix.cells[i] = DatumGetFloat8(values[i]);
		if (nulls[i] || !(matrix.cells[i] >= 0 && matrix.cells[i] <= MAX_AMOUNT))
			check_amount(matrix.cells[i], nulls[i],
						 psprintf(" in %s, period %d, category %d", name, i / matrix.columns + 1, i % matrix.columns + 1));
		matrix.totals[i / matrix.columns] += matrix.cells[i];
	}
	for (int i = 0; i < count; i++)
		if (matrix.totals[i / matrix.columns] > 0)
			matrix.cells[i] /= matrix.totals[i / matrix.columns];
	return matrix;
}

static inline const double *
row_of(const Matrix *matrix, int row)
{
	return matrix->cells + row * matrix->columns;
}

static double
product(const double *a, const double *b, int count)
{
	double		sum = 0;

	for (int i = 0; i < count; i++)
		sum += a[i] * b[i];
	return sum;
}

static void
subtract(double *from, const double *what, double times, int count)
{
	for (int i = 0; i < count; i++)
		from[i] -= times * what[i];
}

/*
 * The shifts whose three periods have a mix, and whose last one has wins and a mix
 * before it.
 */
static Shifts
gather(const Matrix *mix, const Matrix *wins)
{
	int			columns = mix->columns;
	Size		room = (Size) mix->rows * columns * sizeof(double);
	Shifts		shifts = {0};
	double	   *mix_sum = palloc0(columns * sizeof(double));	/* both before t - 1 */
	double	   *win_sum = palloc0(columns * sizeof(double));
	double		win_total = 0;
	int			mixes = 0;
	int			won = 0;		/* periods with wins before t - 1 */

	shifts.shift = palloc(room);
	shifts.surprise = palloc(room);
	for (int s = 0; s < SUPPORTS; s++)
		shifts.support[s] = palloc(room);
	for (int t = 1; t < mix->rows; t++)
	{
		const double *now = row_of(mix, t);
		const double *last = row_of(mix, t - 1);
		const double *win = row_of(wins, t - 1);
		double		total = wins->totals[t - 1];
		bool		has_last = mix->totals[t - 1] > 0;

		if (t > 1 && mix->totals[t] > 0 && has_last && mix->totals[t - 2] > 0 && total > 0)
		{
			const double *before = row_of(mix, t - 2);

			/* one period's wins, that the record is made longer by */
			double		prior = won > 0 ? win_total / won : 1;
			double		prior_next = (win_total + total) / (won + 1);

			for (int k = 0; k < columns; k++)
			{
				int			cell = shifts.cells + k;
				double		usual = mix_sum[k] / mixes;
				double		usual_next = (mix_sum[k] + last[k]) / (mixes + 1);
				double		record = (win_sum[k] + prior * usual) / (win_total + prior);
				double		record_next = (win_sum[k] + total * win[k] + prior_next * usual_next) / (win_total + total + prior_next);

				shifts.shift[cell] = now[k] - last[k];
				shifts.surprise[cell] = win[k] - record;
				shifts.support[0][cell] = record_next - last[k];
				shifts.support[1][cell] = usual_next - last[k];
				shifts.support[2][cell] = last[k] - before[k];
			}
			shifts.count++;
			shifts.cells += columns;
		}
		for (int k = 0; k < columns; k++)
		{
			mix_sum[k] += has_last ? last[k] : 0;
			win_sum[k] += total > 0 ? total * win[k] : 0;
		}
		mixes += has_last;
		win_total += total;
		won += total > 0;
	}
	return shifts;
}

static void
take_means(double *cells, int rows, int columns)
{
	for (int k = 0; k < columns; k++)
	{
		double		sum = 0;

		for (int i = 0; i < rows; i++)
			sum += cells[i * columns + k];
		for (int i = 0; i < rows; i++)
			cells[i * columns + k] -= sum / rows;
	}
}

/*
 * Makes the supports orthonormal (Gram-Schmidt, each twice for the sake of
 * rounding) and takes what they explain from shift and surprise. A support that
 * the others hold becomes 0.
 */
static void
take_supports(Shifts *shifts, int columns)
{
	take_means(shifts->shift, shifts->count, columns);
	take_means(shifts->surprise, shifts->count, columns);
	shifts->shift_squares = product(shifts->shift, shifts->shift, shifts->cells);
	for (int s = 0; s < SUPPORTS; s++)
	{
		double	   *support = shifts->support[s];
		double		squares;
		double		left;

		take_means(support, shifts->count, columns);
		squares = product(support, support, shifts->cells);
		for (int twice = 0; twice < 2; twice++)
			for (int other = 0; other < s; other++)
				subtract(support, shifts->support[other], product(support, shifts->support[other], shifts->cells), shifts->cells);
		left = product(support, support, shifts->cells);
		for (int i = 0; i < shifts->cells; i++)
			support[i] = left > 1e-12 * squares && left > NOTHING * shifts->cells ? support[i] / sqrt(left) : 0;
		for (int twice = 0; twice < 2; twice++)
		{
			subtract(shifts->shift, support, product(shifts->shift, support, shifts->cells), shifts->cells);
			subtract(shifts->surprise, support, product(shifts->surprise, support, shifts->cells), shifts->cells);
		}
		CHECK_FOR_INTERRUPTS();
	}
	shifts->rest_squares = product(shifts->shift, shifts->shift, shifts->cells);
	shifts->surprise_squares = product(shifts->surprise, shifts->surprise, shifts->cells);
}

/*
 * The correlation of surprise with the shift in another order of periods. The
 * shift in that order is again freed of what the supports explain (Freedman and
 * Lane 1983), of which its means have none: they stay 0.
 */
static double
correlate(const Shifts *shifts, const Meeting *meetings, const int *order)
{
	Meeting		sum = {0};
	double		rest = shifts->rest_squares;

	for (int i = 0; i < shifts->count; i++)
	{
		const Meeting *meeting = &meetings[i * shifts->count + order[i]];

		sum.product += meeting->product;
		for (int s = 0; s < SUPPORTS; s++)
			sum.supported[s] += meeting->supported[s];
	}
	for (int s = 0; s < SUPPORTS; s++)
		rest -= sum.supported[s] * sum.supported[s];
	if (rest <= SLACK * shifts->rest_squares)
		return 0;
	return sum.product / sqrt(shifts->surprise_squares * rest);
}

/* How many of so many random orders correlate at least as much as the true one. */
static int
count_as_high(const Shifts *shifts, int columns, int permutations, uint64 seed)
{
	int			count = shifts->count;
	Meeting    *meetings = palloc((Size) count * count * sizeof(Meeting));
	int		   *order = palloc(count * sizeof(int));
	double		observed;
	int			as_high = 0;

	for (int i = 0; i < count; i++)
	{
		order[i] = i;
		for (int j = 0; j < count; j++)
		{
			Meeting    *meeting = &meetings[i * count + j];
			const double *shift = shifts->shift + j * columns;

			meeting->product = product(shifts->surprise + i * columns, shift, columns);
			for (int s = 0; s < SUPPORTS; s++)
				meeting->supported[s] = product(shifts->support[s] + i * columns, shift, columns);
		}
		CHECK_FOR_INTERRUPTS();
	}
	observed = correlate(shifts, meetings, order);
	for (int n = 0; n < permutations; n++)
	{
		for (int i = count - 1; i > 0; i--)
		{
			int			j = (int) (((draw(&seed) >> 32) * (uint64) (i + 1)) >> 32);
			int			swapped = order[i];

			order[i] = order[j];
			order[j] = swapped;
		}
		as_high += correlate(shifts, meetings, order) >= observed - SLACK;
		if (n % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return as_high;
}

/* Categories in which there ever was anything. */
static int
count_used(const Matrix *mix)
{
	int			used = 0;

	for (int k = 0; k < mix->columns; k++)
	{
		bool		is_used = false;

		for (int t = 0; t < mix->rows && !is_used; t++)
			is_used = row_of(mix, t)[k] > 0;
		used += is_used;
	}
	return used;
}

/* recency_test(mix, wins, permutations, seed) */
PG_FUNCTION_INFO_V1(align_recency_test);
Datum
align_recency_test(PG_FUNCTION_ARGS)
{
	Matrix		mix = read_matrix(fcinfo, 0, "mix");
	Matrix		wins = read_matrix(fcinfo, 1, "wins");
	int			permutations = PG_GETARG_INT32(2);
	Shifts		shifts;
	int			used;
	double		reaction = NAN;
	double		explained = NAN;
	double		p = NAN;
	const char *reason = NULL;
	Datum		values[8];
	bool		nulls[8] = {0};

	if (mix.rows != wins.rows || mix.columns != wins.columns)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid wins: %d periods of %d categories, and the mix has %d of %d", wins.rows, wins.columns, mix.rows, mix.columns),
				 errdetail("Both have the same periods and categories."),
				 errhint("Gather both in one query; write 0 where nothing was won.")));
	if (permutations < 1 || permutations > MAX_PERMUTATIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid permutations: %d", permutations),
				 errdetail("It takes 1 to %d.", MAX_PERMUTATIONS),
				 errhint("Write 9999 for a p that is right to about a tenth of itself at 0.01.")));
	used = count_used(&mix);
	shifts = gather(&mix, &wins);
	if (used < 2)
		reason = used == 0 ? "There is nothing in the mix." : "There is one category alone, so nothing can shift.";
	else if (shifts.count < MIN_SHIFTS)
		reason = psprintf("Shifts with two periods of mix, and with wins, before them: %d; it takes %d.", shifts.count, MIN_SHIFTS);
	else
	{
		take_supports(&shifts, mix.columns);
		if (shifts.shift_squares <= NOTHING * shifts.cells)
			reason = "The mix shifts by the same in every period, or not at all.";
		else if (shifts.rest_squares <= NOTHING * shifts.cells)
			reason = "All shifts are as the longer history supports.";
		else if (shifts.surprise_squares <= NOTHING * shifts.cells)
			reason = "The last wins are never other than the longer history would have them.";
	}
	if (reason == NULL)
	{
		double		together = product(shifts.surprise, shifts.shift, shifts.cells);

		reaction = together / shifts.surprise_squares;
		explained = together > 0 ? Min(1, together * together / (shifts.surprise_squares * shifts.rest_squares)) : 0;
		p = (1.0 + count_as_high(&shifts, mix.columns, permutations, (uint64) PG_GETARG_INT64(3))) / (1.0 + permutations);
	}
	values[0] = Int32GetDatum(mix.rows);
	values[1] = Int32GetDatum(used);
	values[2] = Int32GetDatum(shifts.count);
	put_float(values, nulls, 3, reaction);
	put_float(values, nulls, 4, explained);
	put_float(values, nulls, 5, p);
	nulls[6] = reason != NULL;
	values[6] = BoolGetDatum(p < TRAP_P && explained >= TRAP_EXPLAINED);
	nulls[7] = reason == NULL;
	values[7] = reason == NULL ? (Datum) 0 : CStringGetTextDatum(reason);
	return align_base_row(fcinfo, values, nulls);
}

/* concentration(amounts) */
PG_FUNCTION_INFO_V1(align_recency_concentration);
Datum
align_recency_concentration(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *amounts;
	bool	   *missing;
	int			count;
	double		total = 0;
	double		squares = 0;
	double		entropy = 0;
	Datum		values[3];
	bool		nulls[3] = {0};

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("invalid amounts: an array of %d dimensions", ARR_NDIM(array)),
				 errdetail("An element stands for a category."),
				 errhint("Gather them by array_agg.")));
	deconstruct_array(array, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &amounts, &missing, &count);
	for (int i = 0; i < count; i++)
	{
		if (missing[i] || !(DatumGetFloat8(amounts[i]) >= 0 && DatumGetFloat8(amounts[i]) <= MAX_AMOUNT))
			check_amount(DatumGetFloat8(amounts[i]), missing[i], psprintf(" of category %d", i + 1));
		total += DatumGetFloat8(amounts[i]);
	}
	for (int i = 0; i < count; i++)
	{
		double		share = total > 0 ? DatumGetFloat8(amounts[i]) / total : 0;

		squares += share * share;
		if (share > 0)
			entropy -= share * log(share);
	}
	if (total == 0)
		squares = NAN;
	put_float(values, nulls, 0, squares);
	put_float(values, nulls, 1, total > 0 && count > 1 ? Max(0, Min(1, entropy / log(count))) : NAN);
	put_float(values, nulls, 2, 1 / squares);
	return align_base_row(fcinfo, values, nulls);
}
