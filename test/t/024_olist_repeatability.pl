# Is it the process or the person at Olist? 842 real deals of 22 sales and 32
# development representatives. All are won, so win rates say nothing; the time
# from first contact to the win does, and is computed here again.

use strict;
use warnings;

use Test::More;
use AlignTest;

my ($leads, $deals) = olist_files();
my %first = map { $_->{mql_id} => $_->{first_contact_date} } read_csv($leads);
my @deals = read_csv($deals);

my $node = new_node('olist_repeatability');
my $db = new_database($node, 'olist');
$node->safe_psql($db, "SET timezone = 'UTC'; CREATE TABLE olist (key text, sr text, sdr text, first timestamptz, won timestamptz); INSERT INTO olist VALUES "
	  . join(', ', map { '(' . join(', ', map { sql_literal($_) } $_->{mql_id}, $_->{sr_id}, $_->{sdr_id}, $first{ $_->{mql_id} }, $_->{won_date}) . ')' } @deals));
$node->safe_psql($db, q{INSERT INTO deal (key, owner, opened_at, closed_at, outcome) SELECT key, sr, first, won, 'won' FROM olist});

my $all = "SELECT group_count, deal_count, round(p, 4), round(between_ratio, 3), round(between_low_ratio, 3), round(between_high_ratio, 3), repeatability FROM repeatability('2019-01-01Z') WHERE measure = 'cycle time'";

is(rows($node, $db, q{SELECT group_count, deal_count, p IS NULL, repeatability IS NULL, finding FROM repeatability('2019-01-01Z') WHERE measure = 'win rate'}),
	'22|842|t|t|All that closed is won, so no rate can differ.', 'of win rates nothing can be said');
is(rows($node, $db, q{SELECT count(*), sum(won_count), count(shrunk_ratio), count(*) FILTER (WHERE finding = 'nothing to compare') FROM rep_rates('2019-01-01Z')}),
	'22|842|0|22', 'nor of any rep');
is(rows($node, $db, $all), '22|841|0.0000|0.163|0.094|0.301|59.6', 'days to the win, by sales representative');

# F and the intra-class correlation by plain SQL, from the sums of squares
my $plain = q{WITH deal AS (SELECT owner, ln(extract(epoch FROM closed_at - opened_at) / 86400) AS y FROM align.deal WHERE closed_at > opened_at),
	rep AS (SELECT owner, count(*) AS n, avg(y) AS mean FROM deal GROUP BY owner),
	total AS (SELECT count(*) AS n, avg(y) AS mean FROM deal),
	part AS (SELECT (SELECT sum(r.n * (r.mean - t.mean) ^ 2) / (count(*) - 1) FROM rep r) AS msb,
		(SELECT sum((d.y - r.mean) ^ 2) FROM deal d JOIN rep r USING (owner)) / (t.n - (SELECT count(*) FROM rep)) AS msw,
		(t.n - (SELECT sum(n ^ 2) FROM rep) / t.n) / ((SELECT count(*) FROM rep) - 1) AS size FROM total t)
	SELECT round((msb / msw)::numeric, 4), round(((msb - msw) / (msb + (size - 1) * msw))::numeric, 6) FROM part};
is(rows($node, $db, q{SELECT statistic, between_ratio FROM repeatability('2019-01-01Z') WHERE measure = 'cycle time'}), rows($node, $db, $plain), 'F and the share between reps, as by plain SQL');

$node->safe_psql($db, 'UPDATE deal SET owner = o.sdr FROM olist o WHERE o.key = deal.key');
is(rows($node, $db, $all), '32|841|0.0000|0.143|0.084|0.247|62.2', 'by development representative');
is(rows($node, $db, q{SELECT statistic, between_ratio FROM repeatability('2019-01-01Z') WHERE measure = 'cycle time'}), rows($node, $db, $plain), 'as by plain SQL');

# leads of some months are slower: the difference from the mean of the month
my $within = q{WITH cycle AS (SELECT %s AS owner, ln(extract(epoch FROM won - first)::float8 / 86400) - avg(ln(extract(epoch FROM won - first)::float8 / 86400)) OVER (PARTITION BY date_trunc('month', first)) AS y FROM olist WHERE won > first),
	rep AS (SELECT owner, count(*) AS n, avg(y) AS mean, stddev_samp(y) AS sd FROM cycle GROUP BY owner)
	SELECT group_count, p < 0.0001, round(between_ratio::numeric, 3), round(between_low_ratio::numeric, 3), round(between_high_ratio::numeric, 3), round(repeatability::numeric, 1)
	FROM (SELECT array_agg(n ORDER BY owner) AS n, array_agg(mean ORDER BY owner) AS mean, array_agg(sd ORDER BY owner) AS sd FROM rep) r CROSS JOIN LATERAL mean_spread(r.n, r.mean, r.sd)};
is(rows($node, $db, sprintf($within, 'sr')), '22|t|0.168|0.096|0.306|59.1', 'sales representatives, within months of first contact');

# owners shuffled, from seeds: no more than chance gives
is(rows($node, $db, q{SELECT avg((p < 0.05)::int) BETWEEN 0.01 AND 0.10 FROM (
		SELECT run, (mean_spread(array_agg(n ORDER BY owner), array_agg(mean ORDER BY owner), array_agg(sd ORDER BY owner))).p FROM (
			SELECT run, owner, count(*) AS n, avg(y) AS mean, stddev_samp(y) AS sd FROM (
				SELECT d.run, o.sr AS owner, d.y
				FROM (SELECT run, row_number() OVER (PARTITION BY run ORDER BY hashtextextended(key, run)) AS place, ln(extract(epoch FROM won - first)::float8 / 86400) AS y
					FROM olist, generate_series(1, 200) run WHERE won > first) d
				JOIN (SELECT row_number() OVER (ORDER BY key) AS place, sr FROM olist WHERE won > first) o USING (place)) x GROUP BY run, owner) y GROUP BY run) z}),
	't', 'owners shuffled 200 times: p is below 0.05 about as often as it says');

$node->stop;
done_testing();
