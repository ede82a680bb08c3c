import fc from "fast-check";
import { expect, test } from "vitest";
import { isReading, OrchestraBase, type SeatedModule } from "./base.ts";
import { baseVariables, type ModuleState, moduleVariables } from "./variables.ts";

const STATE: ModuleState = {
  alarmBits: 0,
  errorCode: 0,
  mode: 1,
  rateMlPerH: 5,
  infusedMl: 12.345,
  bolusRateMlPerH: 0,
  bolusMl: 0,
};

function rack(...slots: number[]) {
  const states = new Map<number, { state: ModuleState; body: object; isOn: boolean }>();
  const seat = (slot: number) => states.set(slot, { state: { ...STATE }, body: {}, isOn: true });
  for (const slot of slots) seat(slot);
  const seated = (): Map<number, SeatedModule> =>
    new Map([...states].map(([slot, { state, ...rest }]) => [slot, { ...rest, variables: moduleVariables(state) }]));
  const base = new OrchestraBase(() => ({ base: baseVariables([...states.keys()]), modules: seated() }));
  const ask = (slot: number, message: string) => base.answer(slot, message, ";");
  const change = (slot: number, patch: Partial<ModuleState>) => {
    const module = states.get(slot);
    if (module !== undefined) module.state = { ...module.state, ...patch };
  };
  return { base, ask, states, seat, change };
}

test("the readings of the sheet are answered word for word", () => {
  const { ask } = rack(1, 2);
  expect(ask(0, "DC")).toBe("C");
  expect(ask(0, "LE;b")).toBe("C;b03");
  expect(ask(0, "LE;ib")).toBe("C;i02;b03");
  expect(ask(1, "DC")).toBe("C");
  expect(ask(1, "LE;dr")).toBe("C;d0032;r3039");
  expect(ask(1, "LE;aemdrks")).toBe("C;a0000;e00;m1;d0032;r3039;k0000;s0000");
  expect(ask(1, "LM")).toBe("C;d0032");
  expect(ask(1, "LF;b")).toBe("C;bModule DPS");
  expect([ask(1, "LN"), ask(1, "LP"), ask(0, "LM")]).toEqual(["C", "C", "C"]);
  expect(ask(1, "FC")).toBe("C");
  expect(ask(1, "LE;d")).toBe("I;1E");
});

test("without a session there are errors: 0D of the base, 1E of a module, 0E where there is none", () => {
  const { ask, base } = rack(1, 3);
  expect([ask(0, "LE;b"), ask(1, "DC"), ask(0, "FC")]).toEqual(["I;0D", "I;0D", "I;0D"]);
  ask(0, "DC");
  expect([ask(1, "LE;d"), ask(2, "DC"), ask(2, "LE;d")]).toEqual(["I;1E", "I;0E", "I;0E"]);
  expect(base.answer(1, "LE;d", "")).toBe("I1E");
  ask(1, "DC");
  expect(ask(1, "LE;d")).toBe("C;d0032");
  expect(ask(0, "FC")).toBe("C");
  expect(ask(1, "LE;d")).toBe("I;0D");
  ask(0, "DC");
  expect(ask(1, "LE;d")).toBe("I;1E");
});

test("what cannot be read is told apart: nothing asked, unknown letter, letter of the other, reply too long", () => {
  const { ask } = rack(1);
  ask(0, "DC");
  ask(1, "DC");
  expect(["LE", "LE;x", "LE;b", "LE;dx", "LF;c", `LE;${"d".repeat(20)}`].map((message) => ask(1, message))).toEqual([
    "I;04",
    "I;0B",
    "I;0A",
    "I;0B",
    "I;0B",
    "I;0C",
  ]);
  expect(ask(0, "LE;d")).toBe("I;0A");
});

