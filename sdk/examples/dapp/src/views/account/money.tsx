/** The account's money: over time as charts, and as a statement to keep. */
import type { MicroEscrowError } from "@micro-escrow/sdk";
import { toCsv } from "@micro-escrow/sdk/history";
import { escrowKeys, useEscrow } from "@micro-escrow/sdk/react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { currencyOf } from "../../accounts.ts";
import { useLanguage } from "../../language/index.tsx";
import { short, useCurrency, useVouching } from "../../names.ts";
import type { Overview } from "../../overview.ts";
import { Choice, download, Loading, PlainButton } from "../../parts/basics.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Waiting } from "../../parts/waiting.tsx";
import { useSession } from "../../session.tsx";
import { MoneyChart } from "./chart.tsx";
import { pointsOf, readMoving } from "./series.ts";

/** What is held, earned and paid. */
export function Money({ overview: { statement, time } }: { readonly overview: Overview }): ReactNode {
  const { words } = useLanguage();
  const escrow = useEscrow();
  const [chosen, setChosen] = useState<string>();
  const isVouched = useVouching();
  const { demo } = useSession();
  /** As everywhere: what calls itself like another token has its address beside that. */
  const symbolOf = (address: string) => {
    const token =
      demo?.token.address === address ? demo.token : statement.tokens.find((one) => one.address === address);
    return token === undefined ? short(address) : currencyOf(token, isVouched(address)).symbol;
  };
  const used = [...new Set(statement.agreements.map(({ terms }) => terms.token as string))];
  const token = chosen ?? used[0];
  const currency = useCurrency(token);
  const times = useRef<ReadonlyMap<number, number>>(new Map());
  const { data: moving, error } = useQuery<Awaited<ReturnType<typeof readMoving>>, MicroEscrowError>({
    queryKey: [...escrowKeys.all(escrow), "moving", statement.account, statement.toBlock],
    queryFn: async () => {
      const read = await readMoving(escrow, statement, times.current);
      times.current = read.times;
      return read;
    },
    structuralSharing: false,
    placeholderData: (before) => before,
  });
  const points = useMemo(
    () => (moving === undefined || token === undefined ? undefined : pointsOf(statement, moving, token)),
    [statement, moving, token],
  );
  const named = statement.tokens.map((one) => ({ ...one, symbol: symbolOf(one.address) }));
  return (
    <section aria-labelledby="money">
      <h2 id="money">{words.account.money}</h2>
      {statement.totals.map((total) => (
        <Waiting key={total.token} token={total.token} />
      ))}
      {used.length > 1 && token !== undefined && (
        <Choice
          label={words.draft.token}
          value={token}
          onChange={setChosen}
          options={used.map((address) => ({
            value: address,
            name: symbolOf(address),
          }))}
        />
      )}
      {error !== null && <Problem error={error} />}
      {points === undefined || currency === undefined ? (
        used.length > 0 && error === null && <Loading />
      ) : (
        <MoneyChart points={points} currency={currency} until={time} />
      )}
      <PlainButton
        onPress={() =>
          download(`statement-${statement.account}.csv`, toCsv({ ...statement, tokens: named }), "text/csv")
        }
        isDisabled={statement.entries.length === 0}
      >
        {words.account.statement}
      </PlainButton>
    </section>
  );
}
