# align_load: options, CSV, fields, instants, rejects, all or nothing, roles,
# connections, and what an end by force leaves.

use strict;
use warnings;

use Test::More;
use AlignTest;

my $node = new_node('load');
my $db = new_database($node, 'crm');

# Both are about the one database.
sub is_rows
{
	my ($sql, $wanted, $name) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(rows($node, $db, $sql), $wanted, $name);
}

# The tables empty but for these leads.
sub only_leads
{
	my (@keys) = @_;

	empty_tables($node, $db);
	$node->safe_psql($db, 'INSERT INTO lead (key) VALUES ' . join(', ', map { '(' . sql_literal($_) . ')' } @keys)) if @keys;
	return;
}

sub loaded
{
	my ($what, $read, $loaded, $there, $refused) = @_;

	return sprintf('%-6s read %d, loaded %d, already there %d, refused %d', $what, $read, $loaded, $there, $refused);
}

# Loads these bytes as leads or events, further options after them.
sub bytes_ok
{
	my ($what, $bytes, $wanted, $name, @options) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return load_ok($node, $db, [ "--$what", write_bytes("$what.csv", $bytes), @options ], loaded($what, @$wanted), $name);
}

sub bytes_refused
{
	my ($what, $bytes, $wanted, $name, @options) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return load_refused($node, $db, [ "--$what", write_bytes("$what.csv", $bytes), @options ], $wanted, $name);
}

my $events_of_keys = q{SELECT l.key, e.stage, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
	FROM stage_event e JOIN lead l ON l.id = e.lead ORDER BY e.at, e.stage, l.key};

# the command line

subtest 'help and version' => sub {
	for my $option ('--help', '-?')
	{
		my ($code, $out, $err) = align_load($option);
		is($code, 0, "$option: exit code");
		is($err, '', "$option: nothing on stderr");
		like($out, qr/^Usage:\n  align_load \[OPTION\]\.\.\. \[DBNAME\]$/m, "$option: usage");
		for my $long (qw(leads events map stage source timezone date-format delimiter rejects dry-run progress version help host port username dbname no-password))
		{
			like($out, qr/--$long\b/, "$option: names --$long");
		}
		is((grep { length > 90 } split /\n/, $out), 0, "$option: no long line");
	}
	my ($release) = read_bytes("$ENV{ALIGN_ROOT}/align.control") =~ /^default_version = '(.*)'/m;
	for my $option ('--version', '-V')
	{
		my ($code, $out, $err) = align_load($option);
		is("$code|$out|$err", "0|align_load (align) $release\n|", $option);
	}
};

my $good_leads = write_bytes('good_leads.csv', "key,source\na,web\nb,fair\n");
my $own_leads = write_bytes('own_leads.csv', "key\na\n");
my $good_events = write_bytes('good_events.csv', "lead,stage,at\na,mql,2026-01-01T00:00:00Z\nb,lost,2026-01-02T00:00:00Z\n");

