/** Starts the page. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { App } from "./app.tsx";
import { LanguageProvider } from "./language/index.tsx";
import { Guarded } from "./parts/boundary.tsx";
import { Framed } from "./parts/framed.tsx";
import { SessionProvider } from "./session.tsx";
import "./style.css";

// A browser that takes itself for offline asks too: TanStack would only wait, with nothing to say that what is shown grows old, and
// what is kept here, or on a chain of this computer's own, is there all the same.
const client = new QueryClient({ defaultOptions: { queries: { networkMode: "always", refetchOnReconnect: true } } });
const root = document.getElementById("root");
if (root === null) throw new Error("The page has no place for the app.");

// In a frame of another page it could be clicked at by who sees something else. A server can forbid that (`frame-ancestors`), a page
// cannot; but it can have nothing to click at.
const isFramed = window.top !== window.self;

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <Guarded>
          {isFramed ? (
            <Framed />
          ) : (
            <SessionProvider>
              {/* In the fragment: a server never learns what is looked at, and any place for files will do. */}
              <Router hook={useHashLocation}>
                <App />
              </Router>
            </SessionProvider>
          )}
        </Guarded>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
