/*
 * rubric_gram.y
 *		The language of rubrics: a definition of "qualified" that both teams read.
 *
 *		require industry in ('software', 'retail') and employees between 50 and 1000
 *		reject  email_domain in ('gmail.com', 'hotmail.com')
 *		group fit cap 60
 *		  +30 when title like any ('%VP%', '%Chief%')
 *		  +25 decaying 14 days since last_demo_at
 *		qualify at 60
 *		grade A at 80, B at 60, C at 40
 *
 * Line ends mean nothing: a statement begins with its keyword, or with + or -.
 */
%{
#include "compat.h"

#include <ctype.h>

#include "utils/formatting.h"

#include "base.h"
#include "rubric_tree.h"
#include "rubric_gram.h"
#include "rubric_scan.h"

/* the parser's memory is the caller's context */
#define YYMALLOC palloc
#define YYFREE pfree

#define YYLLOC_DEFAULT(current, rhs, n) \
	((current) = (n) ? (rhs)[1] : (rhs)[0])

/* an action that found a fault ends the parse */
#define CHECK() \
	do { \
		if (parse->failed) \
			YYABORT; \
	} while (0)
%}

%define api.pure full
%define api.prefix {align_rubric_yy}
%define api.location.type {int}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {yyscan_t scanner}
%parse-param {RubricParse *parse}

%code requires {
#include "rubric_tree.h"

#ifndef YY_TYPEDEF_YY_SCANNER_T
#define YY_TYPEDEF_YY_SCANNER_T
typedef void *yyscan_t;
#endif
}

%code {
static void yyerror(YYLTYPE *location, yyscan_t scanner, RubricParse *parse, const char *message);
}

%union {
	char	   *text;
	bool		flag;
	RubricOp	op;
	List	   *list;
	TreeValue  *value;
	TreeCondition *condition;
	TreeStatement *statement;
}

%token END 0 "the end"
%token <text> NUMBER "a number"
%token <text> STRING "a text in quotes"
%token <text> INSTANT "a date"
%token <text> NAME "a field"
%token BAD "no word"

/* reserved: as fields they are written in double quotes */
%token REQUIRE "require" REJECT "reject" GROUP "group" QUALIFY "qualify" GRADE "grade"
%token AND "and" OR "or" NOT "not" IN "in" BETWEEN "between" LIKE "like" ILIKE "ilike"
%token MATCHES "matches" HAS "has" IS "is" WHEN "when" DECAYING "decaying" TRUE_WORD "true" FALSE_WORD "false"

/* not reserved */
%token <text> ANY "any" AT "at" CAP "cap" SINCE "since" KNOWN "known" UNKNOWN "unknown"
%token <text> UNIT "minutes, hours, days or weeks"

%token EQ "=" NE "<>" LT "<" LE "<=" GT ">" GE ">=" PLUS "+" MINUS "-" OPEN "(" CLOSE ")" COMMA "," DOT "."

%type <statement> statement rule grades
%type <condition> condition conjunction negation predicate
%type <list> field values strings string_or_any value_or_any
%type <value> value number
%type <flag> maybe_not
%type <op> comparison pattern
%type <text> name string

%%

rubric: statements ;

statements:
	%empty
	| statements statement
		{
			parse->statements = lappend(parse->statements, $2);
			CHECK();
		}
	;

statement:
	REQUIRE condition	{ $$ = align_tree_statement(TREE_REQUIRE, $2, @1); }
	| REJECT condition	{ $$ = align_tree_statement(TREE_REJECT, $2, @1); }
	| GROUP name
		{
			$$ = align_tree_statement(TREE_GROUP, NULL, @1);
			$$->name = $2;
			$$->points = POINTS_NONE;
		}
	| GROUP name CAP number
		{
			$$ = align_tree_statement(TREE_GROUP, NULL, @1);
			$$->name = $2;
			$$->points = align_tree_points(parse, $4, "cap", @4);
		}
	| PLUS NUMBER rule
		{
			$$ = $3;
			$$->location = @1;
			$$->points = align_tree_points(parse, align_tree_number(parse, $2, false, @2), "points", @2);
		}
	| MINUS NUMBER rule
		{
			$$ = $3;
			$$->location = @1;
			$$->points = align_tree_points(parse, align_tree_number(parse, $2, true, @2), "points", @2);
		}
	| QUALIFY AT number
		{
			$$ = align_tree_statement(TREE_QUALIFY, NULL, @1);
			$$->points = align_tree_points(parse, $3, "qualify", @3);
		}
	| GRADE grades		{ $$ = $2; $$->location = @1; }
	;

