-- Telemetry in few, dense rows: a batch as it came, a device's minute with all its metrics, a twin's metrics together.

-- Every reading of a device as it came, until its hour is packed into `chunk`: `body` is the batch's own zstd-compressed body, and
-- `devices` names for each of its sections, in their order, the device that its readings belong to; 0 where the row keeps none of it.
CREATE TABLE "telemetry"."batch" (
    "epoch" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "offset_ms" DOUBLE PRECISION NOT NULL,
    "readings" INTEGER NOT NULL,
    "gateway_id" TEXT NOT NULL,
    "devices" INTEGER[] NOT NULL,
    "body" BYTEA NOT NULL,
    PRIMARY KEY ("gateway_id", "from_at", "epoch", "sequence")
) PARTITION BY RANGE ("from_at");
-- It is compressed already.
ALTER TABLE "telemetry"."batch" ALTER COLUMN "body" SET STORAGE EXTERNAL;

-- `format` 0: a zstd-compressed batch body with one section, which is held or was, or is older than `batch`; of the latter it is not
-- said which gateway told it. 1: a device's hour, packed (observation/packed.ts); its epoch is 0, and its sequence a number of its own.
ALTER TABLE "telemetry"."chunk" ADD COLUMN "format" SMALLINT NOT NULL DEFAULT 0, ADD COLUMN "gateway_id" TEXT;
ALTER TABLE "telemetry"."chunk" ALTER COLUMN "body" SET STORAGE EXTERNAL;
CREATE SEQUENCE "telemetry"."packed_num_seq";

-- One minute of one device. Each metric has the same place in all five lists.
ALTER TABLE "telemetry"."minute" RENAME TO "minute_before";
CREATE TABLE "telemetry"."device_minute" (
    "device" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "metrics" SMALLINT[] NOT NULL,
    "counts" INTEGER[] NOT NULL,
    "sums" DOUBLE PRECISION[] NOT NULL,
    "mins" DOUBLE PRECISION[] NOT NULL,
    "maxs" DOUBLE PRECISION[] NOT NULL,
    PRIMARY KEY ("device", "at")
) PARTITION BY RANGE ("at");

-- The partitions of one UTC day. A minute is written many times while it lasts, so its pages keep room for that.
CREATE OR REPLACE FUNCTION "telemetry"."ensure_day"("day" DATE) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    series TEXT;
    partition TEXT;
BEGIN
    FOREACH series IN ARRAY ARRAY['chunk', 'batch', 'device_minute'] LOOP
        partition := format('%s_%s', series, to_char("day", 'YYYYMMDD'));
        IF to_regclass(format('telemetry.%I', partition)) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtext('telemetry.ensure_day'));
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS telemetry.%I PARTITION OF telemetry.%I FOR VALUES FROM (%L) TO (%L) WITH (toast_tuple_target = 8160, fillfactor = %s)',
                partition, series, "day"::timestamp AT TIME ZONE 'UTC', ("day" + 1)::timestamp AT TIME ZONE 'UTC',
                CASE series WHEN 'device_minute' THEN 70 ELSE 100 END
            );
        END IF;
    END LOOP;
END
$$;

-- What is held of a day goes into its other partitions later, inside a transaction that cannot make them.
SELECT "telemetry"."ensure_day"(day) FROM (
    SELECT (at AT TIME ZONE 'UTC')::date AS day FROM "telemetry"."minute_before"
    UNION
    SELECT (from_at AT TIME ZONE 'UTC')::date FROM "telemetry"."chunk"
) days;
INSERT INTO "telemetry"."device_minute" (device, at, metrics, counts, sums, mins, maxs)
SELECT device, at, array_agg(metric ORDER BY metric), array_agg(count ORDER BY metric), array_agg(sum ORDER BY metric),
    array_agg(min ORDER BY metric), array_agg(max ORDER BY metric)
FROM "telemetry"."minute_before" GROUP BY device, at;
DROP TABLE "telemetry"."minute_before";

