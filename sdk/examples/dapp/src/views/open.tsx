/** Opening what somebody shared: a link, or a file. */
import { escrowKeys, useAgreementState, useEscrow } from "@micro-escrow/sdk/react";
import { useIsMutating, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { DropZone, FileTrigger, isFileDropItem, Text } from "react-aria-components";
import { useLocation } from "wouter";
import { titleOf } from "../clauses.ts";
import { useVerified, verify } from "../consents.ts";
import { useTitle } from "../focus.ts";
import { useLanguage } from "../language/index.tsx";
import { keep, LIBRARY, useKeptAgreements } from "../library.ts";
import { useCurrency, useNames, useToken } from "../names.ts";
import { Loading, Notice, PlainButton, PrimaryButton } from "../parts/basics.tsx";
import { Field } from "../parts/field.tsx";
import { Problem } from "../parts/problem.tsx";
import { roleOf } from "../roles.ts";
import { networks, useAddress, useSession } from "../session.tsx";
import { fromFile, fromFragment, InvalidShareFileError, type Share } from "../share.ts";
import { isUnderWay } from "./agreement/facts.ts";
import { AgreementPage } from "./agreement/page.tsx";
import { Proposal } from "./agreement/proposal.tsx";

/** What stands in a link, or a place to put a link or a file. */
export function OpenView({ fragment }: { readonly fragment: string | undefined }): ReactNode {
  const [file, setFile] = useState<Share>();
  const { data, error } = useQuery({
    queryKey: ["share", fragment],
    queryFn: () => fromFragment(fragment ?? ""),
    enabled: fragment !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    // What could not be read has nothing to show, and is not worth a message twice.
    gcTime: 0,
  });
  const { words } = useLanguage();
  const share = file ?? data;
  useTitle(share === undefined ? words.open.title : (titleOf(share.agreement) ?? words.agreement.untitled));
  if (share !== undefined) return <Opened share={share} />;
  if (error !== null) return <Problem title={words.open.refused} error={error} />;
  return fragment === undefined ? <Choose onFile={setFile} /> : <Loading />;
}

/** A place for a link or a file. */
function Choose({ onFile }: { readonly onFile: (share: Share) => void }): ReactNode {
  const { words } = useLanguage();
  const [, navigate] = useLocation();
  const [link, setLink] = useState("");
  const [error, setError] = useState<unknown>();
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      onFile(fromFile(await file.text()));
    } catch (problem) {
      setError(problem);
    }
  };
  const follow = () => {
    const fragment = /#\/open\/([\w-]+)\s*$/.exec(link)?.[1];
    if (fragment === undefined) setError(new InvalidShareFileError("it is no link of this page"));
    else navigate(`/open/${fragment}`);
  };
  return (
    <section aria-labelledby="open">
      <h1 id="open">{words.open.title}</h1>
      <p>{words.open.explanation}</p>
      <form
        className="inline"
        onSubmit={(event) => {
          event.preventDefault();
          follow();
        }}
      >
        <Field label={words.open.link} value={link} onChange={setLink} />
        <PrimaryButton type="submit" isDisabled={link.trim() === ""}>
          {words.open.follow}
        </PrimaryButton>
      </form>
      <DropZone className="drop" onDrop={async ({ items }) => open(await items.find(isFileDropItem)?.getFile())}>
        <Text slot="label">{words.open.file}</Text>
        <FileTrigger acceptedFileTypes={["application/json", ".json"]} onSelect={(list) => void open(list?.[0])}>
          <PlainButton>{words.open.choose}</PlainButton>
        </FileTrigger>
      </DropZone>
      {error !== undefined && <Problem title={words.open.refused} error={error} />}
    </section>
  );
}

