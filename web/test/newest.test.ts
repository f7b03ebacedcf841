import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Once } from "../src/api/once.ts";
import { Newest } from "../src/ui/newest.ts";

/** A question whose answer is given later. */
function question() {
  let answer: (found: string) => void = () => undefined;
  let refuse: (error: Error) => void = () => undefined;
  const asked = new Promise<string>((done, failed) => {
    answer = done;
    refuse = failed;
  });
  return { asked, answer, refuse };
}

describe("the newest of several answers", () => {
  it("is what is shown, in whatever order they come", async () => {
    const newest = new Newest();
    const [first, second] = [question(), question()];
    let shown = "";
    const show = (found: string) => {
      shown = found;
    };
    const both = [newest.take(first.asked, show), newest.take(second.asked, show)];
    second.answer("new");
    first.answer("old");
    await Promise.all(both);
    assert.equal(shown, "new");
  });

  it("does not wait for a later question: each answer is shown until a newer one is there", async () => {
    const newest = new Newest();
    const [first, second] = [question(), question()];
    const shown: string[] = [];
    const both = [first, second].map((each) => newest.take(each.asked, (found) => shown.push(found)));
    first.answer("old");
    await both[0];
    second.answer("new");
    await both[1];
    assert.deepEqual(shown, ["old", "new"]);
  });

  it("is not an answer from before a change that was made here, nor is its refusal told", async () => {
    const newest = new Newest();
    const [first, second] = [question(), question()];
    const shown: string[] = [];
    const both = [first, second].map((each) => newest.take(each.asked, (found) => shown.push(found)));
    newest.changed();
    first.answer("old");
    second.refuse(new Error("gone"));
    await Promise.all(both);
    assert.deepEqual(shown, []);
  });
});

describe("what is asked twice at a time", () => {
  it("is asked once, and again after the answer", async () => {
    const once = new Once();
    let asked = 0;
    const ask = async () => ++asked;
    assert.deepEqual(await Promise.all([once.ask("a", ask), once.ask("a", ask), once.ask("b", ask)]), [1, 1, 2]);
    assert.equal(await once.ask("a", ask), 3);
    await assert.rejects(once.ask("a", () => Promise.reject(new Error("no"))));
    assert.equal(await once.ask("a", ask), 4);
  });
});
