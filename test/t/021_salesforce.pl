# A Salesforce export with its stage history, loaded by align_load, against
# what plain Perl finds in the same files.

use strict;
use warnings;

use Test::More;
use AlignTest;

my $data = real_data('salesforce_devorg_export');
my @leads = read_csv("$data/Lead.csv");
my @opportunities = read_csv("$data/Opportunity.csv");
my @history = read_csv("$data/OpportunityHistory.csv");

# the words of this company's pipeline; some are not what align's aliases say
my %stage_of = (
	'Prospecting' => 'opportunity',
	'Qualification' => 'opportunity',
	'Needs Analysis' => 'opportunity',
	'Perception Analysis' => 'opportunity',
	'Id. Decision Makers' => 'sql',
	'Value Proposition' => 'proposal',
	'Proposal/Price Quote' => 'proposal',
	'Negotiation/Review' => 'negotiation',
	'Closed Won' => 'customer',
	'Closed Lost' => 'lost');
my %order = (sql => 5, opportunity => 6, proposal => 7, negotiation => 8, customer => 9, lost => 16);

# '02/24/26 02:18 AM' as '2026-02-24 02:18:00'
sub iso
{
	my ($text) = @_;
	my ($month, $day, $year, $hour, $minute, $half) = $text =~ m{^(\d\d)/(\d\d)/(\d\d) (\d\d):(\d\d) ([AP]M)$}
	  or die "no instant: $text";

	return sprintf('20%s-%s-%s %02d:%s:00', $year, $month, $day, $hour % 12 + ($half eq 'PM' ? 12 : 0), $minute);
}

# what is to be found: a row per lead, instant and stage
my %event;
for my $row (@history)
{
	my $stage = $stage_of{ $row->{StageName} } // die "no stage for $row->{StageName}";

	$event{"$row->{OpportunityId}|" . iso($row->{CreatedDate}) . "|$stage"} = $row;
}
my %by_stage;
my %path;
for my $key (sort { my ($x, $s) = $a =~ /^(.*)\|(.*)$/; my ($y, $t) = $b =~ /^(.*)\|(.*)$/; $x cmp $y or $order{$s} <=> $order{$t} } keys %event)
{
	my ($lead, $at, $stage) = split /\|/, $key;

	$by_stage{$stage}++;
	push @{ $path{$lead} }, $stage unless $path{$lead} && $path{$lead}[-1] eq $stage;
}
my (%move, %now);
for my $lead (keys %path)
{
	my @stages = @{ $path{$lead} };

	$now{ $stages[-1] }++;
	$move{"$stages[$_ - 1]|$stages[$_]"}++ for 1 .. $#stages;
}
my %account = map { $_->{AccountId} => 1 } grep { $_->{AccountId} ne '' } @opportunities;

my $node = new_node('salesforce');
my $db = new_database($node, 'salesforce');

sub is_rows
{
	my ($sql, $wanted, $name) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(rows($node, $db, $sql), $wanted, $name);
}

sub lines
{
	my ($count) = @_;

	return join("\n", map { "$_|$count->{$_}" } sort keys %$count);
}

my $load_leads = [ '--leads', "$data/Lead.csv" ];
my $load_history = [
	'--leads', "$data/Opportunity.csv", '--events', "$data/OpportunityHistory.csv",
	'--source', 'salesforce', '--timezone', 'America/Chicago', '--date-format', 'MM/DD/YY HH12:MI AM',
	'--map', 'OpportunityId=lead', '--map', 'CreatedDate=at', '--map', 'StageName=stage', '--map', 'CreatedById=actor' ];

# what is missing is said

my ($code, undef, $err) = align_load('-d', $node->connstr($db), '--leads', "$data/Opportunity.csv", '--events', "$data/OpportunityHistory.csv",
	'--map', 'OpportunityId=lead', '--timezone', 'America/Chicago');
is($code, 1, 'without a date format nothing is loaded');
like($err, qr{OpportunityHistory\.csv, line 2: "02/23/26 08:55 PM" is no instant: a date with slashes needs a date format, such as MM/DD/YYYY}, 'and it says why');
is_rows('SELECT count(*) FROM lead', '0', 'no lead either');

# loading

$node->safe_psql($db, 'INSERT INTO stage_label (source, label, stage) VALUES '
	  . join(', ', map { "('salesforce', " . sql_literal($_) . ", '$stage_of{$_}')" } sort keys %stage_of));
load_ok($node, $db, $load_leads, 'leads  read ' . @leads . ', loaded ' . @leads . ', already there 0, refused 0', 'the leads');
load_ok($node, $db, $load_history,
	'leads  read ' . @opportunities . ', loaded ' . @opportunities . ", already there 0, refused 0\n"
	  . 'events read ' . @history . ', loaded ' . keys(%event) . ', already there ' . (@history - keys %event) . ', refused 0',
	'the opportunities with their history');
is(scalar(@leads) . '|' . @opportunities . '|' . @history, '22|36|48', 'the files are those known');

my $contents = contents($node, $db);
load_ok($node, $db, $load_history,
	'leads  read ' . @opportunities . ', loaded 0, already there ' . @opportunities . ", refused 0\n"
	  . 'events read ' . @history . ', loaded 0, already there ' . @history . ', refused 0', 'again');
is(contents($node, $db), $contents, 'loading twice changes nothing');

# what is there now

