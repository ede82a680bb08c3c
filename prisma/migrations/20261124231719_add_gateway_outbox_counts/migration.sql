-- AlterTable
ALTER TABLE "gateway" ADD COLUMN     "outbox" JSONB,
ADD COLUMN     "outbox_at" TIMESTAMPTZ(3);
