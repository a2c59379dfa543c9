/*
 * message.c
 *		The type corpus: in how many texts each word occurs; and how much alike
 *		two texts are, where rare words count more.
 *
 *		SELECT align.similarity(c, to_tsvector('english', 'We win back lost hours'),
 *			to_tsvector('english', 'Lost hours are won back')) FROM (SELECT align.corpus(vector) AS c FROM texts) s;
 *
 * A text is a tsvector, so the server's text search has cut it into words,
 * dropped those that say nothing and brought the others to their stems.
 *
 * In memory it is an expanded object (base_state.c) with a hash table of words.
 * Flat, it is the bytes of send, the words sorted by their bytes, so that equal
 * counts have equal bytes:
 *
 *		version | texts | number of words | per word: length, bytes, texts that have it
 *
 * No word is in more texts than there are, and none is in no text.
 */
#include "compat.h"

#include <math.h>

#include "common/hashfn.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tsearch/ts_type.h"
#include "tsearch/ts_utils.h"
#include "utils/builtins.h"

#include "base.h"
#include "base_histogram.h"
#include "base_state.h"

#define CORPUS_VERSION		1
#define FIRST_CAPACITY		64
#define CORPUS_MAX_WORDS	(1 << 24)

typedef struct Lexeme
{
	const char *text;
	uint32		length;
} Lexeme;

typedef struct CorpusWord
{
	Lexeme		lexeme;
	uint32		hash;
	char		status;			/* of the hash table */
	int64		texts;			/* that have it */
} CorpusWord;

#define SH_PREFIX		words
#define SH_ELEMENT_TYPE	CorpusWord
#define SH_KEY_TYPE		Lexeme
#define SH_KEY			lexeme
#define SH_HASH_KEY(table, key) \
	hash_bytes((const unsigned char *) (key).text, (key).length)
#define SH_EQUAL(table, a, b) \
	((a).length == (b).length && memcmp((a).text, (b).text, (a).length) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(table, word) ((word)->hash)
#define SH_SCOPE		static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct Corpus
{
	State		state;
	int64		texts;
	Size		word_bytes;
	words_hash *words;			/* NULL while there is none */
} Corpus;

/*
 * The word of a lexeme, which is made when it is new; made words keep a copy of
 * the text. Until the next is made it stays where it is.
 */
static CorpusWord *
find_word(Corpus *corpus, const char *text, uint32 length)
{
	MemoryContext context = corpus->state.header.eoh_context;
	Lexeme		lexeme = {text, length};
	CorpusWord *word;
	bool		found;

	if (corpus->words == NULL)
		corpus->words = words_create(context, FIRST_CAPACITY, NULL);
	word = words_insert(corpus->words, lexeme, &found);
	if (!found)
	{
		char	   *copy;

		if (corpus->words->members > CORPUS_MAX_WORDS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("this corpus has more than %d words", CORPUS_MAX_WORDS),
					 errdetail("No language has so many; it may hold numbers or codes."),
					 errhint("Use a text search configuration that leaves these out.")));
		copy = MemoryContextAlloc(context, length);
		memcpy(copy, text, length);
		word->lexeme.text = copy;
		word->texts = 0;
		corpus->word_bytes += length;
		/* the table doubles when it likes, so there is room for that */
		align_base_check_memory(2 * corpus->words->size * sizeof(CorpusWord) + corpus->word_bytes, "this corpus");
	}
	return word;
}

static int
compare_words(const void *left, const void *right)
{
	const Lexeme *l = &(*(CorpusWord *const *) left)->lexeme;
	const Lexeme *r = &(*(CorpusWord *const *) right)->lexeme;

	return compare_bytes(l->text, l->length, r->text, r->length);
}

/* The words in the order of their bytes. */
static uint32
sort_words(const Corpus *corpus, CorpusWord ***sorted)
{
	uint32		count = 0;
	words_iterator iterator;
	CorpusWord *word;

	if (corpus->words == NULL)
		return 0;
	*sorted = palloc_extended((corpus->words->members + 1) * sizeof(CorpusWord *), MCXT_ALLOC_HUGE);
	words_start_iterate(corpus->words, &iterator);
	while ((word = words_iterate(corpus->words, &iterator)) != NULL)
		(*sorted)[count++] = word;
	qsort(*sorted, count, sizeof(CorpusWord *), compare_words);
	return count;
}

static void
write_corpus(StringInfo out, const State *state)
{
	const Corpus *corpus = (const Corpus *) state;
	CorpusWord **words = NULL;
	uint32		count = sort_words(corpus, &words);

	appendStringInfoChar(out, CORPUS_VERSION);
	align_varint_write(out, corpus->texts);
	align_varint_write(out, count);
	for (uint32 i = 0; i < count; i++)
	{
		align_varint_write(out, words[i]->lexeme.length);
		appendBinaryStringInfo(out, words[i]->lexeme.text, words[i]->lexeme.length);
		align_varint_write(out, words[i]->texts);
	}
	if (words != NULL)
		pfree(words);
}

