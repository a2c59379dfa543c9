/*
 * predict.h
 *		How a model looks in memory, for the files that train, store and ask it.
 */
#ifndef ALIGN_PREDICT_H
#define ALIGN_PREDICT_H

#include "compat.h"

#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base_state.h"

#define MODEL_VERSION		1
#define MODEL_MAX_TEXT		200 /* bytes of a field's path, of a value and of
								 * a cut point */
#define MODEL_MAX_DEPTH		8	/* objects within each other */
#define MODEL_MAX_CUTS		1000	/* of one field; and fields that have any */

/* A field of a JSON object: its path, and a text or a number. */
typedef struct Field
{
	const char *name;
	int			name_length;
	const char *text;
	int			text_length;
	Numeric		number;			/* NULL: it is a text */
} Field;

typedef void (*FieldVisitor) (void *state, const Field *field);

/* Where the numbers of a field are parted: bin i holds those that i cuts do not
 * exceed. */
typedef struct Cuts
{
	char	   *name;			/* of the field; NULL for the powers of two */
	int			name_length;
	int			count;
	Numeric    *points;			/* ascending */
	char	  **texts;			/* the same as text, without trailing zeros */
} Cuts;

/* Cuts of several fields, sorted by name. */
typedef struct CutsList
{
	int			count;
	Cuts	   *items;
} CutsList;

/* Rows that were won and lost. */
typedef struct Tally
{
	int64		won;
	int64		lost;
} Tally;

typedef struct Feature
{
	struct Feature *next;		/* made after it */
	const char *name;
	int			name_length;
	uint32		hash;			/* of the name */
	const Cuts *cuts;
	Tally	   *bins;			/* cuts->count + 1; NULL until a number comes */

	/* over all values that count anything, by align_model_sum_up */
	int64		value_count;
	int64		text_count;		/* of these values, those that are texts */
	double		won;			/* rows in which the feature was known */
	double		lost;
	int			place;			/* by name; set by align_model_sort */
} Feature;

typedef struct TextKey
{
	Feature    *owner;			/* NULL: this is the name of a feature */
	const char *bytes;
	int			length;
} TextKey;

typedef struct Text
{
	TextKey		key;
	uint32		hash;
	char		status;			/* of the hash table */
	union
	{
		Tally		tally;		/* of the rows in which owner has this value */
		Feature    *feature;	/* that has this name */
	};
} Text;

typedef struct Model
{
	State		state;
	Tally		total;
	CutsList	cuts;
	struct varlena *cuts_given; /* the argument that was found to be these
								 * cuts; not stored */
	struct texts_hash *texts;	/* NULL while there is none */
	Feature    *features;		/* in the order in which they were made */
	Feature    *last;
	Feature    *guess;			/* the one that probably comes next */
	bool		summed;			/* align_model_sum_up has seen all */
	bool		negative;		/* some count is below zero */
} Model;

/* What counts anything, sorted by the bytes of names and texts. */
typedef struct SortedModel
{
	int			feature_count;
	Feature   **features;
	int64		text_count;
	Text	  **texts;			/* those of a feature stand together */
} SortedModel;

/* predict_field.c */
extern void align_fields_visit(const Jsonb *object, FieldVisitor visit, void *state);
extern CutsList align_cuts_parse(const Jsonb *json);
extern const Cuts *align_cuts_of(const CutsList *list, const char *name, int length);
extern int	align_cuts_bin(const Cuts *cuts, Numeric number);
extern char *align_cuts_label(const Cuts *cuts, int bin);
extern char *align_cuts_json(const CutsList *list);
extern void align_cuts_write(StringInfo out, const CutsList *list);
extern CutsList align_cuts_read(StringInfo in);
extern void align_cuts_check_same(const CutsList *a, const CutsList *b);
extern void align_text_write(StringInfo out, const char *bytes, int length);
extern char *align_text_read(StringInfo in, int *length);

/* predict_model.c */
extern const StateKind align_model_kind;
extern Tally *align_model_find(Model *model, const Field *field, Feature **feature);
extern void align_model_count(Model *model, const Field *field, const Tally *tally);
extern void align_model_merge(Model *into, const Model *from, int sign);
extern void align_model_sum_up(Model *model);
extern SortedModel align_model_sort(Model *model);
extern void align_tally_add(Tally *into, const Tally *from, int sign);

static inline MemoryContext
model_context(const Model *model)
{
	return model->state.header.eoh_context;
}

#endif							/* ALIGN_PREDICT_H */
