\unset ECHO
\i test/setup.psql
BEGIN;
SELECT plan(2);

-- Inputs that make fuzz found (test/fuzz/), each fixed since.

-- the text of the funnel_rule that these bytes are, through the receive function
CREATE TEMP TABLE received (value funnel_rule);
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    file bytea := '\x5047434f50590aff0d0a000000000000000000' || int2send(1::int2) || int4send(length(bytes)) || bytes || int2send((-1)::int2);
BEGIN
    DELETE FROM pg_temp.received;
    EXECUTE format('COPY pg_temp.received FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || (
        SELECT string_agg(concat('\0', get_byte(file, i) >> 6, get_byte(file, i) >> 3 & 7, get_byte(file, i) & 7), '' ORDER BY i)
        FROM generate_series(0, length(file) - 1) i) || '''');
    RETURN (SELECT value::text FROM pg_temp.received);
END $$;

-- a rule over all conditions was read with step 130 or 32, and then its text refused
CREATE TEMP VIEW rule AS SELECT funnel_rule(exclude_conditions => '{3}', exclude_from => 1, exclude_to => 31) AS value;
SELECT is(pg_temp.receive(funnel_rule_send(value)), value::text, 'the last step is read') FROM rule;
SELECT is(pg_temp.error_of(format('SELECT pg_temp.receive(%L)', set_byte(funnel_rule_send(value), 4, 32))),
    '22P03 | invalid funnel rule in binary input: a field is out of range | The bytes are not those that align wrote. | Send the value as it was received.', 'one after it is refused')
FROM rule;

SELECT * FROM finish();
ROLLBACK;
