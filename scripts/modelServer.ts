/**
 * A server on this computer that answers as services with language models do: OpenAI's chat completions and Anthropic's
 * messages, with the requests checked as they check them. What it answers, or how it fails, is told by whoever starts it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A request, as it was understood. */
export interface Asked {
  /** From 1, over both protocols. */
  readonly number: number;
  readonly protocol: "openai" | "anthropic";
  readonly instructions: string;
  readonly prompt: string;
  /** What stands in the prompt's parts, by their kind. */
  readonly criteria: readonly string[];
  readonly documents: readonly { readonly name: string; readonly from: string; readonly text: string }[];
  /** The random mark between them. */
  readonly mark: string;
}

/** How a request is answered. */
export type Answering =
  /** With a JSON value, as text. */
  | { readonly json: unknown }
  /** With any text. */
  | { readonly text: string }
  /** The model declines. */
  | { readonly refusal: string }
  /** The text ends in the middle, for its length. */
  | { readonly cutOff: string }
  /** With a status, and what else a service sends then. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly message?: string }
  /** A byte at a time, with so many milliseconds in between, and no end. */
  | { readonly drip: number }
  /** The connection breaks: before the answer, or after half of it. */
  | { readonly broken: "before" | "within" }
  /** With so many bytes. */
  | { readonly bytes: number }
  /** As a model that does not count its tokens. */
  | { readonly uncounted: unknown };