is_rows(q{SELECT key FROM lead ORDER BY key}, join("\n", sort map { $_->{Id} } @leads, @opportunities), 'every key');
is_rows(q{SELECT key FROM account ORDER BY key}, join("\n", sort keys %account), 'every account');
is_rows(q{SELECT l.key || '|' || a.key FROM lead l JOIN account a ON a.id = l.account ORDER BY l.key},
	join("\n", map { "$_->{Id}|$_->{AccountId}" } sort { $a->{Id} cmp $b->{Id} } grep { $_->{AccountId} ne '' } @opportunities), 'whose opportunity it is');
is_rows(q{SELECT key || '|' || source || '|' || owner || '|' || (attrs ->> 'Company') FROM lead WHERE key LIKE '00Q%' ORDER BY key},
	join("\n", map { "$_->{Id}|$_->{LeadSource}|$_->{OwnerId}|$_->{Company}" } sort { $a->{Id} cmp $b->{Id} } @leads), 'source, owner and company of every lead');
is_rows(q{SELECT sum((attrs -> 'AnnualRevenue')::numeric), count(*) FILTER (WHERE attrs -> 'IsConverted' = 'true') FROM lead WHERE key LIKE '00Q%'},
	do { my $sum = 0; $sum += $_->{AnnualRevenue} || 0 for @leads; $sum . '|' . grep { $_->{IsConverted} eq 'TRUE' } @leads },
	'revenue are numbers, flags are booleans');

is_rows(q{SELECT l.key || '|' || to_char(e.at AT TIME ZONE 'America/Chicago', 'YYYY-MM-DD HH24:MI:SS') || '|' || e.stage
		FROM stage_event e JOIN lead l ON l.id = e.lead ORDER BY l.key, e.at, e.stage::text},
	join("\n", sort keys %event), 'every event');
is_rows(q{SELECT l.key || '|' || COALESCE(e.label, e.stage::text) || '|' || e.actor FROM stage_event e JOIN lead l ON l.id = e.lead
		ORDER BY l.key, e.at, e.stage::text},
	join("\n", map { "$event{$_}{OpportunityId}|$event{$_}{StageName}|$event{$_}{CreatedById}" } sort keys %event), 'in the words of the CRM, and by whom');
is_rows(q{SELECT stage::text || '|' || count(*) FROM stage_event GROUP BY stage ORDER BY stage::text}, lines(\%by_stage), 'events of every stage');
is_rows(q{SELECT min(at), max(at) FROM stage_event}, '2026-02-24 02:55:00+00|2026-03-08 03:00:00+00', 'Chicago is six hours behind');

# transitions

cmp_ok(scalar keys %move, '>', 2, 'there are moves');
is_rows(q{SELECT t.from_stage || '|' || t.to_stage || '|' || count(*) FROM lead_journey j, transitions(j.journey) t
		GROUP BY t.from_stage, t.to_stage ORDER BY t.from_stage || '|' || t.to_stage}, lines(\%move), 'every move');
is_rows(q{SELECT stage || '|' || lead_count FROM stage_now ORDER BY stage}, lines(\%now), 'where they are now');
is_rows(q{SELECT from_stage || '|' || to_stage || '|' || count(*) FROM stage_violation GROUP BY from_stage, to_stage ORDER BY 1},
	lines({ map { $_ => $move{$_} } grep { $_ eq 'customer|lost' } keys %move }), 'what was won and then lost, no policy allows');

# the flow: paths, and handoffs from opportunity to negotiation, as the file tells them. Who went on past negotiation has leaked

my (%way, %outcome);
for my $lead (keys %path)
{
	my @stages = @{ $path{$lead} };

	$way{ join(' > ', @stages) }++;
	for my $place (grep { $stages[$_] eq 'opportunity' } 0 .. $#stages)
	{
		my ($end) = grep { $_ ne 'proposal' } @stages[ $place + 1 .. $#stages ];

		$outcome{ !defined $end ? 'breached' : $end eq 'negotiation' ? 'accepted' : $end eq 'customer' ? 'leaked' : $end eq 'lost' ? 'refused' : 'recycled' }++;
	}
}
$node->safe_psql($db, q{INSERT INTO calendar VALUES ('chicago', 'Chicago', 'America/Chicago', 'mon-fri 08:00-17:00');
	INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar) VALUES ('offer', 'opportunity', 'negotiation', 'marketing', 'sales', '9 hours', 'chicago')});
is_rows(q{SELECT path || '|' || lead_count FROM path_mining('2026-03-31Z', top => 100) ORDER BY path COLLATE "C"}, lines(\%way), 'every path');
is_rows(q{SELECT outcome || '|' || count(*) FROM handoff('2026-03-31Z') GROUP BY outcome ORDER BY 1}, lines(\%outcome), 'every handoff');
# given at 2:18 in the night of a Tuesday, gone on two minutes later: no working time; due when the day's nine hours are over
is_rows(q{SELECT outcome, given_at, due_at AT TIME ZONE 'America/Chicago', worked_hours FROM handoff('2026-03-31Z') WHERE lead_key = '006bm00000LKgOnAAL'},
	'leaked|2026-02-24 08:18:00+00|2026-02-24 17:00:00|0.000', 'one of them');
is_rows(q{SELECT lead_count, arrived_count FROM velocity('opportunity', 'negotiation', '2026-03-31Z')},
	scalar(grep { grep { $_ eq 'opportunity' } @$_ } values %path) . '|1', 'velocity: one went on, the lost ones are watched no longer');

$node->stop;
done_testing();
