/** Sending something to the chain: what it does, what it costs, how far it is, and what came of it. */
import {
  type Call,
  decodeError,
  type Hash,
  InsufficientAllowanceError,
  SafeERC20FailedOperationError,
  TransactionRevertedError,
} from "@micro-escrow/sdk";
import { escrowKeys, type MutationPhase, useEscrow } from "@micro-escrow/sdk/react";
import { useIsMutating, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useLanguage } from "../language/index.tsx";
import { short } from "../names.ts";
import { coinOf } from "../networks.ts";
import { useSession } from "../session.tsx";
import { Notice, PlainButton, PrimaryButton, useClose } from "./basics.tsx";
import { Problem } from "./problem.tsx";

/** What this needs of a mutation of the SDK's. */
export interface SendingMutation {
  readonly phase: MutationPhase;
  readonly transactions: readonly Hash[];
}

/** What tokens say for want of an allowance: by the standard (ERC-6093), in words of their own, or by returning false. */
const FOR_WANT_OF_ALLOWANCE = [InsufficientAllowanceError, TransactionRevertedError, SafeERC20FailedOperationError];

/**
 * What a call costs now; asked for again while the question stands. Nothing while it would be refused.
 *
 * @param gas What it takes where only the token refuses, as its allowance comes just before the call.
 */
function useFee(call: Call | undefined, gas: bigint | undefined) {
  const { provider, account } = useSession();
  return useQuery({
    queryKey: ["fee", provider._getConnection().url, account?.address, call?.data, gas?.toString()],
    queryFn: async () => {
      const [units, { maxFeePerGas, gasPrice }] = await Promise.all([
        provider.estimateGas({ ...call, from: account?.address ?? null }).catch((error) => {
          const refused = decodeError(error);
          if (gas !== undefined && FOR_WANT_OF_ALLOWANCE.some((Class) => refused instanceof Class)) return gas;
          throw error;
        }),
        provider.getFeeData(),
      ]);
      return { gas: units, fee: units * (gasPrice ?? maxFeePerGas ?? 0n) };
    },
    enabled: account !== undefined && call !== undefined,
    retry: false,
    refetchInterval: 15_000,
    gcTime: 0,
  });
}

/** A transaction, with its page on the explorer where there is one. */
export function TransactionLink({ hash }: { readonly hash: string }): ReactNode {
  const { network } = useSession();
  const { words } = useLanguage();
  if (network.explorer === undefined) return <code title={hash}>{short(hash)}</code>;
  return (
    <a href={`${network.explorer}/tx/${hash}`} target="_blank" rel="noreferrer">
      <span className="hidden">{words.transaction} </span>
      {short(hash)}
    </a>
  );
}

/** Nothing can be sent before there is an account, and its wallet is on the page's chain. */
function ReadyToSend({ children }: { readonly children: ReactNode }): ReactNode {
  const { words } = useLanguage();
  const { account, otherChain, network, switchChain } = useSession();
  const [error, setError] = useState<unknown>();
  if (account === undefined) return <Notice tone="info">{words.connectFirst}</Notice>;
  if (otherChain === undefined) return children;
  return (
    <Notice tone="warning">
      {words.wrongNetwork(network.name)}
      <PlainButton onPress={() => void switchChain().then(() => setError(undefined), setError)}>
        {words.switchTo(network.name)}
      </PlainButton>
      {error !== undefined && <Problem error={error} />}
    </Notice>
  );
}

/** A form that ends in a transaction. */
export function Sending({
  mutation,
  start,
  label,
  sentence,
  call,
  gas,
  isReady = true,
  sent,
  done,
  next,
  children,
}: {
  readonly mutation: SendingMutation;
  /** Prepares and sends. What it throws is shown. */
  readonly start: () => Promise<unknown>;
  /** Of the button. */
  readonly label: string;
  /** What it does. */
  readonly sentence: ReactNode;
  /** What will be sent, as far as it is known: its cost is shown. */
  readonly call?: Call | undefined;
  /** About how much gas it takes, for while the token has no allowance yet and refuses the call. */
  readonly gas?: bigint | undefined;
  readonly isReady?: boolean;
  /** What is shown while it is on its way, where the wallet may ask once more after the first transaction. */
  readonly sent?: string;
  /** What is shown when it is in a block. */
  readonly done: ReactNode;
  /** What is to be done then. */
  readonly next?: ReactNode;
  readonly children?: ReactNode;
}): ReactNode {
  const { words, format } = useLanguage();
  const { account, network } = useSession();
  const close = useClose();
  const { phase, transactions } = mutation;
  const [failure, setFailure] = useState<unknown>();
  const [isStarting, setIsStarting] = useState(false);
  const isActing = useRef(false);
  const isDone = phase === "confirmed" || phase === "signed";
  // A window that is closed does not end what was sent from it: who opens it again has to know.
  const underWay = useIsMutating({ mutationKey: escrowKeys.all(useEscrow()) });
  const { data: cost } = useFee(isReady && !isDone ? call : undefined, gas);
  const last = transactions.at(-1);
  if (isDone) {
    return (
      <>
        <Done>
          {done} {last !== undefined && <TransactionLink hash={last} />}
        </Done>
        {/* It is done, but something that was to follow is not. */}
        {failure !== undefined && <Problem error={failure} />}
        {next}
        {close !== undefined && <PlainButton onPress={close}>{words.ready}</PlainButton>}
      </>
    );
  }
  const isBusy = isStarting || phase === "pending" || phase === "sent";
  const act = async () => {
    // Before there is anything to send, files are hashed and kept: who presses again meanwhile does not mean it twice.
    if (isActing.current) return;
    isActing.current = true;
    setIsStarting(true);
    setFailure(undefined);
    try {
      await start();
    } catch (problem) {
      setFailure(problem);
    } finally {
      isActing.current = false;
      setIsStarting(false);
    }
  };
  return (
    <div className="sending">
      <p>{sentence}</p>
      {children}
      {cost !== undefined && (
        <p className="quiet">
          {words.networkFee(format.coin(cost.fee, coinOf(network).symbol), format.number(cost.gas))}
        </p>
      )}
      {!isBusy && underWay > 0 && <Notice tone="warning">{words.stillSending}</Notice>}
      {phase === "pending" && (
        <Notice tone="info">{account?.wallet === undefined ? words.pendingInDemo : words.pending}</Notice>
      )}
      {phase === "sent" && last !== undefined && (
        <Notice tone="info">
          {sent ?? words.sent} <TransactionLink hash={last} />
        </Notice>
      )}
      {!isBusy && failure !== undefined && <Problem error={failure} />}
      <ReadyToSend>
        {/* While it is busy it keeps the focus, which a button that is disabled would lose. */}
        <PrimaryButton
          isDisabled={!isReady && !isBusy}
          aria-disabled={isBusy}
          onPress={() => (isBusy ? undefined : void act())}
        >
          {isBusy ? words.working : label}
        </PrimaryButton>
      </ReadyToSend>
    </div>
  );
}

/** What came of it. It takes the focus from the button that stood here, so that the keyboard stays in its window. */
function Done({ children }: { readonly children: ReactNode }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost) place.current?.focus();
  }, []);
  return (
    <div className="sending" ref={place} tabIndex={-1}>
      <Notice tone="good">{children}</Notice>
    </div>
  );
}