CREATE VIEW "telemetry"."minute" AS
SELECT device, m.metric, at, m.count, m.sum, m.min, m.max
FROM "telemetry"."device_minute", unnest(metrics, counts, sums, mins, maxs) m (metric, count, sum, min, max);

-- What the lists of a minute add up to with what is added to them. The order of adding does not matter, but for the last bit of a sum.
CREATE FUNCTION "telemetry"."added_minute"(
    "metrics" SMALLINT[], "counts" INTEGER[], "sums" DOUBLE PRECISION[], "mins" DOUBLE PRECISION[], "maxs" DOUBLE PRECISION[],
    "more_metrics" SMALLINT[], "more_counts" INTEGER[], "more_sums" DOUBLE PRECISION[], "more_mins" DOUBLE PRECISION[], "more_maxs" DOUBLE PRECISION[],
    OUT "metrics_now" SMALLINT[], OUT "counts_now" INTEGER[], OUT "sums_now" DOUBLE PRECISION[], OUT "mins_now" DOUBLE PRECISION[], OUT "maxs_now" DOUBLE PRECISION[]
) LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF "metrics" = "more_metrics" THEN
        metrics_now := "metrics";
        SELECT array_agg(a + b), array_agg(c + d), array_agg(least(e, f)), array_agg(greatest(g, h))
        INTO counts_now, sums_now, mins_now, maxs_now
        FROM unnest("counts", "more_counts", "sums", "more_sums", "mins", "more_mins", "maxs", "more_maxs") u (a, b, c, d, e, f, g, h);
    ELSE
        SELECT array_agg(metric ORDER BY metric), array_agg(c ORDER BY metric), array_agg(s ORDER BY metric),
            array_agg(lo ORDER BY metric), array_agg(hi ORDER BY metric)
        INTO metrics_now, counts_now, sums_now, mins_now, maxs_now
        FROM (
            SELECT metric, sum(c)::int4 AS c, sum(s) AS s, min(lo) AS lo, max(hi) AS hi
            FROM (
                SELECT * FROM unnest("metrics", "counts", "sums", "mins", "maxs") u (metric, c, s, lo, hi)
                UNION ALL
                SELECT * FROM unnest("more_metrics", "more_counts", "more_sums", "more_mins", "more_maxs") u (metric, c, s, lo, hi)
            ) both_lists GROUP BY metric
        ) added;
    END IF;
END
$$;

-- The newest that is known of each metric of a device. Each metric has the same place in all lists; times are epoch ms.
CREATE TABLE "twin_metrics" (
    "device_id" TEXT NOT NULL,
    "metrics" SMALLINT[] NOT NULL,
    "vals" DOUBLE PRECISION[] NOT NULL,
    "value_ats" BIGINT[] NOT NULL,
    "qualities" SMALLINT[] NOT NULL,
    "ats" BIGINT[] NOT NULL,
    "epochs" BIGINT[] NOT NULL,
    "mono_mss" BIGINT[] NOT NULL,

    CONSTRAINT "twin_metrics_pkey" PRIMARY KEY ("device_id")
) WITH (toast_tuple_target = 8160, fillfactor = 60);
INSERT INTO "telemetry"."metric" (name) SELECT DISTINCT metric FROM "twin_metric" ON CONFLICT DO NOTHING;
INSERT INTO "twin_metrics"
SELECT device_id, array_agg(m.id ORDER BY m.id), array_agg(value ORDER BY m.id),
    array_agg(round(extract(epoch FROM value_at) * 1000)::int8 ORDER BY m.id), array_agg(quality ORDER BY m.id),
    array_agg(round(extract(epoch FROM t.at) * 1000)::int8 ORDER BY m.id), array_agg(epoch ORDER BY m.id), array_agg(mono_ms ORDER BY m.id)
FROM "twin_metric" t JOIN "telemetry"."metric" m ON m.name = t.metric GROUP BY device_id;
DROP TABLE "twin_metric";

