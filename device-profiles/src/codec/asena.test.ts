import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import profile from "../../catalog/infusion-pump/alaris-asena-gh.profile.ts";
import { asenaResponseMaxMs, asenaSerial, decodeAsena, decodeAsenaAlarm, decodeAsenaInf, splitAsena } from "./asena.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8");
const meaning = JSON.parse(fixture("alaris-asena-gh.in-use.json"));
/** What stands between `!` and `|` in each golden frame. */
const golden = fixture("alaris-asena-gh.in-use.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex").toString("latin1").slice(1, -6));
const replyTo = (command: string, start = command) => {
  const reply = splitAsena(golden.find((message) => message.startsWith(`${start}^`)) ?? "", command);
  if (!reply.ok) throw new Error(reply.fault);
  return reply.value;
};
const inf = replyTo("INF");
const calm = replyTo("ALARM");
const occlusion = replyTo("ALARM", "ALARM^AL_OCCLU");

/** The golden INF with some of its fields replaced, counted from 1 after the name. */
const infWith = (changes: Record<number, string>) => inf.map((text, index) => changes[index + 1] ?? text);
function decoded(change: { inf?: readonly string[]; alarm?: readonly string[] } = {}) {
  const poll = decodeAsena(profile, { inf, alarm: calm, ...change });
  if (!poll.ok) throw new Error(poll.fault);
  return poll.value;
}
const values = (change: Parameters<typeof decoded>[0]) =>
  Object.fromEntries(decoded(change).readings.map(({ metric, value }) => [metric, value]));
const alarms = (code: string) =>
  Object.fromEntries(Object.entries(values({ alarm: [code, "TEXT", ""] })).filter(([metric]) => /Alarm$/.test(metric)));

test("the golden replies mean what their fixture says", () => {
  expect(golden).toEqual(meaning.messages);
  const poll = decoded();
  expect({ identity: poll.identity, operatingState: poll.operatingState }).toEqual({
    identity: meaning.identity,
    operatingState: meaning.operatingState,
  });
  expect(values({})).toEqual(meaning.readings);
  expect(new Set(poll.readings.map(({ quality }) => quality))).toEqual(new Set(["good"]));
  expect(asenaSerial(replyTo("INST_SERIALNO"))).toEqual({ ok: true, value: "8002-51740" });
  expect(replyTo("COMMS_PROTOCOL")[0]?.startsWith(profile.wire.protocolPrefix)).toBe(true);
  expect(asenaResponseMaxMs(replyTo("COMMS_RESPONSE_MAX"))).toBe(4_000);
  expect(replyTo("SYRINGE_STATUS")).toEqual(["BD PLASTIPAK", " 50", "CONF"]);
});

test("a reply to another command, and the request come back, are no reply", () => {
  const other = { ok: false, fault: "codec.command" };
  expect(splitAsena("INF_RATE^5.00^ml/h", "INF")).toEqual(other);
  expect(splitAsena("ALARM^AL_NOALM^ ^ ", "INF")).toEqual(other);
  expect(splitAsena("INF", "INF")).toEqual(other);
});

test("an occlusion stays at the bedside: no reading tells of it, and nothing is said of the alarms beneath it", () => {
  const poll = decoded({ alarm: occlusion });
  expect(poll.readings.map(({ metric }) => metric)).toEqual([
    "infusionRateMlPerH",
    "volumeInfusedMl",
    "linePressureMmHg",
  ]);
  expect(JSON.stringify(poll.readings)).not.toMatch(/occlu/i);
  expect(alarms("AL_NEVER_SEEN")).toEqual({});
  expect(alarms("")).toEqual({});
});

test.each([
  ["AL_ACDIS", "acPowerLossAlarm"],
  ["AL_LWBAT", "batteryLowAlarm"],
  ["AL_LBTAC", "batteryLowAlarm"],
  ["AL_EMBAT", "batteryEmptyAlarm"],
  ["AL_FAULT", "technicalMalfunctionAlarm"],
  ["AL_DRDIS", "driveDisengagedAlarm"],
  ["AL_PRDSC", "pressureTransducerAlarm"],
  ["AL_COMTO", "communicationLossAlarm"],
])("%s is the one alarm told", (code, metric) => {
  expect(alarms(code)).toEqual({ [metric]: 1 });
});

test("a clinical alarm is counted by its code; behind another one nothing is known of it", () => {
  const active = (code: string) =>
    Object.fromEntries(
      (decoded({ alarm: [code, "", ""] }).clinical ?? []).map(({ metric, active: it }) => [metric, it]),
    );
  expect(active("AL_NOALM")).toEqual({
    clinicalAlarmsPerH: [],
    occlusionAlarmsPerH: [],
    disconnectionAlarmsPerH: [],
  });
  expect(active("AL_OCCLU")).toEqual({ clinicalAlarmsPerH: ["AL_OCCLU"], occlusionAlarmsPerH: ["AL_OCCLU"] });
  expect(active("AL_LDSCN")).toEqual({ clinicalAlarmsPerH: ["AL_LDSCN"], disconnectionAlarmsPerH: ["AL_LDSCN"] });
  expect(active("AL_VTBIC")).toEqual({ clinicalAlarmsPerH: ["AL_VTBIC"] });
  expect([active("AL_FAULT"), active("AL_NEVER_SEEN")]).toEqual([{}, {}]);
});

