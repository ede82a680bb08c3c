import { fuzzForAWhile } from "./for-a-while.testing.ts";
import { MEDIBUS } from "./medibus.testing.ts";

fuzzForAWhile(MEDIBUS);