static void
read_corpus(StringInfo in, State *state)
{
	Corpus	   *corpus = (Corpus *) state;
	int64		count;

	if (pq_getmsgbyte(in) != CORPUS_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid corpus in binary input"),
				 errdetail("Its version is not one that align writes."),
				 errhint("Send the value as it was received.")));
	corpus->texts = align_varint_read_range(in, 0, PG_INT64_MAX);
	count = align_varint_read_range(in, 0, CORPUS_MAX_WORDS);
	for (int64 i = 0; i < count; i++)
	{
		int			length = (int) align_varint_read_range(in, 1, MAXSTRLEN);
		const char *text = pq_getmsgbytes(in, length);
		CorpusWord *word;

		CHECK_FOR_INTERRUPTS();
		pg_verify_mbstr(GetDatabaseEncoding(), text, length, false);
		word = find_word(corpus, text, length);
		if (word->texts != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid corpus in binary input"),
					 errdetail("It has the word \"%.*s\" twice.", length, text),
					 errhint("Send the value as it was received.")));
		word->texts = align_varint_read_range(in, 1, corpus->texts);
	}
}

static void
describe_corpus(StringInfo out, const State *state)
{
	const Corpus *corpus = (const Corpus *) state;

	appendStringInfo(out, "\"texts\": " INT64_FORMAT ", \"words\": %u, ",
					 corpus->texts, corpus->words != NULL ? corpus->words->members : 0);
}

static const StateKind corpus_kind = {
	"corpus", sizeof(Corpus), write_corpus, read_corpus, describe_corpus
};

static Corpus *
get_corpus(Datum datum, MemoryContext parent)
{
	return (Corpus *) align_state_get(&corpus_kind, datum, parent);
}

static Corpus *
create_corpus(MemoryContext parent)
{
	return (Corpus *) align_state_create(&corpus_kind, parent);
}

static void
merge(Corpus *into, const Corpus *from)
{
	words_iterator iterator;
	CorpusWord *word;

	align_base_add_count(&into->texts, from->texts, 1, "corpus");
	if (from->words == NULL)
		return;
	words_start_iterate(from->words, &iterator);
	while ((word = words_iterate(from->words, &iterator)) != NULL)
	{
		align_base_add_count(&find_word(into, word->lexeme.text, word->lexeme.length)->texts, word->texts, 1, "corpus");
		CHECK_FOR_INTERRUPTS();
	}
}

