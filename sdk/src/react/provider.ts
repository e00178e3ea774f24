"use client";
/** Which escrow the hooks below a component are about. */
import { createContext, createElement, type ReactNode, useContext } from "react";
import { checkObject } from "../check.js";
import type { MicroEscrow } from "../client.js";
import { MissingEscrowProviderError } from "../errors.js";
import { checkConnection } from "../rpc.js";

const EscrowContext = createContext<MicroEscrow | undefined>(undefined);

/** What {@link EscrowProvider} takes. */
export interface EscrowProviderProps {
  /** From `MicroEscrow.connect`. With a signer the mutations act as its account. */
  readonly escrow: MicroEscrow;
  readonly children?: ReactNode;
}

/**
 * Gives an escrow to the hooks below it. Connect first, and render this then; after the user has changed the account or the
 * chain, pass another one, with another `key` (the account's address), so that no signature or result of the account before is
 * taken for one of this. TanStack's QueryClientProvider has to be around it too.
 *
 * @throws {InvalidParameterError} When it is given no escrow.
 * @example
 * const escrow = await MicroEscrow.connect(signer);
 * const account = await signer.getAddress();
 * const page = createElement(EscrowProvider, { key: account, escrow }); // <EscrowProvider key={account} escrow={escrow} />
 */
export function EscrowProvider({ escrow, children }: EscrowProviderProps): ReactNode {
  checkConnection(checkObject(escrow, "an escrow, as MicroEscrow.connect gives it").connection);
  return createElement(EscrowContext.Provider, { value: escrow }, children);
}

/**
 * The escrow of the nearest {@link EscrowProvider}.
 *
 * @throws {MissingEscrowProviderError} When there is none around the component.
 * @example
 * const { chainId, address } = useEscrow();
 */
export function useEscrow(): MicroEscrow {
  const escrow = useContext(EscrowContext);
  if (escrow === undefined) throw new MissingEscrowProviderError();
  return escrow;
}
