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
 * In memory it is an expanded object (base_state.c). Texts lie in one hash table
 * under their feature and bytes, numbers in an array of bins per feature. Rows
 * mostly have the same fields in the same order, so the feature that came next
 * the last time is tried before its name is hashed. Flat it is the bytes of send,
 * features and texts sorted by their bytes, what counts nothing left out:
 *
 *		version | cuts (predict_field.c) | won, lost | number of features
 *		per feature: name | number of bins | per bin: distance, won, lost
 *					 | number of texts | per text: text, won, lost
 *
 * so equal models are equal bytes. Text is JSON with the state in base64.
 */
#include "compat.h"

#include "common/hashfn.h"
#include "common/int.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base.h"
#include "base_histogram.h"
#include "predict.h"

static inline bool
same_key(const TextKey *a, const TextKey *b)
{
	return a->owner == b->owner && a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

#define SH_PREFIX		texts
#define SH_ELEMENT_TYPE	Text
#define SH_KEY_TYPE		TextKey
#define SH_KEY			key
#define SH_EQUAL(table, a, b)	same_key(&(a), &(b))
#define SH_HASH_KEY(table, key)	hash_key(&(key))
#define SH_STORE_HASH
#define SH_GET_HASH(table, text)	(text)->hash
#define SH_SCOPE		static inline
#define SH_DECLARE
#define SH_DEFINE

/* Hashed by its own bytes and its feature's name, so alike in every model. */
static inline uint32
hash_key(const TextKey *key)
{
	uint32		hash = hash_bytes((const unsigned char *) key->bytes, key->length);

	return key->owner == NULL ? hash : hash_combine(key->owner->hash, hash);
}

#include "lib/simplehash.h"

static MemoryContext
context_of(const Model *model)
{
	return model->state.header.eoh_context;
}

/*
 * Refuses to let a model grow by so many bytes past align.state_memory.
 */
static void
check_room(const Model *model, Size more)
{
	align_base_check_memory(MemoryContextMemAllocated(context_of(model), false) + more, "a model");
}

/*
 * A text of a feature, or the name of one (owner NULL); made where it is not
 * there when create is set, else NULL.
 */
static Text *
find_text(Model *model, Feature *owner, const char *bytes, int length, bool create)
{
	TextKey		key = {owner, bytes, length};
	uint32		hash = hash_key(&key);
	Text	   *text = model->texts == NULL ? NULL : texts_lookup_hash(model->texts, key, hash);
	char	   *copy;
	bool		found;

	if (text != NULL || !create)
		return text;
	if (model->texts == NULL)
		model->texts = texts_create(context_of(model), 64, NULL);
	check_room(model, length +
			   (model->texts->members >= model->texts->grow_threshold ? 2 * model->texts->size * sizeof(Text) : 0));
	copy = MemoryContextAlloc(context_of(model), length + 1);
	memcpy(copy, bytes, length);
	copy[length] = '\0';
	key.bytes = copy;
	text = texts_insert_hash(model->texts, key, hash, &found);
	memset(&text->tally, 0, sizeof(Tally)); /* of a name: no feature yet */
	return text;
}

static Feature *
find_feature(Model *model, const char *name, int length, bool create)
{
	Feature    *feature = model->guess;

	if (feature == NULL || feature->name_length != length || memcmp(feature->name, name, length) != 0)
	{
		Text	   *text = find_text(model, NULL, name, length, create);

		if (text == NULL)
			return NULL;
		feature = text->feature;
		if (feature == NULL)
		{
			feature = MemoryContextAllocZero(context_of(model), sizeof(Feature));
			feature->name = text->key.bytes;
			feature->name_length = length;
			feature->hash = text->hash;
			feature->cuts = align_cuts_of(&model->cuts, name, length);
			if (model->last == NULL)
				model->features = feature;
			else
				model->last->next = feature;
			model->last = feature;
			text->feature = feature;
		}
	}
	model->guess = feature->next != NULL ? feature->next : model->features;
	return feature;
}

static Tally *
find_bin(Model *model, Feature *feature, int bin, bool create)
{
	if (feature->bins == NULL)
	{
		Size		size = (feature->cuts->count + 1) * sizeof(Tally);

		if (!create)
			return NULL;
		check_room(model, size);
		feature->bins = MemoryContextAllocZero(context_of(model), size);
	}
	return &feature->bins[bin];
}

static Tally *
find_tally(Model *model, Feature *feature, const Field *field, bool create)
{
	Text	   *text;

	if (field->number != NULL)
		return find_bin(model, feature, align_cuts_bin(feature->cuts, field->number), create);
	text = find_text(model, feature, field->text, field->text_length, create);
	return text == NULL ? NULL : &text->tally;
}

/*
 * What became of the rows that had a field's value, and its feature; either is
 * NULL when the model has not seen it.
 */
Tally *
align_model_find(Model *model, const Field *field, Feature **feature)
{
	*feature = find_feature(model, field->name, field->name_length, false);
	return *feature == NULL ? NULL : find_tally(model, *feature, field, false);
}

static void
add_count(int64 *into, int64 count, int sign)
{
	if (sign > 0 ? pg_add_s64_overflow(*into, count, into) : pg_sub_s64_overflow(*into, count, into))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a count of this model is out of range"),
				 errdetail("Counts are of type bigint."),
				 errhint("Train the model anew.")));
}

