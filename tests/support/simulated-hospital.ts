import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Manifest } from "@wardtwin/simulators/hospital/manifest";
import Type, { type Static, type TSchema } from "typebox";
import Value from "typebox/value";

const Truth = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  ward: Type.String(),
  operatingState: Type.String(),
  values: Type.Record(Type.String(), Type.Number()),
});
export type Truth = Static<typeof Truth>;
const Said = Type.Object({
  said: Type.Array(Type.Object({ atMs: Type.Number(), operatingState: Type.String(), whole: Type.Boolean() })),
});

function controlOf(dataDir: string): string {
  const Control = Type.Object({ control: Type.String() });
  const text = readFileSync(join(dataDir, "simulators", "control.json"), "utf8");
  return Value.Parse(Control, JSON.parse(text)).control;
}

/** The hand that turns the simulated hospital's knobs, over its control API. */
export class SimulatedHospital {
  readonly #url: string;

  /** @param where the data folder of a house, or the address of the control API itself */
  constructor(where: string) {
    this.#url = where.startsWith("http:") ? where : controlOf(where);
  }

  manifest = () => this.#ask(Manifest, "/hospital");
  device = (id: string) => this.#ask(Truth, `/devices/${id}`);
  devices = async () => (await this.#ask(Type.Object({ devices: Type.Array(Truth) }), "/devices")).devices;
  said = async (id: string) => (await this.#ask(Said, `/devices/${id}/said`)).said;

  pin = (id: string, values: Record<string, number | null>) => this.#ask(Truth, `/devices/${id}/values`, values);
  hold = (id: string, state: string | null) => this.#ask(Truth, `/devices/${id}/operating-state`, { state });
  plug = (id: string, plugged: boolean) => this.#ask(Truth, `/devices/${id}/faults`, { plugged });

  async #ask<Schema extends TSchema>(schema: Schema, path: string, body?: object): Promise<Static<Schema>> {
    const response = await fetch(`${this.#url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`the simulators answered ${response.status}: ${JSON.stringify(answer)}`);
    return Value.Parse(schema, answer);
  }
}
