/*
 * csv.h
 *		Reading CSV as CRMs write it.
 */
#ifndef ALIGN_CSV_H
#define ALIGN_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A file being read record by record. Understands quotes, line ends LF, CRLF
 * and CR, and a byte order mark; a quoted field may hold line ends. Reads
 * forward only, so the file may be a pipe.
 */
typedef struct Csv
{
	FILE	   *file;
	char		delimiter;
	int			unread[3];		/* bytes to read again, the next one last */
	int			unread_count;
	long		line;			/* on which the last record began, from 1 */
	long		next_line;
	long long	bytes;			/* read so far */
	int			error;			/* errno when reading failed, which ends the
								 * file */
	char	   *buffer;			/* fields of the last record, each ended by a
								 * zero byte */
	size_t		used;
	size_t		capacity;
	size_t	   *offsets;		/* of each field in buffer */
	bool	   *quoted;			/* whether each field was */
	int			count;
	int			room;
	bool		has_zero;		/* of the last record: a zero byte */
	bool		has_high;		/* ... a byte past ASCII */
	const char *fault;			/* of the last record, in words, or NULL */
} Csv;

extern void csv_open(Csv *csv, FILE *file, char delimiter);
extern bool csv_next(Csv *csv);
extern const char *csv_field(const Csv *csv, int field);
extern void csv_close(Csv *csv);
extern void csv_write_field(FILE *out, const char *field, bool quoted);

#endif							/* ALIGN_CSV_H */