static void
add_tally(Tally *into, const Tally *from, int sign)
{
	add_count(&into->won, from->won, sign);
	add_count(&into->lost, from->lost, sign);
}

static inline bool
counts(const Tally *tally)
{
	return tally->won != 0 || tally->lost != 0;
}

static void
sum_value(Model *model, Feature *feature, const Tally *tally)
{
	feature->value_count++;
	feature->won += tally->won;
	feature->lost += tally->lost;
	model->negative |= tally->won < 0 || tally->lost < 0;
}

/*
 * Brings the sums of the features up to date.
 */
void
align_model_sum_up(Model *model)
{
	if (model->summed)
		return;
	model->negative = model->total.won < 0 || model->total.lost < 0;
	for (Feature *feature = model->features; feature != NULL; feature = feature->next)
	{
		feature->value_count = feature->text_count = 0;
		feature->won = feature->lost = 0;
		for (int bin = 0; feature->bins != NULL && bin <= feature->cuts->count; bin++)
		{
			if (counts(&feature->bins[bin]))
				sum_value(model, feature, &feature->bins[bin]);
		}
	}
	if (model->texts != NULL)
	{
		texts_iterator iterator;
		Text	   *text;

		texts_start_iterate(model->texts, &iterator);
		while ((text = texts_iterate(model->texts, &iterator)) != NULL)
		{
			if (text->key.owner == NULL || !counts(&text->tally))
				continue;
			sum_value(model, text->key.owner, &text->tally);
			text->key.owner->text_count++;
		}
	}
	model->summed = true;
}

static int
compare_bytes(const char *a, int a_length, const char *b, int b_length)
{
	int			order = memcmp(a, b, Min(a_length, b_length));

	return order != 0 ? order : a_length - b_length;
}

static int
compare_features(const void *a, const void *b)
{
	const Feature *left = *(Feature *const *) a;
	const Feature *right = *(Feature *const *) b;

	return compare_bytes(left->name, left->name_length, right->name, right->name_length);
}

static int
compare_texts(const void *a, const void *b)
{
	const TextKey *left = &(*(Text *const *) a)->key;
	const TextKey *right = &(*(Text *const *) b)->key;

	if (left->owner != right->owner)
		return left->owner->place - right->owner->place;
	return compare_bytes(left->bytes, left->length, right->bytes, right->length);
}

/*
 * The features and texts that count anything, in canonical order, in arrays of
 * the current memory context.
 */
SortedModel
align_model_sort(Model *model)
{
	SortedModel sorted = {0};

	align_model_sum_up(model);
	for (Feature *feature = model->features; feature != NULL; feature = feature->next)
	{
		sorted.feature_count += feature->value_count > 0;
		sorted.text_count += feature->text_count;
	}
	if (sorted.feature_count == 0)
		return sorted;
	sorted.features = palloc_extended(sorted.feature_count * sizeof(Feature *), MCXT_ALLOC_HUGE);
	sorted.texts = palloc_extended((sorted.text_count + 1) * sizeof(Text *), MCXT_ALLOC_HUGE);

	sorted.feature_count = 0;
	for (Feature *feature = model->features; feature != NULL; feature = feature->next)
	{
		if (feature->value_count > 0)
			sorted.features[sorted.feature_count++] = feature;
	}
	qsort(sorted.features, sorted.feature_count, sizeof(Feature *), compare_features);
	for (int i = 0; i < sorted.feature_count; i++)
		sorted.features[i]->place = i;

	sorted.text_count = 0;
	if (model->texts != NULL)
	{
		texts_iterator iterator;
		Text	   *text;

		texts_start_iterate(model->texts, &iterator);
		while ((text = texts_iterate(model->texts, &iterator)) != NULL)
		{
			if (text->key.owner != NULL && counts(&text->tally))
				sorted.texts[sorted.text_count++] = text;
		}
	}
	qsort(sorted.texts, sorted.text_count, sizeof(Text *), compare_texts);
	return sorted;
}

static void
write_tally(StringInfo out, const Tally *tally)
{
	align_varint_write(out, tally->won);
	align_varint_write(out, tally->lost);
}

static Tally
read_tally(StringInfo in)
{
	Tally		tally;

	tally.won = align_varint_read(in);
	tally.lost = align_varint_read(in);
	return tally;
}

