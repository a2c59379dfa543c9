/*
 * journey_log_io.c
 *		Moving event logs: between processes, as text and as binary, and merging.
 *
 * Flat (all in the order of the machine; only parallel workers see it):
 *
 *		length word | version, key_type, partition_bits, header_size | header |
 *		uint64 per partition: events | events, partition after partition
 *
 * An event is its key and its packed word; a text key is its length in 4 bytes
 * and its bytes. Binary has the same parts in network order, text is that in
 * base64.
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base.h"
#include "base_state.h"
#include "journey_log.h"

#define FLAT_START	(VARHDRSZ + 4)

static Size
get_flat_size(ExpandedObjectHeader *eoh)
{
	EventLog   *log = (EventLog *) eoh;
	int			partitions = 1 << log->partition_bits;
	Size		size = FLAT_START + log->header_size + partitions * sizeof(uint64);

	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &log->partitions[p];

		if (log->key_type == LOG_KEY_BIGINT)
		{
			size += partition_count(partition) * sizeof(LoggedEvent);
			continue;
		}
		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
			for (uint32 i = 0, used = chunk_used(partition, chunk); i < used; i++)
				size += sizeof(uint32) + text_key(chunk->events[i].key)->length + sizeof(int64);
	}
	align_base_check_travel(size, "this event log", "");
	return size;
}

static void
flatten_into(ExpandedObjectHeader *eoh, void *result, Size size)
{
	EventLog   *log = (EventLog *) eoh;
	int			partitions = 1 << log->partition_bits;
	char	   *at = (char *) result;

	SET_VARSIZE(result, size);
	at += VARHDRSZ;
	*at++ = LOG_VERSION;
	*at++ = (char) log->key_type;
	*at++ = (char) log->partition_bits;
	*at++ = (char) log->header_size;
	memcpy(at, log->header, log->header_size);
	at += log->header_size;
	for (int p = 0; p < partitions; p++)
	{
		uint64		count = partition_count(&log->partitions[p]);

		memcpy(at, &count, sizeof(uint64));
		at += sizeof(uint64);
	}
	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &log->partitions[p];

		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
		{
			uint32		used = chunk_used(partition, chunk);

			if (log->key_type == LOG_KEY_BIGINT)
			{
				memcpy(at, chunk->events, used * sizeof(LoggedEvent));
				at += used * sizeof(LoggedEvent);
				continue;
			}
			for (uint32 i = 0; i < used; i++)
			{
				const EventKey *key = text_key(chunk->events[i].key);

				memcpy(at, &key->length, sizeof(uint32));
				memcpy(at + sizeof(uint32), key->data, key->length);
				at += sizeof(uint32) + key->length;
				memcpy(at, &chunk->events[i].packed, sizeof(int64));
				at += sizeof(int64);
			}
		}
	}
	Assert(at == (char *) result + size);
}

const ExpandedObjectMethods align_log_methods = {get_flat_size, flatten_into};

static void
check_same_log(const EventLog *into, LogKey key_type, const char *header, Size header_size)
{
	if (into->key_type != key_type || into->header_size != header_size ||
		memcmp(into->header, header, header_size) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("event logs of different aggregates cannot be merged"),
				 errdetail("They differ in the rule, or in the type of the lead's key."),
				 errhint("Build both by the same aggregate with the same arguments.")));
}

/*
 * Adds the events of a flat log, which was made by flatten_into in this or
 * another process of this server.
 */
static EventLog *
merge_flat(EventLog *into, const char *at, MemoryContext parent)
{
	LogKey		key_type = (LogKey) at[1];
	int			partition_bits = at[2];
	Size		header_size = (unsigned char) at[3];
	const char *header = at + 4;
	int			partitions = 1 << partition_bits;
	const char *counts = header + header_size;

	if (into == NULL)
		into = align_log_create(parent, key_type, header, header_size);
	check_same_log(into, key_type, header, header_size);
	if (into->partition_bits < partition_bits)
		align_log_split(into);
	at = counts + partitions * sizeof(uint64);
	for (int p = 0; p < partitions; p++)
	{
		uint64		count;

		memcpy(&count, counts + p * sizeof(uint64), sizeof(uint64));
		CHECK_FOR_INTERRUPTS();
		if (key_type == LOG_KEY_BIGINT && into->partition_bits == partition_bits && partition_bits > 0)
		{
			align_log_append_block(into, &into->partitions[p], at, count);
			at += count * sizeof(LoggedEvent);
			continue;
		}
		for (; count > 0; count--)
		{
			uint32		length;
			int64		key;
			int64		packed;

			if (key_type != LOG_KEY_BIGINT)
			{
				memcpy(&length, at, sizeof(uint32));
				key = align_log_keep_key(into, at + sizeof(uint32), length);
				at += sizeof(uint32) + length;
			}
			else
			{
				memcpy(&key, at, sizeof(int64));
				at += sizeof(int64);
			}
			memcpy(&packed, at, sizeof(int64));
			at += sizeof(int64);
			align_log_append_own(into, key, packed);
		}
	}
	return into;
}

