-- CreateTable
CREATE TABLE "user_account" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "setup_token" (
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "setup_token_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gateway_epoch" (
    "gateway_id" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "committed" int8multirange NOT NULL DEFAULT '{}'::int8multirange,
    "set_aside" int8multirange NOT NULL DEFAULT '{}'::int8multirange,
    "first_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gateway_epoch_pkey" PRIMARY KEY ("gateway_id","epoch")
);

-- CreateTable
CREATE TABLE "gateway_outbox" (
    "gateway_id" TEXT NOT NULL,
    "outbox_id" TEXT NOT NULL,
    "epoch_min" BIGINT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gateway_outbox_pkey" PRIMARY KEY ("gateway_id")
);

-- CreateTable
CREATE TABLE "gateway_boot" (
    "gateway_id" TEXT NOT NULL,
    "boot_id" TEXT NOT NULL,
    "offset_ms" DOUBLE PRECISION NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gateway_boot_pkey" PRIMARY KEY ("gateway_id","boot_id")
);

-- CreateTable
CREATE TABLE "set_aside_batch" (
    "id" BIGSERIAL NOT NULL,
    "gateway_id" TEXT NOT NULL,
    "epoch" BIGINT,
    "sequence" BIGINT,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "message" BYTEA NOT NULL,

    CONSTRAINT "set_aside_batch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "set_aside_part" (
    "gateway_id" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "set_aside_part_pkey" PRIMARY KEY ("gateway_id","line","unit","what")
);

-- CreateTable
CREATE TABLE "twin" (
    "device_id" TEXT NOT NULL,
    "version" BIGINT NOT NULL DEFAULT 0,
    "gateway_id" TEXT,
    "profile" TEXT,
    "profile_revision" INTEGER,
    "identity" JSONB NOT NULL DEFAULT '{}',
    "operating_state" TEXT NOT NULL DEFAULT 'unknown',
    "operating_since" TIMESTAMPTZ(3),
    "operating_at" TIMESTAMPTZ(3),
    "last_known_state" TEXT,
    "last_known_at" TIMESTAMPTZ(3),
    "idle_since" TIMESTAMPTZ(3),
    "device_link" TEXT NOT NULL DEFAULT 'unknown',
    "device_link_since" TIMESTAMPTZ(3),
    "heard_at" TIMESTAMPTZ(3),
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "mono_ms" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "twin_pkey" PRIMARY KEY ("device_id")
);

-- CreateTable
CREATE TABLE "twin_metric" (
    "device_id" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "value_at" TIMESTAMPTZ(3),
    "quality" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "epoch" BIGINT NOT NULL,
    "mono_ms" BIGINT NOT NULL,

    CONSTRAINT "twin_metric_pkey" PRIMARY KEY ("device_id","metric")
);

-- CreateTable
CREATE TABLE "site" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "simulated" BOOLEAN NOT NULL,
    "policy" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "site_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ward" (
    "id" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "floor" INTEGER NOT NULL,
    "order_on_floor" INTEGER NOT NULL,

    CONSTRAINT "ward_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gateway" (
    "id" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "ward_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "simulated" BOOLEAN NOT NULL,
    "online" BOOLEAN,
    "online_since" TIMESTAMPTZ(3),
    "last_batch_at" TIMESTAMPTZ(3),
    "agent_version" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "gateway_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gateway_certificate" (
    "serial" TEXT NOT NULL,
    "gateway_id" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "issued_by" TEXT NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "gateway_certificate_pkey" PRIMARY KEY ("serial")
);

-- CreateTable
CREATE TABLE "device" (
    "id" TEXT NOT NULL,
    "num" SERIAL NOT NULL,
    "site_id" TEXT NOT NULL,
    "ward_id" TEXT NOT NULL,
    "ward_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "manufacturer" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "serial" TEXT NOT NULL,
    "serial_normalised" TEXT NOT NULL,
    "firmware" TEXT,
    "asset_number" TEXT,
    "profile" TEXT NOT NULL,
    "simulated" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "device_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "binding" (
    "gateway_id" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "device_id" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "binding_pkey" PRIMARY KEY ("gateway_id","line","unit")
);

-- CreateTable
CREATE TABLE "state_span" (
    "device_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "state" TEXT NOT NULL,
    "spans" int8multirange NOT NULL,

    CONSTRAINT "state_span_pkey" PRIMARY KEY ("device_id","day","state")
);

-- CreateTable
CREATE TABLE "usage_day" (
    "device_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "in_use_s" DOUBLE PRECISION NOT NULL,
    "standby_s" DOUBLE PRECISION NOT NULL,
    "off_s" DOUBLE PRECISION NOT NULL,
    "self_test_s" DOUBLE PRECISION NOT NULL,
    "as_of" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_day_pkey" PRIMARY KEY ("device_id","day")
);

-- CreateTable
CREATE TABLE "event_outbox" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_account_email_key" ON "user_account"("email");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE INDEX "audit_event_at_idx" ON "audit_event"("at");

-- CreateIndex
CREATE INDEX "set_aside_batch_gateway_id_received_at_idx" ON "set_aside_batch"("gateway_id", "received_at");

-- CreateIndex
CREATE INDEX "ward_site_id_idx" ON "ward"("site_id");

-- CreateIndex
CREATE INDEX "gateway_site_id_idx" ON "gateway"("site_id");

-- CreateIndex
CREATE INDEX "gateway_certificate_gateway_id_idx" ON "gateway_certificate"("gateway_id");

-- CreateIndex
CREATE UNIQUE INDEX "device_num_key" ON "device"("num");

-- CreateIndex
CREATE INDEX "device_ward_id_idx" ON "device"("ward_id");

-- CreateIndex
CREATE UNIQUE INDEX "device_site_id_manufacturer_model_serial_normalised_key" ON "device"("site_id", "manufacturer", "model", "serial_normalised");

-- CreateIndex
CREATE INDEX "binding_device_id_idx" ON "binding"("device_id");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ward" ADD CONSTRAINT "ward_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gateway" ADD CONSTRAINT "gateway_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gateway" ADD CONSTRAINT "gateway_ward_id_fkey" FOREIGN KEY ("ward_id") REFERENCES "ward"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gateway_certificate" ADD CONSTRAINT "gateway_certificate_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateway"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_ward_id_fkey" FOREIGN KEY ("ward_id") REFERENCES "ward"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "binding" ADD CONSTRAINT "binding_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateway"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "binding" ADD CONSTRAINT "binding_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Time series lie outside Prisma's models: partitioned by time, written and read through SQL.
CREATE SCHEMA "telemetry";

-- The short keys of metrics. A name keeps its key for ever.
CREATE TABLE "telemetry"."metric" (
    "id" SMALLINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "name" TEXT NOT NULL UNIQUE
);

-- Every reading as it came: one row for each device and batch, `body` being a zstd-compressed batch body with that device
-- alone. Times are cloud-corrected.
CREATE TABLE "telemetry"."chunk" (
    "device" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "epoch" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "part" SMALLINT NOT NULL,
    "offset_ms" DOUBLE PRECISION NOT NULL,
    "readings" INTEGER NOT NULL,
    "body" BYTEA NOT NULL,
    PRIMARY KEY ("device", "from_at", "epoch", "sequence", "part")
) PARTITION BY RANGE ("from_at");

-- One minute of one metric. Sums, extremes and counts only, so that the order in which batches come does not matter.
CREATE TABLE "telemetry"."minute" (
    "device" INTEGER NOT NULL,
    "metric" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,
    "sum" DOUBLE PRECISION NOT NULL,
    "min" DOUBLE PRECISION NOT NULL,
    "max" DOUBLE PRECISION NOT NULL,
    PRIMARY KEY ("device", "metric", "at")
) PARTITION BY RANGE ("at");

-- Makes the partitions of one UTC day. Called outside the transactions that write, and safe to call by many at once.
CREATE FUNCTION "telemetry"."ensure_day"("day" DATE) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    series TEXT;
    partition TEXT;
BEGIN
    FOREACH series IN ARRAY ARRAY['chunk', 'minute'] LOOP
        partition := format('%s_%s', series, to_char("day", 'YYYYMMDD'));
        IF to_regclass(format('telemetry.%I', partition)) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtext('telemetry.ensure_day'));
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS telemetry.%I PARTITION OF telemetry.%I FOR VALUES FROM (%L) TO (%L)',
                partition, series, "day"::timestamp AT TIME ZONE 'UTC', ("day" + 1)::timestamp AT TIME ZONE 'UTC'
            );
        END IF;
    END LOOP;
END
$$;
