import type { StatusCodes } from "node-opcua-status-code";
import { DataType, Variant } from "node-opcua-variant";

/** The value of a variable, with its OPC UA type and status. */
export interface NodeValue {
  dataType: DataType;
  /** Null where the status is not Good; a localized text stands as its text. */
  value: string | number | boolean | Date | null;
  status: (typeof StatusCodes)["Good"];
}

export function variant({ dataType, value }: NodeValue): Variant {
  if (value === null) return new Variant({ dataType: DataType.Null });
  return new Variant({ dataType, value: dataType === DataType.LocalizedText ? { text: value, locale: "en" } : value });
}

export const isSame = (one: NodeValue, other: NodeValue): boolean =>
  one.value?.valueOf() === other.value?.valueOf() && one.status === other.status;
