/*
 * align_load.c
 *		Loads leads and stage events from CSV files into align's tables.
 *
 *		align_load -d crm --leads leads.csv --events events.csv --timezone UTC
 *
 * A file goes by COPY into a temporary table and from there, set-based, into
 * align.lead or align.stage_event, all files in one transaction. What cannot be
 * loaded refuses the whole, or with --rejects is written there and the rest is
 * loaded. Loading a file twice changes nothing.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"

#define MAX_SHOWN		10		/* faults that a refused file shows */

static const Field lead_fields[] = {
	{"key", true, {"lead", "lead key", "lead id", "id", "record id", "contact id", "mql id"}},
	{"source", false, {"lead source", "origin", "original source"}},
	{"segment", false, {"market segment"}},
	{"owner", false, {"lead owner", "contact owner", "owner id"}},
	{"account", false, {"account key", "account id"}},
	{NULL}
};

static const Field event_fields[] = {
	{"lead", true, {"key", "lead key", "lead id", "id", "record id", "contact id", "mql id"}},
	{"stage", true, {"label", "stage label", "stage name", "lifecycle stage", "status"}},
	{"at", true, {"instant", "date", "timestamp", "created date", "date entered"}},
	{"recorded_at", false, {"recorded"}},
	{"team", false, {NULL}},
	{"actor", false, {"created by id", "user"}},
	{"reason", false, {NULL}},
	{NULL}
};

LoadOptions options = {.delimiter = ','};
PGconn	   *connection;

void
fail(const char *format,...)
{
	va_list		args;
	char		message[4096];
	size_t		length;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	/* the server's messages end with a line end */
	for (length = strlen(message); length > 0 && message[length - 1] == '\n'; length--)
		message[length - 1] = '\0';
	fprintf(stderr, "align_load: error: %s\n", message);
	if (connection != NULL)
		PQfinish(connection);
	exit(1);
}

void *
allocate(void *memory, size_t size)
{
	memory = realloc(memory, size);
	if (memory == NULL)
		fail("out of memory");
	return memory;
}

char *
copy_text(const char *text)
{
	return strcpy(allocate(NULL, strlen(text) + 1), text);
}

static void
usage(void)
{
	puts("align_load loads leads and stage events from CSV files into align's tables.\n"
		 "\n"
		 "Usage:\n"
		 "  align_load [OPTION]... [DBNAME]\n"
		 "\n"
		 "What to load, all or nothing:\n"
		 "  --leads=FILE           leads: a key, and source, segment, owner, account;\n"
		 "                         all other columns become attributes\n"
		 "  --events=FILE          stage events: lead, stage, at, and recorded_at, team,\n"
		 "                         actor, reason; all other columns are left out\n"
		 "  --map=COLUMN=FIELD     the column of a file that holds a field; may be repeated\n"
		 "  --stage=LABEL          the stage of all events, whatever columns the file has\n"
		 "  --source=NAME          the system whose words stage_label maps, such as salesforce\n"
		 "  --timezone=ZONE        the time zone of instants without one, such as Europe/Berlin\n"
		 "  --date-format=FORMAT   of instants that are not ISO, such as 'MM/DD/YY HH12:MI AM'\n"
		 "  --delimiter=CHAR       between fields (default: comma)\n"
		 "  --rejects=FILE         write lines that cannot be loaded there, load the rest\n"
		 "  --dry-run              check everything, change nothing\n"
		 "  --progress             show progress on a terminal\n"
		 "  -V, --version          output version information, then exit\n"
		 "  -?, --help             show this help, then exit\n"
		 "\n"
		 "Connection options:\n"
		 "  -h, --host=HOSTNAME    database server host or socket directory\n"
		 "  -p, --port=PORT        database server port\n"
		 "  -U, --username=NAME    user to connect as\n"
		 "  -d, --dbname=DBNAME    database to load into, or a connection string\n"
		 "  -w, --no-password      never prompt for a password\n"
		 "\n"
		 "Exit status is 0 when the files were loaded, 1 when nothing was.");
}

/* Runs a command without rows; an error ends the program. */
long
run(const char *sql)
{
	PGresult   *result = PQexec(connection, sql);
	long		rows;

	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("%s", PQresultErrorMessage(result));
	rows = atol(PQcmdTuples(result));
	PQclear(result);
	return rows;
}

