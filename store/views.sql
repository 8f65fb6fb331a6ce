-- What users and scripts query. Every view stands on the immutable raw_* tables, so the same text serves the log, the
-- published segments and any position in the past. Only functions that DuckDB 1.0 knows.

-- The text is stored once, in its event.
CREATE VIEW events AS
SELECT seq, stream, version, type, recorded_at, payload FROM raw_events;

-- A conflict (other bytes under a known accession) is told by its event and leaves the filing as it was. Discovered twice,
-- by a source and in the inbox, a filing is what its first discovery said.
CREATE VIEW filings AS
SELECT c.accession, f.cik, f.company_id, f.company, f.ticker, f.form, f.filed, f.period, coalesce(f.url, c.url) AS url,
    f.source, c.sha256, c.bytes, c.status, CASE WHEN c.status IN ('refused', 'alias') THEN c.reason END AS reason,
    coalesce(a.amends, f.amends) AS amends, c.chunks, c.items, c.parser, c.extraction_sha256, f.ciks, c.seq
FROM (
    SELECT accession, max(seq) AS seq, arg_max(status, seq) AS status, arg_max(reason, seq) AS reason,
        arg_max(url, seq) AS url, arg_max(sha256, seq) AS sha256, arg_max(bytes, seq) AS bytes,
        arg_max(chunks, seq) AS chunks, arg_max(items, seq) AS items, arg_max(parser, seq) AS parser,
        arg_max(extraction_sha256, seq) AS extraction_sha256
    FROM raw_filing_changes WHERE status <> 'conflict' GROUP BY accession
) c LEFT JOIN (
    SELECT * FROM raw_filings QUALIFY row_number() OVER (PARTITION BY accession ORDER BY seq) = 1
) f ON f.accession = c.accession LEFT JOIN (
    SELECT accession, arg_max(amends, seq) AS amends FROM raw_amendments GROUP BY accession
) a ON a.accession = c.accession;

-- The Items of each filing as its last parser found them.
CREATE VIEW items AS
SELECT i.accession, i.ordinal, i.item, i.status, i.char_start, i.char_end, i.by_reference, i.prose, i.marks, i.seq
FROM raw_items i JOIN (
    SELECT accession, max(seq) AS seq FROM raw_filing_changes WHERE status = 'chunked' GROUP BY accession
) c ON c.seq = i.seq;

CREATE VIEW amendments AS
SELECT accession, amends, items, seq FROM raw_amendments
QUALIFY row_number() OVER (PARTITION BY accession ORDER BY seq DESC) = 1;

CREATE VIEW indexes AS
SELECT name, sha256, rows, wanted, recorded_at, seq FROM raw_indexes
QUALIFY row_number() OVER (PARTITION BY name ORDER BY seq DESC) = 1;

CREATE VIEW companies AS
SELECT s.company_id, s.cik, s.split, s.rule, w.ticker, w.name, coalesce(w.watched, false) AS watched,
    coalesce(w.seq, s.seq) AS seq
FROM raw_splits s LEFT JOIN (
    SELECT company_id, max(seq) AS seq, arg_max(ticker, seq) AS ticker, arg_max(name, seq) AS name,
        arg_max(watched, seq) AS watched
    FROM raw_companies GROUP BY company_id
) w ON w.company_id = s.company_id;

-- One row per occurrence, without its text: what everything but `chunks` needs. `marks` name the checks that its Item failed.
CREATE VIEW occurrences AS
SELECT c.chunk_id, c.text_id, c.accession, coalesce(r.ordinal, c.ordinal) AS ordinal, c.item,
    coalesce(r.char_start, c.char_start) AS char_start, coalesce(r.char_end, c.char_end) AS char_end, c.split,
    coalesce(r.retired, false) AS retired, coalesce(r.by_reference, c.by_reference) AS by_reference,
    coalesce(r.marks, c.marks) AS marks, CASE WHEN r.retired THEN r.amended_by END AS amended_by, c.seq
FROM raw_chunks c LEFT JOIN (
    SELECT chunk_id, arg_max(retired, seq) AS retired, arg_max(ordinal, seq) AS ordinal,
        arg_max(char_start, seq) AS char_start, arg_max(char_end, seq) AS char_end,
        arg_max(by_reference, seq) AS by_reference, arg_max(marks, seq) AS marks,
        nullif(arg_max(coalesce(amended_by, ''), seq), '') AS amended_by
    FROM raw_chunk_changes GROUP BY chunk_id
) r ON r.chunk_id = c.chunk_id;

CREATE VIEW chunks AS
SELECT o.chunk_id, o.text_id, o.accession, o.ordinal, o.item, o.char_start, o.char_end,
    json_extract_string(e.payload, '$.text') AS text, o.split, o.retired, o.by_reference, o.marks, o.amended_by, o.seq
FROM occurrences o JOIN raw_events e ON e.seq = o.seq;