PG_FUNCTION_INFO_V1(align_message_corpus_in);
Datum
align_message_corpus_in(PG_FUNCTION_ARGS)
{
	return align_state_in(&corpus_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_message_corpus_out);
Datum
align_message_corpus_out(PG_FUNCTION_ARGS)
{
	return align_state_out(&corpus_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_message_corpus_recv);
Datum
align_message_corpus_recv(PG_FUNCTION_ARGS)
{
	return align_state_recv(&corpus_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_message_corpus_send);
Datum
align_message_corpus_send(PG_FUNCTION_ARGS)
{
	return align_state_send(&corpus_kind, fcinfo);
}

PG_FUNCTION_INFO_V1(align_message_corpus_plus);
Datum
align_message_corpus_plus(PG_FUNCTION_ARGS)
{
	Corpus	   *sum = create_corpus(CurrentMemoryContext);

	merge(sum, get_corpus(PG_GETARG_DATUM(0), CurrentMemoryContext));
	merge(sum, get_corpus(PG_GETARG_DATUM(1), CurrentMemoryContext));
	PG_RETURN_DATUM(align_state_datum(&sum->state));
}

/* combine, and rollup(corpus): transition */
PG_FUNCTION_INFO_V1(align_message_corpus_combine);
Datum
align_message_corpus_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Corpus	   *corpus;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	corpus = PG_ARGISNULL(0) ? create_corpus(context) : get_corpus(PG_GETARG_DATUM(0), context);
	if (!PG_ARGISNULL(1))
		merge(corpus, get_corpus(PG_GETARG_DATUM(1), CurrentMemoryContext));
	PG_RETURN_DATUM(align_state_datum(&corpus->state));
}

/* corpus(tsvector): transition */
PG_FUNCTION_INFO_V1(align_message_corpus_add);
Datum
align_message_corpus_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	Corpus	   *corpus;
	TSVector	vector;

	if (PG_ARGISNULL(1))
	{
		fcinfo->isnull = PG_ARGISNULL(0);
		return PG_GETARG_DATUM(0);
	}
	corpus = PG_ARGISNULL(0) ? create_corpus(context) : get_corpus(PG_GETARG_DATUM(0), context);
	vector = PG_GETARG_TSVECTOR(1);
	align_base_add_count(&corpus->texts, 1, 1, "corpus");
	for (int i = 0; i < vector->size; i++)
	{
		const WordEntry *entry = &ARRPTR(vector)[i];

		/* older servers took a word without letters as binary input */
		if (entry->len > 0)
			find_word(corpus, STRPTR(vector) + entry->pos, entry->len)->texts++;
	}
	PG_RETURN_DATUM(align_state_datum(&corpus->state));
}

/*
 * How much a word tells: 1 for one that every text has, more the fewer have it.
 */
static double
rarity(const Corpus *corpus, const char *text, uint32 length)
{
	Lexeme		lexeme = {text, length};
	CorpusWord *word = corpus->words != NULL ? words_lookup(corpus->words, lexeme) : NULL;

	return 1 + log((1 + (double) corpus->texts) / (1 + (double) (word != NULL ? word->texts : 0)));
}

/*
 * The weight of a word of a text: how often it stands there, by its rarity. In a
 * vector without positions every word counts once.
 */
static double
weight(const Corpus *corpus, TSVector vector, const WordEntry *entry)
{
	int			times = entry->haspos ? POSDATALEN(vector, entry) : 1;

	return Max(times, 1) * rarity(corpus, STRPTR(vector) + entry->pos, entry->len);
}

typedef struct Match
{
	double		dot;			/* product of both as vectors */
	double		squares[2];		/* of each with itself */
	double		shared;			/* squares of the first's words that the
								 * second has too */
} Match;

/*
 * Reads two texts side by side; both are sorted alike.
 */
static Match
match(const Corpus *corpus, TSVector a, TSVector b)
{
	Match		result = {0};
	int			i = 0;
	int			j = 0;

	while (i < a->size || j < b->size)
	{
		const WordEntry *entry_a = &ARRPTR(a)[i];
		const WordEntry *entry_b = &ARRPTR(b)[j];
		int			order;
		double		weight_a = 0;
		double		weight_b = 0;

		if (i == a->size || j == b->size)
			order = i == a->size ? 1 : -1;
		else
			order = tsCompareString(STRPTR(a) + entry_a->pos, entry_a->len, STRPTR(b) + entry_b->pos, entry_b->len, false);
		if (order <= 0)
		{
			weight_a = weight(corpus, a, entry_a);
			i++;
		}
		if (order >= 0)
		{
			weight_b = weight(corpus, b, entry_b);
			j++;
		}
		result.squares[0] += weight_a * weight_a;
		result.squares[1] += weight_b * weight_b;
		result.dot += weight_a * weight_b;
		if (order == 0)
			result.shared += weight_a * weight_a;
	}
	return result;
}

/*
 * similarity(corpus, tsvector, tsvector): the cosine of both, NULL when either
 * has no word
 */
PG_FUNCTION_INFO_V1(align_message_similarity);
Datum
align_message_similarity(PG_FUNCTION_ARGS)
{
	Corpus	   *corpus = (Corpus *) align_state_cached(&corpus_kind, fcinfo, 0);
	TSVector	a = PG_GETARG_TSVECTOR(1);
	TSVector	b = PG_GETARG_TSVECTOR(2);
	Match		found;

	if (a->size == 0 || b->size == 0)
		PG_RETURN_NULL();
	found = match(corpus, a, b);
	PG_RETURN_FLOAT8(Min(1.0, found.dot / sqrt(found.squares[0] * found.squares[1])));
}

/*
 * coverage(corpus, tsvector, tsvector): the share of the first that the second
 * has too, NULL when the first has no word
 */
PG_FUNCTION_INFO_V1(align_message_coverage);
Datum
align_message_coverage(PG_FUNCTION_ARGS)
{
	Corpus	   *corpus = (Corpus *) align_state_cached(&corpus_kind, fcinfo, 0);
	TSVector	wanted = PG_GETARG_TSVECTOR(1);
	TSVector	given = PG_GETARG_TSVECTOR(2);
	Match		found;

	if (wanted->size == 0)
		PG_RETURN_NULL();
	found = match(corpus, wanted, given);
	PG_RETURN_FLOAT8(Min(1.0, found.shared / found.squares[0]));
}

PG_FUNCTION_INFO_V1(align_message_corpus_texts);
Datum
align_message_corpus_texts(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(get_corpus(PG_GETARG_DATUM(0), CurrentMemoryContext)->texts);
}

/* words(corpus): a row per word */
PG_FUNCTION_INFO_V1(align_message_corpus_words);
Datum
align_message_corpus_words(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Corpus	   *corpus = get_corpus(PG_GETARG_DATUM(0), CurrentMemoryContext);
	CorpusWord **words = NULL;
	uint32		count = sort_words(corpus, &words);

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < count; i++)
	{
		const Lexeme *lexeme = &words[i]->lexeme;
		Datum		values[3];
		bool		nulls[3] = {0};

		values[0] = PointerGetDatum(cstring_to_text_with_len(lexeme->text, lexeme->length));
		values[1] = Int64GetDatum(words[i]->texts);
		values[2] = Float8GetDatum(rarity(corpus, lexeme->text, lexeme->length));
		align_base_put_row(rsinfo, values, nulls);
	}
	return (Datum) 0;
}
