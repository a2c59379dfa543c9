# The pictures of a plan as other programs read them: well-formed XML whose boxes
# do not overlap and stay inside, for many generated plans; Mermaid and DOT by the
# real tools where they are installed (dot of Graphviz; node with mermaid and jsdom,
# looked for where NODE_PATH says).
use strict;
use warnings;

use AlignTest;
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('map');
my $database = new_database($node, 'map');
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());
my @levels = qw(mission vision picture goal strategy rock activity);
my @words = ('win', 'customers', 'of', 'the', 'right', 'size', 'Definition', 'fair', '120', 'WWW', 'illi', '"quoted"', '<b>', '&amp;', ']]>', '-->', "it's", '\\\\N', '%%{init}%%', ';', '#35;', '|', '`');
my $state = 7;

sub draw { my ($m) = @_; $state = ($state * 16807) % 2147483647; return int($state / 64) % $m; }

# A plan of so many items: each hangs from an earlier one of a higher level, from
# none, or from one that is not there.
sub random_map
{
	my ($count) = @_;
	my (@items, @made);

	for my $i (0 .. $count - 1)
	{
		my $level = $i == 0 ? 0 : 1 + draw(6);
		my @above = grep { $_->[1] < $level } @made;
		my $parent = draw(8) == 0 || !@above ? (draw(2) ? 'gone' : undef) : $above[ draw(scalar @above) ][0];
		my $support = draw(5) == 0 && @above ? $above[ draw(scalar @above) ][0] : undef;
		my $title = join ' ', map { $words[ draw(scalar @words) ] } 0 .. draw(25);

		push @made, [ "k$i", $level ];
		$title =~ s/"/\\"/g;
		push @items, sprintf '{"key": "k%d", "level": "%s", "title": "%s", "status": "%s", "budget": %d, "effort": %d, "progress": 0.%d%s%s%s}', $i, $levels[$level], $title,
		  (qw(active active done proposed))[ $i == 0 ? 0 : draw(4) ], draw(3) * draw(1000), draw(9), draw(10), defined $parent ? qq{, "parent": "$parent"} : '',
		  defined $support ? qq{, "supports": ["$support"]} : '', draw(4) ? sprintf(', "team": "Team %d"', draw(14)) : '';
	}
	return '{"items": [' . join(', ', @items) . ']}';
}

