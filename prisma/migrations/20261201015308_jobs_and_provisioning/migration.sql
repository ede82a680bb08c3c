-- CreateTable
CREATE TABLE "device_job" (
    "id" TEXT NOT NULL,
    "document" JSON NOT NULL,
    "timeout_min" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "device_job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_job_execution" (
    "job_id" TEXT NOT NULL,
    "thing" TEXT NOT NULL,
    "place" BIGSERIAL NOT NULL,
    "status" TEXT NOT NULL,
    "status_details" JSON NOT NULL DEFAULT '{}',
    "version" BIGINT NOT NULL DEFAULT 1,
    "queued_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "step_ends_at" TIMESTAMPTZ(3),
    "cancel_asked" BOOLEAN NOT NULL DEFAULT false,
    "due_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_job_execution_pkey" PRIMARY KEY ("thing","job_id")
);

-- CreateTable
CREATE TABLE "provisioning_claim" (
    "id" TEXT NOT NULL,
    "serial" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "ward_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "used_by" TEXT,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "provisioning_claim_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signed_request" (
    "serial" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "asker" TEXT NOT NULL,
    "asker_serial" TEXT NOT NULL,
    "gateway_id" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,
    "activated_at" TIMESTAMPTZ(3),

    CONSTRAINT "signed_request_pkey" PRIMARY KEY ("serial")
);

-- CreateTable
CREATE TABLE "client_certificate" (
    "serial" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "shadows" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "issued_by" TEXT NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "client_certificate_pkey" PRIMARY KEY ("serial")
);

-- CreateIndex
CREATE INDEX "device_job_created_at_idx" ON "device_job"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "device_job_execution_place_key" ON "device_job_execution"("place");

-- CreateIndex
CREATE INDEX "device_job_execution_job_id_idx" ON "device_job_execution"("job_id");

-- CreateIndex
CREATE INDEX "device_job_execution_due_at_idx" ON "device_job_execution"("due_at");

-- CreateIndex
CREATE INDEX "device_job_execution_ended_at_idx" ON "device_job_execution"("ended_at");

-- CreateIndex
CREATE UNIQUE INDEX "provisioning_claim_serial_key" ON "provisioning_claim"("serial");

-- CreateIndex
CREATE INDEX "provisioning_claim_site_id_idx" ON "provisioning_claim"("site_id");

-- CreateIndex
CREATE INDEX "provisioning_claim_ward_id_idx" ON "provisioning_claim"("ward_id");

-- CreateIndex
CREATE UNIQUE INDEX "signed_request_token_hash_key" ON "signed_request"("token_hash");

-- CreateIndex
CREATE INDEX "signed_request_asker_idx" ON "signed_request"("asker");

-- CreateIndex
CREATE INDEX "client_certificate_site_id_idx" ON "client_certificate"("site_id");

-- AddForeignKey
ALTER TABLE "device_job_execution" ADD CONSTRAINT "device_job_execution_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "device_job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provisioning_claim" ADD CONSTRAINT "provisioning_claim_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provisioning_claim" ADD CONSTRAINT "provisioning_claim_ward_id_fkey" FOREIGN KEY ("ward_id") REFERENCES "ward"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_certificate" ADD CONSTRAINT "client_certificate_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
