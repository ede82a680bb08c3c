import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { setupQuery } from "../api/queries.ts";
import { strings } from "../strings/strings.ts";
import { Colours } from "./shell/account.tsx";
import { SimulatedBand } from "./shell/frame.tsx";
import "./doorstep.css";

/** The frame of the pages before sign-in: a calm sheet with one form. */
export function Doorstep({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  const setup = useQuery({ ...setupQuery, retry: false });
  return (
    <div className="wt-doorstep">
      {setup.data?.simulated === true ? (
        <div className="wt-doorstep-band">
          <SimulatedBand />
        </div>
      ) : null}
      <div className="wt-doorstep-corner">
        <Colours />
      </div>
      <main className="wt-doorstep-sheet wt-panel">
        <div className="wt-doorstep-mark">
          <img src="/favicon.svg" alt="" width="40" height="40" />
          <span>{strings.product}</span>
        </div>
        <h1 className="wt-doorstep-title">{title}</h1>
        <p className="wt-doorstep-lead">{lead}</p>
        {children}
      </main>
    </div>
  );
}
