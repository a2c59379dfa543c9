/*
 * load_copy.c
 *		From a CSV file to its temporary table: which column is which field, and
 *		the rows in COPY's text format.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "load.h"

#define PROGRESS_ROWS	10000
#define COPY_BUFFER		(1 << 16)
#define MAX_NUMBER		100		/* digits of a number in attributes */

void
add_fault(Load *load, long line, const char *reason)
{
	if (load->fault_count == load->fault_room)
	{
		load->fault_room = load->fault_room * 2 + 64;
		load->faults = allocate(load->faults, load->fault_room * sizeof(Fault));
	}
	load->faults[load->fault_count].line = line;
	load->faults[load->fault_count++].reason = copy_text(reason);
}

/* Whether two names are the same, letters and digits only, in any case. */
static bool
same_name(const char *a, const char *b)
{
	for (;;)
	{
		while (*a && !isalnum((unsigned char) *a))
			a++;
		while (*b && !isalnum((unsigned char) *b))
			b++;
		if (!*a || !*b)
			return !*a && !*b;
		if (tolower((unsigned char) *a++) != tolower((unsigned char) *b++))
			return false;
	}
}

/* The first column with one of a field's names, or -1. */
static int
find_column(const Load *load, const Field *field)
{
	for (int c = 0; c < load->columns; c++)
		if (same_name(load->header[c], field->name))
			return c;
	for (const char *const *alias = field->aliases; *alias != NULL; alias++)
		for (int c = 0; c < load->columns; c++)
			if (same_name(load->header[c], *alias))
				return c;
	return -1;
}

/*
 * Reads the header and finds the column of each field.
 */
static void
read_header(Load *load, Csv *csv)
{
	bool		found = csv_next(csv);

	if (csv->error != 0)
		fail("cannot read %s: %s", load->path, strerror(csv->error));
	if (!found)
		fail("%s is empty: its first line names the columns", load->path);
	if (csv->fault != NULL)
		fail("%s, line %ld: %s", load->path, csv->line, csv->fault);
	load->columns = csv->count;
	load->header = allocate(NULL, csv->count * sizeof(char *));
	load->is_attribute = allocate(NULL, csv->count * sizeof(bool));
	for (int c = 0; c < csv->count; c++)
	{
		load->header[c] = copy_text(csv_field(csv, c));
		load->is_attribute[c] = load->kind == FILE_LEADS && load->header[c][0] != '\0' &&
			strcmp(load->header[c], REJECTED_LINE) != 0 && strcmp(load->header[c], REJECTED_REASON) != 0;
	}
	for (int f = 0; f < FIELD_COUNT; f++)
		load->column_of[f] = -1;
	for (int f = 0; load->fields[f].name != NULL; f++)
	{
		bool		mapped = false;

		if (options.stage != NULL && strcmp(load->fields[f].name, "stage") == 0)
			continue;
		for (int m = 0; m < options.map_count; m++)
		{
			if (strcasecmp(options.maps[m].field, load->fields[f].name) != 0)
				continue;
			for (int c = 0; c < load->columns; c++)
			{
				if (strcasecmp(options.maps[m].column, load->header[c]) == 0)
				{
					load->column_of[f] = c;
					options.maps[m].used = true;
					mapped = true;
				}
			}
		}
		if (!mapped)
			load->column_of[f] = find_column(load, &load->fields[f]);
		if (load->column_of[f] >= 0)
			load->is_attribute[load->column_of[f]] = false;
		else if (load->fields[f].required)
		{
			fprintf(stderr, "align_load: error: %s has no column for %s\n", load->path, load->fields[f].name);
			fprintf(stderr, "align_load: detail: its columns are");
			for (int c = 0; c < load->columns; c++)
				fprintf(stderr, "%s %s", c > 0 ? "," : "", load->header[c]);
			fprintf(stderr, "\n");
			fail("name it by --map=COLUMN=%s", load->fields[f].name);
		}
	}
}

/* A buffer of rows in COPY's text format. */
static struct
{
	char		bytes[COPY_BUFFER + 8];
	size_t		used;
}			copying;

void
begin_copy(const char *sql)
{
	PGresult   *result = PQexec(connection, sql);

	if (PQresultStatus(result) != PGRES_COPY_IN)
		fail("%s", PQresultErrorMessage(result));
	PQclear(result);
}

static void
flush_copy(void)
{
	if (copying.used > 0 && PQputCopyData(connection, copying.bytes, (int) copying.used) != 1)
		fail("%s", PQerrorMessage(connection));
	copying.used = 0;
}

/* Sends what is left, and waits until all rows are there. */
void
end_copy(void)
{
	flush_copy();
	if (PQputCopyEnd(connection, NULL) != 1)
		fail("%s", PQerrorMessage(connection));
	for (PGresult *result; (result = PQgetResult(connection)) != NULL; PQclear(result))
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			fail("%s", PQresultErrorMessage(result));
}

static inline void
put_char(char c)
{
	if (copying.used >= COPY_BUFFER)
		flush_copy();
	copying.bytes[copying.used++] = c;
}

