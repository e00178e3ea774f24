/** Storages over HTTP, against servers that behave, lie, are slow, endless, busy, or send elsewhere; and an IPFS node. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { cidOf, type Hash, hashText, InvalidParameterError, sha256 } from "@micro-escrow/sdk";
import * as storage from "@micro-escrow/sdk/storage";
import {
  ContentMismatchError,
  ContentMissingError,
  ContentTooLargeError,
  getContent,
  getDeliverable,
  type HttpStorageOptions,
  httpStorage,
  type KuboStorageOptions,
  kuboStorage,
  putContent,
  putDeliverable,
  StorageFailedError,
} from "@micro-escrow/sdk/storage";
import { expect } from "chai";
import { failure, setUp } from "./chain.ts";
import { type Answer, serversOfEachTest } from "./server.ts";

const HELLO = new TextEncoder().encode("hello world");
const hello = sha256(HELLO);
const name = cidOf(hello);

/** Keeps what is put, and gives it again. */
function keeping(): Answer {
  const contents = new Map<string, Buffer>();
  return ({ method, path, body }, response) => {
    if (method === "PUT") contents.set(path, body);
    const content = contents.get(path);
    response.statusCode = method === "PUT" ? 201 : content === undefined ? 404 : 200;
    response.end(method === "PUT" ? "Created" : content);
  };
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(code, headers).end("no");
  };

/** Answers one after the other, and the last one again and again. */
const inTurn = (...answers: Answer[]): Answer => {
  let turn = 0;
  return (asked, response) => answers[Math.min(turn++, answers.length - 1)]?.(asked, response);
};

const gives =
  (body: Uint8Array, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(200, headers).end(body);
  };

/** What it says is all that is sent, whatever HTTP has to say to that. */
const says =
  (words: string): Answer =>
  (_, response) => {
    response.socket?.end(words);
  };

