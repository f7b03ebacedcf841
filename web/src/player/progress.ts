/** Notices that a picture has begun, and that it has stopped moving: pure, fed with the video's clock. */
export class Progress {
  private position: number | null = null;
  private movedAt: number;
  started = false;

  constructor(
    now: number,
    private readonly startMsMax: number,
    private readonly stallMsMax: number,
  ) {
    this.movedAt = now;
  }

  /** "moving" the first time it moves; "late" or "stalled" once it has not moved for too long; else "same". */
  look(position: number, now: number): "moving" | "late" | "stalled" | "same" {
    const moved = this.position !== null && position !== this.position;
    this.position = position;
    if (moved) {
      this.movedAt = now;
      if (this.started) return "same";
      this.started = true;
      return "moving";
    }
    if (this.started) return now - this.movedAt > this.stallMsMax ? "stalled" : "same";
    return now - this.movedAt > this.startMsMax ? "late" : "same";
  }

  /** The video was held on purpose (paused, hidden tab): that is no stall. */
  excuse(now: number): void {
    this.movedAt = now;
  }
}
