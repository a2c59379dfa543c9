# bench/load.pl: how fast align_load loads a million events, beside a bare COPY
# of the same rows. Called by tools/bench.pl.
use strict;
use warnings;

sub bench_load
{
	my ($report, $run_sql, $median) = @_;
	my ($bindir, $run, $loader, $rounds) = @ENV{qw(BINDIR RUN LOADER ROUNDS)};

	$run_sql->(qq{COPY (SELECT 'L' || lead AS lead, stage::text AS stage, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
		FROM public.event LIMIT 1000000) TO '$run/load_events.csv' (FORMAT csv, HEADER)});
	$run_sql->(qq{COPY (SELECT DISTINCT 'L' || lead AS key FROM (SELECT lead FROM public.event LIMIT 1000000) e) TO '$run/load_leads.csv' (FORMAT csv, HEADER)});
	system("$loader -d bench --leads $run/load_leads.csv >/dev/null") == 0 or die 'align_load failed';
	$run_sql->(qq{COPY (SELECT l.id, e.at, e.stage FROM (SELECT * FROM public.event LIMIT 1000000) e JOIN align.lead l ON l.key = 'L' || e.lead)
		TO '$run/load_rows.csv' (FORMAT csv)});
	my $rows = ($run_sql->('SELECT count(*) FROM (SELECT FROM public.event LIMIT 1000000) e'))[1] + 0;

	my %time;
	for my $round (0 .. $rounds)
	{
		my %once;
		$run_sql->('DROP TABLE IF EXISTS public.bare, public.keyed; CREATE TABLE public.bare (lead text, stage text, at timestamptz);
			CREATE TABLE public.keyed (lead text, stage stage, at timestamptz, PRIMARY KEY (lead, at, stage)); TRUNCATE align.stage_event; CHECKPOINT');
		($once{bare}) = $run_sql->("\\copy public.bare FROM '$run/load_events.csv' (FORMAT csv, HEADER)");
		($once{keyed}) = $run_sql->("\\copy public.keyed FROM '$run/load_events.csv' (FORMAT csv, HEADER)");
		($once{same}) = $run_sql->("\\copy align.stage_event (lead, at, stage) FROM '$run/load_rows.csv' (FORMAT csv)");
		$run_sql->('TRUNCATE align.stage_event; CHECKPOINT');
		my $began = Time::HiRes::time();
		my $said = `$loader -d bench --events $run/load_events.csv`;
		$once{align} = Time::HiRes::time() - $began;
		die "align_load: $said" if $said !~ /loaded $rows,/;
		push @{ $time{$_} }, $once{$_} for $round > 0 ? keys %once : ();
	}
	my %middle = map { $_ => $median->(@{ $time{$_} }) } keys %time;
	$report->('');
	$report->('## loading %s events from CSV', $rows);
	$report->('');
	$report->('Goal: within three times of a bare COPY of the same rows.');
	$report->('');
	$report->('| | seconds | align_load takes |');
	$report->('|---|---:|---|');
	$report->('| align_load --events | %.3f | |', $middle{align});
	$report->('| COPY of the same rows into stage_event itself, leads as numbers | %.3f | %.2f of it |', $middle{same}, $middle{align} / $middle{same});
	$report->('| COPY into a table with that key alone, no foreign keys | %.3f | %.2f of it |', $middle{keyed}, $middle{align} / $middle{keyed});
	$report->('| COPY into a table without any key | %.3f | %.2f of it |', $middle{bare}, $middle{align} / $middle{bare});
	return;
}

1;
