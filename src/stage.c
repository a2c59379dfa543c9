/*
 * stage.c
 *		Where a buyer is in the relationship: one vocabulary for both teams.
 *
 *		SELECT 'Marketing Qualified Lead'::align.stage;		-- mql
 *
 * A stage is an int2 passed by value, its number in the table below. The order
 * of numbers is the order of the type, so comparison, hashing and sorting are
 * those of int2. Input reads the name or any alias, whatever the case, spaces
 * and punctuation; output writes the name.
 */
#include "compat.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "base.h"
#include "stage.h"

typedef enum StagePhase
{
	PHASE_ATTRACT,
	PHASE_QUALIFY,
	PHASE_SELL,
	PHASE_KEEP,
	PHASE_GROW,
	PHASE_EXIT
} StagePhase;

static const char *const phase_names[] = {
	"attract", "qualify", "sell", "keep", "grow", "exit"
};

#define MAX_ALIASES 24

typedef struct StageEntry
{
	const char *name;
	StagePhase	phase;
	const char *owner_team;
	const char *description;
	const char *aliases[MAX_ALIASES];	/* ends with NULL */
} StageEntry;

/* The vocabulary. A row's place is its number, for ever. */
static const StageEntry stages[] = {
	{"visitor", PHASE_ATTRACT, "marketing",
		"Seen, not known by name",
	{"Anonymous", "Website Visitor"}},
	{"subscriber", PHASE_ATTRACT, "marketing",
		"Known by name, wants to hear from us",
	{"Known", "Newsletter Subscriber"}},
	{"lead", PHASE_ATTRACT, "marketing",
		"Showed interest in what we sell",
		{"Inquiry", "Prospect", "Engaged", "New", "Open", "Lead In", "Raw Lead",
	"Open - Not Contacted"}},
	{"mql", PHASE_QUALIFY, "marketing",
		"Marketing qualified: fits the agreed definition",
	{"Marketing Qualified Lead", "Marketing Qualified"}},
	{"sal", PHASE_QUALIFY, "sales",
		"Sales accepted: sales has taken it up",
		{"Sales Accepted Lead", "Sales Accepted", "Working - Contacted", "Working",
	"Attempted to Contact", "Connected", "In Progress"}},
	{"sql", PHASE_QUALIFY, "sales",
		"Sales qualified: need, money and timing are confirmed",
	{"Sales Qualified Lead", "Sales Qualified", "Sales Lead", "Qualified"}},
	{"opportunity", PHASE_SELL, "sales",
		"A deal is open",
		{"Open Opportunity", "Open Deal", "Deal", "Discovery", "Prospecting",
			"Qualification", "Needs Analysis", "Needs Defined", "Value Proposition",
			"Id. Decision Makers", "Perception Analysis", "Closed - Converted",
			"Appointment Scheduled", "Qualified To Buy", "Presentation Scheduled",
	"Decision Maker Bought-In", "Contact Made", "Demo Scheduled"}},
	{"proposal", PHASE_SELL, "sales",
		"An offer is with the buyer",
	{"Proposal/Price Quote", "Proposal Made", "Proposal Sent", "Quote", "Quote Sent"}},
	{"negotiation", PHASE_SELL, "sales",
		"Terms are being settled",
	{"Negotiation/Review", "Negotiations", "Negotiations Started", "Contract Sent"}},
	{"customer", PHASE_KEEP, "sales",
		"Bought",
	{"Closed Won", "Won", "Client"}},
	{"onboarded", PHASE_KEEP, "customer success",
		"Uses what was bought",
	{"Onboarding Complete", "Live", "Activated"}},
	{"renewed", PHASE_KEEP, "customer success",
		"Bought again",
	{"Renewal", "Renewal Won"}},
	{"expanded", PHASE_GROW, "customer success",
		"Bought more",
	{"Expansion", "Upsell", "Cross-sell"}},
	{"advocate", PHASE_GROW, "customer success",
		"Brings others",
	{"Evangelist", "Promoter", "Referrer"}},
	{"recycled", PHASE_EXIT, "marketing",
		"Not now: back to nurturing",
	{"Recycle", "Recycled Lead", "Nurture", "Nurturing", "Bad Timing"}},
	{"disqualified", PHASE_EXIT, "marketing",
		"Never: not whom we serve",
	{"Unqualified", "Closed - Not Converted", "Junk", "Rejected"}},
	{"lost", PHASE_EXIT, "sales",
		"The deal was lost",
	{"Closed Lost"}},
	{"churned", PHASE_EXIT, "customer success",
		"Was a customer and left",
	{"Churn", "Cancelled", "Canceled", "Former Customer", "Lost Customer"}},
};

