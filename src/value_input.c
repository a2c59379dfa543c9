/*
 * value_input.c
 *		The type clv_input: all that a fit of clv needs to know of many customers.
 *
 *		SELECT align.clv_fit(align.clv_input(repeat_count, recency_weeks, age_weeks, mean_amount)) FROM align.customer_history();
 *
 * For BG/NBD a customer is its number of repeat purchases, recency and age; for
 * Gamma-Gamma that number and their mean amount. Customers who are alike are one
 * row with a count, so the input is sufficient for both and can be merged.
 *
 * In memory it is an expanded object (base_state.c) with rows as they came, made
 * into sorted rows without doubles whenever the room runs out. Flat it is sorted:
 *
 *		version | rows | per row: repeats, recency, age, mean, count
 *
 * so the same customers are the same bytes in whatever order they came.
 */
#include "compat.h"

#include "common/int.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base.h"
#include "base_histogram.h"
#include "value.h"

#define CLV_INPUT_VERSION	1
#define CLV_MAX_COUNT		(INT64CONST(1) << 53)

static int
compare_customers(const ClvCustomer *a, const ClvCustomer *b)
{
	if (a->repeats != b->repeats)
		return a->repeats < b->repeats ? -1 : 1;
	if (a->recency != b->recency)
		return a->recency < b->recency ? -1 : 1;
	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	if (a->mean != b->mean)
		return a->mean < b->mean ? -1 : 1;
	return 0;
}

#define ST_SORT sort_customers
#define ST_ELEMENT_TYPE ClvCustomer
#define ST_COMPARE(a, b) compare_customers(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Sorts the rows and makes equal ones one.
 */
void
align_clv_input_sort(ClvInput *input)
{
	int			kept = 0;

	if (input->sorted)
		return;
	sort_customers(input->customers, input->count);
	for (int i = 1; i < input->count; i++)
	{
		ClvCustomer *last = &input->customers[kept];

		if (compare_customers(last, &input->customers[i]) != 0)
			input->customers[++kept] = input->customers[i];
		else if (pg_add_s64_overflow(last->count, input->customers[i].count, &last->count) || last->count > CLV_MAX_COUNT)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("too many customers"),
					 errdetail("A clv_input counts up to 2^53 that are alike."),
					 errhint("Merge each input once.")));
	}
	input->count = Min(input->count, kept + 1);
	input->sorted = true;
}

static void
add_customer(ClvInput *input, const ClvCustomer *customer)
{
	if (input->count == input->size)
	{
		align_clv_input_sort(input);
		if (input->count > input->size / 2 || input->size == 0)
		{
			int			size = Max(16, Min(input->size * 2, CLV_INPUT_MAX_ROWS));
			MemoryContext context = input->state.header.eoh_context;

			if (input->count == CLV_INPUT_MAX_ROWS)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("too many different customers"),
						 errdetail("A clv_input holds up to %d.", CLV_INPUT_MAX_ROWS),
						 errhint("Round recency, age and amounts, or fit a sample.")));
			align_base_check_memory((Size) size * sizeof(ClvCustomer), "this clv_input");
			input->customers = input->customers == NULL ? MemoryContextAllocHuge(context, size * sizeof(ClvCustomer))
				: repalloc_huge(input->customers, size * sizeof(ClvCustomer));
			input->size = size;
		}
	}
	input->customers[input->count++] = *customer;
	input->sorted = false;
}

static void
write_input(StringInfo out, const State *state)
{
	ClvInput   *input = (ClvInput *) state;

	align_clv_input_sort(input);
	appendStringInfoChar(out, CLV_INPUT_VERSION);
	align_varint_write(out, input->count);
	for (int i = 0; i < input->count; i++)
	{
		const ClvCustomer *customer = &input->customers[i];

		align_varint_write(out, customer->repeats);
		pq_sendfloat8(out, customer->recency);
		pq_sendfloat8(out, customer->age);
		pq_sendfloat8(out, customer->mean);
		align_varint_write(out, customer->count);
	}
}

static void
refuse_bytes(const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid clv_input in binary input"),
			 errdetail("%s", why),
			 errhint("Send the value as it was received.")));
}

