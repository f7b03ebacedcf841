// Put into pages under test: a WHEP viewer and a WHIP publisher, nothing more than a page needs.
window.rtc = {
  // Plays into a new <video>. `tcp` leaves only TCP candidates, `port` sends UDP to another port. Resolves with the
  // answer's status when the first frame is on the screen; `firstFrameMs` is the time that took.
  async play(url, { tcp = false, port = 0 } = {}) {
    const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true });
    document.body.append(video);
    const peer = new RTCPeerConnection();
    Object.assign(this, { peer, video, gaps: [], firstFrameMs: null, started: performance.now() });
    const stream = new MediaStream();
    peer.ontrack = ({ track }) => {
      stream.addTrack(track);
      video.srcObject = stream;
    };
    for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
    const shown = new Promise((resolve) => {
      let last = null;
      const watch = (now) => {
        if (last === null) {
          this.firstFrameMs = now - this.started;
          resolve();
        } else this.gaps.push(now - last);
        last = now;
        video.requestVideoFrameCallback(watch);
      };
      video.requestVideoFrameCallback(watch);
    });
    await peer.setLocalDescription();
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: peer.localDescription.sdp,
    });
    let sdp = await answer.text();
    if (answer.status !== 201) return { status: answer.status, sdp };
    this.location = new URL(answer.headers.get("Location"), url).href;
    if (tcp) sdp = sdp.replace(/a=candidate:\S+ 1 udp .*\r\n/g, "");
    if (port) sdp = sdp.replace(/(a=candidate:\S+ 1 udp \d+ \S+) \d+/g, `$1 ${port}`).replace(/a=candidate:\S+ 1 tcp .*\r\n/g, "");
    await peer.setRemoteDescription({ type: "answer", sdp });
    await shown;
    return { status: 201, sdp };
  },

  // Publishes the camera and a tone; resolves with the session's address.
  async publish(url, key, codec, hertz) {
    const media = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 } });
    const context = (this.sound = new AudioContext({ sampleRate: 48000 }));
    const [tone, sound] = [new OscillatorNode(context, { frequency: hertz }), new MediaStreamAudioDestinationNode(context)];
    tone.connect(sound);
    tone.start();
    media.addTrack(sound.stream.getAudioTracks()[0]);
    const peer = (this.publisher = new RTCPeerConnection());
    for (const track of media.getTracks()) {
      const transceiver = peer.addTransceiver(track, { direction: "sendonly", streams: [media] });
      if (track.kind === "video" && codec) {
        const codecs = RTCRtpSender.getCapabilities("video").codecs;
        transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === codec || mimeType === "video/rtx"));
      }
    }
    await peer.setLocalDescription();
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", Authorization: `Bearer ${key}` },
      body: peer.localDescription.sdp,
    });
    if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    return new URL(answer.headers.get("Location"), url).href;
  },

  // Resolves once a count of `stats`, such as ("video", "frames"), has come so far. Playwright's wait_for_function is
  // not for this: it takes the promise of an async condition for its truth.
  async reached(kind, name, count) {
    while (!((await this.stats())[kind]?.[name] >= count)) await new Promise((resolve) => setTimeout(resolve, 100));
  },

  // The picture's mean colour: [red, green, blue] of 255.
  colour() {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.video, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  },

  // What getStats says of the viewer, flat.
  async stats() {
    const found = { state: this.peer.connectionState, firstFrameMs: this.firstFrameMs, maxGapMs: Math.max(0, ...this.gaps) };
    const report = await this.peer.getStats();
    for (const one of report.values()) {
      if (one.type === "inbound-rtp") {
        found[one.kind] = {
          packets: one.packetsReceived,
          lost: one.packetsLost,
          frames: one.framesDecoded,
          keys: one.keyFramesDecoded,
          nacks: one.nackCount,
          plis: one.pliCount,
          freezes: one.freezeCount,
          frozenS: one.totalFreezesDuration,
          repaired: one.retransmittedPacketsReceived,
          energy: one.totalAudioEnergy,
          concealed: one.concealedSamples,
        };
      }
      if (one.type === "transport") {
        found.srtp = one.srtpCipher;
        const pair = report.get(one.selectedCandidatePairId);
        found.protocol = pair && report.get(pair.localCandidateId).protocol;
        found.remotePort = pair && report.get(pair.remoteCandidateId).port;
        found.rttS = pair && pair.currentRoundTripTime;
      }
    }
    return found;
  },
};
