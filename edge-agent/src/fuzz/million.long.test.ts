import { fuzz } from "@wardtwin/infra/test/fuzz";
import { test } from "vitest";
import { ASENA } from "./asena.testing.ts";
import { DEFIB_READY } from "./defib-ready.testing.ts";
import { MEDIBUS } from "./medibus.testing.ts";
import { MODBUS_RTU } from "./modbus-rtu.testing.ts";
import { ORCHESTRA } from "./orchestra.testing.ts";
import { SNDA, SNDF } from "./puritan-bennett.testing.ts";

const INPUTS = 1_000_000;

test.each([...ASENA, ...SNDF, ...SNDA, ...MEDIBUS, ...ORCHESTRA, ...MODBUS_RTU, ...DEFIB_READY])(
  "$name takes a million inputs, and holds no more after them than before",
  (subject) => {
    process.stderr.write(`${fuzz(subject, { inputs: INPUTS })}\n`);
  },
  1_800_000,
);
