/**
 * Answers in the order of their questions: a list that is asked for again and again never goes back to what it was,
 * when an answer comes later than that of a later question.
 */
export class Newest {
  private asked = 0;
  private shown = 0;

  /** Shows the answer, unless something newer is shown. Throws what was refused, and of an old question nothing. */
  async take<T>(answer: Promise<T>, show: (found: T) => void): Promise<void> {
    this.asked++;
    const mine = this.asked;
    try {
      const found = await answer;
      if (mine < this.shown) return;
      this.shown = mine;
      show(found);
    } catch (error) {
      if (mine >= this.shown) throw error;
    }
  }

  /** What is shown was changed here: answers to questions that were asked before are old. */
  changed(): void {
    this.asked++;
    this.shown = this.asked;
  }
}
