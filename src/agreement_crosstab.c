/*
 * agreement_crosstab.c
 *		The type crosstab: how often one judge said x while the other said y.
 *
 *		SELECT * FROM align.cells((SELECT align.crosstab(by_marketing, by_sales) FROM verdicts));
 *
 * In memory it is an expanded object (base_state.c): the cells in the order in
 * which their pairs were first seen, and a hash table of their numbers. Flat, it
 * is the bytes of send, the cells sorted by their bytes and those of zero left
 * out, so that equal counts have equal bytes:
 *
 *		version | number of cells | per cell: two lengths, both texts, count
 *
 * Crosstabs form a group, as flows do. A boolean is the text true or false.
 */
#include "compat.h"

#include "common/hashfn.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "agreement.h"
#include "base.h"
#include "base_histogram.h"

#define CROSSTAB_VERSION	1
#define FIRST_CAPACITY		8
#define CROSSTAB_MAX_PAIRS	(1 << 20)	/* a power of 2 */

typedef struct Crosstab
{
	State		state;
	uint32		count;
	uint32		capacity;		/* a power of 2; there are twice as many slots */
	CrosstabCell *cells;
	uint32	   *slots;			/* 1 + number of a cell; 0: free */
	int128		total;			/* of all cells: a bigint between calls, so
								 * that no sum of some is too large where none
								 * is below zero */
	Size		text_bytes;
	uint32		flags[2][2];	/* 1 + number of the cell of two booleans */
} Crosstab;

static const char *const flag_names[2] = {"false", "true"};

static int
compare_cells(const void *left, const void *right)
{
	const CrosstabCell *l = *(CrosstabCell *const *) left;
	const CrosstabCell *r = *(CrosstabCell *const *) right;
	int			order = compare_bytes(l->a, l->a_length, r->a, r->a_length);

	return order != 0 ? order : compare_bytes(l->b, l->b_length, r->b, r->b_length);
}

/* The cells that are not zero, in canonical order. */
static int
sort_cells(const Crosstab *crosstab, CrosstabCell ***sorted)
{
	int			used = 0;

	*sorted = palloc((crosstab->count + 1) * sizeof(CrosstabCell *));
	for (uint32 i = 0; i < crosstab->count; i++)
		if (crosstab->cells[i].count != 0)
			(*sorted)[used++] = &crosstab->cells[i];
	qsort(*sorted, used, sizeof(CrosstabCell *), compare_cells);
	return used;
}

static void
check_memory(const Crosstab *crosstab, uint32 capacity)
{
	align_base_check_memory(capacity * (sizeof(CrosstabCell) + 2 * sizeof(uint32)) + crosstab->text_bytes,
							"this crosstab");
}

/* Doubles the room for cells. */
static void
make_room(Crosstab *crosstab)
{
	MemoryContext context = crosstab->state.header.eoh_context;
	uint32		capacity = crosstab->capacity > 0 ? crosstab->capacity * 2 : FIRST_CAPACITY;
	uint32		mask = capacity * 2 - 1;

	if (capacity > CROSSTAB_MAX_PAIRS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("this crosstab has more than %d pairs", CROSSTAB_MAX_PAIRS),
				 errdetail("It is for categories, of which there are few."),
				 errhint("Group the values into fewer ones first.")));
	check_memory(crosstab, capacity);
	if (crosstab->capacity == 0)
		crosstab->cells = MemoryContextAlloc(context, capacity * sizeof(CrosstabCell));
	else
	{
		crosstab->cells = repalloc(crosstab->cells, capacity * sizeof(CrosstabCell));
		pfree(crosstab->slots);
	}
	crosstab->slots = MemoryContextAllocZero(context, capacity * 2 * sizeof(uint32));
	crosstab->capacity = capacity;
	for (uint32 i = 0; i < crosstab->count; i++)
	{
		uint32		slot = crosstab->cells[i].hash & mask;

		while (crosstab->slots[slot] != 0)
			slot = (slot + 1) & mask;
		crosstab->slots[slot] = i + 1;
	}
}

