// A minimal Pion server to compare with: RTP in on two UDP ports, WHEP out, one shared track each, one UDP port.
//
//	pion -http 127.0.0.1:0 -video 5004 -audio 5006 [-cm] [-bare]
//
// It prints its HTTP port first. -cm takes AES-CM-SHA1 in place of AES-GCM; -bare leaves the interceptors out
// (no NACK answers, no reports).
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"

	"github.com/pion/dtls/v3"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

func api(cm, bare bool) *webrtc.API {
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		log.Fatal(err)
	}
	registry := &interceptor.Registry{}
	if !bare {
		if err := webrtc.RegisterDefaultInterceptors(engine, registry); err != nil {
			log.Fatal(err)
		}
	}
	port, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		log.Fatal(err)
	}
	_ = port.SetWriteBuffer(4 << 20)
	settings := webrtc.SettingEngine{}
	settings.SetICEUDPMux(webrtc.NewICEUDPMux(nil, port))
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetLite(true)
	if cm {
		settings.SetSRTPProtectionProfiles(dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	} else {
		settings.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
	}
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings))
}

func track(capability webrtc.RTPCodecCapability, id string, port int) *webrtc.TrackLocalStaticRTP {
	made, err := webrtc.NewTrackLocalStaticRTP(capability, id, "show")
	if err != nil {
		log.Fatal(err)
	}
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		log.Fatal(err)
	}
	_ = socket.SetReadBuffer(4 << 20)
	go func() {
		packet := make([]byte, 1600)
		for {
			size, err := socket.Read(packet)
			if err != nil {
				log.Fatal(err)
			}
			_, _ = made.Write(packet[:size])
		}
	}()
	return made
}

func answer(api *webrtc.API, offer string, tracks []*webrtc.TrackLocalStaticRTP) (string, error) {
	peer, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	for _, one := range tracks {
		sender, err := peer.AddTrack(one)
		if err != nil {
			return "", err
		}
		go func() { // interceptors see RTCP only when it is read
			packet := make([]byte, 1600)
			for {
				if _, _, err := sender.Read(packet); err != nil {
					return
				}
			}
		}()
	}
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed {
			_ = peer.Close()
		}
	})
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	if err := peer.SetRemoteDescription(description); err != nil {
		return "", err
	}
	made, err := peer.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(made); err != nil {
		return "", err
	}
	<-gathered
	return peer.LocalDescription().SDP, nil
}

func main() {
	address := flag.String("http", "127.0.0.1:0", "where to take offers")
	video := flag.Int("video", 0, "UDP port of the video's RTP")
	audio := flag.Int("audio", 0, "UDP port of the audio's RTP")
	cm := flag.Bool("cm", false, "AES-CM-SHA1 in place of AES-GCM")
	bare := flag.Bool("bare", false, "without interceptors")
	flag.Parse()
	engine := api(*cm, *bare)
	tracks := []*webrtc.TrackLocalStaticRTP{
		track(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000,
			SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"}, "video", *video),
		track(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "audio", *audio),
	}
	http.HandleFunc("/whep", func(writer http.ResponseWriter, request *http.Request) {
		offer, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		text, err := answer(engine, string(offer), tracks)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		writer.Header().Set("Content-Type", "application/sdp")
		writer.Header().Set("Content-Length", fmt.Sprint(len(text)))
		writer.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(writer, text)
	})
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
