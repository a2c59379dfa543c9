# AlignTest.pm: what the whole-server tests share: a server with align, its
# loader, files to load, and a second session that holds a lock.
package AlignTest;

use strict;
use warnings;

use Exporter 'import';
use File::Temp ();
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(
  new_node new_database rows empty_tables contents
  align_load load_ok load_refused start_load
  write_bytes read_bytes hold release wait_until
  real_data olist_files load_olist read_csv sql_literal doc_examples
);

my $files;

# A running server that finds the staged extension.
sub new_node
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\ndatestyle = 'ISO, YMD'\nintervalstyle = 'postgres'\n");
	$node->append_conf('postgresql.conf', slurp_file($ENV{ALIGN_SETTINGS}))
	  if defined $ENV{ALIGN_SETTINGS};
	$node->start;
	return $node;
}

# A database with align on its search_path.
sub new_database
{
	my ($node, $name) = @_;

	$node->safe_psql('postgres', qq{CREATE DATABASE "$name"; ALTER DATABASE "$name" SET search_path = align, public});
	$node->safe_psql($name, 'CREATE EXTENSION align');
	return $name;
}

# What a query gives: columns parted by |, rows by line ends.
sub rows
{
	my ($node, $database, $sql) = @_;

	return scalar $node->safe_psql($database, $sql);
}

sub empty_tables
{
	my ($node, $database) = @_;

	$node->safe_psql($database,
		'SET client_min_messages = warning; TRUNCATE align.stage_event, align.lead, align.account, align.stage_label RESTART IDENTITY CASCADE');
	return;
}

# Counts and a checksum of all that the loader writes.
sub contents
{
	my ($node, $database) = @_;

	return rows($node, $database,
		q{SELECT string_agg(format('%s %s %s', t.name, t.row_count, t.checksum), ', ' ORDER BY t.name) FROM (
			SELECT 'account' AS name, count(*) AS row_count, md5(string_agg(x::text, E'\n' ORDER BY x.id)) AS checksum FROM align.account x
			UNION ALL SELECT 'lead', count(*), md5(string_agg(x::text, E'\n' ORDER BY x.id)) FROM align.lead x
			UNION ALL SELECT 'stage_event', count(*), md5(string_agg(x::text, E'\n' ORDER BY x.lead, x.at, x.stage)) FROM align.stage_event x) t});
}

# Runs the loader with these arguments alone: exit code, stdout, stderr.
sub align_load
{
	my (@arguments) = @_;
	my ($in, $out, $err) = ('', '', '');

	delete local $ENV{PGAPPNAME};
	IPC::Run::run([ $ENV{ALIGN_LOAD}, @arguments ], '<', \$in, '>', \$out, '2>', \$err);
	die 'the loader crashed with signal ' . ($? & 127) if $? & 127;
	return ($? >> 8, $out, $err);
}

# Loads into a database. Passes when all went well and stdout is as wanted.
sub load_ok
{
	my ($node, $database, $arguments, $wanted, $name) = @_;
	my ($code, $out, $err) = align_load('-d', $node->connstr($database), @$arguments);

	chomp $out;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is("$code\n$err$out", "0\n$wanted", $name);
	return;
}

# Loads what is to be refused. Passes when the loader says so on stderr, in
# these words, and all tables are as they were.
sub load_refused
{
	my ($node, $database, $arguments, $wanted, $name) = @_;
	my $before = contents($node, $database);
	my ($code, $out, $err) = align_load('-d', $node->connstr($database), @$arguments);

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	subtest $name => sub {
		is($code, 1, 'exit code');
		is($out, '', 'nothing on stdout');
		like($err, $wanted, 'the message');
		is(contents($node, $database), $before, 'nothing changed');
	};
	return;
}

# Starts the loader and returns at once: an IPC::Run harness.
sub start_load
{
	my ($node, $database, $out, $err, @arguments) = @_;

	delete local $ENV{PGAPPNAME};
	return IPC::Run::start([ $ENV{ALIGN_LOAD}, '-d', $node->connstr($database), @arguments ],
		'<', \undef, '>', $out, '2>', $err);
}

# Writes a file of these bytes; returns its path.
sub write_bytes
{
	my ($name, $bytes) = @_;

	$files //= File::Temp::tempdir(CLEANUP => 1);
	open(my $handle, '>:raw', "$files/$name") or die "$files/$name: $!";
	print $handle $bytes;
	close($handle) or die "$files/$name: $!";
	return "$files/$name";
}

sub read_bytes
{
	my ($path) = @_;

	open(my $handle, '<:raw', $path) or die "$path: $!";
	local $/;
	return scalar <$handle>;
}

# A session that has run these commands in a transaction and keeps it open.
sub hold
{
	my ($node, $database, $sql) = @_;
	my ($in, $out) = ('', '');
	my $timeout = IPC::Run::timeout(60);
	my $session = IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database) ],
		'<', \$in, '>', \$out, $timeout);

	$in .= "BEGIN;\n$sql;\n\\echo held\n";
	$session->pump until $out =~ /^held$/m;
	return { session => $session, in => \$in };
}