describe("A server that takes PUT and GET", () => {
  const serve = serversOfEachTest();

  it("keeps content under its CID, behind the path and before the query of its address, and gets the headers", async () => {
    const { url, asked } = await serve(keeping());
    const storage = httpStorage({ url: `${url}/escrow//?sig=a%2Fb`, headers: { authorization: "Bearer secret" } });
    expect(await putContent(storage, HELLO)).to.equal(hello);
    expect(await getContent(storage, hello)).to.deep.equal(HELLO);
    expect(asked.map(({ method, path }) => [method, path])).to.deep.equal([
      ["PUT", `/escrow/${name}?sig=a%2Fb`],
      ["GET", `/escrow/${name}?sig=a%2Fb`],
    ]);
    expect(asked.map(({ headers }) => headers.authorization)).to.deep.equal(["Bearer secret", "Bearer secret"]);
    expect(Uint8Array.from(asked[0]?.body ?? [])).to.deep.equal(HELLO);
  });

  it("is told that it gets bytes and no page, unless it is told otherwise", async () => {
    const { url, asked } = await serve(keeping());
    await putContent(httpStorage({ url }), "<script>");
    await putContent(httpStorage({ url, headers: { "Content-Type": "text/plain" } }), "<script>");
    const types = asked.map(({ headers }) => headers["content-type"]);
    expect(types).to.deep.equal(["application/octet-stream", "text/plain"]);
  });

  it("needs no path, and may keep nothing but emptiness", async () => {
    const { url, asked } = await serve(keeping());
    const storage = httpStorage({ url });
    const empty = await putContent(storage, "");
    expect(await getContent(storage, empty)).to.deep.equal(new Uint8Array());
    expect(asked.map(({ path }) => path)).to.deep.equal([`/${cidOf(empty)}`, `/${cidOf(empty)}`]);
    const { url: silent } = await serve(status(204));
    expect(await getContent(httpStorage({ url: silent }), empty)).to.deep.equal(new Uint8Array());
  });

  it("keeps a deliverable of many files", async () => {
    const { url } = await serve(keeping());
    const files = Array.from({ length: 30 }, (_, index) => ({
      path: `${String(index).padStart(2, "0")}.bin`,
      bytes: new Uint8Array(10_000).fill(index),
    }));
    const storage = httpStorage({ url });
    expect((await getDeliverable(storage, await putDeliverable(storage, files))).files).to.deep.equal(files);
  });

  it("does not have what it answers with 404 or 410", async () => {
    for (const code of [404, 410]) {
      const { url, asked } = await serve(status(code));
      const error = await failure(ContentMissingError, getContent(httpStorage({ url }), hello));
      expect(error.hash).to.equal(hello);
      expect(asked).to.have.length(1);
      // Where it should take something, it is no place to put things.
      const refused = await failure(StorageFailedError, putContent(httpStorage({ url }), HELLO));
      expect(refused).to.include({ reason: "refused", details: `${new URL(url).host} answered with status ${code}` });
    }
  });

  it("refuses whom it does not know, and is not asked again", async () => {
    for (const code of [400, 401, 403, 405]) {
      const { url, asked } = await serve(status(code));
      for (const action of [
        () => getContent(httpStorage({ url }), hello),
        () => putContent(httpStorage({ url }), HELLO),
      ]) {
        const error = await failure(StorageFailedError, action);
        expect(error).to.include({ reason: "refused", details: `${new URL(url).host} answered with status ${code}` });
      }
      expect(asked).to.have.length(2);
    }
  });

  it("says with 413 that it is too large", async () => {
    const { url } = await serve(status(413));
    const error = await failure(ContentTooLargeError, putContent(httpStorage({ url }), HELLO));
    expect(error).to.deep.include({ hash: hello, limit: undefined, during: "writing" });
  });

  it("that is busy, fails or breaks off is asked again, with the same", async () => {
    const breaks: Answer = (_, response) => response.socket?.destroy();
    for (const busy of [status(429), status(500), status(502), status(503), status(504), breaks]) {
      const { url, asked } = await serve(inTurn(busy, gives(HELLO)));
      expect(await getContent(httpStorage({ url }), hello)).to.deep.equal(HELLO);
      expect(asked).to.have.length(2);
      const { url: other, asked: askedThere } = await serve(inTurn(busy, keeping()));
      await putContent(httpStorage({ url: other }), HELLO);
      expect(askedThere.map(({ body }) => body.toString())).to.deep.equal(["hello world", "hello world"]);
    }
  });

  it("that stays busy is given up after three further attempts", async () => {
    const { url, asked } = await serve(status(503));
    const error = await failure(StorageFailedError, getContent(httpStorage({ url }), hello));
    expect(error).to.include({ reason: "refused", details: `${new URL(url).host} answered with status 503` });
    expect(asked).to.have.length(4);
  });

  it("is not asked again when there is no more time", async () => {
    const { url, asked } = await serve(status(503));
    const error = await failure(StorageFailedError, getContent(httpStorage({ url }), hello, { patience: 0.2 }));
    expect(error.reason).to.equal("timeout");
    expect(asked.length).to.be.lessThan(3);
  });

  it("that is not there is unreachable", async () => {
    const { url, stop } = await serve(status(200));
    await stop();
    const error = await failure(StorageFailedError, getContent(httpStorage({ url }), hello));
    expect(error.reason).to.equal("unreachable");
    expect(error.details).to.match(/^fetch failed: .*ECONNREFUSED/);
    expect(error.cause).to.be.instanceOf(TypeError);
  });

  it("that gives something else is not believed", async () => {
    const { url } = await serve(gives(new TextEncoder().encode("<html>Sign in</html>")));
    const error = await failure(ContentMismatchError, getContent(httpStorage({ url }), hello));
    expect(error).to.deep.include({ actual: hashText("<html>Sign in</html>"), expected: hello });
  });

  it("that lies about the length gives something else, or breaks off", async () => {
    const less = await serve(says("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello world"));
    const cut = await failure(ContentMismatchError, getContent(httpStorage({ url: less.url }), hello));
    expect(cut.actual).to.equal(hashText("hello"));
    const more = await serve(says("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello world"));
    const broken = await failure(StorageFailedError, getContent(httpStorage({ url: more.url }), hello));
    expect(broken.reason).to.equal("unreachable");
    const huge = await serve(gives(HELLO, { "transfer-encoding": "chunked" }));
    expect(await getContent(httpStorage({ url: huge.url }), hello, { maxSize: 11 })).to.deep.equal(HELLO);
  });

  it("that sends without end is stopped at the limit", async () => {
    const { url, closed } = await serve((_, response) => {
      const piece = Buffer.alloc(64 * 1_024);
      const send = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", send);
      send();
    });
    const error = await failure(ContentTooLargeError, getContent(httpStorage({ url }), hello, { maxSize: 1_000_000 }));
    expect(error).to.deep.include({ hash: hello, limit: 1_000_000, during: "reading" });
    await closed;
  });

  it("that refuses and goes on talking is left", async () => {
    const { url, closed } = await serve((_, response) => {
      response.writeHead(403).write("because");
    });
    const error = await failure(StorageFailedError, getContent(httpStorage({ url }), hello));
    expect(error.details).to.equal(`${new URL(url).host} answered with status 403`);
    await closed;
  });

  it("that compresses is read, and a bomb is stopped at the limit", async () => {
    const gzip = { "content-encoding": "gzip" };
    const { url } = await serve(gives(gzipSync(HELLO), gzip));
    expect(await getContent(httpStorage({ url }), hello, { maxSize: 11 })).to.deep.equal(HELLO);
    const bomb = await serve(gives(gzipSync(Buffer.alloc(100_000_000)), gzip));
    const error = await failure(
      ContentTooLargeError,
      getContent(httpStorage({ url: bomb.url }), hello, { maxSize: 1_000 }),
    );
    expect(error.limit).to.equal(1_000);
  });

  it("that hangs, before or in the middle, is left when the time is up, or when the caller leaves", async () => {
    const silent: Answer = () => {};
    const stuck: Answer = (_, response) => {
      response.write("h");
    };
    for (const answer of [silent, stuck]) {
      const slow = await serve(answer);
      const action = getContent(httpStorage({ url: slow.url }), hello, { patience: 0.5 });
      expect((await failure(StorageFailedError, action)).reason).to.equal("timeout");
      await slow.closed;

      const left = await serve(answer);
      const controller = new AbortController();
      const leaving = putContent(httpStorage({ url: left.url }), HELLO, { signal: controller.signal });
      if (answer === silent) {
        controller.abort();
        expect((await failure(StorageFailedError, leaving)).reason).to.equal("aborted");
      } else {
        // The status is all that matters of the answer to a PUT.
        expect(await leaving).to.equal(hello);
        await left.closed;
      }
    }
  });

  describe("that redirects", () => {
    it("is followed to read, as whatever it leads to is checked", async () => {
      const target = await serve(gives(HELLO));
      const { url } = await serve(status(302, { location: `${target.url}/elsewhere` }));
      expect(await getContent(httpStorage({ url }), hello)).to.deep.equal(HELLO);
      expect(target.asked.map(({ path }) => path)).to.deep.equal(["/elsewhere"]);
    });

    it("is not followed with headers, which are for this server alone, nor to write", async () => {
      const target = await serve(gives(HELLO));
      for (const code of [301, 302, 303, 307, 308]) {
        const { url } = await serve(status(code, { location: target.url }));
        const secret = httpStorage({ url, headers: { "x-api-key": "secret" } });
        for (const action of [() => getContent(secret, hello), () => putContent(httpStorage({ url }), HELLO)]) {
          const error = await failure(StorageFailedError, action);
          const details = `${new URL(url).host} redirects elsewhere, which is not followed`;
          expect(error).to.include({ reason: "refused", details });
        }
      }
      expect(target.asked).to.deep.equal([]);
    });

    it("to itself without end is unreachable", async () => {
      const { url } = await serve(status(302, { location: "/again" }));
      const error = await failure(StorageFailedError, getContent(httpStorage({ url }), hello));
      expect(error.reason).to.equal("unreachable");
    });
  });
});

