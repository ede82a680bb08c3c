/** The shapes of the API, named. They come from the generated document alone. */
import type { paths } from "./generated/schema.ts";

type Answer<P extends keyof paths, Method extends "get" | "post" = "get"> = paths[P] extends {
  [M in Method]: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

export type Session = Answer<"/api/v1/session">;
export type SetupState = Answer<"/api/v1/setup">;
export type WardMap = Answer<"/api/v1/wards">;
export type WardView = Answer<"/api/v1/wards/{id}">;
export type TwinView = Answer<"/api/v1/twins/{id}">;
export type History = Answer<"/api/v1/twins/{id}/history">;
export type StateRibbon = Answer<"/api/v1/twins/{id}/states">;
export type Usage = Answer<"/api/v1/twins/{id}/usage">;
export type GatewayList = Answer<"/api/v1/gateways">;
export type GatewayConfigurations = Answer<"/api/v1/configurations">;
export type SightingTaken = Answer<"/api/v1/sightings", "post">;
export type UnconfirmedLines = Answer<"/api/v1/lines/unconfirmed">;
export type DiscoveredDevices = Answer<"/api/v1/devices/discovered">;

export type Role = Session["user"]["role"];
export type WardTile = WardMap["wards"][number];
export type WardKind = WardTile["kind"];
export type ClassCount = WardMap["totals"][number];
export type DeviceKind = ClassCount["kind"];
export type Notice = WardMap["notices"][number];
export type NoticeCause = Notice["cause"];
export type TwinChip = WardView["devices"][number];
export type Availability = TwinChip["availability"];
export type OperatingState = TwinChip["operating"];
export type TwinMetric = TwinView["metrics"][number];
export type MetricName = TwinMetric["metric"];
export type MetricCategory = TwinMetric["category"];
export type Quality = TwinMetric["quality"];
export type Hold = TwinView["readiness"]["holds"][number];
export type Because = TwinView["readiness"]["because"];
export type Facts = TwinView["facts"];
export type FactName = keyof Facts;
export type FactSource = NonNullable<Facts["operating"]["source"]>;
export type IdentityStrength = TwinView["identity"]["strength"];
export type FirmwareVerdict = TwinView["profile"]["firmware"];
export type EvidenceLevel = TwinView["profile"]["evidence"]["level"];
export type GatewayLinkState = TwinView["connectivity"]["gateway"]["state"];
export type DeviceLinkState = TwinView["connectivity"]["device"]["state"];
export type Gateway = GatewayList["gateways"][number];
export type GatewayConfiguration = GatewayConfigurations["configurations"][number];
export type UnconfirmedLine = UnconfirmedLines["lines"][number];
export type DiscoveredDevice = DiscoveredDevices["devices"][number];
export type Place = UnconfirmedLine["place"];
export type MinutePoint = History["points"][number];
