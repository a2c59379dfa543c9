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
# all that the demo enters; its files are named from the root
for my $part ('history', 'demo')
{
	$node->command_ok([ 'env', '-C', $ENV{ALIGN_ROOT}, 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $node->connstr('company'), '-f', "$ENV{ALIGN_ROOT}/examples/company/$part.sql" ], "the sample company: $part");
}
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
	SELECT propose_definition('ready', 'require visits_30d >= 3 +10 country = ''US'' qualify at 5', 'one'), propose_definition('ready', 'require visits_30d >= 4', 'two');
	SELECT sign_definition('ready', 1, 'marketing'), sign_definition('ready', 1, 'sales'), sign_definition('ready', 2, 'sales');
	SELECT qualify_all('ready'), record_verdict('L000001', 'sales', true, 'they called'), record_verdict('L000001', 'marketing', false, 'too small');
	INSERT INTO plan_item (key, level, title, team, period) VALUES ('dumped', 'rock', 'Plant days', 'marketing', '2026-Q1');
	INSERT INTO plan_alternative (item, choice) SELECT id, 'event' FROM plan_item WHERE key = 'dumped';
	INSERT INTO grant_of_currency (team, period, points) VALUES ('sales', '2026-Q1', 20), ('sales', '2026-Q1', 100);
	SELECT ask('sales', 'marketing', 'A page', 30, '2026-Q1', 'dumped', key => 'dumped'), ask('sales', 'marketing', 'Names', 90, '2026-Q1'), accept_request('dumped');
	INSERT INTO capacity (team, period, days) VALUES ('sales', '2027-Q1', 50);
	SELECT forget('L000002');
	SELECT announce_breaches('2026-01-01Z');
	SELECT propose_weights('{"one_goal": 0.5, "focus": 0.5}'), sign_weights(1, 'marketing'), sign_weights(1, 'sales');
	INSERT INTO plan_item (key, level, title, period) VALUES ('G', 'goal', 'Grow', '2026');
	UPDATE setting SET value = '7' WHERE key = 'fiscal_start_month';
	INSERT INTO metric (key, title, kind, measures, grain, item, source) SELECT m.key, m.key, 'lagging', 'outcome', m.grain, i.id, m.source::jsonb
		FROM plan_item i, (VALUES ('won', 'week', '{"measure": "won deals"}'), ('spent', 'quarter', '{"measure": "spend", "item": "G"}')) m(key, grain, source) WHERE i.key = 'G';
	SELECT set_target('won', '2026-W01', '>= 8 ~ 6'), set_target('spent', 'FY2026-Q3@Jul', '<= 9000'), record_value('won', '2026-W01', 7, at => '2026-01-05Z'), record_value('won', '2026-W01', 5, 'two were old', '2026-01-06Z'),
		record_value('spent', 'FY2026-Q3@Jul', 1.50, at => '2026-02-01Z'), add_countermeasure('won', '2026-W01', 'Holidays', 'Call', at => '2026-01-06Z');
	INSERT INTO quota (period, team, metric, target) SELECT '2026', 'sales', id, '>= 400' FROM metric WHERE key = 'won';
	INSERT INTO incentive (period, team, role, metric, weight) SELECT '2026', 'partners', 'rep', id, 0.5 FROM metric WHERE key IN ('won', 'spent');
	SELECT set_message('dumped', 'promise', 'marketing', 'We are kept.', '{kept}', '{lost}'), publish_asset('dumped', 'marketing', 'mail', 'Kept', 'We are kept.', 'dumped'), give_pulse('dumped', 'sales', 8);
	UPDATE review_rule SET since_date = '2026-01-01' WHERE kind = 'weekly';
	SELECT hold_review('weekly', '2026-02-09Z', 'sales', '{Ann,Ben}', 'kept'), broadcast_message('dumped', 'sales'), record_insight('customer', 'They keep it.', item_key => 'A20');
	CREATE TABLE kept_corpus AS SELECT corpus(to_tsvector('simple', key)) AS corpus FROM lead;
	CREATE TABLE kept AS SELECT lead_id, journey FROM lead_journey;
	CREATE TABLE kept_funnel AS SELECT source, funnel(journey, '{lead,mql,sql,customer}', '180 days') AS funnel, flow(journey) AS flow FROM lead_journey GROUP BY source;
});

# what is dumped, and what is read from it; a view of the present may differ, as those of the report do
my @tables = split /\n/, rows($node, 'company', q{SELECT c.relname FROM pg_extension e CROSS JOIN unnest(e.extconfig, e.extcondition) u(tab, condition) JOIN pg_class c ON c.oid = u.tab
	WHERE e.extname = 'align' AND c.relkind = 'r' AND u.condition <> 'WHERE false' ORDER BY 1});