-- Texts that are nearly another one. Of the same split, the other one's label speaks for both; `across`: the other one is
-- held out, so this one trains nobody.
CREATE VIEW links AS
SELECT text_id, to_text_id, similarity, across, seq FROM (
    SELECT text_id, across, max(seq) AS seq, arg_max(to_text_id, seq) AS to_text_id,
        arg_max(similarity, seq) AS similarity, arg_max(linked, seq) AS linked
    FROM raw_text_changes GROUP BY text_id, across
) WHERE linked;

-- One row per text: its oldest occurrence that is neither retired nor marked, and the split. A text in both splits, or
-- nearly one that is held out, is used in neither.
CREATE VIEW texts AS
SELECT o.text_id, arg_min(o.chunk_id, o.seq) FILTER (WHERE len(o.marks) = 0) AS chunk_id,
    arg_min(o.accession, o.seq) FILTER (WHERE len(o.marks) = 0) AS accession,
    arg_min(o.item, o.seq) FILTER (WHERE len(o.marks) = 0) AS item,
    min(o.seq) FILTER (WHERE len(o.marks) = 0) AS chunk_seq, count(*) FILTER (WHERE len(o.marks) = 0) AS occurrences,
    CASE WHEN min(o.split) <> max(o.split) OR (min(o.split) = 'train' AND any_value(l.text_id) IS NOT NULL) THEN 'both'
        ELSE min(o.split) END AS split
FROM occurrences o LEFT JOIN (SELECT text_id FROM links WHERE across) l ON l.text_id = o.text_id
WHERE NOT o.retired GROUP BY o.text_id HAVING count(*) FILTER (WHERE len(o.marks) = 0) > 0;

-- Whose labels are in use: recipes adopted since the last decision to label all again, that one included.
CREATE VIEW recipe_set AS
SELECT recipe, max(seq) AS adopted_seq FROM raw_recipe_changes
WHERE seq >= (SELECT max(seq) FROM raw_recipe_changes WHERE decision <> 'keep_old') GROUP BY recipe;

-- `active` labels; `in_set` has labels in use. What a teacher elsewhere reported of itself is `revision` and `fingerprint`.
CREATE VIEW recipes AS
SELECT r.recipe, r.teacher, r.model, r.revision, r.quantization, r.licence, r.toy, r.spec,
    c.seq IS NOT NULL AND c.seq = (SELECT max(seq) FROM raw_recipe_changes) AS active, r.recorded_at,
    greatest(r.seq, coalesce(c.seq, 0)) AS seq, s.recipe IS NOT NULL AS in_set, c.decision,
    c.recorded_at AS adopted_at, json_extract_string(r.spec, '$.fingerprint') AS fingerprint,
    json_extract_string(r.spec, '$.decoding') AS decoding, json_extract_string(r.spec, '$.prompt') AS prompt
FROM (SELECT * FROM raw_recipes QUALIFY row_number() OVER (PARTITION BY recipe ORDER BY seq) = 1) r
LEFT JOIN (
    SELECT recipe, max(seq) AS seq, arg_max(decision, seq) AS decision, arg_max(recorded_at, seq) AS recorded_at
    FROM raw_recipe_changes GROUP BY recipe
) c ON c.recipe = r.recipe
LEFT JOIN recipe_set s ON s.recipe = r.recipe;

CREATE VIEW labels AS
SELECT l.label_id, l.text_id, l.chunk_id, l.recipe, l.attempt, l.rationale, l.summary, l.raw, l.flags, l.grounded,
    v.review, l.validator, l.prompt_tokens, l.completion_tokens, l.seconds, l.recorded_at AS labelled_at, l.seq
FROM raw_labels l LEFT JOIN (
    SELECT label_id, arg_max(review, seq) AS review FROM raw_label_changes GROUP BY label_id
) v ON v.label_id = l.label_id;

-- Accepted labels in use whose text still occurs, without the text itself: one a text, of the recipe adopted last.
-- The set's oldest recipe is never the newer one, so that with one recipe in use nothing is looked up twice.
CREATE VIEW triplet_keys AS
SELECT l.label_id, l.text_id, t.chunk_id, t.chunk_seq, t.accession, t.item, l.rationale, l.summary, l.recipe, l.flags,
    l.grounded, l.review, t.split, l.labelled_at, l.seq,
    t.split = 'train' AND l.grounded AND l.review IS DISTINCT FROM 'rejected'
        AND NOT list_has_any(l.flags, ['repaired', 'forced_close']) AS eligible
FROM labels l JOIN recipe_set s ON s.recipe = l.recipe JOIN texts t ON t.text_id = l.text_id
LEFT JOIN (
    SELECT n.text_id, max(m.adopted_seq) AS adopted_seq FROM raw_labels n JOIN recipe_set m ON m.recipe = n.recipe
    WHERE m.adopted_seq > (SELECT min(adopted_seq) FROM recipe_set) GROUP BY n.text_id
) n ON n.text_id = l.text_id
WHERE n.adopted_seq IS NULL OR n.adopted_seq = s.adopted_seq;

CREATE VIEW triplets AS
SELECT k.label_id, k.text_id, k.chunk_id, k.accession, f.cik, f.company, f.form, k.item,
    json_extract_string(e.payload, '$.text') AS text, k.rationale, k.summary, k.recipe, r.teacher, r.toy, k.flags,
    k.grounded, k.review, k.split, k.eligible, f.company_id, k.labelled_at, k.seq