describe("The address of a storage", () => {
  it("is one of http or https, without a password in it, and headers are texts", () => {
    const bad: [unknown, string][] = [
      [undefined, "is not an object"],
      [{}, "is not text"],
      [{ address: "files.example" }, "is not an address."],
      [{ address: "file:///etc" }, "is not an address of http or https"],
      [{ address: "javascript:alert(1)" }, "is not an address of http or https"],
      [{ address: "https://user:password@files.example/x" }, '"files.example" is an address with a name or a password'],
      [{ address: "ftp://user:password@files.example/x" }, '"files.example" is an address with a name or a password'],
      [{ address: "https://user@files.example/x" }, '"files.example" is an address with a name or a password'],
      [{ address: "https://user:password@files.example:99999" }, '"…@files.example:99999" is not an address'],
      [{ address: "files.example?key=user" }, '"files.example?…" is not an address'],
      [{ address: "ftp://files.example?key=user" }, '"ftp://files.example?…" is not an address of http or https'],
      [{ address: "https://files.example", headers: null }, "is not an object"],
      [{ address: "https://files.example", headers: [] }, "is not an object"],
      [{ address: "https://files.example", headers: { "x-number": 5 } }, "is not text"],
      [{ address: "https://files.example", headers: { "x-key": "user\nb" } }, "are no headers"],
      [{ address: "https://files.example", headers: { "x key": "a" } }, "are no headers"],
    ];
    for (const [options, words] of bad) {
      const given = options as { address?: string; headers?: Record<string, string> } | undefined;
      const http = given && { url: given.address, headers: given.headers };
      const kubo = given && { api: given.address, headers: given.headers };
      // A header that is left out is none.
      const withoutUndefined = (value: object | undefined) =>
        value && Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
      for (const make of [
        () => httpStorage(withoutUndefined(http) as unknown as HttpStorageOptions),
        () => kuboStorage(withoutUndefined(kubo) as unknown as KuboStorageOptions),
      ]) {
        expect(make).to.throw(InvalidParameterError).with.property("message").that.includes(words);
        // Nothing that is secret is shown, whoever writes the error and what it comes from into a log.
        expect(make)
          .to.throw(InvalidParameterError)
          .that.satisfies((error: Error) => !inspect(error).includes("user"));
      }
    }
    const odd = { api: "http://127.0.0.1:5001", offline: "false" } as unknown as KuboStorageOptions;
    expect(() => kuboStorage(odd)).to.throw(InvalidParameterError, "does not say");
  });
});

