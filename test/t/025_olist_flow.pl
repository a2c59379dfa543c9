# The flow of the Olist leads: attribution to origins, velocity, paths, handoffs
# and bottlenecks, against the published figures and against plain SQL.

use strict;
use warnings;

use Test::More;
use AlignTest;

olist_files();	# without them the test is skipped here
my $node = new_node('olist_flow');
my $db = new_database($node, 'olist');

sub is_rows
{
	my ($sql, $wanted, $name) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(rows($node, $db, $sql), $wanted, $name);
}

load_olist($node, $db);
$node->safe_psql($db, q{
	INSERT INTO touch (lead, at, channel) SELECT l.id, e.at, l.source FROM stage_event e JOIN lead l ON l.id = e.lead WHERE e.stage = 'mql' AND l.source IS NOT NULL;
	INSERT INTO deal (key, lead, closed_at, outcome) SELECT l.key, l.id, e.at, 'won' FROM stage_event e JOIN lead l ON l.id = e.lead WHERE e.stage = 'customer';
	UPDATE setting SET value = '["mql", "customer"]' WHERE key = 'funnel_steps'});

# attribution: the published wins of each origin, but one of organic_search, which was won before its first contact. That and
# the 14 without an origin have no touch
for my $model (qw(first last linear position decay))
{
	is_rows(qq{SELECT channel, touch_count, round(credit_count), round(100 * credit_count / NULLIF(touch_count, 0), 2) FROM attribution('$model', NULL, at => '2018-11-30Z') ORDER BY is_touched DESC, touch_count DESC},
		<<'END' =~ s/\n\z//r, "leads, wins and rate of every origin: $model");
organic_search|2296|270|11.76
paid_search|1586|195|12.30
social|1350|75|5.56
unknown|1099|179|16.29
direct_traffic|499|56|11.22
email|493|15|3.04
referral|284|24|8.45
other|150|4|2.67
display|118|6|5.08
other_publicities|65|3|4.62
|0|15|
END
}
# one touch to each lead: the chain loses with a channel what came by it, so removal is its share of the wins
is_rows(q{SELECT count(*) FROM attribution('markov', NULL, at => '2018-11-30Z') WHERE is_touched AND removal_ratio <> round(outcome_count / 827.0, 6)}, '0', 'removal effects of single touches are shares');

# paths
is_rows(q{SELECT path, lead_count, lead_ratio FROM path_mining('2018-11-30Z')}, "mql|7158|0.894750\nmql > customer|841|0.105125\ncustomer > mql|1|0.000125", 'three paths');

# velocity: of 8,000 leads a tenth is won, so no median; that of the won ones is known. All are watched for 90 days
is_rows(q{SELECT lead_count, arrived_count, open_count, p50_days FROM velocity('mql', 'customer', '2018-11-30Z')}, '8000|841|7159|', 'velocity');
my $won = q{SELECT m.at AS given, w.at AS won, EXTRACT(epoch FROM w.at - m.at)::float8 / 86400 AS days FROM stage_event m JOIN stage_event w ON w.lead = m.lead AND w.stage = 'customer' WHERE m.stage = 'mql' AND w.at >= m.at};
is_rows("SELECT floor(median(time_to(days, true))), round(median(time_to(days, true))::numeric, 9) = round((percentile_disc(0.5) WITHIN GROUP (ORDER BY days))::numeric, 9) FROM ($won) w", '14|t', 'the published median of those won');
is_rows(q{SELECT round((8000 * share_by(time_to(journey, 'mql', 'customer', '2018-11-30Z'), 90))::numeric, 6) FROM lead_journey}, rows($node, $db, "SELECT count(*) || '.000000' FROM ($won) w WHERE days <= 90"), 'won within 90 days');
# bottleneck: all of the first quarter were watched for 90 days, so the curve is the plain share; the best origin is the one
# of highest share among those that are large, 16.29 % over all time
is_rows(q{SELECT COALESCE(name, ''), lead_count, passed_ratio FROM bottleneck_by('2018-11-30Z', 'best source', '2018-Q1') WHERE dimension IN ('all', 'source') ORDER BY lead_count},
	rows($node, $db, q{SELECT COALESCE(source, ''), count(*), round(count(*) FILTER (WHERE days BETWEEN 0 AND 90)::numeric / count(*), 6) FROM (
		SELECT l.source, EXTRACT(epoch FROM w.at - m.at) / 86400 AS days FROM lead l JOIN stage_event m ON m.lead = l.id AND m.stage = 'mql' LEFT JOIN stage_event w ON w.lead = l.id AND w.stage = 'customer'
		WHERE m.at >= '2018-01-01Z' AND m.at < '2018-04-01Z') x GROUP BY GROUPING SETS ((source), ()) ORDER BY count(*)}), 'shares of every origin within 90 days');
is_rows(q{SELECT compared_with, worst_source, finding FROM bottleneck('2018-11-30Z', 'best source', '2018-Q1')},
	'unknown|email|11.9 % of 3,343 leads pass within 90 days, against 19.7 % (unknown): 261 leads and 260.8 customers lost, worst in source email.', 'what is lost, and where most');
is_rows(q{SELECT finding FROM bottleneck('2018-11-30Z', 'previous period', '2018-Q2')}, 'No difference that chance does not explain.', 'the quarter after is no worse than by chance');

# handoffs by working hours in Brazil, whose clock shifts: the overlap with each day's hours, by plain SQL
$node->safe_psql($db, q{INSERT INTO calendar VALUES ('brazil', 'Brazil', 'America/Sao_Paulo', 'mon-fri 09:00-18:00');
	INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar) VALUES ('win', 'mql', 'customer', 'marketing', 'sales', '90 hours', 'brazil')});
my $plain = qq{SELECT w.given, COALESCE(sum(EXTRACT(epoch FROM GREATEST(LEAST((d::date + time '18:00') AT TIME ZONE 'America/Sao_Paulo', won) - GREATEST((d::date + time '09:00') AT TIME ZONE 'America/Sao_Paulo', given), '0')))
		FILTER (WHERE EXTRACT(isodow FROM d) < 6), 0) / 3600 AS hours
	FROM (SELECT row_number() OVER () AS n, * FROM ($won) x) w, generate_series((given AT TIME ZONE 'America/Sao_Paulo')::date::timestamp, (won AT TIME ZONE 'America/Sao_Paulo')::date::timestamp, '1 day') d GROUP BY n, w.given};
is_rows(q{SELECT handoff_count, accepted_count, overdue_count, p50_hours, breach_count FROM handoff_summary(NULL, '2018-11-30Z', false, false)},
	rows($node, $db, "SELECT 8000, count(*), 8000 - count(*), NULL, 8000 - count(*) FILTER (WHERE hours <= 90) FROM ($plain) p"), 'handoffs in and past 90 hours');
is_rows(q{SELECT count(*), round(sum(worked_hours), 1) FROM handoff('2018-11-30Z') WHERE outcome = 'accepted'}, rows($node, $db, "SELECT count(*), round(sum(hours), 1) FROM ($plain) p"), 'hours worked until they were won');

$node->stop;
done_testing();
