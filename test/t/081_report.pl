# The page of report_html as a browser shows it: headless Chromium, where it is
# installed (CI has it), on a phone, a desk and paper. And the contract of
# docs/report.md, column by column.
use strict;
use warnings;

use AlignTest;
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $root = $ENV{ALIGN_ROOT};
my $node = new_node('report');
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());

new_database($node, 'empty');
new_database($node, 'company');

# the contract
my %documented;
my $view;
for my $line (split /\n/, slurp_file("$root/docs/report.md"))
{
	$view = $1 if $line =~ /^### (report_\w+)$/;
	push @{ $documented{$view} }, "$1 $2: $3" if defined $view && $line =~ /^\| (\w+) \| (\w+) \| (.*) \|$/ && $1 ne 'column';
}
my %given;
for my $line (split /\n/, rows($node, 'empty', q{
	SELECT c.relname || chr(9) || a.attname || ' ' || CASE a.atttypid WHEN 'timestamptz'::regtype THEN 'timestamptz' ELSE format_type(a.atttypid, NULL) END || ': ' || col_description(c.oid, a.attnum)
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relkind = 'v' AND c.relnamespace = 'align'::regnamespace AND c.relname LIKE 'report\_%' ORDER BY c.relname, a.attnum}))
{
	my ($name, $column) = split /\t/, $line;
	push @{ $given{$name} }, $column;
}
is_deeply(\%documented, \%given, 'docs/report.md has every view, column, type and meaning');

# a small company with something in every part of the page
$node->safe_psql('company', q{
	INSERT INTO plan_item (id, key, level, parent, title, team, owner, period, budget, effort, progress, due)
	SELECT v.id, v.key, v.level, v.parent, v.title, v.team, 'Owner', v.period::period, v.budget, v.effort, v.progress, v.due::date
	FROM (VALUES (1, 'M', 'mission', NULL, 'Give back the hours that machines lose', 'leadership', NULL, NULL, NULL, 0, NULL), (2, 'G', 'goal', 1, 'Grow', 'leadership', '2026', NULL, NULL, 0, NULL),
		(3, 'S', 'strategy', 2, 'Fewer and better leads <&>', 'sales', '2026', NULL, NULL, 0, NULL), (4, 'R', 'rock', 3, repeat('Averylongwordwithoutablank', 6), 'marketing', '2026-Q1', 100000, 9, 0.1, '2026-03-01'),
		(5, 'A', 'activity', 4, 'Write it', 'marketing', '2026-W07', 50, 1, 0.5, '2026-02-20'), (6, 'O', 'activity', NULL, 'A new logo', 'sales', '2026-W07', 20, 2, 0, '2026-02-20')) v(id, key, level, parent, title, team, period, budget, effort, progress, due);
	INSERT INTO metric (key, title, kind, measures, unit, grain, team, owner) SELECT k, initcap(k) || ' won', 'lagging', m, 'EUR', 'month', 'sales', 'Owner' FROM (VALUES ('revenue', 'outcome'), ('calls', 'activity')) v(k, m);
	INSERT INTO metric_target (metric, from_period, target) SELECT m.id, '2025-01', '>= 100000000 ~ 80000000' FROM metric m;
	INSERT INTO metric_value (metric, period, value, origin, at, by_role) SELECT m.id, p, 90000000 + 1000000 * (m.id + n), 'entered', '2026-02-02Z', 'r' FROM metric m, generate_series(period '2025-02', '2026-01') WITH ORDINALITY g(p, n);
	INSERT INTO lead (id, key, source, segment) SELECT n, 'l' || n, 'Webinar', 'Enterprise' FROM generate_series(1, 400) n;
	INSERT INTO stage_event (lead, stage, at) SELECT n, 'lead', timestamptz '2025-07-01Z' + n * interval '10 hours' FROM generate_series(1, 400) n;
	INSERT INTO stage_event (lead, stage, at) SELECT n, 'mql', timestamptz '2025-07-03Z' + n * interval '10 hours' FROM generate_series(1, 400) n WHERE n % CASE WHEN n > 220 THEN 5 ELSE 2 END = 0;});

my %page = (empty => rows($node, 'empty', "SELECT report_html('2026-02-16Z')"), company => rows($node, 'company', "SELECT report_html('2026-02-16Z')"));

# What is wrong with a page as markup, '' for nothing: tags that do not nest, ids
# that stand twice or are missed, pictures and tables that say nothing.
sub page_fault
{
	my ($text) = @_;
	my (@open, %id, @wanted);
	my %is_void = map { $_ => 1 } qw(meta br);

	$text =~ s/^<!DOCTYPE html>\n//;
	$text =~ s/<style>.*?<\/style>//s;
	while ($text =~ /\G(?:([^<]+)|<(\/?)([a-z][a-z0-9]*)((?:\s+[A-Za-z-]+="[^"<]*")*)\s*(\/?)>)/gc)
	{
		my ($characters, $closing, $name, $attributes, $empty) = ($1, $2, $3, $4, $5);

		return "an ampersand: $&" if ($characters // $attributes) =~ /&(?!amp;|lt;|gt;|quot;|#[0-9]+;)/;
		next if defined $characters;
		if ($closing) { my $last = pop @open // ''; return "</$name> after <$last>" if $last ne $name; next; }
		return "$1 twice" if $attributes =~ /\bid="([^"]*)"/ && $id{$1}++;
		push @wanted, $1 if $attributes =~ /aria-labelledby="([^"]*)"/;
		push @open, $name if !$empty && !$is_void{$name};
	}
	return 'byte ' . (pos($text) // 0) . ': ' . substr($text, pos($text) // 0, 60) if (pos($text) // 0) != length $text;
	return "<$open[0]> has no end" if @open;
	my @missed = grep { !$id{$_} } @wanted;
	return "no id @missed" if @missed;
	return '';
}

is(page_fault($page{$_}), '', "the page of $_: well-formed") for sort keys %page;
isnt(page_fault($_), '', 'this check can fail') for '<p><b></p></b>', '<p>a & b</p>', '<p id="a"></p><p id="a"></p>', '<p aria-labelledby="x"></p>', '<p', '<p>';
unlike($page{company}, qr/could not be made/, 'no part of it failed');

# contrast of texts on what they stand on, light and dark: at least 4.5 (WCAG 2.2, 1.4.3)
my ($light) = $page{company} =~ /:root \{([^}]*)\}/;
my ($dark) = $page{company} =~ /prefers-color-scheme: dark\) \{\s*:root \{([^}]*)\}/;