/*
 * The cell of two texts, which is made when it is new. Until the next is made it
 * stays where it is.
 */
static CrosstabCell *
find_cell(Crosstab *crosstab, const char *a, uint32 a_length, const char *b, uint32 b_length)
{
	uint32		hash = hash_combine(hash_bytes((const unsigned char *) a, a_length),
									hash_bytes((const unsigned char *) b, b_length));
	uint32		mask = crosstab->capacity * 2 - 1;
	uint32		slot = hash & mask;
	CrosstabCell *cell;
	char	   *bytes;

	for (; crosstab->capacity > 0 && crosstab->slots[slot] != 0; slot = (slot + 1) & mask)
	{
		cell = &crosstab->cells[crosstab->slots[slot] - 1];
		if (cell->hash == hash && cell->a_length == a_length && cell->b_length == b_length &&
			memcmp(cell->a, a, a_length) == 0 && memcmp(cell->b, b, b_length) == 0)
			return cell;
	}
	if (crosstab->count == crosstab->capacity)
	{
		make_room(crosstab);
		return find_cell(crosstab, a, a_length, b, b_length);
	}
	crosstab->text_bytes += (Size) a_length + b_length;
	check_memory(crosstab, crosstab->capacity);
	bytes = MemoryContextAllocHuge(crosstab->state.header.eoh_context, (Size) a_length + b_length);
	memcpy(bytes, a, a_length);
	memcpy(bytes + a_length, b, b_length);
	cell = &crosstab->cells[crosstab->count];
	cell->a = bytes;
	cell->b = bytes + a_length;
	cell->a_length = a_length;
	cell->b_length = b_length;
	cell->hash = hash;
	cell->count = 0;
	crosstab->slots[slot] = ++crosstab->count;
	return cell;
}

/* Adds rows to a cell, or takes them away (sign -1). */
static void
add_rows(Crosstab *crosstab, CrosstabCell *cell, int64 rows, int sign)
{
	align_base_add_count(&cell->count, rows, sign, "crosstab");
	crosstab->total += sign * (int128) rows;
}

/* In the order of the cells a total may leave the range, and come back. */
static void
check_total(const Crosstab *crosstab)
{
	if (crosstab->total != (int64) crosstab->total)
		align_base_refuse_count("crosstab");
}

static void
write_crosstab(StringInfo out, const State *state)
{
	CrosstabCell **cells;
	int			count = sort_cells((const Crosstab *) state, &cells);

	appendStringInfoChar(out, CROSSTAB_VERSION);
	align_varint_write(out, count);
	for (int i = 0; i < count; i++)
	{
		align_varint_write(out, cells[i]->a_length);
		align_varint_write(out, cells[i]->b_length);
		appendBinaryStringInfo(out, cells[i]->a, cells[i]->a_length);
		appendBinaryStringInfo(out, cells[i]->b, cells[i]->b_length);
		align_varint_write(out, cells[i]->count);
	}
	pfree(cells);
}

static void
read_crosstab(StringInfo in, State *state)
{
	Crosstab   *crosstab = (Crosstab *) state;
	int			count;

	if (pq_getmsgbyte(in) != CROSSTAB_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid crosstab in binary input"),
				 errdetail("Its version is not one that align writes."),
				 errhint("Send the value as it was received.")));
	count = (int) align_varint_read_range(in, 0, CROSSTAB_MAX_PAIRS);
	for (int i = 0; i < count; i++)
	{
		int			a_length = (int) align_varint_read_range(in, 0, MaxAllocSize);
		int			b_length = (int) align_varint_read_range(in, 0, MaxAllocSize);
		const char *a = pq_getmsgbytes(in, a_length);
		const char *b = pq_getmsgbytes(in, b_length);
		CrosstabCell *cell;

		pg_verify_mbstr(GetDatabaseEncoding(), a, a_length, false);
		pg_verify_mbstr(GetDatabaseEncoding(), b, b_length, false);
		cell = find_cell(crosstab, a, a_length, b, b_length);
		add_rows(crosstab, cell, align_varint_read(in), 1);
	}
	check_total(crosstab);
}

