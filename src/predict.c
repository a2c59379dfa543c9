/*
 * predict.c
 *		The type model: a learned lead score, as counts of what became of leads.
 *
 *		SELECT align.predict((SELECT align.train(attrs, won) FROM old_lead), attrs) FROM new_lead;
 *
 * A model holds how many rows were won and lost, in all and for each value of
 * each feature: all that naive Bayes needs. Counts add up, so models form a
 * group: the model of all rows without the model of some is the model of the
 * others, to the last bit. In a difference counts may be below zero.
 *
 * In memory it is an expanded object (base_state.c, predict_model.c). Flat it is
 * the bytes of send, features and texts sorted by their bytes, what counts
 * nothing left out:
 *
 *		version | cuts (predict_field.c) | won, lost | number of features
 *		per feature: name | number of bins | per bin: distance, won, lost
 *					 | number of texts | per text: text, won, lost
 *
 * so equal models are equal bytes. Text is JSON with the state in base64.
 */
#include "compat.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base.h"
#include "predict.h"

static Model *
create_model(MemoryContext parent)
{
	return (Model *) align_state_create(&align_model_kind, parent);
}

static Model *
get_model(Datum datum, MemoryContext parent)
{
	return (Model *) align_state_get(&align_model_kind, datum, parent);
}

static Datum
model_datum(Model *model)
{
	return align_state_datum(&model->state);
}

/* An empty model of the same cuts. */
static Model *
create_like(const Model *other, MemoryContext parent)
{
	Model	   *model = create_model(parent);
	MemoryContext caller = MemoryContextSwitchTo(model_context(model));
	StringInfoData cuts;

	initStringInfo(&cuts);
	align_cuts_write(&cuts, &other->cuts);
	model->cuts = align_cuts_read(&cuts);
	pfree(cuts.data);
	MemoryContextSwitchTo(caller);
	return model;
}

PG_FUNCTION_INFO_V1(align_model_in);
Datum
align_model_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&align_model_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_model_out);
Datum
align_model_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&align_model_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_model_recv);
Datum
align_model_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&align_model_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_model_send);
Datum
align_model_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&align_model_kind, fcinfo);
}

static Datum
sum_of(FunctionCallInfo fcinfo, int sign)
{
	const Model *left = get_model(PG_GETARG_DATUM(0), CurrentMemoryContext);
	Model	   *sum = create_like(left, CurrentMemoryContext);

	align_model_merge(sum, left, 1);
	align_model_merge(sum, get_model(PG_GETARG_DATUM(1), CurrentMemoryContext), sign);
	return model_datum(sum);
}

PG_FUNCTION_INFO_V1(align_model_plus);
Datum
align_model_plus(PG_FUNCTION_ARGS)
{
	return sum_of(fcinfo, 1);
}

PG_FUNCTION_INFO_V1(align_model_minus);
Datum
align_model_minus(PG_FUNCTION_ARGS)
{
	return sum_of(fcinfo, -1);
}

/* combine, and rollup(model): transition */
PG_FUNCTION_INFO_V1(align_model_combine);
Datum
align_model_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	const Model *other;
	Model	   *model;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(model_datum(get_model(PG_GETARG_DATUM(0), context)));
	}
	other = get_model(PG_GETARG_DATUM(1), CurrentMemoryContext);
	model = PG_ARGISNULL(0) ? create_like(other, context) : get_model(PG_GETARG_DATUM(0), context);
	align_model_merge(model, other, 1);
	PG_RETURN_DATUM(model_datum(model));
}

/*
 * Makes sure that the cuts given with a row, NULL for none, are those of the
 * model. An argument of the same bytes as the last one needs no second look.
 */
static void
check_cuts(Model *model, struct varlena *given, bool is_new)
{
	MemoryContext caller;
	CutsList	cuts = {0};

	if (given == NULL ? model->cuts.count == 0 :
		model->cuts_given != NULL && VARSIZE_ANY(given) == VARSIZE_ANY(model->cuts_given) &&
		memcmp(given, model->cuts_given, VARSIZE_ANY(given)) == 0)
		return;
	caller = MemoryContextSwitchTo(is_new ? model_context(model) : CurrentMemoryContext);
	if (given != NULL)
		cuts = align_cuts_parse(DatumGetJsonbP(PointerGetDatum(given)));
	if (is_new)
		model->cuts = cuts;
	else
		align_cuts_check_same(&model->cuts, &cuts);
	MemoryContextSwitchTo(caller);
	if (model->cuts_given != NULL)
		pfree(model->cuts_given);
	model->cuts_given = NULL;
	if (given != NULL)
	{
		model->cuts_given = MemoryContextAlloc(model_context(model), VARSIZE_ANY(given));
		memcpy(model->cuts_given, given, VARSIZE_ANY(given));
	}
}

typedef struct Lesson
{
	Model	   *model;
	Tally		tally;			/* one row, won or lost */
} Lesson;

static void
count_field(void *state, const Field *field)
{
	Lesson	   *lesson = state;

	align_model_count(lesson->model, field, &lesson->tally);
}

/* train(features, won [, cuts]): transition */
PG_FUNCTION_INFO_V1(align_model_train);
Datum
align_model_train(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	bool		is_new = PG_ARGISNULL(0);
	Lesson		lesson = {0};
	Model	   *model = is_new ? create_model(context) : get_model(PG_GETARG_DATUM(0), context);

	if (PG_NARGS() > 3)
		check_cuts(model, PG_ARGISNULL(3) ? NULL : (struct varlena *) PG_GETARG_POINTER(3), is_new);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_DATUM(model_datum(model));
	lesson.model = model;
	if (PG_GETARG_BOOL(2))
		lesson.tally.won = 1;
	else
		lesson.tally.lost = 1;
	align_fields_visit(PG_GETARG_JSONB_P(1), count_field, &lesson);
	align_tally_add(&model->total, &lesson.tally, 1);
	model->summed = false;
	PG_RETURN_DATUM(model_datum(model));
}

PG_FUNCTION_INFO_V1(align_model_won_count);
Datum
align_model_won_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(get_model(PG_GETARG_DATUM(0), CurrentMemoryContext)->total.won);
}

PG_FUNCTION_INFO_V1(align_model_lost_count);
Datum
align_model_lost_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(get_model(PG_GETARG_DATUM(0), CurrentMemoryContext)->total.lost);
}

PG_FUNCTION_INFO_V1(align_model_cuts);
Datum
align_model_cuts(PG_FUNCTION_ARGS)
{
	const Model *model = get_model(PG_GETARG_DATUM(0), CurrentMemoryContext);

	if (model->cuts.count == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(align_cuts_json(&model->cuts))));
}
