# Roles of every level in sessions of their own: what they read and write, the
# loader as the application's role, and rights and row security after dump and restore.
use strict;
use warnings;

use AlignTest;
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('access');
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());
my @levels = qw(reader analyst marketing sales app admin);

new_database($node, 'company');
$node->safe_psql('company', join ';', map { ("CREATE ROLE the_$_ LOGIN", "SELECT grant_access('the_$_', '$_')") } @levels);
$node->safe_psql('company', q{CREATE ROLE the_clerk LOGIN; SELECT grant_access('the_clerk', 'analyst'), grant_contact_data('the_clerk');
	CREATE ROLE gone LOGIN; SELECT grant_access('gone', 'sales'); SELECT revoke_access('gone');
	INSERT INTO member (role, team) VALUES ('the_marketing', 'marketing'), ('the_sales', 'sales');
	INSERT INTO definition (name, version, rubric) VALUES ('mql', 1, 'require visits >= 3')});

# What a statement gives as a role that logged in, or its error's first line.
sub as_role
{
	my ($database, $role, $sql) = @_;
	my ($code, $out, $err) = $node->psql($database, $sql, extra_params => [ '-U', $role ]);
	my ($message) = $err =~ /ERROR:  (.*)/;
	return $code == 0 ? $out : $message;
}

# the loader
my $leads = write_bytes('leads.csv', qq{Id,Source,Owner,Email\nL1,Web,Ann,a\@example.org\nL2,Fair,Ben,b\@example.org\n});
my $events = write_bytes('events.csv', qq{Lead,Stage,At\nL1,lead,2026-01-01T00:00:00Z\nL1,mql,2026-01-05T00:00:00Z\nL2,lead,2026-01-02T00:00:00Z\n});
my ($code, $out, $err) = align_load('-d', $node->connstr('company') . ' user=the_app', '--leads', $leads, '--events', $events, '--source', 'crm');
is("$code\n$err", "0\n", 'the application loads');
is(rows($node, 'company', 'SELECT count(*) FROM stage_event'), '3', 'all events');
isnt((align_load('-d', $node->connstr('company') . ' user=the_analyst', '--leads', $leads, '--events', $events, '--source', 'crm'))[0], 0, 'an analyst does not');

# the same answers before and after; what is written is taken back
my @deeds = (
	[ 'the_reader', 'SELECT count(*) FROM align.lead', 'permission denied for table lead' ],
	[ 'the_analyst', 'SELECT stage FROM align.lead_stage ORDER BY lead_key LIMIT 1', 'mql' ],
	[ 'the_analyst', 'SELECT attrs FROM align.lead', 'permission denied for table lead' ],
	[ 'the_clerk', q{SELECT attrs ->> 'Email' FROM align.lead ORDER BY key LIMIT 1}, 'a@example.org' ],
	[ 'the_sales', q{BEGIN; SELECT align.record_verdict('L1', 'sales', true); ROLLBACK}, 't' ],
	[ 'the_sales', q{SELECT align.record_verdict('L1', 'marketing', true)}, 'new row violates row-level security policy for table "verdict"' ],
	[ 'the_marketing', q{BEGIN; SELECT signed_by FROM align.sign_definition('mql', 1, 'marketing'); ROLLBACK}, 'the_marketing' ],
	[ 'the_app', q{SELECT align.sign_definition('mql', 1, 'marketing')}, 'permission denied for function sign_definition' ],
	[ 'the_app', q{BEGIN; SELECT align.forget('L1'); ROLLBACK}, 't' ],
	[ 'the_admin', q{BEGIN; INSERT INTO align.member (role, team) VALUES ('the_admin', 'sales'); SELECT align.record_verdict('L1', 'sales', true); ROLLBACK}, 't' ],
	[ 'gone', 'SELECT count(*) FROM align.team', 'permission denied for table team' ]);
# what roles have, PUBLIC too, apart from the owner
my $rights = q{SELECT o.object, o.place, g.grantee::regrole, g.privilege_type, g.is_grantable FROM (
	SELECT c.oid::regclass::text, 0, c.relacl, c.relowner FROM pg_class c WHERE c.relnamespace = 'align'::regnamespace AND c.relkind IN ('r', 'v', 'S')
	UNION ALL SELECT c.oid::regclass::text, a.attnum, a.attacl, c.relowner FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'align'::regnamespace
	UNION ALL SELECT p.oid::regprocedure::text, 0, COALESCE(p.proacl, acldefault('f', p.proowner)), p.proowner FROM pg_proc p WHERE p.pronamespace = 'align'::regnamespace) o(object, place, acl, owner)
	CROSS JOIN aclexplode(o.acl) g WHERE g.grantee <> o.owner ORDER BY 1, 2, 3, 4};
my $policies = q{SELECT tablename, policyname, cmd, qual, with_check, c.relrowsecurity FROM pg_policies p JOIN pg_class c ON c.oid = format('%I.%I', schemaname, tablename)::regclass ORDER BY 1, 2};

cmp_ok(scalar(split /\n/, rows($node, 'company', $rights)), '>', 1000, 'rights are granted');
cmp_ok(scalar(split /\n/, rows($node, 'company', $policies)), '>', 30, 'tables have row security');
is(as_role('company', $_->[0], $_->[1]), $_->[2], "$_->[0]: $_->[1]") for @deeds;
for my $format ('plain', 'custom')
{
	my $copy = "restored_$format";

	$node->command_ok([ 'pg_dump', '-F', $format, '-f', "$folder/company.$format", $node->connstr('company') ], "pg_dump, $format");
	$node->safe_psql('postgres', "CREATE DATABASE $copy; ALTER DATABASE $copy SET search_path = align, public");
	$node->command_ok($format eq 'plain' ? [ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($copy), '-f', "$folder/company.$format" ]
		: [ 'pg_restore', '-e', '-d', $node->connstr($copy), "$folder/company.$format" ], "$format: restore");
	is(rows($node, $copy, $rights), rows($node, 'company', $rights), "$format: equal rights");
	is(rows($node, $copy, $policies), rows($node, 'company', $policies), "$format: equal row security");
	is(as_role($copy, $_->[0], $_->[1]), $_->[2], "$format: $_->[0]: $_->[1]") for @deeds;
}

# a role that is taken everything from can go
$node->safe_psql('company', q{SELECT revoke_access('the_sales')});
for my $copy ('restored_plain', 'restored_custom') { $node->safe_psql($copy, q{SELECT revoke_access('the_sales')}); }
is($node->psql('company', 'DROP ROLE the_sales'), 0, 'a role without access can be dropped');

$node->stop;
done_testing();
