/*
 * load.h
 *		What the files of align_load share: what the command line asks, a file on
 *		its way, and the connection.
 */
#ifndef ALIGN_LOAD_H
#define ALIGN_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include <libpq-fe.h>

#include "csv.h"

#define MAX_MAPS		256

/* The columns that a rejects file has before those of the file it comes from. */
#define REJECTED_LINE	"rejected_line"
#define REJECTED_REASON	"rejected_reason"

typedef enum FileKind
{
	FILE_LEADS,
	FILE_EVENTS
} FileKind;

/* A field that a file may have, with the names under which it is found. */
typedef struct Field
{
	const char *name;
	bool		required;
	const char *aliases[12];
} Field;

#define FIELD_COUNT 7			/* of the longer list */

/* What the command line asks. */
typedef struct LoadOptions
{
	const char *leads;
	const char *events;
	const char *source;
	const char *timezone;
	const char *date_format;
	const char *stage;
	const char *rejects;
	char		delimiter;
	bool		dry_run;
	bool		progress;
	struct
	{
		char	   *column;
		char	   *field;
		bool		used;
	}			maps[MAX_MAPS];
	int			map_count;
}			LoadOptions;

/* A line that is not loaded. */
typedef struct Fault
{
	long		line;
	char	   *reason;
} Fault;

/* A file on its way. */
typedef struct Load
{
	FileKind	kind;
	const char *what;			/* leads or events */
	const char *path;
	const Field *fields;
	int			columns;		/* of the file */
	char	  **header;
	int			column_of[FIELD_COUNT]; /* of each field, -1 for none */
	bool	   *is_attribute;	/* of each column */
	long long	size;
	long		read;
	long		loaded;
	long		refused;
	Fault	   *faults;
	long		fault_count;
	long		fault_room;
} Load;

extern LoadOptions options;
extern PGconn *connection;

extern void fail(const char *format,...) __attribute__((noreturn, format(printf, 1, 2)));
extern void *allocate(void *memory, size_t size);
extern char *copy_text(const char *text);
extern long run(const char *sql);
extern void add_fault(Load *load, long line, const char *reason);
extern void begin_copy(const char *sql);
extern void end_copy(void);
extern void send_file(Load *load);

#endif							/* ALIGN_LOAD_H */
