// Checks a Fenbo statement in a browser, without any server: the same checks as `fenbo verify`.
"use strict";

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const utf8 = (text) => new TextEncoder().encode(text);
const join = (...parts) => {
  const found = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (found.set(part, at), at + part.length), 0);
  return found;
};
const sha256 = async (bytes) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
const leafHash = (bytes) => sha256(join(Uint8Array.of(0), bytes)); // RFC 6962 2.1
const nodeHash = (left, right) => sha256(join(Uint8Array.of(1), unhex(left), unhex(right)));

async function isSigned(publicKey, signature, message) {
  try {
    const key = await crypto.subtle.importKey("raw", unhex(publicKey), { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, unhex(signature), utf8(message));
  } catch {
    return false;
  }
}

// What a file must look like: the same tables as commerce/proof/shape.py, for the page and the command must say the same.
const isText = (found) => typeof found === "string" && !/\p{Surrogate}/u.test(found);
const isInteger = Number.isSafeInteger; // of type number
const isNatural = (found) => isInteger(found) && found >= 0;
const isHex = (found) => typeof found === "string" && /^([0-9a-f]{2})*$/.test(found);
const isDigest = (found) => isHex(found) && found.length === 64;
const optional = (shape) => (found) => found === null || found === undefined || shape(found);
const listOf = (shape) => (found) => Array.isArray(found) && found.every(shape);
const fields = (shapes) => (found) =>
  typeof found === "object" && found !== null && !Array.isArray(found) &&
  Object.entries(shapes).every(([name, shape]) => shape(Object.hasOwn(found, name) ? found[name] : undefined));
const HEAD = {
  merchant: isText, log: isNatural, size: isNatural, root: isDigest, ends: optional(isDigest), at: isNatural, kid: isText,
  signature: isHex,
};
const KEY = { kid: isText, public: isDigest, endorsed_by: isText, endorsement: isHex };
const ENTRY = {
  seq: isNatural, before: isDigest, kind: isText, at: isNatural, rule: isText, commitment: isDigest,
  salt: optional(isHex), body: optional(isText),
};
const LINE = {
  public: isText, state: isText, currency: optional(isText), version: isNatural, amount_minor: isInteger,
  clawed_minor: isInteger,
};
const STATEMENT = {
  merchant: isText, log: isNatural, party: isText, head: fields(HEAD), keys: listOf(fields(KEY)),
  period: fields({ start: optional(isInteger), end: optional(isInteger) }), first: isNatural,
  entries: listOf(fields(ENTRY)), last: fields({ ...ENTRY, position: isNatural }), inclusion: listOf(isDigest),
  range: listOf(isDigest), end: optional(fields({ pairs: isHex, path: listOf(isDigest) })),
};

/** Throws what is wrong: the name of the field that has another shape. */
function expect(shapes, found) {
  if (!fields({})(found)) throw new Error("no object");
  for (const [name, shape] of Object.entries(shapes)) {
    if (!fields({ [name]: shape })(found)) throw new Error(name);
  }
}

/** The keys that follow from the one from outside, each endorsed by one before it. */
async function trustedKeys(given, keys) {
  const trusted = new Map();
  for (const key of keys) {
    const by = trusted.get(key.endorsed_by);
    const message = `fenbo key 1 ${key.kid} ${key.public}`;
    if (key.public === given || (by && (await isSigned(by, key.endorsement, message)))) trusted.set(key.kid, key.public);
  }
  return trusted;
}

const entryHash = (found, line) =>
  leafHash(
    utf8(
      JSON.stringify([
        "fenbo leaf 1", found.merchant, found.log, found.party, line.seq, line.before,
        line.kind, line.at, line.rule, line.commitment,
      ]),
    ),
  );

/** RFC 9162 2.1.3.2 */
async function inclusionRoot(size, index, leaf, proof) {
  let [place, last, root] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      root = await nodeHash(sibling, root);
      while (place !== 0 && place % 2 === 0) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    } else root = await nodeHash(root, sibling);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return index < size && last === 0 ? root : null;
}

