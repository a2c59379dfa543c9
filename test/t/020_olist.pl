# The Olist marketing funnel: 8,000 real leads and 842 wins, loaded by
# align_load, against the figures that were published of them.

use strict;
use warnings;

use Test::More;
use AlignTest;

my (undef, $deals) = olist_files();

my $node = new_node('olist');
my $db = new_database($node, 'olist');

sub is_rows
{
	my ($sql, $wanted, $name) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(rows($node, $db, $sql), $wanted, $name);
}

# loading: leads, their first contact as mql, their win as customer

load_olist($node, $db);

my $contents = contents($node, $db);
load_olist($node, $db, 'again');
is(contents($node, $db), $contents, 'loading twice changes nothing');

# the figures

is_rows(q{SELECT count(*), count(*) FILTER (WHERE entered(journey, 'customer') IS NOT NULL),
		round(100.0 * count(*) FILTER (WHERE entered(journey, 'customer') IS NOT NULL) / count(*), 3) FROM lead_journey},
	'8000|842|10.525', 'leads, wins, conversion');

is_rows(q{SELECT COALESCE(source, ''), count(*), count(entered(journey, 'customer')),
		round(100.0 * count(entered(journey, 'customer')) / count(*), 2)
		FROM lead_journey GROUP BY source ORDER BY count(*) DESC},
	<<'END' =~ s/\n\z//r, 'leads, wins and rate of every origin');
organic_search|2296|271|11.80
paid_search|1586|195|12.30
social|1350|75|5.56
unknown|1099|179|16.29
direct_traffic|499|56|11.22
email|493|15|3.04
referral|284|24|8.45
other|150|4|2.67
display|118|6|5.08
other_publicities|65|3|4.62
|60|14|23.33
END

is_rows(q{SELECT min(at)::date, max(at)::date FROM stage_event WHERE stage = 'mql'},
	'2017-06-14|2018-05-31', 'first and last first contact');
is_rows(q{SELECT min(at) AT TIME ZONE 'UTC', max(at) AT TIME ZONE 'UTC' FROM stage_event WHERE stage = 'customer'},
	'2017-12-05 02:00:00|2018-11-14 18:04:19', 'first and last win');
is_rows(q{SELECT count(DISTINCT attrs ->> 'landing_page_id') FROM lead}, '495', 'landing pages');

# days from first contact to win: date minus date
is_rows(q{WITH won AS (
			SELECT (entered(journey, 'customer') AT TIME ZONE 'UTC')::date - (entered(journey, 'mql') AT TIME ZONE 'UTC')::date AS days
			FROM lead_journey WHERE entered(journey, 'customer') IS NOT NULL)
		SELECT round(avg(days), 2), percentile_cont(0.5) WITHIN GROUP (ORDER BY days), max(days), min(days),
			count(*) FILTER (WHERE days < 0) FROM won},
	'48.44|14|427|-2|1', 'days to the win: mean, median, longest, shortest, below 0');

is_rows(q{SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*) FROM stage_event WHERE stage = 'customer' GROUP BY 1 ORDER BY 1},
	<<'END' =~ s/\n\z//r, 'wins of every month');
2017-12|3
2018-01|73
2018-02|113
2018-03|147
2018-04|207
2018-05|122
2018-06|57
2018-07|37
2018-08|33
2018-09|23
2018-10|21
2018-11|6
END

# the deal that was won before its first contact is kept, and listed
is_rows(q{SELECT v.from_stage, v.to_stage, v.at = entered(j.journey, 'mql'), v.at > entered(j.journey, 'customer')
		FROM stage_violation v JOIN lead_journey j USING (lead_key)},
	'customer|mql|t|t', 'exactly one move that no policy allows');

# the funnel

is_rows(q{SELECT step, reached_count, open_count, dropped_count, round(first_ratio::numeric, 6)
		FROM steps((SELECT funnel(journey, '{mql,customer}', NULL) FROM lead_journey))},
	"mql|8000|0|7159|1.000000\ncustomer|841|0||0.105125", 'the funnel: one win is no ordered chain');
is_rows(q{SELECT count(*), min(lead_key) = (SELECT lead_key FROM stage_violation) FROM lead_journey
		WHERE entered(journey, 'customer') IS NOT NULL AND funnel_level(journey, '{mql,customer}', NULL) = 1},
	'1|t', 'and that is the one that stage_violation lists');
is_rows(q{SELECT step, reached_count, open_count, dropped_count
		FROM steps((SELECT funnel(journey, funnel_rule('{mql,customer}', within => '90 days', as_of => '2018-06-30T00:00:00Z')) FROM lead_journey))},
	rows($node, $db, q{WITH lead AS (
			SELECT m.at AS mql, w.at AS won FROM stage_event m LEFT JOIN stage_event w ON w.lead = m.lead AND w.stage = 'customer'
				AND w.at BETWEEN m.at AND m.at + interval '90 days' AND w.at <= '2018-06-30T00:00:00Z'
			WHERE m.stage = 'mql' AND m.at <= '2018-06-30T00:00:00Z')
		SELECT 'mql', count(*), count(*) FILTER (WHERE open), count(*) FILTER (WHERE won IS NULL AND NOT open)
		FROM (SELECT *, won IS NULL AND mql + interval '90 days' >= '2018-06-30T00:00:00Z' AS open FROM lead) x
		UNION ALL SELECT 'customer', count(won), 0, NULL FROM lead}),
	'within 90 days, as of a day: the same as by plain SQL');

is_rows(q{WITH chain AS (
			SELECT EXTRACT(epoch FROM entered(journey, 'customer') - entered(journey, 'mql'))::float8 / 86400 AS days
			FROM lead_journey WHERE entered(journey, 'customer') >= entered(journey, 'mql')),
		exact AS (
			SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY days) AS p50, percentile_disc(0.9) WITHIN GROUP (ORDER BY days) AS p90, avg(days) AS mean
			FROM chain),
		funnel AS (SELECT * FROM steps((SELECT funnel(journey, '{mql,customer}', NULL) FROM lead_journey)) WHERE step = 'customer')
		SELECT abs(p50_days / p50 - 1) <= 0.01, abs(p90_days / p90 - 1) <= 0.01, abs(mean_days / mean - 1) < 1e-9 FROM funnel, exact},
	't|t|t', 'median and 90th percentile right to 1 %, the mean exact');

