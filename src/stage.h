/*
 * stage.h
 *		The shared vocabulary of the customer relationship.
 */
#ifndef ALIGN_STAGE_H
#define ALIGN_STAGE_H

#include "compat.h"

/*
 * A stage's number is stored, and is its bit in a step mask: numbers are for
 * ever and new stages come at the end, at most 31 in all.
 */
typedef int16 Stage;

#define STAGE_MAX_COUNT		31

#define DatumGetStage(d)	DatumGetInt16(d)
#define StageGetDatum(s)	Int16GetDatum(s)
#define PG_GETARG_STAGE(n)	DatumGetStage(PG_GETARG_DATUM(n))
#define PG_RETURN_STAGE(s)	return StageGetDatum(s)

extern const int align_stage_count;

extern const char *align_stage_name(Stage stage);
extern bool align_stage_is_exit(Stage stage);
extern bool align_stage_find(const char *word, int length, Stage *stage);
extern bool align_stage_is_valid(int number);

#endif							/* ALIGN_STAGE_H */
