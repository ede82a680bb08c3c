/** 2,000 things: 40 gateways with 50 devices bound to each. */
export const SITE = "bench";
export const GATEWAYS = 40;
export const THINGS_PER_GATEWAY = 50;

export const gatewayId = (gateway: number): string => `gw-${gateway}`;
export const thingId = (gateway: number, thing: number): string => `gw-${gateway}-d${thing}`;

const each = <Made>(make: (gateway: number, thing: number) => Made): Made[] =>
  Array.from({ length: GATEWAYS * THINGS_PER_GATEWAY }, (_, i) =>
    make(Math.floor(i / THINGS_PER_GATEWAY), i % THINGS_PER_GATEWAY),
  );

export const registry = {
  site: { id: SITE, name: "Bench", timeZone: "Europe/Zurich", simulated: false },
  wards: [{ id: "ward", name: "Ward", kind: "ward", floor: 1, order: 1 }],
  gateways: Array.from({ length: GATEWAYS }, (_, gateway) => ({
    id: gatewayId(gateway),
    name: gatewayId(gateway),
    ward: "ward",
  })),
  devices: each((gateway, thing) => ({
    id: thingId(gateway, thing),
    kind: "ventilator",
    manufacturer: "Puritan Bennett",
    model: "840",
    serial: thingId(gateway, thing).toUpperCase(),
    ward: "ward",
    profile: "puritan-bennett/840",
  })),
  bindings: each((gateway, thing) => ({
    gateway: gatewayId(gateway),
    line: `line-${thing}`,
    unit: "1",
    device: thingId(gateway, thing),
  })),
};
