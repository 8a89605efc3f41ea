import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { IncomingMessage } from "node:http";
import { defineConfig } from "vitest/config";
import { compressBuild } from "./compress_plugin";

const server = "http://localhost:8787";

/** Vite answers GET of a page itself; the same address takes a form post, which is the server's. */
const postsOnly = {
  target: server,
  bypass: (request: IncomingMessage) => (request.method === "POST" ? undefined : request.url),
};

export default defineConfig({
  plugins: [react(), tailwindcss(), compressBuild()],
  build: {
    target: ["chrome111", "firefox114", "safari16.4"],
    // An inlined asset would be a data: URL, which the content security policy allows for pictures only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": server,
      "/partytracks": server,
      "/parties": { target: server, ws: true },
      "^/new$": server,
      "^/set-username": postsOnly,
      "^/call-quality-feedback": postsOnly,
      "^/$": postsOnly,
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
