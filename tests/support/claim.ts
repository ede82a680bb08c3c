import { ClaimFile } from "@wardtwin/device-profiles/twin-document/provisioning";
import Value from "typebox/value";
import type { Api } from "./api.ts";
import type { Credentials } from "./raw-gateway.ts";

/** Has a claim made over the API. */
export async function claimOf(api: Api, ward: string, more: object = {}): Promise<ClaimFile> {
  const { status, body, text } = await api.ask("POST", "/provisioning-claims", { ward, ...more });
  if (status !== 200) throw new Error(`no claim: ${text}`);
  return Value.Parse(ClaimFile, body);
}

export const credentialsOf = ({ certificatePem, privateKeyPem, caPem }: ClaimFile): Credentials => ({
  cert: certificatePem,
  key: privateKeyPem,
  ca: caPem,
});
