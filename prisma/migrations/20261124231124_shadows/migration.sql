-- CreateTable
CREATE TABLE "shadow" (
    "thing" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" BIGINT NOT NULL,
    "document" JSON NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "shadow_pkey" PRIMARY KEY ("thing","name")
);