/** The root over `size` leaves: those from `start` to `end` are given, all other subtrees stand in `beside`. */
async function rangeRoot(size, start, end, given, beside) {
  if (end <= 0 || start >= size) return beside.shift() ?? null;
  if (size === 1) return given.shift() ?? null;
  let at = 1;
  while (at * 2 < size) at *= 2;
  const left = await rangeRoot(at, start, end, given, beside);
  const right = await rangeRoot(size - at, start - at, end - at, given, beside);
  return left === null || right === null ? null : nodeHash(left, right);
}

/** RFC 9162 2.1.4.2: whether the log of (size, root) `after` begins with that of `before`. */
async function isConsistent(before, after, proof) {
  if (before.size === after.size) return proof.length === 0 && before.root === after.root;
  if (before.size === 0) return proof.length === 0 && before.root === (await sha256(Uint8Array.of()));
  const path = [...proof];
  if (Number.isInteger(Math.log2(before.size))) path.unshift(before.root);
  if (path.length === 0) return false;
  let [place, last] = [before.size - 1, after.size - 1];
  while (place % 2 === 1) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  let [old, now] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      [old, now] = [await nodeHash(sibling, old), await nodeHash(sibling, now)];
      while (place !== 0 && place % 2 === 0) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    } else now = await nodeHash(now, sibling);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && old === before.root && now === after.root;
}

/** Those from before heads said where each party's sequence ends have none. */
const hasEnds = (head) => (head.ends ?? null) !== null;

async function headIsSigned(head, trusted) {
  const key = trusted.get(head.kid);
  const [kind, ends] = hasEnds(head) ? ["fenbo head 2", [head.ends]] : ["fenbo head 1", []];
  const message = JSON.stringify([kind, head.merchant, head.log, head.size, head.root, ...ends, head.at, head.kid]);
  return Boolean(key) && (await isSigned(key, head.signature, message));
}

/** What is wrong between two heads of one merchant: a forked log shows here. `proof` leads from one to the other. */
async function compareHeads(one, other, proof, publicKey, keys) {
  try {
    expect({ head: fields(HEAD), other: fields(HEAD), proof: listOf(isDigest), keys: listOf(fields(KEY)) }, { head: one, other, proof, keys });
    const trusted = await trustedKeys(publicKey, keys);
    const wrong = [];
    for (const head of [one, other]) if (!(await headIsSigned(head, trusted))) wrong.push("head");
    if (one.merchant !== other.merchant || one.log !== other.log) return [...wrong, "log"];
    const [before, after] = one.size <= other.size ? [one, other] : [other, one];
    const sameEnds = before.size !== after.size || (before.ends ?? null) === (after.ends ?? null);
    if (!(await isConsistent(before, after, proof)) || !sameEnds) wrong.push("fork");
    return wrong;
  } catch (error) {
    return [`malformed: ${error.message}`];
  }
}

/** What is wrong between a statement and another one, or a head. A key may have come between them: those of both count. */
async function compareFiles(found, other, proof, publicKey) {
  const keys = [found, other].map((each) => each.keys ?? []);
  const both = keys.every(Array.isArray) ? keys.flat() : null;
  const wrong = await compareHeads(found.head, other.head ?? other, proof, publicKey, both);
  return [...wrong, ...(await cutShort(found, other))];
}

/** Of one party, the later statement must not end before the earlier one. */
async function cutShort(found, other) {
  if (![found, other].every(fields(STATEMENT))) return []; // a head alone, or what is said to be wrong already
  const [old, now] = [found, other].sort((a, b) => a.head.size - b.head.size || b.last.seq - a.last.seq);
  if (["merchant", "log", "party"].some((name) => old[name] !== now[name]) || old.last.seq <= now.last.seq) return [];
  return [(await lastIsInside(old)) ? "short" : "inclusion"];
}

