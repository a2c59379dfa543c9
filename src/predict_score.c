/*
 * predict_score.c
 *		What a model says of a lead: naive Bayes with Laplace's smoothing.
 *
 *		SELECT * FROM align.explain((SELECT model FROM lead_model), '{"industry": "software"}');
 *
 * With s the smoothing, the log odds of winning are
 *
 *		ln((won + s) / (lost + s))						the prior
 *		+ for each feature f that is known, with value v
 *		  ln((won(v) + s) / (won(f) + s V(f))) - ln((lost(v) + s) / (lost(f) + s V(f)))
 *
 * where won(f) counts the rows in which f was known and V(f) its values. What
 * was never seen in training, the feature or the value, says nothing: 0.
 */
#include "compat.h"

#include <math.h>

#include "funcapi.h"
#include "utils/builtins.h"

#include "predict.h"

#define MIN_SMOOTHING	1e-12	/* within these no part overflows */
#define MAX_SMOOTHING	1e12
#define MIN_LOG_ODDS	(-700.0)	/* e^700 is a double */
#define MAX_LOG_ODDS	36.0	/* 1 - e^-36 is below 1 in a double */

typedef struct Prediction
{
	Model	   *model;
	double		smoothing;
	double		log_odds;
} Prediction;

static double
prior_of(const Model *model, double smoothing)
{
	return log((model->total.won + smoothing) / (model->total.lost + smoothing));
}

/*
 * What one value of a feature adds to the log odds.
 */
static double
part_of(const Feature *feature, const Tally *tally, double smoothing)
{
	double		values = smoothing * feature->value_count;

	return log((tally->won + smoothing) / (feature->won + values) *
			   ((feature->lost + values) / (tally->lost + smoothing)));
}

static bool
has_seen(const Tally *tally)
{
	return tally != NULL && (tally->won != 0 || tally->lost != 0);
}

static void
add_part(void *state, const Field *field)
{
	Prediction *prediction = state;
	Feature    *feature;
	const Tally *tally = align_model_find(prediction->model, field, &feature);

	if (has_seen(tally))
		prediction->log_odds += part_of(feature, tally, prediction->smoothing);
}

/*
 * Reads the arguments model and smoothing, and the prior. Refuses a model that
 * knows no probability.
 */
static Prediction
begin_prediction(FunctionCallInfo fcinfo)
{
	Model	   *model = (Model *) align_state_cached(&align_model_kind, fcinfo, 0);
	double		smoothing = PG_NARGS() > 2 ? PG_GETARG_FLOAT8(2) : 1;
	Prediction	prediction;

	if (!(smoothing >= MIN_SMOOTHING && smoothing <= MAX_SMOOTHING))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid smoothing: %g", smoothing),
				 errdetail("It is how many rows are added to each count: more than 0, from 1e-12 to 1e12."),
				 errhint("Write 1 for Laplace's rule.")));
	align_model_sum_up(model);
	if (model->negative)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this model has counts below zero"),
				 errdetail("It is the difference of two models, and the second is no part of the first."),
				 errhint("Add what was taken away too much.")));
	if (model->total.won == 0 || model->total.lost == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this model cannot predict: it knows " INT64_FORMAT " leads that were won and " INT64_FORMAT " that were not",
						model->total.won, model->total.lost),
				 errdetail("A probability needs both."),
				 errhint("Train it on more leads; won_count and lost_count tell beforehand.")));
	prediction.model = model;
	prediction.smoothing = smoothing;
	prediction.log_odds = prior_of(model, smoothing);
	return prediction;
}

/* predict(model, features, smoothing) */
PG_FUNCTION_INFO_V1(align_model_predict);
Datum
align_model_predict(PG_FUNCTION_ARGS)
{
	Prediction	prediction = begin_prediction(fcinfo);

	align_fields_visit(PG_GETARG_JSONB_P(1), add_part, &prediction);
	PG_RETURN_FLOAT8(1 / (1 + exp(-Max(MIN_LOG_ODDS, Min(MAX_LOG_ODDS, prediction.log_odds)))));
}

/* A row of explain. */
typedef struct Part
{
	char	   *name;
	char	   *value;
	Tally		tally;
	double		log_odds;
} Part;

typedef struct Explanation
{
	Prediction	prediction;
	int			count;
	int			size;
	Part	   *parts;
} Explanation;

