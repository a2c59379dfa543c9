# Attribution on the data of dbt Labs' attribution playbook: 90 sessions, 21
# conversions and 42 days of spend, against the credits of the playbook's rule,
# also through the tables.

use strict;
use warnings;

use Test::More;
use AlignTest;

my $data = real_data('attribution_playbook');
my $node = new_node('attribution');
my $db = new_database($node, 'playbook');

# its files have rows without the last fields
sub records
{
	my ($file, @names) = @_;
	my ($header, @lines) = split /\r?\n/, read_bytes("$data/$file");

	return map { my @values = split /,/, $_, -1; +{ map { $names[$_] => $values[$_] // '' } 0 .. $#names } } grep { /\S/ } @lines;
}

sub channel
{
	return join ' / ', grep { $_ ne '' } @{ $_[0] }{qw(source medium campaign)};
}

my @sessions = records('sessions.csv', qw(id customer started ended source medium campaign));
my @conversions = records('customer_conversions.csv', qw(customer converted revenue));
my @spend = records('ad_spend.csv', qw(day source medium campaign amount));
is(@sessions . ' ' . @conversions . ' ' . @spend, '90 21 42', 'the files');

my %customers = map { $_->{customer} => 1 } @sessions, @conversions;
my @rows = map { sprintf q{(%s, %s, %s, false, NULL)}, sql_literal("C$_->{customer}"), sql_literal("$_->{started}Z"), sql_literal(channel($_)) } @sessions;
push @rows, map { sprintf q{(%s, %s, NULL, true, %s)}, sql_literal("C$_->{customer}"), sql_literal("$_->{converted}Z"), $_->{revenue} } @conversions;
$node->safe_psql($db, 'CREATE TABLE contact (customer text, at timestamptz, channel text, won boolean, amount numeric); INSERT INTO contact VALUES ' . join(', ', @rows));
$node->safe_psql($db, q{INSERT INTO lead (key) SELECT DISTINCT customer FROM contact;
	INSERT INTO touch (lead, at, channel) SELECT l.id, c.at, c.channel FROM contact c JOIN lead l ON l.key = c.customer WHERE NOT c.won;
	INSERT INTO deal (key, lead, amount, closed_at, outcome) SELECT 'D' || c.customer, l.id, c.amount, c.at, 'won' FROM contact c JOIN lead l ON l.key = c.customer WHERE c.won});
$node->safe_psql($db, 'INSERT INTO spend (at, amount, channel) VALUES '
	  . join(', ', map { sprintf '(%s, %s, %s)', sql_literal($_->{day}), $_->{amount}, sql_literal(channel($_)) } @spend));

# computed by the playbook's rule in another program: first, last, linear, 40-20-40, linear revenue, spend. There each
# revenue is rounded alone, google's to 37.86, and they add up to 275.01; here they add up to 275
my $figures = <<'END' =~ s/\n\z//r;
adwords / paid_search / branded_search|1|1|1.369|1.24|19.11|47
bing / search|0|2|0.476|0.80|6.43|
direct|11|11|10.976|10.94|141.43|
facebook_ads / paid_social / 10percentpromocode|5|1|2.583|2.80|33.75|100
facebook_ads / paid_social / freeshipping|2|3|2.810|2.64|36.43|212
google / search|2|3|2.786|2.58|37.85|
END
my $wanted = join "\n", map { s/\|[^|]*\z//r } split /\n/, $figures;

is(rows($node, $db, q{WITH log AS MATERIALIZED (SELECT touch_log(customer, at, channel, won, amount) AS log FROM contact)
		SELECT channel, round(f.credit_count), round(l.credit_count), round(e.credit_count, 3), round(p.credit_count, 2), round(e.credit_amount, 2)
		FROM log, credits(log, 'first', '30 days') f JOIN credits((SELECT log FROM log), 'last', '30 days') l USING (channel)
			JOIN credits((SELECT log FROM log), 'linear', '30 days') e USING (channel) JOIN credits((SELECT log FROM log), 'position', '30 days') p USING (channel)
		WHERE e.credit_count > 0 ORDER BY channel COLLATE "C"}), $wanted, 'the credits of the playbook, from any table');
is(rows($node, $db, q{SELECT channel, round(f.credit_count), round(l.credit_count), round(e.credit_count, 3), round(p.credit_count, 2), round(e.credit_amount, 2), e.spend_amount
		FROM attribution('first', '30 days', at => '2020-06-01Z') f JOIN attribution('last', '30 days', at => '2020-06-01Z') l USING (channel)
			JOIN attribution('linear', '30 days', at => '2020-06-01Z') e USING (channel) JOIN attribution('position', '30 days', at => '2020-06-01Z') p USING (channel)
		WHERE e.credit_count > 0 ORDER BY channel COLLATE "C"}), $figures, 'and from the tables, with what was spent');
is(rows($node, $db, q{SELECT m, sum(credit_count), sum(credit_amount) FROM unnest('{first,last,linear,position,decay,markov}'::text[]) WITH ORDINALITY m(m, n), attribution(m, '30 days', at => '2020-06-01Z') GROUP BY m, n ORDER BY n}),
	join("\n", map { "$_|21.000000|275.00" } qw(first last linear position decay markov)), 'each model gives 21 conversions and 275 of revenue, exactly');
is(rows($node, $db, q{SELECT sum(spend_amount) FROM attribution(at => '2020-06-01Z')}), '359', 'all that was spent');

$node->stop;
done_testing();