/* Runs a query with text parameters; an error ends the program. */
static PGresult *
query(const char *sql, int count, const char *const *values)
{
	PGresult   *result = PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);

	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("%s", PQresultErrorMessage(result));
	return result;
}

/* Notes the faults that a query finds: line and reason. */
static void
find_faults(Load *load, const char *sql, int count, const char *const *values)
{
	PGresult   *result = query(sql, count, values);

	for (int i = 0; i < PQntuples(result); i++)
		add_fault(load, atol(PQgetvalue(result, i, 0)), PQgetvalue(result, i, 1));
	PQclear(result);
}

static int
compare_faults(const void *a, const void *b)
{
	long		left = ((const Fault *) a)->line;
	long		right = ((const Fault *) b)->line;

	return left < right ? -1 : left > right;
}

/*
 * Writes the faulty lines as CSV: line, reason, and the record as it was.
 */
static void
write_rejects(Load *load, FILE *out)
{
	FILE	   *file = fopen(load->path, "rb");
	Csv			csv;
	bool		first = true;
	long		next = 0;

	if (file == NULL)
		fail("cannot open %s: %s", load->path, strerror(errno));
	csv_open(&csv, file, options.delimiter);
	while (next < load->fault_count && csv_next(&csv))
	{
		bool		is_header = first;

		first = false;
		if (!is_header && csv.line != load->faults[next].line)
			continue;
		if (is_header)
			fputs(REJECTED_LINE "," REJECTED_REASON, out);
		else
		{
			fprintf(out, "%ld,", csv.line);
			csv_write_field(out, load->faults[next].reason, false);
		}
		for (int c = 0; c < csv.count; c++)
		{
			putc(',', out);
			csv_write_field(out, csv_field(&csv, c), csv.quoted[c]);
		}
		putc('\n', out);
		if (!is_header)
			next++;
	}
	csv_close(&csv);
	if (next < load->fault_count)
		fail("%s changed while it was read", load->path);
}

/*
 * Refuses the file for its faults, or with --rejects sets the lines aside.
 */
static void
judge(Load *load, FILE *rejects)
{
	if (load->fault_count == 0)
		return;
	qsort(load->faults, load->fault_count, sizeof(Fault), compare_faults);
	load->refused = load->fault_count;
	if (rejects != NULL)
	{
		write_rejects(load, rejects);
		return;
	}
	for (long i = 0; i < load->fault_count && i < MAX_SHOWN; i++)
		fprintf(stderr, "align_load: %s, line %ld: %s\n", load->path,
				load->faults[i].line, load->faults[i].reason);
	if (load->fault_count > MAX_SHOWN)
		fprintf(stderr, "align_load: %s: %ld more\n", load->path, load->fault_count - MAX_SHOWN);
	fail("%s: %ld of %ld lines cannot be loaded, so nothing was; mend them, or set them aside by --rejects=FILE",
		 load->path, load->fault_count, load->read);
}

/*
 * Takes the lines that are faulty out of the temporary table.
 */
static void
leave_out_faults(Load *load)
{
	if (load->fault_count == 0)
		return;
	run("CREATE TEMPORARY TABLE load_fault (line bigint) ON COMMIT DROP");
	begin_copy("COPY pg_temp.load_fault FROM STDIN");
	for (long i = 0; i < load->fault_count; i++)
	{
		char		line[32];

		snprintf(line, sizeof(line), "%ld\n", load->faults[i].line);
		if (PQputCopyData(connection, line, (int) strlen(line)) != 1)
			fail("%s", PQerrorMessage(connection));
	}
	end_copy();
	run(load->kind == FILE_LEADS ?
		"DELETE FROM pg_temp.load_lead s USING pg_temp.load_fault f WHERE f.line = s.line" :
		"DELETE FROM pg_temp.load_event s USING pg_temp.load_fault f WHERE f.line = s.line");
	run("DROP TABLE pg_temp.load_fault");
}

/*
 * Where the role may, keeps leads and teams from changing until the end. Then
 * those that were found stay, so that the check of every event by the foreign
 * keys can be left out. Called before the first row goes into lead, since two
 * loaders that both had written there would wait for each other for ever.
 */