FROM triplet_keys k
JOIN raw_events e ON e.seq = k.chunk_seq
JOIN (
    SELECT accession, cik, company, form, company_id FROM raw_filings
    QUALIFY row_number() OVER (PARTITION BY accession ORDER BY seq) = 1
) f ON f.accession = k.accession
JOIN raw_recipes r ON r.recipe = k.recipe;

CREATE VIEW dead_letters AS
SELECT d.chunk_id, d.text_id, d.recipe, d.reason, x.raw, d.attempts, d.recorded_at, d.seq, x.detail
FROM (
    SELECT text_id, recipe, max(seq) AS seq, arg_max(chunk_id, seq) AS chunk_id, arg_max(reason, seq) AS reason,
        arg_max(attempts, seq) AS attempts, arg_max(recorded_at, seq) AS recorded_at
    FROM raw_dead_letters GROUP BY text_id, recipe HAVING NOT arg_max(requeued, seq)
) d LEFT JOIN (
    SELECT text_id, recipe, arg_max(raw, seq) AS raw, arg_max(detail, seq) AS detail
    FROM raw_refusals GROUP BY text_id, recipe
) x ON x.text_id = d.text_id AND x.recipe = d.recipe;

CREATE VIEW refusals AS
SELECT chunk_id, text_id, recipe, reason, detail, raw, attempt AS attempts, validator, recorded_at, seq FROM raw_refusals;

-- Texts without a label in use, of their own or of one that speaks for them, and without a dead letter of the active recipe. `attempts` and their `reasons` count from the last requeue,
-- `tried` from the beginning.
CREATE VIEW pending AS
SELECT t.text_id, t.chunk_id, t.accession, t.item, t.split, t.chunk_seq, coalesce(len(x.reasons), 0) AS attempts, a.recipe,
    coalesce(x.reasons, []::VARCHAR[]) AS reasons, coalesce(x.tried, 0) AS tried
FROM texts t
CROSS JOIN (SELECT arg_max(recipe, seq) AS recipe FROM raw_recipe_changes HAVING count(*) > 0) a
LEFT JOIN (
    SELECT r.text_id, r.recipe, count(*) AS tried,
        list(r.reason ORDER BY r.seq) FILTER (WHERE r.seq > coalesce(q.seq, 0)) AS reasons
    FROM raw_refusals r LEFT JOIN (
        SELECT text_id, recipe, max(seq) AS seq FROM raw_dead_letters WHERE requeued GROUP BY text_id, recipe
    ) q ON q.text_id = r.text_id AND q.recipe = r.recipe
    GROUP BY r.text_id, r.recipe
) x ON x.text_id = t.text_id AND x.recipe = a.recipe
ANTI JOIN (SELECT n.text_id FROM raw_labels n JOIN recipe_set s ON s.recipe = n.recipe) l ON l.text_id = t.text_id
ANTI JOIN dead_letters d ON d.text_id = t.text_id AND d.recipe = a.recipe
ANTI JOIN (SELECT text_id FROM links WHERE NOT across) n ON n.text_id = t.text_id;

CREATE VIEW snapshots AS
SELECT snapshot_id, log_seq, recipe, parent, rows, new_rows, sha256, heldout_rows, heldout_sha256, recorded_at, seq
FROM raw_snapshots;

CREATE VIEW runs AS
SELECT run_id, snapshot_id, status, attempt, stage, start, parent, reason, spec, recorded_at, seq FROM raw_runs;

-- Two runs whose rows say the same give the same adapter: it is what the last of them was. Only the newest promotion
-- holds: a champion that nobody named as replaced is a former one all the same.
CREATE VIEW adapters AS
SELECT a.adapter_id, a.snapshot_id, a.base, a.base_fingerprint, a.parent,
    CASE WHEN c.status = 'champion' AND c.seq < (SELECT max(seq) FROM raw_adapter_changes WHERE status = 'champion')
        THEN 'former' ELSE c.status END AS status,
    c.reason, c.detail, a.start, a.objective, a.toy, a.rows, a.dropped, a.seconds, a.tokens, a.loss_first, a.loss_last, a.run_id, a.recorded_at, c.seq
FROM (SELECT * FROM raw_adapters QUALIFY row_number() OVER (PARTITION BY adapter_id ORDER BY seq DESC) = 1) a JOIN (
    SELECT adapter_id, max(seq) AS seq, arg_max(status, seq) AS status, arg_max(reason, seq) AS reason,
        arg_max(detail, seq) AS detail
    FROM raw_adapter_changes GROUP BY adapter_id
) c ON c.adapter_id = a.adapter_id;

CREATE VIEW metrics AS
SELECT adapter_id, snapshot_id, system, field, metric, value, low, high, n, clusters, eval_set, signature, recorded_at, seq
FROM raw_metrics;

CREATE VIEW comparisons AS
SELECT adapter_id, against, difference, low, high, n, clusters, eval_set, signature, per_example_sha256, recorded_at, seq
FROM raw_comparisons;
