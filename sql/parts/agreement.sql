-- agreement: how far judges agree, groups differ, and scores tell the truth

CREATE TYPE align.crosstab;

CREATE FUNCTION align.crosstab_in(cstring) RETURNS align.crosstab
    AS 'MODULE_PATHNAME', 'align_crosstab_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.crosstab_out(align.crosstab) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_crosstab_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.crosstab_recv(internal) RETURNS align.crosstab
    AS 'MODULE_PATHNAME', 'align_crosstab_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.crosstab_send(align.crosstab) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_crosstab_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.crosstab (
    INPUT = align.crosstab_in, OUTPUT = align.crosstab_out,
    RECEIVE = align.crosstab_recv, SEND = align.crosstab_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.crosstab IS 'How often one judge said a while the other said b, of text categories. Built by the aggregate crosstab, merged by rollup, + and -, read by cells, kappa and jensen_shannon.';
COMMENT ON FUNCTION align.crosstab_in(cstring) IS 'Input of crosstab: what output wrote.';
COMMENT ON FUNCTION align.crosstab_out(align.crosstab) IS 'Output of crosstab: JSON with the number of rows and of cells, and the state in base64.';
COMMENT ON FUNCTION align.crosstab_recv(internal) IS 'Binary input of crosstab; any bytes are read or refused.';
COMMENT ON FUNCTION align.crosstab_send(align.crosstab) IS 'Binary output of crosstab.';

