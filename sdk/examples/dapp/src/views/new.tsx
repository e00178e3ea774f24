/** Writing an agreement: a form that says at once what is wrong, the deal in plain sentences beside it, and then handing it over. */
import { type Agreement, tokens } from "@micro-escrow/sdk";
import { useEscrow } from "@micro-escrow/sdk/react";
import { useQueryClient } from "@tanstack/react-query";
import { hexlify, randomBytes } from "ethers";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import { useLocation } from "wouter";
import { recall, remember } from "../device.ts";
import {
  type Draft,
  type DraftMilestone,
  draftOf,
  emptyDraft,
  emptyMilestone,
  make,
  type Problems,
  readDraft,
  withRole,
} from "../draft.ts";
import { useTitle } from "../focus.ts";
import { useLanguage, type Words } from "../language/index.tsx";
import { keep, LIBRARY, useKeptAgreements } from "../library.ts";
import { useCurrency, useToken } from "../names.ts";
import { Loading, Notice, PlainButton, PrimaryButton } from "../parts/basics.tsx";
import { Field } from "../parts/field.tsx";
import { Problem } from "../parts/problem.tsx";
import { useAddress, useSession } from "../session.tsx";
import { Deal, Warnings } from "./agreement/deal.tsx";

/** A form for a new agreement, or for another version of one that is kept here. */
export function NewView({ from }: { readonly from: string | undefined }): ReactNode {
  const { chainId } = useEscrow();
  const { network, demo } = useSession();
  const { data: kept } = useKeptAgreements(chainId);
  const before = kept?.find(({ agreement }) => agreement.id === from)?.agreement;
  const currency = useCurrency(before?.terms.token);
  const token = useToken(before?.terms.token);
  if (network.isDemo && demo === undefined) return <Loading />;
  if (from !== undefined && kept === undefined) return <Loading />;
  if (before !== undefined && currency === undefined) {
    return token.error ? <Problem error={token.error} onRetry={() => void token.refetch()} /> : <Loading />;
  }
  if (before === undefined || currency === undefined) return <Writing key="new" name={DRAFT} />;
  return <Writing key={before.id} name={`${DRAFT}-${before.id}`} before={draftOf(before, currency.decimals)} />;
}

const DRAFT = "micro-escrow-draft";

/** What was written before this tab was loaded again, or its user became somebody else. */
function recallDraft(name: string): Draft | undefined {
  const text = recall(name, "sessionStorage");
  return text === undefined ? undefined : readDraft(text);
}

