#include "sdp/numbering.hpp"

#include "sdp/codecs.hpp"
#include "sdp/extensions.hpp"
#include "sdp/text.hpp"

namespace akbuzat::sdp {
namespace {

/// What Chromium uses when it has the choice, and so we, when we have.
constexpr std::array<PayloadTypes, 5> kUsual{{{111, 0}, {96, 97}, {98, 99}, {102, 103}, {45, 46}}};

// The dynamic payload types, and those that may be used when these run out (RFC 3551 section 6, RFC 5761 section 4).
constexpr std::uint8_t kFirstDynamic = 96;
constexpr std::uint8_t kLastDynamic = 127;
constexpr std::uint8_t kFirstSpare = 35;
constexpr std::uint8_t kLastSpare = 63;

}  // namespace

void Numbering::learn(const SessionDescription& description) {
  learnCodecs(description);
  learnExtensions(description);
}

void Numbering::learnCodecs(const SessionDescription& description) {
  for (const MediaDescription& section : description.media) {
    for (const CodecName codec : kCodecs) {
      const auto picked = section.kind == kindOf(codec) ? pick(section, codec) : std::nullopt;
      if (!picked) continue;
      PayloadTypes& known = payloadTypes_[static_cast<std::size_t>(codec)];
      const auto take = [this](std::uint8_t& number, std::uint8_t theirs) {
        // A number that already means something else in this connection is theirs in this section only.
        if (number == 0 && !usedPayloadTypes_.test(theirs)) number = theirs;
      };
      take(known.primary, picked->primary->payloadType);
      if (picked->rtx != nullptr && known.primary == picked->primary->payloadType) {
        take(known.rtx, picked->rtx->payloadType);
      }
      usedPayloadTypes_.set(known.primary).set(known.rtx);
    }
  }
  // Only now, for a section may well use a number of another section's codec for something else.
  for (const MediaDescription& section : description.media) {
    for (const std::string& format : section.formats) {
      const auto payloadType = number<std::uint8_t>(format);
      if (payloadType && *payloadType < usedPayloadTypes_.size()) usedPayloadTypes_.set(*payloadType);
    }
  }
}

void Numbering::learnExtensions(const SessionDescription& description) {
  const auto theirs = [&description](std::string_view uri, std::uint8_t preferred) {
    std::uint8_t first = 0;
    for (const MediaDescription& section : description.media) {
      for (const ExtensionMapping& mapping : section.extensions) {
        if (mapping.uri != uri || mapping.id > kMaxExtensionId) continue;
        if (mapping.id == preferred) return preferred;
        if (first == 0) first = mapping.id;
      }
    }
    return first;
  };
  std::array<std::string_view, kMaxExtensionId + 1> meanings;
  for (const MediaDescription& section : description.media) {
    for (const ExtensionMapping& mapping : section.extensions) {
      usedExtensionIds_.set(mapping.id);
      if (mapping.id <= kMaxExtensionId) meanings[mapping.id] = mapping.uri;
    }
  }
  // A client that calls two extensions by one number gets our offers with another for the second.
  std::bitset<kMaxExtensionId + 1> given;
  for (const Extension& extension : kExtensions) {
    std::uint8_t& known = extensionIds_.*(extension.id);
    if (const std::uint8_t id = theirs(extension.uri, known); id != 0) {
      known = id;
    } else if (!meanings[known].empty()) {
      known = 0;
    }
    if (given.test(known)) known = 0;
    given.set(known, known != 0);
  }
}

PayloadTypes Numbering::payloadTypes(CodecName codec) {
  PayloadTypes& known = payloadTypes_[static_cast<std::size_t>(codec)];
  const PayloadTypes& usual = kUsual[static_cast<std::size_t>(codec)];
  if (known.primary == 0) known.primary = freePayloadType(usual.primary);
  if (known.rtx == 0 && usual.rtx != 0) known.rtx = freePayloadType(usual.rtx);
  return known;
}

ExtensionIds Numbering::extensionIds(MediaKind kind) {
  ExtensionIds ids;
  for (const Extension& extension : kExtensions) {
    if (!fits(extension, kind)) continue;
    std::uint8_t& known = extensionIds_.*(extension.id);
    if (known == 0) known = freeExtensionId(extension.usualId);
    ids.*(extension.id) = known;
  }
  return ids;
}

std::uint8_t Numbering::freePayloadType(std::uint8_t usual) {
  const auto take = [this](std::uint8_t candidate) {
    if (usedPayloadTypes_.test(candidate)) return false;
    usedPayloadTypes_.set(candidate);
    return true;
  };
  if (take(usual)) return usual;
  for (std::uint8_t candidate = kFirstDynamic; candidate <= kLastDynamic; ++candidate) {
    if (take(candidate)) return candidate;
  }
  for (std::uint8_t candidate = kFirstSpare; candidate <= kLastSpare; ++candidate) {
    if (take(candidate)) return candidate;
  }
  // No browser uses them all; whoever does has to bear two meanings of one number.
  return usual;
}

std::uint8_t Numbering::freeExtensionId(std::uint8_t usual) {
  const auto take = [this](std::uint8_t candidate) {
    if (usedExtensionIds_.test(candidate)) return false;
    usedExtensionIds_.set(candidate);
    return true;
  };
  if (take(usual)) return usual;
  for (std::uint8_t candidate = 1; candidate <= kMaxExtensionId; ++candidate) {
    if (take(candidate)) return candidate;
  }
  // All are taken: we do without this one.
  return 0;
}

}  // namespace akbuzat::sdp
