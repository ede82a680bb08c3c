-- CreateTable
CREATE TABLE "database_identity" (
    "id" UUID NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "database_identity_pkey" PRIMARY KEY ("id")
);

-- Every database has one of its own, a restored one too: by it the gateways know that they speak with another one.
INSERT INTO "database_identity" ("id") VALUES (gen_random_uuid());
