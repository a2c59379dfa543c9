# Binary input never crashes the server: valid values of every type, changed in
# one to four places or cut, thousands of times, sent to the receive functions
# by COPY. Each is read or refused with an error of its own; what is read can be
# written and read again.
use strict;
use warnings;

use AlignTest;
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{FUZZ_ROUNDS} || 700;    # a type
my $node = new_node('fuzz');
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());

new_database($node, 'fuzz');
$node->safe_psql('fuzz', q{
	CREATE TABLE event AS SELECT (h % 40)::bigint AS lead, (2 + (h >> 16) % 14)::int::stage AS stage, timestamptz '2024-01-01Z' + ((h >> 24) % 90000) * interval '1 min' AS at
		FROM generate_series(1, 200) i, LATERAL (SELECT hashint8extended(i, 5) & 9223372036854775807 AS h) x;
});
# a value of each type, and what is done with a changed one that was read
my %value = (
	stage => [ q{'customer'::stage}, 'v::text' ],
	period => [ q{'FY2026-Q1@Jul'::period}, 'v::text::period::text || lower(v) || upper(v)' ],
	target => [ q{'40..60.5 ~ -35..65'::target}, q{v::text::target::text || (v = v::text::target) || attainment(44.4, v) || status(70, v) || coalesce(goal_low(v), 0) || coalesce(amber_high(v), 0) || target_hash(v)} ],
	score => [ q{'72.5 (n=120)'::score}, q{v::text::score::text || (v = v::text::score) || value(v) || evidence(v) || cautious(v) || score_hash(v) || (SELECT blend(v, w) FROM generate_series(1, 3) w)} ],
	journey => [ q{(SELECT journey(stage, at) FROM event WHERE lead = 7)}, q{v::text::journey::text || event_count(v) || coalesce(path(v), '')} ],
	journey_of_conditions => [ q{(SELECT journey(at, stage < 'mql', stage > 'lead', lead > 9) FROM event)}, q{v::text::journey::text || funnel_level(v, NULL, '9 days')}, 'journey' ],
	funnel_rule => [ q{funnel_rule('{mql,sql,customer}', '90 days', '1 day', 'strict', 'strict', '{lost}', 1, 2, '2026-01-01Z')}, q{v::text::funnel_rule::text} ],
	funnel => [ q{(SELECT funnel(lead, stage, at, '{lead,mql,sql}', '90 days') FROM event)}, q{(v + v - v)::text::funnel::text || (SELECT count(*) FROM steps(v))} ],
	flow => [ q{(SELECT flow(lead, stage, at) FROM event)}, q{(v + v - v)::text::flow::text || (SELECT count(*) FROM transitions(v)) || (SELECT count(*) FROM stays(v))} ],
	crosstab => [ q{(SELECT crosstab('c' || lead % 5, stage::text) FROM event)}, q{(v + v - v)::text::crosstab::text || (SELECT count(*) FROM cells(v)) || kappa_detail(v)::text} ],
	crosstab_of_sides => [ q{(SELECT crosstab(stage::text, (lead % 3 = 0)::text) FROM event)}, q{v::text::crosstab::text || kappa_detail(v)::text || jensen_shannon_detail(v)::text}, 'crosstab' ],
	ranking => [ q{(SELECT ranking(lead, stage = 'customer') FROM event)}, q{(v + v)::text::ranking::text || auc_detail(v)::text || auc_pr_detail(v)::text || calibration(v, 7)::text} ],
	corpus => [ q{(SELECT corpus(to_tsvector('simple', 'all say ' || stage::text || ' of ' || lead)) FROM event)}, q{(v + v)::text::corpus::text || text_count(v) || (SELECT count(*) FROM words(v)) || similarity(v, 'all say 7', 'say:1,2 mql') || coverage(v, 'all mql', 'say')} ],
	model => [ q{(SELECT train(jsonb_build_object('stage', stage, 'late', at > '2024-02-01Z', 'lead', lead, 'day', extract(day FROM at)), lead % 3 = 0, '{"day": [5, 10.5, 20]}') FROM event)}, q{(v + v - v)::text::model::text || cuts(v) || (SELECT count(*) FROM features(v)) || predict(v, '{"stage": "mql", "lead": 7}') || (SELECT count(*) FROM explain(v, '{"stage": "mql", "day": 11}'))} ],
	survival => [ q{(SELECT time_to(lead * 1.5, stage > 'sql') FROM event)}, q{(v + v)::text::survival::text || median(v) || quantile_detail(v, 0.2)::text || share_by_detail(v, 20)::text || (SELECT count(*) FROM curve(v))} ],
	working_hours => [ q{'Europe/Berlin; mon-thu 09:00-12:30, 13:30-17:30; fri 09:00-14:00; 2026-12-24 09:00-12:00; 2026-12-25 closed'::working_hours}, q{v::text::working_hours::text || (v = v::text::working_hours) || worktime(v, '2026-03-01Z', '2026-12-29Z') || due_at(v, '2026-12-23Z', '50:00') || next_open(v, '2026-12-25Z')} ],
	clv => [ q{clv(0.243, 4.414, 0.793, 2.426, 6.25, 3.74, 15.44)}, q{v::text::clv::text || (v = v::text::clv) || expected_purchases(v, 39, 2, 30.43, 38.86) || alive(v, 2, 30.43, 38.86) || coalesce(expected_spend(v, 2, 22.35), 0) || coalesce(customer_lifetime_value(v, 2, 30.43, 38.86, 22.35, 12), 0) || clv_detail(v)::text} ],
	clv_input => [ q{(SELECT clv_input(lead % 4, lead % 4 * 3, 20 + lead % 7, 10 + lead) FROM event)}, q{(v + v)::text::clv_input::text || log_likelihood(clv(1, 1, 1, 1), v) || clv_fit(v)} ],
	series => [ q{(SELECT series('2022-01'::period + i, 100 + 20 * sin(i) + i / 8.0) FROM generate_series(0, 39) i WHERE i <> 17)}, q{v::text::series::text || (SELECT count(*) FROM series_values(v)) || series_fit(v)::text || (SELECT count(*) FROM series_path(v, 9)) || series_landing(v, '2025-01', '2025-12', 'sum')::text} ],
	event_log => [ q{(SELECT event_log(lead, stage, at) FROM event)}, q{v::text::event_log::text || (SELECT count(*) FROM journeys_by_key(v))} ],
	event_log_of_text => [ q{(SELECT event_log('lead ' || lead, stage, at) FROM event)}, q{v::text::event_log::text || (SELECT count(*) FROM journeys_by_key(v))}, 'event_log' ],
	event_log_of_uuid => [ q{(SELECT event_log(md5(lead::text)::uuid, stage, at) FROM event)}, q{v::text::event_log::text || (SELECT count(*) FROM journeys_by_key(v))}, 'event_log' ],
	touch_log => [ q{(SELECT touch_log(lead, at, stage::text, stage = 'customer', 12.5) FROM event)}, q{v::text::touch_log::text || (SELECT sum(credit_count) FROM credits(v, 'decay')) || (SELECT count(*) FROM credits(v, 'markov', NULL))} ],
	touch_log_of_text => [ q{(SELECT touch_log('lead ' || lead, at, stage::text, stage = 'customer') FROM event)}, q{v::text::touch_log::text || (SELECT count(*) FROM credits(v, 'markov'))}, 'touch_log' ],
	rubric => [ q{$$require a.b in ('x', 'y', 'z', 'u', 'v') and n between -5 and 1.5e3 or d >= 2026-03-01 and s matches '^(a|b)c?d' reject t has any (1, 2) and not s ilike '%é_' group g cap 9 +5 decaying 14 days since d +2.5 when "odd key" is known qualify at 3 grade A at 6, B at 4, C at 2$$::rubric},
		q{v::text::rubric::text || (v = v::text::rubric) || (SELECT string_agg(qualify(v, o, '2026-03-15Z')::text || points(v, o, '2026-03-15Z') || (SELECT sum(points) FROM explain(v, o, '2026-03-15Z')), '') FROM jsonb_array_elements('[{}, {"a": {"b": "x"}, "n": 1, "s": "acd", "d": "2026-03-01", "t": [1], "odd key": 1}]') o) || (SELECT count(*) FROM fields(v)) || (SELECT count(*) FROM diff(v, 'require a = 1'))} ],
);