function Writing({
  name,
  before,
}: {
  /** Under which it is remembered while it is written. */
  readonly name: string;
  readonly before?: Draft;
}): ReactNode {
  const { words } = useLanguage();
  const { demo } = useSession();
  const account = useAddress();
  const [begun] = useState<Draft>(() => {
    const fresh = { ...emptyDraft(Date.now() / 1_000), client: account ?? "", token: demo?.token.address ?? "" };
    return recallDraft(name) ?? before ?? fresh;
  });
  const [draft, setDraft] = useState(begun);
  useEffect(() => {
    // What nobody has touched is made anew, for who comes with another account.
    if (draft !== begun) remember(name, JSON.stringify(draft), "sessionStorage");
  }, [name, begun, draft]);
  /** What was there before an example was taken. */
  const [overwritten, setOverwritten] = useState<Draft>();
  const [nonce] = useState(() => hexlify(randomBytes(32)) as `0x${string}`);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [showsAll, setShowsAll] = useState(false);
  const { data: token, error: tokenError } = useToken(
    /^0x[0-9a-fA-F]{40}$/.test(draft.token.trim()) ? draft.token.trim() : undefined,
  );
  const currency = useCurrency(token?.address);
  const made = useMemo(() => make(draft, token, nonce), [draft, token, nonce]);
  const form = {
    draft,
    set: (changes: Partial<Draft>) => setDraft((old) => ({ ...old, ...changes })),
    /** What is wrong with a value, once its writer has left it. */
    problemAt: (path: string) => (showsAll || touched.has(path) ? problemText(made.problems, path) : undefined),
    touch: (path: string) => () => setTouched((old) => new Set(old).add(path)),
    symbol: currency?.symbol,
    /** A field's value, and what is wrong with it by the SDK's name for it. */
    bind: (name: TextMember, path: string = name) => ({
      name: path,
      value: draft[name],
      onChange: (value: string) => form.set({ [name]: value }),
      onBlur: form.touch(path),
      problem: form.problemAt(path),
    }),
  };

  const title = before === undefined ? words.draft.title : words.draft.newVersion;
  useTitle(title);

  return (
    <>
      <h1>{title}</h1>
      {before === undefined && (
        <Templates
          onChoose={(template) => {
            setOverwritten(overwritten ?? draft);
            form.set(template);
          }}
          onUndo={
            overwritten &&
            (() => {
              setDraft(overwritten);
              setOverwritten(undefined);
            })
          }
        />
      )}
      <div className="writing">
        <form onSubmit={(event) => event.preventDefault()} aria-label={words.draft.title}>
          <Parties form={form} tokenError={tokenError} />
          <Work form={form} />
          <Periods form={form} />
          <Fees form={form} />
        </form>
        <aside aria-labelledby="deal">
          <h2 id="deal">{words.draft.deal}</h2>
          {made.agreement === undefined ? (
            <>
              <p className="quiet">{words.draft.incomplete}</p>
              {showsAll && remaining(made.problems)}
              <PrimaryButton onPress={() => setShowsAll(true)}>{words.draft.check}</PrimaryButton>
            </>
          ) : (
            <Finished agreement={made.agreement} name={name} />
          )}
        </aside>
      </div>
    </>
  );

  function problemText(problems: Problems | undefined, path: string): string | undefined {
    const problem = problems?.get(path);
    if (problem === undefined) return undefined;
    if (path === "ifArbiterIsSilent") return words.draft.chooseShare;
    const isEmpty = Object.entries(draft).some(([key, value]) => key === path && value === "");
    const code = isEmpty && problem.error.code === "InvalidAddress" ? "MissingParty" : problem.error.code;
    return (words.problems as Readonly<Record<string, string>>)[code] ?? `${problem.message} ${problem.advice}`;
  }

  /** What is wrong, in one list: also what no field of the form shows. */
  function remaining(problems: Problems): ReactNode {
    return (
      <Notice tone="problem">
        {words.draft.missing}
        <ul>
          {[...problems.keys()].map((path) => (
            <li key={path}>
              <button type="button" className="to-field" onClick={() => document.getElementsByName(path)[0]?.focus()}>
                {fieldName(words, path)}
              </button>
              : {problemText(problems, path)}
            </li>
          ))}
        </ul>
      </Notice>
    );
  }
}

/** What the form calls what the SDK calls by a path. */
function fieldName({ draft, role, amount, milestoneNumber }: Words, path: string): string {
  const names: Readonly<Record<string, string>> = {
    ...{ client: role.client, freelancer: role.freelancer, arbiter: role.arbiter, token: draft.token },
    ...{ verifier: role.verifier, "fee.recipient": role.platform, "fee.share": draft.platformFee },
    ...{ "scope.title": draft.name, "scope.description": draft.description, ifArbiterIsSilent: draft.silentShare },
    ...{ review: draft.review, rework: draft.rework, arbitration: draft.arbitration, challenge: draft.challenge },
    ...{ fundBy: draft.fundBy, arbiterFee: draft.arbiterFee },
    ...{ title: draft.milestone, description: draft.milestoneDescription, amount, work: draft.days },
  };
  const [, index, member = ""] = /^(?:scope\.)?milestones\[(\d+)\]\.(\w+)$/.exec(path) ?? [];
  return index === undefined
    ? (names[path] ?? path)
    : `${milestoneNumber(Number(index) + 1)}, ${names[member] ?? member}`;
}

/** The members of a draft that are typed as they are. */
type TextMember = Exclude<keyof Draft, "milestones" | "carried">;

interface FormProps {
  readonly form: {
    readonly draft: Draft;
    set(changes: Partial<Draft>): void;
    problemAt(path: string): string | undefined;
    touch(path: string): () => void;
    bind(
      name: TextMember,
      path?: string,
    ): {
      readonly name: string;
      readonly value: string;
      readonly onChange: (value: string) => void;
      readonly onBlur: () => void;
      readonly problem: string | undefined;
    };
    readonly symbol: string | undefined;
  };
}

