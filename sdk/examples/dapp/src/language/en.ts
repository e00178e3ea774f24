/** English. */
import type { Clause } from "@micro-escrow/sdk";
import { amountOf, type Tools } from "./tools.ts";

type Deal = { readonly [Code in Clause["code"]]: (clause: Clause<Code>, tools: Tools) => string };

const units = (amount: string) => `${amount} base units`;

const deal: Deal = {
  "unknown-scope": ({ details }) =>
    `What is to be done is not known on this device, only its hash (${details}). Ask the other party for the agreement's link or file.`,
  about: ({ title }) => `This agreement is about “${title}”.`,
  detail: ({ description }) => `In detail: “${description}”`,
  payment: ({ client, freelancer }, { accountOf }) =>
    `The client, ${accountOf(client)}, pays the freelancer, ${accountOf(freelancer)}.`,
  arbiter: ({ arbiter }, { accountOf }) =>
    `The arbiter, ${accountOf(arbiter)}, decides disputes. Its word is final, and it can rule for either side.`,
  "registered-token": ({ token, currency }) => `Everything is paid in ${currency.symbol}, the token at ${token}.`,
  "claimed-token": ({ token, currency }) =>
    `Everything is paid in the token at ${token}, which the agreement calls “${currency.symbol}” with ${currency.decimals === 1 ? "1 decimal" : `${currency.decimals} decimals`}.`,
  "unknown-token": ({ token }) => `Everything is paid in the token at ${token}, in its base units.`,
  milestone: (clause, tools) =>
    `Milestone ${clause.index + 1}, “${clause.title}”, pays ${amountOf(clause, tools, units)} for work submitted within ${tools.format.duration(clause.workPeriod)} of its funding.`,
  "untitled-milestone": (clause, tools) =>
    `Milestone ${clause.index + 1} pays ${amountOf(clause, tools, units)} for work submitted within ${tools.format.duration(clause.workPeriod)} of its funding.`,
  "milestone-detail": ({ index, description }) => `Milestone ${index + 1} in detail: “${description}”`,
  requirements: ({ index, requirements }, { format }) =>
    `Milestone ${index + 1} is judged by: ${format.list(requirements.map((one) => `“${one}”`))}.`,
  check: ({ index, check }) => `Milestone ${index + 1} has to pass this check of the verifier: “${check}”.`,
  total: (clause, tools) => `The ${clause.count} milestones together pay ${amountOf(clause, tools, units)}.`,
  funding: ({ fundBy }, { format }) =>
    `Milestones can be funded until ${format.time(fundBy)}, one by one or several at once. Funding a milestone starts its work period at once, and the client gets the money back before that ends only if the freelancer agrees.`,
  closing: () =>
    "Either party can end the funding of further milestones at any time. What is funded then goes on as agreed.",
  gate: ({ gate }, { accountOf }) => `Before each funding the contract ${accountOf(gate)} is asked, and can refuse it.`,
  "silent-freelancer": () => "If the freelancer submits nothing in time, the client gets the milestone's money back.",
  review: ({ reviewPeriod }, { format }) =>
    `After a submission the client has ${format.duration(reviewPeriod)} to approve it, ask for changes or dispute it. If the client is silent, the freelancer is paid in full.`,
  rework: ({ reworkPeriod }, { format }) =>
    `After a request for changes the freelancer has ${format.duration(reworkPeriod)} to submit again or to dispute it. If the freelancer is silent, the client gets the money back.`,
  verifier: ({ verifier, challengePeriod, reviewPeriod }, { format, accountOf }) =>
    `The verifier, ${accountOf(verifier)}, can pass or fail a submission. If it passes, the client has ${format.duration(challengePeriod)} at most to object; then the freelancer is paid. If it fails, that is a request for changes. If the verifier is silent, the client's ${format.duration(reviewPeriod)} count.`,
  "verifier-pays-at-once": ({ verifier, reviewPeriod }, { format, accountOf }) =>
    `The verifier, ${accountOf(verifier)}, can pass or fail a submission. If it passes, the freelancer is paid at once, and the client cannot object. If it fails, that is a request for changes. If the verifier is silent, the client's ${format.duration(reviewPeriod)} count.`,
  arbitration: ({ arbitrationPeriod, defaultShareBps, clientShareBps }, { format }) =>
    `In a dispute the arbiter has ${format.duration(arbitrationPeriod)} to divide the milestone's money. If the arbiter is silent, the freelancer gets ${format.share(defaultShareBps)} of it and the client ${format.share(clientShareBps)}.`,
  "arbiter-fee": ({ arbiterFeeBps }, { format }) =>
    `When the arbiter rules, it takes ${format.share(arbiterFeeBps)} of the milestone's money first, whoever wins; otherwise nothing.`,
  "no-arbiter-fee": () => "The arbiter takes no fee out of the milestone.",
  "platform-fee": ({ feeRecipient, feeBps }, { format, accountOf }) =>
    `The platform, ${accountOf(feeRecipient)}, takes ${format.share(feeBps)} of whatever is paid to the freelancer, and nothing of refunds.`,
  "no-platform-fee": () => "There is no platform fee.",
  "payout-to": ({ payoutTo }, { accountOf }) => `The freelancer's money goes to ${accountOf(payoutTo)}.`,
  "refund-to": ({ refundTo }, { accountOf }) => `The client's money goes back to ${accountOf(refundTo)}.`,
  gifts: () =>
    "While money is held, the client can approve, the freelancer can refund, and both together can divide it, at any time.",
  unchangeable: () => "Nobody else can change any of this once both have accepted it.",
};