static void
read_input(StringInfo in, State *state)
{
	ClvInput   *input = (ClvInput *) state;
	int			version = pq_getmsgbyte(in);
	int64		rows;

	if (version != CLV_INPUT_VERSION)
		refuse_bytes(psprintf("Its version is %d.", version));
	rows = align_varint_read_range(in, 0, CLV_INPUT_MAX_ROWS);
	for (int64 i = 0; i < rows; i++)
	{
		ClvCustomer customer;

		customer.repeats = align_varint_read_range(in, 0, PG_INT64_MAX);
		customer.recency = pq_getmsgfloat8(in) + 0.0;
		customer.age = pq_getmsgfloat8(in) + 0.0;
		align_clv_check_customer(customer.repeats, customer.recency, customer.age);
		customer.mean = pq_getmsgfloat8(in) + 0.0;
		if (customer.mean != 0)
		{
			align_clv_check_mean(customer.mean);
			if (customer.repeats == 0)
				refuse_bytes("It has a mean amount of a customer without repeat purchases.");
		}
		customer.count = align_varint_read_range(in, 1, CLV_MAX_COUNT);
		add_customer(input, &customer);
	}
}

static void
describe_input(StringInfo out, const State *state)
{
	ClvInput   *input = (ClvInput *) state;
	double		customers = 0;
	double		repeaters = 0;

	align_clv_input_sort(input);
	for (int i = 0; i < input->count; i++)
	{
		customers += input->customers[i].count;
		if (input->customers[i].repeats > 0)
			repeaters += input->customers[i].count;
	}
	appendStringInfo(out, "\"customer_count\": %.0f, \"repeater_count\": %.0f, ", customers, repeaters);
}

static const StateKind input_kind = {
	"clv_input", sizeof(ClvInput), write_input, read_input, describe_input
};

ClvInput *
align_clv_input_get(Datum datum, MemoryContext parent)
{
	return (ClvInput *) align_state_get(&input_kind, datum, parent);
}

static ClvInput *
create_input(MemoryContext parent)
{
	return (ClvInput *) align_state_create(&input_kind, parent);
}

static void
merge(ClvInput *into, const ClvInput *from)
{
	for (int i = 0; i < from->count; i++)
	{
		add_customer(into, &from->customers[i]);
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

PG_FUNCTION_INFO_V1(align_clv_input_in);
Datum
align_clv_input_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&input_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_clv_input_out);
Datum
align_clv_input_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&input_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_clv_input_recv);
Datum
align_clv_input_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&input_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_clv_input_send);
Datum
align_clv_input_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&input_kind, fcinfo);
}

/* clv_input(repeat_count, recency, age [, mean_amount]): transition */
PG_FUNCTION_INFO_V1(align_clv_input_add);
Datum
align_clv_input_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	ClvInput   *input = PG_ARGISNULL(0) ? create_input(context) : align_clv_input_get(PG_GETARG_DATUM(0), context);
	ClvCustomer customer = {.count = 1};

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_DATUM(align_state_datum(&input->state));
	customer.repeats = PG_GETARG_INT64(1);
	customer.recency = PG_GETARG_FLOAT8(2) + 0.0;
	customer.age = PG_GETARG_FLOAT8(3) + 0.0;
	align_clv_check_customer(customer.repeats, customer.recency, customer.age);
	if (PG_NARGS() > 4 && !PG_ARGISNULL(4) && customer.repeats > 0)
		customer.mean = align_clv_check_mean(PG_GETARG_FLOAT8(4));
	add_customer(input, &customer);
	PG_RETURN_DATUM(align_state_datum(&input->state));
}

/* combine, and rollup(clv_input): transition */
PG_FUNCTION_INFO_V1(align_clv_input_combine);
Datum
align_clv_input_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	ClvInput   *input;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	input = PG_ARGISNULL(0) ? create_input(context) : align_clv_input_get(PG_GETARG_DATUM(0), context);
	if (!PG_ARGISNULL(1))
		merge(input, align_clv_input_get(PG_GETARG_DATUM(1), CurrentMemoryContext));
	PG_RETURN_DATUM(align_state_datum(&input->state));
}

PG_FUNCTION_INFO_V1(align_clv_input_plus);
Datum
align_clv_input_plus(PG_FUNCTION_ARGS)
{
	ClvInput   *sum = create_input(CurrentMemoryContext);

	merge(sum, align_clv_input_get(PG_GETARG_DATUM(0), CurrentMemoryContext));
	merge(sum, align_clv_input_get(PG_GETARG_DATUM(1), CurrentMemoryContext));
	PG_RETURN_DATUM(align_state_datum(&sum->state));
}