/** Whether the last entry is in the log that the head speaks of. */
async function lastIsInside(found) {
  const { head, last } = found;
  return (await inclusionRoot(head.size, last.position, await entryHash(found, last), found.inclusion)) === head.root;
}

/** Whether the head says that the party's sequence ends with the last entry: as `is_end` in commerce/proof/ends.py. */
async function lastIsTheEnd(found) {
  if ((found.end ?? null) === null) return false;
  const { pairs, path } = found.end;
  const [key, split] = [await sha256(utf8(found.party)), pairs.match(/.{1,128}/g) ?? []];
  const inOrder = pairs.length % 128 === 0 && split.every((pair, at) => at === 0 || split[at - 1].slice(0, 64) < pair.slice(0, 64));
  if (!inOrder || !split.includes(key + (await entryHash(found, found.last)))) return false;
  const bucket = Number.parseInt(key.slice(0, 3), 16); // of 4,096
  return (await inclusionRoot(4096, bucket, await leafHash(unhex(pairs)), path)) === found.head.ends;
}

const isInside = ({ start, end }, at) => (start ?? at) <= at && at < (end ?? at + 1);

async function check(found, publicKey, report) {
  const wrong = (what) => report.wrong.push(what);
  if (!["fenbo statement 2", "fenbo statement 1"].includes(found?.format)) return wrong("format");
  expect(STATEMENT, found);
  const { head, last, period, entries } = found;
  if (!(await headIsSigned(head, await trustedKeys(publicKey, found.keys)))) wrong("head");
  if (head.merchant !== found.merchant || head.log !== found.log) wrong("log");
  if (entries.some((line, at) => line.seq !== found.first + at)) return wrong("gap");
  if (entries.some((line, at) => at > 0 && line.at < entries[at - 1].at)) wrong("time");
  const lastHash = await entryHash(found, last);
  if (!(await lastIsInside(found))) wrong("inclusion");
  if (hasEnds(head) && !(await lastIsTheEnd(found))) wrong("cut");
  const hashes = [];
  for (const line of entries) hashes.push(await entryHash(found, line));
  const end = entries.at(-1);
  if (!end || end.seq > last.seq) return wrong("beyond");
  if (end.seq === last.seq && hashes.pop() !== lastHash) wrong("last");
  if (hashes.length > 0) {
    const beside = [...found.range];
    const root = await rangeRoot(last.seq, found.first, found.first + hashes.length, hashes, beside);
    if (root !== last.before || beside.length > 0) wrong("range");
  }
  if (entries[0].seq !== 0 && isInside(period, entries[0].at)) wrong("begin");
  if (end.seq !== last.seq && isInside(period, end.at)) wrong("end");
  for (const line of entries) {
    const inside = isInside(period, line.at);
    const [salt, body] = [line.salt ?? null, line.body ?? null];
    if (inside) report.entries += 1;
    if (salt === null && body === null) report.erased += inside ? 1 : 0; // beyond the period an entry has none
    else if (salt === null || body === null) wrong(`alone ${line.seq}`);
    else if ((await sha256(join(unhex(salt), utf8(body)))) !== line.commitment) wrong(`body ${line.seq}`);
  }
  if (report.wrong.length > 0) return;
  report.figures = figures(entries);
  if (isInside(period, end.at)) Object.assign(report, hasEnds(head) ? { signedAt: head.at } : { upto: end });
}

/** {entries, erased, wrong: [], figures, signedAt?, upto?}: nothing wrong means that all of it holds, up to that time (ms),
 * or, under a head without ends, up to that entry. */
async function verifyStatement(found, publicKey) {
  const report = { entries: 0, erased: 0, wrong: [], figures: {} };
  try {
    await check(found, publicKey, report);
  } catch (error) {
    report.wrong.push(`malformed: ${error.message}`);
  }
  return report;
}

const isHeadWithKeys = fields({ head: fields(HEAD), keys: listOf(fields(KEY)) });

