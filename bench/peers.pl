# bench/peers.pl: the same funnel in DuckDB and ClickHouse, and the same score of
# leads in DuckDB, one thread each, side by side with align in one process. Called
# by tools/bench.pl for PEERS=1. Peers that are not there and cannot be installed
# are left out, and that is said.
use strict;
use warnings;

my @stages = qw(lead mql sal sql opportunity proposal negotiation customer);
my $window = 180 * 86400;

# The joins of bench/funnel.sql over a table event(lead, stage, happened in seconds).
sub duckdb_joins
{
	my $sql = 'WITH s1 AS (SELECT lead, happened AS started, happened AS t FROM event WHERE stage = 2)';
	for my $k (2 .. 8)
	{
		$sql .= sprintf(', s%d AS (SELECT s.lead, s.started, min(e.happened) AS t FROM s%d s JOIN event e ON e.lead = s.lead AND e.stage = %d AND e.happened >= s.t AND e.happened <= s.started + %d GROUP BY 1, 2)',
			$k, $k - 1, $k + 1, $window);
	}
	return $sql . ' SELECT ' . join(', ', map { "(SELECT count(DISTINCT lead) FROM s$_)" } 1 .. 8);
}

# The plain SQL of the score in bench/rubric.sql, as DuckDB writes it: ->> binds
# loosely there, and ~ means all of the text.
sub duckdb_score
{
	my ($plain) = @_;

	$plain =~ s/\s+/ /g;
	$plain =~ s/;\s*$//;
	$plain =~ s/\bpublic\.//g;
	$plain =~ s/attrs ->> ('\w+') ~ ('[^']*')/regexp_matches(attrs ->> $1, $2)/g;
	$plain =~ s/(?<!\()attrs ->> ('\w+')/(attrs ->> $1)/g;
	$plain =~ s/::numeric/::DOUBLE/g;
	return $plain;
}

sub start_duckdb
{
	my ($run) = @_;

	if (!-d 'build/peers/node_modules/@duckdb')
	{
		print "Installing \@duckdb/node-api with npm\n";
		system('mkdir -p build/peers && cd build/peers && npm init -y >/dev/null 2>&1 && npm install @duckdb/node-api >npm.log 2>&1') == 0 or return;
	}
	open my $script, '>', 'build/peers/run.mjs' or die $!;
	print $script q{
import { DuckDBInstance } from '@duckdb/node-api';
import { createInterface } from 'node:readline';
const db = await DuckDBInstance.create(':memory:', { threads: '1' });
const c = await db.connect();
for await (const line of createInterface({ input: process.stdin })) {
    const began = process.hrtime.bigint();
    const r = await c.runAndReadAll(line);
    const took = Number(process.hrtime.bigint() - began) / 1e9;
    console.log(JSON.stringify([took, r.getRows().flat().map(String)]));
}
};
	close $script;
	my ($in, $out);
	require IPC::Open2;
	my $pid = eval { IPC::Open2::open2($out, $in, 'node', 'build/peers/run.mjs') } or return;
	my $ask = sub {
		print $in "$_[0]\n";
		my $line = <$out>;
		return if !defined $line;
		my ($took, $rows) = $line =~ /^\[([\d.e-]+),\[(.*)\]\]/;
		return ($took, join ',', $rows =~ /"(\d+)"/g);
	};
	$in->autoflush(1);
	$ask->("CREATE TABLE event AS SELECT * FROM read_csv('$run/event.csv', header = false, columns = {'lead': 'BIGINT', 'stage': 'SMALLINT', 'happened': 'BIGINT'})");
	$ask->("CREATE TABLE prospect AS SELECT * FROM read_csv('$run/prospect.csv', header = false, columns = {'attrs': 'JSON'})");
	return ($ask, sub { close $in; waitpid $pid, 0; });
}

sub start_clickhouse
{
	my ($run) = @_;

	if (system('command -v clickhouse-server >/dev/null 2>&1') != 0)
	{
		return if $> != 0;
		print "Installing clickhouse-server and clickhouse-client with apt\n";
		system('DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends clickhouse-server clickhouse-client >build/apt.log 2>&1') == 0 or return;
	}
	my $folder = "$run/clickhouse";
	my $port = 19017;
	system('mkdir', '-p', "$folder/data/tmp", "$folder/schemas");
	open my $config, '>', "$folder/config.xml" or die $!;
	print $config "<yandex><logger><level>warning</level><log>$folder/log</log><errorlog>$folder/errors</errorlog></logger>
<tcp_port>$port</tcp_port><listen_host>127.0.0.1</listen_host><mark_cache_size>536870912</mark_cache_size>
<path>$folder/data/</path><tmp_path>$folder/data/tmp/</tmp_path><format_schema_path>$folder/schemas/</format_schema_path>
<users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database><timezone>UTC</timezone></yandex>\n";
	close $config;
	open my $users, '>', "$folder/users.xml" or die $!;
	print $users "<yandex><profiles><default><max_threads>1</max_threads><max_memory_usage>10000000000</max_memory_usage></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users><quotas><default></default></quotas></yandex>\n";
	close $users;
	my $pid = fork;
	if (!$pid)
	{
		open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null'; open STDIN, '<', '/dev/null';
		exec 'clickhouse-server', "--config-file=$folder/config.xml" or exit 1;
	}
	my $client = "clickhouse-client --host 127.0.0.1 --port $port --max_threads=1";
	local $SIG{__DIE__} = sub { kill 'TERM', $pid; };
	for (1 .. 100) { last if system("$client -q 'SELECT 1' >/dev/null 2>&1") == 0; select undef, undef, undef, 0.2; }
	my $stop = sub { kill 'TERM', $pid; waitpid $pid, 0; };
	if (system(qq{$client -q 'CREATE TABLE event (lead Int64, stage Int16, at DateTime) ENGINE = MergeTree PARTITION BY tuple() ORDER BY at'}) != 0
		|| system(qq{$client -q 'INSERT INTO event FORMAT CSV' <$run/event.csv}) != 0)
	{
		$stop->();
		return;
	}
	my $ask = sub {
		my ($sql) = @_;
		my $text = `$client --time -q "$sql" 2>&1`;
		my @lines = split /\n/, $text;
		return (pop @lines, join ',', @lines);
	};
	return ($ask, $stop);
}

# Runs contenders in turns, ours first, and reports them.
sub compare
{
	my ($report, $median, $title, $goal, @contenders) = @_;
	my (%time, %answer);
	my $ours = $contenders[0][0];

	local $SIG{PIPE} = sub { die "a peer has ended\n" };
	for my $round (0 .. $ENV{ROUNDS})
	{
		for my $contender (@contenders)
		{
			my ($time, $answer) = $contender->[1]->();
			die "$contender->[0] gave no answer\n" if !defined $time;
			push @{ $time{ $contender->[0] } }, $time if $round > 0;
			$answer{ $contender->[0] } = $answer;
		}
	}
	my $our_time = $median->(@{ $time{$ours} });
	$report->('');
	$report->("## $title");
	$report->('');
	$report->("Goal: $goal");
	$report->('');
	$report->('| | seconds | align takes | answer |');
	$report->('|---|---:|---|---|');
	for my $contender (@contenders)
	{
		my $name = $contender->[0];
		my $middle = $median->(@{ $time{$name} });
		$report->('| %s | %.3f | %s | %s |', $name, $middle, $name eq $ours ? '' : sprintf('%.2f of it', $our_time / $middle),
			$name eq $ours ? '' : $answer{$name} eq $answer{$ours} ? 'the same' : "DIFFERS: $answer{$name} instead of $answer{$ours}");
	}
	return;
}

sub bench_peers
{
	my ($report, $run_sql, $median, $questions) = @_;
	my ($run) = $ENV{RUN};
	my $one_process = 'SET max_parallel_workers_per_gather = 0; ';
	my @stops;

	local $SIG{__DIE__} = sub { $_->() for @stops; };
	$run_sql->("COPY (SELECT lead, stage::integer, extract(epoch FROM at)::bigint FROM public.event) TO '$run/event.csv' (FORMAT csv)");
	$run_sql->("COPY (SELECT attrs FROM public.prospect) TO '$run/prospect.csv' (FORMAT csv)");
	my $ask_align = sub {
		my ($sql) = @_;
		return sub { my ($time, $answer) = $run_sql->("$one_process\n$sql"); $answer =~ s/\s+//g; return ($time, $answer); };
	};
	my @funnel = [ 'align, one process', $ask_align->("SELECT string_agg(reached_count::text, ',' ORDER BY step_order)
		FROM (SELECT align.funnel(lead, stage, at, '{" . join(',', @stages) . "}', interval '180 days') AS f FROM public.event) s, align.steps(f);") ];
	my ($score) = grep { $_->{name} eq 'score of ten clauses' } @$questions;
	my %score_sql = map { $_->{name} => $_->{sql} } @{ $score->{contenders} };
	my @score = [ 'align, one process', $ask_align->($score_sql{align}) ];

	if (my ($ask, $stop) = start_duckdb($run))
	{
		push @stops, $stop;
		push @funnel, [ 'DuckDB', sub { $ask->(duckdb_joins()) } ];
		push @score, [ 'DuckDB', sub { $ask->('SELECT CAST(sum AS BIGINT) FROM (' . (duckdb_score($score_sql{plain}) =~ s/SELECT sum\((.*)\) FROM prospect/SELECT sum($1) AS sum FROM prospect/r) . ')') } ];
	}
	else { print "DuckDB is not here and could not be installed\n"; }
	if (my ($ask, $stop) = start_clickhouse($run))
	{
		my $conditions = join ', ', map { "stage = $_" } 2 .. 9;
		push @stops, $stop;
		push @funnel, [ 'ClickHouse, windowFunnel', sub {
			return $ask->("SELECT " . join(', ', map { "countIf(level >= $_)" } 1 .. 8)
				. " FROM (SELECT windowFunnel($window)(at, $conditions) AS level FROM event GROUP BY lead) FORMAT CSV");
		} ];
	}
	else { print "ClickHouse is not here and could not be installed\n"; }

	compare($report, $median, 'funnel straight from events, beside other systems at one thread',
		'faster than both. Their tables are in memory or in their own columnar files; align reads an ordinary table.', @funnel);
	$report->('');
	$report->('ClickHouse 18.16 takes rows of one second in the order in which they come, so where two steps fall into one second it may count a lead one step short.');
	compare($report, $median, 'score of ten clauses, beside DuckDB at one thread', 'at least 4 times faster (0.25 of it), over the same JSON in memory.', @score);
	$_->() for @stops;
	return;
}

1;
