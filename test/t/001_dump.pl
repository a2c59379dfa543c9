# A dump of the sample company and its restore: equal tables, equal funnels, and
# the sequences go on where they were.
use strict;
use warnings;

use AlignTest;
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('dump');
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());

new_database($node, 'company');
system('awk', '-v', 'seed=1', '-v', 'leads=3000', '-v', "into=$folder", '-f', "$ENV{ALIGN_ROOT}/examples/company/company.awk") == 0
  or die 'the generator failed';
$node->safe_psql('company', slurp_file("$ENV{ALIGN_ROOT}/examples/company/labels.sql"));
align_load('-d', $node->connstr('company'), '--leads', "$folder/leads.csv", '--events', "$folder/events.csv", '--source', 'crm');
# rows of the user's in every table, and edits of shipped ones
$node->safe_psql('company', q{
	UPDATE team SET title = 'Revenue' WHERE key = 'sales';
	INSERT INTO team (key, title) VALUES ('partners', 'Partners');
	INSERT INTO member (role, team, since_at) VALUES ('ann', 'partners', '2026-01-01Z');
	UPDATE setting SET value = '"90 days"' WHERE key = 'funnel_within';
	UPDATE transition SET allowed = false WHERE from_stage = 'lead' AND to_stage = 'customer';
	INSERT INTO transition (from_stage, to_stage) VALUES ('disqualified', 'lead');
	INSERT INTO account (key, name) VALUES ('acme', 'Acme');
	INSERT INTO deal (key, lead, amount, outcome) SELECT 'D1', id, 99.90, 'won' FROM lead WHERE key = 'L000001';
	INSERT INTO touch (lead, at, channel) SELECT id, '2026-01-01Z', 'mail' FROM lead WHERE key = 'L000001';
	INSERT INTO member (role, team) VALUES ('postgres', 'marketing'), ('postgres', 'sales');
	SELECT propose_definition('mql', 'require visits_30d >= 3 +10 country = ''US'' qualify at 5', 'one'), propose_definition('mql', 'require visits_30d >= 4', 'two');
	SELECT sign_definition('mql', 1, 'marketing'), sign_definition('mql', 1, 'sales'), sign_definition('mql', 2, 'sales');
	SELECT qualify_all('mql'), record_verdict('L000001', 'sales', true, 'they called'), record_verdict('L000001', 'marketing', false, 'too small');
	INSERT INTO plan_item (key, level, title, team, period) VALUES ('R1', 'rock', 'Plant days', 'marketing', '2026-Q1');
	INSERT INTO plan_alternative (item, choice) SELECT id, 'event' FROM plan_item;
	INSERT INTO grant_of_currency (team, period, points) VALUES ('sales', '2026-Q1', 20), ('sales', '2026-Q1', 100);
	SELECT ask('sales', 'marketing', 'A page', 30, '2026-Q1', 'R1'), ask('sales', 'marketing', 'Names', 90, '2026-Q1'), accept_request('Q1');
	INSERT INTO capacity (team, period, days) VALUES ('sales', '2026-Q1', 50);
	SELECT forget('L000002');
	CREATE TABLE kept AS SELECT lead_id, journey FROM lead_journey;
	CREATE TABLE kept_funnel AS SELECT source, funnel(journey, '{lead,mql,sql,customer}', '180 days') AS funnel, flow(journey) AS flow FROM lead_journey GROUP BY source;
});

my @tables = qw(team member setting account lead stage_event stage_label transition deal touch definition definition_signature verdict
  grant_of_currency currency_account request capacity plan_alternative);
my $everything = join ' UNION ALL ', map { "SELECT '$_', count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM align.$_ t" } @tables;
my $funnel = q{SELECT md5(funnel(journey, '{lead,mql,sql,opportunity,customer}', '180 days')::text || flow(journey)::text) FROM lead_journey};
my $views = join ' UNION ALL ', map { "SELECT '$_', md5(string_agg(v::text, chr(10) ORDER BY v::text)) FROM align.$_ v" }
  qw(lead_stage stage_violation stage_transition funnel_by_segment definition_status lead_verdict definition_agreement disagreement
  currency_balance currency_ledger request_status);
$_ .= ' ORDER BY 1' for $everything, $views;