/**
 * Answers as Kubo 0.43.1 was seen to answer:
 *
 * POST /api/v0/block/put?cid-codec=raw&mhtype=sha2-256&pin=true, a file in multipart/form-data
 *   200 {"Key":"bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e","Size":11}
 *   500 {"Message":"produced block is over 2MiB: big blocks can't be exchanged with other peers. consider …","Code":0,
 *       "Type":"error"} for more than 2 MiB, which it keeps and pins all the same
 * POST /api/v0/block/get?arg=bafkrei…
 *   200 the bytes, chunked, as application/vnd.ipld.raw
 *   500 {"Message":"block was not found locally (offline): ipld: could not find bafkrei…","Code":0,"Type":"error"}
 *       when it is offline or asked with offline=true; otherwise it looks for it until it is left
 * GET 405; another path 404 "404 page not found"; an Origin that is not allowed 403 "403 - Forbidden"; a missing or wrong
 *   token 403 "Kubo RPC Access Denied: Please provide a valid authorization token as defined in the API.Authorizations …"
 */
function node({ isOnline = false, token = "", blocks = new Map<string, Buffer>() } = {}): Answer {
  return async ({ method, path, headers, body }, response) => {
    const { pathname, searchParams } = new URL(path, "http://node");
    const refuse = (Message: string) =>
      response
        .writeHead(500, { "content-type": "application/json" })
        .end(JSON.stringify({ Message, Code: 0, Type: "error" }));
    if (method !== "POST") return response.writeHead(405).end("405 - Method Not Allowed");
    if (headers.authorization !== (token === "" ? undefined : `Bearer ${token}`)) {
      return response.writeHead(403).end("Kubo RPC Access Denied: Please provide a valid authorization token");
    }
    if (pathname === "/api/v0/block/put") {
      const form = await new Response(body as BodyInit, {
        headers: { "content-type": headers["content-type"] ?? "" },
      }).formData();
      const file = form.get("data") as File;
      const block = Buffer.from(await file.arrayBuffer());
      const cid = cidOf(sha256(block));
      if (searchParams.get("pin") === "true") blocks.set(cid, block);
      if (block.length > 2 * 1_024 * 1_024) return refuse("produced block is over 2MiB: big blocks can't be exchanged");
      return response.end(`${JSON.stringify({ Key: cid, Size: block.length })}\n`);
    }
    if (pathname === "/api/v0/block/get") {
      const cid = searchParams.get("arg") ?? "";
      const block = blocks.get(cid);
      if (block !== undefined) return response.end(block);
      if (isOnline && searchParams.get("offline") !== "true") return;
      return refuse(`block was not found locally (offline): ipld: could not find ${cid}`);
    }
    return response.writeHead(404).end("404 page not found\n");
  };
}