/* Adds the events of another log of this process. */
static void
merge_log(EventLog *into, const EventLog *from)
{
	int			partitions = 1 << from->partition_bits;

	check_same_log(into, from->key_type, from->header, from->header_size);
	if (into->partition_bits < from->partition_bits)
		align_log_split(into);
	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &from->partitions[p];

		CHECK_FOR_INTERRUPTS();
		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
		{
			uint32		used = chunk_used(partition, chunk);

			if (from->key_type == LOG_KEY_BIGINT && into->partition_bits == from->partition_bits && into->partition_bits > 0)
			{
				align_log_append_block(into, &into->partitions[p], chunk->events, used);
				continue;
			}
			for (uint32 i = 0; i < used; i++)
			{
				int64		key = chunk->events[i].key;

				if (from->key_type != LOG_KEY_BIGINT)
					key = align_log_keep_key(into, text_key(key)->data, text_key(key)->length);
				align_log_append_own(into, key, chunk->events[i].packed);
			}
		}
	}
}

/*
 * The log in an argument, NULL where it is null: the expanded object itself, or
 * one made from the flat form, in an aggregate below its context.
 */
EventLog *
align_log_state(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *flat;
	MemoryContext parent;

	if (PG_ARGISNULL(argument))
		return NULL;
	flat = (struct varlena *) PG_GETARG_POINTER(argument);
	if (VARATT_IS_EXTERNAL_EXPANDED(flat))
	{
		varatt_expanded pointer;
		EventLog   *log;

		/* as DatumGetEOHP does, in line, since this is done for each row */
		memcpy(&pointer, VARDATA_EXTERNAL(flat), sizeof(pointer));
		log = (EventLog *) pointer.eohptr;
		if (log->magic == LOG_MAGIC)
			return log;
	}
	if (!AggCheckCallContext(fcinfo, &parent))
		parent = CurrentMemoryContext;
	return merge_flat(NULL, VARDATA_ANY(pg_detoast_datum_packed(flat)), parent);
}

/*
 * The state of a transition, fit to be changed in place, NULL where it is null.
 * A log that a user gives by hand, or by a state of an aggregate of his own, may
 * be one of other keys, which would be read as what they are not.
 */
EventLog *
align_log_transition(FunctionCallInfo fcinfo, LogKey key_type, Size header_size)
{
	EventLog   *log;

	(void) align_base_aggregate_context(fcinfo);
	log = align_log_state(fcinfo, 0);
	if (log == NULL)
		return NULL;
	align_log_check_header(log, header_size);
	if (log->key_type != key_type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("this event log has keys of another type"),
				 errdetail("The keys of one log are all bigint, all text or all uuid."),
				 errhint("Cast the leads to one type.")));
	return log;
}

/* combine */
PG_FUNCTION_INFO_V1(align_journey_log_combine);
Datum
align_journey_log_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = align_base_aggregate_context(fcinfo);
	EventLog   *into = align_log_state(fcinfo, 0);

	if (!PG_ARGISNULL(1))
	{
		struct varlena *from = (struct varlena *) PG_GETARG_POINTER(1);

		if (VARATT_IS_EXTERNAL_EXPANDED(from))
		{
			EventLog   *log = (EventLog *) DatumGetEOHP(PG_GETARG_DATUM(1));

			if (into == NULL)
				into = align_log_create(context, log->key_type, log->header, log->header_size);
			merge_log(into, log);
		}
		else
			into = merge_flat(into, VARDATA_ANY(pg_detoast_datum_packed(from)), context);
	}
	if (into == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(align_log_datum(into));
}