const int	align_stage_count = lengthof(stages);

StaticAssertDecl(lengthof(stages) <= STAGE_MAX_COUNT, "a stage is a bit of a 31-bit mask");

bool
align_stage_is_valid(int number)
{
	return number >= 0 && number < align_stage_count;
}

const char *
align_stage_name(Stage stage)
{
	if (!align_stage_is_valid(stage))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("invalid stage number: %d", stage),
				 errdetail("Stages are numbered 0 to %d.", align_stage_count - 1),
				 errhint("The value was stored by a newer version of align, or is corrupt.")));
	return stages[stage].name;
}

bool
align_stage_is_exit(Stage stage)
{
	return stages[stage].phase == PHASE_EXIT;
}

/*
 * Whether a byte counts when words are compared. Letters and digits do, and all
 * bytes outside ASCII, whatever the encoding and locale: to drop those would
 * read a word of another script that ends in "lead" as a lead.
 */
static inline bool
is_word_byte(char byte)
{
	return IS_HIGHBIT_SET(byte) || isalnum((unsigned char) byte);
}

/*
 * Whether a word says the same as a label, letters and digits only, in any case.
 */
static bool
same_word(const char *word, int length, const char *label)
{
	const char *end = word + length;

	for (;;)
	{
		while (word < end && !is_word_byte(*word))
			word++;
		while (*label && !is_word_byte(*label))
			label++;
		if (word == end || *label == '\0')
			return word == end && *label == '\0';
		if (pg_ascii_tolower((unsigned char) *word) !=
			pg_ascii_tolower((unsigned char) *label))
			return false;
		word++;
		label++;
	}
}

/*
 * The stage that a name or alias means; false when none.
 */
bool
align_stage_find(const char *word, int length, Stage *stage)
{
	for (int i = 0; i < align_stage_count; i++)
	{
		if (same_word(word, length, stages[i].name))
		{
			*stage = i;
			return true;
		}
		for (const char *const *alias = stages[i].aliases; *alias; alias++)
		{
			if (same_word(word, length, *alias))
			{
				*stage = i;
				return true;
			}
		}
	}
	return false;
}

/*
 * All words that input reads, names first, for the hint on a typo. The places
 * of aliases that are not there repeat the name, so that every word is one.
 */
static const char *
stage_word_lower(int i)
{
	const char *word;

	if (i < align_stage_count)
		return stages[i].name;
	i -= align_stage_count;
	word = stages[i / MAX_ALIASES].aliases[i % MAX_ALIASES];
	return word ? asc_tolower(word, strlen(word)) : stages[i / MAX_ALIASES].name;
}

PG_FUNCTION_INFO_V1(align_stage_in);
Datum
align_stage_in(PG_FUNCTION_ARGS)
{
	char	   *word = PG_GETARG_CSTRING(0);
	Stage		stage;
	const char *nearest;

	if (align_stage_find(word, strlen(word), &stage))
		PG_RETURN_STAGE(stage);

	nearest = align_base_nearest(asc_tolower(word, strlen(word)), stage_word_lower,
								 align_stage_count * (MAX_ALIASES + 1));
	ereturn(fcinfo->context, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid stage: \"%s\"", word),
			 errdetail("No stage and no alias has this name."),
			 nearest != NULL ? errhint("Perhaps you meant \"%s\". vocabulary() lists all stages; stage_label maps the words of your own systems.", nearest)
			 : errhint("vocabulary() lists all stages; stage_label maps the words of your own systems.")));
}

