import Type, { type Static } from "typebox";

/** The hours of a device have been integrated anew. */
export const RunTimeAdvanced = Type.Object({
  deviceId: Type.String({ minLength: 1, maxLength: 64 }),
  inUseH: Type.Number({ minimum: 0 }),
  asOfMs: Type.Integer({ minimum: 0 }),
});
export type RunTimeAdvanced = Static<typeof RunTimeAdvanced>;