static void
describe_crosstab(StringInfo out, const State *state)
{
	const Crosstab *crosstab = (const Crosstab *) state;
	CrosstabCell **cells;

	appendStringInfo(out, "\"rows\": " INT64_FORMAT ", \"cells\": %d, ", (int64) crosstab->total, sort_cells(crosstab, &cells));
	pfree(cells);
}

static const StateKind crosstab_kind = {
	"crosstab", sizeof(Crosstab), write_crosstab, read_crosstab, describe_crosstab
};

static Crosstab *
get_crosstab(Datum datum, MemoryContext parent)
{
	return (Crosstab *) align_state_get(&crosstab_kind, datum, parent);
}

static Crosstab *
create_crosstab(MemoryContext parent)
{
	return (Crosstab *) align_state_create(&crosstab_kind, parent);
}

static Datum
crosstab_datum(Crosstab *crosstab)
{
	return align_state_datum(&crosstab->state);
}

/*
 * The cells of a crosstab for a measure, in canonical order. One with a count
 * below zero measures nothing and is refused.
 */
int
align_crosstab_read(Datum datum, CrosstabCell ***cells)
{
	int			count = sort_cells(get_crosstab(datum, CurrentMemoryContext), cells);

	for (int i = 0; i < count; i++)
	{
		const CrosstabCell *cell = (*cells)[i];

		if (cell->count < 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("this crosstab counts " INT64_FORMAT " of (%.*s, %.*s)", cell->count,
							(int) cell->a_length, cell->a, (int) cell->b_length, cell->b),
					 errdetail("It is a difference, and more was taken from it than it held."),
					 errhint("Add what is missing, then measure.")));
	}
	return count;
}

static void
merge(Crosstab *into, const Crosstab *from, int sign)
{
	for (uint32 i = 0; i < from->count; i++)
	{
		const CrosstabCell *cell = &from->cells[i];

		add_rows(into, find_cell(into, cell->a, cell->a_length, cell->b, cell->b_length), cell->count, sign);
		CHECK_FOR_INTERRUPTS();
	}
	check_total(into);
}

PG_FUNCTION_INFO_V1(align_crosstab_in);
Datum
align_crosstab_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&crosstab_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_crosstab_out);
Datum
align_crosstab_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&crosstab_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_crosstab_recv);
Datum
align_crosstab_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&crosstab_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_crosstab_send);
Datum
align_crosstab_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&crosstab_kind, fcinfo);
}

static Datum
sum_of(FunctionCallInfo fcinfo, int sign)
{
	Crosstab   *sum = create_crosstab(CurrentMemoryContext);

	merge(sum, get_crosstab(PG_GETARG_DATUM(0), CurrentMemoryContext), 1);
	merge(sum, get_crosstab(PG_GETARG_DATUM(1), CurrentMemoryContext), sign);
	return crosstab_datum(sum);
}

PG_FUNCTION_INFO_V1(align_crosstab_plus);
Datum
align_crosstab_plus(PG_FUNCTION_ARGS)
{
	return sum_of(fcinfo, 1);
}

PG_FUNCTION_INFO_V1(align_crosstab_minus);
Datum
align_crosstab_minus(PG_FUNCTION_ARGS)
{
	return sum_of(fcinfo, -1);
}

/* combine, and rollup(crosstab): transition */
PG_FUNCTION_INFO_V1(align_crosstab_combine);
Datum
align_crosstab_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Crosstab   *crosstab;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	crosstab = PG_ARGISNULL(0) ? create_crosstab(context) : get_crosstab(PG_GETARG_DATUM(0), context);
	if (!PG_ARGISNULL(1))
		merge(crosstab, get_crosstab(PG_GETARG_DATUM(1), CurrentMemoryContext), 1);
	PG_RETURN_DATUM(crosstab_datum(crosstab));
}