describe("An IPFS node", () => {
  const serve = serversOfEachTest();

  it("keeps content as a pinned raw block, and gives it again", async () => {
    const { url, asked } = await serve(node({ token: "secret" }));
    const storage = kuboStorage({ api: `${url}/`, headers: { authorization: "Bearer secret" } });
    expect(await putContent(storage, HELLO)).to.equal(hello);
    expect(await getContent(storage, hello)).to.deep.equal(HELLO);
    expect(asked.map(({ method, path }) => [method, path])).to.deep.equal([
      ["POST", "/api/v0/block/put?cid-codec=raw&mhtype=sha2-256&pin=true"],
      ["POST", `/api/v0/block/get?arg=${name}`],
    ]);
  });

  it("takes 1 MiB, and is not even asked to take more: it would keep what it refuses", async () => {
    const { url, asked } = await serve(node());
    const storage = kuboStorage({ api: url });
    const largest = new Uint8Array(1_024 * 1_024).fill(7);
    expect(await getContent(storage, await putContent(storage, largest))).to.deep.equal(largest);
    const larger = new Uint8Array(1_024 * 1_024 + 1);
    const error = await failure(ContentTooLargeError, putContent(storage, larger));
    expect(error).to.deep.include({ hash: sha256(larger), limit: 1_024 * 1_024, during: "writing" });
    expect(asked).to.have.length(2);
  });

  it("knows at once what it does not have, when it does not look in the network", async () => {
    const alone = await serve(node());
    const missing = await failure(ContentMissingError, getContent(kuboStorage({ api: alone.url }), hello));
    expect(missing.hash).to.equal(hello);
    const { url, asked, closed } = await serve(node({ isOnline: true }));
    await failure(ContentMissingError, getContent(kuboStorage({ api: url, offline: true }), hello));
    expect(asked[0]?.path).to.equal(`/api/v0/block/get?arg=${name}&offline=true`);
    const looking = getContent(kuboStorage({ api: url, offline: false }), hello, { patience: 0.5 });
    expect((await failure(StorageFailedError, looking)).reason).to.equal("timeout");
    expect(asked[1]?.path).to.equal(`/api/v0/block/get?arg=${name}`);
    // So that it stops looking.
    await closed;
  });

  it("of an earlier version says in other words what it does not have", async () => {
    for (const Message of [`ipld: could not find ${name}`, "blockservice: key not found"]) {
      const { url } = await serve((_, response) => response.writeHead(500).end(JSON.stringify({ Message })));
      await failure(ContentMissingError, getContent(kuboStorage({ api: url }), hello));
    }
  });

  it("says why it refuses", async () => {
    const { url } = await serve(node({ token: "secret" }));
    const { host } = new URL(url);
    const denied = "Kubo RPC Access Denied: Please provide a valid authorization token";
    for (const action of [
      () => putContent(kuboStorage({ api: url }), HELLO),
      () => getContent(kuboStorage({ api: url }), hello),
    ]) {
      const error = await failure(StorageFailedError, action);
      expect(error).to.include({ reason: "refused", details: `${host} answered with status 403: ${denied}` });
    }
    const elsewhere = kuboStorage({ api: `${url}/x`, headers: { authorization: "Bearer secret" } });
    const error = await failure(StorageFailedError, getContent(elsewhere, hello));
    expect(error.details).to.equal(`${host} answered with status 404: 404 page not found`);
  });

  it("says so in few words, and inert ones, whatever it says", async () => {
    const answers: [string, string][] = [
      [JSON.stringify({ Message: "no space\u202e <b>left</b>", Code: 0 }), ": no space\\u{202e} ‹b›left‹/b›"],
      [JSON.stringify({ Message: 5 }), ": {'Message':5}"],
      ["null", ": null"],
      ["", ""],
      ["x".repeat(1_000_000), `: ${"x".repeat(200)}…`],
    ];
    for (const [words, said] of answers) {
      const { url, asked } = await serve((_, response) => response.writeHead(500).end(words));
      const error = await failure(StorageFailedError, putContent(kuboStorage({ api: url }), HELLO));
      expect(error.details).to.equal(`${new URL(url).host} answered with status 500${said}`);
      expect(asked).to.have.length(1);
    }
  });

  it("that refuses without end is left after its first words", async () => {
    const { url, closed } = await serve((_, response) => {
      response.writeHead(500);
      const send = () => {
        while (!response.destroyed && response.write("no ".repeat(1_000)));
      };
      response.on("drain", send);
      send();
    });
    const error = await failure(StorageFailedError, getContent(kuboStorage({ api: url }), hello));
    expect(error.reason).to.equal("refused");
    expect(error.details).to.match(/ answered with status 500: (no )+n?o?…$/);
    await closed;
  });

  it("that stored something else, or answers nonsense, has not stored it", async () => {
    for (const words of [JSON.stringify({ Key: cidOf(hashText("other")), Size: 5 }), "<html>", "null", ""]) {
      const { url } = await serve((_, response) => response.end(words));
      const error = await failure(StorageFailedError, putContent(kuboStorage({ api: url }), HELLO));
      expect(error.reason).to.equal("malformed");
      expect(error.details).to.match(/^it stored something else: /);
    }
  });

  it("is asked again when the proxy before it is busy, and never sent elsewhere", async () => {
    const { url, asked } = await serve(inTurn(status(502), status(429), node()));
    await putContent(kuboStorage({ api: url }), HELLO);
    expect(asked).to.have.length(3);
    const target = await serve(node());
    const { url: redirecting } = await serve(status(307, { location: target.url }));
    const error = await failure(StorageFailedError, getContent(kuboStorage({ api: redirecting }), hello));
    expect(error.details).to.match(/redirects elsewhere, which is not followed: no$/);
    expect(target.asked).to.deep.equal([]);
  });
});

