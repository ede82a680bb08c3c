import { expect, test } from "vitest";
import {
  KEYS_TOPIC,
  PROVISIONING_FILTERS,
  parseProof,
  parseProvisioningAnswer,
  parseProvisioningRequest,
  proofOf,
  provisionTopic,
  SIGNING_TOPIC,
} from "./provisioning.ts";

const REQUESTS = [SIGNING_TOPIC, KEYS_TOPIC, provisionTopic("claim_1"), provisionTopic("gw-1")];

test("a request is taken apart again, and an answer is never taken for one", () => {
  expect(REQUESTS.map(parseProvisioningRequest)).toEqual([
    { what: "sign" },
    { what: "keys" },
    { what: "provision", template: "claim_1" },
    { what: "provision", template: "gw-1" },
  ]);
  for (const topic of REQUESTS) {
    expect(parseProvisioningAnswer(topic)).toBeNull();
    for (const channel of ["accepted", "rejected"]) {
      expect(parseProvisioningRequest(`${topic}/${channel}`)).toBeNull();
      expect(parseProvisioningAnswer(`${topic}/${channel}`)).toEqual(parseProvisioningRequest(topic));
    }
  }
});

test.for([
  "",
  "$aws/certificates/create-from-csr/cbor",
  "$aws/certificates/#",
  provisionTopic("+"),
  provisionTopic("a/b"),
  provisionTopic(""),
  `${SIGNING_TOPIC}/+`,
  `${SIGNING_TOPIC}/accepted/rejected`,
  `${provisionTopic("gw-1")}/#`,
])("%s is neither a request nor an answer", (topic) => {
  expect([parseProvisioningRequest(topic), parseProvisioningAnswer(topic)]).toEqual([null, null]);
});

test("the service's subscriptions catch every request and no answer", () => {
  const caught = (topic: string) =>
    PROVISIONING_FILTERS.some((filter) => {
      const [parts, given] = [filter.split("/"), topic.split("/")];
      return parts.length === given.length && parts.every((part, i) => part === "+" || part === given[i]);
    });
  expect(REQUESTS.map(caught)).toEqual([true, true, true, true]);
  expect(REQUESTS.map((topic) => caught(`${topic}/accepted`))).toEqual([false, false, false, false]);
});

test("a proof is taken apart again, and what is none says nothing", () => {
  const [certificate, signature] = ["c".repeat(600), "s".repeat(86)];
  expect(parseProof(proofOf(certificate, signature))).toEqual({ certificate, signature });
  for (const none of ["", ".", certificate, `${certificate}.`, `${certificate}.${signature}.${signature}`, "a b"])
    expect(parseProof(none)).toBeNull();
});
