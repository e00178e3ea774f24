/** Collecting what waits in the escrow. */
import { withdrawCall } from "@micro-escrow/sdk";
import { useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import { type ReactNode, useState } from "react";
import { useLanguage } from "../language/index.tsx";
import { Sending } from "./sending.tsx";

/** Pays to the account what waits for it. */
export function CollectForm(props: {
  readonly token: string;
  readonly account: string;
  readonly amount: string;
}): ReactNode {
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("withdraw");
  const { token, account } = props;
  const [amount] = useState(props.amount);
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ token, account })}
      call={withdrawCall({ escrow: escrow.address, token, account })}
      label={words.waiting.collect}
      sentence={words.waiting.sentence(amount)}
      done={words.waiting.done}
    />
  );
}
