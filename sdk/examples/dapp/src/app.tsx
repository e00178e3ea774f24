/** The frame of every view: who, where, in which language, whether the chain answers; and which view it is. */
import { EscrowProvider, escrowQueries, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { useKeptFocus, usePlace, useTitle } from "./focus.ts";
import { type LanguageTag, languages, useLanguage } from "./language/index.tsx";
import { useLibrary } from "./library.ts";
import { Choice, Loading, Notice, PlainButton } from "./parts/basics.tsx";
import { Guarded } from "./parts/boundary.tsx";
import { Problem } from "./parts/problem.tsx";
import { AccountMenu, WhoAreYou } from "./parts/who.tsx";
import { networks, useConnectedEscrow, useSession } from "./session.tsx";

// What is not needed at first comes when it is.
const AccountView = lazy(async () => ({ default: (await import("./views/account/index.tsx")).AccountView }));
const AgreementView = lazy(async () => ({ default: (await import("./views/agreement/index.tsx")).AgreementView }));
const NewView = lazy(async () => ({ default: (await import("./views/new.tsx")).NewView }));
const OpenView = lazy(async () => ({ default: (await import("./views/open.tsx")).OpenView }));

const views = [
  ["/", "account"],
  ["/new", "new"],
  ["/open", "open"],
] as const;

/** The page. */
export function App(): ReactNode {
  const { words, tag, choose } = useLanguage();
  const { account } = useSession();
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);
  usePlace(main, location);
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {words.skip}
      </button>
      <header className="frame">
        <Link href="/" className="brand">
          MicroEscrow
        </Link>
        <nav aria-label={words.nav.title}>
          {views.map(([href, name]) => (
            <Link key={href} href={href} aria-current={location === href ? "page" : undefined}>
              {words.nav[name]}
            </Link>
          ))}
        </nav>
        <div className="who">
          <NetworkChoice />
          <AccountMenu />
          <Choice
            label={words.language}
            isLabelHidden
            value={tag}
            onChange={choose}
            options={Object.entries(languages).map(([value, name]) => ({ value: value as LanguageTag, name }))}
          />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {location === "/" && account === undefined ? (
          <Welcome />
        ) : (
          <Connected>
            {/* Another view is not the one that failed. */}
            <Guarded key={location}>
              <Suspense fallback={<Loading />}>
                <Switch>
                  <Route path="/new">
                    <NewView from={undefined} />
                  </Route>
                  <Route path="/new/:id">{({ id }) => <NewView from={id} />}</Route>
                  <Route path="/open">
                    <OpenView fragment={undefined} />
                  </Route>
                  <Route path="/open/:fragment">
                    {({ fragment }) => <OpenView key={fragment} fragment={fragment} />}
                  </Route>
                  <Route path="/agreement/:id">{({ id }) => <AgreementView key={id} id={id} />}</Route>
                  <Route>
                    <Account />
                  </Route>
                </Switch>
              </Suspense>
            </Guarded>
          </Connected>
        )}
      </main>
      <footer className="quiet">{words.footer}</footer>
    </>
  );
}

function NetworkChoice(): ReactNode {
  const { words } = useLanguage();
  const { network, chooseNetwork } = useSession();
  if (network.isDemo) return <PassTime />;
  if (networks.length === 1) return <span className="network">{network.name}</span>;
  return (
    <Choice
      label={words.network}
      isLabelHidden
      value={String(network.chainId)}
      onChange={(chainId) => chooseNetwork(Number(chainId))}
      options={networks.map(({ chainId, name }) => ({ value: String(chainId), name }))}
    />
  );
}

