import { ASENA } from "./asena.testing.ts";
import { fuzzForAWhile } from "./for-a-while.testing.ts";

fuzzForAWhile(ASENA);