/** {report, key, given}: under the first of the given keys (hex) that signed its head, or that a key follows from that
 * did. If there is none, and all of it holds under the key that it names itself: under that. As in leaving/check.py. */
async function checkStatement(found, given) {
  if (isHeadWithKeys(found)) {
    for (const key of given) {
      if (!(await headIsSigned(found.head, await trustedKeys(key, found.keys)))) continue;
      return { report: await verifyStatement(found, key), key, given: true };
    }
    const own = found.keys.find(({ kid }) => kid === found.head.kid);
    const report = own && (await verifyStatement(found, own.public));
    if (report?.wrong.length === 0) return { report, key: own.public, given: false };
  }
  return { report: await verifyStatement(found, given[0]), key: given[0], given: true };
}

/** Latest version of each line: {currency: {state: minor, a BigInt}}. */
function figures(entries) {
  const [lines, currencies] = [new Map(), new Map()];
  for (const entry of entries) {
    if ((entry.body ?? null) === null) continue;
    const body = JSON.parse(entry.body);
    expect({}, body);
    const told = { lines: [], ...body };
    expect({ lines: listOf(fields(LINE)) }, told);
    for (const line of told.lines) {
      const known = lines.get(line.public);
      if (!known || known.version < line.version) lines.set(line.public, line);
      if (!currencies.has(line.public)) currencies.set(line.public, line.currency ?? "");
    }
  }
  const sums = Object.create(null);
  for (const [name, line] of lines) {
    const of = (sums[currencies.get(name)] ??= Object.create(null));
    of[line.state] = (of[line.state] ?? 0n) + BigInt(line.amount_minor) - BigInt(line.clawed_minor);
  }
  return sums;
}

