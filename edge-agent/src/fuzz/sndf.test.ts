import { fuzzForAWhile } from "./for-a-while.testing.ts";
import { SNDF } from "./puritan-bennett.testing.ts";

fuzzForAWhile(SNDF);