is_rows(q{SELECT (SELECT funnel(lead, stage, at, '{mql,customer}', NULL) FROM stage_event)
			= (SELECT funnel(journey, '{mql,customer}', NULL) FROM lead_journey),
		(SELECT funnel(l.key, e.stage, e.at, '{mql,customer}', NULL) FROM stage_event e JOIN lead l ON l.id = e.lead)
			= (SELECT funnel(journey, '{mql,customer}', NULL) FROM lead_journey)},
	't|t', 'the funnel straight from events is the same');
is_rows(q{SELECT (SELECT funnel(journey, '{mql,customer}', NULL) FROM lead_journey)
			= (SELECT rollup(f) FROM (SELECT funnel(journey, '{mql,customer}', NULL) AS f FROM lead_journey GROUP BY source) x)},
	't', 'the funnels of all origins add up to it');

# the deals' own columns, kept as attributes when they are loaded as leads

$db = new_database($node, 'olist_deals');
load_ok($node, $db, [ '--leads', $deals, '--map', 'mql_id=key' ],
	'leads  read 842, loaded 842, already there 0, refused 0', 'the deals as leads');
is_rows(q{SELECT COALESCE(attrs ->> 'lead_type', '-'), count(*) FROM lead GROUP BY 1 ORDER BY 2 DESC},
	<<'END' =~ s/\n\z//r, 'lead types of the wins');
online_medium|332
online_big|126
industry|123
offline|104
online_small|77
online_beginner|57
online_top|14
-|6
other|3
END
is_rows(q{SELECT count(DISTINCT attrs ->> 'sdr_id'), count(DISTINCT attrs ->> 'sr_id') FROM lead}, '32|22', 'SDRs and sales reps');
is_rows(q{SELECT count(*), sum((attrs ->> 'declared_monthly_revenue')::numeric)::bigint FROM lead
		WHERE jsonb_typeof(attrs -> 'declared_monthly_revenue') = 'number' AND (attrs ->> 'declared_monthly_revenue')::numeric > 0},
	'45|61784006', 'declared revenue, as numbers');

$node->stop;
done_testing();
