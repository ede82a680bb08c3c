import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRequest, parseResponse } from "../shadow/topics.ts";
import { type Rights, rightsOf } from "./rights.ts";
import { mayPublish, maySubscribe, type Peer, thingOf } from "./rules.ts";

const GATEWAY = { holder: "gateway", id: "gw-a", site: "st" } as const;
const PEERS: Omit<Peer, "certificate">[] = [
  GATEWAY,
  { ...GATEWAY, holder: "simulated-gateway" },
  { holder: "cloud", id: "wardtwin-cloud-ingest", site: "-" },
  { holder: "claim", id: "claim_0", site: "st" },
  { holder: "client", id: "client_archive", site: "st" },
  { holder: "client", id: "client_archive", site: "st", shadows: "read" },
  { holder: "client", id: "client_archive", site: "st", shadows: "write" },
];
const BOUND = ["vent-1", "pump-1"];

/** Whether a filter of MQTT 3.1.1 (section 4.7) matches a topic; also whether one filter lies within another. */
function covers(filter: string, topic: string): boolean {
  const [these, those] = [filter.split("/"), topic.split("/")];
  if (these.at(-1) === "#") {
    const head = these.slice(0, -1);
    return those.length >= head.length && covers(head.join("/"), those.slice(0, head.length).join("/"));
  }
  return (
    those.length === these.length && those.at(-1) !== "#" && these.every((part, i) => part === "+" || part === those[i])
  );
}

const mayByRights = (rights: Rights, does: { publish: string } | { subscribe: string }): boolean =>
  "publish" in does
    ? rights.publish.some((filter) => covers(filter, does.publish))
    : rights.subscribe.includes(does.subscribe) ||
      rights.subscribeWithin.some((filter) => covers(filter, does.subscribe));

/** As the embedded broker puts the rules together. */
function mayByRules(peer: Peer, does: { publish: string } | { subscribe: string }): boolean {
  const thing = thingOf(peer, does);
  if (thing !== null) return thing === peer.id || BOUND.includes(thing);
  return "publish" in does ? mayPublish(peer, does.publish) : maySubscribe(peer, does.subscribe);
}

const ids = ["gw-a", "gw-b", "vent-1", "vent-2", "pump-1"];
const channel = fc.constantFrom("presence", "hello", "telemetry", "welcome", "ack", "more");
const own = fc
  .tuple(fc.constantFrom("st", "elsewhere"), fc.constantFrom(...ids), channel)
  .map((parts) => ["wardtwin", "v1", ...parts].join("/"));
const thingRoot = fc.constantFrom(...ids).map((id) => `$aws/things/${id}/shadow`);
const shadow = fc.constantFrom("", "/name/config", "/name/a:b_c");
const answer = fc.constantFrom("", "/accepted", "/rejected", "/delta", "/documents", "/more");
const verb = fc.constantFrom("/get", "/update", "/delete", "/jobs");
const ofShadow = fc.tuple(thingRoot, shadow, verb, answer).map((parts) => parts.join(""));
const job = fc.constantFrom("get", "start-next", "job-1/get", "job-1/update", "$next/get", "notify", "notify-next");
const ofJob = fc
  .tuple(fc.constantFrom(...ids), job, fc.constantFrom("", "/accepted", "/rejected"))
  .map(([id, verb, end]) => `$aws/things/${id}/jobs/${verb}${end}`);
const signing = fc.constantFrom("certificates/create-from-csr", "certificates/create");
const template = fc
  .constantFrom("gw-a", "gw-b", "claim_0", "claim_1")
  .map((id) => `provisioning-templates/${id}/provision`);
const ofProvisioning = fc
  .tuple(fc.oneof(signing, template), fc.constantFrom("", "/accepted", "/rejected"))
  .map(([what, end]) => `$aws/${what}/json${end}`);
const foreign = fc.constantFrom("$SYS/broker", "elsewhere", "$CONTROL/dynamic-security/v1");
const topic = fc.oneof(own, ofShadow, ofJob, ofProvisioning, foreign);
/** Any part of a topic, or all that follow it, may be a wildcard. */
const filter = fc
  .tuple(topic, fc.array(fc.constantFrom("keep", "keep", "keep", "+", "#"), { minLength: 9, maxLength: 9 }))
  .map(([text, wildcards]) => {
    const parts = text.split("/").map((part, i) => (wildcards[i] === "+" ? "+" : part));
    const rest = wildcards.indexOf("#");
    return (rest < 0 || rest >= parts.length ? parts : [...parts.slice(0, rest), "#"]).join("/");
  });

/** About a thing of its own, and neither a request nor an answer: nobody else listens to it. */
const meansNothing = (peer: Pick<Peer, "id">, publish: string) =>
  [peer.id, ...BOUND].some((thing) => publish.startsWith(`$aws/things/${thing}/shadow/`)) &&
  parseRequest(publish) === null &&
  parseResponse(publish) === null;

test.for(PEERS)(
  "what the embedded broker lets a $holder ($shadows) publish is what the written rights allow",
  (peer) => {
    const rights = rightsOf(peer, BOUND);
    fc.assert(
      fc.property(topic, (publish) => {
        const allowed = mayByRights(rights, { publish }) && !meansNothing(peer, publish);
        expect(allowed, publish).toBe(mayByRules({ ...peer, certificate: "01" }, { publish }));
      }),
      { numRuns: 2_000 },
    );
  },
);

test.for(PEERS)(
  "what the embedded broker lets a $holder ($shadows) subscribe to is what the written rights allow",
  (peer) => {
    const rights = rightsOf(peer, BOUND);
    fc.assert(
      fc.property(filter, (subscribe) => {
        const [byRights, byRules] = [
          mayByRights(rights, { subscribe }),
          mayByRules({ ...peer, certificate: "01" }, { subscribe }),
        ];
        expect(byRights, subscribe).toBe(byRules);
      }),
      { numRuns: 2_000 },
    );
  },
);

test("whatever may be subscribed to may be heard, and nothing else is", () => {
  for (const peer of PEERS) {
    const { hear, subscribe, subscribeWithin } = rightsOf(peer, BOUND);
    const withoutGroup = (text: string) => text.replace(/^\$share\/[^/]+\//, "");
    expect(new Set([...subscribe, ...subscribeWithin].map(withoutGroup))).toEqual(new Set(hear));
  }
});
