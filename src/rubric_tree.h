/*
 * rubric_tree.h
 *		A rubric as the parser reads it: statements in order, before they become
 *		text and program.
 */
#ifndef ALIGN_RUBRIC_TREE_H
#define ALIGN_RUBRIC_TREE_H

#include "rubric.h"

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/numeric.h"

typedef struct TreeValue
{
	RubricType	type;
	char	   *text;			/* canonical, a string without quotes */
	Numeric		number;
	int64		low;
	int64		high;
	int			location;
} TreeValue;

typedef struct TreeCondition
{
	RubricOp	op;
	RubricType	type;			/* of the values */
	List	   *operands;		/* of TreeCondition: and, or, not */
	List	   *field;			/* of char *, the outermost first */
	List	   *values;			/* of TreeValue */
	int			depth;
} TreeCondition;

typedef enum TreeKind
{
	TREE_REQUIRE = CLAUSE_REQUIRE,
	TREE_REJECT = CLAUSE_REJECT,
	TREE_POINTS = CLAUSE_POINTS,
	TREE_GROUP,
	TREE_QUALIFY,
	TREE_GRADE
} TreeKind;

typedef struct TreeStatement
{
	TreeKind	kind;
	int			location;
	TreeCondition *condition;	/* or NULL */
	Points		points;			/* of the clause; cap of a group; bound of
								 * qualify */
	Points		grades[GRADE_COUNT];
	int			grade_count;	/* of those given */
	char	   *name;			/* of the group */
	char	   *half_life_text; /* as 14 days, when the points decay */
	int64		half_life;
	List	   *since;			/* field */
} TreeStatement;

/* What is being read, and what is wrong with it. */
typedef struct RubricParse
{
	const char *text;
	int			length;
	List	   *statements;		/* of TreeStatement */
	Points		max_points;		/* that a lead can get */
	bool		failed;
	int			sqlstate;
	char	   *message;
	char	   *detail;
	char	   *hint;
} RubricParse;

/* rubric_tree.c */
extern void align_tree_fault(RubricParse *parse, int sqlstate, int location, const char *message, const char *detail, const char *hint);
extern TreeValue *align_tree_number(RubricParse *parse, const char *text, bool negative, int location);
extern TreeValue *align_tree_string(char *text, int location);
extern TreeValue *align_tree_boolean(bool value, int location);
extern TreeValue *align_tree_instant(RubricParse *parse, const char *text, int location);
extern TreeCondition *align_tree_join(RubricParse *parse, RubricOp op, TreeCondition *left, TreeCondition *right, int location);
extern TreeCondition *align_tree_not(RubricParse *parse, TreeCondition *operand, int location);
extern TreeCondition *align_tree_condition(RubricParse *parse, RubricOp op, bool negated, List *field, List *values, int location);
extern TreeStatement *align_tree_statement(TreeKind kind, TreeCondition *condition, int location);
extern Points align_tree_points(RubricParse *parse, TreeValue *value, const char *what, int location);
extern void align_tree_decay(RubricParse *parse, TreeStatement *statement, TreeValue *count, char *unit, List *since, int location);
extern void align_tree_grade(RubricParse *parse, TreeStatement *statement, char *letter, TreeValue *bound, int location);
extern void align_tree_check(RubricParse *parse);

/* rubric_gram.y and rubric_scan.l */
extern void align_rubric_parse_text(RubricParse *parse);

/* rubric_text.c */
extern void align_rubric_write_field(StringInfo out, List *field);
extern void align_rubric_write_statement(StringInfo out, const TreeStatement *statement, int *condition_offset);
extern char *align_rubric_points_text(Points points);

/* rubric_compile.c */
extern Rubric *align_rubric_compile(RubricParse *parse);

#endif							/* ALIGN_RUBRIC_TREE_H */