/** Everything that the page says. */
export const en = {
  language: "Language",
  network: "Network",
  skip: "Skip to the content",
  loading: "Loading…",
  close: "Close",
  ready: "Done",
  tryAgain: "Try again",
  broken: "This view cannot be shown.",
  working: "Working…",
  amount: "Amount",
  transaction: "Transaction",
  isYou: (name: string) => `${name} (you)`,
  chooseFor: (label: string) => `${label}: choose`,
  other: "Other…",
  framed: {
    why: "This page is shown inside of another one, which could make you press what you do not see. It works by itself alone.",
    open: "Open it by itself",
  },
  footer: "No server stands behind this page: what you see comes from the chain, and from files on this device.",
  nav: { title: "Main", account: "My agreements", new: "New agreement", open: "Open a link or file" },
  connect: "Choose an account",
  connectFirst: "Choose an account first, at the top of the page.",
  whoAreYou: "Who are you?",
  passTime: {
    label: "Let time pass",
    none: "Let time pass…",
    now: (date: string) => `It is ${date} now…`,
    day: "a day",
    week: "a week",
    month: "thirty days",
  },
  disconnect: "Leave this account",
  goOnAs: (name: string) => `Go on as ${name}`,
  demoPeople: "The people of the demo. Be one, then another: each has an account on this computer's own chain.",
  noWallet: "There is no wallet in this browser. Install one, then load this page again. Until then you can read.",
  connecting: (network: string) => `Connecting to ${network}…`,
  cannotConnect: (network: string) => `There is no connection to the escrow on ${network}.`,
  wrongNetwork: (network: string) => `Your wallet is on another network. This page works on ${network}.`,
  switchTo: (network: string) => `Switch to ${network}`,
  stale: (since: string | undefined) =>
    since === undefined
      ? "The network does not answer. Your money is on the chain, and safe; it cannot be shown just now."
      : `The network does not answer. What you see is from ${since}, and may be out of date.`,
  keeping: {
    notLasting:
      "This browser keeps nothing for this page: what you open and make here is gone when you close it. Save it as files.",
    unreadable: (count: number) =>
      count === 1
        ? "One agreement that is kept here cannot be read any more. Open its link or file again."
        : `${count} agreements that are kept here cannot be read any more. Open their links or files again.`,
  },
  networkFee: (fee: string, gas: string) => `Network fee: about ${fee} (${gas} gas), paid to the network.`,
  pending: "Confirm it in your wallet. Nothing has been sent yet.",
  pendingInDemo: "Being sent…",
  sent: "Sent, and waiting to be put in a block. You may close this window; it goes on by itself.",
  stillSending:
    "Something from this page waits in your wallet, or is on its way to a block. If it is this, do not send it twice.",
  milestoneNumber: (number: number) => `Milestone ${number}`,
  amountTo: (amount: string, name: string) => `${amount} to ${name}`,
  amountToAt: (amount: string, name: string, place: string) => `${amount} to ${name}, at the account ${place}`,
  /** Amounts of a token that does not say where its point is. */
  baseUnits: (token: string) => `base units of ${token}`,
  role: { client: "Client", freelancer: "Freelancer", arbiter: "Arbiter", verifier: "Verifier", platform: "Platform" },
  welcome: {
    title: "Work, paid piece by piece",
    text: "The client puts the money for the next milestone into escrow, the freelancer delivers, and the money moves. If they disagree, an arbiter whom both chose divides that one piece. Nobody else can touch it.",
    steps: [
      "Write the agreement, and send it as a link.",
      "The freelancer reads it, signs it, and sends it back.",
      "The client funds a milestone. The freelancer submits the work. The client approves, and it is paid.",
    ],
  },
  status: {
    None: "Not funded",
    Funded: "In work",
    Submitted: "Submitted",
    ChangesRequested: "Changes requested",
    Disputed: "Disputed",
    Released: "Paid",
    Refunded: "Refunded",
    Resolved: "Divided",
  },
  outcome: {
    Approved: "The client approved it.",
    Attested: "The verifier passed it.",
    ReviewExpired: "The client did not answer in time.",
    Refunded: "The freelancer gave it back.",
    WorkExpired: "Nothing was submitted in time.",
    ReworkExpired: "The changes did not come in time.",
    Ruled: "The arbiter ruled.",
    ArbitrationExpired: "The arbiter did not rule in time.",
    Settled: "Both agreed to divide it.",
  },
  turn: {
    None: (work: string) => `Work begins when it is funded, and takes ${work} at most.`,
    closed: "It will not be funded any more.",
    Funded: (freelancer: string) => `Waiting for ${freelancer} to submit the work.`,
    Submitted: (client: string) => `Waiting for ${client} to answer.`,
    ChangesRequested: (freelancer: string) => `Waiting for ${freelancer} to submit the changes.`,
    Disputed: (arbiter: string) => `Waiting for ${arbiter} to rule.`,
    held: (amount: string) => `${amount} in escrow.`,
    over: "The time is over.",
    otherwise: (left: string, time: string, payout: string) => `In ${left} (${time}), if nobody acts: ${payout}.`,
    due: (payout: string) => `Anybody can finalize it now: ${payout}.`,
  },
  actions: {
    accept: {
      label: "Accept on the chain",
      hint: "Says on the chain that you agree.",
      sentence: "Puts your consent on the chain. It costs a network fee; signing is free, where your account can sign.",
      done: "Accepted.",
    },
    close: {
      label: "End the funding",
      hint: "No further milestone can be funded then.",
      sentence:
        "No further milestone can be funded after this, by anybody. What is funded goes on as agreed. This cannot be undone.",
      done: "Nothing more can be funded.",
    },
    fund: {
      label: "Fund",
      hint: "Puts the money into escrow; the work begins.",
      hintForOthers: "Pays instead of the client, with your own money.",
      sentence: "Moves the money into escrow, and starts the work period at once.",
      done: "Funded. The work has begun.",
    },
    submit: {
      label: "Submit work",
      hint: "Hands in your work; the client's time to answer begins.",
      sentence: (review: string) =>
        `Puts the fingerprint of your work on the chain. The client then has ${review} to answer; silence pays you.`,
      message: "Your work, or a message with the files",
      done: "Submitted.",
    },
    approve: {
      label: "Approve and pay",
      hint: "Accepts the work, and pays this milestone now.",
      hintBefore: "Pays this milestone now, without waiting for the work.",
      sentence: (payout: string, submission: number) =>
        submission === 0
          ? `Pays at once, though nothing was submitted: ${payout}. This cannot be undone.`
          : `Accepts submission ${submission} and pays at once: ${payout}. This cannot be undone.`,
      done: "Approved and paid.",
    },
    advance: {
      label: "Pay a part now",
      hint: "Pays the freelancer a part before the end.",
      sentence: (held: string) => `Pays a part of the ${held} in escrow now. The rest stays, and so does the clock.`,
      wrong: (held: string) => `Enter an amount below ${held}.`,
      done: "The part is paid.",
    },
    requestChanges: {
      label: "Ask for changes",
      hint: "Sends it back with what is missing.",
      sentence: (rework: string) =>
        `The freelancer has ${rework} to submit again or to call the arbiter; silence gives you the money back.`,
      message: "What should be changed",
      done: "The freelancer is asked for changes.",
    },
    attest: {
      label: "Attest",
      hint: "Says whether the work meets its requirements.",
      sentence: (challenge: string | undefined) =>
        challenge === undefined
          ? "Passing it pays the freelancer at once. Failing it asks for changes."
          : `Passing it pays the freelancer after ${challenge}, unless the client objects. Failing it asks for changes.`,
      verdict: "Does the work meet its requirements?",
      passed: "It passes",
      failed: "It fails",
      message: "Your report",
      done: "Attested.",
    },
    extend: {
      label: "Give more time",
      hint: "Moves the freelancer's deadline.",
      sentence: (clock: string) => `The freelancer now has until ${clock}.`,
      days: "Days to add",
      until: (time: string) => `Then until ${time}.`,
      wrong: "Enter whole days, 1 or more.",
      done: "The freelancer has more time.",
    },
    dispute: {
      label: "Dispute",
      hint: "Calls the arbiter, who divides this milestone's money.",
      sentence: (period: string, fee: string, share: string) =>
        `The arbiter has ${period} to divide this milestone's money, and takes ${fee} of it for a ruling. If the arbiter is silent, the freelancer gets ${share}.`,
      message: "What is wrong, for the arbiter",
      done: "The arbiter is called.",
    },
    submitEvidence: {
      label: "Add evidence",
      hint: "Puts more before the arbiter.",
      sentence: "Puts more material before the arbiter. Neither the clock nor the money changes.",
      message: "What the arbiter should know",
      done: "The evidence is on the chain.",
    },
    rule: {
      label: "Rule",
      hint: "Divides the money, as the arbiter.",
      sentence: (pot: string, fee: string) =>
        `Divides ${pot} between the two at once, after your fee of ${fee}, which then waits for you here. This cannot be undone.`,
      message: "Your reasons",
      done: "Ruled. The parties have their money.",
      feeWaits: (fee: string) => `Your fee of ${fee} waits here until you collect it.`,
    },
    settle: {
      label: "Divide by agreement",
      hint: "Both sign how to divide the money; no arbiter, no fee.",
      together: "Agree and divide",
      sign: "Sign this split",
      other: "Propose another split",
      sentence: (held: string) =>
        `Signs how to divide the ${held} in escrow. Send the link to the other party: when they agree, the money moves. It holds for 3 days, and costs nothing.`,
      offer: (name: string, payout: string, deadline: string) =>
        `${name} offers to divide it: ${payout}. The offer holds until ${deadline}.`,
      proposed: (payout: string, deadline: string) =>
        `The other party has signed this split: ${payout}. Agreeing moves the money at once. The offer holds until ${deadline}.`,
      signed: "Signed. Hand it to the other party.",
      done: "Divided. The money has moved.",
    },
    refund: {
      label: "Give the money back",
      hint: "Gives the client the money back, all of it.",
      sentence: (payout: string) => `Gives the milestone up: ${payout}. This cannot be undone.`,
      done: "The money is back with the client.",
    },
    finalize: {
      label: "Finalize",
      hint: "Makes what was agreed for silence happen.",
      sentence: (payout: string) =>
        `The time is over, so what was agreed for silence happens: ${payout}. Anybody can do this.`,
      done: "Finalized. The money has moved.",
    },
  },
  funding: {
    which: "Milestones to fund",
    all: "All of them",
    due: (work: string) => `submitted within ${work}`,
    total: (amount: string, count: number) =>
      count === 0 ? "Choose a milestone." : `${amount} for ${count === 1 ? "one milestone" : `${count} milestones`}.`,
    balance: (amount: string) => `You have ${amount}.`,
    short: (amount: string) => `Your account has too little: ${amount} is missing.`,
    pay: (amount: string) => `Fund ${amount}`,
    sent: "Sent, and waiting to be put in a block. If your wallet asks once more, confirm that too: first comes the permission to take the amount, and then the funding.",
  },
  split: {
    label: "The freelancer's part",
    amount: "The freelancer gets",
    wrong: (whole: string) => `Enter an amount up to ${whole}.`,
  },
  waiting: {
    title: (amount: string) => `${amount} is waiting for you in the escrow.`,
    collect: "Collect",
    sentence: (amount: string) => `Pays ${amount} to your account.`,
    done: "Collected.",
  },
  material: {
    matches: "It is exactly what was put on the chain: its hash matches.",
    missing:
      "It is not on this device. Open the file that the other party gave you; it is shown only if its hash matches.",
    mismatch:
      "This is not what was put on the chain: its hash is another one. It is not shown. Ask for the original file.",
    open: "Open a file",
    choose: "Choose files",
    chosen: "Chosen files",
    hashed:
      "Only its hash, a fingerprint, goes to the chain. The text stays on this device, and you get a link to send to the others.",
    handOver: "The chain has the fingerprint alone. Give the others the content:",
    text: "Text",
    bytes: (count: string) => `${count} bytes`,
    save: (name: string) => `Save ${name}`,
    cut: "This is its beginning. Save it to read all of it.",
    tooLarge:
      "This is more than the others could open here: 64 MB together is the most. Hand in less, or a text that says where it is.",
  },
  share: {
    link: "Link",
    copy: "Copy the link",
    file: "Save as a file",
    copied: "Copied.",
    private: "The link holds everything itself: no server sees it. Who has it can read it.",
    tooLong: "It is too much for a link: save it as a file, and send that.",
    agreement: "Share this agreement, with what was handed in",
  },
  open: {
    title: "Open what you were sent",
    explanation: "An agreement, a signature, or work that was handed in. It is checked before anything of it is shown.",
    link: "Link",
    follow: "Open the link",
    file: "Or drop a file here",
    choose: "Choose a file",
    refused: "This cannot be opened.",
    otherChain: (network: string) => `This is for another network: ${network}.`,
    noAccount: "Choose an account to see what you are asked for.",
    noRole: "You are not named in this agreement. Are you here with another account?",
    role: {
      client: "You are asked to be the client: to pay for this work.",
      freelancer: "You are asked to be the freelancer: to do this work.",
      arbiter: "You are named as the arbiter.",
      verifier: "You are named as the verifier.",
      platform: "You are named as the platform.",
    },
    leftOut: {
      consent:
        "A signature that came with it is not valid, and was left out. Whoever sent it may have changed something.",
      split:
        "The split that came with it does not fit, and was left out: what is in escrow has changed since, it is too old, or its signature is not valid. Ask for a new one.",
    },
    goOn: "Go to the agreement",
    keep: "Keep it on this device",
  },
  proposal: {
    title: "The agreement",
    invalid: "The escrow would refuse this agreement. Do not sign it.",
    consents: "Who has agreed",
    consent: {
      chain: (name: string) => `${name}: agreed, on the chain`,
      signature: (name: string) => `${name}: signed`,
      funding: (name: string) => `${name}: agrees by funding, and need not sign`,
      none: (name: string) => `${name}: not signed yet`,
    },
    next: {
      sign: "It is your turn: read it, and sign it at the end.",
      fund: "It is your turn: the freelancer has signed, and you can fund the first milestone at the end.",
      toFreelancer: "Next: send it to the freelancer. The link is at the end.",
      toClient: "Next: send it back to the client. The link is at the end.",
    },
    toEnd: "Go to the end",
    others: "What else you can do",
    whoAreYou: "Choose an account to sign or fund this.",
    notYours: "Only the client and the freelancer can sign or fund this.",
    sign: "Sign the agreement",
    signing: "Your signature says that you agree to every sentence above. It is free, and it moves no money.",
    signed: "Signed. Now hand it to the client.",
    fund: "Fund it",
    toFreelancer: "Hand it to the freelancer",
    toClient: "Hand it to the client",
    awaitFreelancer: "Send this link to the freelancer. When it comes back signed, you can fund the first milestone.",
    bothReady: "The freelancer has signed. Fund the first milestone when you are ready.",
    sendBack: "Send this link to the client, who can then fund the first milestone.",
    unsigned: "Send it without your signature",
    signFirst: "The client can read it then, and cannot fund it.",
    change: "Change it",
  },
  agreement: {
    untitled: "Agreement without its text",
    unknown: "Nobody has opened this agreement on this chain, and it is not on this device.",
    noId: "This is not the address of an agreement.",
    noScope: "What is to be done is not on this device. Open the agreement's link or file to see it.",
    between: (client: string, freelancer: string, arbiter: string) =>
      `${client} pays ${freelancer}. Arbiter: ${arbiter}.`,
    deal: "The whole deal in plain sentences",
    warnings: "Think about this:",
    milestones: "Milestones",
    closed: "A party has ended the funding: no further milestone can be funded.",
    compare: "Compare with another agreement of the two",
    compareWith: "Compare with",
    compareWithNone: "nothing",
    differences: "What is different",
    noDifferences: "Nothing is different in what it says.",
    removed: "Before:",
    added: "Now:",
  },
  progress: {
    title: "Progress",
    summary: (ended: number, count: number, total: string) =>
      `Milestones done: ${ended} of ${count}. In all, ${total}.`,
    paid: "Earned by the freelancer",
    fees: "Fees",
    held: "In escrow",
    refunded: "Back to the client",
    open: "Not funded",
  },
  handed: {
    title: (count: number) => (count === 1 ? "What was handed in" : `What was handed in (${count})`),
    submission: (number: number) => `Submission ${number}`,
    changes: (number: number) => `Changes asked for after submission ${number}`,
    report: (number: number, passed: boolean) => `Report on submission ${number}: ${passed ? "passed" : "failed"}`,
    evidence: (name: string) => `Evidence of ${name}`,
    reasoning: (name: string) => `Reasons of ${name}`,
    side: (name: string) => `Material of ${name}`,
  },
  timeline: { title: "What happened", final: "final", confirmed: "confirmed, not final yet" },
  events: {
    AgreementOpened: "The agreement was put on the chain.",
    AgreementAccepted: (name: string) => `Agreed to by ${name}.`,
    AgreementClosed: (name: string) => `Further funding was ended by ${name}.`,
    MilestoneFunded: (name: string, title: string, amount: string) => `“${title}”: funded with ${amount} by ${name}.`,
    MilestoneSubmitted: (name: string, title: string, submission: number) =>
      `“${title}”: work submitted by ${name} (submission ${submission}).`,
    ChangesRequested: (name: string, title: string) => `“${title}”: changes requested by ${name}.`,
    MilestoneAttested: (name: string, title: string, passed: boolean) =>
      `“${title}”: ${passed ? "passed" : "failed"} by ${name}.`,
    MilestoneAdvanced: (name: string, title: string, amount: string) => `“${title}”: ${amount} paid early by ${name}.`,
    MilestoneExtended: (name: string, title: string, time: string) =>
      `“${title}”: more time given by ${name}, until ${time}.`,
    MilestoneDisputed: (name: string, title: string) => `“${title}”: the arbiter was called by ${name}.`,
    EvidenceSubmitted: (name: string, title: string) => `“${title}”: evidence added by ${name}.`,
    MilestoneConcluded: (title: string, outcome: string, payout: string) =>
      `“${title}” has ended. ${outcome} ${payout}.`,
    PaymentDeferred: (name: string, amount: string) =>
      `The token refused to pay ${amount} to ${name}; it waits in the escrow.`,
    Withdrawn: (name: string, amount: string) => `${amount} collected by ${name}.`,
  },
  account: {
    title: "My agreements",
    loading: "Reading your agreements from the chain…",
    needs: "What needs you now",
    nothingNeeded: "Nothing. You will see here when it is your turn.",
    need: {
      answer: "Answer a submission",
      submit: "Submit the work",
      rework: "Submit the changes",
      rule: "Rule on a dispute",
      attest: "Attest a submission",
      finalize: "Finalize: the time is over, and the money is yours",
    },
    sign: "Read and sign an agreement",
    fund: "Fund an agreement that is signed",
    left: (time: string) => `${time} left`,
    money: "Money",
    statement: "Save the statement (CSV)",
    empty: "No agreements yet. Write one, or open a link that somebody sent you.",
    as: {
      client: "As the client",
      freelancer: "As the freelancer",
      arbiter: "As the arbiter",
      verifier: "As the verifier",
      platform: "As the platform",
    },
    between: (client: string, freelancer: string) => `${client} pays ${freelancer}`,
    proposals: "Not funded yet",
    changed: (time: string) => `changed ${time}`,
    unasked: "Unasked",
    unaskedWhy: "Somebody named you in these; you never agreed. Anybody can do that: believe nothing that they say.",
  },
  chart: {
    title: (symbol: string) => `Held, earned and paid over time, in ${symbol}`,
    empty: "Nothing has moved yet.",
    held: "In escrow",
    earned: "Earned",
    paid: "Paid in",
    time: "Time",
    table: "The same as a table",
  },
  draft: {
    title: "New agreement",
    newVersion: "Another version",
    templates: "Begin with an example",
    undo: "Back to what I had written",
    parties: "Who and in what",
    youAre: "You are",
    neither: "neither of them",
    work: "What is to be done, and what it pays",
    silence: "What happens if somebody is silent",
    fees: "Fees, and others who take part",
    others: "A platform, or a verifier",
    deal: "The deal",
    incomplete: "The whole deal appears here in plain sentences as soon as the form is complete.",
    check: "What is missing?",
    missing: "This is missing or wrong:",
    finish: "Continue: share it",
    name: "What it is about",
    description: "In detail (optional)",
    milestone: "Title",
    milestoneDescription: "What is to be delivered (optional)",
    days: "Time for the work",
    dayUnit: "days",
    add: "Add a milestone",
    remove: "Remove",
    removeNumber: (number: number) => `Remove milestone ${number}`,
    token: "Token",
    noToken: "There is no token at this address on this chain.",
    review: "Time for the client to answer",
    rework: "Time for changes",
    arbitration: "Time for the arbiter",
    silentShare: "If the arbiter is silent, a disputed milestone goes",
    silentShares: { "0": "to the client", "50": "half to each", "100": "to the freelancer" },
    chooseShare: "Choose one: there is no good default for this.",
    fundBy: "Last day to fund a milestone",
    arbiterFee: "The arbiter's fee",
    platformFee: "The platform's fee",
    challenge: "Time for the client to object when the verifier passes",
    about: {
      client: "Pays, and approves the work.",
      freelancer: "Does the work, and is paid.",
      arbiter: "Decides if the two disagree. Choose somebody whom both trust.",
      token: "The stablecoin that is paid with.",
      description: "Everything that a stranger would need to judge the work.",
      review: "After a submission. Silence pays the freelancer.",
      rework: "After a request for changes. Silence gives the client the money back.",
      arbitration: "After a dispute.",
      fundBy: "No milestone can be funded after this day.",
      arbiterFee: "Of a milestone that the arbiter rules on; otherwise nothing. 10% at most.",
      platform: "Takes a share of what the freelancer is paid. Empty for none.",
      verifier: "Checks submissions and attests them. Empty for none.",
    },
  },
  templates: [
    {
      name: "A blog, paid in fours",
      title: "Twenty articles on bread",
      description:
        "Twenty articles for the mill's blog, each of 800 words or more, original, with one photograph, ready to publish. Five articles make a milestone.",
      milestones: [
        { title: "Articles 1–5", description: "Flour and grain: five articles.", amount: "250", work: "14" },
        { title: "Articles 6–10", description: "Water and time: five articles.", amount: "250", work: "14" },
        { title: "Articles 11–15", description: "Sourdough: five articles.", amount: "250", work: "14" },
        { title: "Articles 16–20", description: "The oven: five articles.", amount: "250", work: "14" },
      ],
      ...{ review: "7", rework: "7", arbitration: "14", arbiterFee: "3", silentShare: "50" },
    },
    {
      name: "An app, paid by phase",
      title: "A booking app for bicycle couriers",
      description:
        "A web app: customers book a delivery, dispatch assigns it, couriers see their day on the phone. Each phase is finished when its list is.",
      milestones: [
        {
          title: "UI design",
          description: "Six screens with all states, colours and type as design tokens.",
          amount: "1200",
          work: "28",
        },
        {
          title: "Backend",
          description: "HTTP interface, database schema, sign-in, monthly invoices.",
          amount: "2400",
          work: "45",
        },
        {
          title: "Testing",
          description: "A plan of twelve cases, all passing on two phones and a tablet.",
          amount: "900",
          work: "21",
        },
      ],
      ...{ review: "10", rework: "10", arbitration: "14", arbiterFee: "3", silentShare: "50" },
    },
    {
      name: "A campaign, paid by month",
      title: "Six months of marketing for a ceramics studio",
      description: "Each month: a plan, three posts a week, and a report with the numbers.",
      milestones: [
        { title: "First month", description: "Plan, posts, report.", amount: "800", work: "35" },
        { title: "Second month", description: "Plan, posts, report.", amount: "800", work: "35" },
        { title: "Third month", description: "Plan, posts, report.", amount: "800", work: "35" },
        { title: "Fourth month", description: "Plan, posts, report.", amount: "800", work: "35" },
        { title: "Fifth month", description: "Plan, posts, report.", amount: "800", work: "35" },
        { title: "Sixth month", description: "Plan, posts, report.", amount: "800", work: "35" },
      ],
      ...{ review: "5", rework: "5", arbitration: "14", arbiterFee: "3", silentShare: "50" },
    },
  ],
  parts: {
    who: "What it is about",
    work: "Milestones",
    funding: "Funding",
    silence: "Answers, and what silence means",
    fees: "Fees, and where the money goes",
    always: "Always",
  },
  deal,
  /** By the code of the SDK's warning. */
  warnings: {
    "short-period": "A period is shorter than three days. An outage, or a weekend, can use it up.",
    "verifier-pays-at-once": "The verifier's word pays the freelancer at once: the client cannot object.",
    "high-arbiter-fee": "The arbiter takes more than 5% of a milestone that it rules on, whoever wins.",
    "one-sided-silence": "If the arbiter does not rule, one side gets everything, and so gains from a silent arbiter.",
    "arbiter-without-code": "The arbiter is a single key, and much money depends on it. A panel or a court is safer.",
    "funding-over": "It is too late to fund this.",
    "unlimited-allowance": "The escrow may take any amount of this token from you. Limit the allowance in your wallet.",
    "unregistered-token": "The token is not among those that are known here. Make sure what it is.",
    "wrong-currency": "The agreement shows its amounts in another currency than the token's.",
    "no-scope": "What is to be done is not known here, only its hash.",
    "false-token":
      "The token calls itself like one that is known, but is another one. Who made it can make as much of it as they like: do not take it for money.",
    "payout-elsewhere":
      "The freelancer's money goes to another account than the freelancer's. Make sure whose account that is.",
    "refund-elsewhere":
      "What the client gets back goes to another account than the client's. Make sure whose account that is.",
    gate: "A contract is asked before each funding, and can refuse it. Make sure which contract that is.",
    "fee-to-party": "The platform's fee goes to somebody who has another part in this agreement.",
    "long-period": "A period is very long. If somebody is silent, the money stays in escrow for all of it.",
    "look-alike":
      "An account here looks like another one that you know, or that is named here, and is not the same. Compare every character of the addresses.",
    "hidden-characters": "A text has characters that do not show, or that turn other text around. Read it with care.",
  },
  /** What is wrong with a field, by the code of the SDK's error. */
  problems: {
    InvalidAddress: "This is not an address. It begins with 0x and has 42 characters; copy it whole.",
    MissingParty: "Name an account.",
    PartiesNotDistinct: "Client, freelancer and arbiter have to be three different accounts.",
    ForbiddenAccount: "This account cannot take part: it is a contract of the escrow, or the token.",
    VerifierNotIndependent: "The verifier can be neither the freelancer nor the arbiter.",
    InvalidAmount:
      "Enter an amount like 1200 or 0.5: nothing between the thousands, and no more decimals than the token has.",
    InvalidMilestone: "Enter more than 0.",
    InvalidDuration: "Enter whole days.",
    ZeroPeriod: "Give it time: three days at least.",
    InvalidShare: "Enter a percentage like 3 or 2.5.",
    FeeTooHigh: "Take 10% or less.",
    ArbiterFeeTooHigh: "Take 10% or less.",
    DefaultShareTooHigh: "Take 100% or less.",
    FeeWithoutRecipient: "Name who gets the fee.",
    InvalidTime: "Choose a day.",
    InvalidScope: "Write a few words here; a few pages are the most.",
    EmptySchedule: "Add a milestone.",
  },
  /** What went wrong in the words of a contract: a token's, for example. */
  reverted: (reason: string) => `The chain refused it, and gives this reason: “${reason}”.`,
  /** What went wrong, by the code of the SDK's error. */
  errors: {
    InvalidShareFile: "It is damaged or incomplete, or no link or file of this page. Ask for it again.",
    InvalidAgreementFile:
      "It holds no agreement that can be read: it is damaged, or somebody changed it. Ask for it again.",
    AgreementMismatch:
      "Somebody changed this agreement: what it says and its hash do not belong together. Do not trust it.",
    UserRejected: "You refused it in your wallet. Nothing was sent. Press the button again if you want to.",
    Rpc: "The network does not answer properly. Try again in a moment. If you were sending something, look whether it arrived before you send it again.",
    NoCode: "The escrow has not been deployed on this network yet.",
    WrongContract: "What is at the escrow's address is another contract. Do not use it.",
    WrongDomain: "What is at the escrow's address takes signatures for something else. Do not use it.",
    WrongChain: "Your wallet is on another network.",
    InsufficientGasFunds:
      "Your account cannot pay the network fee. Send it some of the network's own coin. Nothing was sent.",
    InsufficientBalance: "Your account has too little of the token. Nothing was sent.",
    InsufficientAllowance: "The escrow is not allowed to take the money from your account. Nothing was sent.",
    CannotSign:
      "This account cannot sign for the escrow. What can be done on the chain instead is under “What else you can do”.",
    NotAccepted: "The client or the freelancer has not agreed yet. Nothing was sent.",
    InvalidAgreement:
      "This agreement breaks a rule of the escrow, or shows its amounts otherwise than its token has them. Do not sign it.",
    InvalidSignature: "A signature is not valid for this agreement. Ask for it again.",
    SignatureExpired: "The signature is too old. Ask for a new one.",
    FundingClosed: "A party has ended the funding of this agreement.",
    FundingExpired: "It is too late to fund this agreement.",
    WrongStatus: "Somebody was faster: this is not possible any more. Nothing was sent.",
    ClockRanOut: "It is too late for this: the time is over. Nothing was sent.",
    ClockStillRunning: "It is too early for this: the time is not over yet. Nothing was sent.",
    ClockNotLater: "That is not later than what is agreed already. Nothing was sent.",
    TooManySubmissions: "There were 255 submissions, and more are not possible. Nothing was sent.",
    WrongSubmission: "There is a newer submission. Look at that first. Nothing was sent.",
    DeliverableMismatch: "What was submitted is not what you were shown. Nothing was sent.",
    NotConfirmed: "The submission is not safe in the chain yet. Wait a few minutes, and try again. Nothing was sent.",
    Unauthorized: "This is not for your account to decide. Nothing was sent.",
    NotMined: "It is not in a block yet. Look at your wallet before you send it again.",
    TransactionReplaced: "Your wallet put another transaction in its place.",
    TransactionReverted:
      "The chain refused it; another transaction may have been faster. Look at the state, and try again.",
    TokenRefused: "The token refused the payment.",
    SafeERC20FailedOperation: "The token refused the payment.",
    UnexpectedBalance: "The token delivers another amount than it was asked for; the escrow does not take it.",
    TokenWithoutCode: "There is no token at its address on this chain.",
    GateRefused: "The contract that this agreement asks before each funding refused it.",
    UnknownAgreement: "Nobody has opened this agreement on this chain.",
    IncompleteHistory: "The network left out a part of the history. Try again, or use another endpoint.",
    AmountOutOfRange: "The amount is more than there is to give.",
    NotAParty: "Only the client and the freelancer can do this. Nothing was sent.",
    InvalidDeliverable: "These files cannot be handed in together: two have the same name, or a name is not safe.",
    StorageFailed:
      "This browser did not keep all of it: there may be no more room for it. Save it as a file, which you can open again.",
    ContentTooLarge: "This is too large to be kept or shown here.",
    TooManyFiles: "These are too many files.",
    Unexpected: "Something unexpected happened. Look at the state before you try again.",
  },
};