# Ends such a session; its transaction is rolled back.
sub release
{
	my ($held) = @_;

	${ $held->{in} } .= "\\q\n";
	$held->{session}->finish;
	return;
}

# Waits until a query gives true.
sub wait_until
{
	my ($node, $database, $sql) = @_;

	$node->poll_query_until($database, $sql) or die "timed out waiting for: $sql";
	return;
}

# The folder of a real data set; where it is missing the test is skipped, but
# not in continuous integration.
sub real_data
{
	my ($set) = @_;
	my $folder = ($ENV{REAL_DATA} // '') . "/$set";

	return $folder if defined $ENV{REAL_DATA} && -d $folder;
	die "the real data are missing: no folder $folder; REAL_DATA names where\n" if $ENV{CI};
	plan(skip_all => "the real data are not here: no folder $folder; REAL_DATA names where");
}

# The two files of the Olist marketing funnel: leads, won deals.
sub olist_files
{
	my $folder = real_data('olist_marketing_funnel');

	return map { "$folder/olist_${_}_dataset.csv" } 'marketing_qualified_leads', 'closed_deals';
}

# Loads them: leads, their first contact as mql, their win as customer. again:
# into a database that has them.
sub load_olist
{
	my ($node, $database, $again) = @_;
	my ($leads, $deals) = olist_files();

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	for (
		[ 'leads ', 8000, 'the leads', '--leads', $leads, '--map', 'mql_id=key', '--map', 'origin=source' ],
		[ 'events', 8000, 'their first contacts', '--events', $leads, '--map', 'mql_id=lead', '--map', 'first_contact_date=at', '--stage', 'mql', '--timezone', 'UTC' ],
		[ 'events', 842, 'the won deals', '--events', $deals, '--map', 'mql_id=lead', '--map', 'won_date=at', '--stage', 'Closed Won', '--timezone', 'UTC' ])
	{
		my ($kind, $count, $name, @options) = @$_;

		load_ok($node, $database, \@options, sprintf('%s read %d, loaded %d, already there %d, refused 0', $kind, $count, $again ? (0, $count) : ($count, 0)),
			$again ? "$name again" : $name);
	}
	return;
}

# Reads a CSV file, by means other than the loader's: a list of hashes.
sub read_csv
{
	my ($path) = @_;
	my $text = read_bytes($path);
	my (@records, @record);

	$text =~ s/\A\xEF\xBB\xBF//;
	while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|\z)/gc)
	{
		my $field = defined $1 ? $1 =~ s/""/"/gr : $2;
		my $end = $3;

		push @record, $field;
		next if $end eq ',';
		push @records, [@record] unless @record == 1 && $record[0] eq '';
		@record = ();
		last if pos($text) >= length($text);
	}
	die "$path: not all of it could be read" if (pos($text) // 0) < length($text);
	my @names = @{ shift @records };
	return map {
		my $values = $_;
		die "$path: a record of other length" if @$values != @names;
		+{ map { $names[$_] => $values->[$_] } 0 .. $#names }
	} @records;
}

# Runs the examples of a page of docs in order, in an empty folder: blocks of
# csv are files, blocks of sql and sh are run, a block of text is what those
# before it print. Returns a list of line, wanted, got.
sub doc_examples
{
	my ($node, $database, $path) = @_;
	my $folder = File::Temp::tempdir(CLEANUP => 1);
	my ($got, @found) = ('');
	my ($kind, $name, $line, $block);
	my $loader_folder = $ENV{ALIGN_LOAD} =~ s{/[^/]*\z}{}r;

	delete local @ENV{qw(PGAPPNAME PGDATABASE PGUSER)};
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PATH} = "$loader_folder:$ENV{PATH}";
	for my $text (split /^/, read_bytes($path))
	{
		$line++;
		if (!defined $kind)
		{
			($kind, $name, $block) = ($1, $2, '') if $text =~ /^```(\S+)(?: (\S+))?\s*$/;
			($kind, $block) = ('', '') if $text =~ /^```\s*$/;
		}
		elsif ($text !~ /^```\s*$/)
		{
			$block .= $text;
		}
		else
		{
			if ($kind eq 'csv')
			{
				open(my $file, '>:raw', "$folder/$name") or die "$folder/$name: $!";
				print $file $block;
				close($file) or die "$folder/$name: $!";
			}
			elsif ($kind eq 'sql' || $kind eq 'sh')
			{
				my @command = $kind eq 'sql' ? ('psql', '-X', '-q', '-v', 'SHOW_CONTEXT=never', '-d', $database, '-c', $block) : ('sh', '-c', $block);
				my $out = '';

				IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>&1', init => sub { chdir $folder or die "$folder: $!" });
				$got .= $out;
			}
			elsif ($kind eq 'text')
			{
				s/[ \t]+$//mg for $got, $block;
				s/\n+\z/\n/ for $got, $block;
				push @found, [ $line, $block, $got ];
				$got = '';
			}
			$kind = undef;
		}
	}
	return @found;
}

sub sql_literal
{
	my ($text) = @_;

	$text =~ s/'/''/g;
	return "'$text'";
}

1;