# What is wrong with a text as XML, '' for nothing: tags that do not nest, wrong
# attributes, characters that have no place.
sub xml_fault
{
	my ($text) = @_;
	my (@open, $seen);

	while ($text =~ /\G(?:([^<]+)|<(\/?)([a-z]+)((?: [A-Za-z-]+="[^"<]*")*)(\/?)>)/gc)
	{
		my ($characters, $closing, $name, $attributes, $empty) = ($1, $2, $3, $4, $5);

		return 'an ampersand' if ($characters // $attributes) =~ /&(?!amp;|lt;|gt;|quot;|#[0-9]+;)/;
		return 'a control' if ($characters // '') =~ /[\x00-\x09\x0b-\x1f]|]]>/;
		next if defined $characters;
		if ($closing) { return "</$name>" if (pop @open // '') ne $name; }
		elsif (!$empty) { push @open, $name; }
	}
	return 'byte ' . (pos($text) // 0) if (pos($text) // 0) != length $text;
	return @open ? "<$open[0]> has no end" : '';
}

# What is wrong with the boxes of a picture: two that overlap, or one outside.
sub box_fault
{
	my ($text) = @_;
	my ($width, $height) = $text =~ /viewBox="0 0 ([0-9.]+) ([0-9.]+)"/ or return 'no viewBox';
	my @boxes;

	push @boxes, [ $1, $2, $1 + $3, $2 + $4 ] while $text =~ /<g>\n<title>[^<]*<\/title>\n<rect x="([-0-9.]+)" y="([-0-9.]+)" width="([0-9.]+)" height="([0-9.]+)"/g;
	return 'more than 100' if @boxes > 100;
	for my $i (0 .. $#boxes)
	{
		my $a = $boxes[$i];

		return "box $i is outside" if $a->[0] < 0 || $a->[1] < 0 || $a->[2] > $width || $a->[3] > $height;
		for my $b (@boxes[ $i + 1 .. $#boxes ])
		{
			return "box $i overlaps" if $a->[0] < $b->[2] && $b->[0] < $a->[2] && $a->[1] < $b->[3] && $b->[1] < $a->[3];
		}
	}
	return '';
}

sub is_program { my ($name) = @_; return grep { -x "$_/$name" } split /:/, $ENV{PATH}; }

my (%faults, @files);
my $has_parser = eval { require XML::Parser; 1 };
my @sizes = ((1 .. 12), 20, 35, 50, 60, 75, 90, 99, 100, 101, 102, 110, 130, 200, 400, 1500);
$node->safe_psql($database, 'CREATE TABLE plan (n integer, map jsonb)');
for my $n (0 .. $#sizes)
{
	$node->safe_psql($database, 'INSERT INTO plan VALUES (' . $n . ', ' . sql_literal(random_map($sizes[$n])) . ')');
	my $svg = rows($node, $database, "SELECT map_svg(map) FROM plan WHERE n = $n");
	my $fault = xml_fault($svg) || box_fault($svg);

	eval { XML::Parser->new->parse($svg); 1 } or $fault ||= "XML::Parser: $@" if $has_parser;
	$faults{ $sizes[$n] } = $fault if $fault;
	for my $format ('mermaid', 'dot')
	{
		push @files, "$folder/$n.$format";
		open my $file, '>', $files[-1] or die $!;
		print $file rows($node, $database, "SELECT map_$format(map) FROM plan WHERE n = $n"), "\n";
		close $file;
	}
}
is_deeply(\%faults, {}, scalar(@sizes) . ' pictures: well-formed, no box overlaps another, all inside');
isnt(xml_fault('<a><b></a></b>') && xml_fault('<a>&</a>') && box_fault('viewBox="0 0 9 9"' . qq{<g>\n<title>t</title>\n<rect x="1" y="1" width="5" height="5"/>} x 2), '', 'these checks can fail');

# a plan of 100,000 items
$node->safe_psql($database, q{
	INSERT INTO plan SELECT -1, jsonb_build_object('items', jsonb_agg(i)) FROM (
		SELECT jsonb_build_object('key', 'M', 'level', 'mission', 'title', 'M', 'status', 'active') AS i
		UNION ALL SELECT jsonb_build_object('key', 'k' || n, 'level', (ARRAY['goal', 'strategy', 'rock', 'activity'])[length(n::text)], 'title', 'Item ' || n, 'status', 'active', 'budget', n,
			'parent', CASE WHEN n < 10 THEN 'M' ELSE 'k' || left(n::text, -1) END) FROM generate_series(1, 9999) n
		UNION ALL SELECT jsonb_build_object('key', 'o' || n, 'level', 'activity', 'title', 'Orphan ' || n, 'status', 'active') FROM generate_series(1, 90000) n) q});
my $large = rows($node, $database, 'SELECT map_svg(map) FROM plan WHERE n = -1');
is(xml_fault($large) || box_fault($large), '', '100,000 items: a picture');
is(rows($node, $database, q{SELECT sum(folded_count) + count(*) - count(*) FILTER (WHERE key IS NULL) FROM plan, map_boxes(map) WHERE n = -1}), 100000, 'in which all are counted');

SKIP:
{
	skip 'Graphviz is not here', 1 if !is_program('dot');
	my @refused = grep { system("dot -Tplain '$_' -o /dev/null 2>'$folder/err'") != 0 || -s "$folder/err" } grep { /\.dot$/ } @files;
	is("@refused", '', 'Graphviz draws them without a warning');
}
SKIP:
{
	my $script = "$folder/parse.cjs";

	open my $file, '>', $script or die $!;
	print $file q{
		(async () => {
			const { JSDOM } = require('jsdom');
			const path = require('path'), fs = require('fs'), url = require('url');
			const root = process.env.NODE_PATH.split(':').map(p => path.join(p, 'mermaid/dist/mermaid.core.mjs')).find(p => fs.existsSync(p));
			const window = new JSDOM('<body></body>').window;
			globalThis.window = window; globalThis.document = window.document;
			const mermaid = (await import(url.pathToFileURL(root))).default;
			for (const f of process.argv.slice(2)) { try { await mermaid.parse(fs.readFileSync(f, 'utf8')); } catch (e) { console.log(f + ': ' + e); } }
			console.log('parsed');
		})().catch(() => process.exit(3));
	};
	close $file;
	skip 'Mermaid is not here', 1 if !$ENV{NODE_PATH} || !is_program('node') || system("node '$script' >/dev/null 2>&1") != 0;
	is(scalar `node '$script' @{[ grep { /\.mermaid$/ } @files ]} 2>&1`, "parsed\n", 'Mermaid reads them');
}

$node->stop;
done_testing();
