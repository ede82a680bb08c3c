-- AlterTable
ALTER TABLE "device" ADD COLUMN     "conflict_since" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "site" ADD COLUMN     "bindings" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "binding_past" (
    "device_id" TEXT NOT NULL,
    "gateway_id" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "until_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "binding_past_pkey" PRIMARY KEY ("device_id","gateway_id","line","unit","until_at")
);

-- CreateTable
CREATE TABLE "device_sighting" (
    "gateway_id" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "serial_normalised" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "num" INTEGER NOT NULL,
    "identity" JSONB NOT NULL,
    "device_id" TEXT,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "reported_at" TIMESTAMPTZ(3),
    "overruled_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_sighting_pkey" PRIMARY KEY ("gateway_id","line","unit","profile","serial_normalised")
);

-- CreateIndex
CREATE UNIQUE INDEX "device_sighting_num_key" ON "device_sighting"("num");

-- CreateIndex
CREATE INDEX "device_sighting_site_id_profile_serial_normalised_idx" ON "device_sighting"("site_id", "profile", "serial_normalised");

-- CreateIndex
CREATE INDEX "device_sighting_device_id_idx" ON "device_sighting"("device_id");