static void
write_model(StringInfo out, const State *state)
{
	Model	   *model = (Model *) state;
	SortedModel sorted = align_model_sort(model);
	Text	  **text = sorted.texts;

	appendStringInfoChar(out, MODEL_VERSION);
	align_cuts_write(out, &model->cuts);
	write_tally(out, &model->total);
	align_varint_write(out, sorted.feature_count);
	for (int i = 0; i < sorted.feature_count; i++)
	{
		const Feature *feature = sorted.features[i];
		int			last = 0;

		align_text_write(out, feature->name, feature->name_length);
		align_varint_write(out, feature->value_count - feature->text_count);
		for (int bin = 0; feature->bins != NULL && bin <= feature->cuts->count; bin++)
		{
			if (!counts(&feature->bins[bin]))
				continue;
			align_varint_write(out, bin - last);
			write_tally(out, &feature->bins[bin]);
			last = bin;
		}
		align_varint_write(out, feature->text_count);
		for (int64 n = 0; n < feature->text_count; n++, text++)
		{
			align_text_write(out, (*text)->key.bytes, (*text)->key.length);
			write_tally(out, &(*text)->tally);
		}
	}
	if (sorted.features != NULL)
	{
		pfree(sorted.features);
		pfree(sorted.texts);
	}
}

static void
read_model(StringInfo in, State *state)
{
	Model	   *model = (Model *) state;
	int			version = pq_getmsgbyte(in);
	int64		feature_count;

	if (version != MODEL_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid model in binary input"),
				 errdetail("Its version is not one that align knows."),
				 errhint("Send the value as it was received.")));
	model->cuts = align_cuts_read(in);
	model->total = read_tally(in);
	feature_count = align_varint_read_range(in, 0, PG_INT64_MAX);
	for (int64 i = 0; i < feature_count; i++)
	{
		Feature    *feature;
		int64		count;
		int			bin = 0;
		int			length;
		char	   *bytes;
		Tally		tally;

		bytes = align_text_read(in, &length);
		feature = find_feature(model, bytes, length, true);
		pfree(bytes);
		count = align_varint_read_range(in, 0, feature->cuts->count + 1);
		for (int64 n = 0; n < count; n++)
		{
			bin += (int) align_varint_read_range(in, n > 0, feature->cuts->count - bin);
			tally = read_tally(in);
			add_tally(find_bin(model, feature, bin, true), &tally, 1);
		}
		count = align_varint_read_range(in, 0, PG_INT64_MAX);
		for (int64 n = 0; n < count; n++)
		{
			CHECK_FOR_INTERRUPTS();
			bytes = align_text_read(in, &length);
			tally = read_tally(in);
			add_tally(&find_text(model, feature, bytes, length, true)->tally, &tally, 1);
			pfree(bytes);
		}
	}
}

static void
describe_model(StringInfo out, const State *state)
{
	const Model *model = (const Model *) state;
	int			features = 0;
	int64		values = 0;

	align_model_sum_up((Model *) model);
	for (const Feature *feature = model->features; feature != NULL; feature = feature->next)
	{
		features += feature->value_count > 0;
		values += feature->value_count;
	}
	appendStringInfo(out, "\"won\": " INT64_FORMAT ", \"lost\": " INT64_FORMAT ", \"features\": %d, \"values\": " INT64_FORMAT ", ",
					 model->total.won, model->total.lost, features, values);
}

const StateKind align_model_kind = {
	"model", sizeof(Model), write_model, read_model, describe_model, "train"
};

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
	MemoryContext caller = MemoryContextSwitchTo(context_of(model));
	StringInfoData cuts;

	initStringInfo(&cuts);
	align_cuts_write(&cuts, &other->cuts);
	model->cuts = align_cuts_read(&cuts);
	pfree(cuts.data);
	MemoryContextSwitchTo(caller);
	return model;
}

/*
 * Adds (sign 1) or takes away (sign -1) the rows of another model.
 */
static void
merge(Model *into, const Model *from, int sign)
{
	texts_iterator iterator;
	Text	   *text;

	align_cuts_check_same(&into->cuts, &from->cuts);
	into->summed = false;
	add_tally(&into->total, &from->total, sign);
	for (const Feature *feature = from->features; feature != NULL; feature = feature->next)
	{
		Feature    *same = find_feature(into, feature->name, feature->name_length, true);

		for (int bin = 0; feature->bins != NULL && bin <= feature->cuts->count; bin++)
		{
			if (counts(&feature->bins[bin]))
				add_tally(find_bin(into, same, bin, true), &feature->bins[bin], sign);
		}
	}
	if (from->texts == NULL)
		return;
	texts_start_iterate(from->texts, &iterator);
	while ((text = texts_iterate(from->texts, &iterator)) != NULL)
	{
		Feature    *owner = text->key.owner;

		CHECK_FOR_INTERRUPTS();
		if (owner == NULL || !counts(&text->tally))
			continue;
		owner = find_feature(into, owner->name, owner->name_length, true);
		add_tally(&find_text(into, owner, text->key.bytes, text->key.length, true)->tally, &text->tally, sign);
	}
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

	merge(sum, left, 1);
	merge(sum, get_model(PG_GETARG_DATUM(1), CurrentMemoryContext), sign);
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
	merge(model, other, 1);
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
	caller = MemoryContextSwitchTo(is_new ? context_of(model) : CurrentMemoryContext);
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
		model->cuts_given = MemoryContextAlloc(context_of(model), VARSIZE_ANY(given));
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
	Model	   *model = lesson->model;
	Feature    *feature = find_feature(model, field->name, field->name_length, true);

	add_tally(find_tally(model, feature, field, true), &lesson->tally, 1);
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
	add_tally(&model->total, &lesson.tally, 1);
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
