/** What is asked again before it was answered, by a thumb that pressed twice, is asked once: both hear the answer. */
export class Once {
  private readonly asking = new Map<string, Promise<unknown>>();

  ask<T>(key: string, what: () => Promise<T>): Promise<T> {
    const open = this.asking.get(key) as Promise<T> | undefined;
    if (open !== undefined) return open;
    const answer = what().finally(() => this.asking.delete(key));
    this.asking.set(key, answer);
    return answer;
  }
}