static bool
lock_leads(void)
{
	PGresult   *result = query("SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET')"
							   " AND pg_catalog.has_table_privilege('align.lead', 'UPDATE, DELETE, TRUNCATE')"
							   " AND pg_catalog.has_table_privilege('align.team', 'UPDATE, DELETE, TRUNCATE')", 0, NULL);
	bool		may = strcmp(PQgetvalue(result, 0, 0), "t") == 0;

	PQclear(result);
	if (may)
		run("LOCK TABLE align.lead, align.team IN SHARE ROW EXCLUSIVE MODE");
	return may;
}

static void
load_leads(Load *load, FILE *rejects)
{
	send_file(load);
	find_faults(load,
				"SELECT line, CASE WHEN key IS NULL THEN 'the key is missing'"
				" WHEN pg_catalog.length(key) > 200 THEN 'the key has more than 200 characters'"
				" ELSE 'the account''s key has more than 200 characters' END"
				" FROM pg_temp.load_lead"
				" WHERE key IS NULL OR pg_catalog.length(key) > 200 OR pg_catalog.length(account) > 200", 0, NULL);
	judge(load, rejects);
	leave_out_faults(load);
	run("ANALYZE pg_temp.load_lead");
	run("INSERT INTO align.account (key)"
		" SELECT DISTINCT n.account FROM ("
		"  SELECT DISTINCT ON (s.key) s.key, s.account FROM pg_temp.load_lead s ORDER BY s.key, s.line) n"
		" WHERE n.account IS NOT NULL AND NOT EXISTS (SELECT FROM align.lead l WHERE l.key = n.key)"
		" ORDER BY n.account"
		" ON CONFLICT (key) DO NOTHING");
	if (options.events != NULL)
		lock_leads();
	load->loaded = run("INSERT INTO align.lead (key, account, source, segment, owner, attrs)"
					   " SELECT DISTINCT ON (s.key) s.key, a.id, s.source, s.segment, s.owner, s.attrs::jsonb"
					   " FROM pg_temp.load_lead s LEFT JOIN align.account a ON a.key = s.account"
					   " ORDER BY s.key, s.line"
					   " ON CONFLICT (key) DO NOTHING");
}

#define INSERT_EVENTS \
	"INSERT INTO align.stage_event (lead, at, stage, recorded_at, team, actor, reason, label)" \
	" SELECT DISTINCT ON (l.id, align.to_instant(s.at, $1, $2), m.stage)" \
	" l.id, align.to_instant(s.at, $1, $2), m.stage," \
	" COALESCE(align.to_instant(s.recorded_at, $1, $2), pg_catalog.now()), s.team, s.actor, s.reason," \
	" CASE WHEN m.label <> m.stage::text THEN m.label END" \
	" FROM pg_temp.load_event s" \
	" JOIN align.lead l ON l.key = s.lead" \
	" JOIN pg_temp.load_label m ON m.label = s.label" \
	" WHERE NOT EXISTS (SELECT FROM align.stage_event e WHERE e.lead = l.id" \
	"  AND e.at = align.to_instant(s.at, $1, $2) AND e.stage OPERATOR(align.=) m.stage)" \
	" ORDER BY l.id, align.to_instant(s.at, $1, $2), m.stage, s.line"