only_leads('a', 'b');
for my $usage (
	[ ['--bogus'], qr/unrecognized option.*bogus.*\nTry "align_load --help" for more information\.$/s, 'an unknown option' ],
	[ ['-z'], qr/invalid option.*Try "align_load --help"/s, 'an unknown short option' ],
	[ ['--leads'], qr/requires an argument.*Try "align_load --help"/s, 'an option without its argument' ],
	[ [], qr/^align_load: error: nothing to load: give --leads=FILE, --events=FILE or both$/m, 'no file' ],
	[ [ 'one', 'two' ], qr/^align_load: error: too many arguments: the first is "two"$/m, 'too many arguments' ],
	[ [ '-d', 'one', 'two' ], qr/^align_load: error: too many arguments: the first is "two"$/m, 'two databases' ],
	[ [ '--map', 'x' ], qr/^align_load: error: invalid map: "x": write --map=COLUMN=FIELD, such as --map=mql_id=lead$/m, 'a map without a field' ],
	[ [ '--map', '=lead' ], qr/invalid map: "=lead"/, 'a map without a column' ],
	[ [ '--map', 'x=' ], qr/invalid map: "x="/, 'a map with an empty field' ],
	[ [ '--map', 'x=nonsense' ], qr/^align_load: error: unknown field: "nonsense": leads have key, source, segment, owner and account; events have lead, stage, at, recorded_at, team, actor and reason$/m, 'a map to an unknown field' ],
	[ [ '--delimiter', ';;' ], qr/^align_load: error: invalid delimiter: ";;": it is one character, such as ; or \\t$/m, 'a delimiter of two characters' ],
	[ [ '--delimiter', '"' ], qr/invalid delimiter: """/, 'a quote as delimiter' ],
	[ [ '--delimiter', '' ], qr/invalid delimiter: ""/, 'an empty delimiter' ],
	[ [ '--events', $good_events, '--stage', 'mql', '--map', 'stage=stage' ], qr/^align_load: error: --stage and a map to stage/m, 'a stage by column and by option' ],
	[ [ '--leads', '/nonexistent.csv' ], qr/^align_load: error: cannot open \/nonexistent\.csv: No such file or directory$/m, 'no such file' ],
	[ [ '--leads', '/' ], qr/^align_load: error: cannot read \/: Is a directory$/m, 'a folder' ],
	[ [ '--leads', $good_leads, '--rejects', '/nonexistent/rejects.csv' ], qr/^align_load: error: cannot write \/nonexistent\/rejects\.csv: No such file or directory$/m, 'a rejects file that cannot be written' ],
	[ [ '--leads', $own_leads, '--rejects', $own_leads ], qr/^align_load: error: --rejects names the file that is loaded/m, 'rejects that would overwrite the leads' ],
	[ [ '--leads', $good_leads, '--map', 'nowhere=source' ], qr/^align_load: error: no file has the column "nowhere" that --map=nowhere=source names$/m, 'a map of a column that is in no file' ],
	[ [ '--events', $good_events, '--timezone', 'Mars/Olympus' ], qr/^align_load: error: .*invalid time zone: "Mars\/Olympus"$/m, 'an unknown time zone' ])
{
	my ($arguments, $message, $name) = @$usage;

	delete local @ENV{ grep { /^PG(HOST|PORT|USER|DATABASE)$/ } keys %ENV };
	local @ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, $db);
	my $before = contents($node, $db);
	my ($code, $out, $err) = align_load(@$arguments);
	subtest $name => sub {
		is($code, 1, 'exit code');
		is($out, '', 'nothing on stdout');
		like($err, $message, 'the message');
		is(contents($node, $db), $before, 'nothing changed');
	};
}
is(read_bytes($own_leads), "key\na\n", 'the file that rejects named is as it was');

# columns

empty_tables($node, $db);
bytes_ok('leads', "key,source,segment,owner,account\nk,web,smb,ann,acme\n", [ 1, 1, 0, 0 ], 'the names of the fields');
is_rows(q{SELECT l.key, l.source, l.segment, l.owner, a.key, l.attrs FROM lead l JOIN account a ON a.id = l.account}, 'k|web|smb|ann|acme|{}', '... are found');
empty_tables($node, $db);
bytes_ok('leads', "Lead Source,MARKET_SEGMENT,contact-owner,AccountId,Record ID,Name\nweb,smb,ann,acme,k,Ann\n", [ 1, 1, 0, 0 ], 'the names of CRMs, in any case and spelling');
is_rows(q{SELECT l.key, l.source, l.segment, l.owner, a.key, l.attrs FROM lead l JOIN account a ON a.id = l.account}, 'k|web|smb|ann|acme|{"Name": "Ann"}', '... are found');
empty_tables($node, $db);
bytes_ok('leads', "id,key\n1,k\n", [ 1, 1, 0, 0 ], "a field's own name goes before its other names");
is_rows('SELECT key, attrs FROM lead', 'k|{"id": 1}', '... and the other is an attribute');
empty_tables($node, $db);
bytes_ok('leads', "id,key,a=b\n1,k,s\n", [ 1, 1, 0, 0 ], 'a map goes before names', '--map', 'ID=key', '--map=a=b=source');
is_rows('SELECT key, source, attrs FROM lead', '1|s|{"key": "k"}', '... in any case, also with an equals sign in the name');
bytes_refused('leads', "name,mail\nx,y\n",
	qr/^align_load: error: \S+leads\.csv has no column for key\nalign_load: detail: its columns are name, mail\nalign_load: error: name it by --map=COLUMN=key$/m, 'no column for the key');
bytes_refused('events', "lead,at\nx,y\n", qr/has no column for stage\n/, 'no column for the stage');
bytes_refused('events', "lead,stage\nx,y\n", qr/has no column for at\n/, 'no column for the instant');
bytes_refused('leads', '', qr/^align_load: error: \S+leads\.csv is empty: its first line names the columns$/m, 'an empty file');
bytes_ok('leads', "key\n", [ 0, 0, 0, 0 ], 'a header alone');
only_leads('a');
bytes_ok('events', "LeadId,StageName,CreatedDate,Recorded,team,CreatedById,reason,amount\na,Closed Won,2026-01-01T10:00:00Z,2026-01-02T00:00:00Z,sales,u1,price,7\n",
	[ 1, 1, 0, 0 ], 'all fields of events by the names of CRMs');
is_rows('SELECT stage, at, recorded_at, team, actor, reason, label FROM stage_event',
	'customer|2026-01-01 10:00:00+00|2026-01-02 00:00:00+00|sales|u1|price|Closed Won', '... are found, and the word of the CRM is kept');
only_leads('a');
bytes_ok('events', "lead,stage,at\na,mql,2026-01-01T10:00:00Z\n", [ 1, 1, 0, 0 ], 'a stage by its own name');
is_rows('SELECT label IS NULL, recorded_at >= at, team IS NULL, actor IS NULL, reason IS NULL FROM stage_event', 't|t|t|t|t', '... has no label, and is recorded now');

# attributes

empty_tables($node, $db);
bytes_ok('leads', join(',', qw(key int neg dec nought long lead0 plus exp dot bare huge q qt yes no word space), "\"a \"\"b\"\"\\c\"", 'empty', 'qempty', '') . "\n"
	  . join(',', qw(k 50 -7 2.50 0 123456789012345 007 +5 1e5 5. .5 1234567890123456 "12" "true" TRUE False truth), ' 1', 'name', '', '""', 'nameless') . "\n",
	[ 1, 1, 0, 0 ], 'attributes');
is_rows(q{SELECT string_agg(format('%s=%s', a.key, a.value), ' ' ORDER BY a.key COLLATE "C") FROM lead l, jsonb_each(l.attrs) a},
	join(' ', 'a "b"\c="name"', 'bare=".5"', 'dec=2.50', 'dot="5."', 'exp="1e5"', 'huge="1234567890123456"', 'int=50', 'lead0="007"', 'long=123456789012345',
		'neg=-7', 'no=false', 'nought=0', 'plus="+5"', 'q="12"', 'qempty=""', 'qt=true', 'space=" 1"', 'word="truth"', 'yes=true'),
	'numbers and booleans are such; quoted numbers, leading zeros and what is too long for a number stay text; empty ones are left out');
empty_tables($node, $db);
bytes_ok('leads', "key,t\n1,\"say \"\"hi\"\"\"\n2,C:\\new\\table\\.\n3,\\N\n4,\\.\n5,Zo\xC3\xAB \xF0\x9F\x98\x80 \xE2\x82\xAC\n6,\"two\nlines\"\n7,\"cr\rcrlf\r\nend\"\n8,tab\there\n9,\x01\x1F\x7F\n10,\"a,b;c\"\n11,in\"side\n12,{\"\"x\"\": 1}\n",
	[ 12, 12, 0, 0 ], 'text of all kinds');
is(read_bytes(write_bytes('attrs', rows($node, $db, q{SELECT attrs ->> 't' FROM lead ORDER BY key::int}) . "\n")),
	"say \"hi\"\nC:\\new\\table\\.\n\\N\n\\.\nZo\xC3\xAB \xF0\x9F\x98\x80 \xE2\x82\xAC\ntwo\nlines\ncr\rcrlf\r\nend\ntab\there\n\x01\x1F\x7F\na,b;c\nin\"side\n{\"\"x\"\": 1}\n",
	'... comes in as it was');
empty_tables($node, $db);
bytes_ok('leads', "key,source,owner\n\"k\\1\n2\",\"a\tb\\N\",\"\\.\"\n", [ 1, 1, 0, 0 ], 'fields with backslashes, tabs and line ends');
is_rows('SELECT key, source, owner FROM lead', "k\\1\n2|a\tb\\N|\\.", '... come in as they were');
empty_tables($node, $db);
my $long = 'x' x 300_000;
bytes_ok('leads', "key,t\nk,$long\nl,\"$long\"\n", [ 2, 2, 0, 0 ], 'fields longer than any buffer');
is_rows(q{SELECT key, md5(attrs ->> 't') = md5(repeat('x', 300000)) FROM lead ORDER BY key}, "k|t\nl|t", '... come in whole');
empty_tables($node, $db);
bytes_ok('leads', "key,n\nk,0." . '1' x 20_000 . "\n", [ 1, 1, 0, 0 ], 'digits without end');
is_rows(q{SELECT jsonb_typeof(attrs -> 'n') FROM lead}, 'string', '... are text');

# the shape of the file

for my $shape (
	[ 'a byte order mark', "\xEF\xBB\xBFkey,source\na,x\nb,y\n" ],
	[ 'a byte order mark before a quoted name', "\xEF\xBB\xBF\"key\",source\na,x\nb,y\n" ],
	[ 'CRLF', "key,source\r\na,x\r\nb,y\r\n" ],
	[ 'CR', "key,source\ra,x\rb,y\r" ],
	[ 'mixed line ends', "key,source\r\na,x\rb,y\n" ],
	[ 'no last line end', "key,source\na,x\nb,y" ],
	[ 'no last line end after a quote', "key,source\na,x\nb,\"y\"" ],
	[ 'CR at the end', "key,source\na,x\nb,y\r" ],
	[ 'empty lines', "\n\r\nkey,source\n\na,x\n\r\n\r\rb,y\n\n" ],
	[ 'all quoted', "\"key\",\"source\"\n\"a\",\"x\"\n\"b\",\"y\"\n" ],
	[ 'semicolons', "key;source\na;x\nb;y\n", '--delimiter', ';' ],
	[ 'tabs', "key\tsource\na\tx\nb\ty\n", '--delimiter', '\t' ],
	[ 'tabs, named by themselves', "key\tsource\na\tx\nb\ty\n", "--delimiter=\t" ])
{
	my ($name, $bytes, @options) = @$shape;

	empty_tables($node, $db);
	bytes_ok('leads', $bytes, [ 2, 2, 0, 0 ], $name, @options);
	is_rows('SELECT key, source, attrs FROM lead ORDER BY key', "a|x|{}\nb|y|{}", '... gives the same leads');
}
empty_tables($node, $db);
bytes_ok('leads', "\xEF\xBC\xA1,key\n1,k\n", [ 1, 1, 0, 0 ], 'a first letter that begins like a byte order mark');
is_rows('SELECT key, attrs FROM lead', "k|{\"\xEF\xBC\xA1\": 1}", '... is no such');

# a pipe is read like a file
SKIP:
{
	skip 'no /dev/stdin here', 2 unless -e '/dev/stdin';
	empty_tables($node, $db);
	my ($in, $out, $err) = ("key,source\na,x\nb,y\n", '', '');
	IPC::Run::run([ $ENV{ALIGN_LOAD}, '-d', $node->connstr($db), '--leads', '/dev/stdin' ], '<', \$in, '>', \$out, '2>', \$err);
	is("$?|$err$out", '0|' . loaded('leads', 2, 2, 0, 0) . "\n", 'a pipe');
	is_rows('SELECT key, source FROM lead ORDER BY key', "a|x\nb|y", '... gives the same leads');
	($in, $out, $err) = ("key,source\n,x\nb,y\n", '', '');
	IPC::Run::run([ $ENV{ALIGN_LOAD}, '-d', $node->connstr($db), '--leads', '/dev/stdin', '--rejects', write_bytes('rejects.csv', '') ], '<', \$in, '>', \$out, '2>', \$err);
	is($? >> 8, 1, 'a pipe with rejects');
	like($err, qr/^align_load: error: \/dev\/stdin cannot be read twice, as --rejects needs$/m, '... is refused');
}

# what is no record

only_leads('keep');
for my $bad (
	[ "key,source\nok,x\nshort\n", 3, 'it has 1 columns, the header has 2', 'too few columns' ],
	[ "key,source\nok,x\nlong,x,y\n", 3, 'it has 3 columns, the header has 2', 'too many columns' ],
	[ "key,source\nok,x\nbad,\"no end\nnext,y\n", 3, 'a quoted field does not end', 'a quote that does not end' ],
	[ "key,source\nok,\"1\n2\r\n3\r4\"\nbad,\xFF\n", 6, 'it is not UTF-8', 'line ends in quotes count as lines' ],
	[ "key,source\r\rok,x\rbad,\xFF\r", 4, 'it is not UTF-8', 'CR counts as lines' ],
	[ "key,source\nbad,\xC3\n", 2, 'it is not UTF-8', 'a cut off character' ],
	[ "key,source\nbad,\xC0\x80\n", 2, 'it is not UTF-8', 'an overlong character' ],
	[ "key,source\nbad,\xED\xA0\x80\n", 2, 'it is not UTF-8', 'a surrogate' ],
	[ "key,source\nbad,\xF4\x90\x80\x80\n", 2, 'it is not UTF-8', 'a character past the last' ],
	[ "key,source\nbad,\xF8\x88\x80\x80\x80\n", 2, 'it is not UTF-8', 'a character of five bytes' ],
	[ "key,source\nbad,\"x\"\xFF\n", 2, 'it is not UTF-8', 'a wrong byte after a closing quote' ],
	[ "key,source\nbad,x\0y\n", 2, 'it holds a zero byte', 'a zero byte' ],
	[ "key,source\nbad,\"x\0y\"\n", 2, 'it holds a zero byte', 'a zero byte in quotes' ],
	[ "key,source\nbad,\"x\"\0y\n", 2, 'it holds a zero byte', 'a zero byte after a closing quote' ],
	[ "key,source\nok,x\n,y\n", 3, 'the key is missing', 'no key' ],
	[ "key,source\n\"\",y\n", 2, 'the key is missing', 'an empty key' ],
	[ "key,source\n" . 'k' x 201 . ",y\n", 2, 'the key has more than 200 characters', 'a key too long' ],
	[ "key,account\nk," . 'a' x 201 . "\n", 2, "the account's key has more than 200 characters", 'an account too long' ])
{
	my ($bytes, $line, $reason, $name) = @$bad;

	bytes_refused('leads', $bytes, qr/^align_load: \S+leads\.csv, line $line: \Q$reason\E$/m, $name);
}
bytes_ok('leads', "key,account\n" . "\xC3\xAB" x 200 . ',' . "\xC3\xAB" x 200 . "\n", [ 1, 1, 0, 0 ], '200 characters are no more than 200');
bytes_refused('leads', "\n\nkey,\xFF\nx,y\n", qr/^align_load: error: \S+leads\.csv, line 3: it is not UTF-8$/m, 'a header that is not UTF-8');
bytes_refused('leads', "key\n" . "\"\",\n" x 13, qr/(line \d+: it has 2 columns, the header has 1\nalign_load: .*?){10}3 more\nalign_load: error: \S+leads\.csv: 13 of 13 lines cannot be loaded, so nothing was; mend them, or set them aside by --rejects=FILE$/s, 'ten faults are shown, the rest is counted');

# what is no event

only_leads('a', 'b');
for my $bad (
	[ 'nobody,mql,2026-01-01T00:00:00Z,', 'unknown lead "nobody"', 'an unknown lead' ],
	[ ',mql,2026-01-01T00:00:00Z,', 'the lead is missing', 'no lead' ],
	[ 'a,Fancy Word,2026-01-01T00:00:00Z,', 'unknown stage "Fancy Word": add it to stage_label', 'an unknown label' ],
	[ 'a,,2026-01-01T00:00:00Z,', 'the stage is missing', 'no stage' ],
	[ 'a,mql,,', 'it is empty or open, and an instant is needed', 'no instant' ],
	[ 'a,mql,2026-01-01 10:00,', '"2026-01-01 10:00" is no instant: no time zone is written, and none is given', 'no time zone' ],
	[ 'a,mql,2026-01-01,', '"2026-01-01" is no instant: no time zone is written, and none is given', 'a date without a time zone' ],
	[ 'a,mql,2026-02-30T00:00:00Z,', '"2026-02-30T00:00:00Z" is no instant: that month has no such day', 'a day that is none' ],
	[ 'a,mql,2026-01-01T25:00:00Z,', '"2026-01-01T25:00:00Z" is no instant: a time runs from 00:00:00 to 23:59:59', 'an hour that is none' ],
	[ 'a,mql,02/24/26,', '"02/24/26" is no instant: a date with slashes needs a date format, such as MM/DD/YYYY', 'slashes without a format' ],
	[ 'a,mql,infinity,', '"infinity" is no instant: it is no ISO instant, such as 2026-03-01T09:30:00Z', 'infinity' ],
	[ 'a,mql,-infinity,', '"-infinity" is no instant: it is no ISO instant', '-infinity' ],
	[ 'a,mql,now,', '"now" is no instant: it is no ISO instant', 'now' ],
	[ 'a,mql,9999-12-31,', '"9999-12-31" is no instant: it is empty or open, and an instant is needed', '9999-12-31, which means open' ],
	[ 'a,mql,20260301093000,', '"20260301093000" is no instant: it is no ISO instant', 'digits that are no milliseconds since 1970' ],
	[ 'a,mql,202603010930,', '"202603010930" is no instant: it is no ISO instant', 'fewer digits that are none either' ],
	[ 'a,mql,2026-01-01T00:00:00Z,yesterday', '"yesterday" is no instant: it is no ISO instant', 'a bad recorded_at' ])
{
	my ($record, $reason, $name) = @$bad;

	bytes_refused('events', "lead,stage,at,recorded_at\nb,mql,2026-01-01T00:00:00Z,\n$record\n", qr/^align_load: \S+events\.csv, line 3: .*?\Q$reason\E/m, $name);
}
bytes_refused('events', "lead,stage,at,team\na,mql,2026-01-01T00:00:00Z,nobody\n", qr/^align_load: \S+events\.csv, line 2: unknown team "nobody"$/m, 'an unknown team');

# instants

only_leads('a');
bytes_ok('events', "lead,stage,at\na,lead,2026-03-01T09:30:00Z\na,mql,2026-03-01 09:30:00.5+02:00\na,sal,1772357400000\na,sql,2026-03-29 02:30\na,opportunity,2026-07-01\na,proposal,2026-07-01 8:05\n",
	[ 6, 6, 0, 0 ], 'instants with and without a zone, and milliseconds since 1970', '--timezone', 'Europe/Berlin');
is_rows($events_of_keys, <<'END' =~ s/\n\z//r, '... are what they mean');
a|mql|2026-03-01T07:30:00.500000
a|lead|2026-03-01T09:30:00.000000
a|sal|2026-03-01T09:30:00.000000
a|sql|2026-03-29T01:30:00.000000
a|opportunity|2026-06-30T22:00:00.000000
a|proposal|2026-07-01T06:05:00.000000
END
only_leads('a');
bytes_ok('events', "lead,stage,at\na,lead,02/24/26 12:18 AM\na,mql,2/4/26 12:00 PM\na,sal,1772357400000\n", [ 3, 3, 0, 0 ], 'a date format',
	'--timezone', 'America/Chicago', '--date-format', 'MM/DD/YY HH12:MI AM');
is_rows($events_of_keys, join("\n", 'a|mql|2026-02-04T18:00:00.000000', 'a|lead|2026-02-24T06:18:00.000000', 'a|sal|2026-03-01T09:30:00.000000'),
	'... is followed, and milliseconds are still read');
only_leads('a');
bytes_ok('events', "lead,stage,at\na,lead,20260301093000\n", [ 1, 1, 0, 0 ], 'a date format of digits alone', '--timezone', 'UTC', '--date-format', 'YYYYMMDDHH24MISS');
is_rows($events_of_keys, 'a|lead|2026-03-01T09:30:00.000000', '... goes before milliseconds since 1970');
only_leads('a');
bytes_ok('events', "lead,stage,at\na,lead,202603010930\n", [ 1, 1, 0, 0 ], 'one without seconds', '--timezone', 'UTC', '--date-format', 'YYYYMMDDHH24MI');
is_rows($events_of_keys, 'a|lead|2026-03-01T09:30:00.000000', '... too');
bytes_refused('events', "lead,stage,at\na,lead,24.12.2025\n", qr/line 2: "24\.12\.2025" is no instant: it does not have the date format given$/m, 'another format',
	'--timezone', 'UTC', '--date-format', 'MM/DD/YYYY');
$node->safe_psql($db, q{ALTER DATABASE crm SET timezone = 'Asia/Tokyo'; ALTER DATABASE crm SET datestyle = 'SQL, DMY'});
only_leads('a');
bytes_ok('events', "lead,stage,at\na,lead,2026-03-01 09:30\n", [ 1, 1, 0, 0 ], 'a session elsewhere', '--timezone', 'UTC');
is_rows($events_of_keys, 'a|lead|2026-03-01T09:30:00.000000', '... means the same instant');
bytes_refused('events', "lead,stage,at\na,mql,2026-03-01 09:30\n", qr/no time zone is written, and none is given$/m, '... and lends no time zone');
$node->safe_psql($db, 'ALTER DATABASE crm RESET ALL; ALTER DATABASE crm SET search_path = align, public');

# stages

only_leads('a');
$node->safe_psql($db, q{INSERT INTO stage_label (source, label, stage) VALUES ('pipedrive', 'Hot', 'sql'), ('pipedrive', 'Closed Won', 'negotiation'), ('other', 'Cold', 'lost')});
bytes_ok('events', "lead,stage,at\na,HOT,2026-01-01T00:00:00Z\na,closed won,2026-01-02T00:00:00Z\na,marketing qualified lead,2026-01-03T00:00:00Z\n",
	[ 3, 3, 0, 0 ], "a source's own words", '--source', 'pipedrive');
is_rows('SELECT stage, label FROM stage_event ORDER BY at', "sql|HOT\nnegotiation|closed won\nmql|marketing qualified lead", '... go before aliases, in any case');
bytes_refused('events', "lead,stage,at\na,Cold,2026-01-01T00:00:00Z\n", qr/unknown stage "Cold"/, 'the words of another source', '--source', 'pipedrive');
bytes_refused('events', "lead,stage,at\na,Hot,2026-01-01T00:00:00Z\n", qr/unknown stage "Hot"/, "a source's word without the source");
only_leads('a');
bytes_ok('events', "lead,won\na,2026-01-01\n", [ 1, 1, 0, 0 ], 'a stage for all', '--stage', 'Closed Won', '--map', 'won=at', '--timezone', 'UTC');
is_rows('SELECT stage, label FROM stage_event', 'customer|Closed Won', '... is theirs');
only_leads('a');
bytes_ok('events', "lead,status,at\na,Fancy Word,2026-01-01T00:00:00Z\n", [ 1, 1, 0, 0 ], 'a stage for all, where a column looks like one', '--stage', 'mql');
is_rows('SELECT stage FROM stage_event', 'mql', '... is theirs too');
bytes_refused('events', "lead,at\na,2026-01-01T00:00:00Z\n", qr/line 2: unknown stage "Nonsense": add it to stage_label$/m, 'an unknown stage for all', '--stage', 'Nonsense');

# duplicates, and loading again

empty_tables($node, $db);
my $leads = write_bytes('twice_leads.csv', "key,source,account,n\na,first,acme,1\nb,x,acme,2\na,second,other,3\n");
my $events = write_bytes('twice_events.csv', "lead,stage,at,actor\na,mql,2026-01-01T00:00:00Z,first\na,mql,2026-01-01T01:00:00+01:00,second\na,MQL,2026-01-01T00:00:00Z,third\na,mql,2026-01-02T00:00:00Z,\na,sql,2026-01-01T00:00:00Z,\n");
my @both = ('--leads', $leads, '--events', $events);
load_ok($node, $db, \@both, loaded('leads', 3, 2, 1, 0) . "\n" . loaded('events', 5, 3, 2, 0), 'duplicates in the files');
is_rows(q{SELECT l.key, l.source, a.key, l.attrs FROM lead l JOIN account a ON a.id = l.account ORDER BY l.key},
	"a|first|acme|{\"n\": 1}\nb|x|acme|{\"n\": 2}", '... the first line of a lead counts');
is_rows('SELECT stage, at, actor FROM stage_event ORDER BY at, stage', "mql|2026-01-01 00:00:00+00|first\nsql|2026-01-01 00:00:00+00|\nmql|2026-01-02 00:00:00+00|", '... and of an event');
my $contents = contents($node, $db);
load_ok($node, $db, \@both, loaded('leads', 3, 0, 3, 0) . "\n" . loaded('events', 5, 0, 5, 0), 'again');
is(contents($node, $db), $contents, '... nothing changed');
bytes_ok('leads', "key,source\na,changed\n", [ 1, 0, 1, 0 ], 'a lead that is there already');
is_rows(q{SELECT source FROM lead WHERE key = 'a'}, 'first', '... is kept as it is');

# all or nothing

empty_tables($node, $db);
load_refused($node, $db, [ '--leads', $good_leads, '--events', write_bytes('bad.csv', "lead,stage,at\na,mql,2026-01-01T00:00:00Z\nz,mql,2026-01-01T00:00:00Z\n") ],
	qr/bad\.csv, line 3: unknown lead "z"\n.*bad\.csv: 1 of 2 lines cannot be loaded, so nothing was/s, 'a fault in the events leaves no lead');
load_refused($node, $db, [ '--leads', $good_leads, '--events', '/nonexistent.csv' ], qr/cannot open \/nonexistent\.csv/, 'nor do events that are not there');
is_rows('SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM stage_event)', '0|0', '... nothing is there');

# dry run

load_ok($node, $db, [ '--dry-run', '--leads', $good_leads, '--events', $good_events ],
	'dry run: ' . loaded('leads', 2, 2, 0, 0) . "\ndry run: " . loaded('events', 2, 2, 0, 0), 'a dry run');
is_rows('SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM account), (SELECT count(*) FROM stage_event)', '0|0|0', '... changes nothing');
load_refused($node, $db, [ '--dry-run', '--leads', write_bytes('bad.csv', "key\n\"\n") ], qr/line 2: a quoted field does not end/, 'a dry run finds faults');
load_ok($node, $db, [ '--leads', $good_leads, '--events', $good_events ], loaded('leads', 2, 2, 0, 0) . "\n" . loaded('events', 2, 2, 0, 0), 'the same for good');

# rejects

empty_tables($node, $db);
my $rejects = write_bytes('rejects.csv', 'old');
load_ok($node, $db, [ '--rejects', $rejects, '--leads', write_bytes('l.csv', "\n\xEF\xBC\xA1;key;note\n1;a;fine\n2;;\"says \"\"no\"\", he\"\n3;b\n4;c;\xC3\xAB\n5;" . 'k' x 201 . ";\"two\nlines\"\n6;d;\"no end\n7;e;\n"),
		'--delimiter', ';' ],
	loaded('leads', 6, 2, 0, 4), 'rejects');
is(read_bytes($rejects),
	"rejected_line,rejected_reason,\xEF\xBC\xA1,key,note\n"
	  . "4,the key is missing,2,,\"says \"\"no\"\", he\"\n"
	  . "5,\"it has 2 columns, the header has 3\",3,b\n"
	  . "7,the key has more than 200 characters,5," . 'k' x 201 . ",\"two\nlines\"\n"
	  . "9,a quoted field does not end,6,d,\"no end\n7;e;\n\"\n",
	'... have line, reason and the columns as they were');
is_rows('SELECT key FROM lead ORDER BY key', "a\nc", '... and the rest is loaded');
# quotes tell text from a number, and an empty text from nothing: of a line that is mended they say it still
empty_tables($node, $db);
bytes_ok('leads', "\"key\",phone,note,seats\n\"\",\"12345\",\"\",7\n,12,,\"\"\n", [ 2, 0, 0, 2 ], 'rejects with quotes', '--rejects', $rejects);
is(read_bytes($rejects), "rejected_line,rejected_reason,\"key\",phone,note,seats\n2,the key is missing,\"\",\"12345\",\"\",7\n3,the key is missing,,12,,\"\"\n", '... have the quotes of the file');
my $mended = read_bytes($rejects) =~ s/missing,"",/missing,one,/r =~ s/missing,,/missing,two,/r;
bytes_ok('leads', $mended, [ 2, 2, 0, 0 ], '... and mended');
is_rows('SELECT key, attrs FROM lead ORDER BY key', qq(one|{"note": "", "phone": "12345", "seats": 7}\ntwo|{"phone": 12, "seats": ""}), '... they have the values of the file');
empty_tables($node, $db);
bytes_ok('leads', "rejected_line,rejected_reason,key,note\n2,the key is missing,z,1\n", [ 1, 1, 0, 0 ], 'rejects that were mended');
is_rows(q{SELECT attrs FROM lead WHERE key = 'z'}, '{"note": 1}', '... are loaded as they are');
only_leads('a');
bytes_ok('events', "rejected_line,rejected_reason,lead,stage,at,reason\n2,unknown lead,a,mql,2026-01-01T00:00:00Z,budget\n", [ 1, 1, 0, 0 ], '... also of events');
is_rows('SELECT reason FROM stage_event', 'budget', '... with their own reason');

empty_tables($node, $db);
load_ok($node, $db, [ '--rejects', $rejects,
		'--leads', write_bytes('l.csv', "key,account\na,acme\n,ghost\n" . 'k' x 201 . ',' . 'x' x 201 . "\n,\n"),
		'--events', write_bytes('e.csv', "lead,stage,at\na,mql,2026-01-01T00:00:00Z\nb,mql,2026-01-01T00:00:00Z\na,huh,2026-01-01T00:00:00Z\na,sql,soon\na,sql,2026-01-05T00:00:00Z\n") ],
	loaded('leads', 4, 1, 0, 3) . "\n" . loaded('events', 5, 2, 0, 3), 'rejects of both');
is(read_bytes($rejects),
	"rejected_line,rejected_reason,key,account\n3,the key is missing,,ghost\n4,the key has more than 200 characters," . 'k' x 201 . ',' . 'x' x 201 . "\n5,the key is missing,,\n"
	  . "rejected_line,rejected_reason,lead,stage,at\n3,\"unknown lead \"\"b\"\"\",b,mql,2026-01-01T00:00:00Z\n"
	  . "4,\"unknown stage \"\"huh\"\": add it to stage_label\",a,huh,2026-01-01T00:00:00Z\n"
	  . "5,\"\"\"soon\"\" is no instant: it is no ISO instant, such as 2026-03-01T09:30:00Z\",a,sql,soon\n",
	'... stand below each other, each line once');
is_rows('SELECT (SELECT string_agg(key, $$,$$) FROM account), (SELECT count(*) FROM lead), (SELECT count(*) FROM stage_event)', 'acme|1|2', '... and the rest is loaded');
load_ok($node, $db, [ '--rejects', $rejects, '--leads', $good_leads ], loaded('leads', 2, 1, 1, 0), 'nothing to reject');
is(read_bytes($rejects), '', '... leaves an empty file');

# quiet, when nobody is looking

empty_tables($node, $db);
my ($code, $out, $err) = align_load('--progress', '-d', $node->connstr($db), '--leads',
	write_bytes('many.csv', "key\n" . join('', map { "k$_\n" } 1 .. 25_000)));
is("$code|$out|$err", '0|' . loaded('leads', 25_000, 25_000, 0, 0) . "\n|", 'progress is silent where stderr is no terminal');

# connections

only_leads();
my @server = ('-h', $node->host, '-p', $node->port);
my $me = getpwuid($<);
$node->safe_psql($db, 'CREATE ROLE loader LOGIN; GRANT SELECT ON align.account, align.lead, align.stage_event, align.stage_label, align.team TO loader; GRANT INSERT ON align.account, align.lead, align.stage_event TO loader');
for my $connection (
	[ 'options', {}, @server, '-U', $me, '-d', $db ],
	[ 'long options', {}, '--host', $node->host, '--port=' . $node->port, "--username=$me", "--dbname=$db" ],
	[ 'the database at the end', {}, @server, '-U', $me, '-w', $db ],
	[ 'a connection string', {}, '-d', 'host=' . $node->host . ' port=' . $node->port . " user=$me dbname=$db" ],
	[ 'an address', {}, 'postgresql:///' . $db . '?host=' . $node->host . '&port=' . $node->port . "&user=$me" ],
	[ 'the environment', { PGHOST => $node->host, PGPORT => $node->port, PGUSER => $me, PGDATABASE => $db } ],
	[ 'options before the environment', { PGHOST => '/nonexistent', PGPORT => 1, PGUSER => 'nobody', PGDATABASE => 'none' }, @server, '-U', $me, '-d', $db ])
{
	my ($name, $environment, @options) = @$connection;

	empty_tables($node, $db);
	delete local @ENV{ grep { /^PG(HOST|PORT|USER|DATABASE)$/ } keys %ENV };
	local @ENV{ keys %$environment } = values %$environment;
	($code, $out, $err) = align_load('--leads', $good_leads, @options);
	is("$code|$out|$err", '0|' . loaded('leads', 2, 2, 0, 0) . "\n|", "connecting by $name");
}
($code, $out, $err) = align_load('--leads', $good_leads, '-h', '/nonexistent', '-d', $db);
is("$code|$out", '1|', 'no server: exit code');
like($err, qr/^align_load: error: .*\/nonexistent/, 'no server: message');
($code, $out, $err) = align_load('--leads', $good_leads, '-d', $node->connstr('postgres'));
is("$code|$out", '1|', 'a database without align: exit code');
like($err, qr/^align_load: error: .*align/, 'a database without align: message');

# roles

for my $right ('', 'GRANT SET ON PARAMETER session_replication_role TO loader')
{
	my $which = $right ? 'a role that may leave checks out but not lock tables' : 'a role that may only insert and select';

	empty_tables($node, $db);
	$node->safe_psql($db, $right);
	load_ok($node, $db, [ '-U', 'loader', '--leads', $good_leads, '--events', $good_events, '-d', $node->connstr($db) . ' user=loader' ],
		loaded('leads', 2, 2, 0, 0) . "\n" . loaded('events', 2, 2, 0, 0), $which);
	is_rows('SELECT l.key, e.stage FROM stage_event e JOIN lead l ON l.id = e.lead ORDER BY 1', "a|mql\nb|lost", '... has loaded all');
	load_refused($node, $db, [ '--events', write_bytes('bad.csv', "lead,stage,at\nz,mql,2026-01-01T00:00:00Z\n"), '-d', $node->connstr($db) . ' user=loader' ],
		qr/unknown lead "z"/, '... and is told of unknown leads');
}
$node->safe_psql($db, 'REVOKE SET ON PARAMETER session_replication_role FROM loader; REVOKE INSERT ON align.stage_event FROM loader');
empty_tables($node, $db);
load_refused($node, $db, [ '--leads', $good_leads, '--events', $good_events, '-d', $node->connstr($db) . ' user=loader' ],
	qr/^align_load: error: .*permission denied for table stage_event/m, 'a role that may not insert leaves nothing');
$node->safe_psql($db, 'GRANT INSERT ON align.stage_event TO loader');

# foreign keys hold: no event without its lead, whoever loads
for my $role ($me, 'loader')
{
	only_leads('a', 'b', 'gone');
	$node->safe_psql($db, q{DELETE FROM lead WHERE key = 'gone'});
	load_refused($node, $db, [ '--events', write_bytes('gone.csv', "lead,stage,at\na,mql,2026-01-01T00:00:00Z\ngone,mql,2026-01-01T00:00:00Z\n"), '-d', $node->connstr($db) . " user=$role" ],
		qr/unknown lead "gone"/, "a lead that is gone, as $role");

	# the lead is taken away by another session while the file is loaded
	only_leads('a', 'b');
	my $other = hold($node, $db, q{DELETE FROM align.lead WHERE key = 'b'});
	my ($load_out, $load_err) = ('', '');
	my $load = start_load($node, $db, \$load_out, \$load_err, '--events', $good_events, '-d', $node->connstr($db) . " user=$role");
	wait_until($node, $db, q{SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'align_load' AND wait_event_type = 'Lock')});
	${ $other->{in} } .= "COMMIT;\n";
	release($other);
	$load->finish;
	is($load->full_result(0) >> 8, 1, "a lead that goes away meanwhile, as $role: nothing is loaded");
	is_rows('SELECT count(*) FROM stage_event e WHERE NOT EXISTS (SELECT FROM lead l WHERE l.id = e.lead)', '0', "a lead that goes away meanwhile, as $role: no event without its lead");
}

# two loaders at once: the second waits for the first
empty_tables($node, $db);
{
	my @said = ('', '', '', '');
	my $lock = hold($node, $db, 'LOCK TABLE align.lead IN SHARE MODE');
	my @loads = map { start_load($node, $db, \$said[ 2 * $_ ], \$said[ 2 * $_ + 1 ], '--leads', $good_leads, '--events', $good_events) } 0 .. 1;

	wait_until($node, $db, q{SELECT count(*) = 2 FROM pg_stat_activity WHERE application_name = 'align_load' AND wait_event_type = 'Lock'});
	release($lock);
	$_->finish for @loads;
	is(join('|', map { $_->full_result(0) } @loads), '0|0', 'two loaders at once');
	is(join('', sort @said), join('', map { loaded('leads', 2, $_, 2 - $_, 0) . "\n" . loaded('events', 2, $_, 2 - $_, 0) . "\n" } 0, 2), '... the second finds all there already');
	is_rows('SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM stage_event)', '2|2', '... all is there once');
}

# an end by force

for my $signal ('INT', 'TERM', 'KILL')
{
	empty_tables($node, $db);
	my ($load_out, $load_err) = ('', '');
	my $lock = hold($node, $db, 'LOCK TABLE align.stage_event IN ACCESS EXCLUSIVE MODE');
	my $load = start_load($node, $db, \$load_out, \$load_err, '--leads', $good_leads, '--events', $good_events);

	wait_until($node, $db, q{SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'align_load' AND wait_event_type = 'Lock')});
	$load->signal($signal);
	$load->finish;
	isnt($load->full_result(0), 0, "SIG$signal: no success");
	is($load_out, '', "SIG$signal: nothing on stdout");
	is($load_err, $signal eq 'KILL' ? '' : "\nalign_load: interrupted, nothing was loaded\n", "SIG$signal: what it says");
	release($lock);
	wait_until($node, $db, q{SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'align_load')});
	is_rows('SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM stage_event)', '0|0', "SIG$signal: nothing is there");
}
{
	my ($load_out, $load_err) = ('', '');
	my $lock = hold($node, $db, 'LOCK TABLE align.stage_event IN ACCESS EXCLUSIVE MODE');
	my $load = start_load($node, $db, \$load_out, \$load_err, '--leads', $good_leads, '--events', $good_events);

	wait_until($node, $db, q{SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'align_load' AND wait_event_type = 'Lock')});
	rows($node, $db, q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'align_load'});
	$load->finish;
	release($lock);
	is($load->full_result(0) >> 8, 1, 'a server that goes away: exit code');
	like($load_err, qr/^align_load: error: .*(terminating connection due to administrator command|server closed the connection)/, 'a server that goes away: what it says');
	is_rows('SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM stage_event)', '0|0', 'a server that goes away: nothing is there');
}
load_ok($node, $db, [ '--leads', $good_leads, '--events', $good_events ], loaded('leads', 2, 2, 0, 0) . "\n" . loaded('events', 2, 2, 0, 0), 'and then it loads');

$node->stop;
done_testing();
