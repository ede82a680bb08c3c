/** The same journey over parts that a hospital brings: a Mosquitto broker, and Redis for jobs and live changes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TwinView } from "@wardtwin/cloud-api/device-twin/schema";
import { Usage } from "@wardtwin/cloud-api/observation/schema";
import { describeWith } from "@wardtwin/infra/test/debian-tool";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, signedIn } from "../support/api.ts";
import { brokerFiles } from "../support/broker-files.ts";
import { databaseUrlOf } from "../support/database.ts";
import { type Program, startMosquitto, startRedis } from "../support/debian-programs.ts";
import { openEventStream } from "../support/event-stream.ts";
import { eventually } from "../support/eventually.ts";
import { type House, startHouse } from "../support/house.ts";
import { epochAccounts } from "../support/ledger.ts";
import { connect } from "../support/raw-gateway.ts";
import { SimulatedHospital } from "../support/simulated-hospital.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

describeWith("mosquitto", "with Mosquitto", () => {
  describeWith("redis-server", "and Redis", () => {
    const folder = temporaryFolder();
    const dataDir = join(folder, "data");
    const programs: Program[] = [];
    let house: House;
    let engineer: Api;
    let hospital: SimulatedHospital;
    let redis: Program;

    beforeAll(async () => {
      const files = await brokerFiles(dataDir, join(folder, "broker"));
      const mosquitto = await startMosquitto(folder, files);
      redis = await startRedis(folder);
      programs.push(mosquitto, redis);
      house = await startHouse({ dataDir, env: { MQTT_URL: mosquitto.url, REDIS_URL: redis.url, DEMO: "1" } });
      engineer = await signedIn(house.is, "biomedical-engineer");
      hospital = new SimulatedHospital(dataDir);
      expect(house.is.mqtt).toBe(mosquitto.url);
    }, 120_000);
    afterAll(async () => {
      await house?.stop();
      for (const program of programs) await program.stop();
      removeFolder(folder);
    });

    test("a value goes from the wire over Mosquitto and Redis into the event stream", async () => {
      const id = "vent-01";
      await hospital.hold(id, "in-use");
      const stream = await openEventStream(engineer, `twin:${id}`);
      await hospital.pin(id, { respiratoryRatePerMin: 39 });
      const sinceMs = performance.now();
      const rateOf = (twin: TwinView) => twin.metrics.find(({ metric }) => metric === "respiratoryRatePerMin")?.value;
      const { data, atMs } = await stream.first("twin", TwinView, (twin) => rateOf(twin) === 39);
      stream.close();
      console.info(`over Mosquitto and Redis a value was in the event stream after ${Math.round(atMs - sinceMs)} ms`);
      expect(data.connectivity.gateway.state).toBe("online");
      expect(data.simulated).toBe(true);
    });

    test("what was sent is acknowledged and in the books", async () => {
      const accounts = await eventually("both gateways' books to be whole", async () => {
        const now = await epochAccounts(databaseUrlOf(dataDir));
        return now.length === 2 && now.every(({ committed }) => committed.length === 1) && now;
      });
      for (const { committed, setAside, doubled } of accounts) {
        expect(committed[0]?.[0]).toBe(1);
        expect({ setAside, doubled }).toEqual({ setAside: 0, doubled: 0 });
      }
    });

    test("jobs run on Redis: a device's hours are integrated", { timeout: 60_000 }, async () => {
      const usage = await eventually(
        "hours of vent-01",
        async () => {
          const now = await engineer.get(Usage, "/twins/vent-01/usage");
          return now.inUseH > 0 && now;
        },
        45_000,
      );
      expect(usage.asOf).not.toBeNull();
    });

    test("a broker that comes back is used again", { timeout: 90_000 }, async () => {
      const [mosquitto] = programs;
      const stream = await openEventStream(engineer, "twin:vent-01");
      await stream.first("twin", TwinView, ({ connectivity }) => connectivity.gateway.state === "online", {
        sinceMs: 0,
      });
      await mosquitto?.stop();
      await stream.first("twin", TwinView, ({ connectivity }) => connectivity.gateway.state === "unknown");
      programs[0] = await restarted(mosquitto);
      await stream.first("twin", TwinView, ({ facts }) => facts.operating.word === "in-use", { withinMs: 60_000 });
      stream.close();
    });

    /** Mosquitto on the port and with the files that it had. */
    async function restarted(before: Program | undefined): Promise<Program> {
      const port = Number(new URL(before?.url ?? "").port);
      return startMosquitto(folder, { ...(await brokerFiles(dataDir, join(folder, "broker"))), port });
    }

    test("the broker lets no stranger in", async () => {
      const ca = readFileSync(join(dataDir, "pki", "ca.pem"), "utf8");
      await expect(connect(house.is.mqtt, { ca }, "nobody")).rejects.toThrow();
    });
  });
});
