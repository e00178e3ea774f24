/**
 * `micro-escrow init`: the endpoint, the key, and, on a development node, the contract.
 */
import { relative, resolve } from "node:path";
import { type JsonRpcProvider, type Signer, Wallet } from "ethers";
import { toAddress } from "../address.js";
import { MicroEscrow } from "../client.js";
import { deploy, deploySignedFunding } from "../deploy.js";
import { localChainIds } from "../deployments.js";
import { NoCodeError } from "../errors.js";
import { ask } from "../rpc.js";
import { type Config, isThere, writeConfig, writePrivate } from "./config.js";
import { KeyError, UsageError } from "./errors.js";
import { accountsOf, addressIn, type KeySource, passwordOf, signerOf, walletOf } from "./keys.js";
import { openEndpoint, type Session, toEndpoint } from "./session.js";
import type { Terminal } from "./terminal.js";

export interface InitOptions {
  newKey?: string;
  importKey?: string;
  deploy?: boolean;
}

export async function init(session: Session, given: InitOptions): Promise<void> {
  const { terminal, options } = session;
  const file = session.configFile;
  if (await isThere(file)) await terminal.confirm(`There is a configuration already (${file}). Replace it?`);

  const isAsked = terminal.isInteractive && options.yes !== true;
  const url =
    options.rpc === undefined && isAsked
      ? await terminal.ask({
          message: "Endpoint: URL",
          initial: session.url,
          read: toEndpoint,
        })
      : session.url;
  const { provider, chainId } = await openEndpoint(url);
  try {
    const isLocal = localChainIds.includes(chainId);
    terminal.note(`Chain ${chainId}${isLocal ? ", a development node" : ""}.`);

    const source = await chooseKey(session, given, isAsked, isLocal);
    let signer: Promise<Signer> | undefined;
    const sign = (key: KeySource) => (signer ??= signerOf(key, provider, terminal, options.passwordFile));
    // Whose keystore it is can be read without its password, which is asked for where something is signed.
    const known = source?.type === "keystore" ? await addressIn(source.file) : undefined;
    const account = known ?? (source && toAddress(await ask((await sign(source)).getAddress())));

    // A deployment of one's own is that of its chain.
    const own = options.escrow ?? (url === session.config.rpc ? session.config.escrow : undefined);
    const address = own === undefined ? undefined : toAddress(own);
    let escrow: MicroEscrow;
    try {
      escrow = await MicroEscrow.connect(provider, address === undefined ? {} : { address });
    } catch (error) {
      if (!(error instanceof NoCodeError) || address !== undefined || !isLocal) throw error;
      if (given.deploy !== true) await terminal.confirm("MicroEscrow is not on this development node. Deploy it?");
      // The node's own first account has ether for it; a key that was just made has none.
      const deployer = (await nodeSigner(provider)) ?? (source && (await sign(source)));
      if (deployer === undefined) throw new KeyError("The node holds no account to deploy MicroEscrow: name a key.");
      await deploy({ signer: deployer });
      await deploySignedFunding({ signer: deployer });
      escrow = await MicroEscrow.connect(provider);
      terminal.note(`Deployed MicroEscrow at ${escrow.address}.`);
    }

    const config: Config = {
      ...{ rpc: url, chainId },
      ...(address !== undefined && { escrow: address }),
      ...(source?.type === "keystore" && { keystore: source.file }),
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

async function nodeSigner(provider: JsonRpcProvider): Promise<Signer | undefined> {
  const [first] = await accountsOf(provider);
  return first === undefined ? undefined : provider.getSigner(first);
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
    const key = terminal.streams.env.MICRO_ESCROW_PRIVATE_KEY || (await terminal.secret("Private key to import"));
    return createKeystore(terminal, importKey, options.passwordFile, key);
  }
  const { key, givenKey } = session;
  if (givenKey !== undefined || !isAsked) return key;
  const ways = {
    ...(key !== undefined && { keep: "the one in the configuration" }),
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
    case "keep":
      return key;
    case "new":
      return createKeystore(terminal, await newFile(), options.passwordFile, Wallet.createRandom().privateKey);
    case "import":
      return createKeystore(terminal, await newFile(), options.passwordFile, await terminal.secret("Private key"));
    case "keystore":
      return { type: "keystore", file: resolve(await ask("Keystore: file")) };
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
  if (await isThere(file)) {
    throw new UsageError(`${file} is there already; name another, or take what is in it with --keystore.`);
  }
  const password = await passwordOf(terminal, passwordFile, `New password for ${file}`);
  if (password === "") throw new KeyError("The password is empty.");
  const isTyped = passwordFile === undefined && !terminal.streams.env.MICRO_ESCROW_PASSWORD;
  if (isTyped && (await terminal.secret("The same once more")) !== password) {
    throw new KeyError("The two passwords differ: no keystore was written.");
  }
  terminal.note("Encrypting the keystore …");
  const json = await wallet.encrypt(password);
  await writePrivate(file, `${json}\n`).catch((cause: Error) => {
    throw new UsageError(`The keystore ${file} is not written: ${cause.message}.`, { cause });
  });
  terminal.note(
    `Wrote ${relative(".", resolve(file))}, account ${wallet.address}. Keep it and its password: nobody can replace them.`,
  );
  return { type: "keystore", file: resolve(file) };
}