rule:
	condition			{ $$ = align_tree_statement(TREE_POINTS, $1, @1); }
	| WHEN condition	{ $$ = align_tree_statement(TREE_POINTS, $2, @1); }
	| DECAYING NUMBER UNIT SINCE field
		{
			$$ = align_tree_statement(TREE_POINTS, NULL, @1);
			align_tree_decay(parse, $$, align_tree_number(parse, $2, false, @2), $3, $5, @2);
			CHECK();
		}
	| DECAYING NUMBER UNIT SINCE field WHEN condition
		{
			$$ = align_tree_statement(TREE_POINTS, $7, @1);
			align_tree_decay(parse, $$, align_tree_number(parse, $2, false, @2), $3, $5, @2);
			CHECK();
		}
	;

grades:
	NAME AT number
		{
			$$ = align_tree_statement(TREE_GRADE, NULL, @1);
			align_tree_grade(parse, $$, $1, $3, @1);
			CHECK();
		}
	| grades COMMA NAME AT number
		{
			$$ = $1;
			align_tree_grade(parse, $$, $3, $5, @3);
			CHECK();
		}
	;

condition:
	conjunction
	| condition OR conjunction	{ $$ = align_tree_join(parse, RUBRIC_OR, $1, $3, @2); CHECK(); }
	;

conjunction:
	negation
	| conjunction AND negation	{ $$ = align_tree_join(parse, RUBRIC_AND, $1, $3, @2); CHECK(); }
	;

negation:
	predicate
	| NOT negation				{ $$ = align_tree_not(parse, $2, @1); CHECK(); }
	;

predicate:
	OPEN condition CLOSE		{ $$ = $2; }
	| field comparison value
		{ $$ = align_tree_condition(parse, $2, false, $1, list_make1($3), @2); CHECK(); }
	| field maybe_not IN OPEN values CLOSE
		{ $$ = align_tree_condition(parse, RUBRIC_IN, $2, $1, $5, @3); CHECK(); }
	| field maybe_not BETWEEN value AND value
		{ $$ = align_tree_condition(parse, RUBRIC_BETWEEN, $2, $1, list_make2($4, $6), @3); CHECK(); }
	| field maybe_not pattern string_or_any
		{ $$ = align_tree_condition(parse, $3, $2, $1, $4, @3); CHECK(); }
	| field HAS value_or_any
		{ $$ = align_tree_condition(parse, RUBRIC_HAS, false, $1, $3, @2); CHECK(); }
	| field IS KNOWN
		{ $$ = align_tree_condition(parse, RUBRIC_KNOWN, false, $1, NIL, @2); CHECK(); }
	| field IS NOT KNOWN
		{ $$ = align_tree_condition(parse, RUBRIC_UNKNOWN, false, $1, NIL, @2); CHECK(); }
	| field IS UNKNOWN
		{ $$ = align_tree_condition(parse, RUBRIC_UNKNOWN, false, $1, NIL, @2); CHECK(); }
	| field IS NOT UNKNOWN
		{ $$ = align_tree_condition(parse, RUBRIC_KNOWN, false, $1, NIL, @2); CHECK(); }
	;

maybe_not:
	%empty				{ $$ = false; }
	| NOT				{ $$ = true; }
	;

comparison:
	EQ					{ $$ = RUBRIC_EQ; }
	| NE				{ $$ = RUBRIC_NE; }
	| LT				{ $$ = RUBRIC_LT; }
	| LE				{ $$ = RUBRIC_LE; }
	| GT				{ $$ = RUBRIC_GT; }
	| GE				{ $$ = RUBRIC_GE; }
	;

pattern:
	LIKE				{ $$ = RUBRIC_LIKE; }
	| ILIKE				{ $$ = RUBRIC_ILIKE; }
	| MATCHES			{ $$ = RUBRIC_MATCHES; }
	;

string_or_any:
	string				{ $$ = list_make1(align_tree_string($1, @1)); }
	| ANY OPEN strings CLOSE	{ $$ = $3; }
	;

strings:
	string				{ $$ = list_make1(align_tree_string($1, @1)); }
	| strings COMMA string	{ $$ = lappend($1, align_tree_string($3, @3)); }
	;

string: STRING ;

value_or_any:
	value				{ $$ = list_make1($1); }
	| ANY OPEN values CLOSE	{ $$ = $3; }
	;

values:
	value				{ $$ = list_make1($1); }
	| values COMMA value	{ $$ = lappend($1, $3); }
	;

value:
	number
	| STRING			{ $$ = align_tree_string($1, @1); }
	| INSTANT			{ $$ = align_tree_instant(parse, $1, @1); CHECK(); }
	| TRUE_WORD			{ $$ = align_tree_boolean(true, @1); }
	| FALSE_WORD		{ $$ = align_tree_boolean(false, @1); }
	;

number:
	NUMBER				{ $$ = align_tree_number(parse, $1, false, @1); CHECK(); }
	| MINUS NUMBER		{ $$ = align_tree_number(parse, $2, true, @1); CHECK(); }
	| PLUS NUMBER		{ $$ = align_tree_number(parse, $2, false, @1); CHECK(); }
	;

