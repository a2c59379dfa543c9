# align: build, test, try and measure. `make help` lists the targets.

# Every capability, in dependency order. It names src/NAME.c and src/NAME_*.c,
# sql/parts/NAME.sql (and NAME_*.sql), test/sql/NAME.sql, expected/NAME.out and docs/NAME.md.
CAPABILITIES = base period stage target score lead journey funnel flow rubric definition agreement predict plan budget metric contract map scorecard incentive forecast experiment worktime survival handoff repeatability attribution bottleneck value currency prioritize message cadence recency now alignment report access

EXTENSION = align
RELEASE := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" align.control)

MODULE_big = align
# what flex and bison make is no source
GENERATED = src/rubric_gram.c src/rubric_gram.h src/rubric_scan.c
SOURCES = $(filter-out $(GENERATED),$(foreach c,$(CAPABILITIES),$(wildcard src/$(c).c src/$(c)_*.c)))
OBJS = $(sort $(patsubst %.c,%.o,$(SOURCES) $(filter %.c,$(GENERATED)))) $(if $(FUZZ),test/fuzz/fuzz.o test/fuzz/grammar.o)
DATA = $(wildcard sql/upgrades/*.sql)
DATA_built = align--$(RELEASE).sql
PARTS = $(foreach c,$(CAPABILITIES),sql/parts/$(c).sql $(wildcard sql/parts/$(c)_*.sql))
DOCS = $(wildcard docs/*.md)

ifndef PG_CONFIG
PG_CONFIG := $(shell tools/setup pg_config)
endif
PG_CPPFLAGS = -DALIGN_VERSION='"$(RELEASE)"'
PG_CFLAGS = $(if $(WERROR),-Werror) $(if $(SANITIZE),$(SANITIZE_FLAGS))
SANITIZE_FLAGS = -fsanitize=address,undefined -fno-sanitize=alignment -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SHLIB_LINK = $(if $(SANITIZE),$(SANITIZE_FLAGS))

REGRESS = $(CAPABILITIES) $(filter-out $(CAPABILITIES),$(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql))))
REGRESS_OPTS = --inputdir=test --load-extension=pgtap --load-extension=align
ISOLATION = $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=align
EXTRA_CLEAN = $(GENERATED) align--*.sql src/bin/align_load src/*.bc test/fuzz/*.o build results output_iso tmp_check log

# The targets of this project alone; they call make again for what needs the
# build files of a server.
OWN_TARGETS = help demo check bench fuzz dist docs-check indent
ifeq ($(filter-out $(OWN_TARGETS),$(or $(MAKECMDGOALS),all)),)

.PHONY: $(OWN_TARGETS)

help:
	@echo 'make demo      build, start a throwaway server, make the sample company, tell its story'
	@echo '               FAULT=none: as it would be aligned, or with a fault planted; KEEP=1: leave the server up;'
	@echo '               LEADS=FILE EVENTS=FILE: your own CSV files instead'
	@echo 'make check     build and run every test in a throwaway server'
	@echo '               PG_CONFIG=…: of that server; SANITIZE=1: with AddressSanitizer and UBSan'
	@echo 'make bench     measure against plain SQL; ROWS=N events; PEERS=1: also DuckDB and ClickHouse;'
	@echo '               CURVE=1: also 1, 10 and 50 million events; ONLY=rubric,predict: these files alone'
	@echo 'make fuzz      let libFuzzer look for inputs that break the parser or binary input; SECONDS=60 for each'
	@echo '               target; TARGETS=rubric: that one alone; INPUT=FILE: try one input again'
	@echo 'make           build with the server that PG_CONFIG names'
	@echo 'make install   install into that server'
	@echo 'make installcheck  run the SQL tests against a running server'
	@echo 'make dist      a release archive for PGXN'
	@echo 'make indent    format the C sources (needs pgindent, see CONTRIBUTING.md)'
	@echo 'make clean     remove what was built'

demo:
	@tools/demo
export FAULT LEADS EVENTS SOURCE TIMEZONE DATE_FORMAT REJECTS KEEP ROWS ROUNDS PEERS CURVE TARGETS INPUT SANITIZE WERROR PG_CONFIG

check: docs-check
	@tools/check

bench:
	@tools/bench

# not by the environment, where SECONDS is a clock to some shells
fuzz:
	@tools/fuzz $(or $(SECONDS),60)

# Every capability has its files, everywhere under the one name.
docs-check:
	@for c in $(CAPABILITIES); do \
	    for f in sql/parts/$$c.sql test/sql/$$c.sql expected/$$c.out docs/$$c.md; do \
	        test -e $$f || { echo "$$f is missing: capability $$c needs it"; exit 1; }; \
	    done; \
	done

dist:
	git archive --format zip --prefix=align-$(RELEASE)/ -o align-$(RELEASE).zip HEAD

indent:
	tools/indent

else

ifeq ($(PG_CONFIG),)
$(error no PostgreSQL with its headers is found: install postgresql-server-dev-15 or later, or name one by PG_CONFIG=)
endif
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# long loops over doubles
src/prioritize_bound.o: override CFLAGS += $(CFLAGS_UNROLL_LOOPS) $(CFLAGS_VECTORIZE)

all: src/bin/align_load

$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h) src/rubric_gram.h align.control

# make fuzz: libFuzzer in the library, which tells it the branches taken. Without
# the run-time of a sanitizer, undefined behaviour ends the process.
ifdef FUZZ
CC = clang
$(OBJS): override CFLAGS += -w $(if $(SANITIZE),,-fsanitize=undefined -fno-sanitize=alignment -fsanitize-trap=undefined)
$(filter src/%,$(OBJS)): override CFLAGS += -fsanitize=fuzzer-no-link
SHLIB_LINK += -Wl,-Bsymbolic $(FUZZER) -lstdc++
FUZZER = $(firstword $(wildcard $(addprefix $(shell clang -print-runtime-dir)/libclang_rt.fuzzer_no_main,-$(shell uname -m).a .a)))
endif

src/rubric_gram.c: src/rubric_gram.y
	bison -Wall -Werror --defines=src/rubric_gram.h -o $@ $<

src/rubric_gram.h: src/rubric_gram.c ;

src/rubric_scan.c: src/rubric_scan.l
	flex -o $@ $<

align--$(RELEASE).sql: $(PARTS) align.control Makefile
	@{ printf '%s\n' '\echo Use "CREATE EXTENSION align" to load this file. \quit'; \
	   for part in $(PARTS); do echo; cat $$part || exit 1; done; } > $@

src/bin/align_load: src/bin/align_load.c src/bin/load_copy.c src/bin/csv.c src/bin/load.h src/bin/csv.h
	$(CC) $(CFLAGS) $(PG_CFLAGS) $(CPPFLAGS) -I$(shell $(PG_CONFIG) --includedir) $(filter %.c,$^) $(SHLIB_LINK) -o $@ \
	    -L$(shell $(PG_CONFIG) --libdir) -Wl,-rpath,$(shell $(PG_CONFIG) --libdir) -lpq

# without the folders that check and demo make
clean-objects:
	rm -f $(OBJS) $(OBJS:.o=.bc) test/fuzz/*.o align.so align--*.sql src/bin/align_load

install: install-align_load

install-align_load: src/bin/align_load
	$(MKDIR_P) '$(DESTDIR)$(bindir)'
	$(INSTALL_PROGRAM) src/bin/align_load '$(DESTDIR)$(bindir)/align_load'

uninstall: uninstall-align_load

uninstall-align_load:
	rm -f '$(DESTDIR)$(bindir)/align_load'

endif