describe("The README of the SDK", () => {
  const serve = serversOfEachTest();

  it("keeps a scope and a deliverable in a node, and reads them through a gateway, as a server does not have them", async () => {
    const { as, funded } = await setUp();
    const agreement = await funded();
    const blocks = new Map<string, Buffer>();
    const [kubo, server, gateway] = await Promise.all([
      serve(node({ blocks })),
      serve(keeping()),
      serve(({ path }, response) => {
        const [, cid = ""] = /^\/ipfs\/(.*)\?format=raw$/.exec(path) ?? [];
        response.writeHead(blocks.has(cid) ? 200 : 404).end(blocks.get(cid));
      }),
    ]);
    const readme = await readFile(join(import.meta.dirname, "../../sdk/README.md"), "utf8");
    const [, source = ""] = /```ts\nimport \{.*\} from "@micro-escrow\/sdk\/storage";\n(.*?)```/s.exec(readme) ?? [];
    const lines = source
      .replace("http://127.0.0.1:5001", kubo.url)
      .replace("https://files.example", server.url)
      .replace("https://ipfs.io", gateway.url);
    const given = {
      ...storage,
      agreement,
      id: agreement.id,
      scope: agreement.scope,
      bytes: HELLO,
      escrow: as.freelancer,
    };
    const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (all: object) => Promise<unknown>;
    const names = Object.keys(given).join(", ");
    const run = new AsyncFunction(`{ ${names} }`, `${lines}\nreturn { complete, files };`);
    expect(await run(given)).to.deep.equal({ complete: agreement, files: [{ path: "article-1.md", bytes: HELLO }] });
    const asked = [kubo, server, gateway].map((one) => one.asked.length);
    expect(asked).to.deep.equal([3, 3, 3]);
  });
});

