import { done, type GatewayCase } from "../case.ts";
import { moment } from "../moment.ts";

export const LINK_CUT: GatewayCase = {
  on: "gateway",
  name: "link cut",
  act: async ({ link }, random) => {
    await moment(random, 0, 1_000);
    link.cut();
    await moment(random, 1_000, 3_000);
    link.mend();
    return done();
  },
};

export const LINK_HALF_OPEN: GatewayCase = {
  on: "gateway",
  name: "link half-open",
  act: async ({ link }, random) => {
    await moment(random, 0, 1_000);
    link.pause();
    await moment(random, 2_000, 4_000);
    // Some links wake up again; of others nothing comes any more, and both ends have to find out.
    if (random.chance(0.5)) link.cut();
    link.mend();
    return done();
  },
};

/** Of a new connection some 3 KB are TLS and greetings; then come the batches that wait. */
const INTO_REPLAY_BYTES = { min: 3_000, max: 8_000 };

export const REPLAY_CUT: GatewayCase = {
  on: "gateway",
  name: "link cut in the middle of a replay",
  act: async ({ link }, random) => {
    link.cut();
    await moment(random, 1_500, 2_500);
    link.mend();
    await link.cutAfter(random.integer(INTO_REPLAY_BYTES.min, INTO_REPLAY_BYTES.max));
    link.mend();
    return done();
  },
};

export const ACKS_LOST: GatewayCase = {
  on: "gateway",
  name: "acknowledgements lost",
  act: async ({ link }, random) => {
    await moment(random, 0, 1_000);
    link.drop("down");
    await moment(random, 2_000, 3_500);
    // The connection is torn, so that it is made anew and everything unacknowledged comes again.
    link.mend();
    return done();
  },
};