my $state = 42;
sub draw { my ($m) = @_; $state = ($state * 16807) % 2147483647; return int($state / 64) % $m; }

my $started = rows($node, 'fuzz', 'SELECT pg_postmaster_start_time()');
for my $name (sort keys %value)
{
	my ($expression, $use, $type) = @{ $value{$name} };
	$type //= $name;

	$node->safe_psql('fuzz', "CREATE TABLE seed_$name AS SELECT $expression AS v; CREATE TABLE read_$name (v $type); COPY seed_$name TO '$folder/$name.bin' (FORMAT binary)");
	my $bytes = slurp_file("$folder/$name.bin");
	my $header = substr $bytes, 0, 19;                            # signature, flags, extension
	my $length = unpack 'N', substr $bytes, 21, 4;
	my $field = substr $bytes, 25, $length;
	my $script = '';
	for my $round (1 .. $rounds)
	{
		my $changed = $field;
		for (0 .. draw(4)) { substr($changed, draw(length $changed), 1) = chr draw(256); }
		if (draw(5) == 0) { $changed = substr $changed, 0, draw(length $changed); }
		elsif (draw(9) == 0) { $changed .= chr draw(256) for 0 .. draw(9); }
		open my $out, '>:raw', "$folder/$name.$round" or die $!;
		print $out $header, pack('n', 1), pack('N', length $changed), $changed, pack('n', 65535);
		close $out;
		$script .= "\\copy read_$name FROM '$folder/$name.$round' (FORMAT binary)\n";
	}
	my ($code, $out, $err) = $node->psql('fuzz', $script, on_error_stop => 0);
	my $refused = () = $err =~ /ERROR:/g;
	my $read = rows($node, 'fuzz', "SELECT count(*) FROM read_$name");
	is($refused + $read, $rounds, "$name: each of $rounds was read ($read) or refused ($refused)");
	cmp_ok($refused, '>', 0, "$name: some were refused");
	unlike($err, qr/server closed|terminated|invalid memory alloc|XX000/, "$name: by errors of our own");
	# what was read can be used; an error is fine, a crash is not
	($code, $out, $err) = $node->psql('fuzz', "DO \$\$ DECLARE v $type; BEGIN FOR v IN SELECT r.v FROM read_$name r LOOP BEGIN PERFORM $use; EXCEPTION WHEN OTHERS THEN IF SQLSTATE = 'XX000' THEN RAISE; END IF; END; END LOOP; END \$\$");
	is($err, '', "$name: what was read can be used");
	unlink glob "$folder/$name.*";
}
is(rows($node, 'fuzz', 'SELECT pg_postmaster_start_time()'), $started, 'the server never went down');

$node->stop;
done_testing();
