# bench.pl: runs the questions of bench/*.sql in turns and reports medians.
# Called by tools/bench, which starts the server. ONLY names files of bench/, such
# as rubric,predict: then these alone are run, and RESULTS.md stays as it is.
use strict;
use warnings;
use Time::HiRes qw(time);

my ($bindir, $rounds, $rows, $run) = @ENV{qw(BINDIR ROUNDS ROWS RUN)};

# A block of a file: question, goal and its contenders, each a name and SQL.
sub questions
{
    my @questions;
    my @only = map { "bench/$_.sql" } split /,/, $ENV{ONLY} // '';
    for my $file (@only ? @only : grep { !m{setup\.sql$} } sort glob('bench/*.sql'))
    {
        open my $in, '<', $file or die "$file: $!";
        my $contender;
        while (<$in>)
        {
            if (/^-- question: (.*)/) { push @questions, { name => $1, file => $file, contenders => [] }; undef $contender; }
            elsif (/^-- goal: (.*)/) { $questions[-1]{goal} = $1; }
            elsif (/^-- \[(.*)\]/) { $contender = { name => $1, sql => '', times => [] }; push @{ $questions[-1]{contenders} }, $contender; }
            elsif ($contender && !/^--/) { $contender->{sql} .= $_; }
        }
    }
    return @questions;
}

# Runs a contender's statements in one session; the last one is timed by psql.
sub run_sql
{
    my ($sql) = @_;
    open my $out, '>', "$run/query.sql" or die $!;
    print $out "SET search_path = align, public;\n\\timing on\n$sql";
    close $out;
    my $text = `$bindir/psql -XAtq -F ' ' -d bench -v ON_ERROR_STOP=1 -f $run/query.sql 2>&1`;
    die "failed:\n$sql\n$text" if $? != 0;
    my @times = $text =~ /^Time: ([\d.]+) ms/mg;
    (my $answer = $text) =~ s/^Time: .*\n//mg;
    return (($times[-1] // 0) / 1000, $answer);
}

sub median { my @s = sort { $a <=> $b } @_; return $s[ @s / 2 ]; }

# Equal, or equal but for numbers that differ by at most 1 %, which is what the
# times of a funnel and a flow promise. Counts have no decimals and must be equal.
sub same_answer
{
    my ($ours, $theirs) = @_;
    return 1 if $ours eq $theirs;
    my @a = split /\s+/, $ours;
    my @b = split /\s+/, $theirs;
    return 0 if @a != @b;
    for my $i (0 .. $#a)
    {
        next if $a[$i] eq $b[$i];
        return 0 unless "$a[$i] $b[$i]" =~ /^\d+\.\d+ \d+\.\d+$/;
        return 0 if abs($a[$i] - $b[$i]) > 0.01 * $b[$i] + 0.0001;
    }
    return 1;
}

sub machine
{
    my ($cpu) = `cat /proc/cpuinfo` =~ /model name\s*:\s*(.*)/;
    my $cores = `nproc`; chomp $cores;
    my ($memory) = `cat /proc/meminfo` =~ /MemTotal:\s*(\d+)/;
    my $version = `$bindir/postgres --version`; chomp $version;
    $version =~ s/^postgres \(PostgreSQL\) /PostgreSQL /;
    return sprintf('%s, %d cores, %.0f GB, %s', $cpu // 'unknown processor', $cores, $memory / 1024 / 1024, $version);
}

my @lines;
my $failed = 0;
sub report { my $line = sprintf(shift, @_); print "$line\n"; push @lines, $line; }

$| = 1;
report('# Measured');
report('');
report('%s events, %s. Medians of %d rounds in turns in one run; ratios are what counts, since the machine is shared.', $rows, machine(), $rounds);
my @questions = questions();
for my $question (@questions)
{
    my %answer;
    for my $round (0 .. $rounds)
    {
        for my $contender (@{ $question->{contenders} })
        {
            my ($time, $answer) = run_sql($contender->{sql});
            push @{ $contender->{times} }, $time if $round > 0;    # the first warms up
            $contender->{answer} = $answer;
        }
    }
    my ($ours) = grep { $_->{name} eq 'align' } @{ $question->{contenders} };
    my $our_time = median(@{ $ours->{times} });
    report('');
    report('## %s', $question->{name});
    report('');
    report('Goal: %s.', $question->{goal});
    report('');
    report('| | seconds | align is | answer |');
    report('|---|---:|---|---|');
    for my $contender (@{ $question->{contenders} })
    {
        my $time = median(@{ $contender->{times} });
        my $is_floor = $contender->{name} =~ /^floor/;
        my $verdict = $is_floor || $contender == $ours ? '' : same_answer($ours->{answer}, $contender->{answer}) ? 'the same' : 'DIFFERS';
        if ($verdict eq 'DIFFERS') { $failed = 1; print STDERR "align:\n$ours->{answer}\n$contender->{name}:\n$contender->{answer}\n"; }
        my $ratio = $contender == $ours ? '' : $is_floor ? sprintf('%.2f of it', $our_time / $time)
            : $time >= $our_time ? sprintf('%.1f times faster', $time / $our_time) : sprintf('%.1f times slower', $our_time / $time);
        report('| %s | %.3f | %s | %s |', $contender->{name}, $time, $ratio, $verdict);
    }
}

exit $failed if $ENV{ONLY};
my ($size) = (run_sql(q{SELECT round(avg(pg_column_size(journey)), 1), round(sum(pg_column_size(journey))::numeric / sum(event_count(journey)), 2), round(avg(pg_column_size(journey) - 12 * event_count(journey)), 2) FROM public.stored_journey;}))[1];
my ($per_lead, $per_event, $fixed) = split /\s+/, $size;
report('');
report('## stored state');
report('');
report('Goal: at most 16 bytes an event and 64 a lead.');
report('');
report('A journey takes 12 bytes an event and %s a lead: on average %s bytes, %s an event.', $fixed, $per_lead, $per_event);

require './bench/load.pl';
bench_load(\&report, \&run_sql, \&median);
if ($ENV{CURVE})
{
    require './bench/curve.pl';
    bench_curve(\&report, \&run_sql, \&median);
}
if ($ENV{PEERS})
{
    require './bench/peers.pl';
    bench_peers(\&report, \&run_sql, \&median, \@questions);
}

open my $out, '>', 'bench/RESULTS.md' or die $!;
print $out "$_\n" for @lines;
close $out;
exit $failed;