/** Agreements to begin with. */
function Templates({
  onChoose,
  onUndo,
}: {
  readonly onChoose: (template: Partial<Draft>) => void;
  /** Takes the example back; `undefined` while none was chosen. */
  readonly onUndo: (() => void) | undefined;
}): ReactNode {
  const { words } = useLanguage();
  return (
    <section className="templates" aria-labelledby="templates">
      <h2 id="templates">{words.draft.templates}</h2>
      {words.templates.map(({ name, milestones, ...template }) => (
        <PlainButton
          key={name}
          onPress={() =>
            onChoose({ ...template, milestones: milestones.map((one) => ({ ...emptyMilestone(), ...one })) })
          }
        >
          {name}
        </PlainButton>
      ))}
      {onUndo !== undefined && <PlainButton onPress={onUndo}>{words.draft.undo}</PlainButton>}
    </section>
  );
}

function Parties({ form, tokenError }: FormProps & { readonly tokenError: unknown }): ReactNode {
  const { words } = useLanguage();
  const { demo, network } = useSession();
  const account = useAddress();
  const { draft, set, problemAt, touch, bind } = form;
  const people = demo?.people.map(({ name, about, address }) => ({ value: address, name: `${name} (${about})` }));
  const known = [
    ...tokens
      .filter(({ chainId }) => chainId === network.chainId)
      .map(({ address, symbol }) => ({ value: address as string, name: symbol as string })),
    ...(demo === undefined ? [] : [{ value: demo.token.address, name: demo.token.symbol }]),
  ];
  return (
    <fieldset>
      <legend>{words.draft.parties}</legend>
      {account !== undefined && (
        <RadioGroup
          className="radios"
          value={draft.client === account ? "client" : draft.freelancer === account ? "freelancer" : "neither"}
          onChange={(role) =>
            set(withRole(draft, account, role === "client" || role === "freelancer" ? role : "neither"))
          }
        >
          <Label>{words.draft.youAre}</Label>
          <Radio value="client">{words.role.client}</Radio>
          <Radio value="freelancer">{words.role.freelancer}</Radio>
          <Radio value="neither">{words.draft.neither}</Radio>
        </RadioGroup>
      )}
      {(["client", "freelancer", "arbiter"] as const).map((party) => (
        <Field
          key={party}
          label={words.role[party]}
          description={words.draft.about[party]}
          {...bind(party)}
          suggestions={people}
          isRequired
        />
      ))}
      <Field
        label={words.draft.token}
        description={words.draft.about.token}
        value={draft.token}
        onChange={(token) => set({ token })}
        onBlur={touch("token")}
        name="token"
        problem={tokenError === null ? problemAt("token") : words.draft.noToken}
        suggestions={known}
        isRequired
      />
    </fieldset>
  );
}

function Work({ form }: FormProps): ReactNode {
  const { words } = useLanguage();
  const { draft, set, problemAt, touch, bind, symbol } = form;
  /** The milestone that was just added: its writer goes on there. */
  const [added, setAdded] = useState<string>();
  const change = (key: string, changes: Partial<DraftMilestone>) =>
    set({ milestones: draft.milestones.map((one) => (one.key === key ? { ...one, ...changes } : one)) });
  return (
    <fieldset>
      <legend>{words.draft.work}</legend>
      <Field label={words.draft.name} {...bind("title", "scope.title")} isRequired />
      <Field
        label={words.draft.description}
        description={words.draft.about.description}
        {...bind("description", "scope.description")}
        isLong
      />
      <ol className="drafts">
        {draft.milestones.map(({ key, title, description, amount, work }, index) => (
          <li key={key}>
            <fieldset>
              <legend>{words.milestoneNumber(index + 1)}</legend>
              <Field
                label={words.draft.milestone}
                name={`scope.milestones[${index}].title`}
                autoFocus={key === added}
                value={title}
                onChange={(value) => change(key, { title: value })}
                onBlur={touch(`scope.milestones[${index}].title`)}
                problem={problemAt(`scope.milestones[${index}].title`)}
                isRequired
              />
              <Field
                label={words.draft.milestoneDescription}
                value={description}
                onChange={(value) => change(key, { description: value })}
                isLong
              />
              <div className="columns">
                <Field
                  label={words.amount}
                  name={`milestones[${index}].amount`}
                  value={amount}
                  onChange={(value) => change(key, { amount: value })}
                  onBlur={touch(`milestones[${index}].amount`)}
                  problem={problemAt(`milestones[${index}].amount`)}
                  inputMode="decimal"
                  suffix={symbol}
                  isRequired
                />
                <Field
                  label={words.draft.days}
                  name={`milestones[${index}].work`}
                  value={work}
                  onChange={(value) => change(key, { work: value })}
                  onBlur={touch(`milestones[${index}].work`)}
                  problem={problemAt(`milestones[${index}].work`)}
                  inputMode="numeric"
                  suffix={words.draft.dayUnit}
                  isRequired
                />
              </div>
              {draft.milestones.length > 1 && (
                <PlainButton
                  onPress={() => set({ milestones: draft.milestones.filter((one) => one.key !== key) })}
                  aria-label={words.draft.removeNumber(index + 1)}
                >
                  {words.draft.remove}
                </PlainButton>
              )}
            </fieldset>
          </li>
        ))}
      </ol>
      <PlainButton
        onPress={() => {
          const milestone = emptyMilestone();
          setAdded(milestone.key);
          set({ milestones: [...draft.milestones, milestone] });
        }}
      >
        {words.draft.add}
      </PlainButton>
    </fieldset>
  );
}

