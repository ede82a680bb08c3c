import { ClaimFile } from "@wardtwin/device-profiles/twin-document/provisioning";
import Type from "typebox";
import { Instant, RegistryId } from "../platform/schema.ts";

/** A claim is for one gateway of a ward. */
export const NewClaim = Type.Object({
  ward: RegistryId,
  expiresInH: Type.Optional(Type.Integer({ minimum: 1, maximum: 720, default: 24 })),
});

/** Everything that `wardtwin-agent enrol` needs; told once and kept nowhere. */
export const ClaimMade = Type.Object({ ...ClaimFile.properties }, { title: "ClaimMade" });

export const ClaimId = ClaimFile.properties.id;

export const ClaimList = Type.Object(
  {
    claims: Type.Array(
      Type.Object({
        id: ClaimId,
        site: RegistryId,
        ward: RegistryId,
        createdAt: Instant,
        createdBy: Type.String(),
        expiresAt: Instant,
        usedAt: Type.Union([Instant, Type.Null()]),
        /** The gateway that it became. */
        usedBy: Type.Union([RegistryId, Type.Null()]),
        revokedAt: Type.Union([Instant, Type.Null()]),
      }),
    ),
  },
  { title: "ClaimList" },
);

export const ClaimRevoked = Type.Object({ id: ClaimId, revokedAt: Instant }, { title: "ClaimRevoked" });
