# Lead scores learned from the Olist marketing funnel: 8,000 real leads, of whom
# two things were known at first contact, where they came from and on which page
# they landed. What model_quality and predict say is computed here again.

use strict;
use warnings;

use Test::More;
use AlignTest;
use Time::Local qw(timegm);

my ($leads, $deals) = olist_files();
my $day = 86400;
my $split = timegm(0, 0, 0, 1, 3, 2018);
my $as_of = timegm(0, 0, 0, 30, 10, 2018);
my $within = 30 * $day;

my $node = new_node('olist_predict');
my $db = new_database($node, 'olist');
load_olist($node, $db);

# the sample, from the files

sub epoch
{
	my ($year, $month, $mday, $hour, $minute, $second) = $_[0] =~ /^(\d+)-(\d+)-(\d+)(?: (\d+):(\d+):(\d+))?$/ or die "no instant: $_[0]";
	return timegm($second // 0, $minute // 0, $hour // 0, $mday, $month - 1, $year);
}

my %won_at = map { $_->{mql_id} => epoch($_->{won_date}) } read_csv($deals);
my (@training, @test);
for my $lead (read_csv($leads))
{
	my $won_at = $won_at{ $lead->{mql_id} };
	my $first = epoch($lead->{first_contact_date});

	$first = $won_at if defined $won_at && $won_at < $first;
	my $row = {
		key => $lead->{mql_id},
		won => defined $won_at && $won_at <= $first + $within ? 1 : 0,
		source => $lead->{origin},
		landing_page_id => $lead->{landing_page_id},
	};
	push @training, $row if $first < $split && $first + $within <= $split;
	push @test, $row if $first >= $split && $first + $within <= $as_of;
}

# naive Bayes as docs/predict.md has it: a function that gives the probability

sub learn
{
	my ($smoothing, @fields) = @_;
	my (%count, %known, %values);
	my @total = (0, 0);

	for my $row (@training)
	{
		$total[ $row->{won} ]++;
		for my $field (@fields)
		{
			next if $row->{$field} eq '';
			$known{$field}[ $row->{won} ]++;
			$values{$field}{ $row->{$field} } = 1;
			$count{$field}{ $row->{$field} }[ $row->{won} ]++;
		}
	}
	return sub {
		my ($row) = @_;
		my $odds = ($total[1] + $smoothing) / ($total[0] + $smoothing);

		for my $field (@fields)
		{
			my $seen = $count{$field}{ $row->{$field} } or next;
			my $added = $smoothing * keys %{ $values{$field} };

			$odds *= (($seen->[1] // 0) + $smoothing) / ($known{$field}[1] + $added);
			$odds /= (($seen->[0] // 0) + $smoothing) / ($known{$field}[0] + $added);
		}
		return $odds / (1 + $odds);
	};
}

sub mean { my $sum = 0; $sum += $_ for @_; return $sum / @_; }

sub measure
{
	my ($probability) = @_;
	my @scored = map { [ $probability->($_), $_->{won} ] } @test;
	my @won = map { $_->[0] } grep { $_->[1] } @scored;
	my @lost = map { $_->[0] } grep { !$_->[1] } @scored;
	my $wins = 0;

	for my $a (@won) { for my $b (@lost) { $wins += abs($a - $b) < 1e-12 ? 0.5 : $a > $b ? 1 : 0; } }
	return map { sprintf '%.6f', $_ } $wins / (@won * @lost),
	  mean(map { -log($_->[1] ? $_->[0] : 1 - $_->[0]) } @scored), mean(map { ($_->[0] - $_->[1])**2 } @scored);
}

my $won = grep { $_->{won} } @training;
my $test_won = grep { $_->{won} } @test;
my $base = $won / @training;
my (undef, $base_log_loss, $base_brier) = measure(sub { $base });

# of docs/predict.md: fields known, smoothing, AUC and its interval, log loss, Brier score
my @published = (
	[ 'source', 1, '0.639 0.606 0.672', '0.306', '0.0821' ],
	[ 'source,landing_page_id', 1, '0.662 0.627 0.696', '0.311', '0.0821' ],
	[ 'source,landing_page_id', 0.1, '0.698 0.663 0.733', '0.293', '0.0790' ]);

for my $case (@published)
{
	my ($known, $smoothing, @shown) = @$case;
	my $probability = learn($smoothing, split /,/, $known);
	my ($auc, $log_loss, $brier) = measure($probability);
	my $name = "$known, smoothing $smoothing";

	is(rows($node, $db, qq{SELECT measure, value, reference, evidence_count
			FROM model_quality('2018-04-01Z', '30 days', '2018-11-30Z', known => '{$known}', smoothing => $smoothing) WHERE measure <> 'calibration'}),
		join("\n", 'train leads|' . @training . '.000000||' . @training, "train won|$won.000000||" . @training, 'test leads|' . @test . '.000000||' . @test,
			"test won|$test_won.000000||" . @test, sprintf('base rate|%.6f|%.6f|%d', $test_won / @test, $base, scalar @test),
			"auc|$auc|0.500000|" . @test, "log loss|$log_loss|$base_log_loss|" . @test, "brier|$brier|$base_brier|" . @test), "model_quality: $name");
	my $interval = rows($node, $db, qq{SELECT round(low, 3) || ' ' || round(high, 3)
			FROM model_quality('2018-04-01Z', '30 days', '2018-11-30Z', known => '{$known}', smoothing => $smoothing) WHERE measure = 'auc'});
	is(sprintf('%.3f %s %.3f %.4f', $auc, $interval, $log_loss, $brier), "@shown", "as published: $name");

	# single leads
	my @some = @test[ map { $_ * 500 } 0 .. 4 ];
	my $keys = join ',', map { $_->{key} } @some;
	my $features = 'jsonb_strip_nulls(jsonb_build_object('
	  . join(', ', map { "'$_', " . ($_ eq 'source' ? 'l.source' : "l.attrs -> '$_'") } split /,/, $known) . '))';
	is(rows($node, $db, qq{
			WITH model AS (
				SELECT train($features, COALESCE(entered(journey, 'customer') <= first_at(journey) + interval '30 days', false)) AS model
				FROM lead_journey j JOIN lead l ON l.id = j.lead_id
				WHERE first_at(journey) + interval '30 days' <= '2018-04-01Z')
			SELECT string_agg(round(predict(model, $features, $smoothing)::numeric, 12)::text, ' ' ORDER BY array_position('{$keys}', l.key))
			FROM model, lead l WHERE l.key = ANY ('{$keys}')}),
		join(' ', map { sprintf '%.12f', $probability->($_) } @some), "predict: $name");
}

$node->stop;
done_testing();
