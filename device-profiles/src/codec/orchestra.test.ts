import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import profile from "../../catalog/infusion-pump/orchestra-module-dps.profile.ts";
import { decodeOrchestra, orchestraModules, splitOrchestra } from "./orchestra.ts";

const meaning = JSON.parse(
  readFileSync(new URL("../../fixtures/orchestra-module-dps.in-use.json", import.meta.url), "utf8"),
);
const messages: string[] = meaning.messages;
const fieldsOf = (message: string | undefined) => {
  const split = splitOrchestra(message ?? "");
  if (!split.ok || split.value.status === "incorrect") throw new Error(`${message} has no fields`);
  return split.value.fields;
};
const decoded = (...fields: string[]) => decodeOrchestra(profile, fields);
const values = (...fields: string[]) =>
  Object.fromEntries(decoded(...fields).readings.map(({ metric, value }) => [metric, value]));

test("the sheet's messages mean what their fixture says", () => {
  expect(splitOrchestra("1C;d0032;r3039")).toEqual({
    ok: true,
    value: { status: "correct", place: "1", fields: ["d0032", "r3039"] },
  });
  const read = decodeOrchestra(profile, fieldsOf(messages.find((message) => message.startsWith("1C;"))));
  expect({ identity: read.identity, operatingState: read.operatingState }).toEqual({
    identity: meaning.identity,
    operatingState: meaning.operatingState,
  });
  expect(Object.fromEntries(read.readings.map(({ metric, value }) => [metric, value]))).toEqual(meaning.readings);
  const modules = orchestraModules(fieldsOf(messages.find((message) => message.startsWith("0C;"))));
  expect(modules).toEqual({ ok: true, value: new Set(meaning.modules) });
  expect(splitOrchestra("1E;a0001")).toMatchObject({ value: { status: "event", place: "1", fields: ["a0001"] } });
});

test("an error is read in both spellings", () => {
  const error = { ok: true, value: { status: "incorrect", place: "1", error: "1E" } };
  expect(splitOrchestra("1I;1E")).toEqual(error);
  expect(splitOrchestra("1I1E")).toEqual(error);
  expect(splitOrchestra("1I;1")).toEqual({ ok: false, fault: "codec.command" });
});

test("what a host says is no message of a base's", () => {
  for (const said of ["0DC", "1LE;dr", "1DE;ad", "1FC", "1MO;2", "1EP;A", "DC", "", "C", "AC"]) {
    expect(splitOrchestra(said)).toEqual({ ok: false, fault: "codec.command" });
  }
});

test("each bit of the bitmap is a slot; nine of them are read", () => {
  const modules = (bits: string) => orchestraModules([`b${bits}`]);
  expect(modules("1F")).toEqual({ ok: true, value: new Set(["1", "2", "3", "4", "5"]) });
  expect(modules("0100")).toEqual({ ok: true, value: new Set(["9"]) });
  expect(modules("00")).toEqual({ ok: true, value: new Set() });
  for (const none of ["b", "bXY", "a01", "03"]) {
    expect(orchestraModules([none])).toEqual({ ok: false, fault: "codec.layout" });
  }
});

test("in use is a rate above 0; standby is rate 0 without a bolus; a frame without a rate says nothing of it", () => {
  expect(decoded("d0001", "k0000").operatingState).toBe("in-use");
  expect(decoded("d0000", "k0000").operatingState).toBe("standby");
  expect(decoded("d0000").operatingState).toBe("standby");
  expect(decoded("d0000", "k0001").operatingState).toBe("unknown");
  expect(decoded("d0000", "kZZ").operatingState).toBe("unknown");
  expect(decoded("d").operatingState).toBe("unknown");
  expect(decoded("d-1").operatingState).toBe("unknown");
  expect(decoded("a0001").operatingState).toBeNull();
});

test("alarm bits are an alarm out of use, and are only counted while anything else may be so", () => {
  const alarms = (...fields: string[]) => {
    const { readings, clinical } = decoded(...fields);
    return [readings.find(({ metric }) => metric === "unclassifiedAlarm")?.value, clinical?.[0]?.active];
  };
  expect(alarms("d0000", "k0000", "a0005")).toEqual([1, []]);
  expect(alarms("d0000", "k0000", "a0000")).toEqual([0, []]);
  expect(alarms("d0032", "a8005")).toEqual([undefined, ["0", "2", "15"]]);
  expect(alarms("d0000", "k0001", "a0001")).toEqual([undefined, ["0"]]);
  expect(alarms("a80000000")).toEqual([undefined, ["31"]]);
  expect(decoded("d0032").clinical).toEqual([]);
});

test("the mode is a word, the error a number; what cannot be read is implausible, what is blank is not told", () => {
  expect([values("m1"), values("m02"), values("m7"), values("m")]).toEqual([
    { pumpControl: 1 },
    { pumpControl: 2 },
    { pumpControl: 0 },
    { pumpControl: null },
  ]);
  expect(values("e001A")).toEqual({ pumpErrorCode: 26 });
  expect(decoded("m?", "eXX", "d2EE1").readings).toEqual([
    { metric: "infusionRateMlPerH", value: 1200.1, quality: "implausible" },
    { metric: "pumpControl", value: null, quality: "implausible" },
    { metric: "pumpErrorCode", value: null, quality: "implausible" },
  ]);
});

test("what is inside the valid range comes back as it was written", () => {
  const hex = (raw: number) => raw.toString(16).toUpperCase().padStart(4, "0");
  fc.assert(
    fc.property(fc.nat(12_000), fc.nat(100_000_000), fc.nat(0xffff), (rate, volume, error) => {
      expect(values(`d${hex(rate)}`, `r${hex(volume)}`, `e${hex(error)}`)).toEqual({
        infusionRateMlPerH: rate / 10,
        volumeInfusedMl: volume / 1_000,
        pumpErrorCode: error,
      });
    }),
  );
});

test("any text is readings or a fault", () => {
  const field = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom("d0032", "a0001", "k", "m2", "e;", "I;1E"));
  fc.assert(
    fc.property(
      fc.constantFrom("0", "1", "9", "x", ""),
      fc.constantFrom(..."CIEMQ"),
      fc.array(field),
      (slot, s, all) => {
        const split = splitOrchestra(`${slot}${s};${all.join(";")}`);
        if (!split.ok || split.value.status === "incorrect") return true;
        const { readings } = decodeOrchestra(profile, split.value.fields);
        orchestraModules(split.value.fields);
        return readings.every(({ value }) => value === null || Number.isFinite(value));
      },
    ),
  );
});