function Periods({ form }: FormProps): ReactNode {
  const { words } = useLanguage();
  const { draft, set, problemAt, bind } = form;
  return (
    <fieldset>
      <legend>{words.draft.silence}</legend>
      {(["review", "rework", "arbitration"] as const).map((period) => (
        <Field
          key={period}
          label={words.draft[period]}
          description={words.draft.about[period]}
          {...bind(period)}
          inputMode="numeric"
          suffix={words.draft.dayUnit}
          isRequired
        />
      ))}
      <RadioGroup
        className="radios"
        name="ifArbiterIsSilent"
        value={["0", "50", "100"].includes(draft.silentShare) ? draft.silentShare : null}
        onChange={(silentShare) => set({ silentShare })}
        isInvalid={problemAt("ifArbiterIsSilent") !== undefined}
      >
        <Label>{words.draft.silentShare}</Label>
        {(["0", "50", "100"] as const).map((share) => (
          <Radio key={share} value={share}>
            {words.draft.silentShares[share]}
          </Radio>
        ))}
      </RadioGroup>
      {problemAt("ifArbiterIsSilent") !== undefined && <p className="problem-text">{words.draft.chooseShare}</p>}
      <Field
        label={words.draft.fundBy}
        description={words.draft.about.fundBy}
        {...bind("fundBy")}
        type="date"
        isRequired
      />
    </fieldset>
  );
}

function Fees({ form }: FormProps): ReactNode {
  const { words } = useLanguage();
  const { demo } = useSession();
  const { draft, bind } = form;
  const people = demo?.people.map(({ name, about, address }) => ({ value: address, name: `${name} (${about})` }));
  return (
    <fieldset>
      <legend>{words.draft.fees}</legend>
      <Field
        label={words.draft.arbiterFee}
        description={words.draft.about.arbiterFee}
        {...bind("arbiterFee")}
        inputMode="decimal"
        suffix="%"
      />
      <details open={draft.platform !== "" || draft.verifier !== ""}>
        <summary>{words.draft.others}</summary>
        <Field
          label={words.role.platform}
          description={words.draft.about.platform}
          {...bind("platform", "fee.recipient")}
          suggestions={people}
        />
        <Field label={words.draft.platformFee} {...bind("platformFee", "fee.share")} inputMode="decimal" suffix="%" />
        <Field
          label={words.role.verifier}
          description={words.draft.about.verifier}
          {...bind("verifier")}
          suggestions={people}
        />
        <Field label={words.draft.challenge} {...bind("challenge")} inputMode="numeric" suffix={words.draft.dayUnit} />
      </details>
    </fieldset>
  );
}

/** A draft without a fault: what it says, and the way on. */
function Finished({
  agreement,
  name,
}: {
  readonly agreement: Agreement;
  /** Under which its draft is remembered. */
  readonly name: string;
}): ReactNode {
  const { words } = useLanguage();
  const { chainId } = useEscrow();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<unknown>();
  const finish = async () => {
    try {
      await keep({ chainId, agreement, signatures: {} }, chainId);
    } catch (problem) {
      setFailure(problem);
      return;
    }
    remember(name, undefined, "sessionStorage");
    await client.invalidateQueries({ queryKey: [LIBRARY] });
    navigate(`/agreement/${agreement.id}`);
  };
  return (
    <>
      <Warnings agreement={agreement} />
      <Deal agreement={agreement} />
      {failure !== undefined && <Problem error={failure} />}
      <PrimaryButton onPress={() => void finish()}>{words.draft.finish}</PrimaryButton>
    </>
  );
}
