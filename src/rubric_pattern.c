/*
 * rubric_pattern.c
 *		Text patterns of rubrics: LIKE without its function calls, and the
 *		literals of a regular expression, which are looked for before it runs.
 *
 * A LIKE pattern is compiled to its bytes, in which two zero-led bytes stand for
 * _ and %, since text has no zero byte. Letter case is ignored as ILIKE does it,
 * by making both lower case in the database's collation; where that leaves
 * ASCII to itself, ASCII is folded without a call.
 */
#include "compat.h"

#include <ctype.h>

#include "catalog/pg_collation.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/formatting.h"

#include "rubric.h"

#define ANY_CHARACTER	'\1'
#define ANY_RUN			'\2'

#define FOLD_ROOM		256

/* In these encodings a character's bytes are found nowhere within another. */
static bool
bytes_are_safe(void)
{
	return GetDatabaseEncoding() == PG_UTF8 || pg_database_encoding_max_length() == 1;
}

static int
character_length(const char *at, const char *end)
{
	return (int) Min(pg_mblen(at), end - at);
}

/*
 * A LIKE pattern whose backslashes are known to be complete.
 */
char *
align_pattern_compile(const char *pattern, int length, int *compiled_length)
{
	char	   *compiled = palloc(2 * length + 1);
	char	   *to = compiled;

	for (int i = 0; i < length; i++)
	{
		if (pattern[i] == '_')
		{
			bool		after_run = to - compiled >= 2 && to[-2] == '\0' && to[-1] == ANY_RUN;

			/*
			 * one character and then a run, which is the same and goes on
			 * from
			 */
			if (after_run)
				to -= 2;
			*to++ = '\0';
			*to++ = ANY_CHARACTER;
			if (after_run)
			{
				*to++ = '\0';
				*to++ = ANY_RUN;
			}
		}
		else if (pattern[i] == '%')
		{
			if (to - compiled >= 2 && to[-2] == '\0' && to[-1] == ANY_RUN)
				continue;
			*to++ = '\0';
			*to++ = ANY_RUN;
		}
		else
		{
			if (pattern[i] == '\\')
				i++;
			*to++ = pattern[i];
		}
	}
	*compiled_length = to - compiled;
	return compiled;
}

/*
 * Whether a text matches a compiled LIKE pattern. After a run the next literal
 * byte is searched; what fails later goes on from there, one character on.
 */
bool
align_pattern_match(const char *pattern, int pattern_length, const char *text, int length)
{
	const char *p = pattern;
	const char *pattern_end = pattern + pattern_length;
	const char *t = text;
	const char *end = text + length;
	const char *resume_pattern = NULL;
	const char *resume_text = NULL;
	bool		safe = bytes_are_safe();

	for (;;)
	{
		if (p == pattern_end)
		{
			if (t == end)
				return true;
		}
		else if (*p == '\0' && p[1] == ANY_RUN)
		{
			p += 2;
			if (p == pattern_end)
				return true;
			resume_pattern = p;
			resume_text = t;
			if (*p != '\0' && safe)
			{
				t = memchr(t, *p, end - t);
				if (t == NULL)
					return false;
				resume_text = t;
			}
			continue;
		}
		else if (t == end)
			return false;		/* more text only gets lost on the way */
		else if (*p == '\0')
		{
			p += 2;
			t += character_length(t, end);
			continue;
		}
		else if (*p == *t)
		{
			p++;
			t++;
			continue;
		}
		if (resume_pattern == NULL || resume_text == end)
			return false;
		CHECK_FOR_INTERRUPTS();
		resume_text += character_length(resume_text, end);
		p = resume_pattern;
		if (*p != '\0' && safe)
		{
			resume_text = memchr(resume_text, *p, end - resume_text);
			if (resume_text == NULL)
				return false;
		}
		t = resume_text;
	}
}

/*
 * Text in lower case, as ILIKE makes it.
 */
char *
align_pattern_fold(const char *text, int length, int *folded_length)
{
	char	   *folded = str_tolower(text, length, DEFAULT_COLLATION_OID);

	*folded_length = strlen(folded);
	return folded;
}

