/*
 * listen.c
 *		Listens to the channel align_handoff and prints what is announced: new
 *		handoffs, those that are nearly due, and those that are past due.
 *
 *		cc listen.c -I$(pg_config --includedir) -L$(pg_config --libdir) -lpq -o listen
 *		./listen dbname=company			until it is stopped
 *		./listen dbname=company 3		until three messages have come
 *
 * A line is the channel, then the message, which is JSON. The program ends with
 * 1 when the connection is lost: whatever starts it again should first read
 * align.handoff_now, since what was announced in between is not repeated.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>

#include <libpq-fe.h>

int
main(int argc, char **argv)
{
	PGconn	   *connection = PQconnectdb(argc > 1 ? argv[1] : "");
	long		wanted = argc > 2 ? atol(argv[2]) : -1;
	PGresult   *result;

	if (PQstatus(connection) != CONNECTION_OK)
	{
		fprintf(stderr, "%s", PQerrorMessage(connection));
		return 1;
	}
	result = PQexec(connection, "LISTEN align_handoff");
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
	{
		fprintf(stderr, "%s", PQerrorMessage(connection));
		return 1;
	}
	PQclear(result);
	printf("listening\n");
	fflush(stdout);

	while (wanted != 0)
	{
		PGnotify   *notice;
		fd_set		sockets;

		FD_ZERO(&sockets);
		FD_SET(PQsocket(connection), &sockets);
		if (select(PQsocket(connection) + 1, &sockets, NULL, NULL, NULL) < 0)
		{
			perror("select");
			return 1;
		}
		if (!PQconsumeInput(connection))
		{
			fprintf(stderr, "%s", PQerrorMessage(connection));
			return 1;
		}
		while (wanted != 0 && (notice = PQnotifies(connection)) != NULL)
		{
			printf("%s %s\n", notice->relname, notice->extra);
			fflush(stdout);
			PQfreemem(notice);
			if (wanted > 0)
				wanted--;
		}
	}
	PQfinish(connection);
	return 0;
}
