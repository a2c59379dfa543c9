/*
 * base_state.h
 *		The text form of large states: JSON for people, with the whole state in
 *		base64 for reading back.
 */
#ifndef ALIGN_BASE_STATE_H
#define ALIGN_BASE_STATE_H

#include "compat.h"

#include "lib/stringinfo.h"

extern void align_base64_write(StringInfo out, const char *bytes, int length);
extern bool align_base64_read(const char *text, int length, StringInfo in);
extern void align_base_state_write(StringInfo out, StringInfo state);
extern bool align_base_state_read(const char *text, StringInfo state);
extern bool align_base_state_agrees(const char *given, const char *written);

#endif							/* ALIGN_BASE_STATE_H */