static void
load_events(Load *load, FILE *rejects)
{
	const char *values[3];
	PGresult   *result;
	bool		locked;

	values[0] = options.source;
	values[1] = options.timezone;
	values[2] = options.date_format;
	send_file(load);
	locked = lock_leads();
	run("ANALYZE pg_temp.load_event");
	PQclear(query("CREATE TEMPORARY TABLE load_label (label text, stage align.stage) ON COMMIT DROP", 0, NULL));
	PQclear(query("INSERT INTO pg_temp.load_label"
				  " SELECT d.label, align.to_stage($1, d.label)"
				  " FROM (SELECT DISTINCT label FROM pg_temp.load_event WHERE label IS NOT NULL) d", 1, values));
	find_faults(load,
				"SELECT s.line, CASE"
				" WHEN s.lead IS NULL THEN 'the lead is missing'"
				" WHEN l.id IS NULL THEN pg_catalog.format('unknown lead \"%s\"', s.lead)"
				" WHEN s.label IS NULL THEN 'the stage is missing'"
				" WHEN m.stage IS NULL THEN pg_catalog.format('unknown stage \"%s\": add it to stage_label', s.label)"
				" WHEN align.instant_fault(COALESCE(s.at, ''), $1, $2) IS NOT NULL"
				"  THEN pg_catalog.format('\"%s\" is no instant: %s', s.at, align.instant_fault(COALESCE(s.at, ''), $1, $2))"
				" WHEN s.recorded_at IS NOT NULL AND align.instant_fault(s.recorded_at, $1, $2) IS NOT NULL"
				"  THEN pg_catalog.format('\"%s\" is no instant: %s', s.recorded_at, align.instant_fault(s.recorded_at, $1, $2))"
				" ELSE pg_catalog.format('unknown team \"%s\"', s.team) END"
				" FROM pg_temp.load_event s"
				" LEFT JOIN align.lead l ON l.key = s.lead"
				" LEFT JOIN pg_temp.load_label m ON m.label = s.label"
				" WHERE l.id IS NULL OR m.stage IS NULL"
				" OR align.instant_fault(COALESCE(s.at, ''), $1, $2) IS NOT NULL"
				" OR (s.recorded_at IS NOT NULL AND align.instant_fault(s.recorded_at, $1, $2) IS NOT NULL)"
				" OR (s.team IS NOT NULL AND NOT EXISTS (SELECT FROM align.team t WHERE t.key = s.team))"
				" ORDER BY s.line", 2, values + 1);
	judge(load, rejects);
	leave_out_faults(load);

	/*
	 * The join below finds each lead. Where leads are not locked, one may yet
	 * go away, which the foreign key tells, and another loader may bring an
	 * event.
	 */
	if (locked)
		run("SET LOCAL session_replication_role = replica");
	result = query(locked ? INSERT_EVENTS : INSERT_EVENTS " ON CONFLICT DO NOTHING", 2, values + 1);
	load->loaded = atol(PQcmdTuples(result));
	PQclear(result);
	if (locked)
		run("SET LOCAL session_replication_role = DEFAULT");
}

static void
report(const Load *load)
{
	if (load->path == NULL)
		return;
	printf("%s%-6s read %ld, loaded %ld, already there %ld, refused %ld\n",
		   options.dry_run ? "dry run: " : "", load->what, load->read, load->loaded,
		   load->read - load->loaded - load->refused, load->refused);
}

static void
on_interrupt(int signal_number)
{
	static const char message[] = "\nalign_load: interrupted, nothing was loaded\n";

	(void) signal_number;
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(1);
	_exit(1);
}

