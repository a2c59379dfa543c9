/*
 * rubric.h
 *		A definition of "qualified" as a value: the program that a text becomes.
 *
 * rubric.c has the type, rubric_gram.y and rubric_scan.l the language,
 * rubric_tree.c what they build, rubric_text.c its canonical text,
 * rubric_compile.c the program, rubric_match.c its evaluation.
 */
#ifndef ALIGN_RUBRIC_H
#define ALIGN_RUBRIC_H

#include "compat.h"

#include "access/tupdesc.h"
#include "datatype/timestamp.h"
#include "utils/jsonb.h"

/* Limits, so that evaluation needs a small, fixed stack. */
#define RUBRIC_MAX_LENGTH	(256 * 1024)	/* bytes of text */
#define RUBRIC_MAX_DEPTH	50	/* conditions within conditions */
#define RUBRIC_MAX_CLAUSES	1000
#define RUBRIC_MAX_FIELDS	200
#define RUBRIC_MAX_GROUPS	50
#define RUBRIC_MAX_POINTS	1000000
#define RUBRIC_MAX_DIGITS	100 /* of a number, its point counted */

/* Points are whole numbers of millionths: sums are exact in any order. */
typedef int64 Points;

#define POINTS_SCALE		1000000
#define POINTS_NONE			PG_INT64_MIN
#define points_float(points) ((double) (points) / POINTS_SCALE)

#define GRADE_COUNT			3	/* A, B, C; below C is D */

typedef enum RubricOp
{
	RUBRIC_AND,
	RUBRIC_OR,
	RUBRIC_NOT,
	RUBRIC_EQ,
	RUBRIC_NE,
	RUBRIC_LT,
	RUBRIC_LE,
	RUBRIC_GT,
	RUBRIC_GE,
	RUBRIC_IN,
	RUBRIC_BETWEEN,
	RUBRIC_LIKE,
	RUBRIC_ILIKE,
	RUBRIC_MATCHES,
	RUBRIC_HAS,
	RUBRIC_KNOWN,
	RUBRIC_UNKNOWN
} RubricOp;

/* What a value is, and what a condition expects of its field. */
typedef enum RubricType
{
	TYPE_ANY,
	TYPE_NUMBER,
	TYPE_STRING,
	TYPE_BOOLEAN,
	TYPE_INSTANT
} RubricType;

typedef enum RubricKind
{
	CLAUSE_REQUIRE,
	CLAUSE_REJECT,
	CLAUSE_POINTS
} RubricKind;

extern const char *const align_rubric_kinds[];	/* their words */

/* A piece of the program's bytes. */
typedef struct RubricBytes
{
	uint32		offset;
	uint32		length;
} RubricBytes;

/*
 * A key of the objects to judge. Those of one object lie together, sorted as
 * jsonb sorts them, the outermost first.
 */
typedef struct RubricKey
{
	RubricBytes name;
	int32		field;			/* the field that ends here, or -1 */
	uint16		first_child;	/* keys of the object within: an empty range */
	uint16		end_child;		/* when no field goes deeper */
} RubricKey;

/* A text that a regular expression needs; where the literals decide, also where it must stand. */
typedef struct RubricLiteral
{
	RubricBytes bytes;
	bool		at_begin;
	bool		at_end;
} RubricLiteral;

typedef enum NumberForm
{
	NUMBER_UNUSUAL,
	NUMBER_CUT,
	NUMBER_WHOLE
} NumberForm;

/* A value to compare with. */
typedef struct RubricValue
{
	RubricBytes bytes;			/* string; numeric; LIKE pattern as tokens;
								 * regular expression as text */
	int64		low;			/* instant: the first that it means; number:
								 * its head */
	int64		high;			/* instant: the first after; boolean: 0 or 1;
								 * number: NumberForm */
	uint32		first_literal;	/* regular expression: literals of which one
								 * must */
	uint32		literal_count;	/* occur in what matches; none when not known */
	bool		literals_decide;	/* and whatever holds one matches */
} RubricValue;

/*
 * A condition. Nodes lie in prefix order: the operands of and, or and not
 * follow their node, and end where the node after the whole condition is.
 */
typedef struct RubricNode
{
	uint8		op;				/* RubricOp */
	uint8		type;			/* RubricType of the values */
	uint16		field;
	uint32		first_value;
	uint32		value_count;	/* in and has: sorted */
	uint32		end;
} RubricNode;

typedef struct RubricClause
{
	RubricBytes text;			/* canonical */
	RubricBytes condition;		/* the text without the points; empty when
								 * none */
	int64		half_life;		/* microseconds, 0 when the points do not
								 * decay */
	Points		points;
	uint32		node;			/* of the condition */
	uint8		kind;			/* RubricKind */
	bool		has_condition;
	uint16		group;			/* of points: number from 1; 0: none */
	uint16		since;			/* field of the decay */
} RubricClause;

typedef struct RubricGroup
{
	RubricBytes name;
	RubricBytes text;			/* canonical */
	Points		cap;			/* POINTS_NONE when there is none */
} RubricGroup;

