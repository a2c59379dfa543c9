# examples/listen.c: it compiles, and hears of a handoff from the event itself, then
# of its breach from a scheduler's call.
use strict;
use warnings;

use AlignTest;
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('listen');
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());
my ($include, $library) = map { my $path = `pg_config --$_`; chomp $path; $path } qw(includedir libdir);

# a client library with a sanitizer in it wants the same of its program
system('cc', '-Wall', '-Werror', $ENV{SANITIZE} ? '-fsanitize=address,undefined' : (), "$ENV{ALIGN_ROOT}/examples/listen.c", "-I$include", "-L$library", "-Wl,-rpath,$library", '-lpq', '-o', "$folder/listen") == 0
  or die 'listen.c does not compile';

new_database($node, 'company');
$node->safe_psql('company', q{
	INSERT INTO calendar VALUES ('utc', 'UTC', 'UTC', 'mon-fri 09:00-17:00');
	INSERT INTO sla (key, from_stage, to_stage, giver, taker, within, calendar) VALUES ('take up', 'mql', 'sal', 'marketing', 'sales', '8 hours', 'utc');
	INSERT INTO lead (key) VALUES ('L1');
});

my ($in, $out, $err) = ('', '', '');
my $listener = IPC::Run::start([ "$folder/listen", $node->connstr('company'), '2' ], \$in, \$out, \$err, IPC::Run::timeout(180));
$listener->pump until $out =~ /listening\n/;
$node->safe_psql('company', q{SELECT advance('L1', 'mql', '2026-03-02 10:00Z')});
$node->safe_psql('company', q{SELECT announce_breaches('2026-03-10Z')});
ok($listener->finish, 'it ends after two messages');
is($err, '', 'without an error');
like($out, qr/^align_handoff \{.*"kind": "given", "lead": "L1".*"due_at": "2026-03-03T10:00:00\+00:00".*\}$/m, 'the handoff');
like($out, qr/^align_handoff \{.*"kind": "breached", "lead": "L1".*\}$/m, 'the breach');

# the server goes: so does the listener, with an error
$listener = IPC::Run::start([ "$folder/listen", $node->connstr('company') ], \$in, \$out, \$err, IPC::Run::timeout(180));
$out = '';
$listener->pump until $out =~ /listening\n/;
$node->stop('fast');
ok(!$listener->finish, 'a lost connection is an error');

done_testing();