CREATE VIEW "twin_metric" AS
SELECT device_id, metric.name AS metric, m.value, to_timestamp(m.value_at / 1000.0)::timestamptz(3) AS value_at, m.quality,
    to_timestamp(m.at / 1000.0)::timestamptz(3) AS at, m.epoch, m.mono_ms
FROM "twin_metrics", unnest(metrics, vals, value_ats, qualities, ats, epochs, mono_mss) m (metric, value, value_at, quality, at, epoch, mono_ms)
JOIN "telemetry"."metric" metric ON metric.id = m.metric;

-- A twin's lists after what was told of it: of each metric the newer, by epoch and monotonic time. A null time of reading keeps the
-- value that is held: the device was silent. After a device has `moved` to another gateway all that is told is newer.
CREATE FUNCTION "newer_twin_metrics"("held" "twin_metrics", "told" "twin_metrics", "moved" BOOLEAN) RETURNS "twin_metrics"
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    is_all_newer BOOLEAN;
    merged "twin_metrics";
BEGIN
    IF held.metrics = told.metrics AND array_position(told.value_ats, NULL) IS NULL THEN
        SELECT moved OR bool_and((e, m) > (held_e, held_m)) INTO is_all_newer
        FROM unnest(held.epochs, held.mono_mss, told.epochs, told.mono_mss) u (held_e, held_m, e, m);
        IF is_all_newer THEN
            RETURN told;
        END IF;
    END IF;
    merged.device_id := held.device_id;
    SELECT array_agg(metric ORDER BY metric),
        array_agg(CASE WHEN is_told AND value_at IS NOT NULL THEN value ELSE held_value END ORDER BY metric),
        array_agg(CASE WHEN is_told AND value_at IS NOT NULL THEN value_at ELSE held_value_at END ORDER BY metric),
        array_agg(CASE WHEN is_told THEN quality ELSE held_quality END ORDER BY metric),
        array_agg(CASE WHEN is_told THEN at ELSE held_at END ORDER BY metric),
        array_agg(CASE WHEN is_told THEN epoch WHEN moved THEN 0 ELSE held_epoch END ORDER BY metric),
        array_agg(CASE WHEN is_told THEN mono_ms WHEN moved THEN 0 ELSE held_mono_ms END ORDER BY metric)
    INTO merged.metrics, merged.vals, merged.value_ats, merged.qualities, merged.ats, merged.epochs, merged.mono_mss
    FROM (
        SELECT coalesce(h.metric, t.metric) AS metric, h.value AS held_value, h.value_at AS held_value_at, h.quality AS held_quality,
            h.at AS held_at, h.epoch AS held_epoch, h.mono_ms AS held_mono_ms, t.value, t.value_at, t.quality, t.at, t.epoch, t.mono_ms,
            t.metric IS NOT NULL AND (h.metric IS NULL OR moved OR (t.epoch, t.mono_ms) > (h.epoch, h.mono_ms)) AS is_told
        FROM unnest(held.metrics, held.vals, held.value_ats, held.qualities, held.ats, held.epochs, held.mono_mss)
            h (metric, value, value_at, quality, at, epoch, mono_ms)
        FULL JOIN unnest(told.metrics, told.vals, told.value_ats, told.qualities, told.ats, told.epochs, told.mono_mss)
            t (metric, value, value_at, quality, at, epoch, mono_ms) ON t.metric = h.metric
    ) each_metric;
    RETURN merged;
END
$$;

-- Twins are written with every batch.
ALTER TABLE "twin" SET (fillfactor = 60);
ALTER TABLE "gateway_epoch" SET (fillfactor = 60);

-- Whether a day's hours have to be integrated anew.
ALTER TABLE "state_span" ADD COLUMN "due" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "state_span" SET (fillfactor = 70);
CREATE INDEX "state_span_due_idx" ON "state_span"("due");
DELETE FROM "event_outbox" WHERE name = 'observation.state-observed';