/** A server that runs. */
export interface ModelServer {
  /** What the protocols' paths are put behind. */
  readonly endpoint: string;
  /** All that was asked, in order. */
  readonly asked: readonly Asked[];
  /** Requests that were not understood, with why. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

/** Tokens that it counts: one for four bytes. */
const TOKEN = 4;

/**
 * Starts a server on a free port of the loopback interface.
 *
 * @param key What requests must bring.
 * @param answer How a request is answered.
 */
export async function startModelServer(key: string, answer: (asked: Asked) => Answering): Promise<ModelServer> {
  const asked: Asked[] = [];
  const refused: string[] = [];
  const ending = new AbortController();
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const read = understand(request, body, key);
    if (typeof read.problem === "string") {
      refused.push(read.problem);
      return send(response, read.status, errorOf(read.protocol, read.problem));
    }
    const one = { ...read.asked, number: asked.length + 1 };
    asked.push(one);
    await reply(response, one, answer(one), ending.signal);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/v1`,
    asked,
    refused,
    async stop() {
      ending.abort();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return text;
}

type Understood =
  | { readonly asked: Omit<Asked, "number">; readonly problem?: undefined }
  | { readonly protocol: Asked["protocol"]; readonly problem: string; readonly status: number };

function understand({ method, url, headers }: IncomingMessage, body: string, key: string): Understood {
  const protocol = url === "/v1/messages" ? "anthropic" : "openai";
  const refuse = (problem: string, status = 400) => ({ protocol, problem, status }) as const;
  if (method !== "POST") return refuse("method not allowed", 405);
  if (url !== "/v1/messages" && url !== "/v1/chat/completions") return refuse(`unknown path ${url}`, 404);
  const given = protocol === "openai" ? headers.authorization?.replace(/^Bearer /, "") : headers["x-api-key"];
  // As services do, it repeats what it was given.
  if (given !== key) return refuse(`Incorrect API key provided: ${given}`, 401);
  if (headers["content-type"] !== "application/json") return refuse("expected application/json");
  const sent = parse(body);
  if (sent === undefined) return refuse("the body is not JSON");
  const { model, messages } = sent;
  if (typeof model !== "string" || model === "") return refuse("model is required");
  if (!Array.isArray(messages) || messages.length === 0) return refuse("messages is required");
  const texts = messages.map(({ role, content }) => ({ role, text: textOf(content) }));
  const isUser = texts.at(-1)?.role === "user";
  if (!isUser || texts.some(({ text }) => text === undefined)) return refuse("messages are not what they should be");
  let instructions: string | undefined;
  if (protocol === "openai") {
    const limit = sent.max_tokens ?? sent.max_completion_tokens;
    if (!Number.isInteger(limit)) return refuse("a limit of tokens is asked for here");
    const { type, json_schema: format } = record(sent.response_format);
    const { name, strict, schema } = record(format);
    if (type !== "json_schema" || typeof name !== "string" || strict !== true || !isStrict(schema)) {
      return refuse("response_format is no strict schema");
    }
    instructions = texts[0]?.role === "system" ? texts[0].text : undefined;
    if (texts.length !== 2) return refuse("expected a system message and a user message");
  } else {
    if (headers["anthropic-version"] !== "2023-06-01") return refuse("anthropic-version: header is required");
    if (!Number.isInteger(sent.max_tokens)) return refuse("max_tokens: Field required");
    const { type, schema } = record(record(sent.output_config).format);
    if (type !== "json_schema" || !isStrict(schema)) return refuse("output_config.format is no schema");
    instructions = textOf(sent.system);
    if (texts.length !== 1) return refuse("expected a user message");
  }
  const prompt = texts.at(-1)?.text ?? "";
  if (instructions === undefined) return refuse("there are no instructions");
  return { asked: { protocol, instructions, prompt, ...partsOf(prompt) } };
}

/** A schema that says all of its members, and allows no others, at each of its levels. */
function isStrict(schema: unknown): boolean {
  const { type, properties, required, additionalProperties, items } = record(schema);
  if (type === "array") return isStrict(items);
  if (type !== "object") return typeof type === "string";
  const names = Object.keys(record(properties));
  const isWhole = Array.isArray(required) && names.every((name) => required.includes(name));
  return isWhole && additionalProperties === false && Object.values(record(properties)).every(isStrict);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The text of a message's content: text, or a list of parts of text. */
function textOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part) => record(part).text);
  return texts.every((text) => typeof text === "string") ? texts.join("\n") : undefined;
}

function partsOf(prompt: string): Pick<Asked, "criteria" | "documents" | "mark"> {
  const mark = /^=== [0-9a-f]+/.exec(prompt)?.[0] ?? "";
  const parts = prompt.split(`${mark} `).slice(1);
  const ofKind = (kind: string) => parts.filter((part) => part.startsWith(kind));
  return {
    mark,
    criteria: ofKind("criterion").map((part) => JSON.parse(part.split("\n")[1] ?? "")),
    documents: ofKind("document").map((part) => {
      const [, described = "{}", ...lines] = part.replace(/\n$/, "").split("\n");
      return { ...JSON.parse(described), text: lines.join("\n") };
    }),
  };
}

async function reply(response: ServerResponse, asked: Asked, answering: Answering, signal: AbortSignal): Promise<void> {
  if ("status" in answering) {
    const { status, headers, message = "it failed" } = answering;
    return send(response, status, errorOf(asked.protocol, message), headers);
  }
  if ("drip" in answering) {
    response.writeHead(200, { "content-type": "application/json" });
    try {
      for (;;) {
        response.write(" ");
        await sleep(answering.drip, undefined, { signal });
      }
    } catch {
      return; // It is stopped.
    }
  }
  if ("broken" in answering) {
    if (answering.broken === "within") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      await new Promise<void>((done) => response.write('{"choices":[{"mess', () => done()));
    }
    response.socket?.destroy();
    return;
  }
  if ("bytes" in answering) return send(response, 200, { filler: "x".repeat(answering.bytes) });
  send(response, 200, bodyFor(asked, answering));
}

/** An answer in the shape of its protocol. */
function bodyFor(asked: Asked, answering: Answering): unknown {
  const text =
    "json" in answering
      ? JSON.stringify(answering.json)
      : "uncounted" in answering
        ? JSON.stringify(answering.uncounted)
        : "text" in answering
          ? answering.text
          : "cutOff" in answering
            ? answering.cutOff
            : "";
  const refusal = "refusal" in answering ? answering.refusal : null;
  const isCutOff = "cutOff" in answering;
  const tokensOf = (words: string) => Math.ceil(Buffer.byteLength(words) / TOKEN);
  const [input, output] = [tokensOf(asked.instructions + asked.prompt), tokensOf(text)];
  if (asked.protocol === "openai") {
    return {
      id: `chatcmpl-${asked.number}`,
      object: "chat.completion",
      created: 1_798_761_600,
      model: "judge-1",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: refusal === null ? text : null, refusal },
          finish_reason: isCutOff ? "length" : "stop",
        },
      ],
      ...(!("uncounted" in answering) && {
        usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
      }),
    };
  }
  return {
    id: `msg_${asked.number}`,
    type: "message",
    role: "assistant",
    model: "judge-1",
    content: refusal === null ? [{ type: "text", text }] : [],
    stop_reason: refusal !== null ? "refusal" : isCutOff ? "max_tokens" : "end_turn",
    stop_sequence: null,
    usage: { input_tokens: input, output_tokens: output },
  };
}

function errorOf(protocol: Asked["protocol"], message: string): unknown {
  if (protocol === "anthropic") return { type: "error", error: { type: "api_error", message } };
  return { error: { message, type: "invalid_request_error", param: null, code: null } };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A score for each criterion, with the beginning of the first document as the quote. */
export function scored(asked: Asked, ...scores: readonly number[]): { readonly json: AnswerJson } {
  const quote = { document: 1, text: asked.documents[0]?.text.trim().slice(0, 40).trim() ?? "" };
  return {
    json: {
      criteria: asked.criteria.map((criterion, index) => ({
        criterion: index + 1,
        reasons: [{ says: `On '${criterion}': it says what it should.`, quotes: [quote] }],
        sure: true,
        score: scores[index] ?? scores.at(-1) ?? 0,
      })),
      attempts: [],
    },
  };
}

/** What a model is asked to answer with. */
export interface AnswerJson {
  readonly criteria: readonly {
    readonly criterion: number;
    readonly reasons: readonly { readonly says: string; readonly quotes: readonly PassageJson[] }[];
    readonly sure: boolean;
    readonly score: number;
  }[];
  readonly attempts: readonly PassageJson[];
}

interface PassageJson {
  readonly document: number;
  readonly text: string;
}
