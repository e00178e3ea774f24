/**
 * `micro-escrow init`: the endpoint, the key, and, on a development node, the contract.
 */
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { Wallet } from "ethers";
import { toAddress } from "../address.js";
import { MicroEscrow } from "../client.js";
import { deploy, deploySignedFunding } from "../deploy.js";
import { localChainIds } from "../deployments.js";
import { NoCodeError } from "../errors.js";
import { ask } from "../rpc.js";
import { type Config, writeConfig } from "./config.js";
import { KeyError, UsageError } from "./errors.js";
import { writeNew } from "./inputs.js";
import { type KeySource, passwordOf, signerOf, walletOf } from "./keys.js";
import { LOCAL_ENDPOINT, openEndpoint, type Session } from "./session.js";
import type { Terminal } from "./terminal.js";

export interface InitOptions {
  newKey?: string;
  importKey?: string;
  deploy?: boolean;
}

export async function init(session: Session, given: InitOptions): Promise<void> {
  const { terminal, options } = session;
  const file = session.configFile;
  const exists = await readFile(file).then(
    () => true,
    () => false,
  );
  if (exists) await terminal.confirm(`There is a configuration already (${file}). Replace it?`);

  const isAsked = terminal.isInteractive && options.yes !== true;
  const url =
    options.rpc === undefined && isAsked
      ? await terminal.ask({
          message: "Endpoint: URL",
          initial: session.url,
          read: (answer) => answer || LOCAL_ENDPOINT,
        })
      : session.url;
  const { provider, chainId } = await openEndpoint(url);
  try {
    const isLocal = localChainIds.includes(chainId);
    terminal.note(`Chain ${chainId}${isLocal ? ", a development node" : ""}.`);

    const source = await chooseKey(session, given, isAsked, isLocal);
    const signer = source && (await signerOf(source, provider, terminal, options.passwordFile));
    const account = signer && toAddress(await ask(signer.getAddress()));

    const address = options.escrow === undefined ? undefined : toAddress(options.escrow);
    let escrow: MicroEscrow;
    try {
      escrow = await MicroEscrow.connect(provider, address === undefined ? {} : { address });
    } catch (error) {
      if (!(error instanceof NoCodeError) || address !== undefined || !isLocal) throw error;
      if (signer === undefined) throw new KeyError("MicroEscrow is not on this chain; to deploy it, name an account.");
      if (given.deploy !== true) await terminal.confirm("MicroEscrow is not on this development node. Deploy it?");
      await deploy({ signer });
      await deploySignedFunding({ signer });
      escrow = await MicroEscrow.connect(provider);
      terminal.note(`Deployed MicroEscrow at ${escrow.address}.`);
    }

    const config: Config = {
      ...{ rpc: url, chainId },
      ...(address !== undefined && { escrow: address }),
      ...(source?.type === "keystore" && { keystore: resolve(source.file) }),
      ...(source?.type === "command" && { signer: source.command }),
      ...(source?.type === "node" && { from: source.account }),
    };
    await writeConfig(file, config);
    terminal.result(
      [
        `Chain ${chainId}, MicroEscrow ${escrow.address}${account === undefined ? ", no account" : `, account ${account}`}.`,
        `Configuration: ${file}`,
      ],
      { config: file, chainId, escrow: escrow.address, account: account ?? null },
    );
  } finally {
    provider.destroy();
  }
}

/** Where the key is to be: by the options, or by asking. */
async function chooseKey(
  session: Session,
  { newKey, importKey }: InitOptions,
  isAsked: boolean,
  isLocal: boolean,
): Promise<KeySource | undefined> {
  const { terminal, options } = session;
  if (newKey !== undefined && importKey !== undefined) throw new UsageError("Take one of --new-key and --import-key.");
  if (newKey !== undefined)
    return createKeystore(terminal, newKey, options.passwordFile, Wallet.createRandom().privateKey);
  if (importKey !== undefined) {
    const key = terminal.streams.env.MICRO_ESCROW_PRIVATE_KEY ?? (await terminal.secret("Private key to import"));
    return createKeystore(terminal, importKey, options.passwordFile, key);
  }
  if (session.key !== undefined || !isAsked) return session.key;
  const ways = {
    new: "a new key, in an encrypted keystore",
    import: "a private key that I have, into an encrypted keystore",
    keystore: "an encrypted keystore that I have",
    command: "a program that signs (a hardware wallet, a key service)",
    ...(isLocal && { node: "an account of the development node" }),
    none: "none: only read",
  };
  const ask = (message: string, initial?: string) =>
    terminal.ask({ message, ...(initial !== undefined && { initial }), read: notEmpty });
  const newFile = () => ask("Keystore to write: file", "micro-escrow-key.json");
  switch (await terminal.choose("Which key?", ways)) {
    case "new":
      return createKeystore(terminal, await newFile(), options.passwordFile, Wallet.createRandom().privateKey);
    case "import":
      return createKeystore(terminal, await newFile(), options.passwordFile, await terminal.secret("Private key"));
    case "keystore":
      return { type: "keystore", file: await ask("Keystore: file") };
    case "command":
      return { type: "command", command: await ask("Program: its command") };
    case "node":
      return { type: "node", account: await ask("Account: its number from 0, or its address", "0") };
    default:
      return undefined;
  }
}

function notEmpty(answer: string): string {
  if (answer === "") throw new UsageError("It is empty.");
  return answer;
}

/** Writes a key into an encrypted keystore that nobody but its owner can read. */
async function createKeystore(
  terminal: Terminal,
  file: string,
  passwordFile: string | undefined,
  privateKey: string,
): Promise<KeySource> {
  const wallet = walletOf(privateKey, "What was given");
  const password = await passwordOf(terminal, passwordFile, `New password for ${file}`);
  if (password === "") throw new KeyError("The password is empty.");
  const isTyped = passwordFile === undefined && terminal.streams.env.MICRO_ESCROW_PASSWORD === undefined;
  if (isTyped && (await terminal.secret("The same once more")) !== password) {
    throw new KeyError("The two passwords differ: no keystore was written.");
  }
  terminal.note("Encrypting the keystore …");
  await writeNew(file, `${await wallet.encrypt(password)}\n`, false, 0o600);
  terminal.note(
    `Wrote ${relative(".", resolve(file))}, account ${wallet.address}. Keep it and its password: nobody can replace them.`,
  );
  return { type: "keystore", file: resolve(file) };
}