for my $format ('plain', 'custom')
{
	my $file = "$folder/company.$format";

	$node->command_ok([ 'pg_dump', '-F', $format, '-f', $file, $node->connstr('company') ], "pg_dump, $format");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format; ALTER DATABASE restored_$format SET search_path = align, public");
	if ($format eq 'plain')
	{
		$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("restored_$format"), '-f', $file ], 'restore by psql');
	}
	else
	{
		$node->command_ok([ 'pg_restore', '-d', $node->connstr("restored_$format"), $file ], 'restore by pg_restore');
	}
	is(rows($node, "restored_$format", $everything), rows($node, 'company', $everything), "$format: equal tables");
	is(rows($node, "restored_$format", $funnel), rows($node, 'company', $funnel), "$format: equal funnel and flow");
	is(rows($node, "restored_$format", $views), rows($node, 'company', $views), "$format: equal views");
	is(rows($node, "restored_$format", 'SELECT count(*) FROM kept k JOIN lead_journey j USING (lead_id, journey)'),
		rows($node, 'company', 'SELECT count(*) FROM lead_journey WHERE journey IS NOT NULL'), "$format: stored journeys are equal");
	is(rows($node, "restored_$format", q{SELECT count(*) FROM kept_funnel k JOIN (SELECT source, funnel(journey, '{lead,mql,sql,customer}', '180 days') AS f, flow(journey) AS w FROM lead_journey GROUP BY source) n
			ON n.source IS NOT DISTINCT FROM k.source AND n.f = k.funnel AND n.w = k.flow}), rows($node, 'company', 'SELECT count(*) FROM kept_funnel'), "$format: stored funnels are equal");
	is(rows($node, "restored_$format", q{SELECT version FROM definition_in_force('mql')}), '1', "$format: what was in force still is");
	is(rows($node, "restored_$format", q{SELECT waiting_for IS NULL FROM sign_definition('mql', 2, 'marketing')}), 't', "$format: signing goes on");
	is(rows($node, "restored_$format", q{INSERT INTO lead (key) VALUES ('new') RETURNING id > (SELECT max(id) FROM lead)}), 't', "$format: numbers go on");
}
cmp_ok(rows($node, 'company', 'SELECT count(*) FROM lead'), '==', 3000, 'the company is whole');

# COPY in binary goes through send and receive
$node->safe_psql('company', qq{COPY (SELECT lead_id, journey FROM kept ORDER BY 1) TO '$folder/kept.bin' (FORMAT binary);
	CREATE TABLE kept2 (LIKE kept); COPY kept2 FROM '$folder/kept.bin' (FORMAT binary);
	COPY kept_funnel TO '$folder/funnel.bin' (FORMAT binary); CREATE TABLE kept_funnel2 (LIKE kept_funnel); COPY kept_funnel2 FROM '$folder/funnel.bin' (FORMAT binary);
	CREATE TABLE small AS SELECT event_log(lead, stage, at) AS log, event_log('k' || lead, stage, at) AS text_log, funnel_rule('{mql,customer}', '9 days', mode => 'strict') AS rule, 'customer'::stage AS stage, '2026-W07'::period AS period FROM stage_event;
	COPY small TO '$folder/small.bin' (FORMAT binary); CREATE TABLE small2 (LIKE small); COPY small2 FROM '$folder/small.bin' (FORMAT binary)});
is(rows($node, 'company', 'SELECT count(*) FROM kept JOIN kept2 USING (lead_id, journey)'), rows($node, 'company', 'SELECT count(*) FROM kept WHERE journey IS NOT NULL'), 'journeys survive binary COPY');
is(rows($node, 'company', 'SELECT count(*) FROM kept_funnel a JOIN kept_funnel2 b ON a.funnel = b.funnel AND a.flow = b.flow'), rows($node, 'company', 'SELECT count(*) FROM kept_funnel'), 'funnels and flows survive binary COPY');
is(rows($node, 'company', q{SELECT count(*) FROM small a, small2 b WHERE a.rule = b.rule AND a.stage = b.stage AND a.period = b.period
	AND (SELECT count(*) FROM journeys(a.log) x JOIN journeys(b.log) y USING (lead, journey)) = (SELECT count(*) FROM journeys(a.log))
	AND (SELECT count(*) FROM journeys_by_key(a.text_log) x JOIN journeys_by_key(b.text_log) y USING (lead, journey)) = (SELECT count(*) FROM journeys(a.log))}), '1', 'event logs, rules, stages and periods survive binary COPY');

$node->stop;
done_testing();
