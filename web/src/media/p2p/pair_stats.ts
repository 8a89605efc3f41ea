import { mediaKinds, type MediaKind, type MediaStats } from "../media_path";

/** The members of an "inbound-rtp" report that are looked at (W3C WebRTC Statistics, 8.3 and 8.4). */
interface InboundRtp {
  type: "inbound-rtp";
  bytesReceived?: number;
  packetsLost?: number;
  framesDecoded?: number;
  packetsReceived?: number;
  totalSamplesReceived?: number;
  concealedSamples?: number;
}

/** Receiver by receiver, because not every browser names the transceiver in a report of the whole connection. */
export async function collectStats(
  receiverOf: (kind: MediaKind) => RTCRtpReceiver | undefined,
): Promise<MediaStats> {
  const bytesReceived = { audio: 0, camera: 0, screen: 0 };
  const framesDecoded = { camera: 0, screen: 0 };
  const voice = { packets: 0, samples: 0, concealed: 0 };
  let packetsLost = 0;
  for (const kind of mediaKinds) {
    const report = await receiverOf(kind)?.getStats();
    report?.forEach((entry: RTCStats) => {
      if (!isInbound(entry)) return;
      bytesReceived[kind] += entry.bytesReceived ?? 0;
      packetsLost += entry.packetsLost ?? 0;
      if (kind !== "audio") framesDecoded[kind] += entry.framesDecoded ?? 0;
      else {
        voice.packets += entry.packetsReceived ?? 0;
        voice.samples += entry.totalSamplesReceived ?? 0;
        voice.concealed += entry.concealedSamples ?? 0;
      }
    });
  }
  return { bytesReceived, packetsLost, framesDecoded, voice };
}

function isInbound(entry: RTCStats): entry is RTCStats & InboundRtp {
  return entry.type === "inbound-rtp";
}