field:
	name				{ $$ = list_make1($1); }
	| field DOT name	{ $$ = lappend($1, $3); }
	;

name: NAME | ANY | AT | CAP | SINCE | KNOWN | UNKNOWN | UNIT ;

%%

#define MAX_EXPECTED	30

static const char *expected_words[MAX_EXPECTED];

/*
 * Whether a word that could stand here is left out of the message: one that is
 * there only because it may name a field too, and the dot that could make any
 * field longer.
 */
static bool
is_noise(yysymbol_kind_t symbol, bool field_fits)
{
	if (symbol == YYSYMBOL_BAD || symbol == YYSYMBOL_DOT)
		return true;
	return field_fits && (symbol == YYSYMBOL_ANY || symbol == YYSYMBOL_AT || symbol == YYSYMBOL_CAP ||
						  symbol == YYSYMBOL_SINCE || symbol == YYSYMBOL_KNOWN || symbol == YYSYMBOL_UNKNOWN ||
						  symbol == YYSYMBOL_UNIT);
}

static const char *
expected_word(int i)
{
	return expected_words[i];
}

/*
 * Says what was found, what could stand there, and which word is nearest to it.
 */
static int
yyreport_syntax_error(const yypcontext_t *context, yyscan_t scanner, RubricParse *parse)
{
	yysymbol_kind_t expected[MAX_EXPECTED];
	yysymbol_kind_t found = yypcontext_token(context);
	int			location = *yypcontext_location(context);
	int			count = yypcontext_expected_tokens(context, expected, MAX_EXPECTED);
	int			words = 0;
	bool		field_fits = false;
	bool		string_fits = false;
	StringInfoData detail;
	const char *separator = "";
	char	   *word;
	const char *nearest;
	const char *hint;

	if (parse->failed)
		return 0;
	for (int i = 0; i < count; i++)
	{
		field_fits |= expected[i] == YYSYMBOL_NAME;
		string_fits |= expected[i] == YYSYMBOL_STRING;
	}
	initStringInfo(&detail);
	appendStringInfoString(&detail, "Here could stand: ");
	for (int i = 0; i < count; i++)
	{
		if (is_noise(expected[i], field_fits))
			continue;
		if (isalpha((unsigned char) yysymbol_name(expected[i])[0]))
			expected_words[words++] = yysymbol_name(expected[i]);
		appendStringInfo(&detail, "%s%s", separator, yysymbol_name(expected[i]));
		separator = ", ";
	}
	appendStringInfoChar(&detail, '.');
	if (count == 0)
		resetStringInfo(&detail);

	word = align_scan_word(parse->text, parse->length, location);
	nearest = found == YYSYMBOL_NAME ? align_base_nearest(asc_tolower(word, strlen(word)), expected_word, words) : NULL;
	if (nearest != NULL)
		hint = psprintf("Perhaps \"%s\" is meant.", nearest);
	else if (pg_strcasecmp(word, "null") == 0)
		hint = "What is null is unknown: write is unknown, or is known.";
	else if (found == YYSYMBOL_NAME && string_fits)
		hint = "Write text in single quotes, such as 'US'.";
	else if (found == YYSYMBOL_STRING && field_fits)
		hint = "Write a field without quotes, or in double quotes where its name is no plain word.";
	else if (word[0] == '$' && location == 0)
		hint = "To ask a jsonpath, write: jsonpath '$...'.";
	else if (found >= YYSYMBOL_REQUIRE && found <= YYSYMBOL_FALSE_WORD && field_fits)
		hint = "To mean a field of this name, write it in double quotes.";
	else
		hint = "A statement is require, reject, group, +points, -points, qualify at or grade; see docs/rubric.md.";
	align_tree_fault(parse, ERRCODE_SYNTAX_ERROR, location,
					 found == YYSYMBOL_YYEOF ? "the text ends too early" : psprintf("unexpected \"%s\"", word),
					 detail.len > 0 ? detail.data : "Nothing can stand here.", hint);
	return 0;
}

/* Called for what is no syntax error: memory, which palloc reports itself. */
static void
yyerror(YYLTYPE *location, yyscan_t scanner, RubricParse *parse, const char *message)
{
	align_tree_fault(parse, ERRCODE_PROGRAM_LIMIT_EXCEEDED, *location, "it is nested too deeply",
					 psprintf("Conditions are nested at most %d deep.", RUBRIC_MAX_DEPTH),
					 "Write it in several clauses.");
}

/*
 * Reads parse->text into statements; on a fault parse->failed is set.
 */
void
align_rubric_parse_text(RubricParse *parse)
{
	yyscan_t	scanner = align_scan_begin(parse);

	if (align_rubric_yyparse(scanner, parse) != 0 && !parse->failed)
		elog(ERROR, "rubric parser gave up without a reason");
	align_scan_end(scanner);
	if (!parse->failed)
		align_tree_check(parse);
}
