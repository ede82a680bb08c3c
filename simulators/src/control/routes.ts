import { isMetricName, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { BODY_STATES, isBodyState } from "../devices/duty-cycle.ts";
import type { Hospital } from "../hospital/hospital.ts";
import type { SimulatedDevice } from "../hospital/simulated-device.ts";
import type { Wire } from "../wires/wire.ts";

/** What the control API answers: a status and a JSON value; an error is one sentence. */
export interface Answer {
  status: number;
  json: unknown;
}

const fine = (json: unknown): Answer => ({ status: 200, json });
const refuse = (status: number, error: string): Answer => ({ status, json: { error } });

const ValuesPatch = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]));
const LinePatch = Type.Object({ plugged: Type.Boolean() }, { additionalProperties: false });
const StatePatch = Type.Object({ state: Type.Union([Type.String(), Type.Null()]) }, { additionalProperties: false });

/** The state and the truth of one device, as the control API shows it. */
function describeDevice(hospital: Hospital, device: SimulatedDevice): object {
  const { entry, body, faults } = device;
  const line = hospital.lineOf(entry.id);
  const refused = hospital.wires.get(line?.id ?? "")?.refused?.();
  return {
    id: entry.id,
    kind: entry.kind,
    ward: entry.ward,
    serial: entry.serial,
    line: line?.id ?? null,
    unit: line?.units.find((unit) => unit.device === entry.id)?.unit ?? null,
    operatingState: body.duty.state,
    operatingStateHeld: body.duty.held,
    values: body.gauges.snapshot(),
    pinned: body.gauges.pinned(),
    faults: faults.state,
    ...(refused !== undefined && { refused }),
  };
}

async function mergeFaults(hospital: Hospital, device: SimulatedDevice, patch: unknown): Promise<Answer> {
  const refusal = device.faults.merge(patch);
  if (refusal !== null) return refuse(400, refusal);
  await hospital.settle(device.entry.id);
  return fine(describeDevice(hospital, device));
}

async function pinValues(hospital: Hospital, device: SimulatedDevice, patch: unknown): Promise<Answer> {
  if (!Value.Check(ValuesPatch, patch))
    return refuse(400, "Send an object of metric names with numbers, or null to free one.");
  const pins: [MetricName, number | null][] = [];
  for (const [name, value] of Object.entries(patch)) {
    if (!isMetricName(name)) return refuse(400, `There is no metric ${name} in the vocabulary.`);
    if (name === "operatingState") return refuse(400, "The operating state is set by POST …/operating-state.");
    const refusal = device.body.gauges.pinRefusal(name, value);
    if (refusal !== null) return refuse(400, refusal);
    pins.push([name, value]);
  }
  for (const [name, value] of pins) device.body.gauges.pin(name, value);
  await hospital.settle(device.entry.id);
  return fine(describeDevice(hospital, device));
}

async function holdState(hospital: Hospital, device: SimulatedDevice, patch: unknown): Promise<Answer> {
  const states = BODY_STATES.join(", ");
  if (!Value.Check(StatePatch, patch))
    return refuse(400, `Send {"state": …} with one of ${states}, or null to let it go.`);
  const { state } = patch;
  if (state !== null && !isBodyState(state))
    return refuse(400, `The state must be one of ${states}, or null to let it go.`);
  device.body.duty.hold(state);
  await hospital.settle(device.entry.id);
  return fine(describeDevice(hospital, device));
}

async function onDevice(hospital: Hospital, method: string, path: string[], body: unknown): Promise<Answer> {
  const [id = "", part] = path;
  const device = hospital.devices.get(id);
  if (device === undefined) return refuse(404, `There is no device ${id} in this hospital.`);
  const route = `${method} ${part ?? ""}`;
  if (route === "GET ") return fine(describeDevice(hospital, device));
  if (route === "GET said") return fine({ said: device.said.items() });
  if (route === "POST faults") return mergeFaults(hospital, device, body);
  if (route === "POST values") return pinValues(hospital, device, body);
  if (route === "POST operating-state") return holdState(hospital, device, body);
  return refuse(404, `A device has no ${route.trim()}; see simulators/README.md.`);
}

/** One line, with account of what was asked on it where its wire keeps one. */
function describeLine(id: string, wire: Wire): object {
  const refused = wire.refused?.();
  const requests = wire.requests?.();
  return {
    id,
    plugged: wire.plugged,
    ...(wire.faults !== undefined && { faults: wire.faults.state }),
    ...(refused !== undefined && { refused }),
    ...(requests !== undefined && { requests }),
  };
}

async function onLine(hospital: Hospital, method: string, path: string[], body: unknown): Promise<Answer> {
  const [id = "", part] = path;
  const wire = hospital.wires.get(id);
  if (wire === undefined) return refuse(404, `There is no line ${id} in this hospital.`);
  if (method === "GET" && part === undefined) return fine(describeLine(id, wire));
  if (method !== "POST" || part !== "faults") return refuse(404, "A line knows GET and POST …/faults alone.");
  const refusal = mergeLineFaults(wire, body);
  if (refusal !== null) return refuse(400, refusal);
  await wire.refresh();
  return fine(describeLine(id, wire));
}

/** The sentence that says why a line cannot be switched so, or null. */
function mergeLineFaults(wire: Wire, patch: unknown): string | null {
  const { faults } = wire;
  if (faults !== undefined) {
    const refusal = faults.merge(patch);
    wire.plugged = faults.state.plugged;
    return refusal;
  }
  if (!Value.Check(LinePatch, patch)) return 'A line takes {"plugged": true} or {"plugged": false}.';
  wire.plugged = patch.plugged;
  return null;
}

/** Answers one request of the control API. `body` is the parsed JSON of a POST. */
export async function answerControl(hospital: Hospital, method: string, path: string, body: unknown): Promise<Answer> {
  const [room, ...rest] = path.split("/").filter((part) => part !== "");
  if (room === "hospital" && method === "GET") return fine(hospital.manifest);
  if (room === "devices" && rest.length === 0 && method === "GET") {
    return fine({ devices: [...hospital.devices.values()].map((device) => describeDevice(hospital, device)) });
  }
  if (room === "lines" && rest.length === 0 && method === "GET") {
    return fine({ lines: [...hospital.wires].map(([id, wire]) => describeLine(id, wire)) });
  }
  if (room === "devices" && rest.length <= 2) return onDevice(hospital, method, rest, body);
  if (room === "lines" && rest.length <= 2) return onLine(hospital, method, rest, body);
  return refuse(404, `There is nothing at ${method} ${path.slice(0, 100)}; see simulators/README.md.`);
}