my @views = split /\n/, rows($node, 'company', q{SELECT v.viewname FROM pg_views v WHERE v.schemaname = 'align' AND v.definition NOT LIKE '%now()%' AND v.viewname NOT LIKE 'report\_%' ORDER BY 1});
cmp_ok(scalar @tables, '>', 20, 'tables are dumped');
my $everything = join ' UNION ALL ', map { "SELECT '$_', count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM align.$_ t" } @tables;
my $funnel = q{SELECT md5(funnel(journey, '{lead,mql,sql,opportunity,customer}', '180 days')::text || flow(journey)::text) FROM lead_journey};
my $views = join ' UNION ALL ', map { "SELECT '$_', count(*), md5(string_agg(v::text, chr(10) ORDER BY v::text)) FROM align.$_ v" } @views;
$_ .= ' ORDER BY 1' for $everything, $views;
unlike(rows($node, 'company', $everything), qr/\|0\|/, 'every table has rows, so that nothing is compared with nothing');

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
	is(rows($node, "restored_$format", 'SELECT corpus FROM kept_corpus'), rows($node, 'company', 'SELECT corpus FROM kept_corpus'), "$format: a stored corpus is equal");
	is(rows($node, "restored_$format", q{SELECT version FROM definition_in_force('ready')}), '1', "$format: what was in force still is");
	is(rows($node, "restored_$format", q{SELECT waiting_for IS NULL FROM sign_definition('ready', 2, 'marketing')}), 't', "$format: signing goes on");
	is(rows($node, "restored_$format", q{SELECT record_value('won', '2026-W01', 6, at => '2026-01-07Z'), (metric_at('won', '2026-W01', '2026-01-05Z')).value}), 't|7', "$format: values are corrected further");
	is(rows($node, "restored_$format", q{INSERT INTO lead (key) VALUES ('new') RETURNING id > (SELECT max(id) FROM lead)}), 't', "$format: numbers go on");
}
cmp_ok(rows($node, 'company', 'SELECT count(*) FROM lead'), '==', 3000, 'the company is whole');

# COPY in binary goes through send and receive
$node->safe_psql('company', qq{COPY (SELECT lead_id, journey FROM kept ORDER BY 1) TO '$folder/kept.bin' (FORMAT binary);
	CREATE TABLE kept2 (LIKE kept); COPY kept2 FROM '$folder/kept.bin' (FORMAT binary);
	COPY kept_funnel TO '$folder/funnel.bin' (FORMAT binary); CREATE TABLE kept_funnel2 (LIKE kept_funnel); COPY kept_funnel2 FROM '$folder/funnel.bin' (FORMAT binary);
	CREATE TABLE small AS SELECT event_log(lead, stage, at) AS log, event_log('k' || lead, stage, at) AS text_log, funnel_rule('{mql,customer}', '9 days', mode => 'strict') AS rule, 'customer'::stage AS stage, '2026-W07'::period AS period, '>= 50 ~ 45.5'::target AS target FROM stage_event;
	COPY small TO '$folder/small.bin' (FORMAT binary); CREATE TABLE small2 (LIKE small); COPY small2 FROM '$folder/small.bin' (FORMAT binary)});
is(rows($node, 'company', 'SELECT count(*) FROM kept JOIN kept2 USING (lead_id, journey)'), rows($node, 'company', 'SELECT count(*) FROM kept WHERE journey IS NOT NULL'), 'journeys survive binary COPY');
is(rows($node, 'company', 'SELECT count(*) FROM kept_funnel a JOIN kept_funnel2 b ON a.funnel = b.funnel AND a.flow = b.flow'), rows($node, 'company', 'SELECT count(*) FROM kept_funnel'), 'funnels and flows survive binary COPY');
is(rows($node, 'company', q{SELECT count(*) FROM small a, small2 b WHERE a.rule = b.rule AND a.stage = b.stage AND a.period = b.period AND a.target = b.target
	AND (SELECT count(*) FROM journeys(a.log) x JOIN journeys(b.log) y USING (lead, journey)) = (SELECT count(*) FROM journeys(a.log))
	AND (SELECT count(*) FROM journeys_by_key(a.text_log) x JOIN journeys_by_key(b.text_log) y USING (lead, journey)) = (SELECT count(*) FROM journeys(a.log))}), '1', 'event logs, rules, stages, periods and targets survive binary COPY');

$node->safe_psql('company', qq{CREATE TABLE past AS SELECT series('2026-01'::period + i, i / 7.0) AS series FROM generate_series(0, 9) i;
	COPY past TO '$folder/past.bin' (FORMAT binary); CREATE TABLE past2 (LIKE past); COPY past2 FROM '$folder/past.bin' (FORMAT binary)});
is(rows($node, 'company', 'SELECT count(*) FROM past JOIN past2 USING (series)'), '1', 'series survive binary COPY');

$node->stop;
done_testing();
