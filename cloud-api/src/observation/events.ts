import Type, { type Static } from "typebox";

/** Time in a state was observed on one UTC day of a device; what stood of that day before may have changed. */
export const StateObserved = Type.Object({
  deviceId: Type.String({ minLength: 1, maxLength: 64 }),
  day: Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" }),
});
export type StateObserved = Static<typeof StateObserved>;

/** The hours of a device have been integrated anew. */
export const RunTimeAdvanced = Type.Object({
  deviceId: Type.String({ minLength: 1, maxLength: 64 }),
  inUseH: Type.Number({ minimum: 0 }),
  asOfMs: Type.Integer({ minimum: 0 }),
});
export type RunTimeAdvanced = Static<typeof RunTimeAdvanced>;