test("a session ends when its module leaves its slot, is switched off for a while or not, and when another stands there", () => {
  const { ask, base, states, seat } = rack(1, 2);
  for (const slot of [0, 1, 2]) ask(slot, "DC");
  states.delete(2);
  base.settle();
  expect(ask(0, "LE;b")).toBe("C;b01");
  expect(ask(2, "LE;d")).toBe("I;0E");
  seat(2);
  base.settle();
  expect(ask(0, "LE;b")).toBe("C;b03");
  expect(ask(2, "LE;d")).toBe("I;1E");
  const module = states.get(1);
  if (module !== undefined) module.isOn = false;
  base.settle();
  expect([ask(1, "LE;d"), ask(0, "LE;b")]).toEqual(["I;0E", "C;b03"]);
});

test("a change of what was enabled is an event until it is acknowledged, and tells the changed letters alone", () => {
  const { ask, base, change } = rack(1);
  for (const slot of [0, 1]) ask(slot, "DC");
  expect(ask(1, "DE;ad")).toBe("C");
  expect(base.events().size).toBe(0);
  change(1, { alarmBits: 1 });
  expect([...base.events()]).toEqual([[1, "E;a0001"]]);
  change(1, { rateMlPerH: 8, infusedMl: 40 });
  expect([...base.events()]).toEqual([[1, "E;a0001"]]);
  expect(ask(1, "E")).toBeNull();
  expect([...base.events()]).toEqual([[1, "E;d0050"]]);
  expect(ask(1, "AE;d")).toBe("C");
  expect(ask(1, "E")).toBeNull();
  change(1, { rateMlPerH: 9, alarmBits: 0 });
  expect([...base.events()]).toEqual([[1, "E;a0000"]]);
  expect(ask(1, "AE")).toBe("C");
  expect(base.events().size).toBe(0);
});

test("a module pulled and put back is an event of the base where its map is enabled", () => {
  const { ask, base, states, seat } = rack(1, 2);
  ask(0, "DC");
  ask(0, "DE;ib");
  states.delete(2);
  expect([...base.events()]).toEqual([[0, "E;i01;b01"]]);
  ask(0, "E");
  seat(2);
  expect([...base.events()]).toEqual([[0, "E;i02;b03"]]);
});

test("control and whatever else is said changes nothing and is an error, known or not", () => {
  const { ask } = rack(1);
  for (const slot of [0, 1]) ask(slot, "DC");
  const known = ["PR;0064", "PO", "PB;1", "PF", "PV;1", "PP;1", "PS", "RZ", "OF", "SI", "RV", "EP;x", "EN;x"];
  for (const message of known) expect([message, ask(1, message)]).toEqual([message, "I;02"]);
  expect([ask(1, "MO;2"), ask(0, "MO;1")]).toEqual(["I;20", "I;20"]);
  const said = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), said, (slot, message) => {
      fc.pre(!isReading(message));
      expect(ask(slot, message)).toMatch(/^I;[0-9A-F]{2}$/);
      expect(ask(1, "LE;dr")).toBe("C;d0032;r3039");
    }),
  );
});

test("every variable is a letter and upper-case hexadecimal, whatever the module shows", () => {
  const quantity = fc.double({ min: 0, max: 1_000_000, noNaN: true });
  const state = fc.record({
    alarmBits: fc.integer({ min: 0, max: 0xffff }),
    errorCode: fc.integer({ min: 0, max: 0xff }),
    mode: fc.constantFrom(1, 2),
    rateMlPerH: fc.double({ min: 0, max: 1200, noNaN: true }),
    infusedMl: quantity,
    bolusRateMlPerH: fc.double({ min: 0, max: 1200, noNaN: true }),
    bolusMl: quantity,
  });
  fc.assert(
    fc.property(state, (shown) => {
      const told = [...moduleVariables(shown)];
      for (const [letter, text] of told) expect(text).toMatch(new RegExp(`^${letter}[0-9A-F]+$`));
      const value = (letter: string) => Number.parseInt((told.find(([id]) => id === letter)?.[1] ?? "").slice(1), 16);
      expect(value("d")).toBe(Math.round(shown.rateMlPerH * 10));
      expect(value("r")).toBe(Math.round(shown.infusedMl * 1000));
      expect(value("a")).toBe(shown.alarmBits);
    }),
  );
});
