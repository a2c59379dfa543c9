# What an app backend sees: a lead moved by plain text parameters, announced to
# who listens, and refused to who may not.
use strict;
use warnings;

use AlignTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('client');

new_database($node, 'app');
$node->safe_psql('app', q{INSERT INTO lead (key) VALUES ('L1')});

# NOTIFY comes with the commit, with a JSON payload
my ($code, $out, $err) = $node->psql('app', q{
	LISTEN align_stage;
	BEGIN;
	SELECT advance('L1', 'lead', '2026-01-01Z');
	COMMIT;
	SELECT moved FROM advance('L1', 'Marketing Qualified Lead', '2026-01-02Z', actor => 'form');
	SELECT moved FROM advance('L1', 'mql', '2026-01-03Z');
});
my @payloads = $out =~ /notification "align_stage" with payload "(\{.*\})"/g;
is(scalar @payloads, 2, 'a move is announced once, no move is not');
my $payload = $payloads[1] // '{}';
$payload =~ s/'/''/g;
is(rows($node, 'app', "SELECT p ->> 'lead', p ->> 'from', p ->> 'to', (p ->> 'at')::timestamptz AT TIME ZONE 'UTC', p ->> 'team' FROM (SELECT '$payload'::jsonb AS p) x"),
	'L1|lead|mql|2026-01-02 00:00:00|marketing', 'the payload says who moved where');
($code, $out, $err) = $node->psql('app', q{LISTEN align_stage; BEGIN; SELECT advance('L1', 'sql', '2026-01-05Z'); ROLLBACK;});
unlike($out, qr/notification/, 'what is taken back is not announced');

# a bound text parameter finds the functions
is(rows($node, 'app', q{PREPARE move (text, text) AS SELECT to_stage FROM align.advance($1, $2, '2026-01-06Z'); EXECUTE move('L1', 'sal')}), 'sal', 'text parameters');

# roles: nothing that writes is open to PUBLIC
$node->safe_psql('app', q{CREATE ROLE reader LOGIN; CREATE ROLE backend LOGIN; CREATE ROLE clerk LOGIN;
	GRANT SELECT ON ALL TABLES IN SCHEMA align TO reader, backend;
	GRANT INSERT ON align.stage_event TO backend; GRANT UPDATE ON align.lead TO backend;
	GRANT EXECUTE ON FUNCTION align.advance(text, text, timestamptz, text, text, text) TO backend;
	GRANT EXECUTE ON FUNCTION align.forget(text) TO clerk});
sub as_role
{
	my ($role, $sql) = @_;
	my ($code, $out, $err) = $node->psql('app', "SET search_path = align, public; $sql", extra_params => [ '-U', $role ]);
	return $code == 0 ? $out : $err;
}
like(as_role('reader', q{SELECT advance('L1', 'sql')}), qr/permission denied for function advance/, 'a reader may not move a lead');
is(as_role('reader', q{SELECT stage FROM lead_stage}), 'sal', 'but may see where it is');
is(as_role('backend', q{SELECT to_stage FROM advance('L1', 'sql', '2026-01-07Z')}), 'sql', 'a backend with the rights may');
is(rows($node, 'app', q{SELECT actor FROM stage_event WHERE stage = 'sql'}), 'backend', 'and its role is noted');
like(as_role('backend', q{UPDATE stage_event SET at = now()}), qr/permission denied/, 'but not change history');
like(as_role('clerk', q{SELECT * FROM lead}), qr/permission denied/, 'a clerk sees no leads');
is(as_role('clerk', q{SELECT forget('L1')}), 't', 'but may have one forgotten');
is(rows($node, 'app', q{SELECT key LIKE 'forgotten %', owner IS NULL FROM lead}), 't|t', 'it is');
is(rows($node, 'app', q{SELECT count(*) FROM stage_event WHERE actor IS NOT NULL}), '0', 'and so are the actors');

# a long aggregate answers to cancel
($code, $out, $err) = $node->psql('app', q{SET statement_timeout = '300ms';
	SELECT funnel_level(journey(timestamptz '2026-01-01Z' + i * interval '1 s', i % 3 = 0, i % 3 = 1, false, i % 3 = 2), NULL, '1 day', mode => 'any', exclude => NULL) FROM generate_series(1, 3000000) i});
like($err, qr/canceling statement due to statement timeout/, 'cancel is heard');

$node->stop;
done_testing();