const WORDS = {
  zh: {
    title: "分播对账单校验", file: "对账单文件", key: "公钥（从平台之外取得；有多把时每行一把）", check: "校验", holds: "全部成立",
    fails: "不成立", entries: "条记录", erased: "条已按要求抹除", why: "本页在您的浏览器里离线校验，不访问任何服务器。它证明截至日志签名时已公布的记录没有被修改、删除、调换；它不能证明最初写入的内容属实。",
    other: "另一位伙伴的对账单或日志头，或您自己较早的对账单（可选，用于发现分叉或略去的记录）", proof: "两者之间的一致性证明（大小不同时需要）", compared: "两个日志头属于同一历史。",
    proofAt: "一致性证明的地址：", seq: "序号", at: "时间", kind: "类型", what: "内容",
    signedAt: "截至 {at}（日志签名时），没有记录被略去。",
    upto: "截至第 {seq} 号记录（{at}）；其后是否有记录被略去，本文件无法证明。",
    states: {
      estimated: "待付款", frozen: "待收货", matured: "可结算", payable: "应付", paying: "打款中", paid: "已打款",
      held: "暂扣", void: "作废",
    },
    head: "日志头不是由所给的公钥（或由它背书的公钥）签名的：请核对公钥，或此文件不可信",
    under: "日志头不是由所给的公钥（或由它背书的公钥）签名的，而是由这一把：",
    twoKeys: "商户若迁移到另一套系统，迁移前后各有一把公钥：请两把都填，每行一把。缺少的那把请向商户索取，切勿从被校验的文件中取得。",
    badKey: "公钥是 64 位十六进制数字，每行一把", log: "两份文件或日志头不属于同一份日志",
    short: "较新的对账单比较早的结束得更早：最新的记录被略去",
    fork: "两个日志头不属于同一历史：日志被分叉，或记录被修改；大小不同时需要附上两者之间的一致性证明",
    gap: "缺少记录，或记录不在原来的位置", time: "记录的时间倒退", inclusion: "最后一条记录不在已签名的日志中",
    beyond: "有超出最后一条的记录", last: "最后一条记录与已签名的日志不一致", range: "这些记录不是已公布的记录",
    cut: "日志头并未说明这是最后一条记录：其后更新的记录被略去",
    begin: "所选期间的开头缺少记录", end: "所选期间的结尾缺少记录", body: "该条记录的内容被修改：序号", alone: "该条记录的内容或其盐值单独缺失，无法核对：序号", format: "不是对账单文件",
    malformed: "文件已损坏", cannot: "此浏览器无法在此校验：请用新版浏览器打开已保存的页面，或通过 HTTPS 打开，或使用 fenbo verify。",
  },
  en: {
    title: "Fenbo statement check", file: "Statement file", key: "Public key (from outside the platform; if several, one a line)", check: "Check",
    holds: "All of it holds", fails: "It does not hold", entries: "entries", erased: "erased on request",
    why: "This page checks offline, in your browser, and asks no server. It proves that up to when the log was signed nothing published was changed, dropped or reordered; it cannot prove that what was written first was true.",
    other: "Another partner's statement or head, or an earlier statement of yours (optional: shows a forked log, or what was left out)", proof: "The proof between the two (needed when their sizes differ)",
    compared: "Both heads belong to one history.", proofAt: "The proof stands at", seq: "No.", at: "Time", kind: "Kind", what: "What",
    signedAt: "Up to {at}, when the log was signed, nothing was left out.",
    upto: "Up to entry {seq} of {at}; whether later ones were left out, it does not show.",
    states: {},
    head: "The head is not signed by a given key, nor by one that follows from it: look at the key again, or do not trust this file",
    under: "The head is not signed by a given key, nor by one that follows from it, but by",
    twoKeys: "A merchant who moved to another installation has a key of before and one of now: give both, one a line. Ask the merchant for the one you do not have; never take it from what you check.",
    badKey: "A public key is 64 hex digits, one a line",
    log: "The two are of different logs",
    short: "The later statement ends before the earlier one: its newest entries were left out",
    fork: "The two heads are of different histories: the log was forked, or entries were changed. When their sizes differ, the proof between them is needed",
    gap: "Entries are missing or out of their place", time: "The entries go back in time",
    inclusion: "The last entry is not in the signed log", beyond: "There are entries beyond the last one",
    last: "The last entry differs from the one in the signed log", range: "The entries are not the ones that were published",
    cut: "The head does not say that the last entry is the last: newer ones were left out",
    begin: "Entries of the period are missing at its beginning", end: "Entries of the period are missing at its end",
    body: "What an entry says was changed: no.", alone: "What an entry says cannot be checked, for its salt or its body is gone alone: no.", format: "This is no statement", malformed: "The file is damaged",
    cannot: "This browser cannot check here: open the page in a new browser from a file or over HTTPS, or use fenbo verify.",
  },
};
const words = WORDS[navigator.language.startsWith("zh") ? "zh" : "en"];

/** A code of the report as a sentence: `body 7`, `malformed: why`. */
function inWords(code) {
  const [, name, rest] = /^([a-z]+)([^]*)$/.exec(code);
  return `${words[name]}${rest}`;
}

/** Browsers give the means to check to pages from files and over HTTPS only, and old ones know no Ed25519. */
async function canCheck() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "Ed25519" }, false, ["verify"]);
    return true;
  } catch (error) {
    return error.name === "DataError"; // it knows the kind, and does not like this key
  }
}

/** An amount (BigInt) in the currency's own unit; DIGITS is put into the page: browsers have places of their own. */
function money(minor, currency) {
  const places = DIGITS[currency] ?? 2;
  const text = String(minor < 0n ? -minor : minor).padStart(places + 1, "0");
  const [whole, part] = [text.slice(0, text.length - places), text.slice(text.length - places)];
  return `${minor < 0n ? "-" : ""}${whole}${part && "."}${part} ${currency}`;
}

function element(name, text, parent) {
  const found = document.createElement(name);
  found.textContent = text;
  parent.append(found);
  return found;
}