/*
 * The value. All arrays and bytes lie behind this, at offsets from its begin.
 * The text is what counts: equality, hash, text and binary form are its alone,
 * and a program of another version is compiled anew from it.
 */
typedef struct Rubric
{
	int32		vl_len_;
	uint32		version;
	RubricBytes text;
	Points		qualify_at;		/* POINTS_NONE when it asks for no points */
	Points		max_points;
	Points		grades[GRADE_COUNT];
	RubricBytes qualify_text;	/* the statement; empty when there is none */
	RubricBytes grade_text;
	uint32		fields;			/* RubricBytes: names as written */
	uint32		keys;
	uint32		clauses;
	uint32		groups;
	uint32		nodes;
	uint32		values;
	uint32		literals;		/* RubricLiteral */
	uint16		field_count;
	uint16		top_key_count;
	uint16		clause_count;
	uint16		group_count;
	bool		decays;
} Rubric;

#define RUBRIC_VERSION		1

#define rubric_at(rubric, offset)	((const char *) (rubric) + (offset))
#define rubric_fields(rubric)	((const RubricBytes *) rubric_at(rubric, (rubric)->fields))
#define rubric_keys(rubric)		((const RubricKey *) rubric_at(rubric, (rubric)->keys))
#define rubric_clauses(rubric)	((const RubricClause *) rubric_at(rubric, (rubric)->clauses))
#define rubric_groups(rubric)	((const RubricGroup *) rubric_at(rubric, (rubric)->groups))
#define rubric_nodes(rubric)	((const RubricNode *) rubric_at(rubric, (rubric)->nodes))
#define rubric_values(rubric)	((const RubricValue *) rubric_at(rubric, (rubric)->values))
#define rubric_literals(rubric) ((const RubricLiteral *) rubric_at(rubric, (rubric)->literals))

/* What an object has for a field. */
typedef struct FieldValue
{
	const char *data;			/* bytes of a string, a numeric, a container */
	int32		length;
	uint32		type;			/* JENTRY_IS..., or FIELD_ABSENT */
} FieldValue;

#define FIELD_ABSENT		JENTRY_ISNULL

/* Three-valued: a clause that hangs on what is not known is neither. */
typedef enum Truth
{
	TRUTH_FALSE,
	TRUTH_TRUE,
	TRUTH_UNKNOWN
} Truth;

/*
 * The keys of the last object: the next one mostly has the same, and then its
 * fields lie at the same places.
 */
typedef struct ObjectShape
{
	int			count;			/* of keys, 0 when nothing is known */
	Size		size;			/* of their bytes */
	char	   *bytes;			/* copy: their entries, and the names */
	Size		room;
	int			found_count;
	uint16		found[RUBRIC_MAX_FIELDS];	/* keys of the rubric ... */
	int			places[RUBRIC_MAX_FIELDS];	/* ... and of the object, counted
											 * from its first value */
} ObjectShape;

/* What a function keeps from row to row. */
typedef struct Judge
{
	const Rubric *rubric;
	struct varlena *given;		/* copy of the argument, perhaps toasted */
	MemoryContext rubric_context;	/* of both */
	bool		is_constant;	/* the argument is, and need not be compared */
	bool		is_repeated;	/* the rubric is that of the row before */
	ObjectShape shape;			/* by this rubric */
	TupleDesc	row_type;
	MemoryContext context;
} Judge;

/* An object as a rubric sees it: the values of its fields, from one pass. */
typedef struct Subject
{
	const Rubric *rubric;
	TimestampTz as_of;
	FieldValue	values[RUBRIC_MAX_FIELDS];
} Subject;

extern const Rubric *align_rubric_get(Datum datum);

extern Judge *align_rubric_judge(FunctionCallInfo fcinfo, int argument);
extern void align_rubric_begin(Subject *subject, Judge *judge, Jsonb *object, bool has_as_of, TimestampTz as_of);
extern Truth align_rubric_test_clause(const Subject *subject, const RubricClause *clause, Points *points);
extern Points align_rubric_capped(const Rubric *rubric, const Points *sums);

/* rubric_match.c */
extern NumberForm align_number_head(const char *number, int64 *head);
extern void align_rubric_read(Subject *subject, Judge *judge, Jsonb *object);
extern Truth align_rubric_test(const Subject *subject, uint32 node);
extern bool align_rubric_since(const Subject *subject, const RubricClause *clause, TimestampTz *since);
extern void align_rubric_undecided(const Subject *subject, uint32 node, bool *missing, bool *mismatched);

/* rubric_pattern.c */
extern char *align_pattern_compile(const char *pattern, int length, int *compiled_length);
extern bool align_pattern_match(const char *pattern, int pattern_length, const char *text, int length);
extern bool align_pattern_match_folded(const char *pattern, int pattern_length, const char *text, int length);
extern char *align_pattern_fold(const char *text, int length, int *folded_length);
extern int	align_pattern_literals(const char *regex, int length, RubricLiteral *literals, int max, bool *decide);

#endif							/* ALIGN_RUBRIC_H */
