import type { Refusals } from "../refusal-log.ts";
import { RefusalLog } from "../refusal-log.ts";

/**
 * The services that look and do not touch. Source: OPC 10000-4, service sets Discovery, SecureChannel and Session; of the
 * View set browsing, of the Attribute set Read; MonitoredItem and Subscription.
 */
const READING_SERVICES: ReadonlySet<string> = new Set([
  "FindServersRequest",
  "GetEndpointsRequest",
  "OpenSecureChannelRequest",
  "CloseSecureChannelRequest",
  "CreateSessionRequest",
  "ActivateSessionRequest",
  "CloseSessionRequest",
  "CancelRequest",
  "BrowseRequest",
  "BrowseNextRequest",
  "TranslateBrowsePathsToNodeIdsRequest",
  "ReadRequest",
  "CreateMonitoredItemsRequest",
  "ModifyMonitoredItemsRequest",
  "SetMonitoringModeRequest",
  "SetTriggeringRequest",
  "DeleteMonitoredItemsRequest",
  "CreateSubscriptionRequest",
  "ModifySubscriptionRequest",
  "SetPublishingModeRequest",
  "PublishRequest",
  "RepublishRequest",
  "TransferSubscriptionsRequest",
  "DeleteSubscriptionsRequest",
]);

const TEXT_LENGTH_MAX = 500;

/** A decoded service request, as far as the log reads it. */
export interface ServiceRequest {
  schema: { name: string };
  requestHeader: unknown;
}

/**
 * Keeps account of every service request that an OPC UA server decoded, whatever it answered. Names come from the closed
 * list of services that the server can decode, so their number has a limit of its own.
 */
export class ServiceLog {
  readonly #counts = new Map<string, number>();
  readonly #refused = new RefusalLog();

  record(atMs: number, request: ServiceRequest): void {
    const { name } = request.schema;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (!READING_SERVICES.has(name)) this.#refused.record(atMs, "control", textOf(request));
  }

  /** Requests since the start, by the name of their service. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** What was asked beside sessions, browsing, reading and subscriptions. */
  refused(): Refusals {
    return this.#refused.read();
  }
}

/** What was asked for, without the header: that holds the session's token, and says nothing of the request. */
function textOf({ schema, requestHeader, ...asked }: ServiceRequest): string {
  return `${schema.name} ${JSON.stringify(asked)}`.slice(0, TEXT_LENGTH_MAX);
}
