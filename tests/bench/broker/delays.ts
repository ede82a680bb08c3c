/** How long it takes from the word of the registry to the act of the broker, as its clients see it. */
import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { MqttClient } from "mqtt";
import { type BrokerKind, smallRegistry, startTestCloud, type TestCloud } from "../../support/cloud.ts";
import { admitted, type Credentials, certify, connect } from "../../support/raw-gateway.ts";

const SITE = "bench";
const [A, B] = ["gw-a", "gw-b"];
const VENT = `${A}-vent`;
const ROUNDS = 20;

interface Delays {
  /** From the request for a revocation to the end of the live session, ms. */
  revocationMs: number[];
  /** From the request that binds a device to another gateway to the first subscription to its shadows that is granted, ms. */
  bindingMs: number[];
}

async function measureDelays(broker: BrokerKind): Promise<Delays> {
  const house = await startTestCloud(broker);
  try {
    await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [A, B]));
    const [revocationMs, bindingMs]: [number[], number[]] = [[], []];
    for (let i = 0; i < ROUNDS; i++) revocationMs.push(await revocation(house));
    for (let i = 0; i < ROUNDS; i++) bindingMs.push(await binding(house));
    return { revocationMs, bindingMs };
  } finally {
    await house.stop();
  }
}

async function revocation(house: TestCloud): Promise<number> {
  const { own, mqtt } = await sessionOfB(house);
  const closed = new Promise<number>((resolve) => mqtt.once("close", () => resolve(performance.now())));
  const serial = new X509Certificate(own.cert).serialNumber.toLowerCase();
  const sinceMs = performance.now();
  await house.administrator.ask("POST", `/gateways/${B}/certificates/${serial}/revocation`);
  return (await closed) - sinceMs;
}

/** The device goes to B, who asks to hear of it until that is granted, and goes back. */
async function binding(house: TestCloud): Promise<number> {
  const { mqtt } = await sessionOfB(house);
  const bind = (gateway: string) =>
    house.administrator.ask("POST", "/sightings", {
      device: VENT,
      source: "scan",
      place: { gateway, line: "line-9", unit: "1" },
    });
  const mayHear = () =>
    mqtt.subscribeAsync(`$aws/things/${VENT}/shadow/update/delta`).then(
      () => true,
      () => false,
    );
  const sinceMs = performance.now();
  await bind(B);
  while (!(await mayHear())) await sleep(5);
  const tookMs = performance.now() - sinceMs;
  await bind(A);
  await mqtt.endAsync(true);
  return tookMs;
}

/** A session of a new certificate of B's, once its rights have come. */
async function sessionOfB(house: TestCloud): Promise<{ own: Credentials; mqtt: MqttClient }> {
  const own = await certify(house.administrator, B);
  await admitted(house.mqttUrl, own, { site: SITE, gateway: B });
  const mqtt = await connect(house.mqttUrl, own, `${SITE}:${B}`);
  mqtt.on("error", () => undefined);
  return { own, mqtt };
}

function told(name: string, values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = ((sorted[ROUNDS / 2 - 1] ?? 0) + (sorted[ROUNDS / 2] ?? 0)) / 2;
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  return `${name} median ${middle.toFixed(0)} ms, ${least.toFixed(0)} to ${most.toFixed(0)}`;
}

/** Measures on each broker, and prints it. */
export async function tellDelays(): Promise<void> {
  for (const broker of ["embedded", "mosquitto"] as const) {
    const { revocationMs, bindingMs } = await measureDelays(broker);
    process.stdout.write(`${broker}: ${told("revocation", revocationMs)}; ${told("binding", bindingMs)}\n`);
  }
}
