/*
 * csv.c
 *		Reading CSV as CRMs write it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

static inline int
next_char(Csv *csv)
{
	int			c = csv->unread_count > 0 ? csv->unread[--csv->unread_count] : getc_unlocked(csv->file);

	if (c != EOF)
		csv->bytes++;
	else if (ferror(csv->file))
		csv->error = errno;
	return c;
}

/* Makes a byte, or the end, the next to be read. */
static inline void
unread(Csv *csv, int c)
{
	if (c == EOF)
		return;
	csv->unread[csv->unread_count++] = c;
	csv->bytes--;
}

void
csv_open(Csv *csv, FILE *file, char delimiter)
{
	static const int mark[3] = {0xEF, 0xBB, 0xBF};
	int			length;
	int			c = EOF;

	memset(csv, 0, sizeof(*csv));
	csv->file = file;
	csv->delimiter = delimiter;
	csv->next_line = 1;
	setvbuf(file, NULL, _IOFBF, 1 << 18);
	/* a byte order mark is no part of the first name */
	for (length = 0; length < 3 && (c = next_char(csv)) == mark[length]; length++)
		;
	if (length < 3)
	{
		unread(csv, c);
		while (length > 0)
			unread(csv, mark[--length]);
	}
}

static void *
grow(void *memory, size_t size)
{
	memory = realloc(memory, size);
	if (memory == NULL)
	{
		fputs("align_load: error: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

static inline void
add_char(Csv *csv, int c)
{
	if (csv->used == csv->capacity)
	{
		csv->capacity = csv->capacity * 2 + 1024;
		csv->buffer = grow(csv->buffer, csv->capacity);
	}
	csv->buffer[csv->used++] = (char) c;
}

/* A byte of the file, as part of a field. */
static inline void
add_byte(Csv *csv, int c)
{
	csv->has_zero |= c == 0;
	csv->has_high |= c >= 0x80;
	add_char(csv, c);
}

static void
begin_field(Csv *csv)
{
	if (csv->count == csv->room)
	{
		csv->room = csv->room * 2 + 16;
		csv->offsets = grow(csv->offsets, csv->room * sizeof(size_t));
		csv->quoted = grow(csv->quoted, csv->room * sizeof(bool));
	}
	csv->quoted[csv->count] = false;
	csv->offsets[csv->count++] = csv->used;
}

/* Whether the bytes are UTF-8, by the table of the Unicode standard (3-7). */
static bool
is_utf8(const unsigned char *at, const unsigned char *end)
{
	while (at < end)
	{
		int			more;

		if (*at < 0x80)
		{
			at++;
			continue;
		}
		if (*at >= 0xC2 && *at <= 0xDF)
			more = 1;
		else if (*at >= 0xE0 && *at <= 0xEF)
			more = 2;
		else if (*at >= 0xF0 && *at <= 0xF4)
			more = 3;
		else
			return false;
		if (end - at <= more)
			return false;
		if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
			(at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))
			return false;
		for (at++; more > 0; more--, at++)
			if ((*at & 0xC0) != 0x80)
				return false;
	}
	return true;
}

/*
 * Reads the next record that is not an empty line; false at the end.
 */
bool
csv_next(Csv *csv)
{
	int			c;
	int			before = 0;		/* in quotes, the byte before */
	bool		in_quotes = false;

	csv->used = 0;
	csv->count = 0;
	csv->has_zero = false;
	csv->has_high = false;
	csv->fault = NULL;
	do
	{
		csv->line = csv->next_line;
		c = next_char(csv);
		if (c == '\n' || c == '\r')
			csv->next_line++;
		if (c == '\r')
		{
			c = next_char(csv);
			if (c != '\n')
				unread(csv, c);
			c = '\n';
		}
	} while (c == '\n');
	if (c == EOF)
		return false;

	begin_field(csv);
	for (;; c = next_char(csv))
	{
		if (c == EOF)
		{
			if (in_quotes)
				csv->fault = "a quoted field does not end";
			break;
		}
		if (in_quotes)
		{
			if (c != '"')
			{
				if (c == '\r' || (c == '\n' && before != '\r'))
					csv->next_line++;
				before = c;
				add_byte(csv, c);
				continue;
			}
			before = c;
			c = next_char(csv);
			if (c == '"')
			{
				add_char(csv, c);
				continue;
			}
			in_quotes = false;
			if (c == EOF)
				break;
		}
		if (c == csv->delimiter)
		{
			add_char(csv, 0);
			begin_field(csv);
		}
		else if (c == '\n' || c == '\r')
		{
			csv->next_line++;
			if (c == '\r')
			{
				c = next_char(csv);
				if (c != '\n')
					unread(csv, c);
			}
			break;
		}
		else if (c == '"' && csv->used == csv->offsets[csv->count - 1])
		{
			in_quotes = true;
			csv->quoted[csv->count - 1] = true;
		}
		else
			add_byte(csv, c);
	}
	add_char(csv, 0);
	if (csv->has_zero)
		csv->fault = "it holds a zero byte";
	else if (csv->fault == NULL && csv->has_high &&
			 !is_utf8((unsigned char *) csv->buffer, (unsigned char *) csv->buffer + csv->used))
		csv->fault = "it is not UTF-8";
	return true;
}

const char *
csv_field(const Csv *csv, int field)
{
	return csv->buffer + csv->offsets[field];
}

void
csv_close(Csv *csv)
{
	free(csv->buffer);
	free(csv->offsets);
	free(csv->quoted);
	fclose(csv->file);
}

/*
 * Writes a field, in quotes if it was or needs them.
 */
void
csv_write_field(FILE *out, const char *field, bool quoted)
{
	if (!quoted && strpbrk(field, ",\"\r\n") == NULL)
	{
		fputs(field, out);
		return;
	}
	putc('"', out);
	for (; *field; field++)
	{
		if (*field == '"')
			putc('"', out);
		putc(*field, out);
	}
	putc('"', out);
}
