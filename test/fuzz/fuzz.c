/*
 * fuzz.c
 *		Coverage-guided fuzzing within a server: libFuzzer makes inputs, a
 *		function of SQL tries each.
 *
 *		SELECT fuzz.run('fuzz.rubric(bytea)', '{-max_total_time=60, /tmp/corpus}');
 *
 * A target is a function of bytea that gives NULL, or says what is wrong. What
 * it says, an error that it lets through, a crash, a hang and memory that grows
 * without end each end the run, and the input is saved.
 *
 * Part of the library only when it is built with FUZZ=1, as tools/fuzz does it.
 * The fuzzer ends the process by exit(), so the server is one in single-user
 * mode.
 */
#include "../../src/compat.h"

#include <signal.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "libpq/pqsignal.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

extern int	LLVMFuzzerRunDriver(int *argc, char ***argv, int (*try_one) (const uint8 *data, size_t size));

/* Bytes that the server may hold between two inputs, its caches among them. */
#define MAX_LEFT_BEHIND	(32 * 1024 * 1024)

static FmgrInfo target;
static MemoryContext try_context;

static void
say_fault(const char *fault)
{
	fprintf(stderr, "FAULT: %s\n", fault);
	abort();
}

static int
try_one(const uint8 *data, size_t size)
{
	static int	count = 0;
	MemoryContext caller = MemoryContextSwitchTo(try_context);

	PG_TRY();
	{
		LOCAL_FCINFO(fcinfo, 1);
		bytea	   *input = palloc(VARHDRSZ + size);
		Datum		fault;

		SET_VARSIZE(input, VARHDRSZ + size);
		if (size > 0)
			memcpy(VARDATA(input), data, size);
		InitFunctionCallInfoData(*fcinfo, &target, 1, InvalidOid, NULL, NULL);
		fcinfo->args[0].value = PointerGetDatum(input);
		fcinfo->args[0].isnull = false;
		fault = FunctionCallInvoke(fcinfo);
		if (!fcinfo->isnull)
			say_fault(TextDatumGetCString(fault));
	}
	PG_CATCH();
	{
		EmitErrorReport();
		say_fault("an error");
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	MemoryContextReset(try_context);
	if (++count % 1000 == 0 && MemoryContextMemAllocated(TopMemoryContext, true) > MAX_LEFT_BEHIND)
		say_fault("memory is left behind");
	return 0;
}

/* run(target, arguments of libFuzzer): does not return */
PG_FUNCTION_INFO_V1(align_fuzz_run);
Datum
align_fuzz_run(PG_FUNCTION_ARGS)
{
	static const int fuzzer_signals[] = {SIGALRM, SIGFPE, SIGINT, SIGTERM};
	Datum	   *arguments;
	int			count;
	char	  **argv;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &arguments, NULL, &count);
	argv = palloc0((count + 2) * sizeof(char *));
	argv[0] = "fuzz";
	for (int i = 0; i < count; i++)
		argv[i + 1] = TextDatumGetCString(arguments[i]);
	count++;

	fmgr_info_cxt(PG_GETARG_OID(0), &target, TopMemoryContext);
	try_context = AllocSetContextCreate(TopMemoryContext, "fuzz input", ALLOCSET_DEFAULT_SIZES);
	/* where the server has no handler, libFuzzer sets its own */
	for (int i = 0; i < lengthof(fuzzer_signals); i++)
		pqsignal(fuzzer_signals[i], SIG_DFL);
	exit(LLVMFuzzerRunDriver(&count, &argv, try_one));
}

/* receive(bytes, any value of the type): what the type's binary input makes of them */
PG_FUNCTION_INFO_V1(align_fuzz_receive);
Datum
align_fuzz_receive(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	Oid			function;
	Oid			parameter;
	StringInfoData in;
	Datum		value;

	getTypeBinaryInputInfo(get_fn_expr_argtype(fcinfo->flinfo, 1), &function, &parameter);
	initStringInfo(&in);
	appendBinaryStringInfo(&in, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	value = OidReceiveFunctionCall(function, &in, parameter, -1);
	/* as the server does with a parameter or COPY */
	if (in.cursor != in.len)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("%d bytes are left over", in.len - in.cursor)));
	PG_RETURN_DATUM(value);
}

/* send(value): its binary form */
PG_FUNCTION_INFO_V1(align_fuzz_send);
Datum
align_fuzz_send(PG_FUNCTION_ARGS)
{
	Oid			function;
	bool		is_varlena;

	getTypeBinaryOutputInfo(get_fn_expr_argtype(fcinfo->flinfo, 0), &function, &is_varlena);
	PG_RETURN_BYTEA_P(OidSendFunctionCall(function, PG_GETARG_DATUM(0)));
}
