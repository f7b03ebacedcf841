// Put into every page under test: finds the video wherever it is, reads its clock, listens to it.
window.fenboTest = {
  geometry: GEOMETRY, // of signaling/demo_clock.py's clock: conftest.py fills it in

  video(root = document) {
    for (const element of root.querySelectorAll("*")) {
      if (element.tagName === "VIDEO") return element;
      const inside = element.shadowRoot && this.video(element.shadowRoot);
      if (inside) return inside;
    }
    return null;
  },

  // Milliseconds between the moment burnt into the picture and now; null without a readable clock.
  behind() {
    const read = this.clock();
    return read && read.now - read.shown;
  },

  // The moment burnt into the picture and the one at which it was read, milliseconds since 1970; null without a clock.
  clock() {
    const { geometry } = this;
    const video = this.video();
    if (!video || video.videoWidth === 0) return null;
    // Only the strip with the clock is copied: reading whole pictures back would slow the playing down.
    const [width, height] = [video.videoWidth, video.videoHeight];
    const strip = Math.ceil(geometry.bottom * height);
    const canvas = new OffscreenCanvas(width, strip);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0, width, strip, 0, 0, width, strip);
    const now = Date.now();
    const pixels = context.getImageData(0, 0, width, strip).data;
    const levels = geometry.centres.map(([x, y]) => {
      const at = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
      return (pixels[at] + pixels[at + 1] + pixels[at + 2]) / 3;
    });
    const count = levels.length;
    const white = (levels[0] + levels[count - 1]) / 2;
    const black = (levels[1] + levels[count - 2]) / 2;
    if (white - black < geometry.contrast) return null;
    const bits = levels.slice(2, -2).map((level) => (level > (white + black) / 2 ? 1 : 0));
    const read = (some) => some.reduce((value, bit) => value * 2 + bit, 0);
    const shown = read(bits.slice(0, geometry.timeBits));
    if (shown % geometry.modulus !== read(bits.slice(geometry.timeBits))) return null;
    return { now, shown };
  },

  // The loudest frequency of the video's sound in hertz, over the last 170 ms, and how far it stands out in decibels.
  async loudest() {
    const context = new AudioContext({ sampleRate: 48000 });
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(this.video().captureStream()).connect(analyser);
    const levels = new Float32Array(analyser.frequencyBinCount);
    let found = { hertz: 0, above: 0 };
    for (let round = 0; round < 40 && found.above < 30; round++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatFrequencyData(levels);
      const most = levels.indexOf(Math.max(...levels));
      const middle = [...levels].sort((a, b) => a - b)[levels.length / 2];
      if (Number.isFinite(levels[most])) found = { hertz: (most * 48000) / 8192, above: levels[most] - middle };
    }
    await context.close();
    return found;
  },
};