/** On the demo's chain nobody has to wait for a clock. */
function PassTime(): ReactNode {
  const { words, format } = useLanguage();
  /** What the chain's clock says since it was moved, Unix seconds. */
  const [moved, setMoved] = useState<number>();
  const { provider } = useSession();
  const client = useQueryClient();
  const days = { none: 0, day: 1, week: 7, month: 30 } as const;
  const pass = async (count: number) => {
    if (count === 0) return;
    await provider.send("evm_increaseTime", [count * 86_400]);
    await provider.send("evm_mine", []);
    setMoved((await provider.getBlock("latest"))?.timestamp);
    await client.invalidateQueries();
  };
  return (
    <Choice
      label={words.passTime.label}
      isLabelHidden
      value="none"
      onChange={(chosen) => void pass(days[chosen])}
      options={[
        { value: "none", name: moved === undefined ? words.passTime.none : words.passTime.now(format.date(moved)) },
        ...(["day", "week", "month"] as const).map((value) => ({ value, name: words.passTime[value] })),
      ]}
    />
  );
}

/** The views, once the escrow is known to be there and the right one. */
function Connected({ children }: { readonly children: ReactNode }): ReactNode {
  const { words } = useLanguage();
  const { account, network, otherChain, switchChain } = useSession();
  const { escrow, error, refetch } = useConnectedEscrow();
  if (escrow === undefined) {
    if (error !== null)
      return <Problem title={words.cannotConnect(network.name)} error={error} onRetry={() => void refetch()} />;
    return <Loading>{words.connecting(network.name)}</Loading>;
  }
  return (
    <EscrowProvider key={`${network.chainId} ${account?.address}`} escrow={escrow}>
      <Health />
      <Keeping />
      {otherChain !== undefined && (
        <Notice tone="warning">
          {words.wrongNetwork(network.name)}
          {/* What the wallet says is shown where something is to be sent. */}
          <PlainButton onPress={() => void switchChain().catch(() => undefined)}>
            {words.switchTo(network.name)}
          </PlainButton>
        </Notice>
      )}
      {children}
    </EscrowProvider>
  );
}

/** Says when the endpoint does not answer, and how old what is shown is. */
function Health(): ReactNode {
  const { words, format } = useLanguage();
  const { network } = useSession();
  const escrow = useEscrow();
  const client = useQueryClient();
  const { error, dataUpdatedAt, refetch, failureCount } = useQuery({
    ...escrowQueries.time(escrow),
    refetchInterval: network.isDemo ? 2_000 : 12_000,
  });
  const wasDown = useRef(false);
  const isDown = error !== null;
  useEffect(() => {
    // Back again: everything may have changed meanwhile.
    if (wasDown.current && !isDown) void client.invalidateQueries();
    wasDown.current = isDown;
  }, [isDown, client]);
  if (!isDown && failureCount < 2) return null;
  return (
    <Notice tone="warning">
      {words.stale(dataUpdatedAt === 0 ? undefined : format.time(dataUpdatedAt / 1_000))}
      <PlainButton onPress={() => void refetch()}>{words.tryAgain}</PlainButton>
    </Notice>
  );
}

/** Says when this browser keeps nothing, or has something that cannot be read any more. */
function Keeping(): ReactNode {
  const { words } = useLanguage();
  const { network } = useSession();
  const { data, error, refetch } = useLibrary(network.chainId);
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined || (data.isLasting && data.unreadable === 0)) return null;
  return (
    <Notice tone="warning">
      {data.isLasting ? words.keeping.unreadable(data.unreadable) : words.keeping.notLasting}
    </Notice>
  );
}

function Account(): ReactNode {
  const { words } = useLanguage();
  useTitle(words.account.title);
  return (
    <>
      <h1>{words.account.title}</h1>
      <AccountView />
    </>
  );
}

/** Where a visitor begins; it needs no chain. */
function Welcome(): ReactNode {
  const { words } = useLanguage();
  useTitle(words.welcome.title);
  return (
    <section aria-labelledby="welcome">
      <h1 id="welcome">{words.welcome.title}</h1>
      <p>{words.welcome.text}</p>
      <ol>
        {words.welcome.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <h2>{words.whoAreYou}</h2>
      <WhoAreYou />
    </section>
  );
}
