import { fuzzForAWhile } from "./for-a-while.testing.ts";
import { MODBUS_RTU } from "./modbus-rtu.testing.ts";

fuzzForAWhile(MODBUS_RTU);