static char *
value_text(const Field *field, const Cuts *cuts)
{
	if (field->number != NULL)
		return align_cuts_label(cuts, align_cuts_bin(cuts, field->number));
	return pnstrdup(field->text, field->text_length);
}

static void
keep_part(void *state, const Field *field)
{
	Explanation *explanation = state;
	Model	   *model = explanation->prediction.model;
	Feature    *feature;
	const Tally *tally = align_model_find(model, field, &feature);
	Part	   *part;

	if (explanation->count == explanation->size)
	{
		explanation->size *= 2;
		explanation->parts = repalloc(explanation->parts, explanation->size * sizeof(Part));
	}
	part = &explanation->parts[explanation->count++];
	memset(part, 0, sizeof(*part));
	part->name = pnstrdup(field->name, field->name_length);
	part->value = value_text(field, align_cuts_of(&model->cuts, field->name, field->name_length));
	if (has_seen(tally))
	{
		part->tally = *tally;
		part->log_odds = part_of(feature, tally, explanation->prediction.smoothing);
	}
}

/* Largest part first, then by name and value. */
static int
compare_parts(const void *a, const void *b)
{
	const Part *left = a;
	const Part *right = b;
	int			order;

	if (fabs(left->log_odds) != fabs(right->log_odds))
		return fabs(left->log_odds) > fabs(right->log_odds) ? -1 : 1;
	order = strcmp(left->name, right->name);
	return order != 0 ? order : strcmp(left->value, right->value);
}

/*
 * A row of explain, or of features, which has one column less.
 */
static void
put_row(FunctionCallInfo fcinfo, const char *name, const char *value, const Tally *tally, const double *log_odds)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[6] = {0};
	bool		nulls[6] = {name == NULL, value == NULL, false, false, log_odds == NULL, log_odds == NULL};

	if (name != NULL)
		values[0] = CStringGetTextDatum(name);
	if (value != NULL)
		values[1] = CStringGetTextDatum(value);
	values[2] = Int64GetDatum(tally->won);
	values[3] = Int64GetDatum(tally->lost);
	if (log_odds != NULL)
	{
		values[4] = Float8GetDatum(*log_odds);
		values[5] = Float8GetDatum(exp(*log_odds));
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* explain(model, features), explain_smoothed(model, features, smoothing): the prior, then a row per field */
PG_FUNCTION_INFO_V1(align_model_explain);
Datum
align_model_explain(PG_FUNCTION_ARGS)
{
	Explanation explanation = {begin_prediction(fcinfo), 0, 16};

	explanation.parts = palloc(explanation.size * sizeof(Part));
	align_fields_visit(PG_GETARG_JSONB_P(1), keep_part, &explanation);
	qsort(explanation.parts, explanation.count, sizeof(Part), compare_parts);

	InitMaterializedSRF(fcinfo, 0);
	put_row(fcinfo, NULL, NULL, &explanation.prediction.model->total, &explanation.prediction.log_odds);
	for (int i = 0; i < explanation.count; i++)
	{
		const Part *part = &explanation.parts[i];

		put_row(fcinfo, part->name, part->value, &part->tally, &part->log_odds);
	}
	return (Datum) 0;
}

static void
put_value(FunctionCallInfo fcinfo, const Model *model, const Feature *feature, const char *value, const Tally *tally)
{
	double		log_odds = model->negative ? 0 : part_of(feature, tally, 1);

	put_row(fcinfo, feature->name, value, tally, model->negative ? NULL : &log_odds);
}

/* features(model): a row per value, numbers before texts */
PG_FUNCTION_INFO_V1(align_model_features);
Datum
align_model_features(PG_FUNCTION_ARGS)
{
	Model	   *model = (Model *) align_state_get(&align_model_kind, PG_GETARG_DATUM(0), CurrentMemoryContext);
	SortedModel sorted = align_model_sort(model);
	Text	  **text = sorted.texts;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < sorted.feature_count; i++)
	{
		const Feature *feature = sorted.features[i];

		for (int bin = 0; feature->bins != NULL && bin <= feature->cuts->count; bin++)
		{
			if (has_seen(&feature->bins[bin]))
				put_value(fcinfo, model, feature, align_cuts_label(feature->cuts, bin), &feature->bins[bin]);
		}
		for (int64 n = 0; n < feature->text_count; n++, text++)
			put_value(fcinfo, model, feature, (*text)->key.bytes, &(*text)->tally);
	}
	return (Datum) 0;
}
