import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { mockApi } from "./mock-api/plugin.ts";

/** Where a developer's own Wardtwin answers; `vite --mode mock` needs none. */
const API = process.env["WARDTWIN_API"] ?? "http://127.0.0.1:8080";

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === "mock" ? [mockApi()] : [])],
  worker: { format: "es" },
  server: mode === "mock" ? {} : { proxy: { "/api": { target: API } } },
  build: { target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
}));