PG_FUNCTION_INFO_V1(align_stage_out);
Datum
align_stage_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(pstrdup(align_stage_name(PG_GETARG_STAGE(0))));
}

PG_FUNCTION_INFO_V1(align_stage_recv);
Datum
align_stage_recv(PG_FUNCTION_ARGS)
{
	int			number = (int16) pq_getmsgint((StringInfo) PG_GETARG_POINTER(0), 2);

	if (!align_stage_is_valid(number))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid stage in binary input: %d", number),
				 errdetail("Stages are numbered 0 to %d.", align_stage_count - 1),
				 errhint("Send the stage as text.")));
	PG_RETURN_STAGE(number);
}

PG_FUNCTION_INFO_V1(align_stage_send);
Datum
align_stage_send(PG_FUNCTION_ARGS)
{
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendint16(&buffer, PG_GETARG_STAGE(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/* to_stage(text): the stage that a label means, or NULL */
PG_FUNCTION_INFO_V1(align_stage_to_stage);
Datum
align_stage_to_stage(PG_FUNCTION_ARGS)
{
	text	   *label = PG_GETARG_TEXT_PP(0);
	Stage		stage;

	if (!align_stage_find(VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label), &stage))
		PG_RETURN_NULL();
	PG_RETURN_STAGE(stage);
}

PG_FUNCTION_INFO_V1(align_stage_from_number);
Datum
align_stage_from_number(PG_FUNCTION_ARGS)
{
	int32		number = PG_GETARG_INT32(0);

	if (!align_stage_is_valid(number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid stage number: %d", number),
				 errdetail("Stages are numbered 0 to %d.", align_stage_count - 1),
				 errhint("vocabulary() lists all stages with their stage_order.")));
	PG_RETURN_STAGE(number);
}

PG_FUNCTION_INFO_V1(align_stage_phase);
Datum
align_stage_phase(PG_FUNCTION_ARGS)
{
	Stage		stage = PG_GETARG_STAGE(0);

	(void) align_stage_name(stage);
	PG_RETURN_TEXT_P(cstring_to_text(phase_names[stages[stage].phase]));
}

PG_FUNCTION_INFO_V1(align_stage_owner_team);
Datum
align_stage_owner_team(PG_FUNCTION_ARGS)
{
	Stage		stage = PG_GETARG_STAGE(0);

	(void) align_stage_name(stage);
	PG_RETURN_TEXT_P(cstring_to_text(stages[stage].owner_team));
}

PG_FUNCTION_INFO_V1(align_stage_exits);
Datum
align_stage_exits(PG_FUNCTION_ARGS)
{
	Stage		stage = PG_GETARG_STAGE(0);

	(void) align_stage_name(stage);
	PG_RETURN_BOOL(align_stage_is_exit(stage));
}

/* vocabulary(): a row per stage */
PG_FUNCTION_INFO_V1(align_stage_vocabulary);
Datum
align_stage_vocabulary(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < align_stage_count; i++)
	{
		Datum		values[7];
		bool		nulls[7] = {0};
		Datum		aliases[MAX_ALIASES];
		int			alias_count = 0;

		while (stages[i].aliases[alias_count] != NULL)
		{
			aliases[alias_count] = CStringGetTextDatum(stages[i].aliases[alias_count]);
			alias_count++;
		}
		values[0] = CStringGetTextDatum(stages[i].name);
		values[1] = Int32GetDatum(i);
		values[2] = CStringGetTextDatum(phase_names[stages[i].phase]);
		values[3] = BoolGetDatum(align_stage_is_exit(i));
		values[4] = CStringGetTextDatum(stages[i].owner_team);
		values[5] = CStringGetTextDatum(stages[i].description);
		values[6] = PointerGetDatum(construct_array(aliases, alias_count, TEXTOID,
													-1, false, TYPALIGN_INT));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
