/** What is done to the agreement as a whole: consenting to it on the chain, and ending its funding. */
import { acceptCall, closeCall } from "@micro-escrow/sdk";
import { useEscrow, useEscrowMutation } from "@micro-escrow/sdk/react";
import type { ReactNode } from "react";
import { useLanguage } from "../../../language/index.tsx";
import { Sending } from "../../../parts/sending.tsx";
import { useAddress } from "../../../session.tsx";
import type { FormProps } from "./form.ts";

/** Consents on the chain, for who cannot sign. */
export function AcceptForm({ facts: { agreement } }: FormProps): ReactNode {
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("accept");
  const party = useAddress();
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ agreement })}
      call={party && acceptCall({ escrow: escrow.address, agreement, party })}
      label={words.actions.accept.label}
      sentence={words.actions.accept.sentence}
      done={words.actions.accept.done}
    />
  );
}

/** Ends the funding: what is funded goes on. */
export function CloseForm({ facts: { agreement } }: FormProps): ReactNode {
  const { words } = useLanguage();
  const escrow = useEscrow();
  const mutation = useEscrowMutation("close");
  const party = useAddress();
  return (
    <Sending
      mutation={mutation}
      start={() => mutation.mutateAsync({ agreement })}
      call={party && closeCall({ escrow: escrow.address, agreement, party })}
      label={words.actions.close.label}
      sentence={words.actions.close.sentence}
      done={words.actions.close.done}
    />
  );
}
