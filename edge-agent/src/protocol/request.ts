import { ALARIS_ASENA } from "./template/alaris-asena.ts";
import { DEFIB_READY } from "./template/defib-ready.ts";
import { DRAEGER_MEDIBUS } from "./template/draeger-medibus.ts";
import { FRESENIUS_ORCHESTRA } from "./template/fresenius-orchestra.ts";
import { PURITAN_BENNETT } from "./template/puritan-bennett.ts";

/**
 * Every byte string that may leave a serial line, by name. A link takes the name and looks the bytes up here, so that
 * nothing else can be sent: no profile, no setting and no message of the cloud adds to this list.
 */
export const REQUESTS = Object.freeze({
  ...PURITAN_BENNETT,
  ...ALARIS_ASENA,
  ...FRESENIUS_ORCHESTRA,
  ...DRAEGER_MEDIBUS,
  ...DEFIB_READY,
} as const);

export type RequestName = keyof typeof REQUESTS;
export type AsenaRequestName = Extract<RequestName, `alaris-asena.${string}`>;

/** The bytes behind a name. A name that is not on the list is a bug of the caller's, and not one byte leaves for it. */
export function requestBytes(name: RequestName): Uint8Array {
  if (!Object.hasOwn(REQUESTS, name)) throw new Error(`no request is called ${name}`);
  return Buffer.from(REQUESTS[name], "latin1");
}

/** The command's name in an Asena request; a reply repeats it. */
export const asenaCommand = (name: AsenaRequestName): string => REQUESTS[name].slice(1, REQUESTS[name].indexOf("|"));

/** The answer to a MEDIBUS command of the device's; null for one that no table of ours knows. */
export function medibusAnswer(code: number): RequestName | null {
  const name = `draeger-medibus.answer-${code.toString(16).toUpperCase().padStart(2, "0")}`;
  return isMedibusName(name) ? name : null;
}

const isMedibusName = (name: string): name is keyof typeof DRAEGER_MEDIBUS => Object.hasOwn(DRAEGER_MEDIBUS, name);