/* Whether two paths lead to one file. */
static bool
is_file(const char *path, const char *other)
{
	struct stat a;
	struct stat b;

	return other != NULL && stat(path, &a) == 0 && stat(other, &b) == 0 &&
		S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void
add_map(char *text)
{
	char	   *equals = strrchr(text, '=');
	bool		known = false;

	if (equals == NULL || equals == text || equals[1] == '\0')
		fail("invalid map: \"%s\": write --map=COLUMN=FIELD, such as --map=mql_id=lead", text);
	if (options.map_count == MAX_MAPS)
		fail("more than %d maps", MAX_MAPS);
	*equals = '\0';
	for (const Field *field = lead_fields; field->name != NULL; field++)
		known |= strcasecmp(field->name, equals + 1) == 0;
	for (const Field *field = event_fields; field->name != NULL; field++)
		known |= strcasecmp(field->name, equals + 1) == 0;
	if (!known)
		fail("unknown field: \"%s\": leads have key, source, segment, owner and account; events have lead, stage, at, recorded_at, team, actor and reason", equals + 1);
	options.maps[options.map_count].column = text;
	options.maps[options.map_count++].field = equals + 1;
}

int
main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"leads", required_argument, NULL, 1},
		{"events", required_argument, NULL, 2},
		{"map", required_argument, NULL, 3},
		{"stage", required_argument, NULL, 4},
		{"source", required_argument, NULL, 5},
		{"timezone", required_argument, NULL, 6},
		{"date-format", required_argument, NULL, 7},
		{"delimiter", required_argument, NULL, 8},
		{"rejects", required_argument, NULL, 9},
		{"dry-run", no_argument, NULL, 10},
		{"progress", no_argument, NULL, 11},
		{"host", required_argument, NULL, 'h'},
		{"port", required_argument, NULL, 'p'},
		{"username", required_argument, NULL, 'U'},
		{"dbname", required_argument, NULL, 'd'},
		{"no-password", no_argument, NULL, 'w'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 12},
		{NULL}
	};
	const char *keywords[] = {"host", "port", "user", "dbname", "fallback_application_name", "client_encoding", NULL};
	const char *values[] = {NULL, NULL, NULL, NULL, "align_load", "UTF8", NULL};
	Load		leads = {.kind = FILE_LEADS,.what = "leads",.fields = lead_fields};
	Load		events = {.kind = FILE_EVENTS,.what = "events",.fields = event_fields};
	FILE	   *rejects = NULL;
	int			c;

	for (int i = 1; i < argc; i++)
	{
		/* getopt has no way to tell this option from one it does not know */
		if (strcmp(argv[i], "-?") == 0)
		{
			usage();
			return 0;
		}
	}
	while ((c = getopt_long(argc, argv, "h:p:U:d:wV", long_options, NULL)) != -1)
	{
		switch (c)
		{
			case 1:
				options.leads = optarg;
				break;
			case 2:
				options.events = optarg;
				break;
			case 3:
				add_map(optarg);
				break;
			case 4:
				options.stage = optarg;
				break;
			case 5:
				options.source = optarg;
				break;
			case 6:
				options.timezone = optarg;
				break;
			case 7:
				options.date_format = optarg;
				break;
			case 8:
				if (strcmp(optarg, "\\t") == 0)
					optarg = "\t";
				if (strlen(optarg) != 1 || *optarg == '"' || *optarg == '\n' || *optarg == '\r')
					fail("invalid delimiter: \"%s\": it is one character, such as ; or \\t", optarg);
				options.delimiter = *optarg;
				break;
			case 9:
				options.rejects = optarg;
				break;
			case 10:
				options.dry_run = true;
				break;
			case 11:
				options.progress = true;
				break;
			case 'h':
				values[0] = optarg;
				break;
			case 'p':
				values[1] = optarg;
				break;
			case 'U':
				values[2] = optarg;
				break;
			case 'd':
				values[3] = optarg;
				break;
			case 'w':
				break;
			case 'V':
				puts("align_load (align) " ALIGN_VERSION);
				return 0;
			case 12:
				usage();
				return 0;
			default:
				fputs("Try \"align_load --help\" for more information.\n", stderr);
				return 1;
		}
	}
	if (optind < argc && values[3] == NULL)
		values[3] = argv[optind++];
	if (optind < argc)
		fail("too many arguments: the first is \"%s\"", argv[optind]);
	if (options.leads == NULL && options.events == NULL)
		fail("nothing to load: give --leads=FILE, --events=FILE or both");
	for (int m = 0; m < options.map_count; m++)
		if (options.stage != NULL && strcasecmp(options.maps[m].field, "stage") == 0)
			fail("--stage and a map to stage: give one of them");
	leads.path = options.leads;
	events.path = options.events;
	if (options.rejects != NULL && (is_file(options.rejects, leads.path) || is_file(options.rejects, events.path)))
		fail("--rejects names the file that is loaded, and would overwrite it");

	signal(SIGINT, on_interrupt);
	signal(SIGTERM, on_interrupt);
	connection = PQconnectdbParams(keywords, values, 1);
	if (PQstatus(connection) != CONNECTION_OK)
		fail("%s", PQerrorMessage(connection));
	run("SET search_path = pg_catalog, pg_temp");
	run("SET client_min_messages = warning");
	if (options.rejects != NULL)
	{
		rejects = fopen(options.rejects, "w");
		if (rejects == NULL)
			fail("cannot write %s: %s", options.rejects, strerror(errno));
	}
	/* each command sees what other loaders have brought before */
	run("BEGIN ISOLATION LEVEL READ COMMITTED");
	if (leads.path != NULL)
		load_leads(&leads, rejects);
	if (events.path != NULL)
		load_events(&events, rejects);
	for (int m = 0; m < options.map_count; m++)
		if (!options.maps[m].used)
			fail("no file has the column \"%s\" that --map=%s=%s names", options.maps[m].column,
				 options.maps[m].column, options.maps[m].field);
	if (rejects != NULL && fclose(rejects) != 0)
		fail("cannot write %s: %s", options.rejects, strerror(errno));
	/* from here on it could not be said whether anything was loaded */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	run(options.dry_run ? "ROLLBACK" : "COMMIT");
	report(&leads);
	report(&events);
	PQfinish(connection);
	return 0;
}
