-- AlterTable
ALTER TABLE "binding" ADD COLUMN     "awaits" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "attachment" (
    "gateway_id" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "attachment" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "identity" JSONB NOT NULL,
    "device_id" TEXT,
    "confirmed_by" TEXT,
    "confirmed_at" TIMESTAMPTZ(3),
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "epoch" BIGINT NOT NULL,
    "mono_ms" BIGINT NOT NULL,

    CONSTRAINT "attachment_pkey" PRIMARY KEY ("gateway_id","line","unit","attachment")
);

-- CreateTable
CREATE TABLE "line_place" (
    "gateway_id" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "num" INTEGER NOT NULL,

    CONSTRAINT "line_place_pkey" PRIMARY KEY ("gateway_id","line","unit")
);

-- CreateIndex
CREATE INDEX "attachment_device_id_idx" ON "attachment"("device_id");

-- CreateIndex
CREATE UNIQUE INDEX "line_place_num_key" ON "line_place"("num");