/** Where the keeper of the log answers with the proof between two heads. */
function proofAddress(one, other) {
  const [old, now] = [Math.min(one.size, other.size), Math.max(one.size, other.size)];
  return `/api/v1/proofs/${one.merchant}/consistency?log=${one.log}&old=${old}&new=${now}`;
}

async function readFile(id) {
  const [file] = document.querySelector(id).files;
  if (!file) return null;
  try {
    return JSON.parse(await file.text()) ?? {};
  } catch {
    return {}; // whatever it is, it is no statement
  }
}

/** Adds to the report what two partners' heads say. */
async function compare(found, publicKey, report) {
  const other = await readFile("#other");
  if (other === null) return;
  const head = other.head ?? other;
  const proof = await readFile("#proof");
  report.wrong.push(...(await compareFiles(found, other, proof === null ? [] : proof.hashes, publicKey)));
  const sizes = [head.size, found.head?.size];
  if (proof === null && sizes.every(isNatural) && sizes[0] !== sizes[1]) report.proofAt = proofAddress(found.head, head);
  report.compared = true;
}

function show(found, report) {
  const place = document.querySelector("#result");
  place.replaceChildren();
  place.dataset.holds = String(report.wrong.length === 0);
  element("h2", report.wrong.length === 0 ? `✓ ${words.holds}` : `✗ ${words.fails}`, place);
  if (report.proofAt) element("p", `${words.proofAt} ${report.proofAt}`, place);
  if (report.wrong.length > 0) {
    const list = element("ul", "", place);
    for (const code of report.wrong) element("li", inWords(code), list);
    if (report.wrong.some((code) => code.startsWith("under "))) element("p", words.twoKeys, place);
    return;
  }
  if (report.compared) element("p", words.compared, place);
  element("p", `${found.party} · ${report.entries} ${words.entries} · ${report.erased} ${words.erased}`, place);
  if (report.signedAt !== undefined) element("p", words.signedAt.replace("{at}", new Date(report.signedAt).toLocaleString()), place);
  if (report.upto) {
    const { seq, at } = report.upto;
    element("p", words.upto.replace("{seq}", seq).replace("{at}", new Date(at).toLocaleString()), place);
  }
  for (const [currency, states] of Object.entries(report.figures)) {
    const list = element("dl", "", place);
    for (const [state, minor] of Object.entries(states)) {
      element("dt", words.states[state] ?? state, list);
      element("dd", money(minor, currency), list);
    }
  }
  const table = element("table", "", element("div", "", place));
  const row = element("tr", "", element("thead", "", table));
  for (const name of [words.seq, words.at, words.kind, words.what]) element("th", name, row);
  const body = element("tbody", "", table);
  for (const line of found.entries.filter((entry) => isInside(found.period, entry.at))) {
    const cells = element("tr", "", body);
    element("td", String(line.seq), cells);
    element("td", new Date(line.at).toLocaleString(), cells);
    element("td", line.kind, cells);
    element("td", line.body ?? "—", cells);
  }
}

/** Those that were entered, in hex. */
const keysOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

async function start() {
  document.title = words.title;
  document.documentElement.lang = words === WORDS.zh ? "zh" : "en";
  for (const place of document.querySelectorAll("[data-word]")) place.textContent = words[place.dataset.word];
  const embedded = JSON.parse(document.querySelector("#statement").textContent || "null");
  const entered = document.querySelector("#key");
  entered.addEventListener("input", () => {
    const keys = keysOf(entered.value);
    entered.setCustomValidity(keys.length > 0 && keys.every(isDigest) ? "" : words.badKey);
  });
  document.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const found = (await readFile("#file")) ?? embedded;
    if (found === null) return;
    if (!(await canCheck())) {
      const place = document.querySelector("#result");
      place.replaceChildren();
      delete place.dataset.holds;
      return element("p", words.cannot, place);
    }
    const { report, key, given } = await checkStatement(found, keysOf(entered.value));
    if (!given) report.wrong.push(`under ${key}`);
    await compare(found, key, report);
    show(found, report);
  });
}

start();