/** A node to run the same against: `KUBO_API=http://127.0.0.1:5001`, with `KUBO_TOKEN` and `KUBO_GATEWAY` where it has them. */
const { KUBO_API: api, KUBO_TOKEN: token, KUBO_GATEWAY: gateway } = process.env;

(api === undefined ? describe.skip : describe)("A real IPFS node", () => {
  const options = { api: api ?? "", ...(token && { headers: { authorization: `Bearer ${token}` } }), offline: true };
  /** What nobody has stored yet. */
  const fresh = (size: number) => {
    const bytes = new Uint8Array(size);
    crypto.getRandomValues(bytes.subarray(0, 65_536));
    return bytes;
  };
  const ask = async (command: string, hash: Hash): Promise<string> => {
    const init = { method: "POST", headers: options.headers ?? {} };
    return (await fetch(`${options.api}/api/v0/${command}?arg=${cidOf(hash)}`, init)).text();
  };

  it("keeps content up to 1 MiB, pinned, and gives it again", async () => {
    const storage = kuboStorage(options);
    for (const size of [0, 1, 300_000, 1_024 * 1_024]) {
      const bytes = fresh(size);
      const hash = await putContent(storage, bytes);
      expect(await getContent(storage, hash)).to.deep.equal(bytes);
      expect(await ask("pin/ls", hash)).to.include(`"${cidOf(hash)}":{"Type":"recursive"`);
      expect(await putContent(storage, bytes)).to.equal(hash);
    }
  });

  it("does not have what nobody stored", async () => {
    await failure(ContentMissingError, getContent(kuboStorage(options), sha256(fresh(1_000))));
  });

  it("keeps a deliverable, which its gateway gives", async function () {
    const storage = kuboStorage(options);
    const files = ["a", "b", "c"].map((path) => ({ path, bytes: fresh(200_000) }));
    const hash = await putDeliverable(storage, files);
    expect((await getDeliverable(storage, hash)).files).to.deep.equal(files);
    if (gateway === undefined) this.skip();
    const reader = httpStorage({ url: `${gateway}/ipfs?format=raw` });
    expect((await getDeliverable(reader, hash)).files).to.deep.equal(files);
    const refused = await failure(StorageFailedError, putContent(reader, fresh(100)));
    expect(refused.details).to.match(/ answered with status 405$/);
  });
});
