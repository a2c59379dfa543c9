-- period: a calendar or fiscal span, by which plans and scores are cut

CREATE TYPE align.period;

CREATE FUNCTION align.period_in(cstring) RETURNS align.period
    AS 'MODULE_PATHNAME', 'align_period_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_out(align.period) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_period_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_recv(internal) RETURNS align.period
    AS 'MODULE_PATHNAME', 'align_period_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_send(align.period) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_period_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.period (
    INPUT = align.period_in, OUTPUT = align.period_out,
    RECEIVE = align.period_recv, SEND = align.period_send,
    LIKE = pg_catalog.int8, CATEGORY = 'U');

COMMENT ON TYPE align.period IS 'A calendar or fiscal span: 2026-W07 (ISO week), 2026-03, 2026-Q1, 2026, 2026..2028, FY2026-Q1@Jul (fiscal year that starts in July and ends in 2026). Sorted by first day, then the longer first.';
COMMENT ON FUNCTION align.period_in(cstring) IS 'Input of period; also reads 2026Q1, Q1 2026, March 2026.';
COMMENT ON FUNCTION align.period_out(align.period) IS 'Output of period, in its one canonical form.';
COMMENT ON FUNCTION align.period_recv(internal) IS 'Binary input of period: int8, checked.';
COMMENT ON FUNCTION align.period_send(align.period) IS 'Binary output of period: int8.';

-- functions

CREATE FUNCTION align.period(date date, grain text, start_month integer DEFAULT 1) RETURNS align.period
    AS 'MODULE_PATHNAME', 'align_period_from_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.period(date, text, integer) IS 'The period that holds a date. grain: week, month, quarter or year; start_month: first month of the fiscal year, 1 to 12, for quarters and years. Error for an infinite date or one outside the years 1 to 9999.';

CREATE FUNCTION align.lower(align.period) RETURNS date
    AS 'MODULE_PATHNAME', 'align_period_lower' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.lower(align.period) IS 'The first day of a period.';

CREATE FUNCTION align.upper(align.period) RETURNS date
    AS 'MODULE_PATHNAME', 'align_period_upper' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.upper(align.period) IS 'The day after the last day of a period.';

CREATE FUNCTION align.grain(align.period) RETURNS text
    AS 'MODULE_PATHNAME', 'align_period_grain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.grain(align.period) IS 'What a period is: week, month, quarter, year, or years for a span of several.';

CREATE FUNCTION align.elapsed(period align.period, date date) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_period_elapsed' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.elapsed(align.period, date) IS 'How much of a period is over when a day begins, as a fraction: 0 on or before its first day, 1 after its last.';

CREATE FUNCTION align.to_daterange(align.period) RETURNS daterange
    AS 'MODULE_PATHNAME', 'align_period_daterange' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.to_daterange(align.period) IS 'The days of a period as a daterange. Serves the cast.';

CREATE FUNCTION align.generate_series(start align.period, stop align.period, step integer DEFAULT 1) RETURNS SETOF align.period
    AS 'MODULE_PATHNAME', 'align_period_series' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 13;
COMMENT ON FUNCTION align.generate_series(align.period, align.period, integer) IS 'The periods from start to stop, both included, step of their own length apart. Error when both are not of one kind.';

CREATE FUNCTION align.period_plus(align.period, integer) RETURNS align.period
    AS 'MODULE_PATHNAME', 'align_period_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_plus(integer, align.period) RETURNS align.period
    AS 'MODULE_PATHNAME', 'align_period_plus_commuted' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_minus(align.period, integer) RETURNS align.period
    AS 'MODULE_PATHNAME', 'align_period_minus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_difference(align.period, align.period) RETURNS integer
    AS 'MODULE_PATHNAME', 'align_period_difference' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_contains(align.period, date) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_period_contains_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_contains(align.period, align.period) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_period_contains' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_within(date, align.period) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_period_date_within' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_within(align.period, align.period) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_period_within' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.period_overlaps(align.period, align.period) RETURNS boolean
    AS 'MODULE_PATHNAME', 'align_period_overlaps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION align.period_plus(align.period, integer) IS 'Serves operator +: so many of its own length later.';
