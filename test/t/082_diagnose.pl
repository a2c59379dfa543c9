# The sample company with both teams aligned (examples/company/healthy.sql): diagnose
# finds nothing. With a fault planted, or two, each is found and named first or second;
# pairs in a smaller company, for the sake of time.
use strict;
use warnings;

use AlignTest;
use Test::More;

# how each fault is named
my %cause = (
	'two goals' => 'two revenue goals',
	'clashing incentives' => 'clashing incentives',
	'no definition' => 'no signed definition "mql"',
	'disagreement' => 'each team calls other leads qualified',
	'orphan spending' => 'orphan spending',
	'broken link' => 'work that serves no mission',
	'activity metrics' => 'measures that lead to no outcome',
	'late handoffs' => 'leads are not taken up',
	'slow step' => 'the step from sql to opportunity has become slow',
	'star rep' => 'selling hangs on persons',
	'message drift' => 'the teams do not say what was agreed',
	'no reviews' => 'promised reviews are not held',
	'recency trap' => 'the mix of spend follows the last win',
	'unsigned plan' => 'the plan is not signed, or not kept',
	'wrong segment' => 'each team works other customers');

my @pairs = map { [ split /, / ] } (
	'two goals, clashing incentives',
	'no definition, two goals',
	'no definition, late handoffs',
	'no definition, disagreement',
	'disagreement, star rep',
	'orphan spending, broken link',
	'orphan spending, recency trap',
	'activity metrics, message drift',
	'late handoffs, wrong segment',
	'slow step, star rep',
	'unsigned plan, broken link',
	'wrong segment, clashing incentives');

my $node = new_node('diagnose');
my $script = "$ENV{ALIGN_ROOT}/examples/company/healthy.sql";
my $number = 0;

$node->append_conf('postgresql.conf', "jit = off\nautovacuum = off\n");
$node->restart;
new_database($node, 'bare');

# Starts to load the company with these faults, into a database of its own, and to
# print the causes found, in order, each with whether its query shows rows.
sub start_case
{
	my (@faults) = @_;
	my $leads = @faults > 1 ? 3000 : 20000;
	my %case = (faults => \@faults, database => 'case' . $number++, out => '', err => '');

	$node->safe_psql('postgres', qq{CREATE DATABASE $case{database} TEMPLATE bare; ALTER DATABASE $case{database} SET search_path = align, public});
	$case{run} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', "leads=$leads", '-v', 'fault=' . join(', ', @faults), '-d', $node->connstr($case{database}), '-f', $script,
			'-c', q{CREATE FUNCTION pg_temp.shows_rows(sql text) RETURNS boolean LANGUAGE plpgsql AS 'DECLARE found boolean; BEGIN EXECUTE format(''SELECT EXISTS (%s)'', sql) INTO found; RETURN found; END'},
			'-c', q{SELECT cause, CASE WHEN NOT pg_temp.shows_rows(look_at) THEN 'no rows' WHEN next_step IS NULL THEN 'no next step' END FROM diagnose('2026-01-01Z') ORDER BY finding_order} ],
		'<', \undef, '>', \$case{out}, '2>', \$case{err}, IPC::Run::timeout(180));
	return \%case;
}

sub finish_case
{
	my ($case) = @_;
	my $name = join(' and ', @{ $case->{faults} });

	$case->{run}->finish;
	my %rank;
	my @found = split /\n/, $case->{out};
	$rank{ $found[$_] =~ s/\|\z//r } = $_ + 1 for 0 .. $#found;
	subtest $name || 'healthy' => sub {
		is($case->{err}, '', 'no error');
		is($case->{out}, '', 'nothing is found') if !@{ $case->{faults} };
		for my $fault (@{ $case->{faults} })
		{
			my $rank = $rank{ $cause{$fault} };

			ok(defined $rank && $rank <= 2, "$fault is named first or second") or diag("found:\n$case->{out}");
		}
	};
	return;
}

# two at a time
my @started;
for my $faults ([], (map { [$_] } sort keys %cause), @pairs)
{
	push @started, start_case(@$faults);
	finish_case(shift @started) if @started == 2;
}
finish_case($_) for @started;

is(rows($node, 'case0', q{SELECT count(score_value), min(score_value) >= 80 FROM alignment('2026-01-01Z')}), '14|t', 'healthy: every dimension is measured, and good');
is(contents($node, 'case1'), contents($node, 'case0'), 'each time it is the same company');

my ($code, $out, $err) = $node->psql('bare', '', extra_params => [ '-v', 'fault=two goals, no luck', '-f', $script ]);
is($code, 3, 'an unknown fault is refused');
like($out, qr/\A\z/, 'and nothing is printed');

$node->stop;
done_testing();