test("every alarm of the sheet is technical or clinical, and none is both", () => {
  const codes = (as: string) =>
    Object.values(profile.metrics).flatMap((mapping) => (mapping.as === as && "codes" in mapping ? mapping.codes : []));
  const sheet =
    "ACDIS CALLB COMTO LDSCN DRDIS EMBAT EOIKV EOIST FAULT LBTAC LWBAT OCCLU NEOIN PRDSC RHIGH SYRCO TCITG TITCA TITNC VTBIC VTBIK VTBIS";
  const all = sheet.split(" ").map((code) => `AL_${code}`);
  expect([...new Set([...codes("alarm"), ...codes("clinical")])].toSorted()).toEqual(all.toSorted());
  expect(codes("alarm").filter((code) => codes("clinical").includes(code))).toEqual([]);
});

test("INF alone says who, state and values; ALARM alone says alarms and not whose; together they are the poll", () => {
  const [told, alarmed] = [decodeAsenaInf(profile, inf), decodeAsenaAlarm(profile, calm)];
  if (!told.ok || !alarmed.ok) throw new Error("no golden reply");
  expect(told.value).toMatchObject({ identity: meaning.identity, operatingState: meaning.operatingState });
  expect(told.value.clinical).toBeUndefined();
  expect(alarmed.value).toMatchObject({ identity: {}, operatingState: null });
  const both = [...told.value.readings, ...alarmed.value.readings].map(({ metric, value }) => [metric, value]);
  expect(Object.fromEntries(both)).toEqual(meaning.readings);
});

test("in use is a rate above 0; standby is rate 0 in a known mode; anything else is unknown", () => {
  const state = (changes: Record<number, string>) => decoded({ inf: infWith(changes) }).operatingState;
  expect(state({ 4: "0.10" })).toBe("in-use");
  expect(state({ 3: "HLD" })).toBe("in-use");
  expect(state({ 4: "0.00" })).toBe("standby");
  expect(state({ 3: "HLD", 4: "0.00" })).toBe("unknown");
  expect([state({ 4: "" }), state({ 4: "fast" }), state({ 4: "-1" }), state({ 5: "mcg/h" })]).toEqual(
    Array.from({ length: 4 }, () => "unknown"),
  );
});

test("a blank is a good null; another unit, a text and a value out of range are implausible", () => {
  const found = (changes: Record<number, string>, metric: string) =>
    decoded({ inf: infWith(changes) }).readings.find((reading) => reading.metric === metric);
  expect(found({ 7: "" }, "volumeInfusedMl")).toMatchObject({ value: null, quality: "good" });
  expect(found({ 10: "kPa" }, "linePressureMmHg")).toMatchObject({ value: null, quality: "implausible" });
  expect(found({ 9: "1..2" }, "linePressureMmHg")).toMatchObject({ value: null, quality: "implausible" });
  expect(found({ 4: "1200.01" }, "infusionRateMlPerH")).toMatchObject({ value: 1200.01, quality: "implausible" });
});

test("fields too few or too many, and a frame without a serial number, are faults", () => {
  const fault = (change: { inf?: readonly string[]; alarm?: readonly string[] }) =>
    decodeAsena(profile, { inf, alarm: calm, ...change });
  const count = { ok: false, fault: "codec.field-count" };
  expect([fault({ inf: inf.slice(1) }), fault({ inf: [...inf, ""] })]).toEqual([count, count]);
  expect([fault({ alarm: ["AL_NOALM"] }), fault({ alarm: [...calm, ""] })]).toEqual([count, count]);
  expect(fault({ inf: infWith({ 1: " " }) })).toEqual({ ok: false, fault: "codec.layout" });
  expect(asenaSerial([""])).toEqual({ ok: false, fault: "codec.layout" });
  expect([asenaResponseMaxMs(["4", "s"]), asenaResponseMaxMs(["1e9", "ms"]), asenaResponseMaxMs([])]).toEqual([
    null,
    null,
    null,
  ]);
});

test("what is inside the valid range comes back as it was written", () => {
  const decimal = (max: number, digits: number) =>
    fc.integer({ min: 0, max: max * 10 ** digits }).map((whole) => (whole / 10 ** digits).toFixed(digits));
  fc.assert(
    fc.property(decimal(1_200, 2), decimal(100_000, 3), decimal(1_500, 2), (rate, volume, pressure) => {
      expect(values({ inf: infWith({ 4: rate, 7: volume, 9: pressure }) })).toMatchObject({
        infusionRateMlPerH: Number(rate),
        volumeInfusedMl: Number(volume),
        linePressureMmHg: Number(pressure),
      });
    }),
  );
});

test("any texts are readings or a fault", () => {
  const texts = fc.array(fc.string({ maxLength: 12 }), { minLength: 12, maxLength: 14 });
  fc.assert(
    fc.property(texts, fc.array(fc.string(), { maxLength: 4 }), (fields, alarm) => {
      const poll = decodeAsena(profile, { inf: fields, alarm });
      return !poll.ok || poll.value.readings.every(({ value }) => value === null || Number.isFinite(value));
    }),
  );
});