/*
 * The state of a transition, or NULL where nothing is to be added: a row in
 * which one side did not judge makes no state.
 */
static Crosstab *
state_to_add(FunctionCallInfo fcinfo)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return NULL;
	return PG_ARGISNULL(0) ? create_crosstab(context) : get_crosstab(PG_GETARG_DATUM(0), context);
}

static Datum
unchanged_state(FunctionCallInfo fcinfo)
{
	fcinfo->isnull = PG_ARGISNULL(0);
	return PG_GETARG_DATUM(0);
}

/* crosstab(text, text): transition */
PG_FUNCTION_INFO_V1(align_crosstab_add_texts);
Datum
align_crosstab_add_texts(PG_FUNCTION_ARGS)
{
	Crosstab   *crosstab = state_to_add(fcinfo);
	const		text *a;
	const		text *b;

	if (crosstab == NULL)
		return unchanged_state(fcinfo);
	a = PG_GETARG_TEXT_PP(1);
	b = PG_GETARG_TEXT_PP(2);
	add_rows(crosstab, find_cell(crosstab, VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b)), 1, 1);
	check_total(crosstab);
	PG_RETURN_DATUM(crosstab_datum(crosstab));
}

/* jensen_shannon(text, boolean): transition */
PG_FUNCTION_INFO_V1(align_crosstab_add_side);
Datum
align_crosstab_add_side(PG_FUNCTION_ARGS)
{
	Crosstab   *crosstab = state_to_add(fcinfo);
	const		text *a;
	const char *b;

	if (crosstab == NULL)
		return unchanged_state(fcinfo);
	a = PG_GETARG_TEXT_PP(1);
	b = flag_names[PG_GETARG_BOOL(2)];
	add_rows(crosstab, find_cell(crosstab, VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a), b, strlen(b)), 1, 1);
	check_total(crosstab);
	PG_RETURN_DATUM(crosstab_datum(crosstab));
}

/* crosstab(boolean, boolean): transition */
PG_FUNCTION_INFO_V1(align_crosstab_add_booleans);
Datum
align_crosstab_add_booleans(PG_FUNCTION_ARGS)
{
	Crosstab   *crosstab = state_to_add(fcinfo);
	bool		a;
	bool		b;
	uint32	   *flag;

	if (crosstab == NULL)
		return unchanged_state(fcinfo);
	a = PG_GETARG_BOOL(1);
	b = PG_GETARG_BOOL(2);
	flag = &crosstab->flags[a][b];
	if (*flag == 0)
		*flag = 1 + find_cell(crosstab, flag_names[a], strlen(flag_names[a]), flag_names[b], strlen(flag_names[b])) - crosstab->cells;
	add_rows(crosstab, &crosstab->cells[*flag - 1], 1, 1);
	check_total(crosstab);
	PG_RETURN_DATUM(crosstab_datum(crosstab));
}

/* cells(crosstab): a row per pair that was seen */
PG_FUNCTION_INFO_V1(align_crosstab_cells);
Datum
align_crosstab_cells(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	CrosstabCell **cells;
	int			count = sort_cells(get_crosstab(PG_GETARG_DATUM(0), CurrentMemoryContext), &cells);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Datum		values[3];
		bool		nulls[3] = {0};

		values[0] = PointerGetDatum(cstring_to_text_with_len(cells[i]->a, cells[i]->a_length));
		values[1] = PointerGetDatum(cstring_to_text_with_len(cells[i]->b, cells[i]->b_length));
		values[2] = Int64GetDatum(cells[i]->count);
		align_base_put_row(rsinfo, values, nulls);
	}
	return (Datum) 0;
}
