/** What the world may refuse: a silent pump or a bad checksum is data, never an exception. */
export type Result<Value, Fault> = { ok: true; value: Value } | { ok: false; fault: Fault };

export const ok = <Value>(value: Value) => ({ ok: true, value }) as const;
export const fail = <Fault>(fault: Fault) => ({ ok: false, fault }) as const;