/* Whether lower case in the database's collation is that of ASCII for ASCII. */
static bool
ascii_folds_plainly(void)
{
	static int	known = -1;

	if (known < 0)
		known = strcmp(str_tolower("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 26, DEFAULT_COLLATION_OID), "abcdefghijklmnopqrstuvwxyz") == 0;
	return known == 1;
}

/*
 * Whether a text matches in any letter case; the pattern was folded before it
 * was compiled.
 */
bool
align_pattern_match_folded(const char *pattern, int pattern_length, const char *text, int length)
{
	char		room[FOLD_ROOM];
	int			i = 0;
	char	   *folded;
	bool		result;

	if (length <= FOLD_ROOM && ascii_folds_plainly())
	{
		for (; i < length && !IS_HIGHBIT_SET(text[i]); i++)
			room[i] = (text[i] >= 'A' && text[i] <= 'Z') ? text[i] + ('a' - 'A') : text[i];
		if (i == length)
			return align_pattern_match(pattern, pattern_length, room, length);
	}
	folded = align_pattern_fold(text, length, &length);
	result = align_pattern_match(pattern, pattern_length, folded, length);
	pfree(folded);
	return result;
}

/* Past a bracket expression; NULL when it does not end. */
static const char *
skip_brackets(const char *at, const char *end)
{
	at++;
	if (at < end && *at == '^')
		at++;
	if (at < end && *at == ']')
		at++;
	while (at < end && *at != ']')
	{
		if (*at == '\\')
			at++;
		else if (*at == '[' && at + 1 < end && strchr(".=:", at[1]) != NULL)
		{
			char		kind = at[1];

			for (at += 2; at + 1 < end && !(at[0] == kind && at[1] == ']'); at++)
				;
			at++;
		}
		at++;
	}
	return at < end ? at + 1 : NULL;
}

/*
 * Past a group in parentheses; NULL when it does not end, or holds what begins
 * with (? and is no plain group: what looks ahead or behind, options, and
 * comments, which hide what stands in them.
 */
static const char *
skip_group(const char *at, const char *end)
{
	int			depth = 0;

	while (at < end)
	{
		if (*at == '\\')
			at++;
		else if (*at == '[')
		{
			at = skip_brackets(at, end);
			if (at == NULL)
				return NULL;
			continue;
		}
		else if (*at == '(')
		{
			depth++;
			if (end - at >= 3 && at[1] == '?' && at[2] != ':')
				return NULL;
		}
		else if (*at == ')' && --depth == 0)
			return at + 1;
		at++;
	}
	return NULL;
}

/*
 * Takes the parentheses off a regular expression that is one group, perhaps
 * anchored: ^(Event|Referral)$. Whether what remains is anchored at each end.
 */
static void
strip_group(const char **at, const char **end, bool *at_begin, bool *at_end)
{
	const char *begin = *at + (*at < *end && **at == '^');
	const char *stop = *end - (*end > *at && (*end)[-1] == '$');

	*at_begin = *at_end = false;
	if (begin < stop && *begin == '(' && skip_group(begin, *end) == stop)
	{
		*at_begin = begin > *at;
		*at_end = stop < *end;
		*at = begin + 1;
		*end = stop - 1;
		if (*end - *at >= 2 && strncmp(*at, "?:", 2) == 0)
			*at += 2;
	}
}

/*
 * Literals of which at least one stands in every text that a regular expression
 * matches: the longest run of plain ASCII of each branch. How many; 0 when there
 * is a branch without one, or anything that is not understood here. decide is
 * set when the expression is nothing but these literals, each perhaps anchored.
 */
int
align_pattern_literals(const char *regex, int length, RubricLiteral *literals, int max, bool *decide)
{
	const char *at = regex;
	const char *end = regex + length;
	bool		at_begin;
	bool		at_end;
	int			count = 0;

	*decide = bytes_are_safe();
	if (strncmp(regex, "***", Min(length, 3)) == 0)
		return 0;
	strip_group(&at, &end, &at_begin, &at_end);
	for (;; at++)
	{
		RubricLiteral best = {.at_begin = at_begin,.at_end = at_end};
		const char *run = at;

		if (at < end && *at == '^')
		{
			best.at_begin = true;
			run = ++at;
		}
		for (;; at++)
		{
			bool		optional = at < end && (*at == '*' || *at == '?' || *at == '{');
			const char *run_end = optional && at > run ? at - 1 : at;

			if (at < end && !IS_HIGHBIT_SET(*at) && strchr("|\\[()*?{+^$.", *at) == NULL)
				continue;
			if (run_end - run > best.bytes.length)
			{
				best.bytes.offset = run - regex;
				best.bytes.length = run_end - run;
			}
			if (at == end || *at == '|')
				break;
			if (*at == '$' && (at + 1 == end || at[1] == '|'))
			{
				best.at_end = true;
				run = at + 1;
				continue;
			}
			*decide = false;
			if (*at == '\\')
			{
				at++;
				if (at == end || (isalnum((unsigned char) *at) && strchr("dswDSWyYmMAZ", *at) == NULL))
					return 0;
			}
			else if (*at == '[' || *at == '(')
			{
				at = *at == '[' ? skip_brackets(at, end) : skip_group(at, end);
				if (at == NULL)
					return 0;
				at--;
			}
			else if (*at == '{')
			{
				/* only before a digit it counts, else it is itself */
				at = end - at >= 2 && isdigit((unsigned char) at[1]) ? memchr(at, '}', end - at) : NULL;
				if (at == NULL)
					return 0;
			}
			run = at + 1;
		}
		if (best.bytes.length == 0 || count == max)
			return 0;
		literals[count++] = best;
		if (at == end)
			return count;
	}
}
