# bench/curve.pl: the funnel straight from 1, 10 and 50 million events: cost should
# grow as the events do. Called by tools/bench.pl for CURVE=1.
use strict;
use warnings;

sub bench_curve
{
	my ($report, $run_sql, $median) = @_;

	$report->('');
	$report->('## growth');
	$report->('');
	$report->('Goal: in proportion to the events.');
	$report->('');
	$report->('| events | leads | align, seconds | a million events | align, one process | a million events |');
	$report->('|---:|---:|---:|---:|---:|---:|');
	for my $millions (1, 10, 50)
	{
		my $rows = $millions * 1_000_000;
		my $leads = int($rows * 0.28);
		$run_sql->("DROP TABLE IF EXISTS public.growth; SET max_parallel_workers_per_gather = 0;
			CREATE TABLE public.growth AS SELECT (h % $leads)::bigint AS lead, (2 + (h >> 24) % 8)::int::align.stage AS stage, timestamptz '2024-01-01Z' + (h >> 32) % 63072000 * interval '1 s' AS at
			FROM generate_series(1, $rows) i, LATERAL (SELECT hashint8extended(i, 3) & 9223372036854775807 AS h) x; VACUUM (ANALYZE, FREEZE) public.growth");
		my %time;
		for my $round (0 .. 2)
		{
			for my $workers (2, 0)
			{
				my ($took) = $run_sql->("SET max_parallel_workers_per_gather = $workers;
					SELECT align.reached(align.funnel(lead, stage, at, '{lead,mql,sal,sql,opportunity,proposal,negotiation,customer}', interval '180 days'), 1) FROM public.growth;");
				push @{ $time{$workers} }, $took if $round > 0;
			}
		}
		my ($parallel, $serial) = map { $median->(@{ $time{$_} }) } 2, 0;
		$report->('| %s | %s | %.3f | %.3f | %.3f | %.3f |', $rows, $leads, $parallel, $parallel / $millions, $serial, $serial / $millions);
	}
	return;
}

1;
