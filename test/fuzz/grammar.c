/*
 * grammar.c
 *		Rubrics by the rules of their language: bytes as choices.
 *
 *		SELECT fuzz.sentence('\x0204', 's');
 *
 * Changed at random, most texts are none that the parser takes. Here each byte
 * chooses one way to write a symbol, so that most of what comes out is a rubric.
 * A symbol is a letter; $x stands for it, $$ for a dollar. Its first form, which
 * soon ends, is taken when the bytes are used up or symbols nest too deeply.
 */
#include "../../src/compat.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define MAX_FORMS	50
#define MAX_LENGTH	4000
#define MAX_DEPTH	12			/* or regular expressions take the server too
								 * long */

typedef struct Symbol
{
	char		letter;
	const char *forms[MAX_FORMS];
} Symbol;

static const Symbol symbols[] = {
	/* statements */
	{'s', {"+1 $p", "$t\n$s", "$t $s", "$t\n$s", "require $e"}},
	{'t', {"+10 when $c", "require $c", "reject $c", "+$n $c", "-$n $c", "+$n decaying $h since $f", "-$n decaying $h since $f when $c",
	"group $f", "group $f cap $n", "qualify at $n", "grade A at 3, b at 2.5, C at -1", "-- $w\n"}},
	{'n', {"10", "1", "0.000001", "1e2", "2.5", "1000000", "007"}},
	{'h', {"14 days", "1 week", "90 minutes", "0.5 hours", "1e-3 day", "5200 weeks"}},
	{'c', {"$p", "$c and $c", "$c or $c", "not $c", "($c)", "$p", "$p and $p"}},
	/* predicates */
	{'p', {"$f is known", "$f $o $m", "$f $o '$w'", "$f $o $d", "$f $i ($l)", "$f $i ($v)", "$f $i ($j)", "$f $i (true)", "$f between -1 and $m",
			"$f not between '' and '$w'", "$f between 2025-01-01 and $d", "$f like '$k'", "$f not ilike '$k'", "$f ilike any ('$k', '$k')",
			"$f matches '$r'", "$f matches any ('$r', '$r')", "$f has $m", "$f has any ($l)", "$f has any ($v)", "$f has '$w'", "$f has true",
	"$f is unknown", "$f = true", "$f <> false"}},
	/* what an index can look up, and nearly so */
	{'e', {"$u = 1", "$u = $m", "$u = '$w'", "$u = true", "$u in ($l)", "$u in ($v)", "$u has $m", "$u has '$w'", "$u has any ($l)", "$e and $e", "$e and not $e", "$u in ('$w')"}},
	{'u', {"a", "b", "c", "e", "d.c", "d.a.b", "country", "title"}},
	{'o', {"=", "<>", "<", "<=", ">", ">=", "!="}},
	{'i', {"in", "not in"}},
	{'f', {"a", "b", "c", "d", "e", "d.a", "d.a.b", "d.c", "d.d", "a.a.a.a", "x", "y", "aa", "ab", "ba", "country", "employees", "title", "email_domain",
	"last_demo_at", "at", "\"at\"", "cap", "any", "known", "since", "day", "\"and\"", "\"Job \"\"Title\"", "\"\xc3\xbc.\"", "\xc3\xbc$$1", "industry"}},
	/* values */
	{'m', {"1", "0", "2", "50", "-1", "-0.5", "1.00", "1000.5", "1e2", ".5", "9999", "10000", "1e4", "1e64", "1e-30", "-1e64", "1e99", "1e100", "-1e-99",
	"99999999999999999999.00000000001", "99999999.9999", "100000000", "+0.0001", "2.", "12345678901234567890123456789012345678901234567890.5", "$g"}},
	/* numbers that are nearly alike */
	{'g', {"1$z", "12345678123456781234567$z", "-12345678123456781234567$z", "0.0001000000000000000$z", "99999999999999999999999.$z", "1000000000000000000000000$z",
	"-0.1234567812345678123$z", "123456781234.5678$z"}},
	{'z', {"1", "2", "3", "0", "9", "10", "00001", "99999999", "5000"}},
	{'d', {"2026-01-01", "2025-12-20", "2024-02-29", "2026-03-01", "2026-03-01T09:30:00Z", "2026-03-01T09:30", "2025-06-01t00:00:00.000001+02:00",
	"0000-01-01", "0000-01-01T00:00+15:59", "9999-12-31", "9999-12-31T23:59:59.9999999-1559", "2025-12-20T00:00Z", "2025-12-20T23:59:59.999999"}},
	{'w', {"x", "", "X", "ab", "$q", "$q$w", "$x", "US", "VP of Sales", "2026-01-01", "ab\ncd", "dd", "ee", "software", "gmail.com", "a", "50", "true"}},
	{'l', {"1", "$m, $l", "$m, $m, $m, $m, $l"}},
	{'v', {"'x'", "'$w', $v", "'$w', '$w', '$w', '$w', $v"}},
	{'j', {"2026-01-01", "$d, $j", "$d, $d, $d, $d, $j"}},
	/* characters, and patterns of them */
	{'q', {"a", "b", "A", "B", " ", "-", "$$", "\xc3\xbc", "\xc3\x9c", "n", "1", "_", "%", "''", "\n", "\xe2\x82\xac", ".", "(", "|", "c"}},
	{'y', {"a", "b", "A", "1", "{", "}", "\n", "\xc3\xbc", "-"}},
	{'x', {"a", "$y$x", "$y$y$x", "$y$y$y$x"}},
	{'k', {"%", "", "$k$k", "_", "$q", "$w", "\\$q", "%$w%", "$w%", "\\\\", "$x", "$y_$k", "%$y$k"}},
	{'r', {"a", "$y", "$y$y", "$y$r", "$r$r", "$r|$r", "($r)", "(?:$r)", "$r*", "$r+", "$r?", "$r{1,2}", "$r{2}", "$r*?", "^$r", "$r$$", "^($r)$$", "[ab$q]", "[^$q]", "[[:alpha:]]",
			"\\d", "\\w", "\\y", "\\m", "\\A", "\\Z", "\\\\", "\\.", "\\n", "\\x61", "\\u00fc", "(?i)$r", "(?=$r)", "(?!$r)", "***=$r", "***:$r", "{$y", "$y{1$y", "$q", "$w", ".", "",
	"(?n)$r", "($r)\\1"}},

	/*
	 * an operator and two values for fuzz.predicate: its number is the
	 * letter's modulo 11
	 */
	{'0', {"B$k\n$w", "C$k\n$w", "D$r\n$w", "E$m\n$m", "F$w\n$w", "G$m\n$m", "H$d\n$d", "I$d\n$d", "J$w\n$w", "E$d\n$d", "K$m,$m,$m,$m,$m\n$m", "K$w,$w,$w,$w,$w,$w\n$w",
			"L$m,$m,$m,$m,$m\n$m,$m", "L$w,$w,$w,$w,$w\n$w,$w", "D$r\n$w$w", "D^$r$$\n$w", "D($r|$r)\n$w$w$w", "D$r$r$r\n$w$w", "B%$w%$k\n$w$w$w",
	"E$g\n$g", "G$g\n$g", "I$g\n$g", "K$g,$g,$g,$g,$g,$g\n$g", "D$r\n$x", "D$r$r\n$x$x", "D($r|$r)\n$x", "C$k\n$x", "B$k\n$x"}},
};