/** What was shared, on the chain that it is for. */
function Opened({ share }: { readonly share: Share }): ReactNode {
  const { words } = useLanguage();
  const { network, chooseNetwork } = useSession();
  const { chainId = network.chainId } = share;
  if (chainId !== network.chainId) {
    const meant = networks.find((one) => one.chainId === chainId);
    return (
      <Notice tone="warning">
        {words.open.otherChain(meant?.name ?? String(chainId))}
        {meant !== undefined && (
          <PlainButton onPress={() => chooseNetwork(chainId)}>{words.switchTo(meant.name)}</PlainButton>
        )}
      </Notice>
    );
  }
  return <OnThisChain share={share} />;
}

function OnThisChain({ share }: { readonly share: Share }): ReactNode {
  const { words } = useLanguage();
  const escrow = useEscrow();
  const client = useQueryClient();
  const account = useAddress();
  const [, navigate] = useLocation();
  const { agreement } = share;
  const state = useAgreementState(agreement);
  const verified = useVerified(share);
  const currency = useCurrency(agreement.terms.token);
  const token = useToken(agreement.terms.token);
  const library = useKeptAgreements(escrow.chainId);
  const kept = library.data?.find((one) => one.agreement.id === agreement.id);
  const role = roleOf(agreement, account);
  const { terms } = agreement;
  const nameOf = useNames();
  // What belongs to an agreement that is known here, or that is under way, is put beside it; its page shows it.
  const belongs = verified.data !== undefined && (kept !== undefined || isUnderWay(state.data));
  const leftOut = verified.data?.leftOut;
  const [isTold, setIsTold] = useState(false);
  // What is on its way is followed to its end first.
  const isSending = useIsMutating() > 0;
  const goesOn = belongs && !isSending && (leftOut === undefined || isTold);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  const [failure, setFailure] = useState<unknown>();
  const put = useCallback(
    async (how: { readonly replace: boolean }) => {
      try {
        await keep((await verify(escrow, share)).share, escrow.chainId);
        // Its user may have gone elsewhere meanwhile.
        if (isHere.current) navigate(`/agreement/${agreement.id}`, how);
      } catch (problem) {
        setFailure(problem);
      } finally {
        await client.invalidateQueries({ queryKey: [LIBRARY] });
        await client.invalidateQueries({ queryKey: escrowKeys.state(escrow, agreement.id) });
      }
    },
    [escrow, client, share, agreement, navigate],
  );
  useEffect(() => {
    if (goesOn) void put({ replace: true });
  }, [goesOn, put]);

  // What fails when it is read again takes away nothing: something of it may just be on its way.
  for (const { data, error, refetch } of [state, verified]) {
    if (data === undefined && error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  }
  if (failure !== undefined) {
    return (
      <>
        <Problem error={failure} />
        {/* What there was room for is there. */}
        <PrimaryButton onPress={() => navigate(`/agreement/${agreement.id}`, { replace: true })}>
          {words.open.goOn}
        </PrimaryButton>
      </>
    );
  }
  if (state.data === undefined || verified.data === undefined || !library.isFetched || goesOn) return <Loading />;
  const notice = leftOut !== undefined && <Notice tone="problem">{words.open.leftOut[leftOut]}</Notice>;
  if (belongs && !isSending) {
    return (
      <>
        {notice}
        <PrimaryButton onPress={() => setIsTold(true)}>{words.open.goOn}</PrimaryButton>
      </>
    );
  }
  return (
    <AgreementPage
      agreement={agreement}
      heading={
        <>
          <p>{words.agreement.between(nameOf(terms.client), nameOf(terms.freelancer), nameOf(terms.arbiter))}</p>
          <p>
            {account === undefined
              ? words.open.noAccount
              : role === undefined
                ? words.open.noRole
                : words.open.role[role]}
          </p>
        </>
      }
    >
      {notice}
      {token.error && currency === undefined && <Problem error={token.error} onRetry={() => void token.refetch()} />}
      <Proposal agreement={agreement} state={state.data} signatures={verified.data.share.signatures} />
      <PlainButton onPress={() => void put({ replace: false })}>{words.open.keep}</PlainButton>
    </AgreementPage>
  );
}
