# The examples of docs/lead.md: they run as they stand and print what it says.

use strict;
use warnings;

use Test::More;
use AlignTest;

my $node = new_node('docs');
my $db = new_database($node, 'crm');
my @examples = doc_examples($node, $db, "$ENV{ALIGN_ROOT}/docs/lead.md");

cmp_ok(scalar @examples, '>=', 10, 'there are examples');
for my $example (@examples)
{
	my ($line, $wanted, $got) = @$example;

	is($got, $wanted, "docs/lead.md, the example that ends on line $line");
}
$node->stop;
done_testing();
