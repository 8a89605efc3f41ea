#include "sdp/extensions.hpp"

#include <algorithm>
#include <bitset>
#include <optional>
#include <string>

namespace akbuzat::sdp {
namespace {

/// RFC 8285 section 6: the answer to sendonly is recvonly, and the reverse.
std::optional<Direction> mirrored(std::optional<Direction> direction) noexcept {
  if (direction == Direction::sendonly) return Direction::recvonly;
  if (direction == Direction::recvonly) return Direction::sendonly;
  return direction;
}

}  // namespace

bool fits(const Extension& extension, MediaKind kind) noexcept {
  if (extension.id == &ExtensionIds::audioLevel) return kind == MediaKind::audio;
  return !isAboutRids(extension) || kind == MediaKind::video;
}

PickedExtensions pickExtensions(const MediaDescription& section, bool receiving, bool sending) {
  PickedExtensions picked;
  std::bitset<kMaxExtensionId + 1> taken;
  for (const ExtensionMapping& mapping : section.extensions) {
    if (mapping.id > kMaxExtensionId || taken.test(mapping.id)) continue;
    taken.set(mapping.id);
    const auto* extension = std::find_if(kExtensions.begin(), kExtensions.end(),
                                         [&](const Extension& known) { return known.uri == mapping.uri; });
    if (extension == kExtensions.end() || !fits(*extension, section.kind)) continue;
    const auto repeated = [&](const ExtensionMapping& other) { return other.uri == mapping.uri; };
    if (std::any_of(picked.accepted.begin(), picked.accepted.end(), repeated)) continue;
    const Direction theirs = mapping.direction.value_or(Direction::sendrecv);
    // On an inactive section everything stays as it is, so that it can be used again.
    const bool idle = !receiving && !sending;
    const bool toUs = receiving && sends(theirs);
    const bool fromUs = sending && receives(theirs);
    if (!idle && !toUs && !fromUs) continue;
    picked.accepted.push_back({mapping.id, mapping.uri, mirrored(mapping.direction)});
    if (toUs) picked.receiving.*(extension->id) = mapping.id;
    if (fromUs && !isAboutRids(*extension)) picked.sending.*(extension->id) = mapping.id;
  }
  return picked;
}

std::vector<ExtensionMapping> offeredExtensions(MediaKind kind, const ExtensionIds& ids) {
  std::vector<ExtensionMapping> offered;
  for (const Extension& extension : kExtensions) {
    const std::uint8_t id = ids.*(extension.id);
    if (id != 0 && fits(extension, kind)) offered.push_back({id, std::string(extension.uri), std::nullopt});
  }
  return offered;
}

}  // namespace akbuzat::sdp
