/*
 * rubric_scan.h
 *		The words of a rubric.
 */
#ifndef ALIGN_RUBRIC_SCAN_H
#define ALIGN_RUBRIC_SCAN_H

#include "rubric_tree.h"
#include "rubric_gram.h"

extern int	align_rubric_yylex(ALIGN_RUBRIC_YYSTYPE * value, ALIGN_RUBRIC_YYLTYPE * location, yyscan_t scanner);
extern yyscan_t align_scan_begin(RubricParse *parse);
extern void align_scan_end(yyscan_t scanner);
extern char *align_scan_word(const char *text, int length, int location);
extern bool align_scan_is_plain(const char *name);

#endif							/* ALIGN_RUBRIC_SCAN_H */
