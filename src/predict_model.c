/*
 * predict_model.c
 *		The counts of a model: how they lie in memory, add up and are written.
 *
 * Texts lie in one hash table under their feature and bytes, numbers in an array
 * of bins per feature. Rows mostly have the same fields in the same order, so
 * the feature that came next the last time is tried before its name is hashed.
 * A count of 0 is as good as none: in a difference it may stay in memory, but is
 * not written and not summed. The bytes are those of predict.c.
 */
#include "compat.h"

#include "common/hashfn.h"
#include "common/int.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
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

/*
 * Refuses to let a model grow by so many bytes past align.state_memory.
 */
static void
check_room(const Model *model, Size more)
{
	align_base_check_memory(MemoryContextMemAllocated(model_context(model), false) + more, "a model");
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
		model->texts = texts_create(model_context(model), 64, NULL);
	check_room(model, length +
			   (model->texts->members >= model->texts->grow_threshold ? 2 * model->texts->size * sizeof(Text) : 0));
	copy = MemoryContextAlloc(model_context(model), length + 1);
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
			feature = MemoryContextAllocZero(model_context(model), sizeof(Feature));
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
		feature->bins = MemoryContextAllocZero(model_context(model), size);
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

/*
 * Adds (sign 1) or takes away (sign -1) counts.
 */
void
align_tally_add(Tally *into, const Tally *from, int sign)
{
	add_count(&into->won, from->won, sign);
	add_count(&into->lost, from->lost, sign);
}

/*
 * Counts one more row, or as many as tally says, that had a field's value.
 */
void
align_model_count(Model *model, const Field *field, const Tally *tally)
{
	Feature    *feature = find_feature(model, field->name, field->name_length, true);

	align_tally_add(find_tally(model, feature, field, true), tally, 1);
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
			align_tally_add(find_bin(model, feature, bin, true), &tally, 1);
		}
		count = align_varint_read_range(in, 0, PG_INT64_MAX);
		for (int64 n = 0; n < count; n++)
		{
			CHECK_FOR_INTERRUPTS();
			bytes = align_text_read(in, &length);
			tally = read_tally(in);
			align_tally_add(&find_text(model, feature, bytes, length, true)->tally, &tally, 1);
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

/*
 * Adds (sign 1) or takes away (sign -1) the rows of another model.
 */
void
align_model_merge(Model *into, const Model *from, int sign)
{
	texts_iterator iterator;
	Text	   *text;

	align_cuts_check_same(&into->cuts, &from->cuts);
	into->summed = false;
	align_tally_add(&into->total, &from->total, sign);
	for (const Feature *feature = from->features; feature != NULL; feature = feature->next)
	{
		Feature    *same = find_feature(into, feature->name, feature->name_length, true);

		for (int bin = 0; feature->bins != NULL && bin <= feature->cuts->count; bin++)
		{
			if (counts(&feature->bins[bin]))
				align_tally_add(find_bin(into, same, bin, true), &feature->bins[bin], sign);
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
		align_tally_add(&find_text(into, owner, text->key.bytes, text->key.length, true)->tally, &text->tally, sign);
	}
}
