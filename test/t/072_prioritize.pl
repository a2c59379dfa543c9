# A long choice answers to cancel.
use strict;
use warnings;

use AlignTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('prioritize');

new_database($node, 'company');
my ($code, $out, $err) = $node->psql('company', q{SET statement_timeout = '500ms';
	SELECT node_count FROM (SELECT array_agg(cost[1] + cost[2] + h % 300) AS value, array_agg(cost) AS cost, ARRAY[sum(cost[1]) / 2, sum(cost[2]) / 2, sum(cost[3]) / 2] AS available
		FROM (SELECT ARRAY[1 + h % 1000, 1 + (h >> 10) % 1000, 1 + (h >> 20) % 1000]::numeric[] AS cost, h >> 40 AS h
			FROM (SELECT hashint8extended(i, 1) & 9223372036854775807 AS h FROM generate_series(1, 500) i) x) y) z
		CROSS JOIN LATERAL choose(value, cost, available, work_limit => 2000000000)});
like($err, qr/canceling statement due to statement timeout/, 'cancel is heard');

is(rows($node, 'company', q{SELECT total_value FROM choose('{1}', '{{1}}', '{1}')}), '1', 'and the next one is answered');

$node->stop;
done_testing();