typedef struct Choices
{
	const uint8 *at;
	const uint8 *end;
	int			depth;			/* of symbols but statements */
	StringInfoData out;
} Choices;

static void
write_symbol(Choices *choices, char letter)
{
	const Symbol *symbol = symbols;
	int			count = 0;
	const char *form;

	check_stack_depth();
	choices->depth += letter != 's';
	while (symbol->letter != letter)
		if (++symbol == symbols + lengthof(symbols))
			elog(ERROR, "no symbol %c", letter);
	while (count < MAX_FORMS && symbol->forms[count] != NULL)
		count++;
	if (choices->at == choices->end || choices->depth > MAX_DEPTH || choices->out.len > MAX_LENGTH)
		form = symbol->forms[0];
	else
		form = symbol->forms[*choices->at++ % count];
	for (; *form != '\0'; form++)
	{
		if (*form != '$')
			appendStringInfoChar(&choices->out, *form);
		else if (*++form == '$')
			appendStringInfoChar(&choices->out, '$');
		else
			write_symbol(choices, *form);
	}
	choices->depth -= letter != 's';
}

/* sentence(choices, letter): what is written for a symbol */
PG_FUNCTION_INFO_V1(align_fuzz_sentence);
Datum
align_fuzz_sentence(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	char	   *letter = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Choices		choices = {0};

	choices.at = (const uint8 *) VARDATA_ANY(bytes);
	choices.end = choices.at + VARSIZE_ANY_EXHDR(bytes);
	initStringInfo(&choices.out);
	write_symbol(&choices, letter[0]);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(choices.out.data, choices.out.len));
}