/* Writes the log in network order. */
static void
write_log(StringInfo out, EventLog *log)
{
	int			partitions = 1 << log->partition_bits;
	uint64		count = 0;

	for (int p = 0; p < partitions; p++)
		count += partition_count(&log->partitions[p]);
	pq_sendint8(out, LOG_VERSION);
	pq_sendint8(out, log->key_type);
	pq_sendint8(out, log->header_size);
	pq_sendbytes(out, log->header, log->header_size);
	pq_sendint64(out, count);
	for (int p = 0; p < partitions; p++)
	{
		const EventPartition *partition = &log->partitions[p];

		for (const EventChunk *chunk = partition->last; chunk != NULL; chunk = chunk->next)
		{
			for (uint32 i = 0, used = chunk_used(partition, chunk); i < used; i++)
			{
				if (log->key_type != LOG_KEY_BIGINT)
				{
					const EventKey *key = text_key(chunk->events[i].key);

					pq_sendint32(out, key->length);
					pq_sendbytes(out, key->data, key->length);
				}
				else
					pq_sendint64(out, chunk->events[i].key);
				pq_sendint64(out, chunk->events[i].packed);
			}
		}
	}
}

/* Reads what write_log wrote; any other bytes are refused. */
static EventLog *
read_log(StringInfo in)
{
	EventLog   *log;
	int			version = pq_getmsgbyte(in);
	int			key_type = pq_getmsgbyte(in);
	int			header_size = pq_getmsgbyte(in);
	uint64		count;
	bool		valid = version == LOG_VERSION && key_type <= LOG_KEY_UUID && header_size <= LOG_MAX_HEADER;

	if (valid)
	{
		log = align_log_create(CurrentMemoryContext, key_type,
							   pq_getmsgbytes(in, header_size), header_size);
		count = pq_getmsgint64(in);
		for (; count > 0 && valid; count--)
		{
			bool		is_text = key_type != LOG_KEY_BIGINT;
			uint32		length = is_text ? pq_getmsgint(in, 4) : 0;
			const char *text = is_text ? pq_getmsgbytes(in, length) : NULL;
			int64		key = is_text ? 0 : pq_getmsgint64(in);
			int64		packed = pq_getmsgint64(in);

			CHECK_FOR_INTERRUPTS();
			valid = IS_VALID_TIMESTAMP(logged_at(packed)) &&
				(header_size > 0 || align_stage_is_valid(logged_step(packed))) &&
				(key_type != LOG_KEY_UUID || length == UUID_LEN) &&
				(key_type != LOG_KEY_TEXT || pg_verifymbstr(text, length, true));
			if (!valid)
				break;
			align_log_append_own(log, text != NULL ? align_log_keep_key(log, text, length) : key, packed);
		}
	}
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid event log in binary input"),
				 errdetail("Its version, header or an event is not one that align writes."),
				 errhint("Send the value as it was received.")));
	return log;
}

PG_FUNCTION_INFO_V1(align_journey_log_send);
Datum
align_journey_log_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	pq_begintypsend(&out);
	write_log(&out, align_log_state(fcinfo, 0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

PG_FUNCTION_INFO_V1(align_journey_log_recv);
Datum
align_journey_log_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(align_log_datum(read_log((StringInfo) PG_GETARG_POINTER(0))));
}

PG_FUNCTION_INFO_V1(align_journey_log_out);
Datum
align_journey_log_out(PG_FUNCTION_ARGS)
{
	StringInfoData bytes;
	StringInfoData out;

	initStringInfo(&bytes);
	write_log(&bytes, align_log_state(fcinfo, 0));
	initStringInfo(&out);
	align_base64_write(&out, bytes.data, bytes.len);
	PG_RETURN_CSTRING(out.data);
}

PG_FUNCTION_INFO_V1(align_journey_log_in);
Datum
align_journey_log_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	StringInfoData in;
	EventLog   *log = NULL;

	if (align_base64_read(string, strlen(string), &in))
		log = read_log(&in);
	if (log == NULL || in.cursor != in.len)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid event log"),
				 errdetail("It is not the base64 that align wrote."),
				 errhint("An event log is the state of an aggregate; its text is only to be read back.")));
	PG_RETURN_DATUM(align_log_datum(log));
}
