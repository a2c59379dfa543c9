# Many clients grant, ask, accept, refuse, withdraw and finish at once, in all
# isolation levels. In the end no account is overdrawn, no grant is lost, and every
# point is found again in the ledger.
use strict;
use warnings;

use AlignTest;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

my $clients = 12;
my $rounds = 60;
my $node = new_node('currency');

new_database($node, 'company');
$node->safe_psql('company', q{
	CREATE ROLE many; GRANT USAGE ON SCHEMA align TO many; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA align TO many; GRANT SELECT ON request TO many;
	INSERT INTO member (role, team) SELECT 'many', key FROM team;
	INSERT INTO grant_of_currency (team, period, points) SELECT t, '2026-Q1', 100 FROM unnest('{sales,marketing}'::text[]) t});

# each client's statements, from its seed
my $state;
sub draw { my ($m) = @_; $state = ($state * 16807) % 2147483647; return int($state / 64) % $m; }

my (@sessions, @out, @err);
my $granted = 200;
for my $client (1 .. $clients)
{
	$state = 1000 + $client;
	my $level = ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE')[ $client % 3 ];
	my $script = "SET ROLE many; SET search_path = align;\nSET default_transaction_isolation = '" . lc($level) . "';\n";
	for my $round (1 .. $rounds)
	{
		my ($from, $to) = draw(2) ? qw(sales marketing) : qw(marketing sales);
		my ($what, $status, $number) = (draw(10), draw(4) ? 'asked' : 'accepted', draw(1000));
		my $key = "(SELECT key FROM request WHERE status = '$status' ORDER BY hashtext(key || $number) LIMIT 1)";
		my ($word, $call) = $round % 6 == 0 ? ('granted', "grant_points('$from', '2026-Q1', 7)")
		  : $what < 5 ? ('asked', "ask('$from', '$to', 'x', " . draw(25) . ", '2026-Q1', key => 'c$client-$round')")
		  : $what < 7 ? ('accepted', "accept_request($key)")
		  : $what < 8 ? ('refused', "refuse_request($key, 'no')")
		  : $what < 9 ? ('withdrawn', "withdraw_request($key)")
		  : ('done', "finish_request($key, 'yes')");
		# the sleep keeps what the call locked
		$script .= "SELECT '$word ' || x FROM (SELECT $call AS x, pg_sleep(0.003)) s;\n";
	}
	($out[$client], $err[$client]) = ('', '');
	# from a file: what is piped in would be read by one after the other
	push @sessions, IPC::Run::start([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('company'), '-f', write_bytes("client$client.sql", $script) ], '<', \undef, '>', \$out[$client], '2>', \$err[$client]);
}
$_->finish for @sessions;

my %count;
$count{$_}++ for map { /^(\w+) /mg } @out[ 1 .. $clients ];
my %state;
$state{$_}++ for map { /ERROR:  (\w{5}):/g } @err[ 1 .. $clients ];
note(join ', ', map { "$_: $count{$_}" } sort keys %count);
note(join ', ', map { "$_: $state{$_}" } sort keys %state);
is(join(' ', grep { !/^(23514|55000|P0002|40001|22023)$/ } sort keys %state), '', 'nothing was refused but for a rule, a request that is not there, or an older snapshot');
cmp_ok($count{$_} // 0, '>', 0, "many were $_") for qw(granted asked accepted refused withdrawn);
cmp_ok($state{23514} // 0, '>', 0, 'many were refused for want of points');

$granted += 7 * ($count{granted} // 0);
is(rows($node, 'company', 'SELECT sum(granted_points) FROM currency_balance'), $granted, 'no grant is lost');
is(rows($node, 'company', 'SELECT sum(points) FROM grant_of_currency'), $granted, 'nor made twice');
is(rows($node, 'company', 'SELECT count(*) FROM request'), $count{asked}, 'every request that was asked is there, and no other');
is(rows($node, 'company', q{SELECT count(*) FROM currency_balance WHERE least(held_points, spent_points, left_points) < 0}), '0', 'no account is overdrawn');
is(rows($node, 'company', q{SELECT count(*) FROM currency_ledger WHERE least(left_points, held_points, spent_points) < 0}), '0', 'nor was ever, as the ledger tells it');
is(rows($node, 'company', q{SELECT b.team FROM currency_balance b LEFT JOIN (SELECT DISTINCT ON (team, period) * FROM currency_ledger ORDER BY team, period, entry_order DESC) l USING (team, period)
	WHERE (l.left_points, l.held_points, l.spent_points) IS DISTINCT FROM (b.left_points::numeric, b.held_points::numeric, b.spent_points::numeric)}), '', 'every point is found again');

$node->stop;
done_testing();
