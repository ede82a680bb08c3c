import { fuzzForAWhile } from "./for-a-while.testing.ts";
import { SNDA } from "./puritan-bennett.testing.ts";

fuzzForAWhile(SNDA);
