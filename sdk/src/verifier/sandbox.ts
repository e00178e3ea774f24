/**
 * A closed sandbox for a stranger's program, without containers: Linux namespaces of its own (users, mounts, processes, network,
 * host name, message queues) through `unshare` of util-linux, as a user without rights; a root folder that has the system's
 * programs and libraries to read and nothing else; a folder to work in that is in memory and bounded. Where that cannot be
 * had, nothing runs.
 *
 * What it does not do: it is as tight as the kernel's namespaces, filters no system calls, and measures memory by looking. A
 * service for everybody runs on a machine of its own, in a unit with limits (the guide has one).
 */
import { spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";
import type { UnpackedFile } from "./archive.js";

/** What runs, and what it may use. */
export interface SandboxJob {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** What stands in the folder that it runs in. */
  readonly files: readonly UnpackedFile[];
  readonly seconds: number;
  /** MiB, of all processes together. */
  readonly memory: number;
  /** MiB of the folder that it works in, and of temporary files; they are in memory, too. */
  readonly disk: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Bytes of output, and of the file that is read at the end. */
  readonly output: number;
  /** Folders with more programs, which can be read: each at its own path. */
  readonly tools: readonly string[];
  /** A file to read at the end, relative to the folder. */
  readonly result?: string;
}

/** How it ended. */
export interface SandboxOutcome {
  readonly end: "exited" | "out of time" | "out of memory" | "too much output";
  /** Its exit code; above 128 it was ended by a signal. `undefined` when it was ended from outside. */
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
  /** The file that was asked for; empty when there is none. */
  readonly result: string;
}

/** There is no sandbox on this computer, or not for this job; nothing ran. */
export class SandboxUnavailable extends Error {}

/** Who a program runs as when the verifier is root: nobody. */
const NOBODY = 65_534;

/** Milliseconds between two looks at the memory; for the setting up; and for the end after the last command. */
const LOOK = 50;
const SETTING_UP = 30_000;
const CLOSING = 5_000;

const MEBI = 1_024 * 1_024;
/** MiB of addresses that one process may reserve beyond its memory: V8 does so for code that it may make. */
const RESERVED = 1_024;

/**
 * Makes the root folder, closes it, and runs the command in it. It is process 1 of its namespace: with it everything ends that
 * the command left behind. Descriptor 3 is its word to the verifier; the command does not get it, and cannot take it, as
 * process 1 has rights over the namespace that the command has not.
 *
 * $1 base folder, $2 MiB of disk, $3 bytes of memory of one process, $4 processes, $5 the result's file, $6 bytes of it, $7 PATH, $8 how many
 * folders of tools; then these, then the command.
 */
const SCRIPT = String.raw`
set -eu
base=$1 disk=$2 memory=$3 processes=$4 result=$5 bytes=$6 path=$7 tools=$8
shift 8
umask 022
mount -t tmpfs -o size=4m,nr_inodes=4k,mode=755,nosuid,nodev root "$base/root"
cd "$base/root"
mkdir -p usr etc dev proc work tmp old scratch
show() {
  mkdir -p ".$1"
  mount --rbind "$1" ".$1"
  mount -o remount,bind,ro,nosuid,nodev ".$1"
}
show_file() {
  : >".$1"
  mount --bind "$1" ".$1"
}
for one in bin sbin lib lib32 lib64 libexec share include; do
  if [ -d "/usr/$one" ] && [ ! -L "/usr/$one" ]; then show "/usr/$one"; fi
done
for one in bin sbin lib lib32 lib64; do
  if [ -L "/$one" ]; then ln -s "$(readlink "/$one")" "$one"; elif [ -d "/$one" ]; then show "/$one"; fi
done
if [ -d /etc/alternatives ]; then show /etc/alternatives; fi
if [ -f /etc/ld.so.cache ]; then show_file /etc/ld.so.cache; mount -o remount,bind,ro ./etc/ld.so.cache; fi
echo "worker:x:0:0::/work:/bin/sh" >etc/passwd
echo "worker:x:0:" >etc/group
echo "127.0.0.1 localhost" >etc/hosts
for one in null zero full random urandom; do show_file "/dev/$one"; done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
ln -s /tmp dev/shm
mount -t tmpfs -o "size=$disk"m,nr_inodes=200k,mode=755,nosuid,nodev scratch scratch
mkdir scratch/work scratch/tmp
mount --bind scratch/work work
mount --bind scratch/tmp tmp
umount scratch
rmdir scratch
while [ "$tools" -gt 0 ]; do show "$1"; shift; tools=$((tools - 1)); done
cp -r "$base/in/." work/
mount -t proc -o nosuid,nodev,noexec proc proc
echo 0 >proc/sys/user/max_user_namespaces
for one in shmall shmmni msgmni; do echo 0 >"proc/sys/kernel/$one" || :; done 2>/dev/null
echo 1000 >proc/self/oom_score_adj
mount -o remount,bind,ro,nosuid,nodev,noexec proc
if command -v ip >/dev/null; then ip link set lo up 2>/dev/null || :; fi
hostname sandbox 2>/dev/null || :
pivot_root . old
cd /work
umount -l /old
rmdir /old
mount -o remount,bind,ro,nosuid,nodev /
case $1 in
*/*) ;;
*) if ! (PATH=$path; command -v "$1" >/dev/null); then echo "there is no program $1 here" >&2; exit 1; fi ;;
esac
echo ready >&3
code=0
weak="setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all --"
env -i PATH="$path" HOME=/work TMPDIR=/tmp LANG=C.UTF-8 CI=1 \
  prlimit --nproc="$processes" --data="$memory" --fsize="$((disk * 1048576))" --nofile=1024 --core=0 --memlock=65536 \
  --msgqueue=0 --sigpending=1024 \
  $weak "$@" 3>&- </dev/null || code=$?
kill -KILL -1 2>/dev/null || :
wait 2>/dev/null || :
echo "exit $code" >&3
if [ -n "$result" ] && [ -f "/work/$result" ]; then $weak head -c "$bytes" "/work/$result" >&3 || :; fi
`;

/**
 * Runs a command in a sandbox of its own, and removes all of it afterwards.
 *
 * @param signal Ends it.
 * @throws {SandboxUnavailable} When there is no sandbox; then the command did not run.
 */
export async function runInSandbox(job: SandboxJob, signal: AbortSignal): Promise<SandboxOutcome> {
  if (process.platform !== "linux") throw new SandboxUnavailable(`there is none on ${process.platform}`);
  const base = await mkdtemp(join(tmpdir(), "micro-escrow-sandbox-"));
  try {
    const isRoot = process.getuid?.() === 0;
    await writeFiles(base, job.files, isRoot);
    return await run(base, job, isRoot, signal);
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

/** Writes the files where the sandbox takes a copy of them, for nobody else to read. */
async function writeFiles(base: string, files: readonly UnpackedFile[], isRoot: boolean): Promise<void> {
  const give = (path: string) => (isRoot ? chown(path, NOBODY, NOBODY) : undefined);
  const folders = new Set<string>([join(base, "in"), join(base, "root")]);
  for (const { path } of files) {
    for (let folder = dirname(join(base, "in", path)); !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  }
  for (const folder of [...folders].sort()) {
    await mkdir(folder);
    await give(folder);
  }
  for (const { path, bytes, isExecutable } of files) {
    const file = join(base, "in", path);
    await writeFile(file, bytes, { flag: "wx", mode: isExecutable ? 0o755 : 0o644 });
    await give(file);
  }
  await chmod(base, 0o700);
  await give(base);
}

async function run(base: string, job: SandboxJob, isRoot: boolean, signal: AbortSignal): Promise<SandboxOutcome> {
  const { command, seconds, memory, disk, processes, tools, result = "" } = job;
  const path = [...tools.flatMap((folder) => [folder, join(folder, "bin")]), "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
  const numbers = [disk, (memory + RESERVED) * MEBI, processes].map(String);
  const [program = "", ...args] = [
    ...closing(await inherited()),
    ...[
      "setpriv",
      "--pdeathsig",
      "KILL",
      "unshare",
      "--user",
      "--map-root-user",
      "--mount",
      "--pid",
      "--fork",
      "--kill-child=KILL",
    ],
    ...["--net", "--ipc", "--uts", "--cgroup", "--", "/bin/sh", "-c", SCRIPT, "sandbox"],
    ...[base, ...numbers, result, String(job.output), path.join(":"), String(tools.length), ...tools, ...command],
  ];
  const child = spawn(program, args, {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LANG: "C.UTF-8" },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  let end: SandboxOutcome["end"] = "exited";
  let problem: Error | undefined;
  const kill = () => child.kill("SIGKILL");
  const stop = (why: SandboxOutcome["end"]) => {
    if (end === "exited") end = why;
    kill();
  };
  const [output, errors, words] = [1, 2, 3].map((descriptor) => {
    const limit = descriptor === 3 ? job.output + 1_024 : job.output;
    return new Kept(child.stdio[descriptor] as Readable, limit, () => stop("too much output"));
  }) as [Kept, Kept, Kept];
  let timer = setTimeout(kill, SETTING_UP);
  const looking = setInterval(() => void look(), LOOK);
  let isLooking = false;
  const look = async () => {
    if (isLooking || child.pid === undefined) return;
    isLooking = true;
    try {
      if ((await memoryOf(child.pid)) > memory * MEBI) stop("out of memory");
    } finally {
      isLooking = false;
    }
  };
  words.onFirst = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      stop("out of time");
    }, seconds * 1_000);
  };
  words.onEnd = () => {
    // The command has ended; what is left is this script's.
    clearTimeout(timer);
    timer = setTimeout(kill, CLOSING);
  };
  signal.addEventListener("abort", kill);
  if (signal.aborted) kill();
  await new Promise<void>((resolve) => {
    child.once("error", (error) => {
      problem = error;
      resolve();
    });
    child.once("close", () => resolve());
  });
  clearTimeout(timer);
  clearInterval(looking);
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();
  const [first, last, ...rest] = words.text.split("\n");
  if (problem !== undefined || first !== "ready") {
    throw new SandboxUnavailable(problem?.message ?? (errors.text.trim() || "it could not be set up"));
  }
  const code = /^exit (\d+)$/.exec(last ?? "")?.[1];
  return {
    end,
    code: end === "exited" && code !== undefined ? Number(code) : undefined,
    output: output.text,
    errors: errors.text,
    result: end === "exited" ? rest.join("\n") : "",
  };
}

/**
 * The descriptors that this process was started with and that it would pass on: Node closes its own, and not what it does not
 * know of. What stands behind them is not the command's.
 */
async function inherited(): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc/self/fd")) {
    const info = await readFile(`/proc/self/fdinfo/${name}`, "utf8").catch(() => "");
    const flags = Number.parseInt(/^flags:\s+(\d+)$/m.exec(info)?.[1] ?? "", 8);
    if (Number(name) > 2 && !Number.isNaN(flags) && (flags & CLOSE_ON_EXEC) === 0) found.push(Number(name));
  }
  return found;
}

const CLOSE_ON_EXEC = 0o2_000_000;

/** The beginning of a command without these descriptors. (Other shells than bash know those below 10 alone.) */
function closing(descriptors: readonly number[]): readonly string[] {
  const unwanted = descriptors.filter((one) => one > 3).map((one) => `${one}>&-`);
  return unwanted.length === 0 ? [] : ["bash", "-c", `exec ${unwanted.join(" ")}; exec "$@"`, "bash"];
}

/** What a stream gives, up to a limit. */
class Kept {
  onFirst = (): void => {};
  onEnd: (() => void) | undefined;
  readonly #pieces: Buffer[] = [];
  #size = 0;

  constructor(stream: Readable, limit: number, onTooMuch: () => void) {
    stream.on("error", () => {});
    stream.on("data", (piece: Buffer) => {
      if (this.#size === 0) this.onFirst();
      if (this.#size < limit) this.#pieces.push(piece.subarray(0, limit - this.#size));
      this.#size += piece.length;
      if (this.#size > limit) onTooMuch();
      if (this.onEnd !== undefined && this.text.includes("\nexit ")) this.onEnd();
    });
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString();
  }
}

/**
 * Bytes of memory that a process and all that descend from it have for themselves: what is shared with files on the disk does
 * not count, what is in memory files does, also when nobody has it mapped.
 */
async function memoryOf(pid: number): Promise<number> {
  let total = 0;
  const files = new Map<string, number>();
  const waiting = [pid];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const folder = `/proc/${one}`;
    const status = await readFile(`${folder}/status`, "utf8").catch(() => "");
    for (const name of ["RssAnon", "RssShmem"]) {
      total += 1_024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
    }
    for (const descriptor of await readdir(`${folder}/fd`).catch(() => [])) {
      const file = `${folder}/fd/${descriptor}`;
      const target = await readlink(file).catch(() => "");
      if (!target.startsWith("/memfd:")) continue;
      const found = await stat(file).catch(() => undefined);
      if (found !== undefined) files.set(`${found.dev}:${found.ino}`, found.blocks * 512);
    }
    for (const task of await readdir(`${folder}/task`).catch(() => [])) {
      const children = await readFile(`${folder}/task/${task}/children`, "utf8").catch(() => "");
      waiting.push(...children.split(" ").filter(Boolean).map(Number));
    }
  }
  return total + [...files.values()].reduce((sum, size) => sum + size, 0);
}
