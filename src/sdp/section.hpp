#pragma once

#include <optional>
#include <string>

#include "akbuzat/sdp/negotiator.hpp"
#include "sdp/numbering.hpp"

namespace akbuzat::sdp {

/// A track that we send, or will when the client has agreed.
struct Sender {
  SendParameters parameters;
  /// "stream track", empty for none.
  std::string msid;
  /// False while the client's description says that it does not receive here.
  bool active = true;
};

/// One m-section of a connection, as the latest description of ours has it.
struct Section {
  /// Without ICE and DTLS, which are the same for all of them.
  MediaDescription local;
  CodecName codec = CodecName::opus;
  /// We made it. Only such a section is ever given back by us (port 0): a client's belongs to its transceiver, which it
  /// may want to use again.
  bool ours = false;
  /// Ended while its m-line lives on: nothing flows, whatever the client says.
  bool closed = false;
  std::optional<ReceiveParameters> receive;
  std::optional<Sender> sender;

  /// The m-line has a port. One that has none may be recycled by either side (RFC 8829 section 5.2.2).
  [[nodiscard]] bool live() const noexcept { return !local.rejected(); }

  /// Nothing flows any more.
  void close();
  /// Port 0: gives the m-line up.
  void reject();
};

/// A rejected section in place of `mirrored` (RFC 3264 section 6).
[[nodiscard]] Section rejectedSection(const MediaDescription& mirrored);

/// Our answer to a section of the client's offer. `before` is what the section was, nullptr if it is new; `closing`
/// ends it.
[[nodiscard]] Section answerSection(const MediaDescription& offered, const Section* before, bool closing,
                                    CodecName videoCodec);

/// A section that we add, on which the client shall receive what `sender` sends, or send, or both.
[[nodiscard]] Section newSection(const std::string& mid, CodecName codec, bool receiving, std::optional<Sender> sender,
                                 const PayloadTypes& payloadTypes, const ExtensionIds& extensionIds);

/// The section for a new offer of ours: what it is open for now.
void reoffer(Section& section);

/// What `offered` becomes by the client's answer; nullopt if that does not fit.
[[nodiscard]] std::optional<Section> settleSection(const Section& offered, const MediaDescription& answer);

}  // namespace akbuzat::sdp
