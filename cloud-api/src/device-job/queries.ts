import type { Database } from "../platform/database.ts";

const JOBS_MAX = 100;
const EXECUTIONS_MAX = 1_000;

/** What an administrator sees of the jobs. */
export class DeviceJobQueries {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The newest jobs, and how many of their executions are in each state. */
  async jobs() {
    const jobs = await this.#db.prisma.deviceJob.findMany({
      orderBy: [{ createdAt: "desc" }, { id: "asc" }],
      take: JOBS_MAX,
    });
    const counts = await this.#db.prisma.deviceJobExecution.groupBy({
      by: ["jobId", "status"],
      where: { jobId: { in: jobs.map(({ id }) => id) } },
      _count: true,
    });
    return jobs.map((job) => ({
      ...job,
      counts: Object.fromEntries(
        counts.filter(({ jobId }) => jobId === job.id).map(({ status, _count }) => [status, _count]),
      ),
    }));
  }

  /** A job with its executions in the order of its things; null where there is none. */
  async job(id: string) {
    return this.#db.prisma.deviceJob.findUnique({
      where: { id },
      include: { executions: { orderBy: { place: "asc" }, take: EXECUTIONS_MAX } },
    });
  }
}