CREATE FUNCTION align.crosstab_eq(align.crosstab, align.crosstab) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.crosstab_ne(align.crosstab, align.crosstab) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.crosstab_hash(align.crosstab) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.crosstab_hash_extended(align.crosstab, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.crosstab_eq(align.crosstab, align.crosstab) IS 'Serves operator =.';
COMMENT ON FUNCTION align.crosstab_ne(align.crosstab, align.crosstab) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.crosstab_hash(align.crosstab) IS 'Hash of a crosstab.';
COMMENT ON FUNCTION align.crosstab_hash_extended(align.crosstab, bigint) IS 'Seeded hash of a crosstab.';
CREATE OPERATOR align.= (LEFTARG = align.crosstab, RIGHTARG = align.crosstab, FUNCTION = align.crosstab_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.crosstab, RIGHTARG = align.crosstab, FUNCTION = align.crosstab_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.crosstab, align.crosstab) IS 'the same crosstab';
COMMENT ON OPERATOR align.<> (align.crosstab, align.crosstab) IS 'another crosstab';
CREATE OPERATOR FAMILY align.crosstab_ops USING hash;
COMMENT ON OPERATOR FAMILY align.crosstab_ops USING hash IS 'hash on crosstabs';
CREATE OPERATOR CLASS align.crosstab_ops DEFAULT FOR TYPE align.crosstab USING hash FAMILY align.crosstab_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.crosstab_hash(align.crosstab),
    FUNCTION 2 align.crosstab_hash_extended(align.crosstab, bigint);
COMMENT ON OPERATOR CLASS align.crosstab_ops USING hash IS 'equality of crosstabs';

CREATE FUNCTION align.crosstab_plus(align.crosstab, align.crosstab) RETURNS align.crosstab
    AS 'MODULE_PATHNAME', 'align_crosstab_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.crosstab_combine(align.crosstab, align.crosstab) RETURNS align.crosstab
    AS 'MODULE_PATHNAME', 'align_crosstab_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.crosstab_plus(align.crosstab, align.crosstab) IS 'Serves operator +.';
COMMENT ON FUNCTION align.crosstab_combine(align.crosstab, align.crosstab) IS 'Serves the aggregates over a crosstab.';
CREATE OPERATOR align.+ (LEFTARG = align.crosstab, RIGHTARG = align.crosstab, FUNCTION = align.crosstab_plus, COMMUTATOR = OPERATOR(align.+));
COMMENT ON OPERATOR align.+ (align.crosstab, align.crosstab) IS 'the rows of both';
CREATE FUNCTION align.crosstab_minus(align.crosstab, align.crosstab) RETURNS align.crosstab
    AS 'MODULE_PATHNAME', 'align_crosstab_minus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.crosstab_minus(align.crosstab, align.crosstab) IS 'Serves operator -.';
CREATE OPERATOR align.- (LEFTARG = align.crosstab, RIGHTARG = align.crosstab, FUNCTION = align.crosstab_minus);
COMMENT ON OPERATOR align.- (align.crosstab, align.crosstab) IS 'the rows of the left one without those of the right one';
CREATE AGGREGATE align.rollup(align.crosstab) (
    SFUNC = align.crosstab_combine, STYPE = align.crosstab, SSPACE = 2000, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.crosstab) IS 'The crosstab of all rows of several crosstabs.';

CREATE FUNCTION align.crosstab_add_texts(align.crosstab, text, text) RETURNS align.crosstab
    AS 'MODULE_PATHNAME', 'align_crosstab_add_texts' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.crosstab_add_booleans(align.crosstab, boolean, boolean) RETURNS align.crosstab
    AS 'MODULE_PATHNAME', 'align_crosstab_add_booleans' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.crosstab_add_side(align.crosstab, text, boolean) RETURNS align.crosstab
    AS 'MODULE_PATHNAME', 'align_crosstab_add_side' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.crosstab_add_texts(align.crosstab, text, text) IS 'Serves the aggregates over a crosstab.';
COMMENT ON FUNCTION align.crosstab_add_booleans(align.crosstab, boolean, boolean) IS 'Serves the aggregates over a crosstab.';
COMMENT ON FUNCTION align.crosstab_add_side(align.crosstab, text, boolean) IS 'Serves the aggregates over a crosstab.';
CREATE AGGREGATE align.crosstab(a text, b text) (
    SFUNC = align.crosstab_add_texts, STYPE = align.crosstab, SSPACE = 2000, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.crosstab(text, text) IS 'How often a and b were said together. Rows in which either is NULL are left out. NULL when none is left. Error past 1048576 pairs; memory is bounded by align.state_memory.';
CREATE AGGREGATE align.crosstab(a boolean, b boolean) (
    SFUNC = align.crosstab_add_booleans, STYPE = align.crosstab, SSPACE = 2000, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.crosstab(boolean, boolean) IS 'How often a and b were said together, as the texts true and false. Rows in which either is NULL are left out. NULL when none is left.';

CREATE FUNCTION align.cells(crosstab align.crosstab, OUT a text, OUT b text, OUT row_count bigint) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'align_crosstab_cells' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 16;
COMMENT ON FUNCTION align.cells(align.crosstab) IS 'A row per pair that was seen, in the order of the bytes of a and b: row_count times one said a and the other b. Below zero in a difference of which more was taken than it held.';

-- agreement of two judges

CREATE TYPE align.kappa_result AS (
    kappa double precision,
    standard_error double precision,
    low double precision,
    high double precision,
    agree_ratio double precision,
    chance_ratio double precision,
    row_count bigint);
COMMENT ON TYPE align.kappa_result IS 'Cohen''s kappa with its error and what it rests on.';
COMMENT ON COLUMN align.kappa_result.kappa IS '(agree_ratio - chance_ratio) / (1 - chance_ratio): 1 is full agreement, 0 that of chance. NULL when chance_ratio is 1 or nothing was judged.';
COMMENT ON COLUMN align.kappa_result.standard_error IS 'Its large-sample standard error (Fleiss, Cohen and Everitt 1969).';
COMMENT ON COLUMN align.kappa_result.low IS 'Lower end of the 95 % interval, kappa - 1.96 standard errors, not below -1.';
COMMENT ON COLUMN align.kappa_result.high IS 'Upper end of the 95 % interval, not above 1.';
COMMENT ON COLUMN align.kappa_result.agree_ratio IS 'Share of rows in which both said the same.';
COMMENT ON COLUMN align.kappa_result.chance_ratio IS 'Share of rows in which they would by chance, given how often each said what.';
COMMENT ON COLUMN align.kappa_result.row_count IS 'Rows that both judged.';
CREATE FUNCTION align.kappa(crosstab align.crosstab) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_agreement_kappa' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.kappa(align.crosstab) IS 'Cohen''s kappa of a stored crosstab: agreement beyond chance, 1 for full agreement, 0 for that of chance. NULL when nothing was judged or chance agreement is 1. Error when a count is below zero. Cohen (1960).';
CREATE FUNCTION align.kappa_detail(crosstab align.crosstab) RETURNS align.kappa_result
    AS 'MODULE_PATHNAME', 'align_agreement_kappa_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.kappa_detail(align.crosstab) IS 'Cohen''s kappa of a stored crosstab with standard error, 95 % interval, observed and chance agreement, and rows. Cohen (1960); standard error of Fleiss, Cohen and Everitt (1969).';
CREATE AGGREGATE align.kappa(a text, b text) (
    SFUNC = align.crosstab_add_texts, STYPE = align.crosstab, SSPACE = 2000, FINALFUNC = align.kappa, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.kappa(text, text) IS 'Cohen''s kappa (1960): how far two judges agree beyond chance, from below 0 to 1. Rows in which either is NULL are left out. NULL when none is left or chance agreement is 1.';
CREATE AGGREGATE align.kappa_detail(a text, b text) (
    SFUNC = align.crosstab_add_texts, STYPE = align.crosstab, SSPACE = 2000, FINALFUNC = align.kappa_detail, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.kappa_detail(text, text) IS 'Cohen''s kappa with standard error, 95 % interval, observed and chance agreement, and rows. Rows in which either is NULL are left out. NULL when none is left. Cohen (1960); standard error of Fleiss, Cohen and Everitt (1969).';
CREATE AGGREGATE align.kappa(a boolean, b boolean) (
    SFUNC = align.crosstab_add_booleans, STYPE = align.crosstab, SSPACE = 2000, FINALFUNC = align.kappa, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.kappa(boolean, boolean) IS 'Cohen''s kappa (1960): how far two judges agree beyond chance, from below 0 to 1. Rows in which either is NULL are left out. NULL when none is left or chance agreement is 1.';
CREATE AGGREGATE align.kappa_detail(a boolean, b boolean) (
    SFUNC = align.crosstab_add_booleans, STYPE = align.crosstab, SSPACE = 2000, FINALFUNC = align.kappa_detail, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.kappa_detail(boolean, boolean) IS 'Cohen''s kappa with standard error, 95 % interval, observed and chance agreement, and rows. Rows in which either is NULL are left out. NULL when none is left. Cohen (1960); standard error of Fleiss, Cohen and Everitt (1969).';

-- difference of two groups

CREATE TYPE align.jensen_shannon_result AS (
    divergence double precision,
    distance double precision,
    a_count bigint,
    b_count bigint,
    category_count bigint);
COMMENT ON TYPE align.jensen_shannon_result IS 'How far two distributions of categories differ, and what that rests on.';
COMMENT ON COLUMN align.jensen_shannon_result.divergence IS 'Jensen-Shannon divergence in bits: 0 for equal distributions, 1 for disjoint ones. NULL when one group is empty.';
COMMENT ON COLUMN align.jensen_shannon_result.distance IS 'Its square root, which is a metric.';
COMMENT ON COLUMN align.jensen_shannon_result.a_count IS 'Rows in group a.';
COMMENT ON COLUMN align.jensen_shannon_result.b_count IS 'Rows in the other.';
COMMENT ON COLUMN align.jensen_shannon_result.category_count IS 'Distinct categories.';
CREATE FUNCTION align.jensen_shannon(crosstab align.crosstab) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_agreement_jensen_shannon' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.jensen_shannon(align.crosstab) IS 'Jensen-Shannon divergence (Lin 1991), in bits from 0 (equal) to 1 (disjoint), of a stored crosstab of categories with true and false. NULL when one group is empty. Error for another second category, or a count below zero.';
CREATE FUNCTION align.jensen_shannon_detail(crosstab align.crosstab) RETURNS align.jensen_shannon_result
    AS 'MODULE_PATHNAME', 'align_agreement_jensen_shannon_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.jensen_shannon_detail(align.crosstab) IS 'Jensen-Shannon divergence (Lin 1991), in bits from 0 (equal) to 1 (disjoint), of a stored crosstab of categories with true and false, with its square root and the rows of both groups. Error for another second category, or a count below zero.';
CREATE AGGREGATE align.jensen_shannon(category text, in_a boolean) (
    SFUNC = align.crosstab_add_side, STYPE = align.crosstab, SSPACE = 4000, FINALFUNC = align.jensen_shannon, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.jensen_shannon(text, boolean) IS 'Jensen-Shannon divergence (Lin 1991), in bits from 0 (equal) to 1 (disjoint), between the categories of rows where in_a is true and where it is false. Rows in which either is NULL are left out. NULL when one group is empty.';
CREATE AGGREGATE align.jensen_shannon_detail(category text, in_a boolean) (
    SFUNC = align.crosstab_add_side, STYPE = align.crosstab, SSPACE = 4000, FINALFUNC = align.jensen_shannon_detail, COMBINEFUNC = align.crosstab_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.jensen_shannon_detail(text, boolean) IS 'Jensen-Shannon divergence (Lin 1991), in bits from 0 (equal) to 1 (disjoint), between the categories of rows where in_a is true and where it is false, with its square root and the rows of both. Rows in which either is NULL are left out. NULL when none is left.';

-- scores and what became of them

CREATE TYPE align.ranking;

CREATE FUNCTION align.ranking_in(cstring) RETURNS align.ranking
    AS 'MODULE_PATHNAME', 'align_ranking_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.ranking_out(align.ranking) RETURNS cstring
    AS 'MODULE_PATHNAME', 'align_ranking_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.ranking_recv(internal) RETURNS align.ranking
    AS 'MODULE_PATHNAME', 'align_ranking_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.ranking_send(align.ranking) RETURNS bytea
    AS 'MODULE_PATHNAME', 'align_ranking_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE align.ranking (
    INPUT = align.ranking_in, OUTPUT = align.ranking_out,
    RECEIVE = align.ranking_recv, SEND = align.ranking_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'U');

COMMENT ON TYPE align.ranking IS 'Distinct scores with the rows of each that were positive and those that were not. Built by the aggregate ranking, merged by rollup and +, read by auc, auc_pr and calibration.';
COMMENT ON FUNCTION align.ranking_in(cstring) IS 'Input of ranking: what output wrote.';
COMMENT ON FUNCTION align.ranking_out(align.ranking) IS 'Output of ranking: JSON with the numbers of rows and of distinct scores, and the state in base64.';
COMMENT ON FUNCTION align.ranking_recv(internal) IS 'Binary input of ranking; any bytes are read or refused.';
COMMENT ON FUNCTION align.ranking_send(align.ranking) IS 'Binary output of ranking.';

CREATE FUNCTION align.ranking_eq(align.ranking, align.ranking) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaeq';
CREATE FUNCTION align.ranking_ne(align.ranking, align.ranking) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteane';
CREATE FUNCTION align.ranking_hash(align.ranking) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION align.ranking_hash_extended(align.ranking, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';
COMMENT ON FUNCTION align.ranking_eq(align.ranking, align.ranking) IS 'Serves operator =.';
COMMENT ON FUNCTION align.ranking_ne(align.ranking, align.ranking) IS 'Serves operator <>.';
COMMENT ON FUNCTION align.ranking_hash(align.ranking) IS 'Hash of a ranking.';
COMMENT ON FUNCTION align.ranking_hash_extended(align.ranking, bigint) IS 'Seeded hash of a ranking.';
CREATE OPERATOR align.= (LEFTARG = align.ranking, RIGHTARG = align.ranking, FUNCTION = align.ranking_eq,
    COMMUTATOR = OPERATOR(align.=), NEGATOR = OPERATOR(align.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR align.<> (LEFTARG = align.ranking, RIGHTARG = align.ranking, FUNCTION = align.ranking_ne,
    COMMUTATOR = OPERATOR(align.<>), NEGATOR = OPERATOR(align.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR align.= (align.ranking, align.ranking) IS 'the same ranking';
COMMENT ON OPERATOR align.<> (align.ranking, align.ranking) IS 'another ranking';
CREATE OPERATOR FAMILY align.ranking_ops USING hash;
COMMENT ON OPERATOR FAMILY align.ranking_ops USING hash IS 'hash on rankings';
CREATE OPERATOR CLASS align.ranking_ops DEFAULT FOR TYPE align.ranking USING hash FAMILY align.ranking_ops AS
    OPERATOR 1 align.=,
    FUNCTION 1 align.ranking_hash(align.ranking),
    FUNCTION 2 align.ranking_hash_extended(align.ranking, bigint);
COMMENT ON OPERATOR CLASS align.ranking_ops USING hash IS 'equality of rankings';

CREATE FUNCTION align.ranking_plus(align.ranking, align.ranking) RETURNS align.ranking
    AS 'MODULE_PATHNAME', 'align_ranking_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.ranking_combine(align.ranking, align.ranking) RETURNS align.ranking
    AS 'MODULE_PATHNAME', 'align_ranking_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.ranking_plus(align.ranking, align.ranking) IS 'Serves operator +.';
COMMENT ON FUNCTION align.ranking_combine(align.ranking, align.ranking) IS 'Serves the aggregates over a ranking.';
CREATE OPERATOR align.+ (LEFTARG = align.ranking, RIGHTARG = align.ranking, FUNCTION = align.ranking_plus, COMMUTATOR = OPERATOR(align.+));
COMMENT ON OPERATOR align.+ (align.ranking, align.ranking) IS 'the rows of both';
CREATE AGGREGATE align.rollup(align.ranking) (
    SFUNC = align.ranking_combine, STYPE = align.ranking, SSPACE = 100000, COMBINEFUNC = align.ranking_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.rollup(align.ranking) IS 'The ranking of all rows of several rankings.';

CREATE FUNCTION align.ranking_add(align.ranking, double precision, boolean) RETURNS align.ranking
    AS 'MODULE_PATHNAME', 'align_ranking_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION align.ranking_add(align.ranking, double precision, boolean, integer) RETURNS align.ranking
    AS 'MODULE_PATHNAME', 'align_ranking_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION align.ranking_add(align.ranking, double precision, boolean) IS 'Serves the aggregates over a ranking.';
COMMENT ON FUNCTION align.ranking_add(align.ranking, double precision, boolean, integer) IS 'Serves the aggregate calibration.';
CREATE AGGREGATE align.ranking(score double precision, outcome boolean) (
    SFUNC = align.ranking_add, STYPE = align.ranking, SSPACE = 100000, COMBINEFUNC = align.ranking_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.ranking(double precision, boolean) IS 'Scores with what became of them, to be stored, merged and measured. Rows in which either is NULL are left out. Error for a score that is NaN or infinite. NULL when none is left. At most 4294967295 rows. Memory: 16 bytes a distinct score and as many while sorting, bounded by align.state_memory.';

CREATE TYPE align.auc_result AS (
    auc double precision,
    standard_error double precision,
    low double precision,
    high double precision,
    positive_count bigint,
    negative_count bigint);
COMMENT ON TYPE align.auc_result IS 'Area under the ROC curve with its error and what it rests on.';
COMMENT ON COLUMN align.auc_result.auc IS 'Probability that a positive has a higher score than a negative, equal scores counted half. NULL when a class is empty.';
COMMENT ON COLUMN align.auc_result.standard_error IS 'Its standard error (DeLong, DeLong and Clarke-Pearson 1988); NULL when a class has one row.';
COMMENT ON COLUMN align.auc_result.low IS 'Lower end of the 95 % interval, auc - 1.96 standard errors, not below 0.';
COMMENT ON COLUMN align.auc_result.high IS 'Upper end of the 95 % interval, not above 1.';
COMMENT ON COLUMN align.auc_result.positive_count IS 'Rows with outcome true.';
COMMENT ON COLUMN align.auc_result.negative_count IS 'Rows with outcome false.';
CREATE FUNCTION align.auc(ranking align.ranking) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_ranking_auc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.auc(align.ranking) IS 'Area under the ROC curve: the probability that a row with outcome true has a higher score than one with false, equal scores counted half (Mann and Whitney 1947); 0.5 is chance. Of a stored ranking. NULL when a class is empty.';
CREATE FUNCTION align.auc_detail(ranking align.ranking) RETURNS align.auc_result
    AS 'MODULE_PATHNAME', 'align_ranking_auc_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.auc_detail(align.ranking) IS 'Area under the ROC curve with standard error (DeLong, DeLong and Clarke-Pearson 1988), 95 % interval, and rows of both classes. Of a stored ranking.';
CREATE AGGREGATE align.auc(score double precision, outcome boolean) (
    SFUNC = align.ranking_add, STYPE = align.ranking, SSPACE = 100000, FINALFUNC = align.auc, COMBINEFUNC = align.ranking_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.auc(double precision, boolean) IS 'Area under the ROC curve: the probability that a row with outcome true has a higher score than one with false, equal scores counted half (Mann and Whitney 1947); 0.5 is chance. Exact. Rows in which either is NULL are left out. Error for a score that is NaN or infinite. NULL when a class is empty. Memory: 16 bytes a distinct score and as many while sorting, bounded by align.state_memory.';
CREATE AGGREGATE align.auc_detail(score double precision, outcome boolean) (
    SFUNC = align.ranking_add, STYPE = align.ranking, SSPACE = 100000, FINALFUNC = align.auc_detail, COMBINEFUNC = align.ranking_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.auc_detail(double precision, boolean) IS 'Area under the ROC curve with standard error (DeLong, DeLong and Clarke-Pearson 1988), 95 % interval, and rows of both classes. Rows in which either is NULL are left out. Error for a score that is NaN or infinite. NULL when none is left. Memory: 16 bytes a distinct score and as many while sorting, bounded by align.state_memory.';

CREATE TYPE align.auc_pr_result AS (
    auc_pr double precision,
    base_ratio double precision,
    positive_count bigint,
    negative_count bigint);
COMMENT ON TYPE align.auc_pr_result IS 'Average precision and what it rests on.';
COMMENT ON COLUMN align.auc_pr_result.auc_pr IS 'Average precision, from base_ratio (chance) to 1. NULL when no row is positive.';
COMMENT ON COLUMN align.auc_pr_result.base_ratio IS 'Share of positives: what scores without meaning reach on average.';
COMMENT ON COLUMN align.auc_pr_result.positive_count IS 'Rows with outcome true.';
COMMENT ON COLUMN align.auc_pr_result.negative_count IS 'Rows with outcome false.';
CREATE FUNCTION align.auc_pr(ranking align.ranking) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_ranking_auc_pr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.auc_pr(align.ranking) IS 'Average precision, the area under the precision-recall curve as a sum of steps: recall gained times precision, over the scores from the highest on, equal scores as one step. Of a stored ranking. NULL when no row is positive.';
CREATE FUNCTION align.auc_pr_detail(ranking align.ranking) RETURNS align.auc_pr_result
    AS 'MODULE_PATHNAME', 'align_ranking_auc_pr_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.auc_pr_detail(align.ranking) IS 'Average precision beside the share of positives, which is what scores without meaning reach. Of a stored ranking.';
CREATE AGGREGATE align.auc_pr(score double precision, outcome boolean) (
    SFUNC = align.ranking_add, STYPE = align.ranking, SSPACE = 100000, FINALFUNC = align.auc_pr, COMBINEFUNC = align.ranking_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.auc_pr(double precision, boolean) IS 'Average precision, the area under the precision-recall curve as a sum of steps: recall gained times precision, over the scores from the highest on, equal scores as one step. Rows in which either is NULL are left out. Error for a score that is NaN or infinite. NULL when no row is positive. Memory: 16 bytes a distinct score and as many while sorting, bounded by align.state_memory.';
CREATE AGGREGATE align.auc_pr_detail(score double precision, outcome boolean) (
    SFUNC = align.ranking_add, STYPE = align.ranking, SSPACE = 100000, FINALFUNC = align.auc_pr_detail, COMBINEFUNC = align.ranking_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.auc_pr_detail(double precision, boolean) IS 'Average precision beside the share of positives, which is what scores without meaning reach. Rows in which either is NULL are left out. Error for a score that is NaN or infinite. NULL when none is left. Memory: 16 bytes a distinct score and as many while sorting, bounded by align.state_memory.';

CREATE TYPE align.calibration_bin AS (
    bin integer,
    low double precision,
    high double precision,
    row_count bigint,
    mean_score double precision,
    outcome_ratio double precision);
COMMENT ON TYPE align.calibration_bin IS 'A group of rows with similar scores, and what became of them.';
COMMENT ON COLUMN align.calibration_bin.bin IS 'Its number, from 1 for the lowest scores.';
COMMENT ON COLUMN align.calibration_bin.low IS 'Lowest score in it.';
COMMENT ON COLUMN align.calibration_bin.high IS 'Highest score in it.';
COMMENT ON COLUMN align.calibration_bin.row_count IS 'Rows in it.';
COMMENT ON COLUMN align.calibration_bin.mean_score IS 'Mean of their scores.';
COMMENT ON COLUMN align.calibration_bin.outcome_ratio IS 'Share of them with outcome true; beside mean_score, what was predicted.';
CREATE FUNCTION align.calibration(ranking align.ranking, bins integer) RETURNS align.calibration_bin[]
    AS 'MODULE_PATHNAME', 'align_ranking_calibration' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.calibration(align.ranking, integer) IS 'Rows in order of score in bins of equal count (deciles of risk, Hosmer and Lemeshow 1980): each with its scores and what became of it. Equal scores are never parted, so there may be fewer bins. bins: 1 to 1000, else an error. Of a stored ranking. For unnest.';
CREATE FUNCTION align.calibration_finish(align.ranking) RETURNS align.calibration_bin[]
    AS 'MODULE_PATHNAME', 'align_ranking_calibration' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.calibration_finish(align.ranking) IS 'Serves the aggregate calibration.';
CREATE AGGREGATE align.calibration(score double precision, outcome boolean, bins integer) (
    SFUNC = align.ranking_add, STYPE = align.ranking, SSPACE = 100000, FINALFUNC = align.calibration_finish, COMBINEFUNC = align.ranking_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.calibration(double precision, boolean, integer) IS 'Rows in order of score in bins of equal count (deciles of risk, Hosmer and Lemeshow 1980): each with its scores and what became of it. Equal scores are never parted, so there may be fewer bins. bins: 1 to 1000, else an error. For unnest. Error when bins changes from row to row. Rows in which either is NULL are left out. Error for a score that is NaN or infinite. NULL when none is left. Memory: 16 bytes a distinct score and as many while sorting, bounded by align.state_memory.';

-- probabilities and what became of them

CREATE TYPE align.brier_result AS (
    brier double precision,
    base_value double precision,
    skill_ratio double precision,
    row_count bigint,
    positive_count bigint);
COMMENT ON TYPE align.brier_result IS 'Brier score beside that of the base rate.';
COMMENT ON COLUMN align.brier_result.brier IS 'Mean squared distance of probability and outcome (1 or 0): 0 is best, 1 is worst.';
COMMENT ON COLUMN align.brier_result.base_value IS 'What always saying the share of positives of these rows would reach.';
COMMENT ON COLUMN align.brier_result.skill_ratio IS '1 - brier / base_value: 1 is perfect, 0 as good as the base rate, below 0 worse. NULL when base_value is 0.';
COMMENT ON COLUMN align.brier_result.row_count IS 'Rows.';
COMMENT ON COLUMN align.brier_result.positive_count IS 'Rows with outcome true.';
CREATE TYPE align.log_loss_result AS (
    log_loss double precision,
    base_value double precision,
    skill_ratio double precision,
    row_count bigint,
    positive_count bigint);
COMMENT ON TYPE align.log_loss_result IS 'Log loss beside that of the base rate.';
COMMENT ON COLUMN align.log_loss_result.log_loss IS 'Mean of -ln of the probability that was given to what happened: 0 is best.';
COMMENT ON COLUMN align.log_loss_result.base_value IS 'What always saying the share of positives of these rows would reach.';
COMMENT ON COLUMN align.log_loss_result.skill_ratio IS '1 - log_loss / base_value: 1 is perfect, 0 as good as the base rate, below 0 worse. NULL when base_value is 0.';
COMMENT ON COLUMN align.log_loss_result.row_count IS 'Rows.';
COMMENT ON COLUMN align.log_loss_result.positive_count IS 'Rows with outcome true.';
CREATE FUNCTION align.loss_add_brier(bigint[], double precision, boolean) RETURNS bigint[]
    AS 'MODULE_PATHNAME', 'align_loss_add_brier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.loss_add_log(bigint[], double precision, boolean) RETURNS bigint[]
    AS 'MODULE_PATHNAME', 'align_loss_add_log' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.loss_combine(bigint[], bigint[]) RETURNS bigint[]
    AS 'MODULE_PATHNAME', 'align_loss_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.loss_mean(bigint[]) RETURNS double precision
    AS 'MODULE_PATHNAME', 'align_loss_mean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.loss_brier_detail(bigint[]) RETURNS align.brier_result
    AS 'MODULE_PATHNAME', 'align_loss_brier_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION align.loss_log_detail(bigint[]) RETURNS align.log_loss_result
    AS 'MODULE_PATHNAME', 'align_loss_log_detail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION align.loss_add_brier(bigint[], double precision, boolean) IS 'Serves the aggregates brier and brier_detail.';
COMMENT ON FUNCTION align.loss_add_log(bigint[], double precision, boolean) IS 'Serves the aggregates log_loss and log_loss_detail.';
COMMENT ON FUNCTION align.loss_combine(bigint[], bigint[]) IS 'Serves the aggregates brier and log_loss.';
COMMENT ON FUNCTION align.loss_mean(bigint[]) IS 'Serves the aggregates brier and log_loss.';
COMMENT ON FUNCTION align.loss_brier_detail(bigint[]) IS 'Serves the aggregate brier_detail.';
COMMENT ON FUNCTION align.loss_log_detail(bigint[]) IS 'Serves the aggregate log_loss_detail.';
CREATE AGGREGATE align.brier(probability double precision, outcome boolean) (
    SFUNC = align.loss_add_brier, STYPE = bigint[], INITCOND = '{0,0,0,0}', FINALFUNC = align.loss_mean, COMBINEFUNC = align.loss_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.brier(double precision, boolean) IS 'Brier score (1950): mean squared distance of a probability and what happened (1 or 0), from 0 (best) to 1. Rows in which either is NULL are left out. Error for a probability outside of 0 to 1. NULL when none is left.';
CREATE AGGREGATE align.brier_detail(probability double precision, outcome boolean) (
    SFUNC = align.loss_add_brier, STYPE = bigint[], INITCOND = '{0,0,0,0}', FINALFUNC = align.loss_brier_detail, COMBINEFUNC = align.loss_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.brier_detail(double precision, boolean) IS 'Brier score (1950): mean squared distance of a probability and what happened (1 or 0), from 0 (best) to 1. Beside that of always saying the share of positives, with rows. Rows in which either is NULL are left out. Error for a probability outside of 0 to 1. NULL when none is left.';
CREATE AGGREGATE align.log_loss(probability double precision, outcome boolean) (
    SFUNC = align.loss_add_log, STYPE = bigint[], INITCOND = '{0,0,0,0}', FINALFUNC = align.loss_mean, COMBINEFUNC = align.loss_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.log_loss(double precision, boolean) IS 'Log loss: mean of -ln of the probability that was given to what happened; probabilities are first brought within 1e-15 and 1 - 1e-15, so the worst is 34.5. Rows in which either is NULL are left out. Error for a probability outside of 0 to 1. NULL when none is left.';
CREATE AGGREGATE align.log_loss_detail(probability double precision, outcome boolean) (
    SFUNC = align.loss_add_log, STYPE = bigint[], INITCOND = '{0,0,0,0}', FINALFUNC = align.loss_log_detail, COMBINEFUNC = align.loss_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE align.log_loss_detail(double precision, boolean) IS 'Log loss: mean of -ln of the probability that was given to what happened; probabilities are first brought within 1e-15 and 1 - 1e-15, so the worst is 34.5. Beside that of always saying the share of positives, with rows. Rows in which either is NULL are left out. Error for a probability outside of 0 to 1. NULL when none is left.';

-- whom marketing brings against whom sales works

-- first entries alone: no journey need be built
CREATE FUNCTION align.segment_entry(at timestamptz, since timestamptz) RETURNS TABLE (segment text, is_marketing boolean)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT COALESCE(l.segment, '(none)'), s.is_marketing
    FROM (SELECT e.lead, pg_catalog.min(e.at) FILTER (WHERE e.stage OPERATOR(align.=) 'mql'::align.stage) AS marketing_at,
              pg_catalog.min(e.at) FILTER (WHERE e.stage OPERATOR(align.<>) 'mql'::align.stage) AS sales_at
          FROM align.stage_event e
          WHERE e.stage OPERATOR(align.>=) 'mql'::align.stage AND e.stage OPERATOR(align.<=) 'opportunity'::align.stage AND e.at <= $1
          GROUP BY e.lead) n
    JOIN align.lead l ON l.id = n.lead
    CROSS JOIN LATERAL (VALUES (true, n.marketing_at), (false, n.sales_at)) s(is_marketing, entered_at)
    WHERE s.entered_at > COALESCE($2, '-infinity');
END;
COMMENT ON FUNCTION align.segment_entry(timestamptz, timestamptz) IS 'The segment, or (none), of each lead that marketing brought (it entered mql first) by an instant and after another, and of each that sales works (it entered sal, sql or opportunity first): a row for either.';

CREATE FUNCTION align.segment_divergence(at timestamptz DEFAULT pg_catalog.now(), since timestamptz DEFAULT NULL)
    RETURNS TABLE (segment text, is_total boolean, marketing_count bigint, sales_count bigint, marketing_ratio numeric, sales_ratio numeric, divergence numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH side AS MATERIALIZED (
        SELECT e.segment, e.is_marketing FROM align.segment_entry($1, $2) e
    ), total AS (
        SELECT d.divergence, COALESCE(d.a_count, 0) AS marketing, COALESCE(d.b_count, 0) AS sales
        FROM (SELECT (align.jensen_shannon_detail(s.segment, s.is_marketing)).* FROM side s) d
    ), part AS (
        SELECT s.segment, pg_catalog.count(*) FILTER (WHERE s.is_marketing) AS marketing, pg_catalog.count(*) FILTER (WHERE NOT s.is_marketing) AS sales
        FROM side s
        GROUP BY s.segment
    ), answer AS (
        SELECT NULL AS segment, true AS is_total, t.marketing, t.sales,
            t.marketing::double precision / NULLIF(t.marketing, 0) AS p, t.sales::double precision / NULLIF(t.sales, 0) AS q, t.divergence
        FROM total t
        UNION ALL
        SELECT r.segment, false, r.marketing, r.sales, r.p, r.q,
            (CASE r.p WHEN 0 THEN 0 ELSE r.p * pg_catalog.ln(2 * r.p / (r.p + r.q)) END
             + CASE r.q WHEN 0 THEN 0 ELSE r.q * pg_catalog.ln(2 * r.q / (r.p + r.q)) END) / (2 * pg_catalog.ln(2::double precision))
        FROM (SELECT p.segment, p.marketing, p.sales,
                p.marketing::double precision / NULLIF(t.marketing, 0) AS p, p.sales::double precision / NULLIF(t.sales, 0) AS q
              FROM part p CROSS JOIN total t) r
    )
    SELECT a.segment, a.is_total, a.marketing, a.sales,
        pg_catalog.round(a.p::numeric, 6), pg_catalog.round(a.q::numeric, 6), pg_catalog.round(a.divergence::numeric, 6)
    FROM answer a
    ORDER BY a.is_total DESC, a.divergence DESC NULLS LAST, a.segment;
END;
COMMENT ON FUNCTION align.segment_divergence(timestamptz, timestamptz) IS 'Whom marketing brings against whom sales works, by segment, at an instant: marketing_count leads had entered mql, sales_count had entered sal, sql or opportunity (a lead may be both), after the instant since where it is given, and their shares of all such leads. divergence is the segment''s part of the Jensen-Shannon divergence in bits; the first row, is_total, has the whole, from 0 (the same segments) to 1 (quite others), NULL when a side has no lead. Leads without a segment count as (none).';

-- where the two teams differ

-- Grouped rather than joined with itself: a table of verdicts that was never
-- analyzed would be joined by comparing every lead with every other.
CREATE VIEW align.verdict_pair WITH (security_invoker = true) AS
    SELECT g.definition, g.lead_key, g.segment, (g.said[a.place]).team AS team_a, (g.said[a.place]).qualified AS qualified_a, (g.said[a.place]).reason AS reason_a,
        (g.said[b.place]).team AS team_b, (g.said[b.place]).qualified AS qualified_b, (g.said[b.place]).reason AS reason_b, GREATEST((g.said[a.place]).at, (g.said[b.place]).at) AS at
    FROM (SELECT v.definition, v.lead_key, v.segment, pg_catalog.array_agg(v ORDER BY v.team) AS said
          FROM align.lead_verdict v WHERE v.team IS NOT NULL GROUP BY v.definition, v.lead_key, v.segment HAVING pg_catalog.count(*) > 1) g
    CROSS JOIN LATERAL pg_catalog.generate_series(1, pg_catalog.cardinality(g.said) - 1) a(place)
    CROSS JOIN LATERAL pg_catalog.generate_series(a.place + 1, pg_catalog.cardinality(g.said)) b(place);
COMMENT ON VIEW align.verdict_pair IS 'The last words of two teams on the leads that both have judged: a row per definition, lead and pair of teams.';
COMMENT ON COLUMN align.verdict_pair.definition IS 'The definition.';
COMMENT ON COLUMN align.verdict_pair.lead_key IS 'The lead.';
COMMENT ON COLUMN align.verdict_pair.segment IS 'Its market segment.';
COMMENT ON COLUMN align.verdict_pair.team_a IS 'One team, the first in the alphabet.';
COMMENT ON COLUMN align.verdict_pair.qualified_a IS 'What it says.';
COMMENT ON COLUMN align.verdict_pair.reason_a IS 'Why.';
COMMENT ON COLUMN align.verdict_pair.team_b IS 'The other team.';
COMMENT ON COLUMN align.verdict_pair.qualified_b IS 'What it says.';
COMMENT ON COLUMN align.verdict_pair.reason_b IS 'Why.';
COMMENT ON COLUMN align.verdict_pair.at IS 'When the later of the two was said.';

CREATE VIEW align.definition_agreement WITH (security_invoker = true) AS
    SELECT s.definition, s.team_a, s.team_b, s.is_total, s.segment, s.lead_count, s.yes_a_count, s.yes_b_count,
        pg_catalog.round((s.k).agree_ratio::numeric, 6) AS agree_ratio, pg_catalog.round((s.k).kappa::numeric, 6) AS kappa,
        pg_catalog.round((s.k).low::numeric, 6) AS kappa_low, pg_catalog.round((s.k).high::numeric, 6) AS kappa_high
    FROM (SELECT p.definition, p.team_a, p.team_b, GROUPING(p.segment) = 1 AS is_total, p.segment,
              pg_catalog.count(*) AS lead_count, pg_catalog.count(*) FILTER (WHERE p.qualified_a) AS yes_a_count,
              pg_catalog.count(*) FILTER (WHERE p.qualified_b) AS yes_b_count, align.kappa_detail(p.qualified_a, p.qualified_b) AS k
          FROM align.verdict_pair p
          GROUP BY GROUPING SETS ((p.definition, p.team_a, p.team_b), (p.definition, p.team_a, p.team_b, p.segment)) OFFSET 0) s;
COMMENT ON VIEW align.definition_agreement IS 'How far two teams agree on who is qualified, by the last word of each on the leads that both have judged: Cohen''s kappa with its 95 % interval, by definition in all and by segment.';
COMMENT ON COLUMN align.definition_agreement.definition IS 'The definition.';
COMMENT ON COLUMN align.definition_agreement.team_a IS 'One team, the first in the alphabet.';
COMMENT ON COLUMN align.definition_agreement.team_b IS 'The other team.';
COMMENT ON COLUMN align.definition_agreement.is_total IS 'True in the row over all segments.';
COMMENT ON COLUMN align.definition_agreement.segment IS 'Market segment; NULL in the row over all, and for leads without one.';
COMMENT ON COLUMN align.definition_agreement.lead_count IS 'Leads that both have judged.';
COMMENT ON COLUMN align.definition_agreement.yes_a_count IS 'How many of them team_a calls qualified.';
COMMENT ON COLUMN align.definition_agreement.yes_b_count IS 'How many of them team_b calls qualified.';
COMMENT ON COLUMN align.definition_agreement.agree_ratio IS 'Share on which both say the same.';
COMMENT ON COLUMN align.definition_agreement.kappa IS 'Agreement beyond chance: 1 in full, 0 as by chance; NULL when chance alone would agree always.';
COMMENT ON COLUMN align.definition_agreement.kappa_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN align.definition_agreement.kappa_high IS 'Upper end of its 95 % interval.';

CREATE VIEW align.disagreement WITH (security_invoker = true) AS
    SELECT d.definition, d.lead_key, d.segment, d.team_a, d.qualified_a, d.reason_a, d.team_b, d.qualified_b, d.reason_b,
        d.outcome, (d.v).qualified AS rubric_qualified, (d.v).points::numeric AS points, (d.v).max_points::numeric AS max_points, (d.v).grade,
        d.margin_ratio,
        pg_catalog.row_number() OVER (PARTITION BY d.definition ORDER BY d.outcome IS NULL, d.margin_ratio DESC NULLS LAST, d.lead_key, d.team_a, d.team_b) AS telling_order,
        (SELECT pg_catalog.string_agg(pg_catalog.format('%s: %s', e.clause, CASE
                    WHEN e.kind = 'cap' THEN pg_catalog.format('%s points', e.points)
                    WHEN e.met IS NULL THEN pg_catalog.format('not known, %s', pg_catalog.array_to_string(
                        ARRAY(SELECT m || ' is missing' FROM pg_catalog.unnest(e.missing) m) || ARRAY(SELECT m || ' is of another type' FROM pg_catalog.unnest(e.mismatched) m), ', '))
                    WHEN e.met THEN 'met' ELSE 'not met' END), '; ' ORDER BY e.clause_order)
         FROM align.explain(d.rubric, d.attrs, d.at) e) AS explanation
    FROM (SELECT p.*, align.qualify(p.rubric, p.attrs, p.at) AS v,
              pg_catalog.round(pg_catalog.abs((align.points(p.rubric, p.attrs, p.at) - align.threshold(p.rubric)) / NULLIF(align.max_points(p.rubric), 0))::numeric, 6) AS margin_ratio
          FROM (SELECT t.*, f.rubric,
                    align.lead_attrs(l.source, l.segment, l.attrs, c.attrs) AS attrs,
                    CASE WHEN align.entered(j.journey, 'customer') IS NOT NULL THEN 'won'
                         WHEN align.is_exit(align.current(j.journey)) THEN align.current(j.journey)::text END AS outcome
                FROM align.verdict_pair t
                JOIN align.lead l ON l.key = t.lead_key
                CROSS JOIN LATERAL (SELECT i.journey FROM align.lead_journey i WHERE i.lead_id = l.id) j
                LEFT JOIN align.account c ON c.id = l.account
                LEFT JOIN LATERAL align.definition_in_force(t.definition) f ON true
                WHERE t.qualified_a <> t.qualified_b OFFSET 0) p OFFSET 0) d;
COMMENT ON VIEW align.disagreement IS 'The leads on which two teams differ by their last word, with both reasons, what became of the lead, and what the definition in force says of it and why. Most telling first by telling_order: where the outcome is known, and then where the rubric is clearest.';
COMMENT ON COLUMN align.disagreement.definition IS 'The definition.';
COMMENT ON COLUMN align.disagreement.lead_key IS 'The lead.';
COMMENT ON COLUMN align.disagreement.segment IS 'Its market segment.';
COMMENT ON COLUMN align.disagreement.team_a IS 'One team, the first in the alphabet.';
COMMENT ON COLUMN align.disagreement.qualified_a IS 'What it says.';
COMMENT ON COLUMN align.disagreement.reason_a IS 'Why.';
COMMENT ON COLUMN align.disagreement.team_b IS 'The other team.';
COMMENT ON COLUMN align.disagreement.qualified_b IS 'What it says.';
COMMENT ON COLUMN align.disagreement.reason_b IS 'Why.';
COMMENT ON COLUMN align.disagreement.outcome IS 'won when the lead became a customer, else the exit stage in which it is; NULL while it is open.';
COMMENT ON COLUMN align.disagreement.rubric_qualified IS 'What the definition in force says; NULL when none is.';
COMMENT ON COLUMN align.disagreement.points IS 'Its points.';
COMMENT ON COLUMN align.disagreement.max_points IS 'Points that can be had.';
COMMENT ON COLUMN align.disagreement.grade IS 'Its grade.';
COMMENT ON COLUMN align.disagreement.margin_ratio IS 'How far the points are from those that qualify, as a share of all that can be had: near 0 is a close call. NULL where the rubric asks for no points.';
COMMENT ON COLUMN align.disagreement.telling_order IS 'Place in the list of its definition, the most telling lead first.';
COMMENT ON COLUMN align.disagreement.explanation IS 'The clauses of the rubric, and whether the lead meets each.';