sub luminance
{
	my ($hex) = @_;
	$hex = join '', map { $_ . $_ } split //, $hex if length $hex == 3;
	my @part = map { my $v = hex($_) / 255; $v <= 0.04045 ? $v / 12.92 : (($v + 0.055) / 1.055)**2.4 } $hex =~ /(..)/g;
	return 0.2126 * $part[0] + 0.7152 * $part[1] + 0.0722 * $part[2];
}

sub contrast
{
	my ($a, $b) = sort { $b <=> $a } map { luminance($_) } @_;
	return ($a + 0.05) / ($b + 0.05);
}
cmp_ok(abs(contrast('000', 'ffffff') - 21), '<', 0.001, 'black on white is 21');
for my $mode ([ light => $light ], [ dark => $dark ])
{
	my %color = $mode->[1] =~ /--([a-z-]+): #([0-9a-f]+)/g;
	my @low = grep { my ($text, $ground) = split / on /; contrast($color{$text}, $color{$ground}) < 4.5 } map { ("$_ on card", "$_ on page") } qw(ink soft accent good fair bad);
	my @faint = grep { contrast($color{$_}, $color{card}) < 3 } qw(bad-fill plain-fill good-fill fair-fill);

	is("@low", '', "$mode->[0]: texts stand out");
	is("@faint", '', "$mode->[0]: pictures do");
}

my ($chromium) = grep { -x } map { my $name = $_; map { "$_/$name" } split /:/, $ENV{PATH} } qw(chromium chromium-browser google-chrome);
SKIP:
{
	if (!$chromium)
	{
		fail('Chromium is not here') if $ENV{CI};
		skip 'Chromium is not here', 1;
	}

	# What it prints, and what it complains of.
	my $browse = sub {
		my ($file, @options) = @_;
		my ($out, $complaints) = ('', '');

		IPC::Run::run([ $chromium, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', "--user-data-dir=$folder/profile", '--enable-logging=stderr', '--virtual-time-budget=2000', @options, "file://$file" ],
			'<', \undef, '>', \$out, '2>', \$complaints, IPC::Run::timeout(120));
		return ($out, join "\n", grep { /CONSOLE/ } split /\n/, $complaints);
	};
	my $write = sub {
		my ($name, $text) = @_;
		open my $file, '>', "$folder/$name" or die $!;
		print $file $text;
		close $file;
		return "$folder/$name";
	};

	for my $name (sort keys %page)
	{
		my $file = $write->("$name.html", $page{$name});
		my ($dom, $complaints) = $browse->($file, '--dump-dom', '--window-size=1280,900');

		is($complaints, '', "$name: the browser complains of nothing");
		is(() = $dom =~ /<section /g, () = $page{$name} =~ /<section /g, "$name: and shows all parts");

		# the same page with a script that measures it, which the page itself forbids
		my $measured = $page{$name};
		$measured =~ s/<meta http-equiv[^>]*>//;
		$measured =~ s{</body>}{<script>
			const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, svg') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + '.' + e.className);
			parent.postMessage(innerWidth + ' ' + document.documentElement.scrollWidth + ' ' + wide.slice(0, 3).join(' ') + '|' + getComputedStyle(document.body).backgroundColor, '*');
			</script></body>};
		$write->("$name.probe.html", $measured);
		# in a frame of that width, since a window has a least one
		my $measure = sub {
			my ($width, @options) = @_;
			my $frame = $write->("$name.frame.html", "<title></title><script>onmessage = e => { document.title = e.data; };</script><iframe src=\"$name.probe.html\" style=\"width: ${width}px; height: 800px; border: 0\"></iframe>");
			my ($seen) = $browse->($frame, '--dump-dom', '--window-size=1400,900', @options);
			return $seen =~ /<title>(.*?)\|(.*?)</s ? ($1, $2) : ('nothing', 'nothing');
		};
		is(($measure->($_))[0], "$_ $_ ", "$name: $_ pixels wide, and nothing stands out") for 360, 768, 1280;
		isnt(($measure->(1280, '--blink-settings=preferredColorScheme=0'))[1], ($measure->(1280, '--blink-settings=preferredColorScheme=1'))[1], "$name: dark and light");
		my $paper = "$folder/$name.pdf";
		$browse->($file, '--no-pdf-header-footer', "--print-to-pdf=$paper");
		my $pages = () = (-s $paper ? slurp_file($paper) : '') =~ /\/Type\s*\/Page\b/g;
		ok($pages >= 1 && $pages <= 3, "$name: $pages pages of paper");
	}
}

$node->stop;
done_testing();