COMMENT ON FUNCTION align.period_plus(integer, align.period) IS 'Serves operator +: so many of its own length later.';
COMMENT ON FUNCTION align.period_minus(align.period, integer) IS 'Serves operator -: so many of its own length earlier.';
COMMENT ON FUNCTION align.period_difference(align.period, align.period) IS 'Serves operator -: how many steps from the right to the left one; error when both are not of one kind.';
COMMENT ON FUNCTION align.period_contains(align.period, date) IS 'Serves operator @>.';
COMMENT ON FUNCTION align.period_contains(align.period, align.period) IS 'Serves operator @>.';
COMMENT ON FUNCTION align.period_within(date, align.period) IS 'Serves operator <@.';
COMMENT ON FUNCTION align.period_within(align.period, align.period) IS 'Serves operator <@.';
COMMENT ON FUNCTION align.period_overlaps(align.period, align.period) IS 'Serves operator &&.';

CREATE OPERATOR align.+ (LEFTARG = align.period, RIGHTARG = integer, FUNCTION = align.period_plus, COMMUTATOR = OPERATOR(align.+));
CREATE OPERATOR align.+ (LEFTARG = integer, RIGHTARG = align.period, FUNCTION = align.period_plus, COMMUTATOR = OPERATOR(align.+));
CREATE OPERATOR align.- (LEFTARG = align.period, RIGHTARG = integer, FUNCTION = align.period_minus);
CREATE OPERATOR align.- (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_difference);
CREATE OPERATOR align.@> (LEFTARG = align.period, RIGHTARG = date, FUNCTION = align.period_contains,
    COMMUTATOR = OPERATOR(align.<@), RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR align.@> (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_contains,
    COMMUTATOR = OPERATOR(align.<@), RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR align.<@ (LEFTARG = date, RIGHTARG = align.period, FUNCTION = align.period_within,
    COMMUTATOR = OPERATOR(align.@>), RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR align.<@ (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_within,
    COMMUTATOR = OPERATOR(align.@>), RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR align.&& (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_overlaps,
    COMMUTATOR = OPERATOR(align.&&), RESTRICT = contsel, JOIN = contjoinsel);

COMMENT ON OPERATOR align.+ (align.period, integer) IS 'so many of its own length later';
COMMENT ON OPERATOR align.+ (integer, align.period) IS 'so many of its own length later';
COMMENT ON OPERATOR align.- (align.period, integer) IS 'so many of its own length earlier';
COMMENT ON OPERATOR align.- (align.period, align.period) IS 'how many steps from the right to the left';
COMMENT ON OPERATOR align.@> (align.period, date) IS 'holds the day';
COMMENT ON OPERATOR align.@> (align.period, align.period) IS 'holds the period';
COMMENT ON OPERATOR align.<@ (date, align.period) IS 'lies in the period';
COMMENT ON OPERATOR align.<@ (align.period, align.period) IS 'lies in the period';
COMMENT ON OPERATOR align.&& (align.period, align.period) IS 'shares a day';

CREATE CAST (align.period AS daterange) WITH FUNCTION align.to_daterange(align.period) AS ASSIGNMENT;
COMMENT ON CAST (align.period AS daterange) IS 'the days of the period';

-- comparison and hashing are those of int8, whose order is by first day and then the longer first

CREATE FUNCTION align.period_eq(align.period, align.period) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8eq';
CREATE FUNCTION align.period_ne(align.period, align.period) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8ne';
CREATE FUNCTION align.period_lt(align.period, align.period) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8lt';
CREATE FUNCTION align.period_le(align.period, align.period) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8le';
CREATE FUNCTION align.period_gt(align.period, align.period) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8gt';
CREATE FUNCTION align.period_ge(align.period, align.period) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8ge';
CREATE FUNCTION align.period_cmp(align.period, align.period) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'btint8cmp';
CREATE FUNCTION align.period_sortsupport(internal) RETURNS void
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'btint8sortsupport';
CREATE FUNCTION align.period_hash(align.period) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashint8';
CREATE FUNCTION align.period_hash_extended(align.period, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashint8extended';
CREATE FUNCTION align.period_smaller(align.period, align.period) RETURNS align.period
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int8smaller';
CREATE FUNCTION align.period_larger(align.period, align.period) RETURNS align.period
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int8larger';

COMMENT ON FUNCTION align.period_eq(align.period, align.period) IS 'Serves operator =.';
COMMENT ON FUNCTION align.period_ne(align.period, align.period) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.period_lt(align.period, align.period) IS 'Serves operator <.';
COMMENT ON FUNCTION align.period_le(align.period, align.period) IS 'Serves operator <=.';
COMMENT ON FUNCTION align.period_gt(align.period, align.period) IS 'Serves operator >.';
COMMENT ON FUNCTION align.period_ge(align.period, align.period) IS 'Serves operator >=.';
COMMENT ON FUNCTION align.period_cmp(align.period, align.period) IS 'Order of periods, for btree.';
COMMENT ON FUNCTION align.period_sortsupport(internal) IS 'Fast sorting of periods, for btree.';
COMMENT ON FUNCTION align.period_hash(align.period) IS 'Hash of a period.';
COMMENT ON FUNCTION align.period_hash_extended(align.period, bigint) IS 'Seeded hash of a period.';
COMMENT ON FUNCTION align.period_smaller(align.period, align.period) IS 'The earlier of two periods; serves min.';
COMMENT ON FUNCTION align.period_larger(align.period, align.period) IS 'The later of two periods; serves max.';

CREATE OPERATOR align.= (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR align.<> (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR align.< (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_lt,
    COMMUTATOR = OPERATOR(align.>), NEGATOR = OPERATOR(align.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR align.<= (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_le,
    COMMUTATOR = OPERATOR(align.>=), NEGATOR = OPERATOR(align.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR align.> (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_gt,
    COMMUTATOR = OPERATOR(align.<), NEGATOR = OPERATOR(align.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR align.>= (LEFTARG = align.period, RIGHTARG = align.period, FUNCTION = align.period_ge,
    COMMUTATOR = OPERATOR(align.<=), NEGATOR = OPERATOR(align.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

COMMENT ON OPERATOR align.= (align.period, align.period) IS 'the same period';
COMMENT ON OPERATOR align.<> (align.period, align.period) IS 'another period';
COMMENT ON OPERATOR align.< (align.period, align.period) IS 'starts earlier, or the same day and is longer';
COMMENT ON OPERATOR align.<= (align.period, align.period) IS 'starts earlier, or the same day and is longer, or the same';
COMMENT ON OPERATOR align.> (align.period, align.period) IS 'starts later, or the same day and is shorter';
COMMENT ON OPERATOR align.>= (align.period, align.period) IS 'starts later, or the same day and is shorter, or the same';

CREATE OPERATOR FAMILY align.period_ops USING btree;
COMMENT ON OPERATOR FAMILY align.period_ops USING btree IS 'btree on periods';
CREATE OPERATOR CLASS align.period_ops DEFAULT FOR TYPE align.period USING btree FAMILY align.period_ops AS
    OPERATOR 1 align.<, OPERATOR 2 align.<=, OPERATOR 3 align.=, OPERATOR 4 align.>=, OPERATOR 5 align.>,
    FUNCTION 1 align.period_cmp(align.period, align.period),
    FUNCTION 2 align.period_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS align.period_ops USING btree IS 'periods by first day, then the longer first';
CREATE OPERATOR FAMILY align.period_ops USING hash;
COMMENT ON OPERATOR FAMILY align.period_ops USING hash IS 'hash on periods';
CREATE OPERATOR CLASS align.period_ops DEFAULT FOR TYPE align.period USING hash FAMILY align.period_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.period_hash(align.period),
    FUNCTION 2 align.period_hash_extended(align.period, bigint);
COMMENT ON OPERATOR CLASS align.period_ops USING hash IS 'equality of periods';

CREATE AGGREGATE align.min(align.period) (SFUNC = align.period_smaller, STYPE = align.period,
    COMBINEFUNC = align.period_smaller, SORTOP = OPERATOR(align.<), PARALLEL = SAFE);
CREATE AGGREGATE align.max(align.period) (SFUNC = align.period_larger, STYPE = align.period,
    COMBINEFUNC = align.period_larger, SORTOP = OPERATOR(align.>), PARALLEL = SAFE);
COMMENT ON AGGREGATE align.min(align.period) IS 'The first period: of those with the earliest first day the longest.';
COMMENT ON AGGREGATE align.max(align.period) IS 'The last period: of those with the latest first day the shortest.';
