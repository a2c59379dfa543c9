# Every example of README.md and docs/*.md is run, and its output compared: an
# sql block that is followed by a text block. Each page has a database of its own
# with the sample company, or an empty one where the page says <!-- empty database -->.
# DOCS_REWRITE=1 writes the outputs into the pages.
use strict;
use warnings;

use AlignTest;
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $root = $ENV{ALIGN_ROOT};
my $node = new_node('docs');
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());

new_database($node, 'empty');
new_database($node, 'company');
system('awk', '-v', 'seed=1', '-v', 'leads=20000', '-v', "into=$folder", '-f', "$root/examples/company/company.awk") == 0
  or die 'the generator failed';
$node->safe_psql('company', slurp_file("$root/examples/company/labels.sql"));
align_load('-d', $node->connstr('company'), '--leads', "$folder/leads.csv", '--events', "$folder/events.csv", '--source', 'crm');
$node->psql('company', slurp_file("$root/examples/company/history.sql"), on_error_die => 1);
$node->safe_psql('company', 'ANALYZE');

my $examples = 0;
for my $page ("$root/README.md", sort glob "$root/docs/*.md")
{
	my ($name) = $page =~ m{([^/]+)\.md$};
	my $text = slurp_file($page);
	my @blocks;

	# blocks in order: what is run, and where its output stands
	while ($text =~ /^```sql\n(.*?)^```\n(?:\s*^```text\n(.*?)^```$)?/msg)
	{
		push @blocks, { sql => $1, wanted => $2, from => $-[2], to => $+[2] };
	}
	next if !@blocks;
	my $template = $text =~ /^<!-- empty database -->$/m ? 'empty' : 'company';
	$node->safe_psql('postgres', qq{CREATE DATABASE "$name" TEMPLATE $template; ALTER DATABASE "$name" SET search_path = align, public});
	my $script = "SET client_min_messages = warning;\n\\pset null ''\n\\set SHOW_CONTEXT never\n";
	$script .= "$_->{sql}\n\\echo <<<end>>>\n" for @blocks;
	my ($in, $out) = ($script, '');
	local $ENV{PGOPTIONS} = '';
	IPC::Run::run([ 'psql', '-XqA', '-P', 'format=aligned', '-P', 'pager=off', '-d', $node->connstr($name) ], '<', \$in, '>', \$out, '2>&1');
	my @given = split /<<<end>>>\n/, $out;
	for my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
		my $given = $given[$i] // '';

		s/[ \t]+$//mg, s/\s*\z/\n/ for $given, (defined $block->{wanted} ? $block->{wanted} : ());
		$block->{given} = $given;
		if (defined $block->{wanted} && !$ENV{DOCS_REWRITE}) { is($given, $block->{wanted}, "$name, example " . ($i + 1)); $examples++; }
		elsif (!defined $block->{wanted}) { unlike($given, qr/^(psql:.*)?ERROR/m, "$name, statement " . ($i + 1)); }
	}
	if ($ENV{DOCS_REWRITE})
	{
		for my $block (reverse grep { defined $_->{wanted} } @blocks) { substr($text, $block->{from}, $block->{to} - $block->{from}) = $block->{given}; }
		open my $file, '>', ($ENV{DOCS_REWRITE} =~ m{/} ? "$ENV{DOCS_REWRITE}/$name.md" : $page) or die "$page: $!";
		print $file $text;
		close $file;
	}
}
cmp_ok($examples, '>', 10, 'there were examples') if !$ENV{DOCS_REWRITE};

$node->stop;
done_testing();