static inline void
put_text(const char *text)
{
	for (; *text; text++)
	{
		switch (*text)
		{
			case '\\':
				put_char('\\');
				put_char('\\');
				break;
			case '\n':
				put_char('\\');
				put_char('n');
				break;
			case '\r':
				put_char('\\');
				put_char('r');
				break;
			case '\t':
				put_char('\\');
				put_char('t');
				break;
			default:
				put_char(*text);
		}
	}
}

/*
 * Whether a value is a number as JSON writes it, and short enough to be one and
 * no key.
 */
static bool
is_number(const char *at)
{
	const char *start = at;
	int			digits = 0;

	if (*at == '-')
		at++;
	if (*at == '0' && isdigit((unsigned char) at[1]))
		return false;
	for (; isdigit((unsigned char) *at); at++)
		digits++;
	if (digits == 0 || digits > 15)
		return false;
	if (*at == '.')
	{
		at++;
		if (!isdigit((unsigned char) *at))
			return false;
		while (isdigit((unsigned char) *at))
			at++;
	}
	return *at == '\0' && at - start <= MAX_NUMBER;
}

/* A JSON string, inside of COPY's text format: a backslash is written twice. */
static void
put_json_string(const char *text)
{
	put_char('"');
	for (; *text; text++)
	{
		unsigned char c = (unsigned char) *text;

		if (c == '"' || c == '\\')
		{
			char		quoted[3] = {'\\', *text, '\0'};

			put_text(quoted);
		}
		else if (c < 0x20)
		{
			char		escape[8];

			snprintf(escape, sizeof(escape), "\\u%04x", c);
			put_text(escape);
		}
		else
			put_char(*text);
	}
	put_char('"');
}

/* The columns that are no field, as a JSON object. */
static void
put_attributes(const Load *load, const Csv *csv)
{
	bool		first = true;

	put_char('{');
	for (int c = 0; c < load->columns; c++)
	{
		const char *value = csv_field(csv, c);

		if (!load->is_attribute[c] || (*value == '\0' && !csv->quoted[c]))
			continue;
		if (!first)
			put_char(',');
		first = false;
		put_json_string(load->header[c]);
		put_char(':');
		if (!csv->quoted[c] && is_number(value))
			put_text(value);
		else if (strcasecmp(value, "true") == 0 || strcasecmp(value, "false") == 0)
			put_text(tolower((unsigned char) *value) == 't' ? "true" : "false");
		else
			put_json_string(value);
	}
	put_char('}');
}

static void
show_progress(const Load *load, const Csv *csv, bool last)
{
	if (!options.progress || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s: %ld rows, %d %%%s", load->what, load->read,
			load->size > 0 ? (int) (100 * csv->bytes / load->size) : 100, last ? "\n" : "");
}

/*
 * Sends a file to its temporary table. Lines that are no record of the file are
 * noted as faults.
 */
void
send_file(Load *load)
{
	FILE	   *file = fopen(load->path, "rb");
	Csv			csv;

	if (file == NULL)
		fail("cannot open %s: %s", load->path, strerror(errno));
	if (fseek(file, 0, SEEK_END) == 0)
	{
		load->size = ftell(file);
		rewind(file);
	}
	else if (options.rejects != NULL)
		fail("%s cannot be read twice, as --rejects needs", load->path);
	csv_open(&csv, file, options.delimiter);
	read_header(load, &csv);

	if (load->kind == FILE_LEADS)
		run("CREATE TEMPORARY TABLE load_lead (line bigint, key text, source text, segment text, owner text, account text, attrs text) ON COMMIT DROP");
	else
		run("CREATE TEMPORARY TABLE load_event (line bigint, lead text, label text, at text, recorded_at text, team text, actor text, reason text) ON COMMIT DROP");
	begin_copy(load->kind == FILE_LEADS ? "COPY pg_temp.load_lead FROM STDIN" : "COPY pg_temp.load_event FROM STDIN");
	while (csv_next(&csv))
	{
		char		line[32];

		load->read++;
		if (load->read % PROGRESS_ROWS == 0)
			show_progress(load, &csv, false);
		if (csv.fault == NULL && csv.count != load->columns)
		{
			char		reason[100];

			snprintf(reason, sizeof(reason), "it has %d columns, the header has %d", csv.count, load->columns);
			add_fault(load, csv.line, reason);
			continue;
		}
		if (csv.fault != NULL)
		{
			add_fault(load, csv.line, csv.fault);
			continue;
		}
		snprintf(line, sizeof(line), "%ld", csv.line);
		put_text(line);
		for (int f = 0; load->fields[f].name != NULL; f++)
		{
			int			column = load->column_of[f];
			const char *value = column >= 0 ? csv_field(&csv, column) : "";

			if (column < 0 && load->kind == FILE_EVENTS && f == 1)
				value = options.stage;
			put_char('\t');
			if (*value == '\0')
			{
				put_char('\\');
				put_char('N');
			}
			else
				put_text(value);
		}
		if (load->kind == FILE_LEADS)
		{
			put_char('\t');
			put_attributes(load, &csv);
		}
		put_char('\n');
	}
	if (csv.error != 0)
		fail("cannot read %s: %s", load->path, strerror(csv.error));
	show_progress(load, &csv, true);
	csv_close(&csv);
	end_copy();
}
