import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { zstdCompressSync } from "node:zlib";
import { ArrivalStore } from "@wardtwin/cloud-api/arrival/store";
import { FleetQueries } from "@wardtwin/cloud-api/fleet/queries";
import { FleetStore } from "@wardtwin/cloud-api/fleet/store";
import { ObservationStore } from "@wardtwin/cloud-api/observation/store";
import { openDatabase } from "@wardtwin/cloud-api/platform/database";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { foldsOf } from "@wardtwin/cloud-api/worker";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { decodeFrame, encodeFrame } from "@wardtwin/device-profiles/twin-document/frame";
import { startEmbeddedPostgres } from "@wardtwin/prisma/embedded-postgres";
import { applyMigrations } from "@wardtwin/prisma/migrate";
import { GATEWAYS, gatewayId, READINGS_PER_SAMPLE, registry, SITE, Ward } from "./telemetry/hospital.ts";

const pgs = await startEmbeddedPostgres({ dataDir: mkdtempSync("/tmp/micro-") });
await applyMigrations({ connectionString: pgs.connectionString, onProgress: () => {} });
const log = openLog("warn");
const db = openDatabase(pgs.connectionString, log);
await new FleetStore(db).import(registry as never);
const observations = new ObservationStore(db);
const times = new Map<string, { n: number; ms: number }>();
const folds = foldsOf({ observations, clock: { nowMs: () => Date.now() } } as never).map(
  (fold, i) => async (tx: never, b: never) => {
    const t = performance.now();
    await fold(tx, b);
    add(`fold ${i}`, performance.now() - t);
  },
);
function add(k: string, ms: number) {
  const e = times.get(k) ?? { n: 0, ms: 0 };
  e.n++;
  e.ms += ms;
  times.set(k, e);
}
const real = db.transaction;
(db as any).transaction = (work: any) =>
  real(async (tx: any) => {
    if (!tx.wrapped) {
      tx.wrapped = true;
      const q = tx.query.bind(tx);
      tx.query = (...args: any[]) => {
        if (typeof args[0] !== "string" || typeof args.at(-1) === "function") return q(...args);
        return (async (sql: any, v: any) => {
          const t = performance.now();
          const r = await q(sql, v);
          add(`sql ${sql.trim().slice(0, 50).replace(/\s+/g, " ")}`, performance.now() - t);
          return r;
        })(args[0], args[1]);
      };
    }
    return work(tx);
  });
const store = new ArrivalStore({ db, catalog: CATALOG, folds: folds as never, prepare: observations.prepare, log });
const fleet = new FleetQueries(db);
const samples = Number(process.env["SAMPLES"] ?? 1),
  batches = Number(process.env["BATCHES"] ?? 100),
  group = Number(process.env["GROUP"] ?? 1024);
const wards = Array.from({ length: GATEWAYS }, (_, g) => new Ward(1, g, Date.now() - 3600_000));
const frames: any[] = [];
for (let s = 1; s <= batches; s++)
  for (const [g, ward] of wards.entries()) {
    const message = encodeFrame(
      { lane: "live", compression: "zstd", epoch: 1, sequence: s },
      zstdCompressSync(encodeBody(ward.batch(samples))),
    );
    const f = decodeFrame(message);
    if (!f.ok) throw 1;
    frames.push({ siteId: SITE, gatewayId: gatewayId(g), message, receivedAtMs: Date.now(), ...f.value });
  }
console.log("go");
const pgCpu = () =>
  readdirSync("/proc")
    .filter((d) => /^[0-9]+$/.test(d))
    .reduce((sum, d) => {
      try {
        const st = readFileSync(`/proc/${d}/stat`, "utf8");
        const [, rest] = st.split(") ");
        const f = (rest ?? "").split(" ");
        return readFileSync(`/proc/${d}/cmdline`, "utf8").includes("postgres") && Number(f[1]) === pgs.pid
          ? sum + Number(f[11]) + Number(f[12])
          : sum;
      } catch {
        return sum;
      }
    }, 0);
const p0 = pgCpu();
const t0 = performance.now();
const c0 = process.cpuUsage();
for (let i = 0; i < frames.length; i += group) {
  const nowMs = Date.now();
  const t = performance.now();
  const settled = await store.settle(frames.slice(i, i + group), await fleet.index(nowMs), nowMs);
  add("settle", performance.now() - t);
  if (settled.some((s) => s.outcome.kind !== "committed"))
    throw new Error(JSON.stringify(settled.find((s) => s.outcome.kind !== "committed")!.outcome));
}
const s = (performance.now() - t0) / 1000;
const c = process.cpuUsage(c0);
console.log(
  `${Math.round((frames.length * READINGS_PER_SAMPLE * samples) / s)} readings/s; node cpu ${((c.user + c.system) / 1e6).toFixed(2)} s, pg ${(pgCpu() - p0) / 100} s of ${s.toFixed(1)} s; ns a reading: node ${Math.round(((c.user + c.system) * 1000) / (frames.length * READINGS_PER_SAMPLE * samples))}, pg ${Math.round(((pgCpu() - p0) * 1e7) / (frames.length * READINGS_PER_SAMPLE * samples))}`,
);
for (const [k, { n, ms }] of [...times].sort((a, b) => b[1].ms - a[1].ms))
  console.log(ms.toFixed(0).padStart(7), "ms", String(n).padStart(5), k);
await db.close();
await pgs.stop();
